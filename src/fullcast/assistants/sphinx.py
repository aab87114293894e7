"""A recogniser of English that needs no download: pocketsphinx, told beforehand what may be said.

So biased it hears what it expects, unless that is not there: dropped, doubled and swapped words show.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fullcast.assistants.aligning import fill_in
from fullcast.assistants.spelling import guess_sounds

if TYPE_CHECKING:
    from pocketsphinx import Decoder

    from fullcast.assistants.aligning import Spelt
    from fullcast.audio.signal import Audio

RATE = 16_000
_HUSH = 2e-3
"""Noise under a recording, of full scale: the acoustic model never heard digital silence, and fails on it."""
_EDGE = 0.15
"""Seconds of it before and after."""
_BEAMS = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80, "lw": 10.0}
"""The usual ones lose synthetic speech; the language model counts for more."""
_WIDEST = {"beam": 1e-300, "wbeam": 1e-300, "pbeam": 1e-300}
"""Where the words are known nothing need be given up on the way."""
_FRAMES = 100
"""A second, in which pocketsphinx counts."""


def english_words(text: str) -> list[str]:
    """Return the words of a text as the dictionary writes them."""
    plain = text.lower().replace("’", "'")
    return [word for found in re.findall(r"[a-z']+", plain) if (word := found.strip("'"))]


class Sphinx:
    """A recogniser that knows some texts.

    Args:
        texts: What may be said.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        from pocketsphinx import Decoder, get_model_path
        from pocketsphinx.lm import ArpaBoLM

        dictionary = Path(get_model_path("en-us/cmudict-en-us.dict"))
        self._known = _read_dictionary(dictionary)
        lines = [" ".join(self.keep(text)) for text in texts]
        model = ArpaBoLM(text="\n".join(f"<s> {line} </s>" for line in lines if line) or "<s> yes </s>")
        model.compute()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "texts.lm")
            model.write_file(str(file))
            self._decoder = Decoder(
                lm=str(file), dict=str(dictionary), samprate=RATE, loglevel="FATAL", **_BEAMS
            )

    def keep(self, text: str) -> list[str]:
        """Return the words of a text that the dictionary has: of the others nothing can be heard."""
        return [word for word in english_words(text) if word in self._known]

    def hear(self, audio: Audio) -> str:
        """Return what is heard in a recording."""
        _let_hear(self._decoder, audio)
        heard = self._decoder.hyp()
        return str(heard.hypstr) if heard else ""


class SphinxAligner:
    """Finds the words of a text in a recording of it, by the acoustic model alone."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder, get_model_path

        dictionary = Path(get_model_path("en-us/cmudict-en-us.dict"))
        self._known = {*_read_dictionary(dictionary)}
        self._decoder = Decoder(
            lm=None, dict=str(dictionary), samprate=RATE, loglevel="FATAL", **_WIDEST, bestpath=False
        )

    def find(self, audio: Audio, words: tuple[Spelt, ...]) -> list[tuple[float, float]] | None:
        """Return beginning and end of each word in seconds; None where they are not found."""
        named = [word.plain if self._knows(word.plain) else "" for word in words]
        if not any(named):
            return None
        try:
            self._decoder.set_align_text(" ".join(filter(None, named)))
            _let_hear(self._decoder, audio)
            heard = [part for part in self._decoder.seg() or () if not part.word.startswith(("<", "["))]
        except RuntimeError:  # what the library says where it cannot follow
            return None
        if len(heard) != sum(map(bool, named)):
            return None
        last = audio.length / audio.rate
        times = ((part.start_frame / _FRAMES, (part.end_frame + 1) / _FRAMES) for part in heard)
        placed = (tuple(min(last, max(0.0, time - _EDGE)) for time in pair) for pair in times)
        return fill_in([next(placed) if name else None for name in named], last)

    def _knows(self, word: str) -> bool:
        """Return whether a word can be looked for; one that the dictionary lacks is added to it."""
        if word not in self._known:
            sounds = guess_sounds(word)
            if not sounds or not word.isascii():
                return False
            self._decoder.add_word(word, sounds, update=True)
            self._known.add(word)
        return True


def _let_hear(decoder: Decoder, audio: Audio) -> None:
    """Let a decoder hear a recording, with a hush under and around it."""
    from fullcast.audio.edit import resample

    sound = resample(audio, RATE).samples[0]
    rng = np.random.default_rng(1)
    edge = round(_EDGE * RATE)
    whole = np.pad(sound, edge) + _HUSH * rng.standard_normal(len(sound) + 2 * edge).astype(np.float32)
    decoder.start_utt()
    decoder.process_raw((np.clip(whole, -1, 1) * 32_767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()


def _read_dictionary(file: Path) -> Mapping[str, str]:
    entries = (line.split(maxsplit=1) for line in file.read_text(encoding="utf-8").splitlines())
    return {entry[0]: entry[1] for entry in entries if len(entry) == 2}
