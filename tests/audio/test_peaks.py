from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.audio import peaks
from fullcast.audio.peaks import GROWTH, HOP, REACH, SPAN, PeakMeter, hop_peaks, span_bounds

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal


def pad(samples: Signal) -> Signal:
    return np.pad(samples, ((0, 0), (REACH - 1, REACH)))


def test_growth_bounds_the_interpolation() -> None:
    weights = np.abs(peaks._interpolation()).sum(axis=0)
    assert weights.max() <= GROWTH
    assert weights.max() > GROWTH - 0.02


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), power=st.floats(0.2, 6.0))
def test_skipping_changes_nothing(seed: int, power: float) -> None:
    chance = np.random.default_rng(seed)
    loudness = np.repeat(chance.random((1, 6)) ** power, SPAN, axis=1)
    samples = (chance.standard_normal((2, 6 * SPAN)) * loudness).astype(np.float32)
    meter = PeakMeter(2)
    meter.add(samples[:, : 2 * SPAN])
    meter.add(samples[:, 2 * SPAN :])
    meter.add(np.zeros((2, SPAN), np.float32))
    everything = hop_peaks(np.pad(samples, ((0, 0), (2 * REACH - 1, SPAN))), np.arange(7))
    assert meter.peak == pytest.approx(float(everything.max()), rel=1e-6)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_span_exceeds_its_bound(seed: int) -> None:
    samples = np.random.default_rng(seed).choice([-1.0, 1.0], (1, 4 * SPAN)).astype(np.float32)
    padded = pad(samples)
    assert np.all(hop_peaks(padded, np.arange(4)).max(axis=1) <= span_bounds(padded))


def test_agrees_with_an_independent_resampler() -> None:
    # Below 15 kHz, where every oversampler must agree.
    noise = np.random.default_rng(1).standard_normal(8 * SPAN)
    band = np.fft.rfft(noise)
    band[int(len(band) * 15_000 / 22_050) :] = 0.0
    wave = np.fft.irfft(band) * np.hanning(8 * SPAN)
    samples = wave[None].astype(np.float32)
    found = hop_peaks(pad(samples), np.arange(8)).max()
    assert found == pytest.approx(np.abs(soxr.resample(samples[0], 1, 4, quality="VHQ")).max(), rel=0.003)


def test_a_hop_knows_where_its_peak_is() -> None:
    samples = np.zeros((1, 2 * SPAN), np.float32)
    samples[0, SPAN + 5 * HOP + 3] = 0.5
    found = hop_peaks(pad(samples), np.arange(2))
    assert found[1, 5] == pytest.approx(0.5)
    assert found[0].max() < 0.2
