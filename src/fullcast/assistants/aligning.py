"""When each word of a recording is said, for engines that do not tell it themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.errors import EngineError, SetupError
from fullcast.model import Word
from fullcast.units import Seconds

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio

ALIGNERS = {"pocketsphinx": "pip install pocketsphinx", "wav2vec2": "pip install torch transformers"}
"""What can align, and how it is installed."""

_SIGNS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Of scripts that put no spaces between words: each is looked for by itself."""
_WORD = re.compile(rf"[{_SIGNS}]|[^\W\d_{_SIGNS}]+(?:['’][^\W\d_{_SIGNS}]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelt:
    """A word of a text."""

    start: int
    """Offset of its first character."""
    end: int
    written: str
    """In small letters, apostrophes as typewriters write them."""
    plain: str
    """Likewise without accents."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aligner:
    """Finds words in recordings of them."""

    name: str
    languages: tuple[str, ...]
    """Primary subtags; empty is every language that its model was trained for."""
    find: Callable[[Audio, tuple[Spelt, ...]], list[tuple[float, float]] | None]
    """Returns beginning and end of each word in seconds; None where they are not found."""

    def align(self, audio: Audio, text: str, language: str) -> tuple[Word, ...]:
        """Return when the words of a text are said in a recording of it.

        Args:
            audio: The recording.
            text: What is said, in words.
            language: BCP 47 tag.

        Returns:
            Words in order with offsets into the text; none where the language is not the aligner's, or the
            words could not be found.
        """
        if self.languages and language.partition("-")[0] not in self.languages:
            return ()
        words = tuple(spelt_words(text))
        times = self.find(audio, words) if words else None
        if times is None:
            return ()
        return tuple(
            Word(start=word.start, end=word.end, begins=Seconds(begins), ends=Seconds(ends))
            for word, (begins, ends) in zip(words, times, strict=True)
        )


def spelt_words(text: str) -> Iterator[Spelt]:
    """Yield the words of a text.

    >>> [(word.start, word.plain) for word in spelt_words("“Don’t,” said Zoë.")]
    [(1, "don't"), (9, 'said'), (14, 'zoe')]
    """
    for match in _WORD.finditer(text):
        written = match[0].lower().replace("’", "'")
        apart = unicodedata.normalize("NFKD", written)
        plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
        yield Spelt(start=match.start(), end=match.end(), written=written, plain=plain)


def fill_in(times: Sequence[tuple[float, float] | None], end: float) -> list[tuple[float, float]]:
    """Return times with those that are unknown laid evenly between their neighbours.

    >>> fill_in([(0.0, 1.0), None, None, (3.0, 4.0)], 5.0)
    [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0)]
    """
    filled: list[tuple[float, float]] = []
    for number, time in enumerate(times):
        if time is not None:
            filled.append(time)
            continue
        before = filled[-1][1] if filled else 0.0
        known = next((at for at in range(number, len(times)) if times[at] is not None), len(times))
        following = times[known] if known < len(times) else None
        step = ((following[0] if following else end) - before) / (known - number)
        filled.append((before, before + max(0.0, step)))
    return filled


def open_aligner(name: str, *, model: str = "", device: str = "cpu") -> Aligner:
    """Load an aligner.

    Args:
        name: ``pocketsphinx``, which needs no download and knows English, or ``wav2vec2``.
        model: Folder of the network, for ``wav2vec2``.
        device: ``cpu``, ``cuda`` or ``cuda:1``, likewise.

    Raises:
        SetupError: If it is not installed, or its model is no network that spells what it hears.
        EngineError: If its model cannot be loaded.
    """
    packages = {"pocketsphinx": ("pocketsphinx",), "wav2vec2": ("torch", "transformers")}[name]
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise SetupError(f"the aligner {name} is not installed", hint=f"install it: {ALIGNERS[name]}")
    if name == "pocketsphinx":
        from fullcast.assistants.sphinx import SphinxAligner

        return Aligner(name=name, languages=("en",), find=SphinxAligner().find)
    if not model:
        hint = "name its folder: aligner_model in fullcast.toml, or FULLCAST_ALIGNER_MODEL"
        raise SetupError("the aligner wav2vec2 needs a model", hint=hint)
    from fullcast.assistants.ctc import Speller

    try:
        return Aligner(name=name, languages=(), find=Speller(Path(model), device).find)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        hint = "it must be a folder of a wav2vec2 network with a CTC head, with its vocab.json"
        raise EngineError(f"the aligner's model {model} cannot be loaded: {error}", hint=hint) from error
