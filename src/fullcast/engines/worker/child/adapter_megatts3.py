"""MegaTTS 3: ``tts/infer_cli.py`` of bytedance/MegaTTS3.

Traps: the encoder of its latents is not published, so a recording needs its ``.npy``; the network's
settings are global, one model a process; a language guess is random unless seeded; very short texts end
in a CUDA assertion.
"""

from __future__ import annotations

import os
import re
import sys

import loop

PACKAGES = ("torch", "transformers", "numpy")


def open_engine(options):
    """Load the model."""
    sys.path.insert(0, options["checkout"])
    os.chdir(options["checkout"])
    from tts.infer_cli import MegaTTS3DiTInfer

    infer = MegaTTS3DiTInfer(device=options["device"], ckpt_root=options["model"])
    return Speaker(infer)


class Speaker(loop.OneByOne):
    """A loaded model; what it makes of a recording is kept for the voice."""

    def __init__(self, infer):
        self._infer = infer
        self._contexts = {}

    def record_one(self, item):
        """Return an item's sound and its rate."""
        text = clean(item["text"])
        if not re.search(r"\w", text):
            raise ValueError("MegaTTS 3 cannot say a text without a word: %r" % item["text"])
        if text[-1].isalnum():
            text += "."  # the aligner wants an end, above all of very short texts
        voice = item["voice"]
        if not voice.get("latent"):
            raise ValueError("the recording has no latent (.npy) beside it")
        key = (voice["reference"], voice["latent"])
        if key not in self._contexts:
            with open(voice["reference"], "rb") as stream:
                content = stream.read()
            self._contexts[key] = self._infer.preprocess(content, latent_file=voice["latent"])
        loop.seed_all(item["seed"])
        made = self._infer.forward(
            self._contexts[key], text, time_step=32, p_w=1.6, t_w=2.5, dur_alpha=1.0 / item["pace"]
        )
        return loop.read_wav(made)


def clean(text):
    """Return a text without the signs over which its front end stumbles; nothing of them is spoken."""
    for sign, plain in (
        ("—", ", "),
        ("–", ", "),
        ("“", '"'),
        ("”", '"'),
        ("‘", "'"),
        ("’", "'"),
        ("…", "..."),
    ):
        text = text.replace(sign, plain)
    return text.strip(" ,")
