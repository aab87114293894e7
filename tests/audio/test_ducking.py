from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullcast.audio.ducking import Envelope
from fullcast.model import Ducking
from fullcast.units import Decibels, Seconds, to_gain

RATE = 1_000
USUAL = Ducking(depth=Decibels(9.0))
INTERVALS = st.lists(st.tuples(st.integers(1, 4_000), st.integers(1, 3_000)), max_size=6)


def lay(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Turn gaps and lengths into intervals."""
    laid, cursor = [], 0
    for gap, length in intervals:
        laid.append((cursor + gap, cursor + gap + length))
        cursor += gap + length
    return laid


def draw(speech: list[tuple[int, int]], length: int, ducking: Ducking = USUAL) -> NDArray[np.float64]:
    envelope = Envelope(speech, ducking, RATE)
    return np.broadcast_to(np.asarray(envelope.gain(0, length), np.float64), length)


@settings(deadline=None)
@given(intervals=INTERVALS, size=st.integers(50, 9_000))
def test_blocks_do_not_matter(intervals: list[tuple[int, int]], size: int) -> None:
    speech = lay(intervals)
    envelope = Envelope(speech, USUAL, RATE)
    pieces = []
    for start in range(0, 12_000, size):
        length = min(size, 12_000 - start)
        pieces.append(np.broadcast_to(np.asarray(envelope.gain(start, length), np.float64), length))
    assert np.abs(np.concatenate(pieces) - draw(speech, 12_000)).max() < 1e-6


@settings(deadline=None)
@given(intervals=INTERVALS)
def test_speech_never_meets_a_bed_that_is_up(intervals: list[tuple[int, int]]) -> None:
    speech = lay(intervals)
    gains = draw(speech, 50_000)
    low = to_gain(-USUAL.depth)
    for begin, end in speech:
        assert np.abs(gains[max(0, begin - 250) : end + 600] - low).max() < 1e-6
    assert gains.min() >= low - 1e-6
    assert gains.max() <= 1.0


@settings(deadline=None)
@given(intervals=INTERVALS)
def test_the_curve_is_smooth(intervals: list[tuple[int, int]]) -> None:
    levels = 20.0 * np.log10(draw(lay(intervals), 50_000))
    # The steepest point of a raised cosine is pi / 2 times its mean slope; two of them can add up.
    assert np.abs(np.diff(levels)).max() <= 2.0 * np.pi / 2.0 * USUAL.depth / (0.3 * RATE)
    assert np.abs(np.diff(levels, 2)).max() < 0.01


def test_times_are_the_times_asked_for() -> None:
    gains = draw([(5_000, 6_000)], 10_000)
    assert gains[4_449] == 1.0
    assert gains[4_460] < 1.0
    assert gains[4_600] == pytest.approx(to_gain(-4.5), abs=0.01)
    assert gains[6_599] == pytest.approx(to_gain(-9.0))
    assert gains[6_620] > to_gain(-9.0)
    assert gains[7_050] == pytest.approx(to_gain(-4.5), abs=0.01)
    assert gains[7_501] == 1.0


def test_short_gaps_keep_the_bed_down_and_long_ones_let_it_up() -> None:
    short = draw([(2_000, 3_000), (3_600, 4_000)], 5_000)
    assert short[3_000:3_600].max() == pytest.approx(to_gain(-9.0))
    long = draw([(2_000, 3_000), (6_000, 7_000)], 8_000)
    assert long[3_000:6_000].max() == 1.0


def test_constant_stretches_cost_nothing() -> None:
    envelope = Envelope([(2_000, 9_000)], USUAL, RATE)
    assert envelope.gain(0, 1_000) == 1.0
    assert envelope.gain(3_000, 1_000) == to_gain(-9.0)


def test_no_ramps_are_allowed() -> None:
    abrupt = Ducking(
        depth=Decibels(6.0),
        lookahead=Seconds(0.0),
        attack=Seconds(0.0),
        hold=Seconds(0.0),
        release=Seconds(0.0),
    )
    gains = draw([(10, 20)], 30, abrupt)
    assert gains == pytest.approx([1.0] * 10 + [to_gain(-6.0)] * 10 + [1.0] * 10)
