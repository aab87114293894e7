"""From a chapter in time to its captions: what is said by whom and when, word by word where that is known."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import replace

from fullcast.files.store import Entry, Store
from fullcast.files.subtitles import Caption, cut_captions
from fullcast.model import Line, Placed, PlannedTake, Segment, Stem, Word
from fullcast.production.pieces import Piece
from fullcast.text.aligning import align_words
from fullcast.units import MIX_RATE, Seconds, to_seconds


def spoken_takes(piece: Piece, takes: Store) -> Iterator[tuple[PlannedTake, Placed, Entry]]:
    """Yield the takes of a chapter with their places and recordings, in the order of speech."""
    places: dict[str, deque[Placed]] = defaultdict(deque)
    for placed in piece.timeline.placed:
        if placed.stem is Stem.SPEECH:
            places[placed.digest].append(placed)
    for take in piece.plan.takes:
        entry = takes.get(take.key)
        if entry is not None and places[entry.digest]:
            yield take, places[entry.digest].popleft(), entry


def make_captions(piece: Piece, takes: Store, *, start: Seconds = Seconds(0.0)) -> Iterator[Caption]:
    """Yield a chapter's captions, cut to a length that can be read.

    Args:
        piece: The chapter.
        takes: Where its takes stand.
        start: Where the chapter begins in the file.
    """
    lines = {line.id: line for line in piece.plan.script.lines}
    for take, placed, entry in spoken_takes(piece, takes):
        caption = _caption(lines[take.segment.line], take.segment, placed, entry)
        yield from cut_captions(_later(caption, start))


def align_take(line: Line, segment: Segment, placed: Placed, entry: Entry) -> tuple[Word, ...]:
    """Return when the words of a take are heard in its chapter.

    Args:
        line: The line that the take is part of.
        segment: What was spoken.
        placed: Where it stands.
        entry: How it was recorded.

    Returns:
        Words with offsets into the segment's part of the line.
    """
    begins = to_seconds(placed.start, MIX_RATE)
    ends = to_seconds(placed.start + placed.length, MIX_RATE)
    shift = begins - to_seconds(placed.offset, MIX_RATE)
    return tuple(
        replace(
            word,
            begins=Seconds(min(ends, max(begins, word.begins + shift))),
            ends=Seconds(min(ends, max(begins, word.ends + shift))),
        )
        for word in align_words(line.text[segment.start : segment.end], segment.text, entry.words)
    )


def _caption(line: Line, segment: Segment, placed: Placed, entry: Entry) -> Caption:
    """Return one take as a caption, in the words of the source."""
    raw = line.text[segment.start : segment.end]
    text, lead = raw.strip(), len(raw) - len(raw.lstrip())
    moved = (
        replace(word, start=max(0, word.start - lead), end=min(len(text), word.end - lead))
        for word in align_take(line, segment, placed, entry)
    )
    return Caption(
        start=to_seconds(placed.start, MIX_RATE),
        end=to_seconds(placed.start + placed.length, MIX_RATE),
        speaker=line.speaker,
        text=text,
        words=tuple(word for word in moved if word.start < word.end),
    )


def _later(caption: Caption, by: Seconds) -> Caption:
    if not by:
        return caption
    return replace(
        caption,
        start=Seconds(caption.start + by),
        end=Seconds(caption.end + by),
        words=tuple(_later_word(word, by) for word in caption.words),
    )


def _later_word(word: Word, by: Seconds) -> Word:
    return replace(word, begins=Seconds(word.begins + by), ends=Seconds(word.ends + by))


def book_captions(pieces: Iterable[Piece], starts: Iterable[Seconds], takes: Store) -> Iterator[Caption]:
    """Yield the captions of a book in one file.

    Args:
        pieces: The chapters in order.
        starts: Where each begins.
        takes: Where their takes stand.
    """
    for piece, start in zip(pieces, starts, strict=True):
        yield from make_captions(piece, takes, start=start)
