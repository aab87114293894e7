"""The door: from the text of a novel to its people and who says what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fullcast.model import Person
from fullcast.text.novel.evidence import Book, make_book
from fullcast.text.novel.layout import Prose, read_layout
from fullcast.text.novel.survey import survey
from fullcast.text.novel.turns import find_turns
from fullcast.text.quotes import find_quotations, find_typography


def prepare(text: str) -> Book:
    """Return a novel made ready for reading its turns."""
    paragraphs = read_layout(text)
    texts = [prose.text for prose in paragraphs]
    quotations = find_quotations(texts, find_typography(texts, "en"))
    found = survey(paragraphs, quotations)
    return make_book(found, find_turns(found))
