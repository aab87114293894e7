"""The master: one measured gain and a true-peak limiter, never a dynamic normaliser.

What is below the ceiling passes untouched: the limiter multiplies by one. Above it the gain falls along a
smooth curve that is complete before the peak, and recovers exponentially.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fullcast.audio.peaks import HOP, REACH, SPAN, hop_peaks, span_bounds
from fullcast.errors import AudioError
from fullcast.model import Finding, Measurement, Target, Unit
from fullcast.units import MIX_RATE, Decibels, Seconds, to_gain

if TYPE_CHECKING:
    from fullcast.audio.loudness import Profile
    from fullcast.audio.signal import Signal

LOOKAHEAD = Seconds(0.005)
"""How long before a peak the gain begins to fall: long enough to be no click, short enough to be masked by
the peak that follows (backward masking lasts about 5 ms; Zwicker and Fastl, Psychoacoustics, 4.4)."""

RELEASE = Seconds(0.08)
"""Time constant of the recovery; between the pitch period, which would be distorted, and the syllable, which
would pump."""

_HEADROOM = 0.03
"""dB by which the limiter stays below its ceiling: the curve of the gain moves the values between samples a
little, the more the faster it falls."""

_INAUDIBLE = 0.01
"""Reduction in dB below which the recovery is over."""

_LOSS = 0.77
"""Share of the reduction of a step's highest peak by which the whole step becomes softer: the recovery takes
about as long as the step. Fitted to speech of four voices; losses up to 1.6 LU are foretold within 0.1."""

_MOST_PUSH = 3.0
"""dB of gain that may make up for what the limiter takes."""

Reductions = NDArray[np.float64]


def solve_gain(measured: float, target: float) -> Decibels:
    """Return the gain that brings a measured level to a target; none for silence."""
    return Decibels(target - measured if math.isfinite(measured) else 0.0)


def highest_gain(profile: Profile, target: Target) -> Decibels:
    """Return the gain beyond which the limiter would be a compressor."""
    return Decibels(solve_gain(profile.level(target.unit), target.level) + _MOST_PUSH)


def plan_gain(profile: Profile, target: Target, ceiling: Decibels) -> Decibels:
    """Return the gain after which, limited, a recording will have its target level.

    The limiter takes a little loudness away: how much is foretold from the peaks of each 100 ms. Where peaks
    stand so far above the rest that more than ``_MOST_PUSH`` would be needed, the gain stays there and
    :func:`check_master` will find the level missing: a limiter that works harder is a compressor.

    Args:
        profile: The recording before the gain.
        target: Level that is wanted after the limiter, as loudness or as RMS.
        ceiling: The limiter's ceiling in dBTP.
    """
    gain = float(solve_gain(profile.level(target.unit), target.level))
    for _ in range(16):
        over = np.maximum(20.0 * np.log10(np.maximum(profile.peaks, 1e-9)) + gain - ceiling, 0.0)
        short = target.level - gain - profile.level(target.unit, 10.0 ** (-_LOSS * over / 10.0))
        if not math.isfinite(short) or abs(short) < 0.01:
            break
        gain += short
    return Decibels(min(gain, highest_gain(profile, target)))


class Limiter:
    """Holds the true peak of a stream under a ceiling; all channels move together.

    What it returns lags ``DELAY`` samples behind what it is given.

    Args:
        rate: Sampling rate in hertz.
        channels: Number of channels.
        ceiling: Highest true peak of the output, in dBTP.
    """

    DELAY = SPAN + REACH

    def __init__(self, rate: int, channels: int, ceiling: Decibels) -> None:
        self._limit = to_gain(ceiling - _HEADROOM)
        self._ahead = math.ceil(LOOKAHEAD * rate / HOP)
        if self._ahead + 2 > SPAN // HOP:
            message = f"the limiter's look-ahead does not fit at {rate} Hz"
            raise AudioError(message, hint="limit at 192 kHz or less")
        self._fall = HOP / (RELEASE * rate)
        taper = np.hanning(self._ahead + 3)[1:-1]
        self._taper = taper / taper.sum()
        self._past = np.zeros((channels, SPAN + 2 * REACH - 1), np.float32)
        self._asked: Reductions = np.zeros(SPAN // HOP)
        self._given: Reductions = np.zeros(self._ahead + 1)

    def limit(self, samples: Signal) -> Signal:
        """Return the limited signal, ``DELAY`` samples late.

        Shape:
            ``samples``: ``[channels, spans * SPAN]``, float32; the result likewise.
        """
        held = np.concatenate([self._past, samples], axis=1)
        self._past = held[:, -self._past.shape[1] :].copy()
        asked = np.concatenate([self._asked, self._ask(held[:, SPAN:])])
        self._asked = asked[-len(self._asked) :]
        output = held[:, REACH - 1 : REACH - 1 + samples.shape[1]]
        if not asked.any() and not self._given.any():
            return output
        return output * self._curve(asked)

    def _ask(self, padded: Signal) -> Reductions:
        """Return by how many decibels each hop must be lowered."""
        spans = padded.shape[1] // SPAN
        asked = np.zeros((spans, SPAN // HOP))
        loud = np.flatnonzero(span_bounds(padded) > self._limit)
        if loud.size:
            over = hop_peaks(padded, loud, self._limit).astype(np.float64) / self._limit
            asked[loud] = 20.0 * np.log10(np.maximum(over, 1.0))
        return asked.reshape(-1)

    def _curve(self, asked: Reductions) -> NDArray[np.float32]:
        """Return the factor for each sample of the hops one span back.

        A hop's reduction is held from ``ahead`` hops before it to one after it, then recovers, then is
        smoothed over as many hops: each smoothed value is a mean of values that all hold the hop's own
        reduction, so the curve is never above what was asked.
        """
        hops = len(asked) - len(self._asked)
        held = sliding_window_view(asked, self._ahead + 3).max(axis=-1)[:hops]
        given = np.concatenate([self._given, _recover(held, float(self._given[-1]), self._fall)])
        self._given = given[-len(self._given) :]
        smooth = np.convolve(given, self._taper, mode="valid")
        edges = 10.0 ** (-smooth / 20.0)
        ramp = np.arange(HOP) / HOP
        curve = edges[:-1, None] + np.diff(edges)[:, None] * ramp
        return curve.astype(np.float32).reshape(-1)


def _recover(held: Reductions, before: float, fall: float) -> Reductions:
    """Return the reduction with its exponential recovery: at each hop the largest of all that still decay.

    ``max over j <= i of held[j] * exp(-(i - j) * fall)`` is a running maximum once the logarithm is tilted by
    the decay, so no loop over hops is needed.
    """
    tilt = np.arange(1, len(held) + 1) * fall
    with np.errstate(divide="ignore"):
        levels = np.append(np.log(before), np.log(held) + tilt)
    recovered: Reductions = np.exp(np.maximum.accumulate(levels)[1:] - tilt)
    recovered[recovered < _INAUDIBLE] = 0.0
    return np.maximum(recovered, held)


def master_blocks(blocks: Iterable[Signal], ceiling: Decibels, rate: int = MIX_RATE) -> Iterator[Signal]:
    """Yield the limited blocks, as many samples as came in and in the same place.

    Args:
        blocks: The mix after its gain.
        ceiling: Highest true peak, in dBTP.
        rate: Sampling rate in hertz.

    Shape:
        Each block: ``[channels, samples]``, float32; lengths may differ.
    """
    limiter: Limiter | None = None
    rest: Signal = np.zeros((0, 0), np.float32)
    late, owed = Limiter.DELAY, 0
    for block in blocks:
        if limiter is None:
            limiter, rest = Limiter(rate, len(block), ceiling), block[:, :0]
        owed += block.shape[1]
        rest = np.concatenate([rest, block], axis=1) if rest.size else block
        whole = rest.shape[1] // SPAN * SPAN
        if not whole:
            continue
        limited = limiter.limit(rest[:, :whole])
        rest = rest[:, whole:]
        skipped = min(late, whole)
        late -= skipped
        owed -= whole - skipped
        if skipped < whole:
            yield limited[:, skipped:]
    if limiter is not None and owed:
        ending = -(-(rest.shape[1] + Limiter.DELAY) // SPAN) * SPAN
        tail = limiter.limit(np.pad(rest, ((0, 0), (0, ending - rest.shape[1]))))
        yield tail[:, late : late + owed]


def level_of(measured: Measurement, unit: Unit) -> float:
    """Return the figure of a measurement that a target in this unit is about."""
    return measured.loudness if unit is Unit.LUFS else measured.rms


def check_master(
    measured: Measurement, *, target: Target, ceiling: Decibels, subject: str
) -> tuple[Finding, ...]:
    """Return where a master misses its level or its ceiling; both figures are in each message."""
    found = []
    level = level_of(measured, target.unit)
    if abs(level - target.level) > target.tolerance:
        name = "loudness" if target.unit is Unit.LUFS else "level"
        message = (
            f"{name} is {level:.1f} {target.unit}, wanted {target.level:.1f} ± {target.tolerance} with a "
            f"true peak of at most {ceiling:.1f} dBTP (it is {measured.true_peak:.1f}): the peaks stand too "
            "far above the rest"
        )
        found.append(Finding(code="loudness", message=message, subject=subject))
    if measured.true_peak > ceiling:
        message = f"true peak is {measured.true_peak:.2f} dBTP, wanted at most {ceiling:.2f}"
        found.append(Finding(code="true-peak", message=message, subject=subject))
    return tuple(found)
