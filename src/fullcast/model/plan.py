"""The plan: what must be recorded, and where it will stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fullcast.model.book import Chapter, Voice
from fullcast.model.engine import Word
from fullcast.model.script import PlacedCue, Script, Segment
from fullcast.units import Decibels, Samples, Seconds

RECORDING = "recording"
"""Stands for an engine where a person's recording is used for a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTake:
    """A take that the book needs, under the key that it has in the store."""

    key: str
    seed: int
    segment: Segment
    speaker: str
    voice: Voice
    pace: float
    """Project, character and mark multiplied."""
    engine: str
    """Name and revision, ``espeak/1.52.0``; ``RECORDING`` where a person spoke."""
    estimate: Seconds
    """Expected duration, from the engine's rate of speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSound:
    """A generated sound that the book needs."""

    key: str
    seed: int
    prompt: str
    seconds: Seconds | None
    """Asked length; None lets the engine take the sound's natural length."""
    loop: bool
    """Whether it will be repeated: a bed."""
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterPlan:
    """What one chapter is made of."""

    number: int
    """Counted from 1 over the book."""
    chapter: Chapter
    script: Script
    takes: tuple[PlannedTake, ...]
    """In the order of speech."""
    sounds: tuple[tuple[PlacedCue, PlannedSound | None], ...]
    """Each cue with the sound to generate; None where the cue names a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the whole book is made of."""

    chapters: tuple[ChapterPlan, ...]
    engine: str
    """The speech engine's name."""
    sound_engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """The recording of a segment, as the store describes it."""

    key: str
    file: Path
    digest: str
    """Hash of the file."""
    rate: int
    samples: int
    """Length at ``rate``."""
    begins: int
    """First sample of speech; what stands before is the engine's own silence."""
    ends: int
    """One past the last sample of speech."""
    words: tuple[Word, ...] = ()
    loudness: float | None = None
    """Of a recording by a person in LUFS: it is matched by itself; None is matched with its voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A generated or imported sound, as the store describes it."""

    key: str
    file: Path
    digest: str
    """Hash of the file."""
    rate: int
    samples: int
    channels: int
    loudness: float
    """Integrated loudness in LUFS of the sounding part; decides the gain that gives a cue its level."""


class Stem(StrEnum):
    """One layer of a chapter."""

    SPEECH = "speech"
    AMBIENCE = "ambience"
    EFFECTS = "effects"
    MUSIC = "music"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A take or a sound at its place in a chapter; times in samples at ``MIX_RATE``."""

    file: Path
    digest: str
    """Expected hash of the file, checked when it is read."""
    stem: Stem
    start: Samples
    length: Samples
    """How long it sounds; longer than the source only where ``loop`` is set."""
    offset: Samples = Samples(0)
    """Where in the source, converted to ``MIX_RATE``, it begins."""
    gain: Decibels = Decibels(0.0)
    pan: float = 0.0
    fade_in: Samples = Samples(0)
    fade_out: Samples = Samples(0)
    loop: bool = False
    seamless: bool = False
    """Whether the source was made to be looped: its end joins its beginning."""
    room: str | None = None
    effect: str | None = None
    duck: bool = False
    """Whether it gives way to speech."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTime:
    """When a line is heard."""

    line: str
    start: Samples
    end: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A chapter in time; all times in samples at ``MIX_RATE``."""

    length: Samples
    placed: tuple[Placed, ...]
    """Sorted by start."""
    speech: tuple[tuple[Samples, Samples], ...]
    """Intervals in which somebody speaks, sorted, not overlapping: what ducking follows."""
    lines: tuple[LineTime, ...] = ()
