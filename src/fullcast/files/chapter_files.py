"""Chapters as files of their own: what was encoded, with tags and cover, nothing coded anew."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from fullcast.errors import AudioError
from fullcast.files.atoms import Film
from fullcast.files.disk import explained
from fullcast.files.encode import whole_file
from fullcast.files.join import Joined, Part, Stretch, copy_into, open_part, write_film
from fullcast.files.tags import (
    VORBIS,
    Labels,
    chunk,
    describe_chapter,
    language_code,
    to_id3,
    to_info,
    to_mp4,
    to_picture,
    to_vorbis,
)

_STREAMINFO, _PADDING, _COMMENT, _PICTURE, _SEEKTABLE = 0, 1, 4, 6, 3
_LAST = 0x80
_ROOM = 4096
"""Bytes left free in a FLAC file, so that a tag can be mended without writing the file anew."""


def write_chapter_file(part: Part, file: Path, *, labels: Labels) -> Joined:
    """Write a chapter's own file with tags and cover; its coded audio is copied bit by bit.

    Args:
        part: The encoded chapter.
        file: Where it goes, with the same suffix; replaced only once the new file is whole.
        labels: What the tags say; the title is the part's.

    Raises:
        AudioError: If the part is damaged or has another kind than the file's name.
        StoreError: If the disk refuses.
    """
    writers = {
        ".m4a": _write_mp4,
        ".mp3": _write_mp3,
        ".flac": _write_flac,
        ".wav": _write_wav,
        ".opus": _write_opus,
    }
    write = writers.get(file.suffix.lower())
    if write is None or part.file.suffix.lower() != file.suffix.lower():
        message = f"cannot write {file} from {part.file}: only {', '.join(writers)}, each from its own kind"
        raise AudioError(message, hint="encode the chapter in the codec that is wanted")
    size = write(part, file, labels)
    return Joined(file=file, samples=part.samples, starts=(0,), size=size)


def _write_mp4(part: Part, file: Path, labels: Labels) -> int:
    track = open_part(part)
    film = Film(
        track=track,
        samples=part.samples,
        language=language_code(labels.credits.language),
        items=to_mp4(describe_chapter(part.title, labels), labels.cover),
    )
    stretch = Stretch(file=part.file, offset=track.offset, size=int(track.sizes.sum()))
    return write_film(film, [stretch], file, brand=b"M4A ")


def _write_mp3(part: Part, file: Path, labels: Labels) -> int:
    """Put an ID3 tag before the frames; LAME's own frame, which holds the gapless lengths, stays first."""
    with explained(part.file, "read"), part.file.open("rb") as stream:
        start = _skip_id3(stream)
        sync = stream.read(2)
        size = stream.seek(0, 2) - start
    if len(sync) < 2 or sync[0] != 0xFF or sync[1] & 0xE0 != 0xE0:
        raise AudioError(
            f"{part.file} is damaged: no MP3 frame at its start", hint="render the chapter again"
        )
    tag = to_id3(describe_chapter(part.title, labels), labels.cover, labels.marks, labels.duration)
    return _write(file, tag, Stretch(file=part.file, offset=start, size=size))


def _skip_id3(stream: BinaryIO) -> int:
    """Return where the frames begin, behind a tag if there is one, and go there."""
    head = stream.read(10)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    stream.seek(start)
    return start


def _write_flac(part: Part, file: Path, labels: Labels) -> int:
    """Set comments and picture between the stream's description and its frames (RFC 9639, 8)."""
    with explained(part.file, "read"), part.file.open("rb") as stream:
        kept = [block for block in _read_blocks(stream, part.file) if block[0] in {_STREAMINFO, _SEEKTABLE}]
        start = stream.tell()
        size = stream.seek(0, 2) - start
    blocks = [*kept, (_COMMENT, to_vorbis(describe_chapter(part.title, labels)))]
    if labels.cover:
        blocks.append((_PICTURE, to_picture(labels.cover)))
    packed = [struct.pack(">I", kind << 24 | len(content)) + content for kind, content in blocks]
    padding = struct.pack(">I", (_LAST | _PADDING) << 24 | _ROOM) + bytes(_ROOM)
    head = b"fLaC" + b"".join(packed) + padding
    return _write(file, head, Stretch(file=part.file, offset=start, size=size))


def _read_blocks(stream: BinaryIO, file: Path) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the metadata blocks; the frames follow."""
    damaged = AudioError(f"{file} is damaged: no FLAC header at its start", hint="render the chapter again")
    if stream.read(4) != b"fLaC":
        raise damaged
    last = False
    while not last:
        head = stream.read(4)
        if len(head) < 4:
            raise damaged
        last, kind, size = bool(head[0] & _LAST), head[0] & 0x7F, int.from_bytes(head[1:])
        content = stream.read(size)
        if len(content) != size:
            raise damaged
        yield kind, content


_RIFF_LIMIT = 2**32 - 1


def _write_wav(part: Part, file: Path, labels: Labels) -> int:
    """Put the tags behind the sound, as INFO list and as ID3; a file beyond 4 GiB stays as it is."""
    with explained(part.file, "read"), part.file.open("rb") as stream:
        head = stream.read(12)
        size = stream.seek(0, 2)
    if head[:4] not in {b"RIFF", b"RF64"} or head[8:] != b"WAVE":
        raise AudioError(f"{part.file} is damaged: no WAV header at its start", hint="render it again")
    facts = describe_chapter(part.title, labels)
    tags = to_info(facts) + chunk(b"id3 ", to_id3(facts, labels.cover))
    if head[:4] == b"RF64" or size + len(tags) - 8 > _RIFF_LIMIT:
        return _write(file, b"", Stretch(file=part.file, offset=0, size=size))
    header = b"RIFF" + struct.pack("<I", size + len(tags) - 8) + b"WAVE"
    return _write(file, header, Stretch(file=part.file, offset=12, size=size - 12), tags)


def _write_opus(part: Part, file: Path, labels: Labels) -> int:
    """Move the packets into a new stream whose head holds the tags (RFC 7845, 5.2)."""
    import av

    facts, exact = describe_chapter(part.title, labels), {"fflags": "bitexact"}
    tags = {key: facts[name] for name, key in VORBIS.items() if name in facts}
    if labels.cover:
        tags["METADATA_BLOCK_PICTURE"] = base64.b64encode(to_picture(labels.cover)).decode()
    try:
        with whole_file(file) as temporary, explained(file, "write"):
            with (
                av.open(str(part.file)) as source,
                av.open(str(temporary), "w", format="opus", options=exact) as target,
            ):
                stream = source.streams.audio[0]
                copied = target.add_stream_from_template(stream)
                copied.metadata.update(tags)
                for packet in source.demux(stream):
                    if packet.dts is not None:
                        packet.stream = copied
                        target.mux(packet)
            return temporary.stat().st_size
    except av.error.FFmpegError as error:
        raise AudioError(f"cannot copy {part.file}: {error.strerror}", hint="render it again") from error


def _write(file: Path, head: bytes, frames: Stretch, tail: bytes = b"") -> int:
    """Write tags and frames; returns the bytes."""
    with whole_file(file) as part, explained(file, "write"):
        copy_into(part, [head], [frames])
        if tail:
            with part.open("ab") as stream:
                stream.write(tail)
        return part.stat().st_size
