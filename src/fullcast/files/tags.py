"""What a file says about the book, in the words of each container.

One table a container: a fact has the same name everywhere here and its own in each file. The names are those
that players and Audiobookshelf read: ``album`` is the book, ``composer`` the narrator.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fullcast.files.atoms import box
from fullcast.files.pictures import describe_picture
from fullcast.model import Credits
from fullcast.units import Seconds

_ID3 = {
    "title": b"TIT2",
    "subtitle": b"TIT3",
    "artist": b"TPE1",
    "album_artist": b"TPE2",
    "album": b"TALB",
    "composer": b"TCOM",
    "track": b"TRCK",
    "genre": b"TCON",
    "date": b"TYER",
    "language": b"TLAN",
    "publisher": b"TPUB",
}
"""Frames of ID3v2.3, which more players read than 2.4 (id3v2.3.0, 4.2.1)."""

_MP4 = {
    "title": b"\xa9nam",
    "artist": b"\xa9ART",
    "album_artist": b"aART",
    "album": b"\xa9alb",
    "composer": b"\xa9wrt",
    "narrator": b"\xa9nrt",
    "genre": b"\xa9gen",
    "date": b"\xa9day",
    "comment": b"\xa9cmt",
    "description": b"desc",
    "synopsis": b"ldes",
    "publisher": b"\xa9pub",
}
"""Items of iTunes' metadata list."""

_FREE = {
    "subtitle": "SUBTITLE",
    "language": "LANGUAGE",
    "publisher": "PUBLISHER",
    "isbn": "ISBN",
    "series": "SERIES",
    "volume": "SERIES-PART",
    "narration": "NARRATION",
}
"""Freeform items (``----:com.apple.iTunes:NAME``), for what the list has no item that FFmpeg reads."""

_ID3_FREE = ("isbn", "series", "volume", "narration")
"""Those of them that have no frame of their own in ID3 (written as TXXX)."""

VORBIS = {
    "title": "TITLE",
    "subtitle": "SUBTITLE",
    "artist": "ARTIST",
    "album_artist": "ALBUMARTIST",
    "album": "ALBUM",
    "composer": "COMPOSER",
    "track": "TRACKNUMBER",
    "total": "TRACKTOTAL",
    "genre": "GENRE",
    "date": "DATE",
    "comment": "COMMENT",
    "description": "DESCRIPTION",
    "publisher": "PUBLISHER",
    "language": "LANGUAGE",
    "isbn": "ISBN",
    "series": "SERIES",
    "volume": "SERIES-PART",
    "narration": "NARRATION",
}

_INFO = {
    "title": b"INAM",
    "artist": b"IART",
    "album": b"IPRD",
    "comment": b"ICMT",
    "date": b"ICRD",
    "genre": b"IGNR",
    "language": b"ILNG",
    "track": b"ITRK",
}

_LANGUAGES = """
af:afr ar:ara bg:bul bn:ben ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng eo:epo es:spa et:est
eu:eus fa:fas fi:fin fr:fra ga:gle gd:gla gl:glg he:heb hi:hin hr:hrv hu:hun hy:hye id:ind is:isl
it:ita ja:jpn ka:kat ko:kor la:lat lt:lit lv:lav mk:mkd mr:mar ms:msa nb:nob nl:nld nn:nno no:nor
pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel th:tha tr:tur
uk:ukr ur:urd vi:vie yue:zho cmn:zho zh:zho
"""
"""BCP 47 primary tags with their ISO 639-2/T codes, which MPEG-4 and ID3 ask for."""

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would end or spoil a line of a player's list."""

_TEXT, _JPEG, _INTEGER, _IMPLICIT = 1, 13, 21, 0
_AUDIOBOOK = 2
"""The media kind that sorts a file among the audiobooks (``stik``)."""
_FRONT_COVER = 3
_VENDOR = b"fullcast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a file that players can jump to."""

    title: str
    start: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a chapter's file is labelled with."""

    credits: Credits
    number: int = 0
    """The chapter's place among the files, counted from 1; 0 for what has none, as a retail sample."""
    total: int = 0
    """How many files there are."""
    cover: bytes | None = None
    """JPEG data, see :func:`fullcast.files.pictures.prepare_cover`."""
    marks: tuple[Mark, ...] = ()
    """Where its scenes begin, in order; fewer than two are not written."""
    duration: Seconds = Seconds(0.0)
    """Where the last mark's part ends."""


def language_code(language: str) -> str:
    """Return a language as ISO 639-2 code, ``und`` where it has none here.

    >>> language_code("zh-Hans"), language_code("deu"), language_code("x")
    ('zho', 'deu', 'und')
    """
    primary = language.lower().replace("_", "-").partition("-")[0]
    known = dict(pair.split(":") for pair in _LANGUAGES.split())
    other = primary if re.fullmatch("[a-z]{3}", primary) else "und"
    return known.get(primary, other)


def one_line(title: str) -> str:
    """Return a title without line breaks, control characters and doubled spaces.

    >>> one_line("The  Storm" + chr(10))
    'The Storm'
    """
    return " ".join(_BREAKS.sub(" ", title).split())


def describe_book(credits: Credits) -> dict[str, str]:  # noqa: A002 - the word for it; the builtin is for shells
    """Return what the file of a whole book says, by our names; empty facts are left out."""
    facts = {
        "title": one_line(credits.title),
        "subtitle": one_line(credits.subtitle),
        "artist": one_line(credits.author),
        "album_artist": one_line(credits.author),
        "album": one_line(credits.title),
        "composer": one_line(credits.narrator),
        "narrator": one_line(credits.narrator),
        "genre": one_line(credits.genre),
        "date": one_line(credits.year),
        "comment": "\n\n".join(filter(None, (credits.description.strip(), credits.disclosure))),
        "description": credits.description.strip(),
        "synopsis": credits.description.strip(),
        "publisher": one_line(credits.publisher),
        "language": language_code(credits.language),
        "isbn": one_line(credits.isbn),
        "series": one_line(credits.series),
        "volume": one_line(credits.volume),
        "narration": "synthetic" if credits.disclosure else "",
    }
    return {name: value for name, value in facts.items() if value}


def describe_chapter(title: str, labels: Labels) -> dict[str, str]:
    """Return what the file of one chapter says, by our names."""
    facts = describe_book(labels.credits)
    facts["title"] = one_line(title) or f"Chapter {labels.number}"
    if labels.number:
        facts["track"] = str(labels.number)
        facts["total"] = str(labels.total)
    return facts


def to_mp4(facts: Mapping[str, str], cover: bytes | None) -> bytes:
    """Return facts and cover as the ``ilst`` box of an MPEG-4 file."""
    items = [_item(atom, _TEXT, facts[name].encode()) for name, atom in _MP4.items() if name in facts]
    items += [_free_item(word, facts[name]) for name, word in _FREE.items() if name in facts]
    if "track" in facts:
        numbers = struct.pack(">HHHH", 0, int(facts["track"]), int(facts["total"]), 0)
        items.append(_item(b"trkn", _IMPLICIT, numbers))
    items.append(_item(b"stik", _INTEGER, bytes([_AUDIOBOOK])))
    if cover:
        items.append(_item(b"covr", _JPEG, cover))
    return box(b"ilst", *items)


def _value(kind: int, content: bytes) -> bytes:
    return box(b"data", struct.pack(">II", kind, 0), content)


def _item(atom: bytes, kind: int, content: bytes) -> bytes:
    return box(atom, _value(kind, content))


def _free_item(word: str, text: str) -> bytes:
    mean = box(b"mean", bytes(4), b"com.apple.iTunes")
    return box(b"----", mean, box(b"name", bytes(4), word.encode()), _value(_TEXT, text.encode()))


def to_id3(
    facts: Mapping[str, str],
    cover: bytes | None,
    marks: Sequence[Mark] = (),
    duration: Seconds = Seconds(0.0),
) -> bytes:
    """Return facts, cover and chapter marks as an ID3v2.3 tag, to stand before the MP3 frames.

    Args:
        facts: What the tag says, by our names.
        cover: JPEG data.
        marks: Where parts of the file begin, in order; one alone marks nothing.
        duration: Where the last part ends.

    Source:
        ID3 tag version 2.3.0, 3.1 (header), 4.2 (text), 4.11 (comment), 4.15 (picture); ID3v2 Chapter Frame
        Addendum 1.0, 3.1 (CHAP) and 3.2 (CTOC).
    """
    frames = [*_id3_frames(facts, cover), *(_id3_marks(marks, duration) if len(marks) > 1 else ())]
    body = b"".join(frames)
    size = len(body)
    # Seven bits a byte: players that do not know the tag must not see the sync of a frame in its length.
    packed = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + packed + body


def _id3_frames(facts: Mapping[str, str], cover: bytes | None) -> Iterator[bytes]:
    for name, frame in _ID3.items():
        text = facts.get(name, "")
        if name == "track" and text:
            text = f"{text}/{facts['total']}"
        if text and (name != "date" or re.fullmatch(r"\d{4}", text)):
            code, coded = _id3_text(text)
            yield _id3_frame(frame, code + coded)
    if "comment" in facts:
        code, coded = _id3_text(facts["comment"])
        nothing = b"\x00" if code == b"\x00" else b"\xff\xfe\x00\x00"
        yield _id3_frame(b"COMM", code + facts["language"].encode() + nothing + coded)
    for name, word in _FREE.items():
        if name in _ID3_FREE and name in facts:
            yield _id3_free(word, facts[name])
    if cover:
        yield _id3_frame(b"APIC", b"\x00image/jpeg\x00" + bytes([_FRONT_COVER]) + b"\x00" + cover)


_CTOC_ROOT = 0x03
"""The table is the top one, and its entries are in order."""
_NO_OFFSET = 0xFFFFFFFF
"""Only the times count, not places in the file."""


def _id3_marks(marks: Sequence[Mark], duration: Seconds) -> Iterator[bytes]:
    """Yield the table of contents, then a frame a mark; at most 255, as the table counts in one byte."""
    kept = marks[:255]
    names = [f"chp{number}".encode() + b"\x00" for number in range(len(kept))]
    yield _id3_frame(b"CTOC", b"toc\x00" + bytes([_CTOC_ROOT, len(kept)]) + b"".join(names))
    ends = [*(mark.start for mark in kept[1:]), duration]
    for name, mark, end in zip(names, kept, ends, strict=True):
        code, coded = _id3_text(one_line(mark.title))
        times = struct.pack(">IIII", round(mark.start * 1000), round(end * 1000), _NO_OFFSET, _NO_OFFSET)
        yield _id3_frame(b"CHAP", name + times + _id3_frame(b"TIT2", code + coded))


def _id3_free(word: str, text: str) -> bytes:
    """Return a frame of the user's own (id3v2.3.0, 4.2.2); both texts in one encoding."""
    code, coded = _id3_text(text)
    if code == b"\x00":
        return _id3_frame(b"TXXX", code + word.encode() + b"\x00" + coded)
    wide = b"\xff\xfe" + word.encode("utf-16-le") + b"\x00\x00"
    return _id3_frame(b"TXXX", code + wide + coded)


def _id3_text(text: str) -> tuple[bytes, bytes]:
    """Return the mark of an encoding and the text in it: Latin-1 where it suffices, else UTF-16."""
    try:
        return b"\x00", text.encode("latin-1")
    except UnicodeEncodeError:
        return b"\x01", b"\xff\xfe" + text.encode("utf-16-le")


def _id3_frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">IH", len(content), 0) + content


def to_vorbis(facts: Mapping[str, str]) -> bytes:
    """Return facts as the content of a FLAC VORBIS_COMMENT block (RFC 9639, 8.6)."""
    comments = [f"{key}={facts[name]}".encode() for name, key in VORBIS.items() if name in facts]
    counted = b"".join(struct.pack("<I", len(comment)) + comment for comment in comments)
    return struct.pack("<I", len(_VENDOR)) + _VENDOR + struct.pack("<I", len(comments)) + counted


def to_info(facts: Mapping[str, str]) -> bytes:
    """Return facts as the ``LIST`` chunk of a WAV file, which programs for editing sound show.

    Source:
        Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, INFO list.
    """
    texts = [(code, facts[name].encode() + b"\x00") for name, code in _INFO.items() if name in facts]
    body = b"INFO" + b"".join(chunk(code, text) for code, text in texts)
    return chunk(b"LIST", body)


def chunk(code: bytes, content: bytes) -> bytes:
    """Return a RIFF chunk, padded to an even length."""
    return code + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def to_picture(cover: bytes) -> bytes:
    """Return a JPEG as the content of a FLAC PICTURE block (RFC 9639, 8.8)."""
    picture = describe_picture(cover)
    width, height = (picture.width, picture.height) if picture else (0, 0)
    mime = b"image/jpeg"
    head = struct.pack(">II", _FRONT_COVER, len(mime)) + mime + struct.pack(">I", 0)
    return head + struct.pack(">IIIII", width, height, 24, 0, len(cover)) + cover
