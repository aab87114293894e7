"""The law of importing: the visible words of a page are the spoken words of the chapter."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from fullcast.files.epub_page import Page, read_page
from fullcast.files.prose import tidy_characters, write_chapter
from fullcast.files.xhtml import _from_selectolax, parse_page
from fullcast.text.document import flatten
from fullcast.text.markup import read_markup

BOOK = Path("book.epub")
OPEN = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>'


@dataclass(frozen=True)
class Piece:
    """Markup, and the lines that a reader sees of it."""

    markup: str
    seen: str


def read(body: str, notes: frozenset[str] = frozenset()) -> Page:
    return read_page(
        parse_page(BOOK, "page.xhtml", f"{OPEN}{body}</body></html>".encode()), "page.xhtml", notes
    )


def chapter(body: str, notes: frozenset[str] = frozenset()) -> str:
    return write_chapter(read(body, notes).blocks)


def spoken(page: Page) -> list[str]:
    document = read_markup(write_chapter(page.blocks), "chapter.md")
    assert not document.problems
    lines = [line for block in document.blocks for line in flatten(document.source, block).text.split("\n")]
    return visible("\n".join(lines))


def visible(text: str) -> list[str]:
    """Return the lines with words in them, without white space: ornaments are scene breaks, not words."""
    lines = ("".join(tidy_characters(line).split()) for line in text.split("\n"))
    return [line for line in lines if any(map(str.isalnum, line))]


def join(pieces: list[Piece]) -> Piece:
    return Piece("".join(piece.markup for piece in pieces), "".join(piece.seen for piece in pieces))


def wrap(opening: str, closing: str, before: str = "", after: str = "") -> object:
    return lambda piece: Piece(f"{opening}{piece.markup}{closing}", f"{before}{piece.seen}{after}")


TEXTS = st.text(alphabet='abcZ9é灯*_[]{}#>:\\`~-=+.!|&<"“”’— \n\u00a0\u00ad', min_size=1, max_size=14).map(
    lambda text: Piece(escape(text), text.replace("\n", " "))
)
FIXED = st.sampled_from(
    [
        Piece("<br/>", "\n"),
        Piece('<a epub:type="noteref" href="#n1">1</a>', ""),
        Piece('<sup><a href="#n1">12</a></sup>', ""),
        Piece("<ruby>灯<rp>(</rp><rt>deng</rt><rp>)</rp></ruby>", "灯"),
        Piece('<img src="x.png" alt="a cat"/>', ""),
        Piece('<span epub:type="pagebreak" title="7">7</span>', ""),
        Piece('<span class="dropcap">O</span>nce', "Once"),
        Piece("&#8212;&#160;<!-- unseen -->", "— "),
        Piece("<script>var unseen;</script>", ""),
    ]
)


def _inline(below: st.SearchStrategy[Piece]) -> st.SearchStrategy[Piece]:
    names = st.sampled_from(["em", "i", "b", "span", "small", "strong"])
    whole = st.lists(below, max_size=4).map(join)
    return st.builds(lambda name, piece: Piece(f"<{name}>{piece.markup}</{name}>", piece.seen), names, whole)


INLINE = st.lists(st.recursive(TEXTS | FIXED, _inline, max_leaves=6), max_size=5).map(join)


def _block(name: str, inner: Piece) -> Piece:
    if name in {"h2", "h4"}:  # with a word of their own: of others, the picture is the heading
        return Piece(f"<{name}>On {inner.markup}</{name}>", "\nOn " + inner.seen.replace("\n", " ") + "\n")
    return Piece(f"<{name}>{inner.markup}</{name}>", f"\n{inner.seen}\n")


LEAVES = st.builds(_block, st.sampled_from(["p", "div", "h2", "h4"]), INLINE)
ROWS = st.lists(INLINE, min_size=1, max_size=3).map(
    lambda cells: Piece(
        "<table><tr>" + "".join(f"<td>{cell.markup}</td>" for cell in cells) + "</tr></table>",
        "\n" + "\n".join(cell.seen for cell in cells) + "\n",
    )
)
LISTS = st.lists(INLINE, min_size=1, max_size=3).map(
    lambda lines: Piece(
        "<ul>" + "".join(f"<li>{line.markup}</li>" for line in lines) + "</ul>",
        "\n" + "\n".join(line.seen for line in lines) + "\n",
    )
)
BLOCKS = st.recursive(
    LEAVES | ROWS | LISTS | st.just(Piece("<hr/>", "\n")),
    lambda below: st.builds(
        _block,
        st.sampled_from(["blockquote", "section", "div"]),
        st.lists(below, min_size=1, max_size=3).map(join),
    ),
    max_leaves=6,
)
BODIES = st.lists(BLOCKS, max_size=5).map(join)


@settings(max_examples=150)
@given(BODIES)
def test_spoken_words_are_the_visible_words(body: Piece) -> None:
    assert spoken(read(body.markup)) == visible(body.seen)


@settings(max_examples=60)
@given(BODIES)
def test_broken_html_is_read_like_the_sound_one(body: Piece) -> None:
    root = LexborHTMLParser(f"{OPEN}{body.markup}</body></html>").root
    assert root is not None
    page = read_page(_from_selectolax(root, 0), "page.xhtml", frozenset())
    assert spoken(page) == visible(body.seen)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>One.</p><hr/><p>Two.</p>", "One.\n\n***\n\nTwo.\n"),
        ("<p>One.</p><p>* * *</p><p>Two.</p>", "One.\n\n***\n\nTwo.\n"),
        ("<p>One.</p><p class='space-above'>Two.</p>", "One.\n\n***\n\nTwo.\n"),
        ("<p>One.</p><p>\u00a0</p><p>Two.</p>", "One.\n\n***\n\nTwo.\n"),
        ("<p>One.</p><div class='ornament'><img src='x' alt=''/></div><p>Two.</p>", "One.\n\n***\n\nTwo.\n"),
        ("<p><span>Roses</span><br/><span>violets</span></p>", "Roses\nviolets\n"),
        (
            "<div class='poem'><p class='line'>Roses</p><p class='line'>violets</p></div>",
            "> Roses\n> violets\n",
        ),
        (
            "<blockquote><p>Dear Tom,</p><p>Yours,<br/>Ada</p></blockquote>",
            "> Dear Tom,\n>\n> Yours,\n> Ada\n",
        ),
        ("<p>a<br/><br/>b</p>", "a\n\nb\n"),
        ("<p>It is <i>not</i>.</p>", "It is *not*.\n"),
        ("<p><i>One</i> <b>two</b></p>", "*One* *two*\n"),
        ("<p><span>O</span>nce, ex\u00adtra&nbsp;wide &mdash; &hellip;</p>", "Once, extra wide — …\n"),
        ("<p><img src='o.png' alt='O'/>nce upon a time.</p>", "Once upon a time.\n"),
        (
            "<table><tr><th>Name</th><td>Mara</td></tr><tr><td>Age</td><td>9</td></tr></table>",
            "Name\nMara\n\nAge\n9\n",
        ),
        ("<p>“\u200a‘Go,’\u200a” he said.</p>", "“‘Go,’” he said.\n"),
        ("<p>don&#146;t</p>", "don’t\n"),
        ("<p>He said <q>no</q>.</p>", "He said “no”.\n"),
        ("<p>Narrator: a<sub>2</sub> # [x]</p>", "Narrator\\: a2 # \\[x\\]\n"),
        ("<h3>A <br/>storm #</h3><p>x</p>", "### A storm \\#\n\nx\n"),
        ("<p hidden='hidden'>no</p><p style='display: none'>no</p><p>yes</p>", "yes\n"),
    ],
)
def test_what_a_page_becomes(body: str, text: str) -> None:
    assert chapter(body) == text


def test_empty_paragraphs_everywhere_are_no_scene_breaks() -> None:
    body = "<p>Words here.</p><p>&nbsp;</p>" * 12
    assert "***" not in chapter(body)


def test_notes_are_left_out_and_counted() -> None:
    body = (
        "<p>Text<a epub:type='noteref' href='#n1'>1</a> and more<sup><a href='#n2'>2</a></sup>.</p>"
        "<aside epub:type='footnote' id='n1'>A note.</aside><p id='n2'>2. Another.</p>"
    )
    page = read(body, frozenset({"n1", "n2"}))
    assert write_chapter(page.blocks) == "Text and more.\n"
    assert page.passed_over == {"numbers of notes": 2, "notes": 2}


def test_pictures_are_left_out_and_told() -> None:
    page = read(
        "<figure><img src='m.png' alt='A map'/><figcaption>Map of the isle</figcaption></figure><p>x</p>"
    )
    assert write_chapter(page.blocks) == "x\n"
    assert (page.passed_over["pictures"], page.pictures) == (1, ("A map",))


def test_a_squared_metre_and_an_ordinal_keep_their_raised_characters() -> None:
    assert chapter("<p>40 m<sup>2</sup>, the 1<sup>st</sup> floor</p>") == "40 m2, the 1st floor\n"


def test_a_thousand_unclosed_elements_are_read() -> None:
    body = b"<html><body>" + b"<div><font>" * 800 + b"deep <p>words</body></html>"
    page = read_page(parse_page(BOOK, "page.xhtml", body), "page.xhtml", frozenset())
    assert spoken(page) == ["deep", "words"]
