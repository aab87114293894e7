"""Voices compared: physics of the yardstick, and that it behaves as a distance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fullcast.audio.likeness import Likeness, find_colour, find_pitch, measure_likeness
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError

RATE = 22_050


def buzz(pitch: float, *, seconds: float = 3.0, tilt: float = 1.0) -> NDArray[np.float64]:
    """Return a pulse train whose harmonics fall off as a power of their number."""
    time = np.arange(round(RATE * seconds)) / RATE
    tones = [
        np.cos(2 * np.pi * pitch * number * time) / number**tilt for number in range(1, int(9_000 / pitch))
    ]
    sound = np.sum(tones, axis=0)
    return np.asarray(0.5 * sound / np.abs(sound).max())


def heard(sound: NDArray[np.float64], words: int = 8) -> Likeness:
    return measure_likeness(Audio(samples=sound[None].astype(np.float32), rate=RATE), words)


@pytest.mark.parametrize("pitch", [80.0, 150.0, 240.0, 330.0])
def test_the_pitch_of_a_pulse_train_is_found_within_two_percent(pitch: float) -> None:
    assert find_pitch(buzz(pitch), RATE) == pytest.approx(pitch, rel=0.02)


def test_a_raised_level_changes_no_colour() -> None:
    sound = buzz(150)
    quiet, loud = (find_colour(level * sound, RATE)[0] for level in (0.1, 1.0))
    assert np.allclose(quiet, loud, atol=0.01)


def test_three_semitones_or_fifteen_percent_of_rate_are_one_unit_each() -> None:
    plain = heard(buzz(150))
    higher = heard(buzz(150 * 2 ** (3 / 12)))
    assert 12 * np.log2(higher.pitch / plain.pitch) / 3 == pytest.approx(1.0, abs=0.1)
    quicker = replace(plain, rate=plain.rate * 1.15)
    assert plain.distance(quicker) == pytest.approx(1.0)


def test_three_decibels_of_colour_are_one_unit() -> None:
    plain = heard(buzz(150))
    signs = np.tile([3.0, -3.0], 8)
    tinted = replace(plain, colour=tuple(np.array(plain.colour) + signs))
    assert plain.distance(tinted) == pytest.approx(1.0)


def test_it_is_a_distance() -> None:
    one, two, three = heard(buzz(110)), heard(buzz(160, tilt=1.5)), heard(buzz(220, tilt=0.7), words=12)
    assert one.distance(one) == 0
    assert one.distance(two) == pytest.approx(two.distance(one))
    assert one.distance(three) <= one.distance(two) + two.distance(three)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 2.0])
def test_silence_is_no_voice(seconds: float) -> None:
    with pytest.raises(AudioError, match="no voice"):
        heard(np.zeros(round(RATE * seconds)))
