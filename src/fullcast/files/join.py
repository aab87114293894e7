"""Joining the chapters of a book into one M4B, by moving packets, without coding anything anew."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from fullcast.errors import AudioError
from fullcast.files.atoms import (
    FRAME,
    Chapter,
    Film,
    Track,
    brand_box,
    index_box,
    read_track,
    text_samples,
)
from fullcast.files.disk import explained
from fullcast.files.encode import whole_file
from fullcast.files.pictures import prepare_cover
from fullcast.files.tags import describe_book, language_code, one_line, to_mp4
from fullcast.model import Credits

if TYPE_CHECKING:
    from fullcast.files.atoms import Sizes

_COPY = 2**20
"""Bytes that are copied at once."""
_SHORTEST = 4 * FRAME
"""Samples of the shortest chapter: its first and last frames take part in the joints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An encoded chapter."""

    file: Path
    """AAC in M4A, as :func:`fullcast.files.encode.encode` writes it."""
    title: str
    samples: int
    """Samples per channel, as ``encode`` reported them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A file that was written from encoded chapters."""

    file: Path
    samples: int
    """Samples per channel that are heard."""
    starts: tuple[int, ...]
    """First sample of each chapter in the book."""
    size: int
    """Bytes."""
    notes: tuple[str, ...] = ()
    """What a person should know of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Bytes of a file that go into another."""

    file: Path
    offset: int
    size: int


def join_m4b(
    parts: Sequence[Part],
    file: Path,
    *,
    credits: Credits,  # noqa: A002 - the word for it; the builtin is for interactive shells
    cover: Path | None = None,
) -> Joined:
    """Join chapters into one M4B with chapter marks, tags and cover.

    A chapter begins with its encoder's delay frame, which decodes to silence and completes nothing. It takes
    the place of the last frame of the chapter before: that chapter's last 23 ms (its room tone) fade out
    instead of being cut, and the new chapter sounds from its first sample as it does in its own file. Every
    chapter begins on a frame, at most half a frame from the sum of the samples before it, so that errors do
    not add up over the book.

    Marks are written twice: as a QuickTime chapter track, which holds any number, and as Nero's list, which
    holds the first 255 (titles of up to 255 bytes).

    Args:
        parts: The chapters in order; all of one rate, one number of channels and one codec setting.
        file: The book; replaced only once the new one is whole.
        credits: What the tags say.
        cover: JPEG or PNG.

    Raises:
        AudioError: If a part is damaged, differs in its coding, or has another length than stated.
        ProjectError: If the cover cannot be used.
        StoreError: If the disk refuses.
    """
    if not parts:
        raise AudioError(f"there is no chapter to join into {file}")
    picture = prepare_cover(cover) if cover else None
    tracks = [open_part(part) for part in parts]
    _check_alike(parts, tracks)
    firsts = _place([part.samples for part in parts])
    starts = chapter_starts([part.samples for part in parts])
    samples = starts[-1] + parts[-1].samples
    kept = [after - before for before, after in pairwise(firsts)]
    kept.append(len(tracks[-1].sizes))
    sizes = [track.sizes[:count] for track, count in zip(tracks, kept, strict=True)]
    film = Film(
        track=replace(tracks[0], sizes=np.concatenate(sizes)),
        samples=samples,
        chapters=tuple(
            Chapter(one_line(part.title) or f"Chapter {number}", start)
            for number, (part, start) in enumerate(zip(parts, starts, strict=True), 1)
        ),
        language=language_code(credits.language),
        items=to_mp4(describe_book(credits), picture),
    )
    stretches = [
        Stretch(file=part.file, offset=track.offset, size=int(own.sum(dtype=np.int64)))
        for part, track, own in zip(parts, tracks, sizes, strict=True)
    ]
    size = write_film(film, stretches, file, brand=b"M4B ")
    return Joined(file=file, samples=samples, starts=starts, size=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An encoded span of a chapter, which begins earlier and ends later than the span."""

    file: Path
    """AAC in M4A, as :func:`fullcast.files.encode.encode` writes it."""
    lead: int
    """Samples before the span, whole frames."""
    samples: int
    """Length of the span: whole frames, but for the last one."""


def join_spans(pieces: Sequence[Piece], file: Path, *, samples: int) -> None:
    """Join the spans of a chapter into one file, and remove them.

    A packet of AAC covers two frames and overlaps its neighbours by one. Both encoders heard the same samples
    around the joint, so what either packet adds as an alias the other one takes away.

    Args:
        pieces: The spans in order, all encoded alike.
        file: The chapter; replaced only once the new one is whole.
        samples: Length of the chapter.

    Raises:
        AudioError: If a piece is damaged, or has too few packets.
        StoreError: If the disk refuses.
    """
    tracks = [_open_piece(piece) for piece in pieces]
    sizes: list[Sizes] = []
    stretches: list[Stretch] = []
    for number, (piece, track) in enumerate(zip(pieces, tracks, strict=True)):
        first = piece.lead // FRAME + 1 if number else 0
        last = 1 + (piece.lead + piece.samples + FRAME - 1) // FRAME
        if len(track.sizes) < last or track.config != tracks[0].config:
            message = f"{piece.file} holds {len(track.sizes)} packets, expected {last} or more"
            raise AudioError(message, hint="render the chapter again")
        own = track.sizes[first:last]
        offset = track.offset + int(track.sizes[:first].sum(dtype=np.int64))
        sizes.append(own)
        stretches.append(Stretch(file=piece.file, offset=offset, size=int(own.sum(dtype=np.int64))))
    film = Film(track=replace(tracks[0], sizes=np.concatenate(sizes)), samples=samples)
    write_film(film, stretches, file, brand=b"M4A ")
    for piece in pieces:
        with explained(piece.file, "remove"):
            piece.file.unlink()


def _open_piece(piece: Piece) -> Track:
    with explained(piece.file, "read"), piece.file.open("rb") as stream:
        return read_track(_read_index(stream, piece.file), str(piece.file))


def chapter_starts(lengths: list[int]) -> tuple[int, ...]:
    """Return the first sample of each chapter in a book of chapters of these lengths."""
    return tuple(first * FRAME for first in _place(lengths))


def _place(lengths: list[int]) -> list[int]:
    """Return the frame at which each chapter begins: the nearest to the samples before it.

    >>> _place([10_000, 10_000, 10_000])
    [0, 10, 20]
    """
    before = np.concatenate([[0], np.cumsum(lengths[:-1], dtype=np.int64)])
    return [int(frame) for frame in (2 * before + FRAME) // (2 * FRAME)]


def open_part(part: Part) -> Track:
    """Read the index of an encoded chapter and compare it with what was reported of it.

    Raises:
        AudioError: If the file is damaged, too short, or has another length than stated.
        StoreError: If it cannot be read.
    """
    with explained(part.file, "read"), part.file.open("rb") as stream:
        track = read_track(_read_index(stream, part.file), str(part.file))
        end = stream.seek(0, 2)
    packets = 1 + -(-part.samples // FRAME)
    if len(track.sizes) != packets or end < track.offset + int(track.sizes.sum(dtype=np.int64)):
        raise AudioError(
            f"{part.file} holds {len(track.sizes)} packets in {end} bytes, "
            f"expected {packets} for {part.samples} samples",
            hint="render the chapter again",
        )
    if part.samples < _SHORTEST:
        message = f"{part.file} has only {part.samples} samples, too few for a chapter"
        raise AudioError(message, hint="write something in the chapter, or take it out")
    return track


def _read_index(stream: BinaryIO, file: Path) -> bytes:
    """Return the content of the ``moov`` box, passing over the media."""
    while len(head := stream.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        gone = 8
        if size == 1:
            size, gone = int.from_bytes(stream.read(8)), 16
        if size < gone:
            break
        if kind == b"moov":
            return stream.read(size - gone)
        stream.seek(size - gone, 1)
    raise AudioError(f"{file} is no whole MPEG-4 file", hint="render the chapter again")


def _check_alike(parts: Sequence[Part], tracks: list[Track]) -> None:
    """Raise AudioError if a part cannot follow the first in one track."""
    first = tracks[0]
    for part, track in zip(parts, tracks, strict=True):
        if (track.rate, track.channels, track.config) != (first.rate, first.channels, first.config):
            raise AudioError(
                f"{part.file} has {track.channels} channel(s) at {track.rate} Hz, "
                f"{parts[0].file} has {first.channels} at {first.rate} Hz or another AAC profile",
                hint="encode all chapters of a book alike",
            )


def write_film(film: Film, stretches: Iterable[Stretch], file: Path, *, brand: bytes) -> int:
    """Write an MPEG-4 file: index first, then the packets; returns its bytes.

    Raises:
        AudioError: If a stretch is shorter than it should be.
        StoreError: If the disk refuses.
    """
    head = brand_box(brand)
    texts = b"".join(text_samples(film.chapters))
    media = len(texts) + int(film.track.sizes.sum(dtype=np.int64))
    wide = media > 2**32 - 2**27
    mdat = struct.pack(">I4sQ", 1, b"mdat", media + 16) if wide else struct.pack(">I4s", media + 8, b"mdat")
    start = len(head) + len(index_box(film, 0, wide=wide)) + len(mdat)
    index = index_box(film, start, wide=wide)
    with whole_file(file) as part:
        with explained(file, "write"):
            copy_into(part, (head, index, mdat, texts), stretches)
            size = part.stat().st_size
        if size != start + media:
            raise AudioError(
                f"{file} came out with {size} bytes, expected {start + media}", hint="render it again"
            )
    return size


def copy_into(file: Path, heads: Iterable[bytes], stretches: Iterable[Stretch]) -> None:
    """Write pieces of memory and then stretches of other files, a megabyte at a time.

    Raises:
        OSError: If the disk refuses to write.
        StoreError: If it refuses to read.
    """
    with file.open("wb") as target:
        for head in heads:
            target.write(head)
        for stretch in stretches:
            for content in _read_stretch(stretch):
                target.write(content)


def _read_stretch(stretch: Stretch) -> Iterator[bytes]:
    with explained(stretch.file, "read"), stretch.file.open("rb") as source:
        source.seek(stretch.offset)
        left = stretch.size
        while left and (content := source.read(min(left, _COPY))):
            left -= len(content)
            yield content
