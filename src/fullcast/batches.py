"""Batches: which requests an engine is given together.

A batch lasts as long as its longest member, so members should be of one length. Yet chapters shall be
finished in their order: each batch is made around the request that has waited longest, of those that are
most like it among the next ones. An engine that takes one request at a time keeps what it derives from
the last voice; for it those of one voice come together.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

HORIZON = 128
"""Batches among which partners are looked for: two chapters for an engine that takes eight at once."""
VOICES = 48
"""Requests among which those of one voice come together."""


def arrange(
    items: Iterable[T], *, length: Callable[[T], float], batch: int, horizon: int = HORIZON
) -> Iterator[T]:
    """Yield items so that each ``batch`` of neighbours is of nearly one length.

    Args:
        items: What is wanted, in the order in which it is wanted; pulled a horizon at a time.
        length: How long an item will be, in any unit.
        batch: Items that go together; with 1 nothing is put in another order.
        horizon: Batches among which partners are looked for.
    """
    if batch <= 1:
        yield from items
        return
    source = enumerate(items)
    waiting: list[tuple[float, int]] = []
    known: dict[int, T] = {}
    while True:
        for number, item in islice(source, batch * horizon - len(waiting)):
            insort(waiting, (length(item), number))
            known[number] = item
        if not waiting:
            return
        oldest = next(iter(known))
        place = bisect_left(waiting, (length(known[oldest]), oldest))
        start, end = neighbours([size for size, _ in waiting], place, batch)
        # The longest first: a shortage of memory shows at once.
        yield from [known.pop(number) for _, number in reversed(waiting[start:end])]
        del waiting[start:end]


def neighbours(lengths: Sequence[float], place: int, batch: int) -> tuple[int, int]:
    """Return the batch of neighbours, that of a place among them, that wastes least: its start and end.

    Args:
        lengths: In order of size.
        place: Whose neighbours are wanted.
        batch: Items that go together.

    >>> neighbours([1.0, 4.0, 4.0, 5.0, 9.0], 2, 2)
    (1, 3)
    """
    last = max(0, len(lengths) - batch)
    starts = range(max(0, place - batch + 1), min(place, last) + 1)

    def waste(start: int) -> float:
        together = lengths[start : start + batch]
        return together[-1] * len(together) - sum(together)

    best = min(starts, key=waste)
    return best, min(len(lengths), best + batch)


def group_voices(items: Iterable[T], *, voice: Callable[[T], str], horizon: int = VOICES) -> Iterator[T]:
    """Yield items so that those of one voice come together, in their order, within a horizon.

    Args:
        items: What is wanted, in the order in which it is wanted.
        voice: Who speaks an item.
        horizon: Items among which voices are gathered.
    """
    source = iter(items)
    while window := list(islice(source, horizon)):
        order = {name: place for place, name in enumerate(dict.fromkeys(map(voice, window)))}
        yield from sorted(window, key=lambda item: order[voice(item)])


def padding(batches: Iterable[Sequence[T]], length: Callable[[T], float]) -> float:
    """Return which share of batches is padding: what their shorter members wait for the longest.

    >>> round(padding([[4.0, 4.0], [2.0, 1.0]], float), 3)
    0.083
    """
    used = full = 0.0
    for together in batches:
        lengths = [length(item) for item in together]
        used += sum(lengths)
        full += max(lengths, default=0.0) * len(lengths)
    return 1.0 - used / full if full else 0.0
