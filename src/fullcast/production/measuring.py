"""Measuring sounds before they are mixed: the project's own files first, so that bad ones cost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from fullcast.errors import AudioError, DamagedError, Place, Problem, ProjectError
from fullcast.model import ChapterPlan, PlacedCue, PlannedSound
from fullcast.production.chapters import Shelves, sound_sources
from fullcast.production.scheduling import Workers
from fullcast.production.workshop import Source, measure_sound

Figures = tuple[int, int, int, float]
"""Rate, samples, channels, loudness in LUFS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured on sounds."""

    figures: dict[str, Figures] = field(default_factory=dict)
    """By the hash of the file; only what was not known before."""
    damaged: frozenset[str] = frozenset()
    """Keys of stored sounds that must be made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A sound that has not been measured, and who wants it."""

    source: Source
    planned: PlannedSound | None
    place: Place | None


def measure_sounds(chapters: tuple[ChapterPlan, ...], shelves: Shelves, workers: Workers) -> Measured:
    """Measure every sound that is there and was never measured.

    Args:
        chapters: What is worked on.
        shelves: What the project's store holds.
        workers: Who measures.

    Raises:
        ProjectError: If a file of the project cannot be used: with every such file, each at its cue.
    """
    wanted = {item.source.digest: item for chapter in chapters for item in _unmeasured(chapter, shelves)}
    futures = {digest: workers.call(measure_sound, item.source) for digest, item in wanted.items()}
    figures: dict[str, Figures] = {}
    damaged: set[str] = set()
    problems: list[Problem] = []
    for digest, future in futures.items():
        item = wanted[digest]
        try:
            figures[digest] = _audible(future.result(), item.source.file)
        except (AudioError, DamagedError) as error:
            if item.planned is not None:
                damaged.add(item.planned.key)
            else:
                problems.append(_unusable(error, item.place))
    if problems:
        raise ProjectError(*problems)
    return Measured(figures=figures, damaged=frozenset(damaged))


def _unmeasured(chapter: ChapterPlan, shelves: Shelves) -> Iterator[_Wanted]:
    sources = sound_sources(chapter, shelves)
    for placed, planned in chapter.sounds:
        file, digest = sources.get(planned.key if planned else str(placed.cue.file), (Path(), ""))
        if digest and digest not in shelves.measured:
            place = _place_of(placed, chapter)
            yield _Wanted(source=Source(file=file, digest=digest), planned=planned, place=place)


def _place_of(placed: PlacedCue, chapter: ChapterPlan) -> Place | None:
    return placed.cue.place or chapter.chapter.place


def _audible(figures: Figures, file: Path) -> Figures:
    if not isfinite(figures[3]):
        raise AudioError(f"{file} is silent", hint="export the sound again, or take the cue out")
    return figures


def _unusable(error: AudioError | DamagedError, place: Place | None) -> Problem:
    return Problem(code="unusable-sound", message=error.message, place=place, hint=error.hint)
