"""Where a texture is made: its length, its randomness, its traits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fullcast.audio.textures.prompt import Traits
from fullcast.units import MIX_RATE

Floats: TypeAlias = NDArray[np.floating[Any]]
"""Samples of a texture in the making: float32 or float64, mono ``[samples]`` or stereo ``[2, samples]``."""

RATE = int(MIX_RATE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """What a recipe is given."""

    random: np.random.Generator
    """The only source of chance; consumed in a fixed order, so that a seed names one sound."""
    length: int
    """Samples of the circle on which a bed is made."""
    loop: bool
    """Whether the end will be joined to the beginning."""
    traits: Traits

    @property
    def seconds(self) -> float:
        """Length of the circle in seconds."""
        return self.length / RATE

    def uniform(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return float(self.random.uniform(low, high))

    def spread(self, centre: float, ratio: float) -> float:
        """Return a number around a centre, scattered log-normally; ``ratio`` is one standard deviation."""
        return float(centre * np.exp(self.random.standard_normal() * np.log(ratio)))

    def choose(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return int(self.random.integers(low, high + 1))
