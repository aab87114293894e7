from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullcast.audio.filters import FRAME, Biquad, Cascade, make_highpass, make_k_weighting

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal


def noise(frames: int, channels: int = 1, seed: int = 0) -> Signal:
    shape = (channels, frames * FRAME)
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def recur(biquads: tuple[Biquad, ...], samples: Signal) -> NDArray[np.float64]:
    """Filter one sample after the other, as a textbook writes it down."""
    wave = samples.astype(np.float64)
    for biquad in biquads:
        (b0, b1, b2), (a1, a2) = biquad.b, biquad.a
        result = np.zeros_like(wave)
        x1 = x2 = y1 = y2 = 0.0
        for index, x in enumerate(wave):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x2, x1, y2, y1 = x1, x, y1, y
            result[index] = y
        wave = result
    return wave


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
def test_equals_the_recursion_at_every_rate(rate: int) -> None:
    biquads = make_k_weighting(rate)
    samples = noise(3)
    assert np.abs(Cascade(biquads, 1).filter(samples)[0] - recur(biquads, samples[0])).max() < 2e-5


@settings(deadline=None)
@given(cuts=st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_blocks_do_not_matter(cuts: list[int]) -> None:
    samples = noise(8, channels=2)
    whole = Cascade(make_k_weighting(44_100), 2).filter(samples)
    parts, cascade = [], Cascade(make_k_weighting(44_100), 2)
    edges = sorted({0, *(cut * FRAME for cut in cuts), samples.shape[1]})
    for begin, end in pairwise(edges):
        parts.append(cascade.filter(samples[:, begin:end]))
    assert np.abs(np.concatenate(parts, axis=1) - whole).max() < 1e-6


def test_channels_do_not_hear_each_other() -> None:
    samples = noise(2, channels=2)
    samples[1] = 0.0
    heard = Cascade(make_k_weighting(44_100), 2).filter(samples)
    assert np.any(heard[0])
    assert not np.any(heard[1])


def test_k_weighting_has_the_coefficients_of_the_standard() -> None:
    shelf, highpass = make_k_weighting(48_000)
    assert shelf.b == pytest.approx((1.53512485958697, -2.69169618940638, 1.19839281085285), abs=1e-9)
    assert shelf.a == pytest.approx((-1.69065929318241, 0.73248077421585), abs=1e-9)
    assert highpass.b == (1.0, -2.0, 1.0)
    assert highpass.a == pytest.approx((-1.99004745483398, 0.99007225036621), abs=1e-9)


def test_highpass_is_three_decibels_down_at_its_cutoff() -> None:
    biquad = make_highpass(100.0, 44_100)
    turn = np.exp(-2j * np.pi * np.array([0.0, 100.0, 5_000.0]) / 44_100)
    response = np.polyval(biquad.b[::-1], turn) / np.polyval((*biquad.a[::-1], 1.0), turn)
    assert np.abs(response) == pytest.approx([0.0, np.sqrt(0.5), 1.0], abs=1e-3)
