"""What a chapter looks like: its waveform and its levels, small enough to be kept beside it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.audio.balance import STEP
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.balance import Balance
    from fullcast.audio.loudness import Profile

PEAKS_A_SECOND = 10
"""Points of the waveform."""

LEVELS_A_SECOND = 1
"""Points of the levels."""

SOFTEST = -100
"""Level in LUFS of what is softer, or silent."""

_OFFSET = -0.691
"""dB between mean square and loudness (ITU-R BS.1770-4, Annex 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Levels over time; each a row of bytes in base64, as JSON holds it."""

    peaks: str = ""
    """Largest sample, 0 to 255 of full scale, ten a second."""
    loudness: str = ""
    """Of each second, in LUFS above ``SOFTEST``."""
    speech: str = ""
    """Likewise, of the voices before the master; empty where nothing else sounds."""
    rest: str = ""
    """Likewise, of all else."""


def make_curves(profile: Profile, balance: Balance | None) -> Curves:
    """Return what a chapter looks like.

    Args:
        profile: The chapter as it was coded.
        balance: Its voices and all else before the master, if anything else sounds.
    """
    peaks = np.clip(np.rint(profile.peaks * 255.0), 0, 255)
    return Curves(
        peaks=_pack(peaks),
        loudness=_levels(profile.weighted, 10.0),
        speech=_levels(balance.speech / STEP, MIX_RATE / STEP) if balance else "",
        rest=_levels(balance.rest / STEP, MIX_RATE / STEP) if balance else "",
    )


def _levels(powers: NDArray[np.float64], rate: float) -> str:
    """Return the loudness of each second from mean squares at a rate."""
    seconds = int(len(powers) / rate)
    edges = np.rint(np.arange(seconds + 1) * rate).astype(int)
    sums = np.concatenate([[0.0], np.cumsum(powers)])
    means = np.diff(sums[edges]) / np.maximum(np.diff(edges), 1)
    levels = _OFFSET + 10.0 * np.log10(np.maximum(means, 1e-12))
    return _pack(np.clip(np.rint(levels) - SOFTEST, 0, 255))


def _pack(values: NDArray[np.float64]) -> str:
    return base64.b64encode(values.astype(np.uint8).tobytes()).decode()


def unpack(curve: str) -> bytes:
    """Return the bytes of a curve."""
    return base64.b64decode(curve)
