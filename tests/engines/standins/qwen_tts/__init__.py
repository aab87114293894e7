import os

from hum import hum


class Qwen3TTSModel:
    @classmethod
    def from_pretrained(cls, name, device_map=None, dtype=None, attn_implementation=None):
        assert os.path.isdir(name)
        return cls()

    def create_voice_clone_prompt(self, ref_audio, ref_text=None, x_vector_only_mode=False):
        assert os.path.exists(ref_audio)
        assert ref_text or x_vector_only_mode
        return [{"audio": ref_audio}]

    def generate_voice_clone(
        self, text, language=None, ref_audio=None, ref_text=None, x_vector_only_mode=False, voice_clone_prompt=None,
        non_streaming_mode=False, **kwargs,
    ):  # fmt: skip
        assert len(text) == len(language) == len(voice_clone_prompt)
        assert [len(one) for one in text] == sorted((len(one) for one in text), reverse=True)
        assert kwargs["max_new_tokens"] >= 12.5 * 0.1 * len(text[0])
        if len(text) > 2 and any("HEAVY" in one for one in text):
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return [hum(one, 24000) for one in text], 24000

    def generate_custom_voice(self, text, speaker, language=None, instruct=None, **kwargs):
        assert len(text) == len(speaker) == len(instruct)
        return [hum(one, 24000, pitch=150.0 + 10 * len(who)) for one, who in zip(text, speaker)], 24000
