"""What is known of a text that was gone through: paragraphs, quotations, people, mentions of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fullcast.text.novel.layout import Prose
from fullcast.text.novel.people import Figure
from fullcast.text.spoken import Quotation

NAMED, DESCRIBED = "named", "described"

_VOCATIVE_BEFORE = re.compile(
    r"(?:^|[,;:!?.—–“\"‘(-]|\b(?:oh|o|ah|my|dear|dearest|yes|no|well|now|please|thank you|good night|"
    r"good-bye|good morning|you|hallo|hello|why|come|hush|look|say|and you|but|and))[\s\u2060]*"
    r"(?:(?:my|dear|old|poor|young|dearest|little|good)[\s\u2060]+){0,2}$",
    re.IGNORECASE,
)
_VOCATIVE_AFTER = re.compile(r"[\s\u2060]*(?:[,.!?;:—–”\"’-]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody named or described in a paragraph."""

    start: int
    end: int
    figure: int
    kind: str
    quoted: bool
    """Whether it stands in a quotation."""
    vocative: bool = False
    """Whether somebody is addressed by it."""


@dataclass(slots=True)
class Survey:
    """What was found in a book."""

    paragraphs: tuple[Prose, ...]
    quotations: tuple[tuple[Quotation, ...], ...]
    figures: list[Figure]
    mentions: list[list[Mention]]
    """By paragraph, in order."""
    narrator: int | None = None
    """The figure that tells the story in the first person."""


def inside(at: int, quoted: Sequence[Quotation]) -> Quotation | None:
    """Return the quotation that holds an offset, if one does."""
    return next((quotation for quotation in quoted if quotation.start <= at < quotation.end), None)


def is_vocative(text: str, start: int, end: int, quotation: Quotation) -> bool:
    """Return whether words of a quotation address somebody."""
    before = text[max(quotation.start, start - 40) : start]
    after = text[end : quotation.end]
    opened = before.strip(" \u2060\"“‘'") == ""
    return bool((opened or _VOCATIVE_BEFORE.search(before)) and _VOCATIVE_AFTER.match(after))


def narration(text: str, quoted: Sequence[Quotation]) -> str:
    """Return a paragraph with its quotations as spaces."""
    for quotation in quoted:
        text = text[: quotation.start] + " " * (quotation.end - quotation.start) + text[quotation.end :]
    return text
