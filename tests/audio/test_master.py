from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullcast.audio.loudness import Meter, measure
from fullcast.audio.master import Limiter, check_master, level_of, master_blocks, plan_gain, solve_gain
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.model import Measurement, Target, Unit
from fullcast.units import MIX_RATE, Decibels, Lufs, Seconds, to_gain

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

    Sine = Callable[..., Audio]
    Speak = Callable[..., Audio]
    Cut = Callable[[Signal, int], Iterator[Signal]]


def limit(blocks: Iterator[Signal], ceiling: float) -> Audio:
    return Audio(samples=np.concatenate([*master_blocks(blocks, Decibels(ceiling))], axis=1), rate=MIX_RATE)


def nasty(kind: str, seed: int) -> Signal:
    chance, time = np.random.default_rng(seed), np.arange(MIX_RATE) / MIX_RATE
    waves: dict[str, Callable[[], NDArray[np.float64]]] = {
        "noise": lambda: chance.standard_normal(MIX_RATE),
        "clicks": lambda: (chance.random(MIX_RATE) < 0.002) * chance.standard_normal(MIX_RATE) * 9.0,
        "square": lambda: 2.0 * np.sign(np.sin(2.0 * np.pi * chance.uniform(50, 5_000) * time)),
        "high": lambda: 4.0 * np.sin(2.0 * np.pi * chance.uniform(9_000, 21_000) * time + chance.random()),
        "bursts": lambda: 4.0 * np.sin(2.0 * np.pi * 11_025 * time + 0.8) * (np.sin(44.0 * time) > 0.9),
        "step": lambda: np.where(time < chance.random(), 0.1, 3.0) * np.sin(2.0 * np.pi * 9_999.0 * time),
    }
    return waves[kind]()[None].astype(np.float32)


@pytest.mark.parametrize("kind", ["noise", "clicks", "square", "high", "bursts", "step"])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 1_000_000), ceiling=st.floats(-6.0, -0.1))
def test_never_exceeds_the_ceiling(cut: Cut, kind: str, seed: int, ceiling: float) -> None:
    limited = limit(cut(nasty(kind, seed), 30_000), ceiling)
    assert measure(limited).true_peak <= ceiling


@settings(max_examples=20, deadline=None)
@given(size=st.integers(300, 50_000))
def test_blocks_do_not_matter(cut: Cut, size: int) -> None:
    samples = nasty("clicks", 4)
    limited = limit(cut(samples, size), -3.0).samples
    assert limited.shape == samples.shape
    assert np.abs(limited - limit(cut(samples, 44_100), -3.0).samples).max() < 1e-6


@settings(deadline=None)
@given(length=st.integers(0, 5_000))
def test_what_is_below_the_ceiling_passes_untouched(cut: Cut, length: int) -> None:
    samples = np.random.default_rng(0).uniform(-0.3, 0.3, (2, length)).astype(np.float32)
    passed = [*master_blocks(cut(samples, 1_700), Decibels(-1.0))]
    assert np.array_equal(np.concatenate([samples[:, :0], *passed], axis=1), samples)


def test_channels_are_lowered_together() -> None:
    samples = np.full((2, 44_100), 0.25, np.float32)
    samples[0, 20_000:20_100] = 2.0
    limited = np.concatenate([*master_blocks([samples], Decibels(-3.0))], axis=1)
    assert limited[1, 20_050] / 0.25 == pytest.approx(to_gain(-3.0) / 2.0, rel=0.25)
    assert limited[1, 20_050] < 0.15


def test_the_gain_falls_smoothly_and_comes_back() -> None:
    carrier = np.full((1, 66_150), 0.5, np.float32)
    carrier[0, 22_050] = 1.6
    gain = limit(iter([carrier]), -3.0).samples[0] / carrier[0]
    assert np.abs(np.diff(gain)).max() < 0.01
    assert np.all(gain[: 22_050 - 700] == 1.0)
    assert 0.7 < gain[22_050 + 4_410] < gain[22_050 + 8_820] > 0.9
    assert np.all(gain[-8_000:] == 1.0)


def test_one_decibel_of_limiting_distorts_little(sine: Sine) -> None:
    tone = sine(200.0, 2.0, level=-2.0)
    limited = limit(iter([tone.samples]), -3.0).samples[0, 22_050:66_150]
    spectrum = np.abs(np.fft.rfft(limited * np.hanning(len(limited))))
    others = np.delete(spectrum, slice(190, 211))
    assert 20.0 * math.log10(others.max() / spectrum.max()) < -60.0


def test_a_rate_beyond_the_window_is_an_error() -> None:
    with pytest.raises(AudioError, match="768000 Hz"):
        Limiter(768_000, 1, Decibels(-1.0))


@settings(deadline=None)
@given(level=st.floats(-45.0, -25.0), target=st.floats(-30.0, -16.0))
def test_gain_then_measure_hits_the_target(speechlike: Speak, level: float, target: float) -> None:
    audio = speechlike(3.0, level=to_gain(level))
    gain = solve_gain(measure(audio).loudness, Lufs(target))
    louder = Audio(samples=audio.samples * np.float32(to_gain(gain)), rate=audio.rate)
    assert measure(louder).loudness == pytest.approx(target, abs=0.1)


def test_silence_gets_no_gain() -> None:
    assert solve_gain(Lufs(-math.inf), Lufs(-18.0)) == 0.0
    meter = Meter(MIX_RATE, 1)
    meter.add(np.zeros((1, MIX_RATE), np.float32))
    assert plan_gain(meter.profile(), Target(level=-18.0), Decibels(-1.5)) == 0.0


@pytest.mark.parametrize(
    ("unit", "level"),
    [(Unit.LUFS, -24.0), (Unit.LUFS, -21.0), (Unit.LUFS, -19.5), (Unit.RMS, -27.0), (Unit.RMS, -23.5)],
)
def test_the_planned_gain_allows_for_the_limiter(
    speechlike: Speak, cut: Cut, level: float, unit: Unit
) -> None:
    audio = speechlike(20.0)
    meter = Meter(MIX_RATE, 1)
    meter.add(audio.samples)
    gain = plan_gain(meter.profile(), Target(level=level, unit=unit), Decibels(-1.5))
    limited = limit(cut(audio.samples * np.float32(to_gain(gain)), 44_100), -1.5)
    assert level_of(measure(limited), unit) == pytest.approx(level, abs=0.3)


def test_findings_hold_both_figures() -> None:
    measured = Measurement(
        duration=Seconds(1.0),
        loudness=Lufs(-20.0),
        rms=Decibels(-22.0),
        true_peak=Decibels(-1.2),
        noise_floor=Decibels(-70.0),
    )
    ceiling, target = Decibels(-1.5), Target(level=-18.0)
    loudness, peak = check_master(measured, target=target, ceiling=ceiling, subject="chapter 1")
    assert (loudness.code, peak.code) == ("loudness", "true-peak")
    assert "-20.0 LUFS, wanted -18.0" in loudness.message
    assert "-1.20 dBTP, wanted at most -1.50" in peak.message
    by_rms = Target(level=-18.0, unit=Unit.RMS)
    level, _ = check_master(measured, target=by_rms, ceiling=ceiling, subject="chapter 1")
    assert "-22.0 dB RMS, wanted -18.0" in level.message
