"""Choosing among what a book file holds: which parts become chapters that are heard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from fullcast.errors import UsageError
from fullcast.files.kinds import nearest
from fullcast.files.manuscript import LeftOut, Manuscript, ManuscriptChapter
from fullcast.files.prose import count_words

_NUMBERS = re.compile(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?")

_CHOSEN = "you left it out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a book that has text: a chapter, or something that is left out unless it is asked for."""

    number: int
    """Chapters are counted from 1 in their order; behind them what is left out by itself."""
    title: str
    words: int
    source: str
    why_not: str = ""
    """Why it is not heard; empty if it is."""


def list_parts(manuscript: Manuscript) -> tuple[Part, ...]:
    """Return what can be chosen among, in the order of its numbers."""
    chapters = [(each, "" if each.include else _CHOSEN) for each in manuscript.chapters]
    aside = [(each.chapter, each.why) for each in manuscript.left_out if each.chapter]
    return tuple(
        Part(
            number=number,
            title=chapter.title,
            words=count_words(chapter.text),
            source=chapter.source,
            why_not=why,
        )
        for number, (chapter, why) in enumerate([*chapters, *aside], 1)
    )


def choose_parts(
    manuscript: Manuscript, *, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Manuscript:
    """Return the manuscript with the chapters that were chosen; those that were not are marked, not dropped.

    Args:
        manuscript: The book as it was read.
        include: Only these; all where it is empty. Numbers, ranges (``3-7``), titles, ``*`` for any words.
        exclude: All but these.

    Raises:
        UsageError: If something names no part, or nothing is left.
    """
    parts = list_parts(manuscript)
    asked = _find(parts, include, "--include")
    refused = _find(parts, exclude, "--exclude")
    count = len(manuscript.chapters)
    taken = (asked or set(range(1, count + 1))) - refused
    if not taken:
        raise UsageError("no chapter is left", hint="--list shows what there is to choose among")
    return _take_in(manuscript, taken)


def _take_in(manuscript: Manuscript, taken: set[int]) -> Manuscript:
    """Return the manuscript with parts taken in at their places, and chapters marked as left out."""
    count = len(manuscript.chapters)
    aside = [each for each in manuscript.left_out if each.chapter]
    added = [each for number, each in enumerate(aside, count + 1) if number in taken]
    chapters: list[ManuscriptChapter] = []
    for number, chapter in enumerate(manuscript.chapters, 1):
        chapters += _standing_before(added, number - 1)
        chapters.append(replace(chapter, include=number in taken))
    chapters += _standing_before(added, count)
    left_out = tuple(each for each in manuscript.left_out if not any(each is other for other in added))
    return replace(manuscript, chapters=tuple(chapters), left_out=left_out)


def _standing_before(added: Sequence[LeftOut], before: int) -> Iterator[ManuscriptChapter]:
    yield from (each.chapter for each in added if each.chapter and each.before == before)


def _find(parts: Sequence[Part], words: Sequence[str], option: str) -> set[int]:
    found: set[int] = set()
    for word in words:
        found |= _find_one(parts, word, option)
    return found


def _find_one(parts: Sequence[Part], word: str, option: str) -> set[int]:
    listed = [_NUMBERS.fullmatch(each) for each in word.split(",")]
    if all(listed):
        return {number for each in listed if each for number in _range(parts, each, option)}
    wanted = word.strip().casefold()
    pattern = wanted if any(sign in wanted for sign in "*?[") else f"*{wanted}*"
    found = {part.number for part in parts if wanted and fnmatchcase(part.title.casefold(), pattern)}
    if not found:
        close = nearest(word, [part.title for part in parts])
        hint = f"did you mean {close!r}? " if close else ""
        message = f"{option} {word!r}: no part of the book has such a title"
        raise UsageError(message, hint=f"{hint}--list shows all of them")
    return found


def _range(parts: Sequence[Part], found: re.Match[str], option: str) -> range:
    first, last = int(found.group(1)), int(found.group(2) or found.group(1))
    if not 1 <= first <= last <= len(parts):
        message = f"{option} {found.group().strip()}: the parts of the book are numbered 1 to {len(parts)}"
        raise UsageError(message, hint="--list shows them; a range has its smaller number first")
    return range(first, last + 1)
