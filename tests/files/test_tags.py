"""Tags of chapter files, read back by an independent library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.files.chapter_files import write_chapter_file
from fullcast.files.encode import Coding, encode
from fullcast.files.join import Part
from fullcast.files.tags import (
    Labels,
    describe_book,
    describe_chapter,
    language_code,
    one_line,
    to_id3,
    to_mp4,
)
from fullcast.model import Codec, Credits

CREDITS = Credits(
    title="灯塔 – The Keeper",
    author="Ada Žižek",
    narrator="Alba",
    subtitle="A = B",
    description="Two\nlines; # = \\",
    publisher="Press",
    year="2024",
    language="zh-Hans",
)
# The shortest JPEG header that states a size; no player but our tests sees it.
COVER = b"\xff\xd8\xff\xc0\x00\x11\x08\x02\x58\x02\x58\x03" + bytes(9) + b"\xff\xd9"
LABELS = Labels(credits=CREDITS, number=2, total=12, cover=COVER)


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> dict[Codec, Path]:
    folder = tmp_path_factory.mktemp("tagged")
    files = {}
    for codec in Codec:
        coding = Coding(codec=codec)
        tone = (0.1 * np.sin(np.arange(20_000) / 10))[np.newaxis].astype(np.float32)
        encoded = encode([tone], folder / f"part{coding.suffix}", coding=coding)
        part = Part(file=encoded.file, title="第二章: a = b; c", samples=encoded.samples)
        files[codec] = write_chapter_file(part, folder / f"out{coding.suffix}", labels=LABELS).file
    return files


def read(file: Path) -> Any:
    return pytest.importorskip("mutagen", reason="mutagen judges tags").File(file)


def test_mp3_tags(tagged: dict[Codec, Path]) -> None:
    found = read(tagged[Codec.MP3])
    expected = {
        "TIT2": "第二章: a = b; c",
        "TIT3": "A = B",
        "TALB": CREDITS.title,
        "TPE1": "Ada Žižek",
        "TPE2": "Ada Žižek",
        "TCOM": "Alba",
        "TRCK": "2/12",
        "TCON": "Audiobook",
        "TDRC": "2024",
        "TLAN": "zho",
        "TPUB": "Press",
        "COMM::zho": CREDITS.description,
    }
    assert {key: str(found.tags[key]) for key in expected} == expected
    picture = found.tags["APIC:"]
    assert (picture.mime, picture.type, picture.data) == ("image/jpeg", 3, COVER)
    assert found.tags.version == (2, 3, 0)


def test_flac_tags(tagged: dict[Codec, Path]) -> None:
    found = read(tagged[Codec.FLAC])
    expected = {
        "title": "第二章: a = b; c",
        "album": CREDITS.title,
        "artist": "Ada Žižek",
        "albumartist": "Ada Žižek",
        "composer": "Alba",
        "tracknumber": "2",
        "tracktotal": "12",
        "date": "2024",
        "description": CREDITS.description,
        "language": "zho",
    }
    assert {key: found.tags[key] for key in expected} == {key: [value] for key, value in expected.items()}
    (picture,) = found.pictures
    assert (picture.type, picture.mime, picture.width, picture.height) == (3, "image/jpeg", 600, 600)
    assert picture.data == COVER


def test_m4a_tags(tagged: dict[Codec, Path]) -> None:
    tags = read(tagged[Codec.AAC]).tags
    expected = {
        "\xa9nam": ["第二章: a = b; c"],
        "\xa9alb": [CREDITS.title],
        "\xa9ART": ["Ada Žižek"],
        "aART": ["Ada Žižek"],
        "\xa9wrt": ["Alba"],
        "\xa9day": ["2024"],
        "trkn": [(2, 12)],
        "stik": [2],
        "covr": [COVER],
    }
    assert {key: tags[key] for key in expected} == expected


def test_facts_that_are_not_known_leave_no_tag() -> None:
    bare = describe_book(Credits(title="T"))
    assert set(bare) == {"title", "album", "genre", "language"}
    assert b"TPE1" not in to_id3(bare, None)
    assert b"covr" not in to_mp4(bare, None)


def test_a_year_that_is_no_year_stays_out_of_the_frame_for_years() -> None:
    facts = describe_book(Credits(title="T", year="c. 1850"))
    assert b"TYER" not in to_id3(facts, None)
    assert b"c. 1850" in to_mp4(facts, None)


def test_a_chapter_without_title_is_numbered() -> None:
    assert describe_chapter(" \n", LABELS)["title"] == "Chapter 2"


@given(st.text())
def test_titles_stand_on_one_line(title: str) -> None:
    line = one_line(title)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert "".join(line.split()) == "".join(one_line(title.replace(" ", "")).split())


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.binary(max_size=300))
def test_an_id3_tag_states_its_own_length(title: str, cover: bytes) -> None:
    tag = to_id3(describe_book(Credits(title=title, description=title)), cover)
    stated = sum(byte << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=True))
    assert stated == len(tag) - 10
    assert max(tag[6:10]) < 0x80


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("en", "eng"),
        ("en-GB", "eng"),
        ("zh_Hans", "zho"),
        ("cmn", "zho"),
        ("fil", "fil"),
        ("", "und"),
        ("??", "und"),
    ],
)
def test_language_codes(language: str, code: str) -> None:
    assert language_code(language) == code
