"""The levels of a book that was made, drawn."""

from __future__ import annotations

from pathlib import Path

from fullcast.errors import UsageError
from fullcast.files.disk import write_whole
from fullcast.files.levels_drawn import Picture, Said, draw_levels
from fullcast.model import ChapterPlan, Delivery, Settings, Timeline, Unit, Version
from fullcast.production.chapters import Shelves, plan_timeline, read_measured
from fullcast.production.levels import known_levels
from fullcast.production.preparing import Choices, Prepared, prepare
from fullcast.production.reasons import planned_order
from fullcast.production.summary import open_stores
from fullcast.production.workshop import Encoded, read_encoded
from fullcast.units import MIX_RATE, to_seconds


def plot(project: Path, file: Path, settings: Settings) -> int:
    """Draw what a project's chapters measure into an SVG; returns how many there are.

    The first immersive delivery is drawn; a dry one where there is no other.

    Args:
        project: The project's folder or its project.yaml.
        file: Where the picture goes.
        settings: The machine.

    Raises:
        UsageError: If no chapter is made yet.
        StoreError: If the picture cannot be written.
    """
    prepared = prepare(project, Choices(), settings)
    takes, sounds = open_stores(prepared)
    measured = read_measured(sounds.folder)
    shelves = Shelves(takes=takes, sounds=sounds, measured=measured, levels=known_levels(prepared))
    wanted = _wanted(prepared)
    pictures = []
    for chapter in prepared.plan.chapters:
        made = None if chapter.chapter.credit else _find(prepared, chapter, shelves, wanted)
        if made is not None:
            timeline = plan_timeline(prepared, chapter, shelves, frozenset(), wanted.version)
            pictures.append(_picture(chapter, timeline, made, wanted))
    if not pictures:
        raise UsageError("there is nothing to draw: no chapter is made", hint="fullcast render makes them")
    write_whole(file, draw_levels(prepared.book.credits.title, pictures).encode())
    return len(pictures)


def _wanted(prepared: Prepared) -> Delivery:
    deliveries = prepared.book.deliveries
    return next((item for item in deliveries if item.version is Version.IMMERSIVE), deliveries[0])


def _find(prepared: Prepared, chapter: ChapterPlan, shelves: Shelves, delivery: Delivery) -> Encoded | None:
    """Return a chapter as it was encoded, if it is as it would be made now."""
    if not shelves.takes.ready().issuperset(take.key for take in chapter.takes):
        return None
    if not shelves.sounds.ready().issuperset(sound.key for _, sound in chapter.sounds if sound):
        return None
    order = planned_order(prepared, chapter, shelves)
    if order is None:
        return None
    key = order.keys[delivery.name]
    return read_encoded(next(master.file for master in order.job.masters if master.key == key))


def _picture(chapter: ChapterPlan, timeline: Timeline, made: Encoded, delivery: Delivery) -> Picture:
    speakers = {line.id: line.speaker for line in chapter.script.lines}
    target = delivery.target
    return Picture(
        title=f"{chapter.number}  {chapter.chapter.title}",
        duration=made.measured.duration,
        loudness=made.curves.loudness,
        speech=made.curves.speech,
        rest=made.curves.rest,
        said=tuple(
            Said(
                speaker=speakers[time.line],
                start=to_seconds(time.start, MIX_RATE),
                end=to_seconds(time.end, MIX_RATE),
            )
            for time in timeline.lines
        ),
        target=target.level if target and target.unit is Unit.LUFS else None,
    )
