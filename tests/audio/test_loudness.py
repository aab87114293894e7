from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.audio.loudness import Meter, measure, measure_loudness
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.model import Measurement

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

    Sine = Callable[..., Audio]
    Speak = Callable[..., Audio]
    Cut = Callable[[Signal, int], Iterator[Signal]]


def join(*parts: Audio) -> Audio:
    return Audio(samples=np.concatenate([part.samples for part in parts], axis=1), rate=parts[0].rate)


def test_full_scale_sine_reads_minus_three(sine: Sine) -> None:
    assert measure_loudness(sine(997.0, 5.0, rate=48_000)) == pytest.approx(-3.01, abs=0.01)


def test_two_channels_are_three_louder_than_one(sine: Sine) -> None:
    one, two = sine(997.0, 2.0, level=-20.0), sine(997.0, 2.0, level=-20.0, channels=2)
    assert measure_loudness(two) - measure_loudness(one) == pytest.approx(3.01, abs=0.01)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([(-23.0, 20.0)], -23.0),
        ([(-33.0, 20.0)], -33.0),
        ([(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
        ([(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
        ([(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
    ],
    ids=["1", "2", "3", "4", "5"],
)
def test_conforms_to_ebu_tech_3341(sine: Sine, levels: list[tuple[float, float]], expected: float) -> None:
    tones = [sine(1_000.0, length, level=level, rate=48_000, channels=2) for level, length in levels]
    assert measure_loudness(join(*tones)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("divisor", "phase", "amplitude", "expected"),
    [
        (4, 0, 0.50, -6.0),
        (4, 45, 0.50, -6.0),
        (6, 60, 0.50, -6.0),
        (8, 67.5, 0.50, -6.0),
        (4, 45, 1.41, 3.0),
    ],
    ids=["15", "16", "17", "18", "19"],
)
def test_true_peak_conforms_to_ebu_tech_3341(
    divisor: int, phase: float, amplitude: float, expected: float
) -> None:
    time = np.arange(48_000)
    tone = amplitude * np.sin(2.0 * np.pi * time / divisor + math.radians(phase))
    # A tone that begins at once overshoots: the case is the steady tone.
    tone *= np.minimum(1.0, np.minimum(time, time[::-1]) / 4_800.0)
    measured = measure(Audio(samples=np.stack([tone, tone]).astype(np.float32), rate=48_000))
    assert -0.4 <= measured.true_peak - expected <= 0.2


def test_rms_and_noise_floor_are_what_they_are(sine: Sine) -> None:
    loud, soft = sine(440.0, 2.0, level=-6.0), sine(440.0, 1.0, level=-60.0)
    measured = measure(join(loud, soft, loud))
    assert measured.rms == pytest.approx(-6.0 - 3.01 + 10.0 * math.log10(4 / 5), abs=0.01)
    assert measured.noise_floor == pytest.approx(-63.01, abs=0.01)
    assert measured.duration == pytest.approx(5.0)


def test_silence_is_minus_infinity() -> None:
    measured = measure(Audio(samples=np.zeros((2, 44_100), np.float32), rate=44_100))
    assert {measured.loudness, measured.rms, measured.true_peak, measured.noise_floor} == {-math.inf}


def test_nothing_is_measured_as_silence() -> None:
    assert Meter(44_100, 1).measure().rms == -math.inf


def test_a_sound_shorter_than_a_block_is_one_block(sine: Sine) -> None:
    assert measure_loudness(sine(997.0, 0.2, level=-20.0)) == pytest.approx(-23.0, abs=0.2)


def test_another_number_of_channels_is_an_error() -> None:
    with pytest.raises(AudioError, match="2 channels got samples of shape"):
        Meter(44_100, 2).add(np.zeros((1, 10), np.float32))


def test_a_meter_that_was_read_takes_no_more() -> None:
    meter = Meter(44_100, 1)
    meter.measure()
    with pytest.raises(AudioError, match="no more"):
        meter.add(np.zeros((1, 10), np.float32))


@settings(deadline=None)
@given(size=st.integers(500, 60_000))
def test_blocks_do_not_matter(speechlike: Speak, cut: Cut, size: int) -> None:
    audio = speechlike(2.0)
    meter = Meter(audio.rate, 1)
    for block in cut(audio.samples, size):
        meter.add(block)
    assert as_tuple(meter.measure()) == pytest.approx(as_tuple(measure(audio)), abs=1e-5)


@settings(deadline=None)
@given(gain=st.floats(-30.0, 20.0))
def test_gain_moves_every_figure_by_itself(speechlike: Speak, gain: float) -> None:
    noise = np.random.default_rng(0).standard_normal((1, 88_200)) * 1e-3
    audio = Audio(samples=(speechlike(2.0, level=0.3).samples + noise).astype(np.float32), rate=44_100)
    before = measure(audio)
    louder = Audio(samples=audio.samples * np.float32(10.0 ** (gain / 20.0)), rate=audio.rate)
    moved = [level + gain for level in as_tuple(before)[1:]]
    assert as_tuple(measure(louder))[1:] == pytest.approx(moved, abs=1e-3)


def as_tuple(measured: Measurement) -> tuple[float, ...]:
    return (
        measured.duration,
        measured.loudness,
        measured.rms,
        measured.true_peak,
        max(-200.0, measured.noise_floor),
    )


def test_the_profile_is_the_loudness(speechlike: Speak) -> None:
    audio = speechlike(5.0)
    meter = Meter(audio.rate, 1)
    meter.add(audio.samples)
    profile = meter.profile()
    assert profile.loudness() == pytest.approx(meter.measure().loudness, abs=1e-9)
    assert len(profile.peaks) == 50
    assert profile.peaks.max() == pytest.approx(np.abs(audio.samples).max())


@pytest.mark.parametrize("channels", [1, 2])
def test_agrees_with_ffmpeg(speechlike: Speak, ffmpeg: str, tmp_path: Path, channels: int) -> None:
    parts = [speechlike(8.0, seed=seed, level=0.2).samples for seed in range(channels)]
    audio = Audio(samples=np.concatenate(parts), rate=44_100)
    file = tmp_path / "speech.wav"
    soundfile.write(file, audio.samples.T, audio.rate, subtype="FLOAT")
    # ffmpeg takes one channel for two equal halves unless it is told not to.
    judge = "ebur128=peak=true:dualmono=false,astats=measure_perchannel=none"
    command = [ffmpeg, "-nostats", "-hide_banner", "-i", str(file), "-af", judge, "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    measured = measure(audio)
    assert figure(r"I:\s+(-?[\d.]+) LUFS", report) == pytest.approx(measured.loudness, abs=0.1)
    assert figure(r"Peak:\s+(-?[\d.]+) dBFS", report) == pytest.approx(measured.true_peak, abs=0.2)
    assert figure(r"RMS level dB: (-?[\d.]+)", report) == pytest.approx(measured.rms, abs=0.1)


def figure(pattern: str, report: str) -> float:
    found = re.findall(pattern, report)
    assert found, report
    return float(found[-1])
