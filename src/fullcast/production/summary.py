"""The plan in figures: what is there, what is missing, how long it will be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from fullcast.engines.registry import full_name
from fullcast.files.store import Store
from fullcast.model import ChapterPlan, LineKind, PlannedTake
from fullcast.production.preparing import Prepared

BYTES_A_SECOND = 44_100
"""Disk for a second of a take: 22.05 kHz, 16 bit; the unit of the estimate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of something are there."""

    total: int
    ready: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterSummary:
    """A chapter in figures."""

    number: int
    title: str
    file: str
    lines: int
    quotations: int
    unattributed: int
    """Quotations whose speaker nobody could name."""
    characters: int
    """Characters that are spoken."""
    speakers: tuple[str, ...]
    takes: Count
    sounds: Count
    speech_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A book in figures."""

    title: str
    engine: str
    sound_engine: str
    takes: Count
    sounds: Count
    chapters: tuple[ChapterSummary, ...]
    speech_seconds: float
    """Measured where takes are recorded, estimated where not; without pauses."""
    disk_bytes: int
    """What the takes need in the store, estimated where they are missing."""

    def to_json(self) -> dict[str, object]:
        """Return the document that ``plan --json`` prints."""
        return asdict(self)


def open_stores(prepared: Prepared) -> tuple[Store, Store]:
    """Return the project's takes and sounds."""
    return Store(prepared.cache / "takes"), Store(prepared.cache / "sounds")


def summarise(prepared: Prepared, takes: Store, sounds: Store) -> Summary:
    """Return the plan in figures; looks at the store, changes nothing."""
    chapters = tuple(_summarise_chapter(chapter, takes, sounds) for chapter in prepared.chapters)
    planned = {take.key: take for chapter in prepared.chapters for take in chapter.takes}
    keys = {sound.key for chapter in prepared.chapters for _, sound in chapter.sounds if sound}
    return Summary(
        title=prepared.book.credits.title,
        engine=full_name(prepared.speech),
        sound_engine=full_name(prepared.sound),
        takes=_count(planned, takes),
        sounds=_count(keys, sounds),
        chapters=chapters,
        speech_seconds=round(sum(chapter.speech_seconds for chapter in chapters), 1),
        disk_bytes=round(sum(_seconds(take, takes) for take in planned.values()) * BYTES_A_SECOND),
    )


def _count(keys: Iterable[str], store: Store) -> Count:
    wanted = set(keys)
    ready = len(wanted & store.ready())
    return Count(total=len(wanted), ready=ready, missing=len(wanted) - ready)


def _seconds(take: PlannedTake, store: Store) -> float:
    entry = store.get(take.key)
    return (entry.ends - entry.begins) / entry.rate if entry else take.estimate


def _summarise_chapter(chapter: ChapterPlan, takes: Store, sounds: Store) -> ChapterSummary:
    lines = chapter.script.lines
    quotations = [line for line in lines if line.kind is LineKind.QUOTATION]
    return ChapterSummary(
        number=chapter.number,
        title=chapter.chapter.title,
        file=chapter.chapter.file,
        lines=len(lines),
        quotations=len(quotations),
        unattributed=sum(line.evidence == "unknown" for line in quotations),
        characters=sum(len(take.segment.text) for take in chapter.takes),
        speakers=tuple(dict.fromkeys(line.speaker for line in lines)),
        takes=_count((take.key for take in chapter.takes), takes),
        sounds=_count((sound.key for _, sound in chapter.sounds if sound), sounds),
        speech_seconds=round(sum(_seconds(take, takes) for take in chapter.takes), 1),
    )
