"""Signals with known answers, and fullcast's own values in short."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fullcast.audio.signal import Audio
from fullcast.model import Placed, Stem, Timeline
from fullcast.units import MIX_RATE, Samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal


@pytest.fixture(scope="session")
def sine() -> Callable[..., Audio]:
    """Make a sine of a level in dBFS (peak), in one channel or several."""

    def make(
        frequency: float,
        seconds: float,
        *,
        level: float = 0.0,
        rate: int = MIX_RATE,
        channels: int = 1,
    ) -> Audio:
        time = np.arange(round(seconds * rate)) / rate
        wave = 10.0 ** (level / 20.0) * np.sin(2.0 * np.pi * frequency * time)
        return Audio(samples=np.repeat(wave[None], channels, axis=0).astype(np.float32), rate=rate)

    return make


@pytest.fixture(scope="session")
def cut() -> Callable[[Signal, int], Iterator[Signal]]:
    """Cut a signal into blocks."""

    def make(samples: Signal, size: int) -> Iterator[Signal]:
        for start in range(0, samples.shape[1], size):
            yield samples[:, start : start + size]

    return make


@pytest.fixture(scope="session")
def speechlike() -> Callable[..., Audio]:
    """Make noise with the crest, the syllables and the pauses of speech."""

    def make(seconds: float, *, seed: int = 0, rate: int = MIX_RATE, level: float = 0.1) -> Audio:
        chance = np.random.default_rng(seed)
        length = round(seconds * rate)
        time = np.arange(length) / rate
        syllables = np.maximum(0.0, np.sin(2.0 * np.pi * 3.7 * time)) ** 2
        words = np.repeat(chance.random(length // (rate // 2) + 1) > 0.25, rate // 2)[:length]
        wave = chance.laplace(size=length) * syllables * words * level
        return Audio(samples=wave[None].astype(np.float32), rate=rate)

    return make


@pytest.fixture(scope="session")
def place() -> Callable[..., Placed]:
    """Place a source; whatever is not said has its default."""

    def make(name: str, start: int, length: int, **changes: object) -> Placed:
        values = {
            "file": Path(name),
            "digest": name,
            "stem": Stem.SPEECH,
            "start": Samples(start),
            "length": Samples(length),
            **changes,
        }
        return Placed(**values)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def chapter() -> Callable[..., Timeline]:
    """Make a timeline of placed sources."""

    def make(length: int, placed: Iterable[Placed], speech: Iterable[tuple[int, int]] = ()) -> Timeline:
        spoken = tuple((Samples(begin), Samples(end)) for begin, end in speech)
        return Timeline(length=Samples(length), placed=tuple(placed), speech=spoken)

    return make


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Find the independent judge, or skip."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    return program
