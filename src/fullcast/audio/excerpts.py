"""Other versions of a chapter in time: without rooms and effects, or only its beginning."""

from __future__ import annotations

from dataclasses import replace

from fullcast.model import Placed, Stem, Timeline
from fullcast.units import MIX_RATE, Samples, Seconds, to_samples


def without_rooms(timeline: Timeline) -> Timeline:
    """Return a chapter whose voices are heard as they were recorded, without rooms and effects."""
    plain = (replace(placed, room=None, effect=None) for placed in timeline.placed)
    return replace(timeline, placed=tuple(plain))


_EXCERPT_TAIL = to_samples(1.5, MIX_RATE)
"""What is heard after the last line of an excerpt."""


def excerpt(timeline: Timeline, longest: Seconds) -> Timeline:
    """Return the beginning of a chapter, up to the last line that ends in time.

    Args:
        timeline: The chapter.
        longest: How long the excerpt may be; a shorter chapter is returned as it is.
    """
    limit = to_samples(longest, MIX_RATE) - _EXCERPT_TAIL
    if timeline.length <= limit + _EXCERPT_TAIL:
        return timeline
    ends = [line.end for line in timeline.lines if line.end <= limit]
    end = max(ends, default=Samples(limit))
    length = Samples(end + _EXCERPT_TAIL)
    return Timeline(
        length=length,
        placed=tuple(_cut_short(placed, end, length) for placed in timeline.placed if placed.start < end),
        speech=tuple((start, min(stop, end)) for start, stop in timeline.speech if start < end),
        lines=tuple(line for line in timeline.lines if line.end <= end),
    )


def _cut_short(placed: Placed, end: Samples, length: Samples) -> Placed:
    """Return a sound that is over when the excerpt is; voices end with their line, the rest fades."""
    left = (end if placed.stem is Stem.SPEECH else length) - placed.start
    if placed.length <= left:
        return placed
    fade = placed.fade_out if placed.stem is Stem.SPEECH else _EXCERPT_TAIL
    return replace(placed, length=Samples(left), fade_out=Samples(min(fade, left // 2)))
