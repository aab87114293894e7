"""Marks that are written into a chapter: what is spoken stays the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.text.document import Mark, Piece
from fullcast.text.marking import Wanted, can_mark, write_marks


def wanted(source: str, words: str, speaker: str = "Mara", mark: Mark | None = None) -> Wanted:
    start = source.index(words)
    piece = Piece(start=start, end=start + len(words), mark=mark or Mark())
    return Wanted(pieces=(piece,), speaker=speaker)


def test_several_marks_in_one_source() -> None:
    source = "“Hi,” she said. “Who is it?”\n\n“Me.”"
    marks = [
        wanted(source, "“Me.”", 'Tom "Salt" Hale'),
        wanted(source, "“Who is it?”"),
        wanted(source, "“Hi,”"),
    ]
    assert write_marks(source, marks) == (
        '[“Hi,”]{as="Mara"} she said. [“Who is it?”]{as="Mara"}\n\n[“Me.”]{as=\'Tom "Salt" Hale\'}'
    )


@pytest.mark.parametrize(
    ("words", "speaker"), [("“Hi *there*,”", "Mara"), ("“Hi”", "Tom's"), ("“Hi”", 'T "S" H')]
)
def test_plain_words_and_whole_emphasis_can_be_marked(words: str, speaker: str) -> None:
    assert can_mark(words, wanted(words, words, speaker))


@pytest.mark.parametrize(
    ("words", "speaker"), [("“Hi *there,”", "Mara"), ("“Hi [sic],”", "Mara"), ("“Hi”", """Tom's "Salt" """)]
)
def test_what_would_break_the_markup_is_left_alone(words: str, speaker: str) -> None:
    assert not can_mark(words, wanted(words, words, speaker))


def test_what_is_marked_is_left_alone() -> None:
    assert not can_mark("“Hi”", wanted("“Hi”", "“Hi”", mark=Mark(say="hai")))
    assert not can_mark("“Hi”", wanted("“Hi”", "“Hi”", mark=Mark(speaker="Tom", start=3)))


@given(st.text(max_size=40), st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_taking_the_marks_out_gives_the_source(before: str, words: str, after: str) -> None:
    piece = Piece(start=len(before), end=len(before) + len(words))
    source = before + words + after
    marked = write_marks(source, [Wanted(pieces=(piece,), speaker="Mara")])
    assert marked == f'{before}[{words}]{{as="Mara"}}{after}'
