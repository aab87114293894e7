"""Choosing among the parts of a book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.errors import UsageError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import LeftOut, Manuscript, ManuscriptChapter
from fullcast.files.selection import choose_parts, list_parts

MakeEpub = Callable[..., Path]

THANKS = LeftOut(
    what="Thanks (t.xhtml)",
    why="it is acknowledgments",
    chapter=ManuscriptChapter(title="Thanks", text="To Tom.\n", source="t.xhtml"),
    before=1,
)


def book(*titles: str, left_out: tuple[LeftOut, ...] = ()) -> Manuscript:
    chapters = tuple(
        ManuscriptChapter(title=title, text="It rained all night.\n", source=f"c{number}.xhtml")
        for number, title in enumerate(titles, 1)
    )
    return Manuscript(title="The Lamp", chapters=chapters, left_out=left_out)


def heard(manuscript: Manuscript) -> list[str]:
    return [chapter.title for chapter in manuscript.chapters if chapter.include]


@pytest.mark.parametrize(
    ("choice", "titles"),
    [
        ({}, ["One", "Two", "Three", "Notes on Two"]),
        ({"include": ("2",)}, ["Two"]),
        ({"include": ("1-2", "4")}, ["One", "Two", "Notes on Two"]),
        ({"include": ("1, 3-4",)}, ["One", "Three", "Notes on Two"]),
        ({"exclude": ("notes*",)}, ["One", "Two", "Three"]),
        ({"exclude": ("t?o",)}, ["One", "Three", "Notes on Two"]),
        ({"exclude": ("two",)}, ["One", "Three"]),
        ({"include": ("1-3",), "exclude": ("2",)}, ["One", "Three"]),
    ],
)
def test_parts_are_chosen_by_number_range_and_title(
    choice: dict[str, tuple[str, ...]], titles: list[str]
) -> None:
    assert heard(choose_parts(book("One", "Two", "Three", "Notes on Two"), **choice)) == titles


def test_what_is_left_out_by_itself_can_be_taken_in_at_its_place() -> None:
    source = book("One", "Two", left_out=(THANKS,))
    assert [(part.number, part.title, part.words, part.why_not) for part in list_parts(source)] == [
        (1, "One", 4, ""),
        (2, "Two", 4, ""),
        (3, "Thanks", 2, "it is acknowledgments"),
    ]
    chosen = choose_parts(source, include=("1-3",))
    assert heard(chosen) == ["One", "Thanks", "Two"]
    assert chosen.left_out == ()


@given(st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)))
def test_no_chapter_is_lost_by_a_choice(include: set[int], exclude: set[int]) -> None:
    source = book(*"ABCDEF")
    choice = {"include": tuple(map(str, include)), "exclude": tuple(map(str, exclude))}
    wanted = (include or set(range(1, 7))) - exclude
    if not wanted:
        with pytest.raises(UsageError, match="no chapter is left"):
            choose_parts(source, **choice)
        return
    chosen = choose_parts(source, **choice)
    assert [chapter.text for chapter in chosen.chapters] == [chapter.text for chapter in source.chapters]
    assert [number for number, each in enumerate(chosen.chapters, 1) if each.include] == sorted(wanted)
    assert [part.number for part in list_parts(chosen) if not part.why_not] == sorted(wanted)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("0", "--include 0: the parts of the book are numbered 1 to 2"),
        ("2-1", "--include 2-1: the parts of the book are numbered 1 to 2"),
        ("3", "--include 3: the parts of the book are numbered 1 to 2"),
        ("Tow", "--include 'Tow': no part of the book has such a title"),
        ("", "--include '': no part of the book has such a title"),
    ],
)
def test_what_names_no_part_is_told(word: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose_parts(book("One", "Two"), include=(word,))
    assert str(caught.value) == message


def test_pages_of_an_epub_that_nobody_reads_can_be_chosen(make_epub: MakeEpub) -> None:
    pages = {
        "title.xhtml": '<body><section epub:type="titlepage"><h1>The Lamp</h1><p>By Ada</p></section></body>',
        "one.xhtml": "<body><h2>One</h2><p>Rain.</p></body>",
        "thanks.xhtml": '<body epub:type="acknowledgments"><h2>Thanks</h2><p>To Tom.</p></body>',
        "two.xhtml": "<body><h2>Two</h2><p>Sun.</p></body>",
    }
    book = read_manuscript(make_epub(pages, [("One", "one.xhtml"), ("Two", "two.xhtml")]))
    assert [(part.number, part.title, part.why_not) for part in list_parts(book)] == [
        (1, "One", ""),
        (2, "Two", ""),
        (3, "The Lamp", "it is a title page"),
        (4, "Thanks", "it is acknowledgments"),
    ]
    chosen = choose_parts(book, include=("1-4",))
    assert [(chapter.title, chapter.text.split()[-1]) for chapter in chosen.chapters] == [
        ("The Lamp", "Ada"),
        ("One", "Rain."),
        ("Thanks", "Tom."),
        ("Two", "Sun."),
    ]
