import os

import numpy as np
from hum import hum


class _Numbers(list):
    def squeeze(self):
        return self

    def tolist(self):
        return list(self)


class _Frontend:
    def _extract_speech_token(self, files):
        assert all(os.path.exists(file) for file in files)
        return _Numbers([1, 2, 3])

    def _extract_text_token(self, text):
        return _Numbers([4])

    def _extract_speech_feat(self, file, sample_rate=24000):
        return file

    def _extract_spk_embedding(self, file):
        return file


class _TextFrontend:
    def text_normalize(self, text):
        return text


def load_models(use_phoneme=False, sample_rate=24000):
    assert os.path.exists("glmtts_inference.py"), "the current folder must be the checkout"
    assert os.path.isdir("ckpt"), "the weights must lie in ckpt"
    return _Frontend(), _TextFrontend(), None, "llm", "flow"


def generate_long(
    frontend, text_frontend, llm, flow, text_info, cache, device, embedding, seed=0, sample_method="ras",
    flow_prompt_token=None, speech_feat=None, local_llm_forward=None, local_flow_forward=None, use_phoneme=False,
):  # fmt: skip
    assert cache["use_cache"] is False
    assert flow_prompt_token == [[1, 2, 3]]
    assert "/" not in text_info[1]
    return hum(text_info[1], 24000)[np.newaxis], None, None, {}
