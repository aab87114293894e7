"""Encoding and decoding: exact lengths, the noise that coding adds, errors that help."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.audio.signal import Audio
from fullcast.errors import AudioError, StoreError
from fullcast.files.coded import decode, probe
from fullcast.files.disk import temporary_name
from fullcast.files.encode import Coding, encode
from fullcast.model import Codec
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

CODINGS = [
    Coding(codec=Codec.AAC),
    Coding(codec=Codec.AAC, channels=2),
    Coding(codec=Codec.MP3),
    Coding(codec=Codec.MP3, channels=2),
    Coding(codec=Codec.FLAC),
    Coding(codec=Codec.FLAC, channels=2, depth=24),
]


def make_voice(samples: int, channels: int = 1, seed: int = 0) -> Signal:
    """Return a gliding buzz with syllables and breath: enough like speech for a coder."""
    generator = np.random.default_rng(seed)
    time = np.arange(samples) / MIX_RATE
    phase = 2 * np.pi * (120 * time + 15 * np.sin(2 * np.pi * 0.7 * time))
    voice = sum(np.sin(k * phase) / k**1.3 for k in range(1, 25))
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * 3.1 * time)
    rows = [0.12 * voice * syllables + 0.001 * generator.standard_normal(samples) for _ in range(channels)]
    return np.array(rows, np.float32)


def whole(blocks: Iterator[Audio]) -> Signal:
    return np.concatenate([audio.samples for audio in blocks], axis=1)


def in_blocks(signal: Signal, size: int) -> Iterator[Signal]:
    return (signal[:, at : at + size] for at in range(0, signal.shape[1], size))


@pytest.mark.parametrize("coding", CODINGS, ids=lambda c: f"{c.codec}-{c.channels}")
@pytest.mark.parametrize("samples", [500, 20_480, 66_151])
def test_what_comes_back_is_as_long_as_what_went_in(tmp_path: Path, coding: Coding, samples: int) -> None:
    signal = make_voice(samples, coding.channels)
    encoded = encode(in_blocks(signal, 9_999), tmp_path / f"one{coding.suffix}", coding=coding)
    described = probe(encoded.file)
    back = whole(decode(encoded.file, block=10_000))
    assert encoded.samples == described.samples == samples
    assert back.shape == signal.shape
    assert (described.channels, described.rate, described.codec) == (coding.channels, MIX_RATE, coding.codec)
    assert encoded.size == encoded.file.stat().st_size


@pytest.mark.parametrize("coding", CODINGS, ids=lambda c: f"{c.codec}-{c.channels}")
def test_nothing_is_shifted_and_little_noise_is_added(tmp_path: Path, coding: Coding) -> None:
    signal = make_voice(3 * MIX_RATE, coding.channels)
    encoded = encode([signal], tmp_path / f"one{coding.suffix}", coding=coding)
    noise = whole(decode(encoded.file)) - signal
    ratio = 10 * np.log10(np.mean(signal**2) / np.mean(noise**2))
    assert ratio > {Codec.AAC: 20, Codec.MP3: 20, Codec.FLAC: 60}[coding.codec]


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(0, 5_000), min_size=1, max_size=6), codec=st.sampled_from(Codec))
def test_how_the_audio_is_cut_into_blocks_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], codec: Codec
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    signal = make_voice(sum(sizes) + 1)
    coding = Coding(codec=codec, depth=24)
    pieces = np.split(signal, np.cumsum(sizes), axis=1)
    one = encode([signal], folder / f"one{coding.suffix}", coding=coding)
    many = encode(pieces, folder / f"many{coding.suffix}", coding=coding)
    assert many.samples == one.samples
    assert many.file.read_bytes() == one.file.read_bytes()


def test_24_bits_keep_what_24_bits_hold(tmp_path: Path) -> None:
    whole_steps = np.random.default_rng(1).integers(-(2**23), 2**23, (2, 5_000))
    exact = whole_steps.astype(np.float32) / np.float32(2**23)
    encoded = encode([exact], tmp_path / "x.flac", coding=Coding(codec=Codec.FLAC, channels=2, depth=24))
    assert np.array_equal(whole(decode(encoded.file)), exact)


def test_dither_keeps_a_sound_below_the_last_bit(tmp_path: Path) -> None:
    """A sine of 0.4 steps is lost by rounding; dithered, its amplitude survives under the noise."""
    sine = np.sin(2 * np.pi * 441 * np.arange(2 * MIX_RATE) / MIX_RATE)
    quiet = (0.4 / 32_768 * sine).astype(np.float32)[np.newaxis]
    encoded = encode([quiet], tmp_path / "x.flac", coding=Coding(codec=Codec.FLAC))
    heard = 2 * np.mean(whole(decode(encoded.file))[0] * sine) * 32_768
    assert heard == pytest.approx(0.4, abs=0.02)


def test_integers_clip_instead_of_wrapping(tmp_path: Path) -> None:
    loud = np.full((1, 4_096), 1.5, np.float32)
    for depth in (16, 24):
        encoded = encode([loud, -loud], tmp_path / "x.flac", coding=Coding(codec=Codec.FLAC, depth=depth))
        back = whole(decode(encoded.file))
        assert back[0, :4_096].min() > 0.999
        assert back[0, 4_096:].max() < -0.999


def test_the_bit_rate_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    signal = make_voice(8 * MIX_RATE) + 0.02 * np.random.default_rng(2).standard_normal((1, 8 * MIX_RATE))
    for codec, rate in ((Codec.AAC, 64_000), (Codec.AAC, 96_000), (Codec.MP3, 64_000), (Codec.MP3, 192_000)):
        coding = Coding(codec=codec, bitrate=rate)
        encoded = encode([signal.astype(np.float32)], tmp_path / f"x{coding.suffix}", coding=coding)
        assert 8 * encoded.size / 8 == pytest.approx(rate, rel=0.05)


def test_mp3_has_one_bit_rate_throughout(tmp_path: Path) -> None:
    mutagen_mp3 = pytest.importorskip("mutagen.mp3", reason="mutagen judges MP3 headers")
    coding = Coding(codec=Codec.MP3, bitrate=128_000)
    encoded = encode([make_voice(MIX_RATE)], tmp_path / "x.mp3", coding=coding)
    found = mutagen_mp3.MP3(encoded.file).info
    assert found.bitrate_mode == mutagen_mp3.BitrateMode.CBR
    assert found.bitrate == pytest.approx(128_000, rel=1e-4)


def test_aac_may_overshoot_the_peak_but_not_by_much(tmp_path: Path) -> None:
    """Why true peaks are measured after decoding: coding noise adds to them."""
    signal = make_voice(10 * MIX_RATE, seed=3)
    signal *= 10 ** (-3 / 20) / np.abs(soxr.resample(signal[0], 1, 4)).max()
    encoded = encode([signal], tmp_path / "x.m4a", coding=Coding(codec=Codec.AAC))
    peak = 20 * np.log10(np.abs(soxr.resample(whole(decode(encoded.file))[0], 1, 4)).max())
    assert -3.5 < peak < -2.0


def test_decoding_twice_gives_the_same_samples(tmp_path: Path) -> None:
    """No random noise is substituted: a measured peak is the peak that is heard."""
    noisy = 0.05 * np.random.default_rng(4).standard_normal((1, MIX_RATE)).astype(np.float32)
    encoded = encode([noisy], tmp_path / "x.m4a", coding=Coding(codec=Codec.AAC, bitrate=48_000))
    assert np.array_equal(whole(decode(encoded.file)), whole(decode(encoded.file, block=777)))


@pytest.mark.parametrize("codec", list(Codec))
def test_memory_does_not_grow_with_the_length(tmp_path: Path, codec: Codec) -> None:
    coding = Coding(codec=codec)
    block = make_voice(MIX_RATE)
    tracemalloc.start()
    encoded = encode((block for _ in range(60)), tmp_path / f"x{coding.suffix}", coding=coding)
    for _ in decode(encoded.file, block=MIX_RATE):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * block.nbytes


def test_a_failing_producer_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "x.m4a"
    file.write_bytes(b"old")

    def fail() -> Iterator[Signal]:
        yield make_voice(MIX_RATE)
        raise EngineLostError

    with pytest.raises(EngineLostError):
        encode(fail(), file, coding=Coding(codec=Codec.AAC))
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


class EngineLostError(Exception):
    """Stands for anything that goes wrong while a chapter is mixed."""


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (np.zeros((2, 10), np.float32), "expected 1 channel"),
        (np.zeros((1, 10), np.float64), "float32"),
        (np.full((1, 10), np.nan, np.float32), "not finite"),
        (np.zeros((1, 0), np.float32), "no audio"),
        (Audio(samples=np.zeros((1, 10), np.float32), rate=48_000), "at 48000 Hz"),
    ],
)
def test_blocks_that_do_not_fit_are_named(tmp_path: Path, block: Signal | Audio, words: str) -> None:
    with pytest.raises(AudioError, match=words):
        encode([block], tmp_path / "x.m4a", coding=Coding(codec=Codec.AAC))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "wrong",
    [
        {"codec": Codec.MP3, "bitrate": 100_000},
        {"codec": Codec.AAC, "bitrate": 400_000},
        {"codec": Codec.AAC, "bitrate": 1_000},
        {"codec": Codec.AAC, "channels": 3},
        {"codec": Codec.FLAC, "depth": 8},
    ],
)
def test_codings_that_no_codec_has_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(AudioError) as caught:
        Coding(**wrong)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.hint


def test_a_folder_in_the_place_of_the_file_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "x.flac").mkdir()
    with pytest.raises(StoreError, match=r"x\.flac"):
        encode([make_voice(1_000)], tmp_path / "x.flac", coding=Coding(codec=Codec.FLAC))
    assert [file.name for file in tmp_path.iterdir()] == ["x.flac"]


@pytest.mark.parametrize("coding", CODINGS[::2], ids=lambda c: c.codec)
def test_a_full_disk_is_a_disk_error(tmp_path: Path, coding: Coding) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    # The temporary name leads to the device that is always full.
    temporary_name(tmp_path / "x").symlink_to(full)
    with pytest.raises(StoreError, match="disk is full"):
        encode((make_voice(MIX_RATE) for _ in range(20)), tmp_path / "x", coding=coding)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("coding", CODINGS[::2], ids=lambda c: c.codec)
def test_a_file_that_is_cut_short_is_noticed(tmp_path: Path, coding: Coding) -> None:
    file = encode([make_voice(4 * MIX_RATE)], tmp_path / f"x{coding.suffix}", coding=coding).file
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(AudioError) as caught:
        whole(decode(file))
    assert str(file) in caught.value.message


def test_files_without_audio_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.m4a"
    with pytest.raises(StoreError):
        probe(file)
    file.write_bytes(b"not audio at all" * 100)
    with pytest.raises(AudioError, match=r"x\.m4a"):
        probe(file)
