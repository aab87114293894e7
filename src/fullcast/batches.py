"""Batches: which requests an engine is given together.

A batch lasts as long as its longest member, so members should be of one length; engines keep what they derive
from a voice for the batch, so they should be of one voice. Yet chapters shall be finished in their order, so
only what stands close together is put in another order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

HORIZON = 16
"""Batches among which requests are put in order: enough for little padding, and a few minutes of speech."""


def arrange(
    items: Iterable[T],
    *,
    voice: Callable[[T], str],
    length: Callable[[T], float],
    batch: int,
    horizon: int = HORIZON,
) -> Iterator[T]:
    """Yield items so that each ``batch`` of neighbours is of few voices and of nearly one length.

    Args:
        items: What is wanted, in the order in which it is wanted; pulled a horizon at a time.
        voice: Who speaks an item.
        length: How long it will be, in any unit.
        batch: Items that go together; with 1 nothing is put in another order.
        horizon: Batches among which items may change places.
    """
    source = iter(items)
    if batch <= 1:
        yield from source
        return
    while window := list(islice(source, batch * horizon)):
        for together in pack(window, voice=voice, length=length, batch=batch):
            yield from together


def pack(
    items: Sequence[T],
    *,
    voice: Callable[[T], str],
    length: Callable[[T], float],
    batch: int,
    budget: float | None = None,
) -> list[list[T]]:
    """Return items in batches.

    Voices that fill a batch have batches of their own; what is left of all goes together by length. The
    longest batch comes first, so that a shortage of memory shows at once and the last one, which others wait
    for, is short.

    Args:
        items: What goes together in any way.
        voice: Who speaks an item.
        length: How long it will be.
        batch: Most items of a batch.
        budget: Most length of a batch, padding included; an item that is longer goes alone. None is no limit.
    """
    own: dict[str, list[T]] = {}
    for item in items:
        own.setdefault(voice(item), []).append(item)
    batches: list[list[T]] = []
    rest: list[T] = []
    for several in own.values():
        several.sort(key=length, reverse=True)
        whole = len(several) - len(several) % batch
        batches += _cut(several[:whole], length, batch, budget)
        rest += several[whole:]
    rest.sort(key=length, reverse=True)
    batches += _cut(rest, length, batch, budget)
    return sorted(batches, key=lambda together: -length(together[0]))


def _cut(items: Sequence[T], length: Callable[[T], float], batch: int, budget: float | None) -> list[list[T]]:
    """Return items, which fall in length, in batches that keep both limits."""
    batches: list[list[T]] = []
    for item in items:
        open_batch = batches[-1] if batches else None
        if (
            open_batch is None
            or len(open_batch) >= batch
            or (budget is not None and length(open_batch[0]) * (len(open_batch) + 1) > budget)
        ):
            batches.append([item])
        else:
            open_batch.append(item)
    return batches


def padding(batches: Iterable[Sequence[T]], length: Callable[[T], float]) -> float:
    """Return which share of batches is padding: what their shorter members wait for the longest.

    >>> padding([[4.0, 4.0], [2.0, 1.0]], float)
    0.08333333333333333
    """
    used = full = 0.0
    for together in batches:
        lengths = [length(item) for item in together]
        used += sum(lengths)
        full += max(lengths, default=0.0) * len(lengths)
    return 1.0 - used / full if full else 0.0
