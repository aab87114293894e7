import os

from hum import hum


class ChatterboxTTS:
    sr = 24000

    @classmethod
    def from_local(cls, ckpt_dir, device):
        assert os.path.isdir(ckpt_dir)
        return cls()

    conds = None

    def generate(
        self, text, repetition_penalty=1.2, min_p=0.05, top_p=1.0, audio_prompt_path=None, exaggeration=0.5,
        cfg_weight=0.5, temperature=0.8,
    ):  # fmt: skip
        if audio_prompt_path is not None:
            assert os.path.exists(audio_prompt_path)
            self.conds = audio_prompt_path
        assert self.conds, "Please `prepare_conditionals` first or specify `audio_prompt_path`"
        return hum(text, self.sr)[None]
