"""A text file as paragraphs, every character at its own offset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LINE = re.compile(r"[^\n]+")
_WRAPPED = 60
"""Average length of the lines from which on a text without blank lines counts as one paragraph a line."""

_HEADING = re.compile(
    r"\s*(?:(?:chapter|book|part|volume|letter|act|scene|canto|stave|section|epilogue|prologue|preface|contents)\b"
    r"[^.!?]{0,60}|[ivxlcdm]{1,8}\.?|\d{1,3}\.?|[^a-zà-ÿ]{3,80}|\W*)\s*",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"[^a-zà-ÿ]*")
_SHOWN = str.maketrans({"\n": " ", "\t": " ", "_": "\u2060"})
"""Emphasis becomes what no word holds and no mark minds: a space would keep a mark from opening."""

_BREAK = re.compile(r"\s*(?:[*#~·•—-]\s*){1,9}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A paragraph."""

    start: int
    """Offset into the text that was read."""
    text: str
    """Its characters, each at its place; line breaks are spaces, underscores of emphasis word joiners."""
    breaks: bool = False
    """Whether a heading or a break between scenes stands in front of it."""


def read_layout(text: str) -> tuple[Prose, ...]:
    """Return the paragraphs of a plain text, headings and breaks left out.

    Blank lines part paragraphs; in a text without them every line is one.
    """
    plain = text.replace("\r\n", " \n").replace("\r", "\n")
    found: list[Prose] = []
    breaks = True
    for start, end in _cut(plain):
        raw = plain[start:end]
        if is_heading(raw):
            breaks = True
            continue
        shown = raw.translate(_SHOWN)
        found.append(Prose(start=start, text=shown, breaks=breaks))
        breaks = False
    return tuple(found)


def _cut(text: str) -> Iterator[tuple[int, int]]:
    blanks = len(_BLANK.findall(text))
    lines = text.count("\n") + 1
    if blanks * 12 < lines and len(text) / lines > _WRAPPED:
        yield from (match.span() for match in _LINE.finditer(text) if match[0].strip())
        return
    position = 0
    for match in _BLANK.finditer(text):
        if text[position : match.start()].strip():
            yield position, match.start()
        position = match.end()
    if text[position:].strip():
        yield position, len(text)


def is_heading(text: str) -> bool:
    """Return whether a paragraph is a heading or a break between scenes, not prose."""
    plain = text.strip()
    if _BREAK.fullmatch(plain) or not any(character.isalnum() for character in plain):
        return True
    if any(mark in plain for mark in '"“”«»‘'):
        return False
    return bool(_HEADING.fullmatch(plain) and (len(plain) < 40 or _SHOUTED.fullmatch(plain)))
