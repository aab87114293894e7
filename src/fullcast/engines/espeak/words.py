"""Word timings from the events of eSpeak NG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fullcast.model import Word
from fullcast.units import to_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of what the library is given, and where it stands in the request's text."""

    spoken: int
    """Offset of its first character in what the library is given."""
    start: int
    """Offset into the request's text."""
    end: int
    fixed: bool = False
    """Phonemes in place of the words: every position within stands for the whole stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the library was given and what came of it."""

    text: str
    """The request's text."""
    stretches: tuple[Stretch, ...]
    samples: int
    """Length of the recording."""
    rate: int


@dataclass(slots=True, kw_only=True)
class _Heard:
    start: int
    end: int
    begins: int
    ends: int


def find_words(events: Sequence[Sequence[int | str]], spoken: Spoken) -> tuple[Word, ...]:
    """Return when each word is said, in the order of the text.

    The library joins function words with their neighbours and splits numbers into many events: words may be
    missing between two timings, and a number has one. A word ends where a pause or the next word begins.

    Args:
        events: ``(sample, offset, length)`` for the beginning of a word, ``(sample, sound)`` for the
            beginning of a sound; the empty sound is a pause. Offsets count
            characters of what the library was given.
        spoken: What the library was given.
    """
    heard: list[_Heard] = []
    sounding = False
    for event in events:
        sample = min(int(event[0]), spoken.samples)
        if len(event) == 3:
            where = _locate(int(event[1]), int(event[2]), spoken)
            if where is None or (heard and where[0] < heard[-1].end):
                continue  # more of the word before, such as the digits of a number
            if sounding and heard:
                heard[-1].ends = sample
            heard.append(_Heard(start=where[0], end=where[1], begins=sample, ends=sample))
            sounding = False
        elif event[1]:
            sounding = True
        elif sounding and heard:
            heard[-1].ends, sounding = sample, False
    if sounding and heard:
        heard[-1].ends = spoken.samples
    return tuple(
        Word(
            start=word.start,
            end=word.end,
            begins=to_seconds(word.begins, spoken.rate),
            ends=to_seconds(word.ends, spoken.rate),
        )
        for word in heard
        if word.ends > word.begins
    )


def _locate(offset: int, length: int, spoken: Spoken) -> tuple[int, int] | None:
    """Return where a word of what the library was given stands in the request's text."""
    for stretch in reversed(spoken.stretches):
        if offset < stretch.spoken:
            continue
        if stretch.fixed:
            return stretch.start, stretch.end
        start = stretch.start + offset - stretch.spoken
        end = min(start + length, stretch.end)
        if length <= 0:
            # After an opening quotation mark the library gives the mark, and no length.
            word = _WORD.search(spoken.text, start, stretch.end)
            return word.span() if word else None
        words = spoken.text[start:end]
        start += len(words) - len(words.lstrip())
        return (start, end) if start < end else None
    return None
