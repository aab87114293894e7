"""EPUBs with overlays and packages for audiobooks, judged by epubcheck and by laws."""

from __future__ import annotations

import json
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
from fullcast.files.epub_write import (
    Fragment,
    Paragraph,
    ReadBook,
    ReadChapter,
    clean,
    clock_value,
    write_epub,
)
from fullcast.files.lpf_write import HeardChapter, write_lpf
from fullcast.model import Codec, Credits
from fullcast.units import MIX_RATE, Seconds

Judge = Callable[[Path], str]

XHTML = "{http://www.w3.org/1999/xhtml}"
SMIL = "{http://www.w3.org/ns/SMIL}"

CREDITS = {
    "en": Credits(
        title='Tom & "Jerry" <3',
        subtitle="A = B",
        author="Ada Žižek",
        narrator="Nobody",
        description="Two\nlines & more",
        publisher="P",
        year="2026",
        disclosure="AI narration.",
    ),
    "zh": Credits(title="灯塔", author="林", language="zh-Hans"),
    "ar": Credits(title="المنارة", author="سلمى", language="ar"),
}
WORDS = {
    "en": ("“Who’s there?” ", "asked Mara & Tom <quietly>. ", "Nobody 🦉 answered."),
    "zh": ("“谁在那里？”", "玛拉问道。", "没有人回答。"),
    "ar": ("«من هناك؟» ", "سألت مارا. ", "لم يجب أحد."),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tone = (0.1 * np.sin(np.arange(12 * MIX_RATE) / 20))[None].astype(np.float32)
    folder = tmp_path_factory.mktemp("sound")
    return encode([tone], folder / "a.m4a", coding=Coding(codec=Codec.AAC)).file


def chapter(number: int, sound: Path, words: tuple[str, ...]) -> ReadChapter:
    fragments = tuple(
        Fragment(text=text, id=f"fc-{number}-{place}", start=Seconds(2.0 + place), end=Seconds(2.9 + place))
        for place, text in enumerate(words)
    )
    title = f"Chapter {number} & so on"
    heading = Fragment(text=title, id=f"fc-{number}-t", start=Seconds(0.5), end=Seconds(1.5))
    return ReadChapter(
        number=number,
        title=title,
        audio=sound,
        duration=Seconds(12.0),
        paragraphs=(
            Paragraph(fragments=(heading,), heading=True),
            Paragraph(fragments=fragments[:2]),
            Paragraph(fragments=(Fragment(text="untimed "), *fragments[2:]), opens_scene=True),
        ),
    )


def book(language: str, sound: Path) -> ReadBook:
    chapters = tuple(chapter(number, sound, WORDS[language]) for number in (1, 2))
    return ReadBook(about=CREDITS[language], chapters=chapters, cover=make_cover())


def make_cover() -> bytes:
    import av

    frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 64, "yuvj444p"
    from fractions import Fraction

    encoder.time_base = Fraction(1, 1)
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_epubcheck_has_nothing_to_say(tmp_path: Path, sound: Path, epubcheck: Judge, language: str) -> None:
    file = tmp_path / "book.epub"
    size = write_epub(file, book(language, sound))
    assert size == file.stat().st_size
    assert "0 fatals / 0 errors / 0 warnings" in epubcheck(file)


def test_epubcheck_would_find_a_fault(tmp_path: Path, sound: Path, epubcheck: Judge) -> None:
    whole, broken = tmp_path / "book.epub", tmp_path / "broken.epub"
    write_epub(whole, book("en", sound))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename.endswith("001.smil"):
                content = content.replace(b"#fc-1-0", b"#fc-none")
            target.writestr(info, content)
    assert re.search(r"[1-9]\d* errors?", epubcheck(broken))


def test_the_text_is_all_there_and_equal_books_are_equal_files(tmp_path: Path, sound: Path) -> None:
    first, second = tmp_path / "a.epub", tmp_path / "b.epub"
    write_epub(first, book("en", sound))
    write_epub(second, book("en", sound))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        info = archive.infolist()[0]
        assert (info.filename, info.compress_type, info.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        page = etree.fromstring(archive.read("EPUB/text/001.xhtml"))
        paragraphs = [words_in(p) for p in page.iter(f"{XHTML}p")]
        assert paragraphs == ["".join(WORDS["en"][:2]), f"untimed {WORDS['en'][2]}"]
        assert archive.read("EPUB/audio/001.m4a") == sound.read_bytes()


TIMES = st.lists(st.floats(0.0, 11.9), min_size=2, max_size=20, unique=True).map(sorted)


@settings(max_examples=25)
@given(times=TIMES, texts=st.lists(st.text(max_size=20), min_size=20, max_size=20))
def test_every_clip_lies_in_the_sound_in_order_and_names_text_that_is_there(
    tmp_path_factory: pytest.TempPathFactory, sound: Path, times: list[float], texts: list[str]
) -> None:
    fragments = tuple(
        Fragment(text=text, id=f"fc-{number}", start=Seconds(start), end=Seconds(end))
        for number, (start, end, text) in enumerate(zip(times, times[1:], texts, strict=False))
    )
    only = ReadChapter(
        number=1,
        title="X",
        audio=sound,
        duration=Seconds(12.0),
        paragraphs=(Paragraph(fragments=fragments),),
    )
    file = tmp_path_factory.mktemp("law") / "x.epub"
    write_epub(file, ReadBook(about=CREDITS["en"], chapters=(only,)))
    with zipfile.ZipFile(file) as archive:
        page = etree.fromstring(archive.read("EPUB/text/001.xhtml"))
        overlay = etree.fromstring(archive.read("EPUB/smil/001.smil"))
    there = {span.get("id") for span in page.iter(f"{XHTML}span")}
    named = [text.get("src", "").partition("#")[2] for text in overlay.iter(f"{SMIL}text")]
    assert named == [fragment.id for fragment in fragments]
    assert set(named) == there
    clips = [
        (float(clip.get("clipBegin", "")[:-1]), float(clip.get("clipEnd", "")[:-1]))
        for clip in overlay.iter(f"{SMIL}audio")
    ]
    assert all(0.0 <= begin <= end <= 12.0 for begin, end in clips)
    assert [begin for begin, _ in clips] == sorted(begin for begin, _ in clips)
    kept = clean("".join(texts[: len(fragments)]))
    heard = "".join(words_in(p) for p in page.iter(f"{XHTML}p"))
    assert heard == kept.replace("\r\n", "\n").replace("\r", "\n")


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert clean("a\x00b\x1f\tc\uffff\ufffed🦉") == "ab\tcd🦉"


def words_in(element: etree._Element) -> str:
    return "".join(map(str, element.itertext()))


def test_durations_add_up() -> None:
    assert clock_value(0.0004) == "0:00:00.000"
    assert clock_value(59.9996) == "0:01:00.000"
    assert clock_value(36_000.25) == "10:00:00.250"


def test_a_package_for_google_holds_the_chapters_in_order(tmp_path: Path, sound: Path) -> None:
    file = tmp_path / "book.lpf"
    chapters = [HeardChapter(title=f"C & {n}", audio=sound, duration=Seconds(12.0)) for n in range(3)]
    write_lpf(file, about=CREDITS["en"], cover=make_cover(), chapters=chapters)
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("publication.json"))
        names = set(archive.namelist())
        page = archive.read("toc.html").decode()
    assert told["conformsTo"] == "https://www.w3.org/TR/audiobooks/"
    assert told["duration"] == "PT36.000S"
    assert [item["name"] for item in told["readingOrder"]] == ["C & 0", "C & 1", "C & 2"]
    assert {item["url"] for item in [*told["readingOrder"], *told["resources"]]} <= names
    assert page.count("<li>") == 3
    assert 'role="doc-toc"' in page
