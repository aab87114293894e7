"""What attribution works on: a chapter's stretches of speech and narration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fullcast.model import Evidence
from fullcast.text.cast import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Who says a stretch, and why we think so."""

    speaker: str
    """A name of the cast."""
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Words of one paragraph and one speaker: a quotation, a marked stretch, or the narration between."""

    paragraph: int
    """Number of the paragraph in ``Passage.paragraphs``."""
    start: int
    """Offset into the paragraph's words."""
    end: int
    quoted: bool
    utterance: int
    """Stretches of one number are one utterance, cut by a tag or by paragraphs."""
    given: Label | None = None
    """From a mark or a ``Name:``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A chapter as attribution sees it; nothing that a stage does can change a word."""

    paragraphs: tuple[str, ...]
    """The words of each paragraph, without markup."""
    stretches: tuple[Stretch, ...]
    """In order; together they are the spoken words."""
    names: Names
    language: str
    """Primary tag."""

    def text(self, number: int) -> str:
        """Return the words of a stretch."""
        stretch = self.stretches[number]
        return self.paragraphs[stretch.paragraph][stretch.start : stretch.end]


Labels = Mapping[int, Label]
"""Labels by number of the stretch."""

Stage = Callable[[Passage, Labels], Labels]
"""Labels what it knows, given what stages before it found; what is labelled already stays as it is."""
