"""The source's own pages, read aloud: its text untouched, every id where its words are."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from fullcast.files.encode import Coding, encode
from fullcast.files.epub_overlay import can_overlay, write_overlaid
from fullcast.files.epub_write import Fragment, Paragraph, ReadBook, ReadChapter
from fullcast.model import Codec, Credits
from fullcast.units import MIX_RATE, Seconds

OPF = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="{version}" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:0e4f4f2e-6a53-4f0c-9d0b-0c3e5d1f3a77</dc:identifier>
<dc:title>The Lamp</dc:title><dc:language>en</dc:language>
<meta property="dcterms:modified">2026-01-01T00:00:00Z</meta></metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="a.css" media-type="text/css"/>
</manifest><spine><itemref idref="one"/><itemref idref="two"/></spine></package>
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en"><head><title>{title}</title>
<link rel="stylesheet" type="text/css" href="../a.css"/></head>
<body>{body}</body></html>
"""
ONE = """<h1>Dusk</h1>
<p>The lamp was <em>lit at
  dusk</em>, and the har\u00adbour lay&#160;still.<a href="#n">*</a></p>
<!-- a comment -->
<p class="x">“Is <b>any</b>body there?” asked Mara. “I heard a <i>boat</i>.”</p>
<p id="n">* A note that nobody reads.</p>"""
TWO = "<p>Nobody answered. Nobody answered. She went home.</p>"

LINES = (
    "Dusk",
    "The lamp was lit at dusk, and the harbour lay still.",
    "“Is anybody there?”",
    "asked Mara.",
    "“I heard a boat.”",
    "Nobody answered.",
    "Nobody answered.",
    "These words are not there.",
    "She went home.",
)


def write_source(file: Path, version: str = "3.0", one: str = ONE) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>",
        )
        archive.writestr("OPS/book.opf", OPF.format(version=version))
        nav = (
            '<nav epub:type="toc" xmlns:epub="http://www.idpf.org/2007/ops"><ol><li><a href="text/one.xhtml">'
        )
        archive.writestr(
            "OPS/nav.xhtml",
            PAGE.format(title="T", body=f"{nav}Dusk</a></li></ol></nav>").replace("../a", "a"),
        )
        archive.writestr("OPS/a.css", "p { margin: 0 }")
        archive.writestr("OPS/text/one.xhtml", PAGE.format(title="Dusk", body=one))
        archive.writestr("OPS/text/two.xhtml", PAGE.format(title="Two", body=TWO))
    return file


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tone = (0.1 * np.sin(np.arange(20 * MIX_RATE) / 20))[None].astype(np.float32)
    folder = tmp_path_factory.mktemp("sound")
    return encode([tone], folder / "a.m4a", coding=Coding(codec=Codec.AAC)).file


def book(sound: Path, lines: tuple[str, ...] = LINES) -> ReadBook:
    fragments = tuple(
        Fragment(text=text, id=f"fc-{number}", start=Seconds(2.0 * number), end=Seconds(2.0 * number + 1.8))
        for number, text in enumerate(lines)
    )
    only = ReadChapter(
        number=1,
        title="Dusk",
        audio=sound,
        duration=Seconds(20.0),
        paragraphs=(Paragraph(fragments=fragments),),
    )
    return ReadBook(about=Credits(title="The Lamp", narrator="Nobody"), chapters=(only,))


def texts(file: Path, name: str) -> str:
    with zipfile.ZipFile(file) as archive:
        return "".join(map(str, etree.fromstring(archive.read(name)).itertext()))


def test_the_text_is_untouched_and_other_files_are_the_same_bytes(tmp_path: Path, sound: Path) -> None:
    source, made = write_source(tmp_path / "source.epub"), tmp_path / "made.epub"
    told = write_overlaid(made, source, book(sound))
    assert (told.found, told.missing) == (8, ("fc-7",))
    for name in ("OPS/text/one.xhtml", "OPS/text/two.xhtml"):
        assert texts(made, name) == texts(source, name)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(made) as new:
        assert new.infolist()[0].filename == "mimetype"
        for name in ("OPS/a.css", "OPS/nav.xhtml", "META-INF/container.xml", "mimetype"):
            assert new.read(name) == old.read(name)


def test_each_id_holds_its_words_and_the_time_goes_on(tmp_path: Path, sound: Path) -> None:
    source, made = write_source(tmp_path / "source.epub"), tmp_path / "made.epub"
    write_overlaid(made, source, book(sound))
    with zipfile.ZipFile(made) as archive:
        pages = [etree.fromstring(archive.read(f"OPS/text/{name}.xhtml")) for name in ("one", "two")]
        smil = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".smil"))
    words: dict[str, str] = {}
    for page in pages:
        for span in page.iter("{http://www.w3.org/1999/xhtml}span"):
            name = re.sub(r"^(fc-\d+)-\d+$", r"\1", str(span.get("id")))
            words[name] = words.get(name, "") + "".join(map(str, span.itertext()))
    for number, line in enumerate(LINES):
        if number != 7:
            assert re.sub(r"[\s\u00ad]", "", words[f"fc-{number}"]) == re.sub(r"\s", "", line)
    clips = [(float(a), float(b)) for a, b in re.findall(r'clipBegin="([\d.]+)s" clipEnd="([\d.]+)s"', smil)]
    assert clips == sorted(clips)
    assert all(begin < end for begin, end in clips)
    assert (
        smil.count("<par ")
        == len(clips)
        == len(re.findall(r'id="fc-', "".join(map(str, map(etree.tostring, pages)))))
    )


def test_epubcheck_has_nothing_to_say(tmp_path: Path, sound: Path, epubcheck: Callable[[Path], str]) -> None:
    source, made = write_source(tmp_path / "source.epub"), tmp_path / "made.epub"
    write_overlaid(made, source, book(sound))
    for file in (source, made):
        assert "0 fatals / 0 errors / 0 warnings" in epubcheck(file)


def test_a_book_of_version_2_is_told_apart(tmp_path: Path) -> None:
    assert can_overlay(write_source(tmp_path / "three.epub"))
    assert not can_overlay(write_source(tmp_path / "two.epub", version="2.0"))


WORD = st.text("abcdeé“”.,!", min_size=1, max_size=8)


@settings(max_examples=25)
@given(
    words=st.lists(WORD, min_size=1, max_size=25), cuts=st.lists(st.integers(1, 6), min_size=1, max_size=9)
)
def test_whatever_the_words_are_the_text_stays(
    tmp_path_factory: pytest.TempPathFactory, sound: Path, words: list[str], cuts: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    body = "<p>" + " ".join(f"<em>{w}</em>" if n % 3 == 0 else w for n, w in enumerate(words)) + "</p>"
    source, made = write_source(folder / "s.epub", one=body), folder / "m.epub"
    lines, left = [], list(words)
    for cut in [*cuts, len(words)]:
        if left:
            lines.append(" ".join(left[:cut]))
            left = left[cut:]
    told = write_overlaid(made, source, book(sound, tuple(lines)))
    assert told.missing == ()
    assert texts(made, "OPS/text/one.xhtml") == texts(source, "OPS/text/one.xhtml")
