import os

import numpy as np
from hum import hum


class IndexTTS2:
    def __init__(
        self, cfg_path="checkpoints/config.yaml", model_dir="checkpoints", use_fp16=False, device=None,
        use_cuda_kernel=None, use_deepspeed=False, use_accel=False, use_torch_compile=False, use_qwen_emo=True,
        aux_paths=None,
    ):  # fmt: skip
        assert os.path.isdir(model_dir)
        self.last = None
        self.changes = 0

    def normalize_emo_vec(self, emo_vector, apply_bias=True):
        return [0.8 * share for share in emo_vector]

    def infer(
        self, spk_audio_prompt, text, output_path, emo_audio_prompt=None, emo_alpha=1.0, emo_vector=None,
        use_emo_text=False, emo_text=None, use_random=False, interval_silence=200, verbose=False,
        max_text_tokens_per_segment=120, stream_return=False, more_segment_before=0, **generation_kwargs,
    ):  # fmt: skip
        assert output_path is None
        if spk_audio_prompt != self.last:
            self.changes += 1
            self.last = spk_audio_prompt
        assert emo_vector is None or (len(emo_vector) == 8 and sum(emo_vector) <= 0.8 + 1e-9)
        pitch = 200.0 if emo_vector is None else 300.0 + 50.0 * int(np.argmax(emo_vector))
        whole = (hum(text, 22050, pitch=pitch) * 32767).astype(np.int16)
        return 22050, whole.reshape(-1, 1)
