"""Deliveries: what each shop or player is given, and by which rules it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fullcast.units import Decibels, Hertz, Seconds


class Codec(StrEnum):
    """How the audio of a delivery is coded."""

    AAC = "aac"
    MP3 = "mp3"
    FLAC = "flac"
    WAV = "wav"
    OPUS = "opus"


class Version(StrEnum):
    """Which master of the book a delivery takes."""

    DRY = "dry"
    """The voices alone: no beds, effects or music, no rooms."""
    IMMERSIVE = "immersive"
    """Everything that the project describes."""


class Subtitle(StrEnum):
    """Files of text with times that stand beside the audio."""

    VTT = "vtt"
    """WebVTT with a voice span for each speaker."""
    SRT = "srt"
    LRC = "lrc"
    """Lyrics with times, which music players show."""


class Unit(StrEnum):
    """What a level is measured as."""

    LUFS = "LUFS"
    """Integrated loudness, which leaves pauses out."""
    RMS = "dB RMS"
    """Over the whole file, pauses and all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The level that a master is brought to."""

    level: float
    unit: Unit = Unit.LUFS
    tolerance: float = 0.5
    """How far a chapter may be off before that is a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A set of files for one shop or player."""

    name: str
    """Folder under ``output``."""
    preset: str
    """A name of ``PRESETS``, or one of the program's own: ``mix`` and ``proof``."""
    codec: Codec = Codec.AAC
    bitrate: int | None = None
    """Bits per second of a lossy codec; None takes the codec's usual rate for the channels."""
    channels: int | None = None
    """1 or 2; None is stereo where the version has anything to hear in stereo."""
    target: Target | None = Target(level=-18.0)
    """Level of each chapter; None leaves the mix as it is."""
    peak: Decibels = Decibels(-1.5)
    """Highest true peak of the decoded file, in dBTP."""
    version: Version = Version.IMMERSIVE
    credits: bool = False
    """Whether opening and closing credits are spoken, in files of their own."""
    sample: bool = False
    """Whether there is a retail sample."""
    subtitles: tuple[Subtitle, ...] = ()
    words: bool = False
    """Whether subtitles tell each word, where the engine tells when it is spoken."""
    url: str = ""
    """Where a podcast's files will lie on the web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The lowest and the highest value that a rule allows; both count as allowed."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverRules:
    """What a shop asks of the cover."""

    smallest: int
    """Pixels of the shorter side."""
    largest: int = 100_000
    square: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What can be measured of a shop's requirements; None where it says nothing."""

    source: str = ""
    """Who says so."""
    rms: Window | None = None
    """dBFS over the whole file."""
    peak: Decibels | None = None
    """Highest true peak in dBTP."""
    floor: Decibels | None = None
    """RMS of the quietest half second in dBFS, at most."""
    head: Window | None = None
    """Seconds before the first sound."""
    tail: Window | None = None
    """Seconds after the last sound."""
    longest: Seconds | None = None
    """Of one file."""
    total: Window | None = None
    """Seconds of the whole book."""
    rate: Hertz | None = None
    lowest_bitrate: int | None = None
    constant_bitrate: bool = False
    sample: Window | None = None
    """Seconds of the retail sample."""
    cover: CoverRules | None = None
    names: tuple[str, ...] = ()
    """Facts of the book that must be known: ``author``, ``narrator``, ``isbn``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What a delivery is unless the project says otherwise."""

    delivery: Delivery
    codecs: tuple[Codec, ...]
    """Codecs that its files can hold."""
    rules: Rules = field(default_factory=Rules)
    notice: str = ""
    """What a person must know before handing the files in."""
    doc: str = ""
    """One line for the documents."""


_SHOP_TARGET = Target(level=-20.5, unit=Unit.RMS, tolerance=2.0)
"""The middle of the window from -23 to -18 dB RMS that ACX and INaudio ask for, and half a decibel less than
its halves: credits of a few words between their pauses cannot always have the middle."""

_SHOP_PEAK = Decibels(-3.2)
"""Below the -3 dB that shops allow by what two decoders of one MP3 differ in."""

_SHOP_RULES = Rules(
    source="help.acx.com, audio submission requirements",
    rms=Window(low=-23.0, high=-18.0),
    peak=Decibels(-3.0),
    floor=Decibels(-60.0),
    head=Window(low=0.5, high=1.0),
    tail=Window(low=1.0, high=5.0),
    longest=Seconds(7_200.0),
    rate=Hertz(44_100),
    lowest_bitrate=192_000,
    constant_bitrate=True,
    sample=Window(low=60.0, high=300.0),
    cover=CoverRules(smallest=2_400),
    names=("author", "narrator"),
)

_ACX = Delivery(
    name="acx",
    preset="acx",
    codec=Codec.MP3,
    bitrate=192_000,
    channels=1,
    target=_SHOP_TARGET,
    peak=_SHOP_PEAK,
    version=Version.DRY,
    credits=True,
    sample=True,
)

_VOICES = Delivery(
    name="voices",
    preset="voices",
    codec=Codec.MP3,
    bitrate=192_000,
    channels=1,
    target=_SHOP_TARGET,
    peak=_SHOP_PEAK,
    version=Version.DRY,
    credits=True,
    sample=True,
)

_GOOGLE = Delivery(
    name="google",
    preset="google",
    codec=Codec.MP3,
    bitrate=192_000,
    channels=1,
    target=Target(level=-20.0),
    peak=Decibels(-3.0),
    version=Version.DRY,
    credits=True,
)

_ANY_CODEC = tuple(Codec)

PRESETS: Mapping[str, Preset] = {
    "m4b": Preset(
        delivery=Delivery(name="m4b", preset="m4b"),
        codecs=(Codec.AAC,),
        doc="one book with chapter marks, cover and tags",
    ),
    "chapters": Preset(
        delivery=Delivery(name="chapters", preset="chapters"),
        codecs=_ANY_CODEC,
        doc="one file a chapter, with cover and tags",
    ),
    "acx": Preset(
        delivery=_ACX,
        codecs=(Codec.MP3,),
        rules=_SHOP_RULES,
        notice=(
            "acx: these files are made to ACX's technical rules only. ACX and Audible take books read by "
            "people and restrict synthetic narration to what they authorise. Nothing here promises acceptance"
        ),
        doc="ACX and Audible: chapters, credits, retail sample, cover",
    ),
    "voices": Preset(
        delivery=_VOICES,
        codecs=(Codec.MP3, Codec.FLAC),
        rules=Rules(
            source="blog.findawayvoices.com, the audiobook mastering guide",
            rms=Window(low=-23.0, high=-18.0),
            peak=Decibels(-3.0),
            floor=Decibels(-60.0),
            rate=Hertz(44_100),
            lowest_bitrate=192_000,
            sample=Window(low=60.0, high=300.0),
            cover=CoverRules(smallest=2_400),
            names=("author", "narrator"),
        ),
        notice=(
            "voices: INaudio (formerly Findaway Voices) takes synthetic narration from approved tools only, "
            "and wants it disclosed"
        ),
        doc="Voices by INaudio: chapters, credits, retail sample, cover",
    ),
    "google": Preset(
        delivery=_GOOGLE,
        codecs=(Codec.MP3, Codec.FLAC, Codec.AAC),
        rules=Rules(
            source="support.google.com/books/partner/answer/3424254",
            peak=Decibels(-3.0),
            rate=Hertz(44_100),
            lowest_bitrate=128_000,
            total=Window(low=300.0, high=360_000.0),
            cover=CoverRules(smallest=1_024, largest=7_200, square=False),
            names=("author", "narrator"),
        ),
        notice="google: say in the Partner Center that the narration is synthetic",
        doc="Google Play Books: numbered chapters, cover, and one LPF package",
    ),
    "abs": Preset(
        delivery=Delivery(name="abs", preset="abs"),
        codecs=(Codec.AAC,),
        doc="a folder for Audiobookshelf: author, title, the book, metadata.json, cover",
    ),
    "epub": Preset(
        delivery=Delivery(name="epub", preset="epub"),
        codecs=(Codec.AAC,),
        doc="EPUB 3 whose text is marked as it is read",
    ),
    "podcast": Preset(
        delivery=Delivery(
            name="podcast", preset="podcast", codec=Codec.MP3, target=Target(level=-16.0), peak=Decibels(-1.0)
        ),
        codecs=(Codec.MP3, Codec.AAC),
        doc="one episode a chapter, feed.xml and chapters in JSON",
    ),
    "daw": Preset(
        delivery=Delivery(name="daw", preset="daw", codec=Codec.FLAC, target=None, peak=Decibels(0.0)),
        codecs=(Codec.FLAC, Codec.WAV),
        doc="stems of each chapter, labels for Audacity, regions for Reaper",
    ),
}
"""What can be delivered, by name."""

USUAL_DELIVERIES = ("m4b", "chapters")
"""What is delivered unless the project says otherwise."""
