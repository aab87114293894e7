"""Audio as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fullcast.errors import AudioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signal = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Audio:
    """A piece of sound.

    Shape:
        ``samples``: ``[channels, samples]``, float32, nominally in [-1, 1].

    Raises:
        AudioError: If shape or type are others, or a sample is not finite.
    """

    samples: Signal
    rate: int
    """Hertz."""

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            message = (
                f"audio must be float32 [channels, samples], got {self.samples.dtype} {self.samples.shape}"
            )
            raise AudioError(message)
        if self.rate <= 0:
            message = f"audio has a sampling rate of {self.rate} Hz"
            raise AudioError(message)
        # One pass: any NaN or infinity makes the sum not finite (float64 cannot overflow on float32 input).
        if self.samples.size and not np.isfinite(np.sum(self.samples, dtype=np.float64)):
            raise AudioError("audio holds samples that are not finite (NaN or infinity)")

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def length(self) -> int:
        """Number of samples per channel."""
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return self.length / self.rate
