from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.audio.signal import Audio
from fullcast.audio.textures.catalogue import RECIPES
from fullcast.audio.textures.prompt import Layer, Traits, read_prompt
from fullcast.audio.textures.render import Wanted, render_layers

RATE = 44_100


def make(prompt: str, seed: int = 1, *, seconds: float | None = None, loop: bool = False) -> Audio:
    return render_layers(read_prompt(prompt), Wanted(seed=seed, seconds=seconds, loop=loop))


@pytest.mark.parametrize("kind", RECIPES)
def test_equal_seeds_give_equal_samples(kind: str) -> None:
    wanted = Wanted(seed=5, seconds=0.5)
    one, other = (render_layers([Layer(kind=kind)], wanted).samples for _ in range(2))
    assert one.tobytes() == other.tobytes()
    assert one.shape == (2, RATE // 2)
    assert one.dtype == np.float32


@given(
    prompt=st.sampled_from(
        ["rain", "clock", "knock", "rain and a dog", "a dog and rain", "sea, bells, slam"]
    ),
    samples=st.integers(1, 40_000),
    loop=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_the_requested_length_is_exact(prompt: str, samples: int, loop: bool) -> None:  # noqa: FBT001 - Hypothesis passes by name
    audio = make(prompt, seconds=samples / RATE, loop=loop)
    assert audio.length == samples
    assert np.max(np.abs(audio.samples)) < 10 ** (-3 / 20)


@pytest.mark.parametrize(("prompt", "low", "high"), [("rain", 30, 30), ("knock", 0.8, 2), ("thunder", 5, 13)])
def test_natural_lengths(prompt: str, low: float, high: float) -> None:
    assert low <= make(prompt).seconds <= high


def test_the_strokes_are_counted() -> None:
    one, five = (make(f"the clock strikes {count}").seconds for count in ("one", "five"))
    assert five - one == pytest.approx(4 * 1.55, abs=0.4)


def test_an_effect_that_is_cut_short_still_ends_softly() -> None:
    audio = make("thunder", seconds=1.0)
    assert np.max(np.abs(audio.samples[:, -200:])) < 1e-3


def test_an_effect_longer_than_itself_is_followed_by_silence() -> None:
    audio = make("a knock", seconds=4.0)
    assert not np.any(audio.samples[:, -RATE:])


def test_layers_are_heard_together() -> None:
    rain, both = (make(prompt, seconds=12.0, loop=True).samples for prompt in ("rain", "rain and thunder"))
    below = [np.sum(np.abs(np.fft.rfft(samples.mean(axis=0))[: 12 * 120]) ** 2) for samples in (rain, both)]
    assert below[1] > 10 * below[0]


def test_a_layer_keeps_its_sound_beside_another() -> None:
    alone, both = (make(prompt, seconds=2.0, loop=True).samples for prompt in ("rain", "rain and a clock"))
    assert np.corrcoef(alone[0], both[0])[0, 1] > 0.5


def test_far_is_duller_than_near() -> None:
    def centre(traits: Traits) -> float:
        samples = render_layers([Layer(kind="rain", traits=traits)], Wanted(seed=1, seconds=3.0)).samples
        power = np.abs(np.fft.rfft(samples[0])) ** 2
        return float(np.sum(power * np.fft.rfftfreq(samples.shape[1], 1 / RATE)) / np.sum(power))

    assert centre(Traits(distance=1.0)) < 0.6 * centre(Traits())


def test_quick_steps_are_more_steps() -> None:
    def count(prompt: str) -> int:
        level = (
            np.max(np.abs(make(prompt, seconds=6.0).samples), axis=0)[: 6 * RATE].reshape(-1, 441).max(axis=1)
        )
        loud = level > 0.3 * level.max()
        return int(np.sum(loud[1:] & ~loud[:-1]))

    assert count("running footsteps on stone") > 1.5 * count("slow footsteps on stone")


@pytest.mark.parametrize("kind", ["rain", "fire", "birds", "crowd", "sea", "clock", "slam"])
def test_loudness_does_not_depend_on_the_seed(kind: str) -> None:
    power = [
        10 * np.log10(np.mean(np.square(make(kind, seed, seconds=4.0, loop=True).samples)))
        for seed in range(3)
    ]
    assert np.ptp(power) < 3.5
