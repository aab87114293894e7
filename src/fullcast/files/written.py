"""A project.yaml as it was written: checked key by key, nothing looked up yet, every place known."""

from __future__ import annotations

from dataclasses import dataclass, field

from fullcast.errors import Place
from fullcast.files.kinds import Spot
from fullcast.model import (
    Anchor,
    Codec,
    Credits,
    CueKind,
    Mixing,
    Pauses,
    Role,
    Sounds,
    Speech,
    Subtitle,
    Version,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenBook:
    """The ``book`` key."""

    credits: Credits
    cover: Spot[str] | None = None
    source: Spot[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCharacter:
    """A member of the cast as written."""

    voice: Spot[str] | None = None
    style: str = ""
    pace: float = 1.0
    pan: float = 0.0
    level: float = 0.0
    room: str | None = None
    effect: str | None = None
    aliases: tuple[Spot[str], ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCue:
    """A cue as written."""

    kind: CueKind
    sound: Spot[str]
    at: Anchor | None = None
    start: Anchor | None = None
    end: Anchor | None = None
    level: float | None = None
    fade: float | None = None
    pan: float = 0.0
    role: Spot[Role] | None = None
    id: Spot[str] | None = None
    seed: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenChapter:
    """A chapter as written."""

    title: str | None = None
    text: Spot[str] | None = None
    speak_title: bool = True
    include: bool = True
    cues: tuple[WrittenCue, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDelivery:
    """A delivery as written."""

    preset: Spot[str] | None = None
    name: Spot[str] | None = None
    codec: Spot[Codec] | None = None
    bitrate: Spot[int] | None = None
    channels: int | None = None
    loudness: Spot[float] | None = None
    rms: Spot[float] | None = None
    peak: float | None = None
    version: Version | None = None
    credits: bool | None = None
    sample: bool | None = None
    subtitles: tuple[Subtitle, ...] | None = None
    words: bool = False
    url: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenProject:
    """A project.yaml as written; what was wrong is left out."""

    fullcast: int | None = None
    book: WrittenBook | None = None
    series: Spot[str] | None = None
    speech: Speech = field(default_factory=Speech)
    sounds: Sounds = field(default_factory=Sounds)
    cast: dict[str, WrittenCharacter] = field(default_factory=dict)
    pauses: Pauses = field(default_factory=Pauses)
    mix: Mixing = field(default_factory=Mixing)
    chapters: tuple[WrittenChapter, ...] = ()
    deliveries: tuple[WrittenDelivery, ...] | None = None
    place: Place | None = None
