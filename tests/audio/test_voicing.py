"""Effects on voices, by physics: bands, loudness, echoes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fullcast.audio.loudness import measure_loudness
from fullcast.audio.signal import Audio
from fullcast.audio.voicing import voice_through
from fullcast.errors import AudioError
from fullcast.model import EFFECTS
from fullcast.units import MIX_RATE

Signal = NDArray[np.float32]
LENGTH = 4 * MIX_RATE


@pytest.fixture(scope="module")
def voice() -> Signal:
    """Syllables of a buzz with breath, as broad as a voice."""
    time = np.arange(LENGTH) / MIX_RATE
    buzz = sum(np.sin(2 * np.pi * 130 * n * time) / n for n in range(1, 60))
    breath = 0.2 * np.random.default_rng(0).standard_normal(LENGTH)
    syllables = np.clip(np.sin(2 * np.pi * 3 * time), 0.0, None)
    return (0.05 * syllables * (buzz + breath))[None].astype(np.float32)


def share(signal: Signal, low: float, high: float) -> float:
    """Return in decibels how much of the power lies in a band."""
    power = np.abs(np.fft.rfft(signal[0].astype(np.float64))) ** 2
    frequency = np.fft.rfftfreq(signal.shape[1], 1 / MIX_RATE)
    inside = power[(frequency >= low) & (frequency < high)].sum()
    return float(10 * np.log10(inside / power.sum()))


def loudness(signal: Signal) -> float:
    return float(measure_loudness(Audio(samples=signal, rate=MIX_RATE)))


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_voice_stays_as_loud_as_it_was_but_from_afar(voice: Signal, effect: str) -> None:
    heard = voice_through(voice, effect)
    assert heard.dtype == np.float32
    softer = 5.0 if effect == "far" else 0.0
    # What rings out counts little: the gates leave it out.
    assert loudness(heard[:, :LENGTH]) == pytest.approx(loudness(voice) - softer, abs=0.7)
    assert np.array_equal(heard, voice_through(voice, effect))


def test_a_telephone_passes_its_band_alone(voice: Signal) -> None:
    heard = voice_through(voice, "telephone")
    assert share(voice, 0, 250) > -6.0
    assert share(heard, 0, 250) < -25.0
    assert share(heard, 4_500, 22_050) < -30.0
    assert share(heard, 300, 3_400) > -0.5


def test_a_radio_evens_out_what_is_loud_and_soft(voice: Signal) -> None:
    half = LENGTH // 2
    uneven = voice.copy()
    uneven[:, :half] *= 0.25
    heard = voice_through(uneven, "radio")

    def step(signal: Signal) -> float:
        return float(20 * np.log10(signal[:, half:LENGTH].std() / signal[:, :half].std()))

    assert step(heard) < step(uneven) - 2.0
    assert share(heard, 6_000, 22_050) < -25.0


def test_far_is_dull_and_answers_while_near_has_more_chest(voice: Signal) -> None:
    far, near = voice_through(voice, "far"), voice_through(voice, "near")
    assert share(far, 5_000, 22_050) < share(voice, 5_000, 22_050) - 4.0
    assert share(near, 0, 200) > share(voice, 0, 200) + 0.3
    assert far.shape[1] > LENGTH + MIX_RATE // 10
    assert np.abs(far[:, LENGTH:]).max() > 1e-3


def test_thought_has_a_halo(voice: Signal) -> None:
    heard = voice_through(voice, "thought")
    assert heard.shape[1] > LENGTH + MIX_RATE // 4
    assert np.abs(heard[:, LENGTH : LENGTH + MIX_RATE // 10]).max() > 1e-4


def test_silence_stays_silent() -> None:
    for effect in EFFECTS:
        assert np.abs(voice_through(np.zeros((1, 10_000), np.float32), effect)).max() == 0.0


def test_an_unknown_effect_is_told() -> None:
    with pytest.raises(AudioError, match="no effect 'tin'"):
        voice_through(np.zeros((1, 100), np.float32), "tin")
