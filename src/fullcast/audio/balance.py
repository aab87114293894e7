"""How far speech stands above what sounds with it, line by line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.audio.filters import FRAME, Cascade, make_k_weighting
from fullcast.model import LineTime, Stem
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.mix import Stems
    from fullcast.audio.signal import Signal

STEP = 1024
"""Samples over which levels are taken: 23 ms, less than a syllable."""

DROWNS = 6.0
"""LU by which speech must stand above the rest: below it listeners with normal hearing begin to lose words
(speech reception in noise has its knee near 0 dB; film mixes keep 6 to 10 under foreground dialogue)."""

Energies = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balance:
    """The K-weighted energy of speech and of all else, every ``STEP`` samples."""

    speech: Energies
    rest: Energies

    def ratio(self, start: int, end: int) -> float:
        """Return by how many LU speech stands above the rest in a stretch; infinite where it is alone."""
        steps = slice(start // STEP, max(start // STEP + 1, -(-end // STEP)))
        rest = float(self.rest[steps].sum())
        speech = float(self.speech[steps].sum())
        if rest <= 0.0:
            return math.inf
        return 10.0 * math.log10(speech / rest) if speech > 0.0 else -math.inf

    def drowned(self, lines: tuple[LineTime, ...], least: float = DROWNS) -> Iterator[tuple[str, float]]:
        """Yield each line that stands less than so many LU above the rest, with its ratio."""
        for line in lines:
            ratio = self.ratio(line.start, line.end)
            if ratio < least:
                yield line.line, ratio


def join_balances(parts: Sequence[Balance]) -> Balance:
    """Return the balance of a chapter from those of its parts in order; all but the last hold whole steps."""
    speech, rest = ([getattr(part, side) for part in parts] for side in ("speech", "rest"))
    return Balance(speech=np.concatenate(speech), rest=np.concatenate(rest))


class BalanceMeter:
    """Measures both sides of a mix while it is made.

    Args:
        channels: 1 or 2.
    """

    def __init__(self, channels: int) -> None:
        self._sides = tuple(_Side(channels) for _ in range(2))

    def add(self, stems: Stems) -> None:
        """Take in a block; all but the last have whole steps."""
        speech, rest = self._sides
        speech.add([layer for stem, layer in stems.layers.items() if stem is Stem.SPEECH], stems.length)
        rest.add([layer for stem, layer in stems.layers.items() if stem is not Stem.SPEECH], stems.length)

    def balance(self) -> Balance:
        """Return what was measured."""
        speech, rest = (side.energies() for side in self._sides)
        return Balance(speech=speech, rest=rest)


class _Side:
    """One side of the balance; where nothing sounds, nothing is filtered."""

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._weighting = Cascade(make_k_weighting(MIX_RATE), channels)
        self._energies: list[Energies] = []

    def add(self, layers: list[Signal], length: int) -> None:
        steps = -(-length // STEP)
        if not layers:
            self._energies.append(np.zeros(steps))
            return
        total = layers[0] if len(layers) == 1 else np.sum(layers, axis=0, dtype=np.float32)
        whole = np.pad(total, ((0, 0), (0, -length % FRAME)))
        weighted = self._weighting.filter(whole)[:, : steps * STEP].reshape(self._channels, steps, STEP)
        self._energies.append(np.vecdot(weighted, weighted).sum(axis=0, dtype=np.float64))

    def energies(self) -> Energies:
        """Return the energy of each step."""
        return np.concatenate(self._energies) if self._energies else np.zeros(0)
