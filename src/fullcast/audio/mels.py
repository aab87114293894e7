"""Bands of the mel scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fullcast.units import Hertz

_STEP, _KNEE = 200.0 / 3, 1_000.0
_GROWTH = np.log(6.4) / 27.0


def mel_filters(count: int, size: int, rate: Hertz) -> NDArray[np.float64]:
    """Return triangles of equal area on the mel scale, from 0 Hz to half the rate.

    Args:
        count: How many.
        size: Of the Fourier transform.
        rate: Of the sound.

    Shape:
        ``[count, size / 2 + 1]``.

    Source:
        M. Slaney, Auditory Toolbox (1998): linear below 1,000 Hz, logarithmic above.
    """
    top = _KNEE / _STEP + np.log(rate / 2 / _KNEE) / _GROWTH
    mels = np.linspace(0.0, top, count + 2)
    knee = _KNEE / _STEP
    edges = np.where(mels < knee, mels * _STEP, _KNEE * np.exp(_GROWTH * (mels - knee)))
    bins = np.linspace(0.0, rate / 2, size // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    filters: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return filters * (2.0 / (edges[2:] - edges[:-2]))[:, None]
