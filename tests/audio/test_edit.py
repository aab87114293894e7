from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.audio.edit import (
    close_loop,
    fade,
    fade_curve,
    find_speech,
    make_room_tone,
    pan_gains,
    remove_rumble,
    resample,
    tile,
    to_channels,
)
from fullcast.audio.loudness import measure, measure_loudness
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.units import MIX_RATE, Decibels

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

    Sine = Callable[..., Audio]


def noise(length: int, channels: int = 1, seed: int = 0) -> Signal:
    return np.random.default_rng(seed).standard_normal((channels, length)).astype(np.float32) * np.float32(
        0.1
    )


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_resampling_keeps_a_tone_in_its_place(sine: Sine, rate: int, channels: int) -> None:
    changed = resample(sine(1_000.0, 1.0, level=-6.0, rate=rate, channels=channels), MIX_RATE)
    wanted = sine(1_000.0, 1.0, level=-6.0, channels=channels)
    assert changed.rate == MIX_RATE
    assert changed.samples.shape == wanted.samples.shape
    middle = slice(2_000, -2_000)
    assert np.abs(changed.samples[:, middle] - wanted.samples[:, middle]).max() < 1e-3


@settings(deadline=None)
@given(length=st.integers(0, 400), rate=st.sampled_from([8_000, 22_050, 44_100, 48_000]))
def test_resampling_gives_the_rounded_length(length: int, rate: int) -> None:
    changed = resample(Audio(samples=noise(length), rate=rate), MIX_RATE)
    assert changed.length == round(length * MIX_RATE / rate)


@settings(deadline=None)
@given(
    before=st.floats(0.0, 1.0),
    after=st.floats(0.0, 1.0),
    level=st.floats(-45.0, -3.0),
    rate=st.sampled_from([16_000, 22_050, 44_100]),
)
def test_speech_is_found_with_its_margins(before: float, after: float, level: float, rate: int) -> None:
    spoken = noise(rate // 2) * np.float32(10.0 ** (level / 20.0) / 0.1)
    lead, trail = round(before * rate), round(after * rate)
    samples = np.pad(spoken, ((0, 0), (lead, trail))) + noise(lead + trail + rate // 2) * np.float32(1e-4)
    begins, ends = find_speech(Audio(samples=samples, rate=rate))
    assert 0 <= lead - begins <= 0.05 * rate
    assert 0 <= ends - (lead + rate // 2) <= 0.08 * rate


def test_a_soft_onset_survives() -> None:
    # A fricative 32 dB under the vowel, as in "scene".
    word = np.concatenate([noise(4_410) * np.float32(0.025), noise(22_050)], axis=1)
    begins, _ = find_speech(Audio(samples=np.pad(word, ((0, 0), (22_050, 0))), rate=MIX_RATE))
    assert begins <= 22_050


@pytest.mark.parametrize("offset", [0.0, 0.1])
def test_silence_is_no_speech(offset: float) -> None:
    assert find_speech(Audio(samples=np.full((1, 9_999), offset, np.float32), rate=16_000)) == (0, 0)
    assert find_speech(Audio(samples=np.zeros((1, 0), np.float32), rate=16_000)) == (0, 0)


def test_rumble_goes_and_speech_stays(sine: Sine) -> None:
    low, voice = sine(15.0, 2.0, level=-10.0), sine(300.0, 2.0, level=-10.0)
    assert measure(remove_rumble(low)).rms < measure(low).rms - 20.0
    assert measure(remove_rumble(voice)).rms == pytest.approx(measure(voice).rms, abs=0.1)
    assert remove_rumble(voice).length == voice.length


@settings(deadline=None)
@given(length=st.integers(1, 5_000))
def test_fades_have_equal_power(length: int) -> None:
    curve = fade_curve(length)
    assert curve**2 + curve[::-1] ** 2 == pytest.approx(np.ones(length), abs=1e-5)
    assert np.all(np.diff(curve) > 0.0)


@settings(deadline=None)
@given(
    length=st.integers(1, 600),
    fade_in=st.integers(0, 300),
    fade_out=st.integers(0, 300),
    size=st.integers(1, 600),
)
def test_a_fade_does_not_depend_on_blocks(length: int, fade_in: int, fade_out: int, size: int) -> None:
    lengths = {"length": length, "fade_in": min(fade_in, length), "fade_out": min(fade_out, length)}
    samples = noise(length, channels=2)
    parts = [fade(samples[:, at : at + size], start=at, **lengths) for at in range(0, length, size)]
    whole = samples.copy()
    whole[:, : lengths["fade_in"]] *= fade_curve(lengths["fade_in"])
    whole[:, length - lengths["fade_out"] :] *= fade_curve(lengths["fade_out"])[::-1]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


@settings(deadline=None)
@given(pan=st.floats(-1.0, 1.0))
def test_loudness_is_the_same_everywhere_between_left_and_right(sine: Sine, pan: float) -> None:
    tone = sine(997.0, 0.5, level=-20.0)
    left, right = pan_gains(pan, 1, 2)
    spread = Audio(samples=np.concatenate([tone.samples * left, tone.samples * right]), rate=tone.rate)
    assert measure_loudness(spread) == pytest.approx(measure_loudness(tone), abs=0.01)


def test_the_sides_are_where_they_should_be() -> None:
    assert pan_gains(-1.0, 1, 2) == pytest.approx((1.0, 0.0))
    assert pan_gains(1.0, 2, 2) == pytest.approx((0.0, 1.0))
    assert pan_gains(0.0, 2, 2) == pytest.approx((1.0, 1.0))
    assert pan_gains(0.7, 2, 1) == (1.0,)
    with pytest.raises(AudioError, match=r"placed at 1\.2"):
        pan_gains(1.2, 1, 2)


@pytest.mark.parametrize("likeness", [1.0, 0.6, 0.0])
def test_turning_channels_keeps_loudness(likeness: float) -> None:
    common, left, right = noise(MIX_RATE, seed=1), noise(MIX_RATE, seed=2), noise(MIX_RATE, seed=3)
    stereo = np.concatenate([common * likeness + side * (1.0 - likeness) for side in (left, right)])
    audio = Audio(samples=stereo.astype(np.float32), rate=MIX_RATE)
    mono = Audio(samples=to_channels(audio.samples, 1), rate=MIX_RATE)
    again = Audio(samples=to_channels(mono.samples, 2), rate=MIX_RATE)
    assert measure_loudness(mono) == pytest.approx(measure_loudness(audio), abs=0.1)
    assert measure_loudness(again) == pytest.approx(measure_loudness(audio), abs=0.1)


def test_channels_that_cancel_are_not_blown_up() -> None:
    samples = noise(1_000)
    assert np.abs(to_channels(np.concatenate([samples, -samples]), 1)).max() == 0.0
    with pytest.raises(AudioError, match="5 channels into 2"):
        to_channels(np.zeros((5, 10), np.float32), 2)


def test_room_tone_has_its_level_and_no_seam() -> None:
    tone = make_room_tone(Decibels(-72.0), 2, seed=3)
    measured = measure(Audio(samples=tone, rate=MIX_RATE))
    assert measured.rms == pytest.approx(-72.0, abs=0.05)
    assert abs(measured.noise_floor - measured.rms) < 2.0
    assert abs(np.corrcoef(tone).min()) < 0.05
    steps = np.abs(np.diff(tone[0]))
    assert abs(tone[0, 0] - tone[0, -1]) <= steps.max()
    assert not np.array_equal(tone, make_room_tone(Decibels(-72.0), 2, seed=4))


@settings(deadline=None)
@given(period=st.integers(1, 50), start=st.integers(0, 500), length=st.integers(0, 300))
def test_tiles_are_the_endless_repetition(period: int, start: int, length: int) -> None:
    source = noise(period, channels=2)
    endless = np.tile(source, (1, 1 + (start + length) // period))
    assert np.array_equal(tile(source, start, length), endless[:, start : start + length])


def test_a_closed_loop_has_no_seam() -> None:
    # A ramp cannot be repeated without a jump; closed, its largest step is the slope of the crossfade.
    ramp = np.linspace(-1.0, 1.0, 10_000, dtype=np.float32)[None]
    closed = close_loop(ramp, 2_000)
    assert closed.shape == (1, 8_000)
    assert np.abs(np.diff(tile(closed, 0, 20_000))).max() < 0.005


def test_a_closed_loop_keeps_its_level() -> None:
    closed = close_loop(noise(44_100, channels=2), 11_025)
    parts = closed[:, :33_000].reshape(2, -1, 1_100).std(axis=-1)
    assert parts == pytest.approx(np.full_like(parts, 0.1), rel=0.15)
