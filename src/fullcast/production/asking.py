"""Asking engines: exactly one usable answer a request, whatever a stranger's engine does."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Protocol

from fullcast.engines.base import (
    Recording,
    RequestId,
    SegmentError,
    SoundEngine,
    SoundRequest,
    SpeechEngine,
    SpeechRequest,
)
from fullcast.engines.devices import choose_devices
from fullcast.engines.registry import full_name
from fullcast.engines.replicas import Crew, open_replicas
from fullcast.errors import AudioError, EngineError, FullcastError
from fullcast.model import Device, Limits, Placement, Settings
from fullcast.production.batch_memory import recall_batch, remember_batch

BREAKS = 3
"""Requests in a row that break an engine; then the engine is at fault, not what it was asked."""

_HINT = "finished takes are kept; run the same command again, or choose another engine with --engine"

Request = SpeechRequest | SoundRequest

Answer = tuple[RequestId, Recording | SegmentError]


class Session(Protocol):
    """An opened engine of either sort."""

    def record(self, requests: Iterable[Any]) -> Iterator[Answer]:
        """Yield one result a request."""
        ...


class _BrokenError(EngineError):
    """A stranger's code raised something that is not ours."""


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Turn whatever an engine raises into an error of the engine; ours pass, but for audio that it made.

    Args:
        what: The attempt, with the engine's name.

    Raises:
        EngineError: If the block raises what is not ours.
    """
    try:
        yield
    except FullcastError as error:
        if not isinstance(error, AudioError):
            raise
        raise _BrokenError(f"{what}: {error.message}", hint=_HINT) from error
    except (Exception, SystemExit) as error:
        raise _BrokenError(f"{what}: {type(error).__name__}: {error}", hint=_HINT) from error


@contextmanager
def open_engine(engine: SpeechEngine | SoundEngine, settings: Settings) -> Iterator[Session]:
    """Open an engine for the length of a ``with``.

    Raises:
        EngineError: If it cannot be opened or closed, whatever it raises.
    """
    opened = ExitStack()
    with blaming(f"the engine {engine.name} cannot be opened"):
        session: Session = opened.enter_context(_opening(engine, settings))
    try:
        yield session
    finally:
        with blaming(f"the engine {engine.name} cannot be closed"):
            opened.close()


def _opening(engine: SpeechEngine | SoundEngine, settings: Settings) -> AbstractContextManager[Any]:
    """Return what opens an engine: here, or elsewhere if its libraries could take this process with them."""
    limits = engine.limits
    if limits.placement not in {Placement.IN_PROCESS, Placement.WORKER}:
        return engine.open(Device(), settings)
    devices = choose_devices(full_name(engine), limits, settings)
    label = f"{engine.name}/{engine.revision}"
    crew = Crew(
        engine=full_name(engine),
        kind="speech" if isinstance(engine, SpeechEngine) else "sound",
        devices=tuple(replace(device, batch=recall_batch(label, device, settings)) for device in devices),
        settings=settings,
        batch=limits.batch,
    )
    return open_replicas(crew, learned=lambda device, batch: remember_batch(label, device, batch, settings))


class _Taken:
    """Requests on their way to an engine; knows those that it took and has not answered."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._requests = iter(requests)
        self.waiting: dict[str, Request] = {}

    def __iter__(self) -> Iterator[Request]:
        return self

    def __next__(self) -> Request:
        request = next(self._requests)
        self.waiting[request.id] = request
        return request

    def give_back(self) -> list[Request]:
        """Return what the engine took and has not answered, and wait for it no longer."""
        left = list(self.waiting.values())
        self.waiting.clear()
        return left


def ask(
    engine: SpeechEngine | SoundEngine,
    session: Session,
    requests: Iterable[Request],
) -> Generator[Answer]:
    """Yield exactly one result a request, each as soon as it is there.

    A request that breaks the engine costs nothing but itself: those that the engine had in hand are asked
    for one by one, and the rest as before. What an engine leaves unanswered comes back as an error.

    Args:
        engine: Who is asked.
        session: The engine, opened.
        requests: What is wanted; ids are unique.

    Raises:
        EngineError: If the engine gives back what nobody asked for, or something else than it declares, or
            breaks at one request after another.
    """
    taken = _Taken(requests)
    breaks, broken = 0, True
    while broken:
        broken = False
        try:
            for answer in _answers(engine, session, taken):
                breaks = 0
                yield answer
        except _BrokenError as error:
            broken = True
            suspects = taken.give_back()
            breaks += not suspects
            for suspect in suspects:
                if breaks >= BREAKS:
                    raise
                answer, fell = _ask_alone(engine, session, suspect)
                breaks = breaks + 1 if fell else 0
                yield answer
            if breaks >= BREAKS:
                raise EngineError(error.message, hint=error.hint) from error
    yield from ((request.id, _NOTHING) for request in [*taken.give_back(), *taken])


_NOTHING = SegmentError(reason="the engine gave back nothing for it")


def _ask_alone(engine: SpeechEngine | SoundEngine, session: Session, request: Request) -> tuple[Answer, bool]:
    """Return the answer to one request, and whether the engine broke over it."""
    try:
        found = list(_answers(engine, session, _Taken([request])))
    except _BrokenError as error:
        return (request.id, SegmentError(reason=error.message)), True
    return (found[0] if found else (request.id, _NOTHING)), False


def _answers(engine: SpeechEngine | SoundEngine, session: Session, taken: _Taken) -> Iterator[Answer]:
    """Yield what an engine answers, each checked.

    Raises:
        EngineError: If an answer is not what the contract says, or the engine raises something.
    """
    broke = f"the engine {engine.name} broke"
    with blaming(broke):
        results = iter(session.record(taken))
    try:
        while True:
            with blaming(broke):
                item = next(results, None)
            if item is None:
                return
            yield _checked(engine, item, taken.waiting)
    finally:
        close: Callable[[], None] | None = getattr(results, "close", None)
        if close is not None:
            with blaming(broke):
                close()


def _checked(engine: SpeechEngine | SoundEngine, item: object, waiting: dict[str, Request]) -> Answer:
    """Return an answer that keeps the contract, and take its request off those that wait.

    Raises:
        EngineError: If it does not.
    """
    if not (isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], Recording | SegmentError)):
        raise _breach(
            engine, f"gave back {type(item).__name__} instead of an id with a recording or an error"
        )
    key, result = item
    request = waiting.pop(key, None) if isinstance(key, str) else None
    if request is None:
        raise _breach(engine, f"gave back a result for {key!r}, which nobody waits for, or a second one")
    if isinstance(result, SegmentError):
        return request.id, result
    text = request.text if isinstance(request, SpeechRequest) else ""
    fault = _find_fault(result, engine.limits, len(text))
    if fault is not None:
        raise _breach(engine, fault)
    try:
        replace(result.audio)  # looked at anew: its samples may have been written to since
    except AudioError as error:
        return request.id, SegmentError(reason=error.message)
    return request.id, result


def _breach(engine: SpeechEngine | SoundEngine, what: str) -> EngineError:
    return EngineError(f"the engine {engine.name} {what}", hint=f"report it to its makers; {_HINT}")


def _find_fault(recording: Recording, limits: Limits, characters: int) -> str | None:
    """Return what of a recording is not as the engine declares it."""
    from fullcast.audio.signal import Audio

    audio = recording.audio
    if not isinstance(audio, Audio):
        return f"gave back {type(audio).__name__} instead of audio"
    if (audio.rate, audio.channels) != (limits.rate, limits.channels):
        return (
            f"gave back {audio.channels} channel(s) at {audio.rate} Hz; "
            f"it declares {limits.channels} at {limits.rate} Hz"
        )
    for word in recording.words:
        if not (0 <= word.start < word.end <= characters and _in_order(word.begins, word.ends)):
            return f"gave back a word that is not in its text or not in its time: {word}"
    return None


def _in_order(begins: float, ends: float) -> bool:
    return 0 <= begins <= ends and math.isfinite(ends)
