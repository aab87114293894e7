"""Qwen3-TTS: ``qwen_tts`` of QwenLM/Qwen3-TTS, which takes lists.

Traps: a list lasts as long as its longest text, so texts come sorted by length; a runaway must be bounded
by the number of tokens; instructions are ignored by the small model; seeds are global, so a list has the
seed of its first item.
"""

from __future__ import annotations

import loop

PACKAGES = ("qwen-tts", "torch", "transformers")
TOKENS_A_SECOND = 12.5
SLOWEST = 4.0
"""Letters a second below which an answer has run away."""
LANGUAGES = {
    "zh": "Chinese", "en": "English", "ja": "Japanese", "ko": "Korean", "de": "German", "fr": "French",
    "ru": "Russian", "pt": "Portuguese", "es": "Spanish", "it": "Italian",
}  # fmt: skip


def open_engine(options):
    """Load the model."""
    import torch
    from qwen_tts import Qwen3TTSModel

    kind = torch.bfloat16 if options["device"].startswith("cuda") else torch.float32
    model = Qwen3TTSModel.from_pretrained(options["model"], device_map=options["device"], dtype=kind)
    return Speaker(model, options["family"])


class Speaker:
    """A loaded model; what it makes of a recording is kept for the voice."""

    def __init__(self, model, family):
        self._model = model
        self._family = family
        self._prompts = {}

    def groups(self, batch):
        """Return a batch as one list, the longest text first."""
        return [sorted(batch, key=lambda item: -len(item["text"]))]

    def record(self, items):
        """Return each item's sound; the items go to the model as one list."""
        loop.seed_all(items[0]["seed"])
        longest = max(len(item["text"]) for item in items)
        limits = {"max_new_tokens": int(TOKENS_A_SECOND * (longest / SLOWEST + 4.0))}
        texts = [item["text"] for item in items]
        languages = [LANGUAGES.get(item["language"].split("-")[0], "Auto") for item in items]
        if self._family == "custom-voice":
            speakers = [item["voice"]["speaker"] for item in items]
            styles = [item["style"] or None for item in items]
            sounds, rate = self._model.generate_custom_voice(
                text=texts, language=languages, speaker=speakers, instruct=styles, **limits
            )
        else:
            prompts = [self._prompt_of(item["voice"]) for item in items]
            sounds, rate = self._model.generate_voice_clone(
                text=texts, language=languages, voice_clone_prompt=prompts, **limits
            )
        return [(sound, rate) for sound in sounds]

    def _prompt_of(self, voice):
        key = (voice["reference"], voice["transcript"])
        if key not in self._prompts:
            made = self._model.create_voice_clone_prompt(
                ref_audio=voice["reference"],
                ref_text=voice["transcript"] or None,
                x_vector_only_mode=not voice["transcript"],
            )
            self._prompts[key] = made[0] if isinstance(made, (list, tuple)) else made
        return self._prompts[key]
