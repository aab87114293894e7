"""When the words of a source are said, from when the words that were really spoken are said.

An engine is given numbers in words and names respelled; a reader wants the text as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from fullcast.model import Word
from fullcast.units import Seconds

_TOKEN = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]|[^\W\u3040-\u9fff\uac00-\ud7a3]+(?:['’\-][^\W_]+)*")
"""A word, or one character of Chinese, Japanese or Korean."""


def align_words(source: str, spoken: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words of a source with the times at which they are heard.

    Where both texts have the same word, its time is the engine's. What was spoken for other words of the
    source ("1812" as "eighteen twelve") is shared between them by their letters.

    Args:
        source: The text as it was written.
        spoken: The text as it was given to the engine.
        words: When the words of ``spoken`` are said, in order.

    Returns:
        Words with offsets into ``source``, in order, without overlap in time.
    """
    if not words:
        return ()
    if source == spoken:
        return tuple(words)
    ours = [match.span() for match in _TOKEN.finditer(source)]
    theirs = [word for word in words if spoken[word.start : word.end].strip()]
    matcher = SequenceMatcher(
        None,
        [source[start:end].casefold() for start, end in ours],
        [_core(spoken[word.start : word.end]) for word in theirs],
        autojunk=False,
    )
    aligned: list[Word] = []
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "equal":
            for (start, stop), word in zip(ours[first:last], theirs[begin:end], strict=True):
                aligned.append(Word(start=start, end=stop, begins=word.begins, ends=word.ends))
        elif kind == "replace":
            aligned += _share(ours[first:last], theirs[begin].begins, theirs[end - 1].ends)
    return tuple(aligned)


def _core(word: str) -> str:
    """Return a spoken word without the punctuation around it."""
    match = _TOKEN.search(word)
    return (match[0] if match else word).casefold()


def _share(spans: Sequence[tuple[int, int]], begins: Seconds, ends: Seconds) -> list[Word]:
    """Return words that share a stretch of time, each as much as it has letters."""
    total = sum(end - start for start, end in spans)
    shared, done = [], 0
    for start, end in spans:
        since = begins + (ends - begins) * done / total
        done += end - start
        until = begins + (ends - begins) * done / total
        shared.append(Word(start=start, end=end, begins=Seconds(since), ends=Seconds(until)))
    return shared
