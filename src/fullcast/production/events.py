"""What happens during a run, told to whoever started it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from fullcast.model import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    def to_json(self) -> dict[str, object]:
        """Return the event as one JSON object; ``event`` names its kind in kebab case."""
        name = type(self).__name__
        kind = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
        return {"event": kind, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Event):
    """A choice that the run made for the user, with its reason."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The plan is made; work begins."""

    title: str
    chapters: int
    takes: int
    missing_takes: int
    sounds: int
    missing_sounds: int
    seconds: float
    """Estimated speech of the missing takes, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching(Event):
    """Some of a model came."""

    model: str
    done: int
    """Bytes that are here."""
    total: int
    """Bytes of all its files, as far as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMade(Event):
    """A sound stands in the store."""

    prompt: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRecorded(Event):
    """A take stands in the store."""

    chapter: int
    done: int
    total: int
    seconds: float
    """Audio recorded so far in this run, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterEncoded(Event):
    """A chapter was mixed, mastered, encoded and measured."""

    number: int
    title: str
    codec: str
    done: int
    total: int
    """Encodings of this run."""
    seconds: float
    """Duration of the chapter."""
    loudness: float
    """Measured on the decoded file, in LUFS."""
    true_peak: float
    """Measured on the decoded file, in dBTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Event):
    """Nothing was finished for a while; the run is alive."""

    doing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Event):
    """A finding, as soon as it is known."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered(Event):
    """A delivery is complete."""

    name: str
    folder: str
    files: tuple[str, ...]
    seconds: float
    """Duration of the book."""
    size: int
    """Bytes of all files."""


Emit = Callable[[Event], None]
"""Where events go; called in the thread that runs the use case."""
