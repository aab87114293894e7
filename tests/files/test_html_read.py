"""Web pages as books."""

from __future__ import annotations

from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript

PAGE = """\
<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>The Lamp</title>
<meta name="author" content="Ada Example"></head><body>
<header>My site</header><nav><a href="/">home</a></nav>
<h1>The Lamp</h1><p>By Ada Example</p>
<h2>Contents</h2><ul><li><a href="#a">One</a></li><li><a href="#b">Two</a></li>
<li><a href="#c">Three</a></li></ul>
<h2 id="a">One</h2><p>The lamp was <i>lit</i>.<a href="#n1"><sup>1</sup></a> [sic]</p>
<p><a href="#top">Top</a></p><hr><p>It rained.</p>
<h2 id="b">Two</h2><blockquote><p>Dear Mara,<br>come home.</p></blockquote><script>let x</script>
<h2 id="c">Three</h2><table><tr><td>Wind</td><td>west</td></tr></table>
<h2>Notes</h2><p id="n1">1. In the year of the great storm.</p>
<footer>© My site</footer></body></html>
"""


def read(folder: Path, page: str, encoding: str = "utf-8") -> Manuscript:
    file = folder / "lamp.html"
    file.write_bytes(page.encode(encoding))
    return read_manuscript(file)


def chapters(book: Manuscript) -> list[tuple[str, str]]:
    return [(chapter.title, chapter.text) for chapter in book.chapters]


def test_a_page_becomes_chapters_and_nothing_of_the_site(tmp_path: Path) -> None:
    book = read(tmp_path, PAGE)
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Example", "en-GB")
    assert chapters(book) == [
        ("One", "The lamp was *lit*. \\[sic\\]\n\n***\n\nIt rained.\n"),
        ("Two", "> Dear Mara,\n> come home.\n"),
        ("Three", "Wind\nwest\n"),
    ]
    told = [each.what for each in book.left_out]
    assert told == [
        "The Lamp (block 1)",
        "Contents (block 3)",
        "Notes (block 13)",
        "table of contents",
        "1 × numbers of notes",
        "1 × notes",
    ]


def test_project_gutenberg_is_left_out_and_read_for_what_it_says(tmp_path: Path) -> None:
    body = (
        "<pre>The Project Gutenberg EBook of The Lamp\n\nTitle: The Lamp\n\nAuthor: Ada Example\n\n"
        "Language: German\n\n*** START OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***</pre>"
        "<p>Produced by a machine.</p><h1>THE LAMP</h1>"
        "<h2>CHAPTER I</h2><h3>Dusk at Sea</h3><p>The lamp was lit.</p><h2>CHAPTER II</h2><p>It rained.</p>"
        "<pre>*** END OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***\n\nThe full licence.</pre>"
    )
    book = read(tmp_path, f"<html><head><title>The Lamp, by Ada</title></head><body>{body}</body></html>")
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Example", "de")
    assert chapters(book) == [
        ("CHAPTER I: Dusk at Sea", "The lamp was lit.\n"),
        ("CHAPTER II", "It rained.\n"),
    ]


@pytest.mark.parametrize(
    "headings",
    [
        "<h1>The Lamp</h1><h1>The Lamp</h1>{}<h2>Dusk</h2>{}<h2>Night</h2>{}<h2>Dawn</h2>{}",
        "<h1>Dusk</h1>{}{}<h1>Night</h1>{}<h1>Dawn</h1>{}",
        "<p>CHAPTER I. Dusk</p>{}{}<p>CHAPTER II. Night</p>{}<p>CHAPTER III. Dawn</p>{}",
        "<h2>Part One</h2>{}<h3>Chapter 1: Dusk</h3>{}<h3>Chapter 2: Night</h3>{}<h3>Chapter 3: Dawn</h3>{}",
    ],
)
def test_chapters_begin_at_the_headings_that_divide_the_book(headings: str, tmp_path: Path) -> None:
    text = [f"<p>{'The rain went on. ' * 40}{number}</p>" for number in range(4)]
    titles = [title for title, _ in chapters(read(tmp_path, f"<body>{headings.format(*text)}</body>"))]
    assert [word for title in titles for word in ("Dusk", "Night", "Dawn") if word in title] == [
        "Dusk",
        "Night",
        "Dawn",
    ]
    assert len(titles) in {3, 4}


def test_a_page_without_headings_is_one_chapter(tmp_path: Path) -> None:
    assert chapters(read(tmp_path, "<p>The lamp was lit.</p><p>It rained.</p>")) == [
        ("lamp", "The lamp was lit.\n\nIt rained.\n")
    ]


def test_what_a_page_says_of_its_encoding_counts(tmp_path: Path) -> None:
    page = '<meta charset="koi8-r"><p>Где ты был?</p>'
    assert "Где ты был?" in read(tmp_path, page, "koi8-r").chapters[0].text
    assert "café" in read(tmp_path, "<p>A café.</p>", "cp1252").chapters[0].text


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<html><body></body></html>", "there is no text in the file"),
        ("<nav><a href='/'>home</a></nav>", "there is no text in the file"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><p>&a;</p>', "declares XML entities of its own"),
        ("<h1>Contents</h1><p>One 1</p>", "no chapter is left"),
    ],
)
def test_a_page_that_is_no_book_is_refused(page: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=message):
        read(tmp_path, page)
