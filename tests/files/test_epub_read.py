"""Whole books: order, titles, chapters over files, what is left out."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript

Make = Callable[..., Path]

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))


def body(inner: str, kind: str = "bodymatter") -> str:
    return f'<body epub:type="{kind}">{inner}</body>'


def titles(manuscript: Manuscript) -> list[str]:
    return [chapter.title for chapter in manuscript.chapters]


def texts(manuscript: Manuscript) -> list[str]:
    return [chapter.text for chapter in manuscript.chapters]


def left_out(manuscript: Manuscript) -> dict[str, str]:
    return {item.what: item.why for item in manuscript.left_out}


@pytest.mark.parametrize("version", [2, 3])
def test_chapters_stand_in_reading_order_under_the_titles_of_the_contents(
    make_epub: Make, version: int
) -> None:
    pages = {
        "b.xhtml": body("<h1>I</h1><p>It rained.</p>"),
        "a.xhtml": body("<h1>THE CALM</h1><p>It stopped.</p>"),
    }
    book = read_manuscript(
        make_epub(pages, [("The Storm", "b.xhtml"), ("The Calm", "a.xhtml")], version=version)
    )
    assert (book.title, book.author, book.language) == ("The Lamp", "Ada Example", "en")
    assert titles(book) == ["The Storm", "The Calm"]
    assert texts(book) == ["## I\n\nIt rained.\n", "It stopped.\n"]
    assert [chapter.source for chapter in book.chapters] == ["OEBPS/b.xhtml", "OEBPS/a.xhtml"]


def test_a_chapter_over_several_files_is_joined(make_epub: Make) -> None:
    pages = {
        "c1.xhtml": body("<h2>One</h2><p>First.</p>"),
        "c1b.xhtml": body("<p>Second.</p>"),
        "c2.xhtml": body("<h2>Two</h2><p>Third.</p>"),
    }
    book = read_manuscript(make_epub(pages, [("One", "c1.xhtml"), ("Two", "c2.xhtml")]))
    assert texts(book) == ["First.\n\nSecond.\n", "Third.\n"]


def test_several_chapters_in_one_file_are_cut_at_the_fragments(make_epub: Make) -> None:
    pages = {
        "all.xhtml": body(
            '<div id="c1"><h2>One</h2><p>First.</p></div><p><a id="c2"/></p><h2>Two</h2><p>Second.</p>'
            '<h2 id="c3">Three</h2><p>Third.</p>'
        ),
        "more.xhtml": body("<p>Still third.</p>"),
    }
    toc = [("One", "all.xhtml#c1"), ("Two", "all.xhtml#c2"), ("Three", "all.xhtml#c3")]
    book = read_manuscript(make_epub(pages, toc, version=2))
    assert titles(book) == ["One", "Two", "Three"]
    assert texts(book) == ["First.\n", "Second.\n", "Third.\n\nStill third.\n"]


def test_sections_inside_a_story_are_no_chapters(make_epub: Make) -> None:
    page = body('<h2>The Storm</h2><section id="s1"><h3>I</h3><p>a</p></section><h3 id="s2">II</h3><p>b</p>')
    toc = (
        '<li><a href="s.xhtml">The Storm</a><ol><li><a href="s.xhtml#s1">I</a></li>'
        '<li><a href="s.xhtml#s2">II</a></li></ol></li><li><a href="t.xhtml">The Calm</a></li>'
    )
    book = read_manuscript(make_epub({"s.xhtml": page, "t.xhtml": body("<p>c</p>")}, toc))
    assert titles(book) == ["The Storm", "The Calm"]
    assert texts(book)[0] == "### I\n\na\n\n### II\n\nb\n"


def test_the_heading_of_a_part_is_said_before_its_first_chapter(make_epub: Make) -> None:
    pages = {
        "p1.xhtml": body("<h1>Part One</h1>"),
        "c1.xhtml": body("<h2>Chapter 1</h2><p>a</p>"),
        "c2.xhtml": body("<h2>Chapter 2</h2><p>b</p>"),
    }
    toc = (
        '<li><a href="p1.xhtml">Part One</a><ol><li><a href="c1.xhtml">Chapter 1</a></li>'
        '<li><a href="c2.xhtml">Chapter 2</a></li></ol></li>'
    )
    assert titles(read_manuscript(make_epub(pages, toc))) == ["Part One: Chapter 1", "Chapter 2"]


def test_a_heading_that_says_more_than_the_contents_becomes_the_title(make_epub: Make) -> None:
    pages = {
        "c1.xhtml": body("<h2>Chapter I</h2><h3>The Storm</h3><p>a</p>"),
        "c2.xhtml": body("<h2>Chapter 2<br/>The Calm</h2><p>b</p>"),
    }
    book = read_manuscript(make_epub(pages, [("The Storm", "c1.xhtml"), ("Chapter 2", "c2.xhtml")]))
    assert titles(book) == ["Chapter I: The Storm", "Chapter 2: The Calm"]
    assert texts(book) == ["a\n", "b\n"]


def test_without_contents_headings_name_the_chapters(make_epub: Make) -> None:
    pages = {f"c{n}.xhtml": body(f"<h1>Night {n}</h1><p>It rained.</p>") for n in range(4)}
    assert titles(read_manuscript(make_epub(pages))) == ["Night 0", "Night 1", "Night 2", "Night 3"]


def test_without_contents_and_headings_chapters_are_numbered(make_epub: Make) -> None:
    pages = {f"c{n}.xhtml": body("<p>It rained.</p>") for n in range(2)}
    assert titles(read_manuscript(make_epub(pages))) == ["Chapter 1", "Chapter 2"]


def test_headings_that_are_pictures_are_read_by_what_they_show(make_epub: Make) -> None:
    painted = '<body><h2><img src="{0}.png" alt="{1}"/></h2><p>{2}</p></body>'
    pages = {
        "a.xhtml": painted.format("a", "Chapter One", "Rain."),
        "b.xhtml": painted.format("b", "Chapter Two", "Sun."),
    }
    assert titles(read_manuscript(make_epub(pages))) == ["Chapter One", "Chapter Two"]
    listed = read_manuscript(make_epub(pages, [("Chapter One", "a.xhtml"), ("Chapter Two", "b.xhtml")]))
    assert [(chapter.title, chapter.text) for chapter in listed.chapters] == [
        ("Chapter One", "Rain.\n"),
        ("Chapter Two", "Sun.\n"),
    ]


def test_one_long_file_is_cut_at_its_headings(make_epub: Make) -> None:
    page = body("<h1>The Lamp</h1>" + "".join(f"<h2>Night {n}</h2><p>It rained.</p>" for n in range(3)))
    book = read_manuscript(make_epub({"all.xhtml": page}, [("Start", "all.xhtml")]))
    assert titles(book) == ["The Lamp. Night 0", "Night 1", "Night 2"]


def test_front_and_back_matter_is_left_out_and_listed(make_epub: Make) -> None:
    story = body("<h2>One</h2><p>First.</p>")
    pages = {
        "cover.xhtml": body('<img src="c.jpg" alt="Cover"/>'),
        "title.xhtml": body('<section epub:type="titlepage"><h1>The Lamp</h1></section>', "frontmatter"),
        "rights.xhtml": body("<p>Copyright © 2020. All rights reserved.</p>"),
        "dedication.xhtml": body("<p>For Tom.</p>", "dedication"),
        "preface.xhtml": body("<h2>Preface</h2><p>I began to write.</p>"),
        "one.xhtml": story,
        "notes.xhtml": body(
            '<section epub:type="endnotes"><ol><li id="n">x</li></ol></section>', "backmatter"
        ),
        "about.xhtml": body("<h2>About the Author</h2><p>She lives.</p>"),
        "ad.xhtml": body("<p>Advertisement.</p>"),
    }
    toc = [("Preface", "preface.xhtml"), ("One", "one.xhtml"), ("About the Author", "about.xhtml")]
    book = read_manuscript(make_epub(pages, toc, nonlinear=["ad.xhtml"]))
    assert titles(book) == ["Dedication", "Preface", "One"]
    assert left_out(book) == {
        "OEBPS/cover.xhtml": "it is the cover",
        "OEBPS/title.xhtml": "it is a title page",
        "Copyright © 2020. All rights reserved. (OEBPS/rights.xhtml)": "it is a copyright page",
        "OEBPS/notes.xhtml": "it is a page of notes",
        "About the Author (OEBPS/about.xhtml)": "it is about the author, the series or the edition",
        "OEBPS/ad.xhtml": "it is not part of the main text",
    }


def test_a_page_of_links_is_contents_whatever_it_is_called(make_epub: Make) -> None:
    links = "".join(f'<p><a href="c{n}.xhtml">The story of night {n}</a></p>' for n in range(4))
    pages = {
        "x.xhtml": body(links),
        **{f"c{n}.xhtml": body(f"<h2>Night {n}</h2><p>Rain.</p>") for n in range(4)},
    }
    book = read_manuscript(make_epub(pages, version=2))
    assert titles(book) == [f"Night {n}" for n in range(4)]
    assert list(left_out(book).values()) == ["it is a table of contents"]


def test_notes_in_a_file_of_their_own_stay_out_of_the_way(make_epub: Make) -> None:
    pages = {
        "c1.xhtml": body(
            '<p id="first">He left<a id="r1" href="n.xhtml#n1"><sup>1</sup></a>, and <i>how</i>'
            '<a id="r2" class="fnref" href="n.xhtml#n2">2</a>.</p>'
        ),
        "n.xhtml": body(
            '<p id="n1"><a href="c1.xhtml#r1">1</a> A note.</p>'
            '<p><a id="n2" href="c1.xhtml#first">[2]</a> Another.</p>'
        ),
    }
    book = read_manuscript(make_epub(pages, [("One", "c1.xhtml"), ("Notes on the text", "n.xhtml")]))
    assert texts(book) == ["He left, and *how*.\n"]
    assert left_out(book)["2 × numbers of notes"] == "not read aloud"


def test_escaped_names_of_files_and_a_nested_package_are_found(make_epub: Make) -> None:
    pages = {"Text/Chapter%20One.xhtml": body("<p>First.</p>")}
    path = make_epub(
        pages,
        [("One", "Text/Chapter%20One.xhtml")],
        extra={
            "OEBPS/Text/Chapter%20One.xhtml": None,
            "OEBPS/Text/Chapter One.xhtml": "<html><body><p>First.</p></body></html>",
        },
    )
    assert texts(read_manuscript(path)) == ["First.\n"]


def test_broken_html_and_another_encoding_are_read(make_epub: Make) -> None:
    pages = {"a.xhtml": "", "b.xhtml": ""}
    extra = {
        "OEBPS/a.xhtml": b"<html><body><p>One &nbsp; <b>bold<p>Two & more</body>",
        "OEBPS/b.xhtml": (
            b'<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Caf\xe9</p></body></html>'
        ),
    }
    book = read_manuscript(make_epub(pages, [("A", "a.xhtml"), ("B", "b.xhtml")], extra=extra))
    assert texts(book) == ["One *bold*\n\n*Two & more*\n", "Café\n"]


COVERS = {
    "x.jpg": {"manifest": '<item id="c" href="x.jpg" media-type="image/jpeg" properties="cover-image"/>'},
    "x.png": {
        "manifest": '<item id="c" href="x.png" media-type="image/png"/>',
        "metadata": '<meta name="cover" content="c"/>',
    },
    "x.svg": {"guide": '<guide><reference type="cover" href="x.svg"/></guide>'},
}


@pytest.mark.parametrize("name", COVERS)
def test_the_cover_is_found(make_epub: Make, name: str) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<image xlink:href="data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"/></svg>'
    )
    contents = {"x.jpg": JPEG, "x.png": PNG, "x.svg": svg}
    pages = {"c.xhtml": body("<p>x</p>")}
    cover = read_manuscript(make_epub(pages, extra={f"OEBPS/{name}": contents[name]}, **COVERS[name])).cover
    assert cover is not None
    assert (cover.content, cover.suffix) == ((PNG, ".png") if name == "x.png" else (JPEG, ".jpg"))


def test_a_drawn_cover_is_left_out_with_the_reason(make_epub: Make) -> None:
    item = '<item id="c" href="x.svg" media-type="image/svg+xml" properties="cover-image"/>'
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
    book = read_manuscript(
        make_epub({"c.xhtml": body("<p>x</p>")}, manifest=item, extra={"OEBPS/x.svg": svg})
    )
    assert book.cover is None
    assert left_out(book) == {"cover OEBPS/x.svg": "it is SVG without a picture that audio players can show"}


def test_credits_of_both_versions_are_read(make_epub: Make) -> None:
    metadata = (
        '<dc:title id="t2">A Novel</dc:title><dc:creator opf:role="trl">Bo</dc:creator>'
        "<dc:creator>Cy</dc:creator>"
        "<dc:publisher>Press</dc:publisher><dc:date>1911-02-03</dc:date>"
        "<dc:description>&lt;p&gt;A &lt;i&gt;tale&lt;/i&gt;.&lt;/p&gt;</dc:description>"
    )
    book = read_manuscript(make_epub({"c.xhtml": body("<p>x</p>")}, metadata=metadata))
    assert (book.title, book.author, book.publisher, book.year) == (
        "The Lamp",
        "Ada Example, Cy",
        "Press",
        "1911",
    )
    assert book.description == "A tale ."


def test_a_language_in_an_old_form_is_read_and_an_unknown_one_is_told(make_epub: Make) -> None:
    pages = {"c.xhtml": body("<p>x</p>")}
    for written, language, told in [("ger", "de", 0), ("en_US", "en-US", 0), ("Klingon!", "en", 1)]:
        path = make_epub(pages)
        content = _replace_in(path, "OEBPS/book.opf", "<dc:language>en<", f"<dc:language>{written}<")
        book = read_manuscript(content)
        assert (book.language, len(book.left_out)) == (language, told)


def _replace_in(path: Path, name: str, old: str, new: str) -> Path:
    with zipfile.ZipFile(path) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    files[name] = files[name].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in files.items():
            archive.writestr(each, content)
    return path


def test_a_book_of_pictures_says_that_it_needs_ocr(make_epub: Make) -> None:
    pages = {f"p{n}.xhtml": body(f'<img src="{n}.jpg" alt=""/>') for n in range(3)}
    with pytest.raises(ProjectError) as caught:
        read_manuscript(make_epub(pages))
    assert str(caught.value).endswith(
        "the book is pictures: 3 of them and no text (scanned pages, or a comic)"
    )
    assert (
        caught.value.hint
        == "recognise the text first (OCR: ocrmypdf, tesseract), then give it as plain text or EPUB"
    )
