"""A rendered chapter as it can be looked into: its stems, its lines in time, its finished file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.mix import mix_chapter
from fullcast.files.coded import decode
from fullcast.files.store import Store
from fullcast.model import ChapterPlan, Line, Placed, PlacedCue, PlannedTake, Settings, Stem, Take, Timeline
from fullcast.production.chapters import Shelves, plan_timeline, read_measured, take_of
from fullcast.production.levels import known_levels
from fullcast.production.preparing import Choices, Prepared, prepare
from fullcast.production.workshop import read_placed
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTake:
    """A take with its place in the chapter."""

    planned: PlannedTake
    take: Take
    placed: Placed
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundAt:
    """A bed, an effect or music with its place in the chapter."""

    cue: PlacedCue
    placed: Placed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """One chapter, all of it in memory: this is a bench, not the product."""

    number: int
    title: str
    language: str
    source: str
    timeline: Timeline
    spoken: tuple[SpokenTake, ...]
    sounds: tuple[SoundAt, ...]
    stems: dict[Stem, Signal]
    """``[2, samples]`` each, before the gain of the master."""
    finished: Signal
    """The delivered file, decoded; ``[channels, samples]``."""
    file: Path

    def layer(self, *names: Stem) -> Signal:
        """Return some stems together."""
        total = np.zeros((2, self.timeline.length), np.float32)
        for name in names:
            if name in self.stems:
                total += self.stems[name]
        return total

    @property
    def beds(self) -> Signal:
        """Everything that is not speech."""
        return self.layer(Stem.AMBIENCE, Stem.EFFECTS, Stem.MUSIC)


def hear(project: Path, chapters: frozenset[int]) -> Iterator[Heard]:
    """Yield the chapters of a rendered project.

    Args:
        project: Its folder.
        chapters: Numbers; empty is all.

    Raises:
        KeyError: If something of it is not recorded: render it first.
    """
    prepared = prepare(project, Choices(chapters=chapters), Settings(jobs=1))
    takes, sounds = Store(prepared.cache / "takes"), Store(prepared.cache / "sounds")
    shelves = Shelves(
        takes=takes,
        sounds=sounds,
        measured=read_measured(sounds.folder),
        levels=known_levels(prepared),
    )
    for chapter in prepared.chapters:
        timeline = plan_timeline(prepared, chapter, shelves, frozenset())
        yield _open(prepared, chapter, timeline, takes)


def _open(prepared: Prepared, chapter: ChapterPlan, timeline: Timeline, takes: Store) -> Heard:
    file = next((prepared.output / "chapters").glob(f"{chapter.number:02d} - *"))
    return Heard(
        number=chapter.number,
        title=chapter.chapter.title,
        language=prepared.book.credits.language,
        source=chapter.chapter.text,
        timeline=timeline,
        spoken=_spoken(chapter, timeline, takes),
        sounds=_sounds(chapter, timeline),
        stems=_stems(prepared, timeline),
        finished=np.concatenate([block.samples for block in decode(file)], axis=1),
        file=file,
    )


def _spoken(chapter: ChapterPlan, timeline: Timeline, takes: Store) -> tuple[SpokenTake, ...]:
    lines = {line.id: line for line in chapter.script.lines}
    placed = [item for item in timeline.placed if item.stem is Stem.SPEECH]
    return tuple(
        SpokenTake(
            planned=planned,
            take=take_of(takes.entries()[planned.key], takes),
            placed=place,
            line=lines[planned.segment.line],
        )
        for planned, place in zip(chapter.takes, placed, strict=True)
    )


def _sounds(chapter: ChapterPlan, timeline: Timeline) -> tuple[SoundAt, ...]:
    """Pair cues with their places: the same file at the same pan, in the order of the text."""
    left = [item for item in timeline.placed if item.stem is not Stem.SPEECH]
    pairs = []
    for cue, planned in chapter.sounds:
        name = planned.key if planned else cue.cue.file.stem if cue.cue.file else ""
        match = [item for item in left if item.file.stem == name and item.pan == cue.cue.pan]
        if match:
            left.remove(match[0])
            pairs.append(SoundAt(cue=cue, placed=match[0]))
    return tuple(pairs)


def _stems(prepared: Prepared, timeline: Timeline) -> dict[Stem, Signal]:
    stems: dict[Stem, Signal] = {}
    mixing = prepared.book.mixing
    for block in mix_chapter(timeline, channels=2, mixing=mixing, read=read_placed):
        for stem, layer in block.layers.items():
            if stem not in stems:
                stems[stem] = np.zeros((2, timeline.length), np.float32)
            stems[stem][:, block.start : block.start + block.length] = layer
    return stems


def to_time(samples: int) -> str:
    """Return a place in a chapter as minutes and seconds."""
    seconds = samples / MIX_RATE
    return f"{int(seconds // 60)}:{seconds % 60:05.2f}"
