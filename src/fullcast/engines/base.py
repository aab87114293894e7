"""The contract of every engine.

Requests are pulled lazily and finished ones are handed back at once, in any order, so that slots refill and
nothing finished waits for a slow neighbour or dies with it. Exactly one result comes back for each request; a
request that fails never loses its neighbours; after the ``with`` the memory is free.

Engines register under the entry points ``fullcast.speech`` and ``fullcast.sound``. Heavy libraries are
imported inside functions: reading an engine's name, revision and limits must cost nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType, Protocol, runtime_checkable

from fullcast.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fullcast.audio.signal import Audio
    from fullcast.model import Device, Limits, Pronunciation, Settings, Voice, Word
    from fullcast.units import Seconds


class OutOfMemoryError(EngineError):
    """An engine ran out of the device's memory: fewer requests at once may do."""


RequestId = NewType("RequestId", str)
"""Names a request within one ``record`` call; production uses the key of the take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """Words to be recorded."""

    id: RequestId
    text: str
    voice: Voice
    language: str
    seed: int
    pace: float = 1.0
    style: str = ""
    pronunciations: tuple[Pronunciation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRequest:
    """A sound to be made from a prompt."""

    id: RequestId
    prompt: str
    seed: int
    seconds: Seconds | None = None
    """None: the natural length of the sound."""
    loop: bool = False
    """Whether the sound will be repeated end to start: a steady texture is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """What an engine gives back for a request."""

    audio: Audio
    """At the engine's declared rate and channels."""
    words: tuple[Word, ...] = ()
    """Word timings, offsets into the request's text, where the engine has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentError:
    """Why one request failed."""

    reason: str
    """For people: what happened and, where known, to which words."""
    retry: bool = True
    """Whether another try may succeed (a crash) or not (a language the engine lacks)."""


class SpeechSession(Protocol):
    """An opened speech engine."""

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests; yields exactly one result a request, in any order."""
        ...


class SoundSession(Protocol):
    """An opened sound engine."""

    def record(
        self, requests: Iterable[SoundRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Make sounds; yields exactly one result a request, in any order."""
        ...


@runtime_checkable
class SpeechEngine(Protocol):
    """Something that speaks."""

    name: str
    revision: str
    limits: Limits

    def check(self) -> None:
        """Find out cheaply whether the engine could run here; loads no model.

        Raises:
            SetupError: If something is missing, with what to do.
        """
        ...

    def open(self, device: Device, settings: Settings) -> AbstractContextManager[SpeechSession]:
        """Load the engine for the length of a ``with``."""
        ...


@runtime_checkable
class PronouncingEngine(SpeechEngine, Protocol):
    """A speech engine that takes pronunciations and knows beforehand which it can say."""

    def check_pronunciation(self, ipa: str) -> str | None:
        """Return why the engine cannot say this IPA; None where it can.

        Called for every pronunciation of a book before anything is recorded; loads no model.
        """
        ...


@runtime_checkable
class VoiceCheckingEngine(SpeechEngine, Protocol):
    """A speech engine that knows beforehand which voices it can speak with."""

    def check_voice(self, voice: Voice, language: str) -> str | None:
        """Return why the engine cannot speak with this voice in this language; None where it can.

        A recording or its words may be missing that the engine clones from. Called for every voice of a book
        before anything is recorded; loads no model.
        """
        ...


@runtime_checkable
class StyleCheckingEngine(SpeechEngine, Protocol):
    """A speech engine that knows beforehand which styles it can follow."""

    def check_style(self, style: str) -> str | None:
        """Return why the engine cannot follow a style; None where it can.

        Called for every style of a book before anything is recorded; loads no model.
        """
        ...


@runtime_checkable
class BindableEngine(Protocol):
    """An engine that is several: which one depends on a model, a program or an environment of this machine.

    A project names one as ``engine:model``. What is bound has the revision and the limits of that model; the
    unbound engine declares what is common to all, and its ``check`` says what is missing.
    """

    name: str

    def bind(self, model: str, settings: Settings) -> SpeechEngine | SoundEngine:
        """Return the engine with one model of this machine; loads nothing.

        Args:
            model: Its id; empty for the one that the engine takes by itself.
            settings: The machine.

        Raises:
            SetupError: If the model is not here, or its licence was not accepted; with what to do.
        """
        ...


def decided_by(engine: SpeechEngine | SoundEngine) -> tuple[Path, ...]:
    """Return the files of this machine that a bound engine's revision hangs on, where it names them.

    A run that has nothing to do looks at them, and asks the engine only if one changed.
    """
    files: tuple[Path, ...] = getattr(engine, "files", ())
    return files


@runtime_checkable
class SoundEngine(Protocol):
    """Something that makes sounds from prompts."""

    name: str
    revision: str
    limits: Limits

    def check(self) -> None:
        """Find out cheaply whether the engine could run here; loads no model."""
        ...

    def check_prompt(self, prompt: str) -> str | None:
        """Return why the engine cannot make this sound, with what it knows; None where it can.

        Called for every cue before anything is recorded; loads no model.
        """
        ...

    def open(self, device: Device, settings: Settings) -> AbstractContextManager[SoundSession]:
        """Load the engine for the length of a ``with``."""
        ...
