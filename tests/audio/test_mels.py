"""Bands of the mel scale are triangles of equal area, where Slaney puts them."""

from __future__ import annotations

import numpy as np
import pytest

from fullcast.audio.mels import mel_filters
from fullcast.units import Hertz


def test_filters_are_triangles_of_equal_area() -> None:
    filters = mel_filters(40, 400, Hertz(16_000))
    assert filters.shape == (40, 201)
    areas = filters[8:].sum(axis=1) * 40.0  # the lowest are narrower than the grid of 40 Hz tells
    assert areas == pytest.approx(np.ones(len(areas)), rel=0.12)
    assert (np.diff(np.argmax(filters, axis=1)) >= 0).all()


def test_the_scale_is_even_below_1_khz_and_grows_above() -> None:
    tops = np.argmax(mel_filters(128, 16_000, Hertz(16_000)), axis=1)  # a bin a hertz
    spread = np.diff(tops)
    below, above = tops[:-1] < 900, tops[:-1] > 1_100
    assert np.ptp(spread[below]) <= 1
    ratios = tops[1:][above] / tops[:-1][above]
    assert ratios == pytest.approx(np.full(len(ratios), ratios.mean()), rel=1e-3)
