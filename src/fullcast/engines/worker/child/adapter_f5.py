"""F5-TTS: ``f5_tts.api`` of SWivid/F5-TTS.

Traps: the words of the recording decide the length of the answer; without them Whisper is fetched; its
batches draw from one random state in threads, so items go one by one.
"""

from __future__ import annotations

import os

import loop

PACKAGES = ("f5-tts", "torch")


def open_engine(options):
    """Load the model."""
    from f5_tts.api import F5TTS

    home = os.path.join(options["model"], "F5TTS_v1_Base")
    return Speaker(
        F5TTS(
            model="F5TTS_v1_Base",
            ckpt_file=os.path.join(home, "model_1250000.safetensors"),
            vocab_file=os.path.join(home, "vocab.txt"),
            vocoder_local_path=os.path.join(options["model"], "vocos"),
            device=options["device"],
        )
    )


class Speaker(loop.OneByOne):
    """A loaded model."""

    def __init__(self, model):
        self._model = model

    def record_one(self, item):
        """Return an item's sound and its rate."""
        voice = item["voice"]
        loop.seed_all(item["seed"])
        sound, rate, _ = self._model.infer(
            ref_file=voice["reference"],
            ref_text=voice["transcript"],
            gen_text=item["text"],
            show_info=lambda *_: None,
            speed=item["pace"],
            seed=item["seed"] % 2**31,
        )
        return sound, rate
