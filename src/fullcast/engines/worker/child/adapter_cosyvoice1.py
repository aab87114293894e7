"""CosyVoice 1 with voices of its own: ``cosyvoice/cli/cosyvoice.py`` of FunAudioLLM/CosyVoice.

Traps: Matcha-TTS is a submodule that must be on the path; a call yields one sound for each part of a
text, which belong together; an empty answer means that a thread died.
"""

from __future__ import annotations

import os
import sys

import loop

PACKAGES = ("torch", "transformers", "numpy")


def open_engine(options):
    """Load the model."""
    checkout = options["checkout"]
    sys.path[:0] = [checkout, os.path.join(checkout, "third_party", "Matcha-TTS")]
    os.chdir(checkout)
    from cosyvoice.cli.cosyvoice import CosyVoice

    return Speaker(CosyVoice(options["model"]))


class Speaker(loop.OneByOne):
    """A loaded model."""

    def __init__(self, model):
        self._model = model
        self._speakers = list(model.list_available_spks())

    def record_one(self, item):
        """Return an item's sound and its rate."""
        speaker = item["voice"]["speaker"]
        if speaker not in self._speakers:
            raise ValueError("CosyVoice has no speaker %r; it has: %s" % (speaker, ", ".join(self._speakers)))
        loop.seed_all(item["seed"])
        parts = self._model.inference_sft(
            item["text"], speaker, stream=False, speed=item["pace"], text_frontend=False
        )
        sound = [sample for part in parts for sample in loop.as_floats(part["tts_speech"])]
        if not sound:
            raise RuntimeError("CosyVoice gave back no sound: a thread of it died")
        return sound, getattr(self._model, "sample_rate", 22050)
