"""Why each take, sound, chapter and file must be made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fullcast.files.disk import write_whole
from fullcast.files.store import Store
from fullcast.model import RECORDING, ChapterPlan, PlannedTake
from fullcast.plan import explain
from fullcast.production.chapters import (
    ChapterOrder,
    Shelves,
    chapter_order,
    plan_timeline,
    read_measured,
    sound_sources,
    versions_of,
)
from fullcast.production.levels import known_levels
from fullcast.production.preparing import Prepared

Parts = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What the encodings of the last run were made of: by delivery, by the chapter's file, by part."""

_WORDS = {
    "takes and places": "its takes, its sounds or their places changed",
    "mix": "the project's mix changed",
    "coding": "codec, bit rate or channels changed",
    "master": "the loudness or the peak that is wanted changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something must be made."""

    kind: str
    """``take``, ``sound``, ``chapter`` (its mix and encoding) or ``file``."""
    chapter: int
    """0 for a file that holds the whole book."""
    speaker: str
    text: str
    """What it is: the words, the prompt, the title, the delivery."""
    reason: str

    def to_json(self) -> dict[str, object]:
        """Return the reason as a JSON object."""
        return asdict(self)


def read_parts(cache: Path) -> Parts:
    """Return what the last run's encodings were made of; empty if unknown."""
    try:
        stored = json.loads((cache / "parts.json").read_bytes())
        return {
            str(delivery): {str(file): dict(parts) for file, parts in chapters.items()}
            for delivery, chapters in stored.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_parts(cache: Path, parts: Parts) -> None:
    """Keep what the encodings were made of."""
    write_whole(cache / "parts.json", json.dumps(parts, ensure_ascii=False).encode())


def reasons(prepared: Prepared, takes: Store, sounds: Store) -> tuple[Reason, ...]:
    """Return why each missing take, sound, chapter and file must be made, in the order of the book."""
    found = [
        reason
        for chapter in prepared.chapters
        for reason in (*_take_reasons(chapter, takes), *_sound_reasons(chapter, sounds))
    ]
    incomplete = {reason.chapter for reason in found}
    shelves = Shelves(
        takes=takes,
        sounds=sounds,
        measured=read_measured(sounds.folder),
        levels=known_levels(prepared),
    )
    found += _chapter_reasons(prepared, incomplete, shelves)
    return (*found, *_file_reasons(prepared, found))


def _take_reasons(chapter: ChapterPlan, takes: Store) -> Iterator[Reason]:
    history = _history(takes)
    for take in chapter.takes:
        if take.key not in takes.ready():
            known = take.key in takes.entries()
            why = "recording missing or damaged" if known else explain(take, history)
            yield _take_reason(chapter, take, why)


def _take_reason(chapter: ChapterPlan, take: PlannedTake, why: str) -> Reason:
    text = take.segment.text
    return Reason(kind="take", chapter=chapter.number, speaker=take.speaker, text=text, reason=why)


def _history(takes: Store) -> dict[tuple[str, int], Mapping[str, str | int | float]]:
    return {
        (str(entry.origin["line"]), int(entry.origin["number"])): entry.origin
        for entry in takes.entries().values()
        if "line" in entry.origin
    }


def _sound_reasons(chapter: ChapterPlan, sounds: Store) -> Iterator[Reason]:
    for _, sound in chapter.sounds:
        if sound is not None and sound.key not in sounds.ready():
            known = sound.key in sounds.entries()
            why = "recording missing or damaged" if known else "new sound"
            yield Reason(kind="sound", chapter=chapter.number, speaker="", text=sound.prompt, reason=why)


def _chapter_reasons(prepared: Prepared, incomplete: set[int], shelves: Shelves) -> list[Reason]:
    """Return why a chapter is mixed and encoded anew; what its takes alone decide is said first."""
    before = read_parts(prepared.cache)
    found = []
    for chapter in prepared.chapters:
        order = None if chapter.number in incomplete else planned_order(prepared, chapter, shelves)
        for delivery in prepared.book.deliveries:
            if chapter.chapter.credit and not delivery.credits:
                continue
            made_of = before.get(delivery.name, {}).get(chapter.chapter.file)
            why = _why(order, delivery.name, made_of)
            if why is not None:
                title = f"{chapter.chapter.title} ({delivery.name})"
                found.append(
                    Reason(kind="chapter", chapter=chapter.number, speaker="", text=title, reason=why)
                )
    return found


def planned_order(prepared: Prepared, chapter: ChapterPlan, shelves: Shelves) -> ChapterOrder | None:
    """Return what would be mixed; None while a level or a sound is not measured."""
    voices = {take.voice.name for take in chapter.takes if take.engine != RECORDING}
    sources = sound_sources(chapter, shelves).values()
    if not voices <= shelves.levels.keys() or any(hashed not in shelves.measured for _, hashed in sources):
        return None
    deliveries = prepared.book.deliveries
    timelines = {
        version: plan_timeline(prepared, chapter, shelves, frozenset(), version)
        for version in versions_of(deliveries)
    }
    return chapter_order(prepared, chapter, timelines, deliveries)


def _why(order: ChapterOrder | None, delivery: str, before: Mapping[str, str] | None) -> str | None:
    if before is None:
        return "never made"
    if order is None:
        return "takes or sounds of it are made"
    now = order.parts[delivery]
    changed = [words for part, words in _WORDS.items() if before.get(part) != now[part]]
    if changed:
        return changed[0]
    file = next(master.file for master in order.job.masters if master.key == order.keys[delivery])
    return None if file.is_file() else "its encoding is not in the store"


def _file_reasons(prepared: Prepared, found: list[Reason]) -> Iterator[Reason]:
    """Yield why a delivery's files are written anew."""
    for delivery in prepared.book.deliveries:
        chapters = [
            str(reason.chapter)
            for reason in found
            if reason.kind == "chapter" and reason.text.endswith(f"({delivery.name})")
        ]
        missing = not (prepared.output / delivery.name / "report.json").is_file()
        if chapters or missing:
            why = f"chapter {', '.join(chapters)} changes" if chapters and not missing else "not there yet"
            yield Reason(kind="file", chapter=0, speaker="", text=f"output/{delivery.name}", reason=why)
