"""What deliveries are made of: encoded chapters with plan and time, and files to be made of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fullcast import __version__
from fullcast.errors import DamagedError
from fullcast.files.disk import write_whole
from fullcast.files.join import Joined, Part
from fullcast.files.tags import Mark
from fullcast.fingerprint import digest, digest_file
from fullcast.model import ChapterPlan, Credit, Credits, Delivery, Timeline
from fullcast.production.preparing import Prepared
from fullcast.production.workshop import Encoded, sidecar_of
from fullcast.units import MIX_RATE, Seconds, to_seconds

LONGEST_NAME = 150
"""Bytes of a file's stem: file systems take 255, and players' own folders add to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A chapter as a delivery takes it."""

    encoded: Encoded
    plan: ChapterPlan
    timeline: Timeline
    """Of the version that was encoded."""
    extras: Mapping[str, Encoded] = field(default_factory=dict)
    """What the delivery takes of the chapter besides: its stems, a retail sample, by label."""

    @property
    def number(self) -> int:
        """The chapter's number in the book."""
        return self.encoded.number

    @property
    def title(self) -> str:
        """The chapter's title."""
        return self.encoded.title

    @property
    def duration(self) -> Seconds:
        """Length of the chapter."""
        return to_seconds(self.encoded.samples, MIX_RATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file that a delivery holds."""

    name: str
    """Path within the delivery's folder, with forward slashes."""
    key: str
    """Identity of all that decides its bytes."""
    make: Callable[[Path], Joined]
    """Writes the file; text has no samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A delivery to be laid out as files."""

    prepared: Prepared
    delivery: Delivery
    pieces: tuple[Piece, ...]
    """In the order in which they are heard: opening credits first, closing credits last."""

    @property
    def credits(self) -> Credits:
        """What the tags say of the book."""
        return self.prepared.book.credits

    def identity(self, *what: object) -> str:
        """Return the identity of a file that is made of these things, of the tags and of the cover."""
        cover = self.prepared.book.cover
        return digest([__version__, self.credits, digest_file(cover) if cover else None, *what])

    def text(self, name: str, content: str | bytes) -> Item:
        """Return a file of text, or of bytes that are at hand."""
        raw = content if isinstance(content, bytes) else content.encode()

        def make(file: Path) -> Joined:
            write_whole(file, raw)
            return Joined(file=file, samples=0, starts=(), size=len(raw))

        return Item(name=name, key=digest(["text", raw.hex() if len(raw) < 256 else _hash(raw)]), make=make)


def _hash(content: bytes) -> str:
    from fullcast.fingerprint import digest_bytes

    return digest_bytes(content)


_RANK = {Credit.OPENING: -1, None: 0, Credit.CLOSING: 1}


def heard_rank(credit: Credit | None) -> int:
    """Return where credits are heard: -1 before the chapters, 1 behind them, 0 for a chapter."""
    return _RANK[credit]


def in_heard_order(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Return pieces as they are heard; in the plan credits stand behind the chapters."""
    return tuple(sorted(pieces, key=lambda piece: (heard_rank(piece.plan.chapter.credit), piece.number)))


def part_of(encoded: Encoded) -> Part:
    """Return an encoding as it is joined or copied.

    Raises:
        DamagedError: If it is not what was measured; it is removed, so that the next run makes it anew.
    """
    if digest_file(encoded.file) != encoded.digest:
        sidecar_of(encoded.file).unlink(missing_ok=True)
        message = f"{encoded.file} is damaged: its content does not match its hash"
        hint = "run the same command again: the chapter is encoded anew"
        raise DamagedError(message, hint=hint, file=str(encoded.file))
    return Part(file=encoded.file, title=encoded.title, samples=encoded.samples)


def safe_name(title: str) -> str:
    """Return a title as the stem of a file that every file system and every shop takes.

    >>> safe_name("Who? What/Where: an end...")
    'Who What Where an end'
    """
    plain = re.sub(r'[\x00-\x1f\x7f"*/:<>?\\|]+', " ", title)
    words = " ".join(plain.split())
    while len(words.encode()) > LONGEST_NAME:
        words = words[:-1]
    return words.strip(" .") or "untitled"


def scene_marks(piece: Piece) -> tuple[Mark, ...]:
    """Return where the scenes of a chapter begin, by the first words of each; the first one begins at 0."""
    scenes = {line.id: line.scene for line in piece.plan.script.lines}
    starts: dict[int, Seconds] = {}
    for line in piece.timeline.lines:
        scene = max(1, scenes.get(line.line, 1))
        starts.setdefault(scene, to_seconds(line.start, MIX_RATE) if starts else Seconds(0.0))
    several = len(starts) > 1
    return tuple(
        Mark(title=f"{piece.title} ({number})" if several else piece.title, start=start)
        for number, start in enumerate(starts.values(), 1)
    )
