"""IndexTTS 2: ``indextts/infer_v2.py`` of index-tts/index-tts.

Traps: it keeps what it derives from the last recording only, so items are sorted by voice; its helper for
emotions must be called by whoever gives a vector; it prints; without an output path it gives whole
numbers, ``[samples, 1]``.
"""

from __future__ import annotations

import os
import sys

import loop

PACKAGES = ("torch", "transformers", "numpy")
EMOTIONS = ("happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm")
WORDS = {
    "cheerful": "happy", "joyful": "happy", "furious": "angry", "cross": "angry", "sorrowful": "sad",
    "scared": "afraid", "frightened": "afraid", "disgust": "disgusted", "gloomy": "melancholic",
    "astonished": "surprised", "quiet": "calm", "高兴": "happy", "愤怒": "angry", "生气": "angry",
    "悲伤": "sad", "害怕": "afraid", "厌恶": "disgusted", "忧郁": "melancholic", "惊讶": "surprised",
    "平静": "calm",
}  # fmt: skip
"""Other words of a style for its eight emotions."""


def open_engine(options):
    """Load the model."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.path.insert(0, options["checkout"])
    os.chdir(options["checkout"])
    from indextts.infer_v2 import IndexTTS2

    config = os.path.join(options["model"], "config.yaml")
    half = options["device"].startswith("cuda")
    return Speaker(
        IndexTTS2(cfg_path=config, model_dir=options["model"], use_fp16=half, device=options["device"])
    )


class Speaker(loop.OneByOne):
    """A loaded model."""

    def __init__(self, model):
        self._model = model

    def order(self, item):
        """Return by what items are sorted: it keeps what it derives from the last recording only."""
        return item["voice"]["reference"], item["style"]

    def record_one(self, item):
        """Return an item's sound and its rate."""
        loop.seed_all(item["seed"])
        emotion = vector_of(item["style"])
        if emotion is not None and hasattr(self._model, "normalize_emo_vec"):
            emotion = self._model.normalize_emo_vec(emotion)
        made = self._model.infer(
            spk_audio_prompt=item["voice"]["reference"],
            text=item["text"],
            output_path=None,
            emo_vector=emotion,
        )
        if made is None:
            raise RuntimeError("IndexTTS gave back no sound")
        rate, sound = made
        return sound, rate


def vector_of(style):
    """Return the emotions that a style names, in IndexTTS's order; None if it names none."""
    words = style.lower().replace(",", " ").split()
    named = [WORDS.get(word, word) for word in words]
    named += [emotion for word, emotion in WORDS.items() if not word.isascii() and word in style]
    found = [1.0 if emotion in named else 0.0 for emotion in EMOTIONS]
    total = sum(found)
    return [share / total for share in found] if total else None
