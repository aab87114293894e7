"""A text that an engine cannot say at once, said in two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from fullcast.engines.base import Recording
from fullcast.model import PlannedTake, Pronunciation, Word
from fullcast.units import Seconds, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio, Signal

SHORTEST = 24
"""Characters of a text that is worth saying in two."""
_GAP = Seconds(0.12)
"""Between the halves: a comma's breath."""
_PLACES = (
    r"(?<=[.!?…])[\"'”’)]*\s+",
    r"(?<=[。！？…])[」』”’）]*",
    r"(?<=[,;:—–])\s*",
    r"(?<=[，；：、])",
    r"\s+",
)
"""Where a text may be cut, the best first: after a sentence, a clause, a word."""


def find_cut(text: str) -> int | None:
    """Return where a text is cut in two, before what comes next; None where it should not be.

    >>> text = "The lamp went out, and for a while nobody spoke."
    >>> text[: find_cut(text)]
    'The lamp went out, '
    """
    if len(text) < SHORTEST:
        return None
    low, high = len(text) // 5, 4 * len(text) // 5
    for pattern in _PLACES:
        places = [found.end() for found in re.finditer(pattern, text) if low <= found.end() <= high]
        if places:
            return min(places, key=lambda place: abs(2 * place - len(text)))
    return None


def halve(take: PlannedTake) -> tuple[PlannedTake, PlannedTake] | None:
    """Return a take as two that together say the same; None where the text should not be cut.

    Their keys are the take's own with a mark: they never stand in the store.
    """
    segment = take.segment
    cut = find_cut(segment.text)
    if cut is None or any(said.start < cut < said.end for said in segment.pronunciations):
        return None
    first = replace(
        segment,
        text=segment.text[:cut],
        pronunciations=tuple(said for said in segment.pronunciations if said.end <= cut),
    )
    second = replace(segment, text=segment.text[cut:], pronunciations=_moved(segment.pronunciations, cut))
    return (
        replace(take, key=f"{take.key}/1", segment=first),
        replace(take, key=f"{take.key}/2", segment=second),
    )


def _moved(said: tuple[Pronunciation, ...], cut: int) -> tuple[Pronunciation, ...]:
    return tuple(replace(one, start=one.start - cut, end=one.end - cut) for one in said if one.start >= cut)


def join(first: Recording, second: Recording, cut: int) -> Recording:
    """Return two recordings as one, with a breath between them.

    Args:
        first: The beginning.
        second: The end, at the same rate.
        cut: Where the text was cut: the words of the second are counted from there.
    """
    import numpy as np

    from fullcast.audio.edit import find_speech
    from fullcast.audio.signal import Audio

    rate = first.audio.rate
    _, ends = find_speech(first.audio)
    begins, _ = find_speech(second.audio)
    gap = np.zeros((first.audio.channels, to_samples(_GAP, rate)), dtype=np.float32)
    head, tail = _softened(first.audio, 0, ends), _softened(second.audio, begins, second.audio.length)
    shift = (ends + gap.shape[1] - begins) / rate
    audio = Audio(samples=np.concatenate([head, gap, tail], axis=1), rate=rate)
    return Recording(audio=audio, words=(*first.words, *_later(second.words, cut, shift)))


def _softened(audio: Audio, begins: int, ends: int) -> Signal:
    """Return a stretch whose edges rise and fall within 3 ms: no click where it is joined."""
    import numpy as np

    samples = audio.samples[:, begins:ends].copy()
    ramp = np.linspace(0.0, 1.0, min(samples.shape[1], max(1, audio.rate * 3 // 1000)), dtype=np.float32)
    samples[:, : len(ramp)] *= ramp
    samples[:, samples.shape[1] - len(ramp) :] *= ramp[::-1]
    return samples


def _later(words: tuple[Word, ...], cut: int, shift: float) -> Iterator[Word]:
    for word in words:
        begins, ends = max(0.0, word.begins + shift), max(0.0, word.ends + shift)
        yield Word(start=word.start + cut, end=word.end + cut, begins=Seconds(begins), ends=Seconds(ends))
