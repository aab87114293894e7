"""MPEG-4 files: reading the track of an encoded chapter, and describing the tracks of a book.

Joining chapters moves packets, whose number and sizes are all known before the first byte is written. So the
index is written first (players start at once), and the packets follow in one copy. FFmpeg's muxer keeps some
80 bytes a packet until the end and moves the whole file once more to bring the index to its front.

Sources:
    ISO/IEC 14496-12 (boxes), 14496-14 (``esds``), 14496-1 (descriptors); QuickTime File Format (chapter
    tracks, text media, metadata).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fullcast.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sizes = NDArray[np.uint32]

FRAME = 1024
"""Samples of an AAC packet."""
_CHUNK = 43
"""Packets of a chunk: about a second, so that players find a place without summing a whole book."""
_MOST = 2**24
"""Most packets of a chapter, 108 hours: more is damage, and would ask for its memory."""
_MARKS = 255
"""Most chapters of a ``chpl`` box, which counts them in one byte."""
_IDENTITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_AUDIO, _TEXT = 1, 2
"""Numbers of the tracks."""


class Chapter(NamedTuple):
    """A chapter mark."""

    title: str
    start: int
    """First sample."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """The audio of a file: packets that lie one behind the other."""

    rate: int
    channels: int
    config: bytes
    """AudioSpecificConfig of the decoder."""
    sizes: Sizes
    """Bytes of each packet."""
    offset: int
    """Where the first packet stands in the file."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Film:
    """What is written: one audio track, its chapter marks and its tags."""

    track: Track
    samples: int
    """Samples that are heard, after the encoder's delay of one frame."""
    chapters: tuple[Chapter, ...] = ()
    language: str = "und"
    """ISO 639-2 code."""
    items: bytes = b""
    """The ``ilst`` box."""


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box: its length, its kind, its content.

    >>> box(b"free", b"ab").hex()
    '0000000a667265656162'
    """
    return b"".join((struct.pack(">I4s", 8 + sum(map(len, parts)), kind), *parts))


def _full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


# Reading


def read_track(content: bytes, name: str) -> Track:
    """Read the audio track from the ``moov`` box of a file that holds nothing else.

    Args:
        content: The box without its head.
        name: The file, for messages.

    Raises:
        AudioError: If it is not the index of one AAC track whose packets lie one behind the other.
    """
    try:
        table = _find(content, b"trak", b"mdia", b"minf", b"stbl")
        header = _find(content, b"trak", b"mdia", b"mdhd")
        rate = struct.unpack_from(">I", header, 12 if header[0] == 0 else 20)[0]
        entry = _find(table, b"stsd")[8:]
        channels = struct.unpack_from(">H", entry, 24)[0]
        config = _find_config(_find(entry[36:], b"esds")[4:])
        sizes = _find_sizes(table)
        offset = _find_offset(table, sizes)
    except (struct.error, LookupError, ValueError) as error:
        message = f"{name} is damaged, or no AAC file that fullcast encoded: {error}"
        raise AudioError(message, hint="render it again") from error
    return Track(rate=rate, channels=channels, config=config, sizes=sizes, offset=offset)


def walk(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of the boxes that stand side by side in a piece of memory."""
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        if size < 8 or at + size > len(content):
            message = f"a box {kind!r} of {size} bytes"
            raise ValueError(message)
        yield kind, content[at + 8 : at + size]
        at += size


def _find(content: bytes, *path: bytes) -> bytes:
    """Return the content of the first box at the end of a path of kinds."""
    for step in path:
        found = next((inner for kind, inner in walk(content) if kind == step), None)
        if found is None:
            message = f"no box {step!r}"
            raise LookupError(message)
        content = found
    return content


def _find_config(descriptor: bytes) -> bytes:
    """Return the decoder's configuration from the descriptors of an ``esds`` box."""
    at = 0
    # Each begins with a tag and a length of seven bits a byte; what stands before the nested ones is skipped.
    skipped = {3: 3, 4: 13}
    while at < len(descriptor):
        tag, length, at = descriptor[at], 0, at + 1
        more = True
        while more:
            more = bool(descriptor[at] & 0x80)
            length, at = length << 7 | descriptor[at] & 0x7F, at + 1
        if tag == 5:
            return descriptor[at : at + length]
        at += skipped.get(tag, length)
    raise LookupError("no configuration of the decoder")


def _find_sizes(table: bytes) -> Sizes:
    """Return the bytes of each packet."""
    content = _find(table, b"stsz")
    same, count = struct.unpack_from(">II", content, 4)
    if count > _MOST:
        message = f"{count} packets"
        raise ValueError(message)
    if same:
        return np.full(count, same, np.uint32)
    return np.frombuffer(content, ">u4", count, offset=12).astype(np.uint32)


def _find_offset(table: bytes, sizes: Sizes) -> int:
    """Return where the packets begin, once it is sure that no gap parts them."""
    wide = any(kind == b"co64" for kind, _ in walk(table))
    offsets = np.frombuffer(_find(table, b"co64" if wide else b"stco"), ">u8" if wide else ">u4", offset=8)
    runs = np.frombuffer(_find(table, b"stsc"), ">u4", offset=8).reshape(-1, 3).astype(np.int64)
    counts = np.repeat(runs[:, 1], np.diff(runs[:, 0], append=len(offsets) + 1))
    ends = np.cumsum(sizes, dtype=np.int64)
    begins = offsets[0] + np.concatenate([[0], ends[np.cumsum(counts)[:-1] - 1]])
    if int(counts.sum()) != len(sizes) or not np.array_equal(begins, offsets.astype(np.int64)):
        raise ValueError("its packets do not lie one behind the other")
    return int(offsets[0])


# Writing


def brand_box(brand: bytes) -> bytes:
    """Return the box that begins a file: ``M4B `` for a book, ``M4A `` for a chapter."""
    return box(b"ftyp", brand, bytes(4), brand, b"M4A ", b"mp42", b"isom")


def text_samples(chapters: tuple[Chapter, ...]) -> list[bytes]:
    """Return the samples of the chapter track: length, title in UTF-8, mark of the encoding."""
    mark = box(b"encd", struct.pack(">I", 0x100))
    titles = [_cut(chapter.title, 65_535) for chapter in chapters]
    return [struct.pack(">H", len(title)) + title + mark for title in titles]


def _cut(title: str, most: int) -> bytes:
    """Return a title in at most so many bytes of UTF-8, no character halved.

    >>> _cut("añb", 2)
    b'a'
    """
    return title.encode()[:most].decode(errors="ignore").encode()


def index_box(film: Film, start: int, *, wide: bool) -> bytes:
    """Return the ``moov`` box.

    Args:
        film: What is written.
        start: Where the media begin in the file: the chapter track's samples, then the audio packets.
        wide: Whether places in the file need 64 bits.
    """
    texts = np.array([len(text) for text in text_samples(film.chapters)], np.uint32)
    audio = start + int(texts.sum(dtype=np.int64))
    tracks = [_audio_track(film, audio, wide=wide)]
    if film.chapters:
        tracks.append(_text_track(film, texts, start, wide=wide))
    return box(b"moov", _movie_header(film), *tracks, _user_box(film))


def _times(*values: int) -> tuple[int, bytes]:
    """Return the version of a header and its times: 64 bits from 13.5 hours on, signed readers in mind."""
    version = int(max(values) > 0x7FFFFFFF)
    return version, struct.pack(f">{len(values)}{'Q' if version else 'I'}", *values)


def _movie_header(film: Film) -> bytes:
    version, length = _times(film.samples)
    made = bytes(16 if version else 8)
    rest = struct.pack(">iH10x", 0x10000, 0x100) + _IDENTITY + bytes(24) + struct.pack(">I", 3)
    return _full(b"mvhd", made, struct.pack(">I", film.track.rate), length, rest, version=version)


def _track_header(number: int, film: Film, *, enabled: bool) -> bytes:
    version, length = _times(film.samples)
    made = bytes(16 if version else 8)
    volume = 0x100 if enabled else 0
    rest = struct.pack(">8xHHHH", 0, 0, volume, 0) + _IDENTITY + bytes(8)
    head = struct.pack(">II", number, 0)
    return _full(b"tkhd", made, head, length, rest, version=version, flags=3 if enabled else 2)


def _media_header(film: Film, duration: int) -> bytes:
    version, length = _times(duration)
    made = bytes(16 if version else 8)
    first, second, third = (ord(letter) - 0x60 for letter in film.language)
    language = struct.pack(">HH", first << 10 | second << 5 | third, 0)
    return _full(b"mdhd", made, struct.pack(">I", film.track.rate), length, language, version=version)


def _handler(kind: bytes, name: bytes) -> bytes:
    return _full(b"hdlr", bytes(4), kind, bytes(12), name + b"\x00")


def _audio_track(film: Film, start: int, *, wide: bool) -> bytes:
    """Describe the audio: its delay is cut by the edit list, its chapters lie in the text track."""
    track, delay = film.track, FRAME
    count = len(track.sizes)
    version, length = _times(film.samples, delay)
    edit = _full(b"elst", struct.pack(">I", 1), length, struct.pack(">HH", 1, 0), version=version)
    last = film.samples - (count - 2) * FRAME
    durations = [(count - 1, FRAME), (1, last)]
    # A packet is heard whole only after the one before it: players that seek must start one earlier.
    roll = _full(b"sgpd", b"roll", struct.pack(">IIh", 2, 1, -1), version=1)
    rolled = _full(b"sbgp", b"roll", struct.pack(">III", 1, count, 1))
    places = _places(track.sizes, start, _CHUNK, wide=wide)
    table = box(b"stbl", _audio_entry(track), _durations(durations), *places, roll, rolled)
    media = box(
        b"mdia",
        _media_header(film, film.samples + delay),
        _handler(b"soun", b"SoundHandler"),
        box(b"minf", _full(b"smhd", bytes(4)), _here(), table),
    )
    pointer = box(b"tref", box(b"chap", struct.pack(">I", _TEXT))) if film.chapters else b""
    return box(b"trak", _track_header(_AUDIO, film, enabled=True), box(b"edts", edit), pointer, media)


def _audio_entry(track: Track) -> bytes:
    """Describe the codec: AAC-LC with the decoder's configuration, mean and highest bit rate."""
    sums = np.add.reduceat(track.sizes, np.arange(0, len(track.sizes), _CHUNK), dtype=np.int64)
    per_packet = 8 * track.rate / FRAME
    mean = round(int(track.sizes.sum(dtype=np.int64)) / len(track.sizes) * per_packet)
    most = max(mean, round(int(sums.max()) / min(_CHUNK, len(track.sizes)) * per_packet))
    config = b"\x05" + bytes([len(track.config)]) + track.config
    decoder = struct.pack(">BBBHII", 0x40, 0x15, 0, 0, most, mean) + config
    stream = struct.pack(">HBBB", _AUDIO, 0, 4, len(decoder)) + decoder + b"\x06\x01\x02"
    esds = _full(b"esds", b"\x03", bytes([len(stream)]), stream)
    sound = struct.pack(">6xH8xHHHHI", 1, track.channels, 16, 0, 0, track.rate << 16)
    return _full(b"stsd", struct.pack(">I", 1), box(b"mp4a", sound, esds))


def _text_track(film: Film, sizes: Sizes, start: int, *, wide: bool) -> bytes:
    """Describe the chapter track: a title lasts until the next."""
    marks = [*(chapter.start for chapter in film.chapters), film.samples]
    durations = [(1, after - before) for before, after in pairwise(marks)]
    entry = box(b"text", struct.pack(">6xHIi6x8x8xHHxH6xB", 1, 0, 0, 0, 0, 0, 0))
    described = _full(b"stsd", struct.pack(">I", 1), entry)
    table = box(b"stbl", described, _durations(durations), *_places(sizes, start, len(sizes), wide=wide))
    plain = _full(b"gmin", struct.pack(">HHHHHH", 0x40, 0x8000, 0x8000, 0x8000, 0, 0))
    media = box(
        b"mdia",
        _media_header(film, film.samples),
        _handler(b"text", b"ChapterHandler"),
        box(b"minf", box(b"gmhd", plain, box(b"text", _IDENTITY)), _here(), table),
    )
    return box(b"trak", _track_header(_TEXT, film, enabled=False), media)


def _here() -> bytes:
    """Say that the media lie in this file."""
    return box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))


def _durations(runs: list[tuple[int, int]]) -> bytes:
    return _full(b"stts", struct.pack(">I", len(runs)), *(struct.pack(">II", *run) for run in runs))


def _places(sizes: Sizes, start: int, most: int, *, wide: bool) -> tuple[bytes, bytes, bytes]:
    """Say which samples form a chunk, how long each sample is and where the chunks stand."""
    whole, rest = divmod(len(sizes), most)
    runs = [(1, most, 1)] if whole else []
    if rest:
        runs.append((whole + 1, rest, 1))
    chunks = np.add.reduceat(sizes, np.arange(0, len(sizes), most), dtype=np.int64)
    begins = start + np.concatenate([[0], np.cumsum(chunks[:-1])])
    offsets = begins.astype(">u8" if wide else ">u4").tobytes()
    return (
        _full(b"stsc", struct.pack(">I", len(runs)), *(struct.pack(">III", *run) for run in runs)),
        _full(b"stsz", struct.pack(">II", 0, len(sizes)), sizes.astype(">u4").tobytes()),
        _full(b"co64" if wide else b"stco", struct.pack(">I", len(begins)), offsets),
    )


def _user_box(film: Film) -> bytes:
    """Return tags and, for players that know no chapter track, Nero's list of the first 255 chapters."""
    parts = []
    if film.chapters:
        parts.append(_nero_box(film))
    if film.items:
        handler = _full(b"hdlr", bytes(4), b"mdir", b"appl", bytes(8), b"\x00")
        parts.append(_full(b"meta", handler, film.items))
    return box(b"udta", *parts) if parts else b""


def _nero_box(film: Film) -> bytes:
    marks = []
    for chapter in film.chapters[:_MARKS]:
        title = _cut(chapter.title, 255)
        # Units of 100 ns.
        start = round(chapter.start * 10_000_000 / film.track.rate)
        marks.append(struct.pack(">QB", start, len(title)) + title)
    return _full(b"chpl", bytes(4), bytes([len(marks)]), *marks, version=1)
