"""Takes as WAV files, and people's sound files in every form."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from fullcast.audio.signal import Audio
from fullcast.errors import AudioError, StoreError
from fullcast.files.encode import Coding, encode
from fullcast.files.sounds import decode_take, encode_take, read_sound, read_take
from fullcast.model import Codec

SIGNALS = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=50).filter(lambda shape: shape[0] < 7),
    elements=st.floats(-2, 2, width=32),
)


@given(SIGNALS, st.integers(1, 192_000))
def test_a_take_comes_back_within_half_a_step(signal: NDArray[np.float32], rate: int) -> None:
    back = decode_take(encode_take(Audio(samples=signal, rate=rate)))
    assert back.rate == rate
    expected = np.clip(signal, -1, 32_767 / 32_768)
    assert np.abs(back.samples - expected).max() <= 0.5 / 32_768
    # What was rounded once stays as it is.
    assert encode_take(back) == encode_take(decode_take(encode_take(back)))


@given(SIGNALS)
def test_an_independent_library_reads_the_same_take(signal: NDArray[np.float32]) -> None:
    content = encode_take(Audio(samples=signal, rate=24_000))
    other, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    assert rate == 24_000
    assert np.array_equal(other.T, decode_take(content).samples)


def test_an_empty_take_is_kept() -> None:
    assert decode_take(encode_take(Audio(samples=np.zeros((1, 0), np.float32), rate=8_000))).length == 0


@pytest.mark.parametrize("keep", [0, 10, 43, 44, 60, -1, -2])
def test_a_take_that_is_cut_short_is_noticed(keep: int) -> None:
    content = encode_take(Audio(samples=np.zeros((1, 100), np.float32), rate=8_000))
    with pytest.raises(AudioError) as caught:
        decode_take(content[:keep])
    assert caught.value.hint == "record it again"


def test_another_wav_file_is_no_take(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "other.wav", np.zeros(100), 8_000, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"other\.wav"):
        read_take(tmp_path / "other.wav")
    with pytest.raises(StoreError, match=r"gone\.wav"):
        read_take(tmp_path / "gone.wav")


def chord(channels: int, rate: int) -> NDArray[np.float64]:
    time = np.arange(rate) / rate
    return np.array([0.3 * np.sin(2 * np.pi * 300 * (n + 1) * time) for n in range(channels)]).T


@pytest.mark.parametrize(
    ("name", "subtype", "noise"),
    [
        ("a.wav", "PCM_16", 1e-4),
        ("a.wav", "PCM_24", 1e-6),
        ("a.wav", "FLOAT", 1e-7),
        ("a.flac", "PCM_16", 1e-4),
        ("a.mp3", None, 0.02),
        ("a.ogg", "VORBIS", 0.02),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_formats_are_read_at_their_rate(
    tmp_path: Path, name: str, subtype: str | None, noise: float, channels: int
) -> None:
    sound = chord(channels, 44_100)
    soundfile.write(tmp_path / name, sound, 44_100, subtype=subtype)
    audio = read_sound(tmp_path / name)
    assert (audio.rate, audio.channels) == (44_100, channels)
    length = min(audio.length, len(sound)) - 2_000
    assert length > 40_000
    assert np.abs(audio.samples.T[1_000:length] - sound[1_000:length]).max() < noise


def test_opus_is_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.opus", chord(1, 48_000), 48_000, format="OGG", subtype="OPUS")
    audio = read_sound(tmp_path / "a.opus")
    assert (audio.rate, audio.channels) == (48_000, 1)
    assert audio.seconds == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("channels", [1, 2])
def test_m4a_is_read(tmp_path: Path, channels: int) -> None:
    sound = chord(channels, 44_100)
    coding = Coding(codec=Codec.AAC, channels=channels)
    encode([sound.T.astype(np.float32)], tmp_path / "a.m4a", coding=coding)
    audio = read_sound(tmp_path / "a.m4a")
    assert (audio.rate, audio.channels) == (44_100, channels)
    assert np.abs(audio.samples.T[2_000:40_000] - sound[2_000:40_000]).max() < 0.03


@pytest.mark.parametrize("channels", [3, 4, 6])
def test_more_channels_are_folded_to_stereo(tmp_path: Path, channels: int) -> None:
    soundfile.write(tmp_path / "a.wav", chord(channels, 44_100), 44_100, subtype="PCM_16")
    audio = read_sound(tmp_path / "a.wav")
    assert audio.channels == 2
    assert audio.length == 44_100
    # Left is heard on the left only, right on the right only.
    spectra = np.abs(np.fft.rfft(audio.samples))
    assert spectra[0, 300] > 10 * spectra[1, 300]
    assert spectra[1, 600] > 10 * spectra[0, 600]


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", chord(1, 8_000), 8_000)
    (tmp_path / "a.wav").rename(tmp_path / "a.mp3")
    assert read_sound(tmp_path / "a.mp3").length == 8_000


@pytest.mark.parametrize("content", [b"", b"no audio at all", b"RIFF\x00\x00\x00\x00WAVE", bytes(5_000)])
def test_what_is_no_sound_is_named_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "rain.wav"
    file.write_bytes(content)
    with pytest.raises(AudioError, match=r"rain\.wav") as caught:
        read_sound(file)
    assert caught.value.hint


def test_a_file_that_is_gone_or_a_folder_is_an_error_of_audio(tmp_path: Path) -> None:
    for file in (tmp_path / "gone.wav", tmp_path):
        with pytest.raises(AudioError, match=str(file)) as caught:
            read_sound(file)
        assert caught.value.hint


def test_sound_without_samples_is_an_error(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros((0, 1)), 8_000)
    with pytest.raises(AudioError, match="no audio"):
        read_sound(tmp_path / "a.wav")


def test_not_a_number_in_a_file_is_an_error(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.0, np.nan]), 8_000, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"a\.wav.*not finite"):
        read_sound(tmp_path / "a.wav")


def test_half_an_hour_is_the_most(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 100, 1, "PCM_16") as sound:
        sound.write(np.zeros(100 * 1_801))
    encode(
        itertools.repeat(np.zeros((1, 8_000 * 60), np.float32), 31),
        tmp_path / "a.m4a",
        coding=Coding(codec=Codec.AAC, rate=8_000, bitrate=16_000),
    )
    for name in ("a.wav", "a.m4a"):
        with pytest.raises(AudioError, match="longer than 30 minutes"):
            read_sound(tmp_path / name)


def test_a_picture_is_no_sound(tmp_path: Path) -> None:
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 16, 16, "rgb24"
    frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
    (tmp_path / "a.flac").write_bytes(b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)])))
    with pytest.raises(AudioError, match=r"a\.flac"):
        read_sound(tmp_path / "a.flac")


def test_a_text_with_the_name_of_a_sound_holds_no_audio(tmp_path: Path) -> None:
    (tmp_path / "a.flac").write_text("text\n")
    with pytest.raises(AudioError, match=r"a\.flac holds no audio"):
        read_sound(tmp_path / "a.flac")
