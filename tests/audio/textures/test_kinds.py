"""Every kind of sound is measured: periods, crest, spectrum, seeds, seams, silence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fullcast.audio.textures.catalogue import RECIPES, Nature

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]
Recordings = Mapping[str, tuple[Samples, ...]]

RATE = 44_100
KINDS = tuple(RECIPES)
BEDS = tuple(kind for kind in KINDS if RECIPES[kind].nature is Nature.BED)
LOOPS = tuple(kind for kind in KINDS if RECIPES[kind].nature is not Nature.EVENT)
CALLERS = frozenset(
    {"cellar", "gulls", "crows", "frogs", "birds", "doves", "whispers", "chimes", "crickets", "harbour"}
)
"""Beds of separate calls, which come in series (caw, caw, caw): their envelope has a rhythm, as in nature."""
REFERENCE = Path(__file__).parents[3] / "docs/reference/textures.md"
RANGES = json.loads(Path(__file__).with_name("ranges.json").read_text())


def spectrum(samples: Samples) -> tuple[Floats, Floats, Floats]:
    """Return frequencies, mean power and the power of each frame of 23 ms."""
    mono = samples.mean(axis=0).astype(np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(mono, 1024)[::512] * np.hanning(1024)
    powers = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float64) ** 2
    hertz: Floats = np.linspace(0.0, RATE / 2, 513)
    mean: Floats = np.asarray(powers.mean(axis=0), dtype=np.float64)
    return hertz, mean, powers


def crest(samples: Samples) -> float:
    return float(20 * np.log10(np.max(np.abs(samples)) / np.std(samples)))


def centroid(samples: Samples) -> float:
    hertz, power, _ = spectrum(samples)
    return float(np.sum(power * hertz) / np.sum(power))


def slope(samples: Samples) -> float:
    """Decibels an octave: a line through the levels of the octaves from 125 Hz to 8 kHz."""
    hertz, power, _ = spectrum(samples)
    centres = 125.0 * 2.0 ** np.arange(7)
    levels = [
        10 * np.log10(np.mean(power[(hertz >= c / 2**0.5) & (hertz < c * 2**0.5)]) + 1e-20) for c in centres
    ]
    return float(np.polyfit(np.arange(7), levels, 1)[0])


MEASURES = {"crest": crest, "centroid": centroid, "slope": slope}


def autocorrelate(signal: Floats, first: int) -> float:
    """Return the greatest circular autocorrelation beyond a lag, as a part of that at lag 0."""
    centred = signal - signal.mean()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(centred)) ** 2, n=len(centred))
    return float(np.max(np.abs(correlation[first : len(centred) // 2])) / correlation[0])


def envelope(mono: Floats) -> Floats:
    """Return the level in decibels every 10 ms without what moves slower than 2 Hz: gusts, waves."""
    frames = mono[: len(mono) // 441 * 441].reshape(-1, 441)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    level = np.maximum(level, level.max() - 50)
    moving = np.fft.rfft(level)
    moving[np.fft.rfftfreq(len(level), 0.01) < 2.0] = 0
    return np.fft.irfft(moving, n=len(level))


def describe(samples: Samples) -> Floats:
    """Return ten simple features: spectrum, tone, movement, width."""
    hertz, power, powers = spectrum(samples)
    total = np.sum(power)
    centre = np.log2(np.sum(power * hertz) / total)
    spread = np.log2(np.sqrt(np.sum(power * (hertz - 2**centre) ** 2) / total))
    inner = power[2:400] + 1e-15
    flatness = 10 * np.log10(np.exp(np.mean(np.log(inner))) / np.mean(inner))
    loud = np.sqrt(powers.sum(axis=1))
    level = 20 * np.log10(loud + 1e-3 * loud.mean())
    steps = np.diff(level)
    slow = np.std(np.convolve(level, np.ones(40) / 40, "valid"))
    skew = np.mean(steps**3) / np.std(steps) ** 3
    peak = np.log2(hertz[2:][np.argmax(power[2:])])
    width = np.corrcoef(samples[0], samples[1])[0, 1]
    moving = [np.std(level), np.std(steps), slow, skew]
    return np.array([centre, spread, crest(samples), flatness, peak, width, *moving])


@pytest.mark.parametrize("kind", BEDS)
def test_a_bed_has_no_period(kind: str, recordings: Recordings) -> None:
    mono = recordings[kind][0].mean(axis=0).astype(np.float64)
    assert autocorrelate(mono, RATE) < 0.2
    if kind not in CALLERS:
        assert autocorrelate(envelope(mono), 100) < 0.2


def test_a_repeated_second_would_be_found() -> None:
    noise = np.random.default_rng(0).standard_normal(2 * RATE)
    noise *= 1.0 + 0.5 * np.repeat(np.random.default_rng(1).random(200), 441)
    repeated = np.tile(noise, 6)
    assert autocorrelate(repeated, RATE) > 0.9
    assert autocorrelate(envelope(repeated), 100) > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_crest_and_spectrum_lie_in_the_stated_range(kind: str, recordings: Recordings) -> None:
    for samples in recordings[kind]:
        for name, measure in MEASURES.items():
            low, high = RANGES[kind][name]
            assert low <= measure(samples) <= high, name


def test_the_ranges_name_every_kind() -> None:
    assert set(RANGES) == set(KINDS)


def test_the_reference_states_the_ranges() -> None:
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    rows = {line.split("|")[1].strip(): line for line in lines if line.startswith("| ")}
    for kind, ranges in RANGES.items():
        assert all(f"{low} … {high}" in rows[kind] for low, high in ranges.values()), kind


def correlate(one: Samples, other: Samples) -> float:
    count = min(one.shape[1], other.shape[1])
    pair = [np.diff(samples[:, :count].mean(axis=0)) for samples in (one, other)]
    return abs(float(np.corrcoef(pair)[0, 1]))


@pytest.mark.parametrize("kind", KINDS)
def test_two_seeds_differ(kind: str, recordings: Recordings) -> None:
    first, second, third = recordings[kind]
    found = [correlate(first, second), correlate(second, third), correlate(third, first)]
    # Two bells may by chance be tuned alike; that all three are is no chance.
    assert np.median(found) < 0.1
    if kind in BEDS:
        assert max(found) < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_clips_and_nothing_leans(kind: str, recordings: Recordings) -> None:
    for samples in recordings[kind]:
        assert np.max(np.abs(samples)) < 10 ** (-3 / 20)
        assert np.all(np.abs(samples.mean(axis=1)) < 1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_highs_are_never_harsh(kind: str, recordings: Recordings) -> None:
    hertz, power, _ = spectrum(recordings[kind][0])
    assert np.sum(power[hertz > 12_000]) < 0.05 * np.sum(power)


@pytest.mark.parametrize("kind", LOOPS)
def test_the_end_of_a_loop_joins_its_beginning(kind: str, recordings: Recordings) -> None:
    samples = recordings[kind][1].astype(np.float64)
    steps = np.abs(np.diff(np.concatenate([samples, samples[:, :1]], axis=1)))
    assert np.max(steps[:, -1]) <= np.max(steps[:, :-1])
    # A cut would also bend the spectrum: the flux of the frames over the seam stays within the others'.
    turned = np.roll(samples.mean(axis=0), samples.shape[1] // 2)
    frames = np.lib.stride_tricks.sliding_window_view(turned, 1024)[::256] * np.hanning(1024)
    levels = np.log10(np.abs(np.fft.rfft(frames, axis=1)) ** 2 + 1e-9)
    flux = np.sqrt(np.mean(np.diff(levels, axis=0) ** 2, axis=1))
    middle = len(turned) // 2 // 256
    seam = np.max(flux[middle - 5 : middle + 2])
    others = np.delete(flux, np.arange(middle - 5, middle + 2))
    assert seam <= 1.2 * np.max(others)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if RECIPES[kind].nature is Nature.EVENT])
def test_an_event_ends_in_silence(kind: str, recordings: Recordings) -> None:
    for samples in recordings[kind]:
        peak = np.max(np.abs(samples))
        assert np.max(np.abs(samples[:, -441:])) < 1e-3 * peak
        assert np.max(np.abs(samples[:, :20])) < 0.05 * peak
        assert 0.5 < samples.shape[1] / RATE < 14


def test_kinds_can_be_told_apart(recordings: Recordings) -> None:
    features = np.array([[describe(samples) for samples in recordings[kind]] for kind in KINDS])
    kinds, seeds, size = features.shape
    within = (features - features.mean(axis=1, keepdims=True)).reshape(-1, size)
    scatter = within.T @ within / (kinds * (seeds - 1))
    white = features @ np.linalg.inv(np.linalg.cholesky(scatter + 1e-6 * np.eye(size))).T
    right = 0
    for kind in range(kinds):
        for seed in range(seeds):
            centres = white.mean(axis=1)
            centres[kind] = np.delete(white[kind], seed, axis=0).mean(axis=0)
            right += int(np.argmin(np.sum((white[kind, seed] - centres) ** 2, axis=1)) == kind)
    assert right / (kinds * seeds) >= 0.95
