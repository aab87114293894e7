"""The lexicon over a line: words that it holds are said as it tells.

It works as ``say=`` in the text does, on the source and before it is put into words, so that ``St. Ives``
can be in it. What the text itself says with ``say=`` stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fullcast.model import Lexicon, Line, Run, Saying
from fullcast.text.normalise import normalise_source

_UNBROKEN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Scripts that are written without spaces between words: whole words cannot be told from their letters."""

_APOSTROPHES = "['’ʼ]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a lexicon for one speaker in one language."""

    pattern: re.Pattern[str]
    """Finds each of them, of two that begin at one place the longer one."""
    says: Mapping[str, str]
    """As ``say=`` would have it, by :func:`fold`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronouncer:
    """A lexicon in the form in which it is used on the lines of a book."""

    lexicon: Lexicon
    language: str
    """BCP 47 tag of the book."""
    ipa: bool
    """Whether the engine speaks IPA; if not, respellings alone count."""
    _words: dict[tuple[str, str], Words | None] = field(default_factory=dict, repr=False, compare=False)

    def pronounce(self, line: Line) -> Line:
        """Return a line with the words of the lexicon under a ``say``; its text is the same."""
        if not self.lexicon:
            return line
        runs = tuple(piece for run in line.runs for piece in self._cut(run, line.speaker))
        return line if len(runs) == len(line.runs) and runs == line.runs else replace(line, runs=runs)

    def _cut(self, run: Run, speaker: str) -> Iterator[Run]:
        """Yield the run in pieces."""
        words = None if run.say else self._words_of(speaker, run.language or self.language)
        position = 0
        for match in words.pattern.finditer(run.text) if words else ():
            assert words is not None
            if position < match.start():
                yield _piece(run, position, match.start(), None)
            yield _piece(run, match.start(), match.end(), words.says[fold(match[0])])
            position = match.end()
        if position == 0:
            yield run
        elif position < len(run.text):
            yield _piece(run, position, len(run.text), None)

    def _words_of(self, speaker: str, language: str) -> Words | None:
        key = (speaker, language)
        if key not in self._words:
            held = tuple(saying for saying in self.lexicon if _holds(saying, speaker, language))
            says = choose_sayings(held, ipa=self.ipa)
            same = next((words for words in self._words.values() if words and words.says == says), None)
            self._words[key] = same or (_index(says) if says else None)
        return self._words[key]


def choose_sayings(lexicon: Lexicon, *, ipa: bool) -> dict[str, str]:
    """Return how each word is said, by :func:`fold`: as the narrowest saying that an engine can follow tells.

    Args:
        lexicon: Sayings that hold.
        ipa: Whether the engine speaks IPA.
    """
    says: dict[str, str] = {}
    for saying in sorted(lexicon, key=lambda saying: -saying.scope):
        say = f"/{saying.ipa}/" if ipa and saying.ipa else saying.say
        if say:
            says.setdefault(fold(saying.word), say)
    return says


def _index(says: Mapping[str, str]) -> Words:
    return Words(pattern=_find_any(says), says=says)


def _find_any(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds folded words where they stand whole, of two at one place the longer one.

    The look behind stands once in front of them all: the library passes fast over alternatives that begin
    with another letter, but not over those that begin with a look behind.
    """
    longest = sorted(words, key=lambda word: (-len(word), word))
    bounded = "|".join(_spell(word) for word in longest if _is_bounded(word[0]))
    others = "|".join(_spell(word) for word in longest if not _is_bounded(word[0]))
    return re.compile("|".join(filter(None, (bounded and rf"(?<![^\W_])(?:{bounded})", others))))


def _spell(word: str) -> str:
    letters = re.escape(word).replace("\\ ", r"\s+").replace("'", _APOSTROPHES)
    return letters + (r"(?![^\W_])" if _is_bounded(word[-1]) else "")


def _is_bounded(letter: str) -> bool:
    return letter.isalnum() and not _UNBROKEN.match(letter)


def fold(word: str) -> str:
    """Return a word as it is looked up: white space and apostrophes of one kind, capitals as they are.

    >>> fold("Mrs.  O’Leary") == fold("Mrs. O'Leary")
    True
    """
    return re.sub(_APOSTROPHES, "'", " ".join(normalise_source(word).split()))


def _piece(run: Run, start: int, end: int, say: str | None) -> Run:
    at = run.start + start if run.start >= 0 else run.start
    return replace(run, text=run.text[start:end], start=at, say=say)


def _holds(saying: Saying, speaker: str, language: str) -> bool:
    spoken = not saying.speakers or speaker in saying.speakers
    return spoken and (not saying.languages or any(covers(tag, language) for tag in saying.languages))


def covers(tag: str, language: str) -> bool:
    """Return whether a language tag holds for words in a language.

    >>> covers("en", "en-GB"), covers("en-GB", "en"), covers("EN", "en")
    (True, False, True)
    """
    wide, narrow = (word.replace("_", "-").lower().split("-") for word in (tag, language))
    return narrow[: len(wide)] == wide


def find_unheard(lexicon: Lexicon, texts: Iterable[str]) -> tuple[tuple[Saying, str | None], ...]:
    """Return the words of a lexicon that stand in none of the texts, each with what may be meant.

    That is the same word with other capitals, where a text has it.
    """
    missing = {fold(saying.word): saying for saying in lexicon}
    whole = list(texts)
    for text in whole:
        for match in _find_any(missing).finditer(text) if missing else ():
            missing.pop(fold(match[0]), None)
    return tuple((saying, _find_likely(word, whole)) for word, saying in missing.items())


def _find_likely(word: str, texts: Iterable[str]) -> str | None:
    pattern = re.compile(_find_any([word]).pattern, re.IGNORECASE)
    return next((match[0] for text in texts if (match := pattern.search(text))), None)
