"""The listener that judges deliveries: answers from formulas, and agreement with ffmpeg's own program."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullcast.errors import AudioError
from fullcast.files.encode import Coding, encode
from fullcast.files.inspect import Stretch, inspect, is_constant, read_marks
from fullcast.files.join import Part, join_m4b
from fullcast.model import Codec, Credits
from fullcast.units import MIX_RATE, Seconds

Signal = NDArray[np.float32]

RATE = MIX_RATE


def write(folder: Path, signal: Signal, codec: Codec = Codec.FLAC) -> Path:
    coding = Coding(codec=codec, channels=len(signal), depth=24)
    return encode([signal], folder / f"sound{coding.suffix}", coding=coding).file


def sine(seconds: float, level: float, hertz: float = 997.0) -> Signal:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * time))[None].astype(np.float32)


def test_a_sine_reads_as_the_standard_says(tmp_path: Path) -> None:
    """A 997 Hz sine of full scale in one channel is -3.01 LUFS and -3.01 dBFS (BS.1770-4, Annex 1)."""
    found = inspect(write(tmp_path, sine(10.0, 0.1)))
    assert found.loudness == pytest.approx(-23.01, abs=0.05)
    assert found.rms == pytest.approx(-23.01, abs=0.01)
    assert found.sample_peak == pytest.approx(-20.0, abs=0.01)
    assert found.true_peak == pytest.approx(-20.0, abs=0.02)
    assert found.duration == pytest.approx(10.0)


def test_a_peak_between_the_samples_is_found(tmp_path: Path) -> None:
    """A sine of a quarter of the rate, 45 degrees off, has samples 3 dB under its peak."""
    time = np.arange(2 * RATE)
    wave = (0.5 * np.sin(np.pi / 2 * time + np.pi / 4))[None].astype(np.float32)
    wave *= np.hanning(2 * RATE).astype(np.float32) ** 0.1
    found = inspect(write(tmp_path, wave))
    assert found.sample_peak == pytest.approx(-9.03, abs=0.05)
    assert found.true_peak == pytest.approx(-6.02, abs=0.05)


@settings(max_examples=20)
@given(head=st.floats(0.1, 2.0), tail=st.floats(0.1, 3.0), gap=st.floats(0.2, 4.0))
def test_silences_are_as_long_as_they_were_made(
    tmp_path_factory: pytest.TempPathFactory, head: float, tail: float, gap: float
) -> None:
    noise = np.random.default_rng(0)

    def hush(seconds: float) -> Signal:
        return (2e-4 * noise.standard_normal((1, round(seconds * RATE)))).astype(np.float32)

    parts = [hush(head), sine(0.5, 0.2), hush(gap), sine(0.5, 0.2), hush(tail)]
    found = inspect(write(tmp_path_factory.mktemp("hush"), np.concatenate(parts, axis=1)))
    assert found.head == pytest.approx(head, abs=0.021)
    assert found.tail == pytest.approx(tail, abs=0.021)
    assert found.longest_silence == pytest.approx(gap, abs=0.021)
    assert found.longest_zero < 0.01
    if max(head, tail, gap) > 0.6:
        assert found.noise_floor == pytest.approx(20 * math.log10(2e-4), abs=0.5)


def test_digital_silence_and_clipping_are_counted_across_blocks(tmp_path: Path) -> None:
    sound = sine(14.0, 0.3)
    sound[:, 5 * RATE : 8 * RATE] = 0.0
    border = 2**18  # where the listener parts its blocks
    sound[:, border - 5 : border + 6] = 1.0
    found = inspect(write(tmp_path, sound))
    assert found.longest_zero == pytest.approx(8.0 - (border + 6) / RATE, abs=1e-3)
    assert found.longest_clip == 11


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    found = inspect(write(tmp_path, np.zeros((2, RATE), np.float32)))
    assert [found.loudness, found.rms, found.true_peak] == [-math.inf] * 3


@pytest.mark.parametrize("codec", list(Codec))
def test_every_codec_is_as_long_as_what_went_in(tmp_path: Path, codec: Codec) -> None:
    signal = np.concatenate([sine(7.3, 0.2), sine(7.3, 0.1, 440.0)])
    found = inspect(write(tmp_path, signal, codec))
    assert found.duration == pytest.approx(7.3, abs=1e-3)
    assert found.channels == 2
    assert found.rate == (48_000 if codec is Codec.OPUS else RATE)


def test_chapters_of_a_book_are_measured_each_by_itself(tmp_path: Path) -> None:
    levels = (0.05, 0.2, 0.1)
    parts = []
    for number, level in enumerate(levels):
        coding = Coding(codec=Codec.AAC)
        made = encode([sine(4.0, level)], tmp_path / f"{number}.m4a", coding=coding)
        parts.append(Part(file=made.file, title=f"Part {number}", samples=made.samples))
    book = join_m4b(parts, tmp_path / "book.m4b", credits=Credits(title="B")).file
    marks = read_marks(book)
    assert [mark.title for mark in marks] == ["Part 0", "Part 1", "Part 2"]
    for mark, level in zip(marks, levels, strict=True):
        inner = Stretch(start=Seconds(mark.start + 0.1), end=Seconds(mark.end - 0.1))
        found = inspect(book, inner)
        assert found.rms == pytest.approx(20 * math.log10(level / math.sqrt(2)), abs=0.1)
        assert found.duration == pytest.approx(inner.end - inner.start, abs=1e-3)  # type: ignore[operator]


def test_a_file_that_was_cut_off_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path, sine(20.0, 0.2), Codec.AAC)
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    with pytest.raises(AudioError, match=r"cannot decode|ends"):
        inspect(file)


def test_the_bit_rate_of_an_mp3_is_constant_and_of_others_unknown(tmp_path: Path) -> None:
    assert is_constant(write(tmp_path, sine(3.0, 0.2), Codec.MP3)) is True
    assert is_constant(write(tmp_path, sine(3.0, 0.2), Codec.FLAC)) is None


def test_an_mp3_of_changing_bit_rate_is_told(tmp_path: Path) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed: nobody else writes a variable MP3")
    noise = np.random.default_rng(0).standard_normal((1, 3 * RATE)) / 20
    source = write(tmp_path, noise.astype(np.float32))
    varied = tmp_path / "varied.mp3"
    command = [ffmpeg, "-v", "error", "-i", str(source), "-q:a", "4", str(varied)]
    subprocess.run(command, check=True)
    assert is_constant(varied) is False


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.parametrize("channels", [1, 2])
def test_agrees_with_ffmpeg_within_a_tenth(tmp_path: Path, codec: Codec, channels: int) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed: nothing independent to judge by")
    random = np.random.default_rng(3)
    syllables = np.clip(np.sin(2 * np.pi * 3 * np.arange(20 * RATE) / RATE), 0.02, None)
    voice = np.concatenate([sine(20.0, 0.3, 180.0 * (1 + channel)) for channel in range(channels)])
    noise = 0.05 * random.standard_normal((channels, 20 * RATE))
    file = write(tmp_path, (syllables * (voice + noise)).astype(np.float32), codec)
    judges = "ebur128=peak=true:dualmono=false,astats=measure_perchannel=none,volumedetect"
    command = [ffmpeg, "-nostats", "-hide_banner", "-i", str(file), "-af", judges, "-f", "null", "-"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = inspect(file)
    assert figure(r"I:\s+(-?[\d.]+) LUFS", told) == pytest.approx(found.loudness, abs=0.1)
    assert figure(r"RMS level dB: (-?[\d.]+)", told) == pytest.approx(found.rms, abs=0.1)
    assert figure(r"mean_volume: (-?[\d.]+)", told) == pytest.approx(found.rms, abs=0.1)
    assert figure(r"max_volume: (-?[\d.]+)", told) == pytest.approx(found.sample_peak, abs=0.1)
    assert figure(r"Peak:\s+(-?[\d.]+) dBFS", told) == pytest.approx(found.true_peak, abs=0.2)


def figure(pattern: str, report: str) -> float:
    found = re.findall(pattern, report)
    assert found, report
    return float(found[-1])
