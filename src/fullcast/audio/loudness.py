"""Loudness, true peak, level and noise floor, measured in one pass over blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fullcast.audio.filters import FRAME, Cascade, make_k_weighting
from fullcast.audio.peaks import PeakMeter
from fullcast.errors import AudioError
from fullcast.model import Measurement, Unit
from fullcast.units import Decibels, Lufs, to_seconds

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio, Signal

Energies = NDArray[np.float64]

ABSOLUTE_GATE = Lufs(-70.0)
"""What is softer counts as silence (BS.1770-4, Annex 1)."""

_RELATIVE_GATE = -10.0
_OFFSET = -0.691
"""dB that make a 997 Hz sine of full scale in one channel read -3.01 LUFS (BS.1770-4, Annex 1)."""

_CHUNK = 18 * FRAME
"""Samples that are measured at once: what is allocated for more is given back to the system each time, and
the page faults then cost more than the arithmetic."""

_STEPS_OF_BLOCK = 4
"""A gating block is 400 ms, and begins every 100 ms."""

_STEPS_OF_FLOOR = 5
"""The noise floor is the level of the quietest half second."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """What a recording was every 100 ms, so that the effect of a gain and a limiter can be foretold."""

    weighted: Energies
    """Mean square after K-weighting, summed over the channels, of each whole step."""
    peaks: Energies
    """Largest sample of each whole step, linear."""
    plain: Energies
    """Mean square as it is, averaged over the channels, of each whole step."""

    def level(self, unit: Unit, gains: Energies | float = 1.0) -> float:
        """Return the level of the whole, each step multiplied by a factor of energy."""
        if unit is Unit.LUFS:
            return self.loudness(gains)
        return _to_level(float((self.plain * gains).mean()) if self.plain.size else 0.0)

    def loudness(self, gains: Energies | float = 1.0) -> Lufs:
        """Return the integrated loudness, each step multiplied by a factor of energy."""
        return gate(self.weighted * gains)


def join_profiles(parts: Sequence[Profile]) -> Profile:
    """Return the profile of a recording from those of its parts in order."""
    weighted, peaks, plain = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("weighted", "peaks", "plain")
    )
    return Profile(weighted=weighted, peaks=peaks, plain=plain)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """What was measured on a recording, or on a part of one."""

    rate: int
    channels: int
    length: int
    """Samples."""
    steps: Energies
    """Of each 100 ms, ``[3, steps]``: energy after K-weighting, energy as it is, both summed over samples and
    channels, and the largest sample. The last step holds what is over."""
    peak: float
    """Largest true peak, linear."""

    @property
    def step(self) -> int:
        """Samples of a step."""
        return round(self.rate / 10)

    def after(self, samples: int) -> Figures:
        """Return the figures without so many samples at the beginning, whole steps; the peak stays."""
        return replace(self, length=self.length - samples, steps=self.steps[:, samples // self.step :])

    def measure(self) -> Measurement:
        """Return the figures summed up.

        A recording of less than 400 ms has no gating block; its loudness is that of its whole length.
        """
        weighted, plain, _ = self.steps
        whole = self.length // self.step
        if whole < _STEPS_OF_BLOCK:
            loudness = gate(np.full(_STEPS_OF_BLOCK, weighted.sum() / max(1, self.length)))
        else:
            loudness = gate(weighted[:whole] / self.step)
        return Measurement(
            duration=to_seconds(self.length, self.rate),
            loudness=loudness,
            rms=_to_level(plain.sum() / max(1, self.length * self.channels)),
            true_peak=_to_level(self.peak**2),
            noise_floor=_to_level(self._quietest() / self.channels),
        )

    def profile(self) -> Profile:
        """Return what it is step by step."""
        whole = self.length // self.step
        weighted, plain, peaks = self.steps[:, :whole]
        return Profile(weighted=weighted / self.step, peaks=peaks, plain=plain / (self.step * self.channels))

    def _quietest(self) -> float:
        """Return the mean square of the quietest half second, summed over the channels."""
        plain = self.steps[1]
        whole = self.length // self.step
        if whole < _STEPS_OF_FLOOR:
            return float(plain.sum()) / max(1, self.length)
        return float(_slide(plain[:whole], _STEPS_OF_FLOOR).min()) / (_STEPS_OF_FLOOR * self.step)


def join_figures(parts: Sequence[Figures]) -> Figures:
    """Return the figures of a recording from those of its parts; all but the last hold whole steps."""
    last = parts[-1]
    steps = [part.steps[:, : part.length // part.step] for part in parts[:-1]]
    return replace(
        last,
        length=sum(part.length for part in parts),
        steps=np.concatenate([*steps, last.steps], axis=1),
        peak=max(part.peak for part in parts),
    )


class Meter:
    """Measures a stream of blocks; how the stream is cut into blocks does not matter.

    Args:
        rate: Sampling rate in hertz.
        channels: 1 or 2; mono counts as one channel.

    Source:
        ITU-R BS.1770-4, Annexes 1 and 2; EBU Tech 3341.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self._rate = rate
        self._step = round(rate / 10)
        self._rest = np.zeros((channels, 0), np.float32)
        self._length = 0
        self._ended = False
        self._weighting = Cascade(make_k_weighting(rate), channels)
        self._peaks = PeakMeter(channels)
        self._steps = _Steps(self._step)

    def add(self, samples: Signal) -> None:
        """Take in a block.

        Shape:
            ``samples``: ``[channels, samples]``, float32.

        Raises:
            AudioError: If the number of channels is another than the meter's, or the figures were read.
        """
        if samples.ndim != 2 or len(samples) != len(self._rest):
            message = f"a meter for {len(self._rest)} channels got samples of shape {samples.shape}"
            raise AudioError(message)
        if self._ended:
            raise AudioError("a meter whose figures were read takes no more blocks")
        self._length += samples.shape[1]
        held = np.concatenate([self._rest, samples], axis=1) if self._rest.size else samples
        whole = held.shape[1] // FRAME * FRAME
        for start in range(0, whole, _CHUNK):
            self._take_frames(held[:, start : min(whole, start + _CHUNK)])
        self._rest = held[:, whole:].copy()

    def figures(self) -> Figures:
        """Return what was measured on all that was added."""
        self._end()
        return Figures(
            rate=self._rate,
            channels=len(self._rest),
            length=self._length,
            steps=self._steps.columns(),
            peak=float(self._peaks.peak),
        )

    def measure(self) -> Measurement:
        """Return the figures of all that was added, summed up."""
        return self.figures().measure()

    def profile(self) -> Profile:
        """Return what all that was added is step by step."""
        return self.figures().profile()

    def _take_frames(self, frames: Signal) -> None:
        self._peaks.add(frames)
        self._steps.add(frames, self._weighting.filter(frames))

    def _end(self) -> None:
        """Hear the rest, and the silence after the end in which the interpolation rings out."""
        if not self._ended:
            self._ended = True
            silence = np.zeros((len(self._rest), 2 * FRAME - self._rest.shape[1]), np.float32)
            self._take_frames(np.concatenate([self._rest, silence], axis=1))


class _Steps:
    """Adds up energies and peaks over steps of a fixed number of samples."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._filled = 0
        self._open = np.zeros((3, 1))
        self._closed: list[Energies] = []

    def add(self, plain: Signal, weighted: Signal) -> None:
        """Take in a block as it is and as it was weighted."""
        length = plain.shape[1]
        head = min(length, self._step - self._filled)
        self._extend(plain[:, :head], weighted[:, :head])
        count = (length - head) // self._step
        body = head + count * self._step
        if count:
            shape = (len(plain), count, self._step)
            self._closed.append(
                _sum_up(plain[:, head:body].reshape(shape), weighted[:, head:body].reshape(shape))
            )
        if body < length:
            self._extend(plain[:, body:], weighted[:, body:])

    def _extend(self, plain: Signal, weighted: Signal) -> None:
        """Add less than a step to the one that is open."""
        part = _sum_up(plain[:, None], weighted[:, None])
        self._open[:2] += part[:2]
        self._open[2] = np.maximum(self._open[2], part[2])
        self._filled += plain.shape[1]
        if self._filled == self._step:
            self._closed.append(self._open)
            self._open = np.zeros((3, 1))
            self._filled = 0

    def columns(self) -> Energies:
        """Return energy after weighting, energy as it is, and largest sample of each step, the open one last.

        Shape:
            ``[3, steps]``.
        """
        return np.concatenate([*self._closed, self._open], axis=1)


def _sum_up(plain: Signal, weighted: Signal) -> Energies:
    """Return the energies and the largest sample of steps.

    Shape:
        Both: ``[channels, steps, samples]``; the result ``[3, steps]``.
    """
    return np.stack(
        [
            np.vecdot(weighted, weighted).sum(axis=0, dtype=np.float64),
            np.vecdot(plain, plain).sum(axis=0, dtype=np.float64),
            np.maximum(plain.max(axis=-1), -plain.min(axis=-1)).max(axis=0).astype(np.float64),
        ]
    )


def gate(weighted: Energies) -> Lufs:
    """Return the integrated loudness of steps of 100 ms.

    Args:
        weighted: Mean square of each step after K-weighting, summed over the channels.

    Returns:
        Loudness in LUFS; minus infinity where no block passes the absolute gate.

    Shape:
        ``weighted``: ``[steps]``.

    Source:
        ITU-R BS.1770-4, Annex 1, equations 3 to 7.
    """
    if len(weighted) < _STEPS_OF_BLOCK:
        return Lufs(-np.inf)
    blocks = _slide(weighted, _STEPS_OF_BLOCK) / _STEPS_OF_BLOCK
    heard = blocks[blocks > _to_power(ABSOLUTE_GATE)]
    if not heard.size:
        return Lufs(-np.inf)
    threshold = float(heard.mean()) * 10.0 ** (_RELATIVE_GATE / 10.0)
    return Lufs(_OFFSET + _to_level(float(heard[heard > threshold].mean())))


def _slide(steps: Energies, count: int) -> Energies:
    """Return the sums over each ``count`` neighbouring steps."""
    sums: Energies = sliding_window_view(steps, count).sum(axis=-1)
    return sums


def _to_power(loudness: float) -> float:
    return float(10.0 ** ((loudness - _OFFSET) / 10.0))


def _to_level(power: float) -> Decibels:
    return Decibels(10.0 * math.log10(power) if power > 0.0 else -math.inf)


def measure(audio: Audio) -> Measurement:
    """Measure a whole recording."""
    meter = Meter(audio.rate, audio.channels)
    meter.add(audio.samples)
    return meter.measure()


def measure_loudness(audio: Audio) -> Lufs:
    """Measure the loudness of a whole recording.

    The signal is K-weighted, cut into overlapping blocks of 400 ms and averaged over the blocks that pass
    both gates, so long pauses do not make a recording look quiet.

    Args:
        audio: Mono or stereo. Less than 400 ms is taken as one block.

    Returns:
        Loudness in LUFS; minus infinity for digital silence.

    Shape:
        ``audio.samples``: ``[channels, samples]``, float32.

    Source:
        ITU-R BS.1770-4, Annex 1.
    """
    return measure(audio).loudness
