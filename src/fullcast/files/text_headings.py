"""Headings in plain text: what looks like one, and which kind begins the chapters of a book."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fullcast.files.titles import join_titles

_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty(?:[- ]\\w+)?|thirty(?:[- ]\\w+)?|forty(?:[- ]\\w+)?|fifty(?:[- ]\\w+)?"
    "|the (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)|first|second|third|last"
)

_COUNT = rf"(?:\d{{1,3}}|[ivxlc]{{1,8}}|{_NUMBER_WORDS})"

_AFTER = r"(?:\s*[.:—–-]+\s*|\s+|$)"


class HeadingKind(StrEnum):
    """What a heading looks like; the order is that in which the kinds are believed."""

    CHAPTER = "chapter"
    """``CHAPTER I``, ``第一章``."""
    TITLED = "titled"
    """``I. A SCANDAL IN BOHEMIA``."""
    ROMAN = "roman"
    NUMBER = "number"
    CAPITALS = "capitals"
    PART = "part"
    """``BOOK II``: above chapters."""
    NAMED = "named"
    """``PROLOGUE``: a chapter beside whatever the others look like."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A paragraph that could be a heading."""

    kind: HeadingKind
    title: str


_PATTERNS = {
    HeadingKind.CHAPTER: re.compile(
        rf"(?:chapter|stave|canto|letter|kapitel|chapitre|cap[íi]tulo|capitolo|глава)\s+{_COUNT}\b{_AFTER}.{{0,80}}"
        r"|第\s*[\d零〇一二两三四五六七八九十百千]{1,7}\s*[章回节節话話](?:\s|[:：、]|$).{0,40}"
        r"|第\s*[\d零〇一二两三四五六七八九十百千]{1,7}\s*[章回][^\s，。！？]{1,30}",
        re.IGNORECASE,
    ),
    HeadingKind.PART: re.compile(
        rf"(?:part|book|volume|act|teil|buch|partie|livre|parte|libro|часть)\s+{_COUNT}\b{_AFTER}.{{0,60}}"
        r"|第\s*[\d零〇一二两三四五六七八九十百千]{1,5}\s*[部卷篇](?:\s|[:：]|$).{0,30}",
        re.IGNORECASE,
    ),
    HeadingKind.NAMED: re.compile(
        r"(?:prologue|epilogue|preface|foreword|introduction|afterword|postscript|conclusion|prolog|epilog|vorwort"
        r"|nachwort|prólogo|epílogo|préface|序章|序言|前言|楔子|引子|尾声|后记|後記)[.:]?",
        re.IGNORECASE,
    ),
    HeadingKind.TITLED: re.compile(r"(?:[IVXLC]{1,7}|\d{1,3})[.:]\s+[^a-z\s][^a-z]{2,70}"),
    HeadingKind.ROMAN: re.compile(r"[IVXLC]{1,7}[.:]?"),
    HeadingKind.NUMBER: re.compile(r"\d{1,3}[.:]?|[一二三四五六七八九十]{1,3}[、.]?"),
    HeadingKind.CAPITALS: re.compile(r"[A-ZÀ-Þ\d][^a-zß-ÿ]{3,60}"),
}

_BELIEVED = (
    HeadingKind.CHAPTER,
    HeadingKind.TITLED,
    HeadingKind.ROMAN,
    HeadingKind.NUMBER,
    HeadingKind.PART,
    HeadingKind.CAPITALS,
)

_LONGEST = 3
"""Lines of a heading."""


def read_heading(lines: Sequence[str]) -> Heading | None:
    """Return what kind of heading a paragraph could be, None if none.

    >>> read_heading(["CHAPTER IV.", "The Storm"])
    Heading(kind=<HeadingKind.CHAPTER: 'chapter'>, title='CHAPTER IV: The Storm')
    >>> read_heading(["I had called upon my friend."]) is None
    True
    """
    if not 0 < len(lines) <= _LONGEST or sum(map(len, lines)) > 140:
        return None
    for kind, pattern in _PATTERNS.items():
        if pattern.fullmatch(lines[0]) and not _reads_on(kind, lines):
            return Heading(kind, join_titles(lines).removesuffix("."))
    return None


def _reads_on(kind: HeadingKind, lines: Sequence[str]) -> bool:
    """Tell whether the lines are a sentence that only begins like a heading."""
    last = lines[-1]
    if kind is HeadingKind.CAPITALS:
        letters = sum(map(str.isalpha, last))
        return len(lines) > 1 or letters < 4 or last[-1] in '!?,;:”"’…' or last[0] in "“\"‘'"
    if len(lines) > 1 and (
        kind in {HeadingKind.ROMAN, HeadingKind.NUMBER} or any(map(_begins_chapter, lines[1:]))
    ):
        return True
    sentence = last.endswith((",", ";", "。", "，")) or (last.endswith(".") and len(last.split()) > 6)
    return sentence and not last.isupper()


def _begins_chapter(line: str) -> bool:
    return bool(_PATTERNS[HeadingKind.CHAPTER].fullmatch(line))


def choose_kind(headings: Sequence[Heading | None]) -> HeadingKind | None:
    """Return the kind of heading that begins the chapters of a text; None if it has no chapters.

    A kind counts if it comes twice; one chapter heading says nothing of the rest of the text, unless it says
    ``Chapter`` itself.
    """
    counts = Counter(heading.kind for heading in headings if heading)
    for kind in _BELIEVED:
        if counts[kind] > 1 or (kind is HeadingKind.CHAPTER and counts[kind]):
            return kind
    return HeadingKind.NAMED if counts[HeadingKind.NAMED] else None
