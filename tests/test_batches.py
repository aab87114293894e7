"""Laws of packing, over voices and lengths of every sort."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fullcast.batches import arrange, pack, padding

Item = tuple[int, str, float]
items = st.lists(st.tuples(st.integers(), st.sampled_from("abcde"), st.floats(0.2, 30.0)), max_size=120)


def voice(item: Item) -> str:
    return item[1]


def length(item: Item) -> float:
    return item[2]


@given(items=items, batch=st.integers(1, 16), horizon=st.integers(1, 8))
def test_arranging_loses_and_adds_nothing_and_keeps_horizons(
    items: list[Item], batch: int, horizon: int
) -> None:
    arranged = list(arrange(items, voice=voice, length=length, batch=batch, horizon=horizon))
    window = batch * horizon
    for start in range(0, len(items), window):
        assert Counter(arranged[start : start + window]) == Counter(items[start : start + window])


@given(items=items)
def test_an_engine_without_batches_is_asked_in_order(items: list[Item]) -> None:
    assert list(arrange(items, voice=voice, length=length, batch=1)) == items


@given(items=items, batch=st.integers(1, 16), budget=st.none() | st.floats(1.0, 200.0))
def test_batches_keep_their_limits(items: list[Item], batch: int, budget: float | None) -> None:
    batches = pack(items, voice=voice, length=length, batch=batch, budget=budget)
    assert Counter(item for together in batches for item in together) == Counter(items)
    for together in batches:
        assert 1 <= len(together) <= batch
        if budget is not None and len(together) > 1:
            assert max(map(length, together)) * len(together) <= budget
    longest = [max(map(length, together)) for together in batches]
    assert longest == sorted(longest, reverse=True)


@given(items=items, batch=st.integers(2, 16))
def test_voices_that_fill_batches_have_their_own(items: list[Item], batch: int) -> None:
    batches = pack(items, voice=voice, length=length, batch=batch)
    alone = Counter(
        voice(together[0]) for together in batches if len({voice(item) for item in together}) == 1
    )
    for who, count in Counter(map(voice, items)).items():
        assert alone[who] >= count // batch


@given(lengths=st.lists(st.floats(0.2, 30.0), min_size=1, max_size=120), batch=st.integers(2, 16))
def test_packing_pads_no_more_than_taking_them_as_they_come(lengths: list[float], batch: int) -> None:
    naive = [lengths[start : start + batch] for start in range(0, len(lengths), batch)]
    packed = pack(lengths, voice=lambda _: "one", length=float, batch=batch)
    assert padding(packed, float) <= padding(naive, float) + 1e-9
