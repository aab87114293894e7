"""From a line to the segments that an engine records at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence

from fullcast.model import Line, Pronunciation, Segment
from fullcast.text.normalise import normalise, primary_tag, tidy
from fullcast.text.parts import Part, read_parts
from fullcast.text.sentences import CLOSINGS, find_sentences

TINY = 24
"""Latin letters below which a sentence joins a neighbour: engines stumble over single words."""

NATURAL = 300
"""Letters up to which joined sentences are read in one breath and worth one retake."""

_DENSE = frozenset({"zh", "ja", "ko", "yue"})
"""Languages of which a character says about as much as three letters."""

_WEIGHT_OF_DENSE = 3

_EARLIEST = 0.3
"""Share of the limit below which a clause is not cut off."""

_WORD = re.compile(r"[^\W_]")

_ENDS = re.compile(rf"[.!?…‽。！？｡؟۔।॥][{CLOSINGS}\s]*$")

_TAIL = 16
"""Characters at the end of a segment in which its stop stands, with whatever closes behind it."""

_CLAUSE = re.compile(rf"(?:[,;:،؛][{CLOSINGS}]*(?=\s)|[—–](?=\s|[^\W_])|[，、；：][”’」』）]*)")

_SPACE = re.compile(r"\s+")

_SEAM = re.compile(r"(?<=[-/\u2010_.,@])(?=\w)")
"""Where a word that is too long may break first: behind a hyphen, a slash, a dot."""

_GRAPHEME = re.compile("[\u0300-\u036f\u200c\u200d\u3099\u309a\ufe00-\ufe0f，。、！？；：”’」』）…]")
"""What may not stand at the beginning of a segment: signs of the letter before, closing marks."""


def split_line(line: Line, *, longest: int, language: str) -> tuple[Segment, ...]:
    """Return the segments of a line: sentences, tiny ones joined to a neighbour.

    A sentence that an engine cannot take at once breaks behind a comma or dash near its middle, else between
    two words, and inside a word only where a single word is longer than the limit. Words under one ``say=``
    stay together. Where language or style change, a new segment begins. A stretch without letter or digit
    that fits nowhere is left out: there is nothing to say.

    Args:
        line: The line.
        longest: Longest text of a segment, in characters, at least 1.
        language: BCP 47 tag of the book.

    Raises:
        ValueError: If ``longest`` is less than 1.
    """
    if longest < 1:
        message = f"the longest text of a segment is at least 1 character, not {longest}"
        raise ValueError(message)
    segments: list[Segment] = []
    for part in read_parts(line, language, longest):
        for extent in _find_segments(part, longest):
            segment = _write_segment((line.id, len(segments)), part, extent, longest)
            if _WORD.search(segment.text):
                segments.append(segment)
    return tuple(segments)


def _find_segments(part: Part, longest: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each segment in the part's text."""
    sentences = _keep_atoms(part, find_sentences(part.text, part.language))
    for start, end in _join_tiny(part, sentences, longest):
        if end - start <= longest:
            yield start, end
            continue
        pieces: list[tuple[int, int]] = []
        for inner_start, inner_end in sentences:
            if start <= inner_start and inner_end <= end:
                pieces.extend(_break(part, inner_start, inner_end, longest))
        yield from _join_wordless(part.text, pieces, longest)


def _keep_atoms(part: Part, sentences: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the sentences with those made one that end inside words under one ``say=``."""
    if not part.atoms:
        return sentences
    kept: list[tuple[int, int]] = []
    for start, end in sentences:
        if kept and any(atom.start <= kept[-1][1] and start < atom.end for atom in part.atoms):
            kept[-1] = (kept[-1][0], end)
        else:
            kept.append((start, end))
    return kept


def _join_tiny(part: Part, sentences: Sequence[tuple[int, int]], longest: int) -> list[tuple[int, int]]:
    """Return the sentences with tiny ones joined to the next one, the last one to the one before."""
    weight = _WEIGHT_OF_DENSE if primary_tag(part.language) in _DENSE else 1
    room = min(longest, NATURAL // weight)
    joined: list[tuple[int, int]] = []
    for number, (start, end) in enumerate(sentences):
        last = joined[-1] if joined else None
        fits = last is not None and end - last[0] <= room
        is_last = number == len(sentences) - 1
        if (
            last is not None
            and fits
            and (_is_tiny(last, weight) or (is_last and _is_tiny((start, end), weight)))
        ):
            joined[-1] = (last[0], end)
        else:
            joined.append((start, end))
    return joined


def _is_tiny(extent: tuple[int, int], weight: int) -> bool:
    return (extent[1] - extent[0]) * weight < TINY


def _break(part: Part, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a sentence that is too long."""
    text = part.text
    while end - start > longest:
        cut = _find_cut(part, start, end, longest)
        stop = len(text[start:cut].rstrip()) + start
        if start < stop:
            yield start, stop
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _find_cut(part: Part, start: int, end: int, longest: int) -> int:
    """Return where to break: behind a clause, between words, at a seam of a word, or where the limit is."""
    latest = start + longest
    target = start + math.ceil((end - start) / math.ceil((end - start) / longest))
    earliest = start + max(int(longest * _EARLIEST), 1)
    for pattern, first in ((_CLAUSE, earliest), (_SPACE, start + 1), (_SEAM, start + 1)):
        # A space may stand just behind the limit: it is spoken by nobody.
        behind = pattern is _SPACE
        found = [
            match.start() if behind else match.end()
            for match in pattern.finditer(part.text, start, min(latest + 1, end))
        ]
        fitting = [cut for cut in found if first <= cut <= latest and not _inside_atom(part, cut)]
        if fitting:
            return min(fitting, key=lambda cut: abs(cut - target))
    return _force_cut(part, start, latest)


def _force_cut(part: Part, start: int, latest: int) -> int:
    """Return the last place before the limit that parts no letter from its signs."""
    atom = next((atom for atom in part.atoms if atom.start < latest < atom.end), None)
    if atom is not None and atom.start > start:
        return atom.start
    cut = latest
    while cut > start + 1 and _GRAPHEME.match(part.text, cut):
        cut -= 1
    return cut if cut > start + 1 else latest


def _inside_atom(part: Part, offset: int) -> bool:
    return any(atom.start < offset < atom.end for atom in part.atoms)


def _join_wordless(text: str, pieces: Sequence[tuple[int, int]], longest: int) -> Iterator[tuple[int, int]]:
    """Yield pieces with those that hold no word joined to the one before, where both fit."""
    last: tuple[int, int] | None = None
    for start, end in pieces:
        if last is not None and end - last[0] <= longest and not _WORD.search(text, start, end):
            last = (last[0], end)
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


def _write_segment(name: tuple[str, int], part: Part, extent: tuple[int, int], longest: int) -> Segment:
    """Return a segment in words; where these are more than the engine takes, it reads the figures itself."""
    start, end = extent
    text, pronunciations = _speak(part, start, end, normalise)
    if len(text) > longest:
        text, pronunciations = _speak(part, start, end, _as_written)
    return Segment(
        line=name[0],
        number=name[1],
        text=text,
        start=part.to_line(start),
        end=part.to_line(end),
        language=part.language,
        style=part.style,
        pronunciations=pronunciations,
        ends_sentence=_ENDS.search(text, max(len(text) - _TAIL, 0)) is not None,
    )


def _as_written(text: str, _language: str) -> str:
    return text


def _speak(
    part: Part, start: int, end: int, aloud: Callable[[str, str], str]
) -> tuple[str, tuple[Pronunciation, ...]]:
    """Return what an engine hears, and where in it the words stand whose sounds are given."""
    spoken = ""
    position = start
    found: list[Pronunciation] = []
    for atom in part.atoms:
        if atom.ipa is None or atom.end <= start or atom.start >= end:
            continue
        between = tidy(part.text[position : max(atom.start, start)], part.language)
        spoken = _append(spoken, aloud(between, part.language))
        words = tidy(part.text[max(atom.start, start) : min(atom.end, end)], part.language).strip()
        if atom.start >= start and atom.end <= end:
            found.append(Pronunciation(start=len(spoken), end=len(spoken) + len(words), ipa=atom.ipa))
        spoken += words
        position = min(atom.end, end)
    rest = aloud(tidy(part.text[position:end], part.language), part.language)
    return _append(spoken, rest).rstrip(), tuple(found)


def _append(spoken: str, text: str) -> str:
    """Return both texts with one space where both have one, and none in front."""
    return spoken + text.lstrip() if not spoken or spoken.endswith(" ") else spoken + text
