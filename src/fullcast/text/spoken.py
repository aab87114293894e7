"""A quotation as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A stretch of a paragraph that somebody says, with its marks."""

    start: int
    """Offset into the paragraph's words."""
    end: int
    mark: str
    """The mark that opened it."""
    closed: bool = True
    """False where the paragraph ends before the quotation does."""
    continues: bool = False
    """Whether it goes on with the quotation before it: over paragraphs, or behind an incise."""
    dashed: bool = False
    """Whether a dash opened it: such a quotation ends with its paragraph."""
