"""Stretches that sound alike: a voice that says something twice, or says what it was shown.

Sound is compared by what it is made of over time, a frame every 20 ms, without its level and without what is
common to the whole recording: a voice that says other words differs from itself by far more than one that
says the same again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.units import Seconds

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio

Floats = NDArray[np.float64]

FRAMES_PER_SECOND = 50
_WINDOW = 0.032
"""Seconds of sound in a frame."""
_BANDS = 28
_LOWEST, _HIGHEST = 150.0, 6_500.0
_SOFT = 35.0
"""Decibels under the loudest frame beyond which a frame counts as silent, and is like nothing."""
_SHORTEST = 0.36
"""Seconds that a repetition must have: two short syllables may be alike by chance."""
_LONGEST = 0.9
"""Seconds that are compared of a longer one."""
_LEAK = 0.7
"""Seconds of a recording that must be heard to be known again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Two stretches that sound alike."""

    likeness: float
    """Mean correlation of their frames, 1 for the same sound."""
    begins: Seconds
    """Of the later one."""
    lag: Seconds
    """How much earlier the other one begins; in another recording, where it begins."""
    seconds: Seconds
    """How much was compared."""


def frames_of(audio: Audio) -> Floats:
    """Return what a recording is made of over time.

    Shape:
        ``[frames, bands]``; each frame of length 1, or 0 where it is silent.
    """
    sound = audio.samples[0].astype(np.float64)
    hop = max(1, round(audio.rate / FRAMES_PER_SECOND))
    size = max(hop, round(_WINDOW * audio.rate))
    count = (len(sound) - size) // hop + 1
    if count < 2:
        return np.zeros((0, _BANDS))
    shown = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop][:count]
    power = np.abs(np.fft.rfft(shown * np.hanning(size), axis=1)) ** 2
    edges = np.geomspace(_LOWEST, min(_HIGHEST, 0.45 * audio.rate), _BANDS + 1)
    bins = np.clip(np.searchsorted(np.fft.rfftfreq(size, 1 / audio.rate), edges), 1, power.shape[1] - 1)
    bands = np.add.reduceat(power, bins, axis=1)[:, :_BANDS]
    total = 10 * np.log10(power.sum(axis=1) + 1e-12)
    levels = 10 * np.log10(bands + 1e-9 * power.max() + 1e-12)
    sounding = total > total.max() - _SOFT
    levels -= levels.mean(axis=1, keepdims=True)
    if sounding.any():
        levels -= levels[sounding].mean(axis=0)
    lengths = np.linalg.norm(levels, axis=1, keepdims=True)
    frames: Floats = np.where(sounding[:, None] & (lengths > 0), levels / np.maximum(lengths, 1e-9), 0.0)
    return frames


def find_repetition(frames: Floats) -> Echo | None:
    """Return the stretch that is most like the one right before it; None if it is too short to tell.

    Args:
        frames: Of the recording, by :func:`frames_of`.
    """
    count = len(frames)
    shortest = round(_SHORTEST * FRAMES_PER_SECOND)
    if count < 2 * shortest:
        return None
    alike = frames @ frames.T
    best = (-1.0, 0, 0, 0)
    for lag in range(shortest, count - shortest + 1):
        diagonal = alike.diagonal(lag)
        window = min(lag, round(_LONGEST * FRAMES_PER_SECOND), len(diagonal))
        if window < shortest:
            continue
        score, place = _best_window(diagonal, window)
        best = max(best, (score, place, lag, window))
    return _echo(best[0], best[1] + best[2], best[2], best[3])


def find_leak(frames: Floats, reference: Floats) -> Echo | None:
    """Return the stretch that is most like one of another recording; None if one is too short to tell.

    Args:
        frames: Of the recording.
        reference: Of what must not be heard in it.
    """
    window = round(_LEAK * FRAMES_PER_SECOND)
    if min(len(frames), len(reference)) < window:
        return None
    alike = frames @ reference.T
    best = (-1.0, 0, 0)
    for offset in range(window - len(frames), len(reference) - window + 1):
        diagonal = alike.diagonal(offset)
        score, place = _best_window(diagonal, window)
        best = max(best, (score, place + max(0, -offset), place + max(0, offset)))
    return _echo(best[0], best[1], best[2], window)


def _best_window(diagonal: Floats, window: int) -> tuple[float, int]:
    """Return the highest mean of neighbours, and where they begin."""
    sums = np.concatenate([[0.0], np.cumsum(diagonal)])
    means = (sums[window:] - sums[:-window]) / window
    place = int(np.argmax(means))
    return float(means[place]), place


def _echo(likeness: float, begins: int, lag: int, window: int) -> Echo:
    return Echo(
        likeness=likeness,
        begins=Seconds(begins / FRAMES_PER_SECOND),
        lag=Seconds(lag / FRAMES_PER_SECOND),
        seconds=Seconds(window / FRAMES_PER_SECOND),
    )
