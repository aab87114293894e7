"""What a process that holds an engine and its parent say to each other, over a pipe, pickled.

Both ends are this program, on this machine, started together: no version and no stranger is between them.
"""

from __future__ import annotations

from dataclasses import dataclass

from fullcast.engines.base import Recording, RequestId, SegmentError, SoundRequest, SpeechRequest
from fullcast.model import Device, Settings

Request = SpeechRequest | SoundRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a process is to be."""

    engine: str
    """Name of the engine, with its model."""
    kind: str
    """``speech`` or ``sound``."""
    device: Device
    settings: Settings
    log: str
    """File that takes what the engine and its libraries print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """To the engine: record this."""

    request: Request


@dataclass(frozen=True, slots=True)
class NoMore:
    """To the engine: what was asked is all of this round; finish it."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """To the engine: return what it has not begun; another one is idle."""


@dataclass(frozen=True, slots=True)
class Leave:
    """To the engine: close it and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """From the engine: it is open."""

    memory: int
    """Resident bytes of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """From the engine: it took a request in hand."""

    id: RequestId


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """From the engine: what came of a request."""

    id: RequestId
    result: Recording | SegmentError
    memory: int
    """Resident bytes of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """From the engine: what it has not begun, returned."""

    ids: tuple[RequestId, ...]


@dataclass(frozen=True, slots=True)
class RoundDone:
    """From the engine: everything of this round is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """From the engine: it raised something; its process ends."""

    error: str
    hint: str | None = None
    setup: bool = False
    """Whether this machine is not ready, rather than that the engine failed."""
    out_of_memory: bool = False
    opened: bool = True
    """Whether it had been opened."""


FromEngine = Ready | Begun | Result | Given | RoundDone | Broken
