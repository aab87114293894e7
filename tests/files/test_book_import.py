"""Choosing the reader for a file, and Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript

Make = Callable[..., Path]


def read(folder: Path, text: str) -> Manuscript:
    file = folder / "the-lamp.md"
    file.write_text(text, encoding="utf-8")
    return read_manuscript(file)


def chapters(manuscript: Manuscript) -> list[tuple[str, str]]:
    return [(chapter.title, chapter.text) for chapter in manuscript.chapters]


def test_first_headings_of_markdown_begin_chapters_and_words_stay_as_they_are(tmp_path: Path) -> None:
    text = "---\ntitle: 'The Lamp: a tale'\nauthor: [Ada, Bo]\nlang: en-GB\ndate: 2020-01-02\n---\n\n"
    text += '# The *Storm*\n\n[“Rain.”]{as="Mara"}\n\n## Later\n\nMore.\n\n# Calm\n\nSun.\n'
    book = read(tmp_path, text)
    assert (book.title, book.author, book.language, book.year) == (
        "The Lamp: a tale",
        "Ada, Bo",
        "en-GB",
        "2020",
    )
    assert chapters(book) == [
        ("The Storm", '[“Rain.”]{as="Mara"}\n\n## Later\n\nMore.\n'),
        ("Calm", "Sun.\n"),
    ]
    assert book.left_out == ()


def test_one_title_above_second_headings_is_the_book(tmp_path: Path) -> None:
    book = read(tmp_path, "# The Lamp\n\n## One\n\nRain.\n\n## Two\n\nSun.\n")
    assert book.title == "The Lamp"
    assert chapters(book) == [("One", "Rain.\n"), ("Two", "Sun.\n")]


def test_markdown_without_headings_is_one_chapter(tmp_path: Path) -> None:
    assert chapters(read(tmp_path, "Rain.\n\n```\n# no heading\n```\n")) == [
        ("the-lamp", "Rain.\n\n```\n# no heading\n```\n")
    ]


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ("a: &x [1]\nb: *x", "the front matter uses YAML aliases"),
        ("- title", "the front matter holds no `key: value` lines"),
        ("title: [", "the front matter is no YAML: "),
    ],
)
def test_wrong_front_matter_is_told(tmp_path: Path, front: str, message: str) -> None:
    with pytest.raises(ProjectError) as caught:
        read(tmp_path, f"---\n{front}\n---\n\n# One\n\nRain.\n")
    assert str(caught.value).startswith(f"{tmp_path / 'the-lamp.md'}: {message}")


def test_front_matter_cannot_make_objects(tmp_path: Path) -> None:
    book = read(tmp_path, "---\ntitle: !!python/object/apply:os.getcwd []\n---\n\nRain.\n")
    assert book.title == "the-lamp"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("book.docx", b"words", "'book.docx' is damaged, or no Word document (DOCX)"),
        ("book.pdf", b"%PDF-1.4", "'book.pdf' is no PDF that can be read"),
        ("book.mobi", b"words", "books of the kind '.mobi' are not read"),
        ("book", b"words", "books of the kind 'without a suffix' are not read"),
        ("empty.md", b"\n\n", "there is no text in the file"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        read_manuscript(file)
    assert str(caught.value).startswith(f"{file}: {message}")


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"'no\.epub' does not exist"):
        read_manuscript(tmp_path / "no.epub")
    with pytest.raises(ProjectError, match="is a folder"):
        read_manuscript(tmp_path)


def test_a_name_that_no_disk_takes_is_told() -> None:
    with pytest.raises(ProjectError, match=r"cannot be read: File name too long|does not exist"):
        read_manuscript(Path("x" * 300))


def test_an_epub_is_known_by_its_content(make_epub: Make, tmp_path: Path) -> None:
    path = make_epub({"c.xhtml": "<body><p>Words.</p></body>"}, [("One", "c.xhtml")])
    renamed = path.rename(tmp_path / "book.zip")
    assert chapters(read_manuscript(renamed)) == [("One", "Words.\n")]
