"""Chatterbox: ``chatterbox.tts`` of resemble-ai/chatterbox.

Traps: the voice is a state of the model, prepared anew with each recording; answers end at 40 seconds;
its sound carries an inaudible watermark.
"""

from __future__ import annotations

import loop

PACKAGES = ("chatterbox-tts", "torch")


def open_engine(options):
    """Load the model."""
    from chatterbox.tts import ChatterboxTTS

    return Speaker(ChatterboxTTS.from_local(options["model"], options["device"]))


class Speaker(loop.OneByOne):
    """A loaded model."""

    def __init__(self, model):
        self._model = model
        self._reference = None

    def order(self, item):
        """Return by what items are sorted: the voice is a state of the model."""
        return item["voice"]["reference"]

    def record_one(self, item):
        """Return an item's sound and its rate."""
        reference = item["voice"]["reference"]
        loop.seed_all(item["seed"])
        options = {} if reference == self._reference else {"audio_prompt_path": reference}
        self._reference = None  # an error half-way leaves the state of neither
        sound = self._model.generate(item["text"], **options)
        self._reference = reference
        return sound, self._model.sr
