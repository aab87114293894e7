"""Beds from shorter sounds: no period, no seam, and the same however they are asked for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullcast.audio.beds import SEAM, Chain
from fullcast.audio.edit import tile
from fullcast.audio.textures.prompt import read_prompt
from fullcast.audio.textures.render import Wanted, render_layers
from fullcast.units import MIX_RATE

Signal = NDArray[np.float32]
MINUTES = 10
LENGTH = MINUTES * 60 * MIX_RATE
HOP = 1_024


@pytest.fixture(scope="module", params=["rain on a window", "gulls"])
def texture(request: pytest.FixtureRequest) -> Signal:
    wanted = Wanted(seed=3, seconds=60.0, loop=True)
    return np.ascontiguousarray(render_layers(read_prompt(request.param), wanted).samples)


def last(sound: Signal, seed: int = 5) -> tuple[Signal, Chain]:
    """Return ten minutes of a sound."""
    chain = Chain(sound, seed)
    step = 4096 * 54
    blocks = [chain.block(start, min(step, LENGTH - start)) for start in range(0, LENGTH, step)]
    return np.concatenate(blocks, axis=1), chain


def periodicity(signal: NDArray[np.floating], rate: float) -> float:
    """Return the highest normalised autocorrelation at lags from 15 seconds to five minutes."""
    centred = signal - signal.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    correlation = np.fft.irfft(power, size)[: len(centred)]
    inside = correlation[int(15 * rate) : int(300 * rate)]
    return float(np.abs(inside).max() / correlation[0])


def envelope(bed: Signal, step: int = 4_410) -> NDArray[np.float64]:
    """Return the level in decibels, ten times a second."""
    whole = bed.shape[1] // step * step
    power = (bed[:, :whole].reshape(len(bed), -1, step).astype(np.float64) ** 2).mean(axis=(0, 2))
    return np.asarray(10.0 * np.log10(power + 1e-10))


def wave(bed: Signal) -> NDArray[np.float64]:
    """Return the waveform, at a quarter of the rate."""
    mono = bed.mean(axis=0).astype(np.float64)
    return np.asarray(mono[: len(mono) // 4 * 4].reshape(-1, 4).mean(axis=1))


@pytest.mark.parametrize("seconds", [60, 20])
def test_no_period_is_found_in_ten_minutes(texture: Signal, seconds: int) -> None:
    sound = texture[:, : seconds * MIX_RATE]
    bed, _ = last(sound)
    assert periodicity(wave(bed), MIX_RATE / 4) < 0.07
    assert periodicity(envelope(bed), 10.0) < 0.25
    repeated = tile(sound, 0, LENGTH)
    assert periodicity(wave(repeated), MIX_RATE / 4) > 0.8
    assert periodicity(envelope(repeated), 10.0) > 0.8


def flux(bed: Signal) -> NDArray[np.float64]:
    """Return how much rises in the spectrum from each look to the next, in decibels."""
    mono = bed.mean(axis=0)
    looks = np.lib.stride_tricks.sliding_window_view(mono, 2 * HOP)[::HOP]
    spectrum = np.abs(np.fft.rfft(looks * np.hanning(2 * HOP), axis=1)) ** 2
    edges = np.unique(np.geomspace(2, spectrum.shape[1], 25).astype(int))
    bands = 10.0 * np.log10(np.add.reduceat(spectrum[:, : edges[-1]], edges[:-1], axis=1) + 1e-8)
    return np.asarray(np.maximum(np.diff(bands, axis=0), 0.0).mean(axis=1))


def test_no_seam_is_an_outlier_in_spectral_flux_or_in_level(texture: Signal) -> None:
    bed, chain = last(texture)
    seams = [stretch.start for stretch in chain.stretches[1:] if stretch.start < LENGTH - 3 * SEAM]
    assert len(seams) > 20
    width = SEAM // HOP
    rises = flux(bed)
    windows = np.lib.stride_tricks.sliding_window_view(rises, width).max(axis=1)
    at_seams = np.array([rises[seam // HOP : seam // HOP + width].max() for seam in seams])
    # Of any stretches as long as a seam one in twenty has a rise of this height.
    assert np.mean(at_seams > np.quantile(windows, 0.95)) <= 0.15
    assert at_seams.max() <= windows.max() * 1.02
    levels = envelope(bed, HOP)
    smooth = np.convolve(levels, np.ones(width) / width, mode="same")
    change = np.abs(np.diff(smooth[::width]))
    steps = [
        abs(smooth[seam // HOP + width // 2] - smooth[max(0, seam // HOP - width // 2)]) for seam in seams
    ]
    assert np.mean(np.array(steps) > np.quantile(change, 0.95)) <= 0.15


def test_a_hard_cut_would_be_found() -> None:
    """The measure of the seams sees what it is there to see: a click."""
    rain = render_layers(read_prompt("rain on a window"), Wanted(seed=3, seconds=60.0, loop=True)).samples
    rises, broken = flux(rain), rain.copy()
    broken[:, 30 * MIX_RATE :] = np.roll(broken[:, 30 * MIX_RATE :], 7 * MIX_RATE, axis=1)
    broken[:, 30 * MIX_RATE] += 0.5
    assert flux(broken)[30 * MIX_RATE // HOP - 2 :][:4].max() > np.quantile(rises, 0.999)


def test_a_beat_stays_in_step() -> None:
    """A clock ticks once a second, also over the joins."""
    tick = np.exp(-np.arange(2_000) / 200) * np.sin(np.arange(2_000) / 3)
    clock = np.zeros((1, 40 * MIX_RATE), np.float32)
    for second in range(40):
        clock[0, second * MIX_RATE : second * MIX_RATE + 2_000] = 0.3 * tick
    clock += 1e-4 * np.random.default_rng(0).standard_normal(clock.shape).astype(np.float32)
    bed, chain = last(clock)
    ticks = np.flatnonzero(np.diff((np.abs(bed[0]) > 0.1).astype(int)) == 1)
    first = ticks[np.concatenate([[True], np.diff(ticks) > 4_000])]
    assert len(first) == pytest.approx(MINUTES * 60, abs=2)
    assert np.abs(np.diff(first) - MIX_RATE).max() < 20
    assert len(chain.stretches) > 20


@settings(max_examples=25)
@given(
    seconds=st.floats(1.0, 8.0),
    cuts=st.lists(st.integers(1, 30 * MIX_RATE), min_size=1, max_size=6, unique=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_how_a_bed_is_asked_for_changes_nothing(seconds: float, cuts: list[int], seed: int) -> None:
    sound = noise(seconds)
    edges = [0, *sorted(cuts)]
    whole = Chain(sound, seed).block(0, edges[-1])
    chain = Chain(sound, seed)
    pieces = [chain.block(start, end - start) for start, end in pairwise(edges)]
    assert np.allclose(np.concatenate(pieces, axis=1), whole, atol=1e-6)
    late = Chain(sound, seed).block(edges[-2], edges[-1] - edges[-2])
    assert np.allclose(late, pieces[-1], atol=1e-6)


def noise(seconds: float) -> Signal:
    chance = np.random.default_rng(1)
    return (0.1 * chance.standard_normal((2, round(seconds * MIX_RATE)))).astype(np.float32)


@pytest.mark.parametrize("seconds", [4.0, 30.0])
def test_noise_keeps_its_level_through_every_join(seconds: float) -> None:
    bed, chain = last(noise(seconds))
    levels = envelope(bed)
    assert levels.max() - levels.min() < 1.0
    ends = [stretch.source + stretch.length for stretch in chain.stretches[:-1]]
    assert max(ends) <= round(seconds * MIX_RATE)
    assert all(
        later.start == before.start + before.length - later.fade_in
        for before, later in zip(chain.stretches, chain.stretches[1:-1], strict=False)
    )


def test_a_tone_neither_dips_nor_swells_where_it_is_joined() -> None:
    time = np.arange(20 * MIX_RATE) / MIX_RATE
    tone = (0.2 * np.sin(2 * np.pi * 220.37 * time))[None].astype(np.float32)
    levels = envelope(last(tone)[0])
    assert levels.max() - levels.min() < 0.6


def test_another_seed_gives_another_order() -> None:
    sound = noise(10.0)
    one, other = (Chain(sound, seed) for seed in (1, 2))
    one.block(0, 60 * MIX_RATE)
    other.block(0, 60 * MIX_RATE)
    assert [stretch.source for stretch in one.stretches] != [stretch.source for stretch in other.stretches]
