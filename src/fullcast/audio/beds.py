"""Beds of any length from a shorter sound, without a seam and without a period.

A sound that is repeated is recognised: after two or three times the ear waits for the same gust. Here
stretches of the sound follow each other in an order decided by a seed, each joined where it fits: where level
and spectrum are alike on both sides and nothing begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fullcast.audio.edit import fade_curve
from fullcast.units import MIX_RATE, Seconds, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

SEAM = to_samples(Seconds(1.5), MIX_RATE)
"""Crossfade between two stretches; an eighth of shorter sounds."""

_HOP = 1_024
"""Samples between two looks at the sound, 23 ms."""

_WINDOW = 2_048

_BANDS = 14
"""Bands in which level is compared, a half octave and more each."""

_SHORTEST, _LONGEST = 0.25, 0.55
"""Length of a stretch as a share of the sound: short enough that no lag is heard often, long enough that
joins are rare."""

_OUTS, _INS = 12, 96
"""Places that are tried for the end of a stretch and for the beginning of the next."""

_ONSET = 0.6
"""What a decibel of onset within a join costs, in decibels of difference."""

_SHIFT = to_samples(Seconds(0.7), MIX_RATE)
"""How far a beginning may be moved so that waves meet: more than half the beat of a slow clock."""

_COARSE = 4
"""Samples that are looked at as one when a beginning is moved."""

_ALIKE = 0.25
"""Correlation above which moving a beginning is worth it: tones and beats, not noise."""

Features = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the sound at its place in the bed."""

    source: int
    """First sample in the sound."""
    start: int
    """First sample in the bed."""
    length: int
    fade_in: int
    """Length of the crossfade with the stretch before; the next one's is the fade out."""
    likeness: float = 0.0
    """Correlation of both sides in the crossfade at the beginning."""


class Chain:
    """An endless bed; the same for one sound and one seed, however it is asked for.

    Args:
        sound: The sound at ``MIX_RATE``, at least a second long.
        seed: Decides the order.

    Shape:
        ``sound``: ``[channels, samples]``.
    """

    def __init__(self, sound: Signal, seed: int) -> None:
        self._sound = sound
        self._length = sound.shape[1]
        self._seam = max(64, min(SEAM, self._length // 8))
        self._chance = np.random.default_rng(seed)
        self._features: tuple[Features, Features] | None = None
        first = int(self._chance.integers(0, max(1, self._length // 3)))
        self._stretches = [Stretch(source=first, start=0, length=self._draw(self._length - first), fade_in=0)]

    @property
    def sound(self) -> Signal:
        """What it is made of."""
        return self._sound

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The stretches so far."""
        return tuple(self._stretches)

    def block(self, start: int, length: int) -> Signal:
        """Return a part of the bed.

        Shape:
            ``[channels, length]``.
        """
        while self._stretches[-1].start < start + length:  # where the last one ends is not decided yet
            self._add_stretch()
        inside = [
            number
            for number, stretch in enumerate(self._stretches)
            if stretch.start < start + length and stretch.start + stretch.length > start
        ]
        only = self._stretches[inside[0]]
        if len(inside) == 1 and self._is_plain(inside[0], start, length):
            first = only.source + start - only.start
            return self._sound[:, first : first + length]
        block: Signal = np.zeros((len(self._sound), length), np.float32)
        for number in inside:
            self._add(block, number, start)
        return block

    def _is_plain(self, number: int, start: int, length: int) -> bool:
        """Return whether no crossfade touches a part of the bed."""
        stretch = self._stretches[number]
        leaves = self._stretches[number + 1].start
        return stretch.start + stretch.fade_in <= start and start + length <= leaves

    def _add(self, block: Signal, number: int, start: int) -> None:
        """Add to a block what it holds of a stretch."""
        stretch = self._stretches[number]
        begins = max(0, stretch.start - start)
        ends = min(block.shape[1], stretch.start + stretch.length - start)
        first = stretch.source + start + begins - stretch.start
        heard = self._sound[:, first : first + ends - begins].copy()
        at = start + begins - stretch.start
        _shape(heard, at, fade_in_curve(stretch))
        after = self._stretches[number + 1]
        _shape(heard, at - (after.start - stretch.start), fade_in_curve(after, leaving=True))
        block[:, begins:ends] += heard

    def _draw(self, left: int) -> int:
        """Return how long a stretch is, of what is left of the sound."""
        share = self._chance.uniform(_SHORTEST, _LONGEST)
        return int(min(left, max(2 * self._seam, share * self._length)))

    def _add_stretch(self) -> None:
        """Choose where the last stretch ends and the next one begins, and join them."""
        last = self._stretches[-1]
        outs, ins = self._places(last)
        costs = self._costs(outs, ins)
        out, entry = np.unravel_index(int(np.argmin(costs)), costs.shape)
        leave, source = int(outs[out]), int(ins[entry])
        source, likeness = self._align(leave, source)
        start = last.start + leave - last.source
        self._stretches[-1] = Stretch(
            source=last.source,
            start=last.start,
            length=leave - last.source + self._seam,
            fade_in=last.fade_in,
            likeness=last.likeness,
        )
        self._stretches.append(
            Stretch(
                source=source,
                start=start,
                length=self._draw(self._length - source),
                fade_in=self._seam,
                likeness=likeness,
            )
        )

    def _places(self, last: Stretch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the last stretch may end and the next one may begin, in samples of the sound."""
        latest = last.source + last.length - self._seam
        earliest = max(last.source + last.fade_in, latest - self._length // 8)
        outs = np.unique(self._chance.integers(earliest, max(earliest, latest) + 1, _OUTS))
        highest = max(1, self._length - 2 * self._seam - int(_SHORTEST * self._length) // 2)
        ins = self._chance.integers(0, highest, _INS)
        far = np.abs(ins - last.source) > self._length // 10
        apart = np.abs(ins[:, None] - outs[None, :]).min(axis=1) > self._length // 12
        kept = ins[far & apart]
        return outs, kept if kept.size else ins

    def _costs(self, outs: NDArray[np.int64], ins: NDArray[np.int64]) -> Features:
        """Return how badly each end and each beginning fit, in decibels."""
        if self._features is None:
            self._features = _look(self._sound, self._seam)
        levels, onsets = self._features
        last = len(levels) - 1
        out, entry = np.minimum(outs // _HOP, last), np.minimum(ins // _HOP, last)
        difference = np.abs(levels[out][:, None] - levels[entry][None, :]).mean(axis=2)
        costs: Features = difference + _ONSET * (onsets[out][:, None] + onsets[entry][None, :])
        return costs

    def _align(self, leave: int, source: int) -> tuple[int, float]:
        """Return a beginning moved so that waves meet, and how alike both sides then are."""
        before = self._sound[:, leave : leave + self._seam].mean(axis=0)
        low = max(0, source - _SHIFT)
        high = min(self._length - self._seam - _HOP, source + _SHIFT + self._seam)
        region = self._sound[:, low:high].mean(axis=0)
        alike = _correlate(_coarsen(region), _coarsen(before))
        best = int(np.argmax(alike))
        if alike[best] <= _ALIKE:
            here = min((source - low) // _COARSE, len(alike) - 1)
            return source, float(np.clip(alike[here], -0.3, 1.0))
        first = max(0, best * _COARSE - _COARSE)
        fine = _correlate(region[first : first + 2 * _COARSE + len(before)], before)
        place = int(np.argmax(fine))
        return low + first + place, float(fine[place])


def _coarsen(signal: Signal) -> Signal:
    """Return means of a few neighbouring samples."""
    whole = len(signal) // _COARSE * _COARSE
    coarse: Signal = signal[:whole].reshape(-1, _COARSE).mean(axis=1)
    return coarse


def _correlate(region: Signal, pattern: Signal) -> Features:
    """Return how alike a pattern and each stretch of its length in a region are, -1 to 1."""
    lags = len(region) - len(pattern) + 1
    if lags < 1:
        return np.zeros(1)
    size = 1 << (len(region) + len(pattern)).bit_length()
    product = np.fft.irfft(np.fft.rfft(region, size) * np.conj(np.fft.rfft(pattern, size)), size)
    squares = np.concatenate([[0.0], np.cumsum(region.astype(np.float64) ** 2)])
    energy = (squares[len(pattern) :][:lags] - squares[:lags]) * float(np.vdot(pattern, pattern))
    alike: Features = product[:lags] / np.sqrt(np.maximum(energy, 1e-12))
    return alike


def fade_in_curve(stretch: Stretch, *, leaving: bool = False) -> Signal:
    """Return the curve along which a stretch comes in, or along which the one before leaves.

    The sum of both keeps its power: what is alike on both sides adds up in amplitude, the rest in power.
    """
    curve = fade_curve(stretch.fade_in)
    other = curve[::-1]
    power = 1.0 + 2.0 * stretch.likeness * curve * other
    shaped: Signal = ((other if leaving else curve) / np.sqrt(np.maximum(power, 0.25))).astype(np.float32)
    return shaped


def _shape(samples: Signal, start: int, curve: Signal) -> None:
    """Multiply a crossfade into samples that begin at a place of it; behind a fade out nothing is left."""
    first, last = max(0, -start), min(samples.shape[1], len(curve) - start)
    if first < last:
        samples[:, first:last] *= curve[start + first : start + last]


def _look(sound: Signal, seam: int) -> tuple[Features, Features]:
    """Return level and onset around each place: means of the bands over a crossfade, and what begins in it.

    Shape:
        ``[places, bands]`` in dB, and ``[places]`` in dB.
    """
    mono = sound.mean(axis=0)
    padded = np.pad(mono, (0, max(0, _WINDOW + _HOP - len(mono))))
    frames = sliding_window_view(padded, _WINDOW)[::_HOP] * np.hanning(_WINDOW).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    edges = np.unique(np.geomspace(2, spectrum.shape[1], _BANDS + 1).astype(int))
    bands = np.add.reduceat(spectrum[:, : edges[-1]], edges[:-1], axis=1)
    # What lies 50 dB under the loudest band is not heard beside it.
    floor = bands.max() * 1e-5 + 1e-12
    levels = 10.0 * np.log10(bands + floor)
    rises = np.maximum(np.diff(levels, axis=0, prepend=levels[:1]), 0.0).mean(axis=1)
    count = max(1, seam // _HOP)
    padded_levels = np.pad(levels, ((0, count - 1), (0, 0)), mode="edge")
    means = sliding_window_view(padded_levels, count, axis=0).mean(axis=-1)
    steepest = sliding_window_view(np.pad(rises, (0, count - 1), mode="edge"), count).max(axis=-1)
    return means, steepest - float(np.median(steepest))
