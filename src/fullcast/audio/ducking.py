"""Ducking: how beds and music give way to speech.

Where speech stands is known, so nothing is detected: the bed is down before the first word and comes up after
the last. The envelope is a function of the position alone; how a chapter is cut into blocks cannot matter.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.model import Ducking
from fullcast.units import MIX_RATE, to_gain, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

Ramp = NDArray[np.float64]


class Envelope:
    """The gain of ducked sounds over a chapter.

    Around each stretch of speech the lowering rises along a raised cosine (in decibels), complete
    ``lookahead`` before the first word, and falls along another one after ``hold``. Where one
    stretch's release meets the next one's attack, what both leave of the full level is multiplied: the sum
    stays smooth, and a short gap lets the bed up only as far as it can come down again.

    Args:
        speech: Intervals of speech in samples, sorted.
        ducking: Depth and times.
        rate: Sampling rate in hertz.
    """

    def __init__(self, speech: Iterable[tuple[int, int]], ducking: Ducking, rate: int = MIX_RATE) -> None:
        self._depth = float(ducking.depth)
        self._attack = _rise(to_samples(ducking.attack, rate))
        self._release = _rise(to_samples(ducking.release, rate))[::-1]
        ahead, hold = to_samples(ducking.lookahead, rate), to_samples(ducking.hold, rate)
        stretches = _join((begin - ahead, end + hold) for begin, end in speech)
        self._begins = [begin for begin, _ in stretches]
        self._ends = [end for _, end in stretches]

    def gain(self, start: int, length: int) -> Signal | float:
        """Return the gain of a block: one number where it does not change, else one for each sample.

        Shape:
            ``[length]``, float32.
        """
        end = start + length
        near = range(
            bisect_left(self._ends, start - len(self._release)),
            bisect_right(self._begins, end + len(self._attack)),
        )
        for index in near:
            if self._begins[index] <= start and end <= self._ends[index]:
                return to_gain(-self._depth)
        left = np.ones(length)
        for index in near:
            begin, finish = self._begins[index], self._ends[index]
            _cut(left, begin - len(self._attack) - start, self._attack)
            left[max(0, begin - start) : max(0, finish - start)] = 0.0
            _cut(left, finish - start, self._release)
        if left.min(initial=1.0) == 1.0:
            return 1.0
        gains: Signal = np.power(10.0, (left - 1.0) * (self._depth / 20.0)).astype(np.float32)
        return gains


def _rise(length: int) -> Ramp:
    """Return a raised cosine from zero to one, without its end points."""
    ramp: Ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, length + 1) / (length + 1))
    return ramp


def _cut(left: Ramp, start: int, ramp: Ramp) -> None:
    """Multiply what a ramp leaves into the part of a block that it covers."""
    first, last = max(0, start), min(len(left), start + len(ramp))
    if first < last:
        left[first:last] *= 1.0 - ramp[first - start : last - start]


def _join(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches with those that touch made one."""
    joined: list[tuple[int, int]] = []
    for begin, end in stretches:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
