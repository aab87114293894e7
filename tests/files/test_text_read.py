"""Plain text: chapters from headings, paragraphs from lines."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript
from fullcast.files.text_headings import HeadingKind, read_heading
from fullcast.files.titles import contains_tokens, join_titles, merge_title, title_tokens
from fullcast.text.document import flatten
from fullcast.text.markup import read_markup

GUTENBERG = """\
The Project Gutenberg eBook of The Lamp

Title: The Lamp
Author: Ada Example
Language: German

*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP ***

Produced by somebody and the team

THE LAMP

by Ada Example


CONTENTS

CHAPTER I. The Storm

CHAPTER II. The Calm


CHAPTER I.

The Storm

It was a dark and stormy night, and the lamp was burning low; everybody
in the house was asleep, except the keeper and his _very_ old cat, who
was not.

  Roses are red
  Violets are blue

* * *

"What?" said Mara. [Illustration: A cat]


CHAPTER II.

The Calm

In the morning the sea lay flat * and nothing moved but the gulls, who
had nothing else to do.

*** END OF THE PROJECT GUTENBERG EBOOK THE LAMP ***
Licence.
"""


def read(folder: Path, text: str, name: str = "book.txt") -> Manuscript:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return read_manuscript(file)


def titles(manuscript: Manuscript) -> list[str]:
    return [chapter.title for chapter in manuscript.chapters]


def test_a_text_of_project_gutenberg(tmp_path: Path) -> None:
    book = read(tmp_path, GUTENBERG)
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Example", "de")
    assert titles(book) == ["CHAPTER I: The Storm", "CHAPTER II: The Calm"]
    assert book.chapters[0].source == "line 23"
    assert book.chapters[0].text == (
        "It was a dark and stormy night, and the lamp was burning low; everybody in the house was asleep, "
        "except the keeper and his *very* old cat, who was not.\n\n"
        'Roses are red\nViolets are blue\n\n***\n\n"What?" said Mara.\n'
    )
    assert [(item.what, item.why) for item in book.left_out] == [
        ("header, 23 words", "it is Project Gutenberg's, not the book's"),
        ("credits, 6 words", "it is Project Gutenberg's, not the book's"),
        ("licence, 9 words", "it is Project Gutenberg's, not the book's"),
        ("1 × pictures", "not read aloud: A cat"),
        ("title page, 6 words: THE LAMP by Ada Example CONTENTS", "it is no chapter"),
        ("contents, 2 entries", "a list of chapters is not read aloud"),
    ]


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        (("CHAPTER ONE", "CHAPTER TWO"), ["CHAPTER ONE", "CHAPTER TWO"]),
        (("I", "II"), ["I", "II"]),
        (("1.", "2."), ["1", "2"]),
        (("I. A SCANDAL", "II. A LEAGUE"), ["I. A SCANDAL", "II. A LEAGUE"]),
        (("第一章 风暴", "第二章 平静"), ["第一章 风暴", "第二章 平静"]),
        (("THE STORM", "THE CALM"), ["THE STORM", "THE CALM"]),
        (("Prologue", "Chapter 1: On"), ["Prologue", "Chapter 1: On"]),
    ],
)
def test_headings_of_every_kind_begin_chapters(
    tmp_path: Path, headings: tuple[str, str], found: list[str]
) -> None:
    text = "".join(
        f"\n\n{heading}\n\nIt rained all night, and nobody slept.\n\nThen it stopped.\n"
        for heading in headings
    )
    assert titles(read(tmp_path, text)) == found


def test_a_text_without_headings_is_one_chapter(tmp_path: Path) -> None:
    book = read(tmp_path, "It rained.\n\nThen it stopped.\n", "the_lamp.txt")
    assert (book.title, titles(book)) == ("the lamp", ["the lamp"])
    assert book.chapters[0].text == "It rained.\n\nThen it stopped.\n"


def test_parts_are_said_before_the_chapter_that_follows(tmp_path: Path) -> None:
    lines = [
        "THE LAMP",
        "BOOK I",
        "CHAPTER 1",
        "Rain fell.",
        "CHAPTER 2",
        "More.",
        "BOOK II",
        "CHAPTER 1",
        "Snow.",
    ]
    book = read(tmp_path, "\n\n".join(lines))
    assert [(chapter.title, chapter.text) for chapter in book.chapters] == [
        ("BOOK I: CHAPTER 1", "Rain fell.\n"),
        ("CHAPTER 2", "More.\n"),
        ("BOOK II: CHAPTER 1", "Snow.\n"),
    ]
    assert [item.what for item in book.left_out][1:] == ["title page, 2 words: THE LAMP"]


def test_chinese_lines_with_an_indent_are_paragraphs(tmp_path: Path) -> None:
    text = "第一章 灯塔\n　　夜里下雨。\n　　没有人睡觉。\n第二章 天亮\n　　雨停了。\n　　海很平。\n"
    book = read(tmp_path, text)
    assert (book.language, titles(book)) == ("zh", ["第一章 灯塔", "第二章 天亮"])
    assert book.chapters[0].text == "夜里下雨。\n\n没有人睡觉。\n"


def test_wrapped_lines_of_chinese_are_joined_without_spaces(tmp_path: Path) -> None:
    line = "夜里下雨，没有人睡觉，只有守灯塔的老人坐在窗前，看着外面的海，一句话也不说，"
    book = read(tmp_path, f"{line}\n{line}\n等天亮。\n\n{line}\n{line}\n走了。\n")
    assert book.chapters[0].text.startswith(f"{line}{line}等天亮。\n")


@given(
    st.lists(
        st.lists(
            st.sampled_from(["rain", "Mara:", "*", "[x]", "#", "lamp,", "sea.", "::a"]),
            min_size=8,
            max_size=14,
        ),
        min_size=2,
        max_size=6,
    )
)
def test_unwrapping_keeps_every_word(
    tmp_path_factory: pytest.TempPathFactory, paragraphs: list[list[str]]
) -> None:
    text = "\n\n".join("\n".join(textwrap.wrap(f"It is {' '.join(words)} so.", 40)) for words in paragraphs)
    book = read(tmp_path_factory.mktemp("text"), text)
    (chapter,) = book.chapters
    document = read_markup(chapter.text, "chapter.md")
    spoken = [flatten(document.source, block).text.split() for block in document.blocks]
    assert spoken == [["It", "is", *words, "so."] for words in paragraphs]


HEADINGS = st.sampled_from(
    ["CHAPTER 1", "CHAPTER II. The Storm", "BOOK I", "II", "3.", "PROLOGUE", "THE CALM", "* * *"]
)


@given(st.lists(HEADINGS | st.integers(10, 99), max_size=12))
def test_no_paragraph_of_a_text_is_lost(
    tmp_path_factory: pytest.TempPathFactory, order: list[str | int]
) -> None:
    rain = "of the rain that fell on the sea all night long, without an end to it"
    paragraphs = [item if isinstance(item, str) else f"This was night {item} {rain}." for item in order]
    text = "\n\n".join(["CHAPTER 1", f"It was the first {rain}.", *paragraphs])
    book = read(tmp_path_factory.mktemp("text"), text)
    spoken = "\n".join(chapter.text for chapter in book.chapters)
    assert re.findall(r"night (\d+)", spoken) == [str(item) for item in order if isinstance(item, int)]
    assert spoken.count("It was the first") == 1


def test_marked_utf_16_is_read(tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_bytes("Café.\r\n\r\nNo.\r\n".encode("utf-16"))
    assert read_manuscript(file).chapters[0].text == "Café.\n\nNo.\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\x7fELF\x02\x01\x01" + bytes(range(1, 200)) * 20 + b"\0",
            "the file is no text: it holds zero bytes",
        ),
        (b"  \n\n ", "there is no text in the file"),
    ],
)
def test_what_is_no_text_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "book.txt"
    file.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        read_manuscript(file)
    assert str(caught.value) == f"{file}: {message}"


def test_sentences_are_no_headings() -> None:
    for line in [
        "I had called upon my friend.",
        "“STOP!”",
        "Chapter and verse, he said.",
        "1984 was a year.",
    ]:
        assert read_heading([line]) is None
    assert read_heading(["IV."]).kind is HeadingKind.ROMAN  # type: ignore[union-attr]


@given(
    st.lists(st.sampled_from(["Chapter 1", "The Storm", "III", "Part Two", "in which it rains"]), max_size=4)
)
def test_no_heading_is_lost_and_none_said_twice(headings: list[str]) -> None:
    for listed in ["Chapter 1", "The Storm", "3. The Storm"]:
        title, said = merge_title(listed, headings)
        words = title_tokens(title)
        assert contains_tokens(words, title_tokens(listed)) or said
        for heading in headings[:said]:
            assert contains_tokens(words, title_tokens(heading))


def test_titles_are_joined_as_they_are_said() -> None:
    assert join_titles(["Chapter 4", "The Storm"]) == "Chapter 4: The Storm"
    assert join_titles(["The Storm", "in two parts"]) == "The Storm. in two parts"
    assert join_titles(["I.", "Why?", "", "Because"]) == "I: Why? Because"
