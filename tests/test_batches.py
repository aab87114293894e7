"""Laws of putting requests in order, over voices and lengths of every sort."""

from __future__ import annotations

import random
from collections import Counter
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from fullcast.batches import arrange, group_voices, padding

lengths = st.lists(st.floats(0.2, 30.0), max_size=120)
voices = st.lists(st.sampled_from("abcde"), max_size=120)


@given(lengths=lengths, batch=st.integers(1, 16), horizon=st.integers(1, 8))
def test_arranging_loses_and_adds_nothing(lengths: list[float], batch: int, horizon: int) -> None:
    arranged = list(arrange(lengths, length=float, batch=batch, horizon=horizon))
    assert Counter(arranged) == Counter(lengths)


@given(lengths=lengths)
def test_an_engine_without_batches_is_asked_in_order(lengths: list[float]) -> None:
    assert list(arrange(lengths, length=float, batch=1)) == lengths


@given(lengths=lengths, batch=st.integers(2, 8), horizon=st.integers(1, 6))
def test_nothing_waits_longer_than_its_turn(lengths: list[float], batch: int, horizon: int) -> None:
    """Each batch holds the one that waited longest: the item of number n goes in batch n at the latest."""
    numbered = list(enumerate(lengths))
    arranged = list(arrange(numbered, length=lambda item: item[1], batch=batch, horizon=horizon))
    for place, (number, _) in enumerate(arranged):
        assert place // batch <= number


@given(lengths=lengths, batch=st.integers(2, 8), horizon=st.integers(1, 6))
def test_items_are_pulled_a_horizon_at_a_time(lengths: list[float], batch: int, horizon: int) -> None:
    pulled = 0

    def source() -> list[float]:
        return lengths

    def counted() -> object:
        nonlocal pulled
        for item in source():
            pulled += 1
            yield item

    for place, _ in enumerate(arrange(counted(), length=float, batch=batch, horizon=horizon)):  # type: ignore[arg-type]
        assert pulled <= (place // batch) * batch + batch * horizon


def test_lengths_of_prose_are_padded_little() -> None:
    rng = random.Random(1)
    prose = [rng.lognormvariate(1.6, 0.8) for _ in range(2_000)]
    naive = [prose[start : start + 8] for start in range(0, len(prose), 8)]
    arranged = list(arrange(prose, length=float, batch=8))
    made = [arranged[start : start + 8] for start in range(0, len(arranged), 8)]
    assert padding(naive, float) > 0.4
    assert padding(made, float) < 0.25 * padding(naive, float)


def test_mixed_lengths_find_partners() -> None:
    mixed = [1.0, 9.0] * 64
    arranged = list(arrange(mixed, length=float, batch=8))
    made = [arranged[start : start + 8] for start in range(0, len(arranged), 8)]
    assert padding(made, float) == 0.0


@given(voices=voices, horizon=st.integers(1, 40))
def test_voices_come_together_within_a_horizon_in_their_order(voices: list[str], horizon: int) -> None:
    numbered = list(enumerate(voices))
    grouped = list(group_voices(numbered, voice=lambda item: item[1], horizon=horizon))
    for start in range(0, len(numbered), horizon):
        window = grouped[start : start + horizon]
        assert Counter(window) == Counter(numbered[start : start + horizon])
        runs = [who for who, _ in groupby(window, key=lambda item: item[1])]
        assert len(runs) == len(set(runs))
        for who in set(runs):
            own = [number for number, name in window if name == who]
            assert own == sorted(own)
