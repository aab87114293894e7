"""Paragraphs cut into quotations and the narration around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fullcast.text.chinese.script import fold
from fullcast.text.quotes import find_quotations, find_typography

_TITLE = re.compile(
    r"\s*(?:第[零〇一二三四五六七八九十百千两\d]+[章回节卷部集幕]|[一二三四五六七八九十]{1,3}$|[*＊※☆·—\-\s]{3,}$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A quotation as it stands: one pair of marks."""

    paragraph: int
    start: int
    """Offset into the paragraph."""
    end: int
    continues: bool
    """Whether it goes on with a quotation that the paragraph before left open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A text's paragraphs in simplified characters, with its quotations."""

    paragraphs: tuple[str, ...]
    parts: tuple[Part, ...]
    rows: tuple[tuple[int, ...], ...]
    """Numbers of the parts of each paragraph."""

    def words(self, number: int) -> str:
        """Return what is said in a part, with its marks."""
        part = self.parts[number]
        return self.paragraphs[part.paragraph][part.start : part.end]

    def before(self, number: int) -> str:
        """Return the narration between a part and the one before it, or the paragraph's start."""
        part = self.parts[number]
        same = number > 0 and self.parts[number - 1].paragraph == part.paragraph
        start = self.parts[number - 1].end if same else 0
        return self.paragraphs[part.paragraph][start : part.start]

    def after(self, number: int) -> str:
        """Return the narration between a part and the next one, or the paragraph's end."""
        part = self.parts[number]
        following = number + 1
        same = following < len(self.parts) and self.parts[following].paragraph == part.paragraph
        end = self.parts[following].start if same else None
        return self.paragraphs[part.paragraph][part.end : end]

    def narration(self, paragraph: int) -> tuple[str, ...]:
        """Return the stretches of a paragraph that nobody in the story says."""
        text, position, found = self.paragraphs[paragraph], 0, []
        for number in self.rows[paragraph]:
            found.append(text[position : self.parts[number].start])
            position = self.parts[number].end
        return (*(stretch for stretch in found if stretch.strip()), text[position:])

    def breaks(self, paragraph: int) -> bool:
        """Return whether a paragraph is a heading or a mark between scenes."""
        return bool(_TITLE.match(self.paragraphs[paragraph])) and not self.rows[paragraph]


def lay_out(paragraphs: Sequence[str]) -> Layout:
    """Return the layout of paragraphs that follow each other."""
    typography = find_typography(paragraphs, "zh")
    found = find_quotations(paragraphs, typography)
    parts: list[Part] = []
    rows: list[tuple[int, ...]] = []
    for paragraph, quotations in enumerate(found):
        rows.append(tuple(range(len(parts), len(parts) + len(quotations))))
        parts.extend(
            Part(paragraph=paragraph, start=each.start, end=each.end, continues=each.continues)
            for each in quotations
        )
    folded = tuple(fold(text) for text in paragraphs)
    return Layout(paragraphs=folded, parts=tuple(parts), rows=tuple(rows))
