"""Engines of strangers, each wrong in its own way; installed for a test as a package of its own would be."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SegmentError, SpeechRequest
from fullcast.model import Device, Limits, Settings, Word
from fullcast.units import Hertz, Seconds

RATE = Hertz(24_000)
POISON = "poison"
"""A text that holds this word is what a rogue stumbles over."""

Answers = Iterator[Any]


def hum(request: SpeechRequest, seconds: float | None = None) -> Recording:
    """Return a recording as a good engine gives it."""
    length = round((len(request.text) / 14 + 0.3 if seconds is None else seconds) * RATE)
    time = np.arange(length) / RATE
    wave = 0.2 * np.sin(2 * np.pi * 150 * time) * np.minimum(1, 20 * (time[-1] - time)) if length else time
    return Recording(audio=Audio(samples=wave.astype(np.float32)[np.newaxis], rate=RATE))


def with_samples(change: Callable[[np.ndarray], np.ndarray], rate: int = RATE) -> Callable[..., Recording]:
    def make(request: SpeechRequest) -> Recording:
        samples = change(hum(request).audio.samples).astype(np.float32)
        return Recording(audio=Audio(samples=samples, rate=rate))

    return make


def spoil(request: SpeechRequest) -> Recording:
    """Write NaN into audio that was looked at already."""
    recording = hum(request)
    recording.audio.samples[0, 100] = np.nan
    return recording


def burst(request: SpeechRequest) -> Recording:
    raise RuntimeError(f"no kernel for {len(request.text)} characters")


def leave(request: SpeechRequest) -> Recording:
    del request
    sys.exit(0)


def misplace(request: SpeechRequest) -> Recording:
    word = Word(start=0, end=10_000, begins=Seconds(0.0), ends=Seconds(float("nan")))
    return Recording(audio=hum(request).audio, words=(word,))


def each(bad: Callable[[SpeechRequest], Any], *, always: bool = False) -> Callable[..., Answers]:
    """Return a ``record`` that answers well but for poisoned texts, or always badly."""

    def record(requests: Iterable[SpeechRequest]) -> Answers:
        for request in requests:
            wrong = always or POISON in request.text
            yield request.id, bad(request) if wrong else hum(request)

    return record


def in_batches(requests: Iterable[SpeechRequest]) -> Answers:
    """Take everything at once, break over the poison, answer in reverse."""
    taken = list(requests)
    made = [(request.id, burst(request) if POISON in request.text else hum(request)) for request in taken]
    yield from reversed(made)


def twice(requests: Iterable[SpeechRequest]) -> Answers:
    for request in requests:
        yield request.id, hum(request)
        yield request.id, hum(request)


def unasked(requests: Iterable[SpeechRequest]) -> Answers:
    for request in requests:
        yield RequestId("somebody else's"), hum(request)


def forgetful(requests: Iterable[SpeechRequest]) -> Answers:
    return ((request.id, hum(request)) for request in requests if POISON not in request.text)


def lazy(requests: Iterable[SpeechRequest]) -> Answers:
    """Answer the first request alone, every time."""
    return ((request.id, hum(request)) for request in [next(iter(requests))])


def mute(requests: Iterable[SpeechRequest]) -> Answers:
    del requests
    return iter(())


def bare(requests: Iterable[SpeechRequest]) -> Answers:
    return (hum(request) for request in requests)


def stuck(requests: Iterable[SpeechRequest]) -> Answers:
    for request in requests:
        if POISON in request.text:
            time.sleep(3600)
        yield request.id, hum(request)


def refused(request: SpeechRequest) -> SegmentError:
    del request
    return SegmentError(reason=f"no such word: {POISON}", retry=False)


def unlucky(request: SpeechRequest) -> SegmentError:
    del request
    return SegmentError(reason="out of memory")


RECORDS: dict[str, Callable[..., Answers]] = {
    "good": each(hum),
    "nan": each(with_samples(lambda wave: np.full_like(wave, np.nan))),
    "always-nan": each(with_samples(lambda wave: np.full_like(wave, np.inf)), always=True),
    "late-nan": each(spoil),
    "silent": each(with_samples(lambda wave: wave * 0)),
    "empty": each(lambda request: hum(request, 0.0)),
    "short": each(lambda request: hum(request, 0.02)),
    "endless": each(lambda request: hum(request, 60.0)),
    "wrong-rate": each(with_samples(lambda wave: wave, 16_000)),
    "stereo": each(with_samples(lambda wave: np.vstack([wave, wave]))),
    "misplaced": each(misplace),
    "no-audio": each(lambda request: Recording(audio=[0.0] * len(request.text))),  # type: ignore[arg-type]
    "text": each(lambda request: request.text),
    "burst": each(burst),
    "always-burst": each(burst, always=True),
    "batch-burst": in_batches,
    "leave": each(leave),
    "twice": twice,
    "unasked": unasked,
    "forgetful": forgetful,
    "lazy": lazy,
    "mute": mute,
    "bare": bare,
    "stuck": stuck,
    "refused": each(refused),
    "unlucky": each(unlucky),
}


class Session:
    def __init__(self, record: Callable[..., Answers]) -> None:
        self.record = record


class Rogue:
    """An engine whose sessions record as they are told."""

    revision = "1"
    limits = Limits(longest=500, rate=RATE, quality=-1)

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self) -> None:
        if self.name == "unchecked":
            raise ZeroDivisionError("no driver")

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[Session]:
        del device, settings
        if self.name == "unopened":
            raise OSError("libcuda.so.1: cannot open shared object file")
        yield Session(RECORDS.get(self.name, RECORDS["good"]))
        if self.name == "unclosed":
            raise RuntimeError("device is gone")


def __getattr__(name: str) -> Callable[[], Rogue]:
    """Return what makes an engine: ``make_late_nan`` makes ``late-nan``."""
    if not name.startswith("make_"):
        raise AttributeError(name)
    return lambda: Rogue(name.removeprefix("make_").replace("_", "-"))
