"""The book as its author describes it: cast, chapters, cues, deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fullcast.errors import Place
from fullcast.model.delivery import Delivery
from fullcast.model.lexicon import Lexicon
from fullcast.units import Decibels, Seconds

NARRATOR = "Narrator"
"""The cast name that speaks everything outside quotations."""

ANYONE = "*"
"""The cast name of everyone who is not named."""


ROOMS = ("cellar", "chamber", "hall", "cave", "church", "outdoors")
"""Rooms that a character can be heard in (``audio.rooms`` knows how they sound)."""


EFFECTS = ("telephone", "radio", "thought", "near", "far")
"""How a voice can be heard otherwise than beside one (``audio.voicing`` knows how they sound)."""


class Sex(StrEnum):
    """What a listener hears in a voice."""

    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"


class Age(StrEnum):
    """The age that a listener hears in a voice."""

    CHILD = "child"
    YOUNG = "young"
    ADULT = "adult"
    OLD = "old"


Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A reusable voice of the voice library."""

    name: str
    description: str = ""
    sex: Sex = Sex.NEUTRAL
    age: Age = Age.ADULT
    accent: str = ""
    """Free words, ``Scottish``."""
    languages: tuple[str, ...] = ("en",)
    """Languages that the voice is at home in, as BCP 47 tags."""
    variant_of: str | None = None
    """The voice that this one was derived from, if listeners would take them for relatives."""
    engines: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    """What each engine needs to speak with this voice; an engine reads its own entry only."""
    reference: Path | None = None
    """A recording to clone from."""
    transcript: str | None = None
    """What is said in the recording."""
    licence: str = ""
    file: Path | None = None
    """The voice.yaml that describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A member of the cast and how the book wants it spoken."""

    name: str
    voice: str
    aliases: tuple[str, ...] = ()
    style: str = ""
    pace: float = 1.0
    """Factor on the voice's own rate of speech; 0.5 to 2."""
    level: Decibels = Decibels(0.0)
    """Intended difference from the other voices, after levels are matched."""
    pan: float = 0.0
    """Place between left (-1) and right (1); heard in stereo deliveries."""
    room: str | None = None
    """Name of the room the character is heard in, one of ``ROOMS``."""
    effect: str | None = None
    """How the character is heard, one of ``EFFECTS``."""
    place: Place | None = None


class CueKind(StrEnum):
    """What a cue asks for."""

    BED = "bed"
    EFFECT = "effect"
    MUSIC = "music"


class Role(StrEnum):
    """Where music stands when it is not anchored to text."""

    INTRO = "intro"
    BRIDGE = "bridge"
    OUTRO = "outro"
    UNDER = "under"


class AnchorKind(StrEnum):
    """How an anchor names its place in the text."""

    START = "start"
    END = "end"
    PHRASE = "phrase"
    PARAGRAPH = "paragraph"
    OFFSET = "offset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A place in a chapter's text; never a time."""

    kind: AnchorKind
    phrase: str = ""
    """The quoted words, for ``PHRASE``."""
    number: int = 0
    """The paragraph counted from 1, for ``PARAGRAPH``; the source offset, for ``OFFSET``."""
    place: Place | None = None


START = Anchor(kind=AnchorKind.START)
END = Anchor(kind=AnchorKind.END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """An instruction for sound, anchored to the text of a chapter."""

    kind: CueKind
    sound: str
    """The prompt, or the file when ``file`` is set."""
    file: Path | None = None
    """Absolute path of the project's own recording, inside the project or the sound library."""
    start: Anchor = START
    end: Anchor | None = None
    """Where a bed ends; effects and music end by themselves."""
    level: Decibels = Decibels(-20.0)
    """Loudness of the sound's sounding part minus that of the chapter's speech, before ducking."""
    fade: Seconds = Seconds(2.0)
    """Length of fade in and fade out; equal-power."""
    pan: float = 0.0
    role: Role | None = None
    id: str | None = None
    """Name by which ``::stop{#id}`` ends a bed."""
    seed: int | None = None
    """Overrides the project's seed for this sound."""
    place: Place | None = None


class Credit(StrEnum):
    """Spoken credits, which shops want in files of their own."""

    OPENING = "opening"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter: its title, its source text and the cues anchored to it."""

    title: str
    file: str
    """Path relative to the project, with forward slashes."""
    text: str
    """The normalised source (``text.normalise.normalise_source``)."""
    speak_title: bool = True
    cues: tuple[Cue, ...] = ()
    place: Place | None = None
    credit: Credit | None = None
    """Which of the spoken credits it is; None for a chapter of the author's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Silences between takes, from the end of speech to the next speech, at pace 1."""

    clause: Seconds = Seconds(0.25)
    """Between two segments of one line that no sentence end separates."""
    sentence: Seconds = Seconds(0.45)
    """Between two segments of one line after a sentence end."""
    line: Seconds = Seconds(0.35)
    """Between two lines of a paragraph: another speaker takes over."""
    paragraph: Seconds = Seconds(0.75)
    scene: Seconds = Seconds(2.0)
    title: Seconds = Seconds(1.6)
    """After a spoken title."""
    head: Seconds = Seconds(0.75)
    """Room tone before the first sound of a chapter (ACX: 0.5 to 1 s)."""
    tail: Seconds = Seconds(2.5)
    """Room tone after the last sound of a chapter (ACX: 1 to 5 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ducking:
    """How beds and music give way to speech."""

    depth: Decibels = Decibels(4.0)
    """How far a bed is lowered under speech: one of the usual level then lies 26 LU below it, still heard."""
    lookahead: Seconds = Seconds(0.25)
    """How long before speech the lowering is complete."""
    attack: Seconds = Seconds(0.3)
    hold: Seconds = Seconds(0.6)
    """Gaps shorter than this do not let the bed come up."""
    release: Seconds = Seconds(0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixing:
    """How the stems of a chapter are balanced."""

    room_tone: Decibels = Decibels(-72.0)
    """RMS of the noise that stands where nothing else sounds, in dBFS in the finished chapter."""
    ducking: Ducking = Ducking()
    ambience: Decibels = Decibels(0.0)
    """Added to the level of every bed, effect and music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What the project says about speech in general."""

    engine: str = "auto"
    seed: int = 0
    pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """What the project says about ambience in general."""

    engine: str = "auto"
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """What the tags of a delivery say about the book."""

    title: str
    author: str = ""
    narrator: str = ""
    subtitle: str = ""
    description: str = ""
    publisher: str = ""
    year: str = ""
    genre: str = "Audiobook"
    language: str = "en"
    isbn: str = ""
    series: str = ""
    """Name of the series, for the tags."""
    volume: str = ""
    """Place in the series."""
    opening: str = ""
    """Words of the spoken opening credits; empty: title, author and narrator."""
    closing: str = ""
    """Words of the spoken closing credits."""
    disclosure: str = ""
    """That, and how, the narration was synthesised; in the tags of every file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A project as read and checked: all that decides how the book sounds."""

    folder: Path
    """The project's folder, absolute."""
    credits: Credits
    chapters: tuple[Chapter, ...]
    cast: Mapping[str, Character]
    """By name; holds ``Narrator`` always."""
    voices: Mapping[str, Voice]
    """The voices that the cast names, by name."""
    cover: Path | None = None
    source: Path | None = None
    """The EPUB that the book was made from."""
    speech: Speech = Speech()
    sounds: Sounds = Sounds()
    pauses: Pauses = Pauses()
    mixing: Mixing = Mixing()
    deliveries: tuple[Delivery, ...] = ()
    lexicon: Lexicon = ()
    """How words are said: the project's, then the series'."""
    series: Path | None = None
    """The file of what it shares with other books."""
