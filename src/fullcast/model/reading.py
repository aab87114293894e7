"""What a book's words alone tell: who the people are and who says what."""

from __future__ import annotations

from dataclasses import dataclass

from fullcast.model.book import Age, Sex


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a book, under every name that the book has for them."""

    name: str
    """The form that means this person and nobody else; the fullest where several do."""
    aliases: tuple[str, ...] = ()
    """Other forms that mean this person and nobody else, commonest first."""
    sex: Sex | None = None
    """None where the text does not tell."""
    age: Age | None = None
    """None where the text does not tell."""
    lines: int = 0
    """Quotations that are given to this person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A quotation and whoever is heard in it."""

    start: int
    """Offset of the quotation's first mark into the text that was read."""
    end: int
    """Offset behind its last mark."""
    speaker: str | None
    """Name of a person; None where nobody could be named."""
    confidence: float
    """Probability that the speaker is right, 0 to 1."""
    why: str
    """The reason in a few words, for a reader: ``“said Mara” behind it``."""
    utterance: int
    """Quotations of one number are one utterance that a tag or a paragraph interrupts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everybody who speaks in a text, and every quotation."""

    people: tuple[Person, ...]
    """Most lines first."""
    quotations: tuple[Heard, ...]
    """In order."""
