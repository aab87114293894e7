"""From an anchor, as a cue names it, to its place in a chapter's source."""

from __future__ import annotations

import difflib
import heapq
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fullcast.errors import Place, Problem
from fullcast.model import Anchor, AnchorKind
from fullcast.text.places import place_at

_QUOTES = frozenset("“”„‟«»‹›「」『』〝〟‘’‚‛\"'`＂＇´")

_SAME = str.maketrans({"–": "-", "—": "-", "―": "-", "‒": "-", "‐": "-", "‑": "-", "…": "..."})

_CANDIDATES = 12
"""Places of the text that are compared with a phrase in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A chapter's words as anchors see them: no markup, no quotation marks, one kind of space and dash."""

    text: str
    offsets: tuple[int, ...]
    """Source offset of each character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What anchors are looked for in."""

    file: str
    source: str
    words: Words
    paragraphs: Sequence[tuple[int, int]]
    """Start and end of each paragraph's words in the source."""


def fold_words(source: str, stretches: Sequence[tuple[int, int]]) -> Words:
    """Return the words between offsets of the source in the form in which anchors are compared.

    Args:
        source: The chapter's source.
        stretches: Start and end of what is spoken, in order; blocks are parted by a stretch of length 0.
    """
    characters: list[str] = []
    offsets: list[int] = []

    def add(character: str, offset: int) -> None:
        if character == " " and (not characters or characters[-1] == " "):
            return
        characters.append(character)
        offsets.append(offset)

    for start, end in stretches:
        if start == end:
            add(" ", start)
        for offset in range(start, end):
            character = source[offset]
            if character in _QUOTES:
                continue
            for part in " " if character.isspace() else character.translate(_SAME):
                add(part, offset)
    return Words(text="".join(characters), offsets=tuple(offsets))


def find_anchor(ground: Ground, anchor: Anchor, *, end: bool) -> int | Problem:
    """Return the source offset that an anchor names, or what is wrong with it.

    Args:
        ground: The chapter.
        anchor: The anchor.
        end: Whether the end of the phrase or paragraph is meant (``to``), or its beginning.
    """
    if anchor.kind is AnchorKind.START:
        return 0
    if anchor.kind is AnchorKind.END:
        return len(ground.source)
    if anchor.kind is AnchorKind.OFFSET:
        return anchor.number
    if anchor.kind is AnchorKind.PARAGRAPH:
        return _find_paragraph(ground, anchor, end=end)
    return _find_phrase(ground, anchor, end=end)


def _find_paragraph(ground: Ground, anchor: Anchor, *, end: bool) -> int | Problem:
    count = len(ground.paragraphs)
    if not 1 <= anchor.number <= count:
        return Problem(
            code="anchor-not-found",
            message=f"there is no paragraph {anchor.number} in {ground.file}",
            place=anchor.place,
            hint=f"its paragraphs are counted from 1 to {count}",
        )
    start, stop = ground.paragraphs[anchor.number - 1]
    return stop if end else start


def _find_phrase(ground: Ground, anchor: Anchor, *, end: bool) -> int | Problem:
    phrase = _fold_phrase(anchor.phrase)
    if not phrase:
        return _not_found(ground, anchor, "an anchor needs words to look for")
    found = _search(ground.words.text, phrase)
    if not found:
        near = _find_near(ground.words.text, phrase)
        return _not_found(
            ground, anchor, f"the nearest words are “{near}”" if near else "quote words of the chapter"
        )
    if len(found) > 1:
        return _found_twice(ground, anchor, [ground.words.offsets[at] for at in found])
    at = found[0]
    return ground.words.offsets[at + len(phrase) - 1] + 1 if end else ground.words.offsets[at]


def _fold_phrase(phrase: str) -> str:
    plain = "".join(character for character in phrase if character not in _QUOTES)
    return " ".join(plain.translate(_SAME).split())


def _search(text: str, phrase: str) -> list[int]:
    """Return where a phrase stands: whole words before parts of words, its own case before any."""
    exact = [match.start() for match in re.finditer(f"(?={re.escape(phrase)})", text)]
    found = [match.start() for match in re.finditer(f"(?={re.escape(phrase)})", text, re.IGNORECASE)]
    for places in (exact, found):
        whole = [at for at in places if _is_whole(text, at, at + len(phrase))]
        if whole:
            return whole
    return exact or found


def _is_whole(text: str, start: int, end: int) -> bool:
    """Return whether no word runs over an edge of a stretch."""
    left = text[start - 1 : start + 1] if start else ""
    right = text[end - 1 : end + 1]
    return not any(len(edge) == 2 and edge.isalnum() for edge in (left, right))


def _not_found(ground: Ground, anchor: Anchor, hint: str) -> Problem:
    message = f"“{anchor.phrase}” stands nowhere in {ground.file}"
    return Problem(code="anchor-not-found", message=message, place=anchor.place, hint=hint)


def _found_twice(ground: Ground, anchor: Anchor, offsets: list[int]) -> Problem:
    places: list[Place] = [place_at(ground.file, ground.source, offset) for offset in offsets]
    listed = ", ".join(str(place) for place in places[:4]) + (" …" if len(places) > 4 else "")
    times = "twice" if len(places) == 2 else f"{len(places)} times"
    return Problem(
        code="anchor-ambiguous",
        message=f"“{anchor.phrase}” stands {times} in {ground.file}: {listed}",
        place=anchor.place,
        hint="quote more words, so that only one place is meant",
    )


def _find_near(text: str, phrase: str) -> str:
    """Return the words of a text that resemble a phrase most; empty where nothing does."""
    if " " not in phrase and not phrase.isascii():
        return _find_near_unspaced(text, phrase)
    words = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    wanted = {_core(word) for word in phrase.split()}
    length = len(phrase.split())
    hits = [int(_core(text[start:end]) in wanted) for start, end in words]
    places = range(max(len(words) - length + 1, 1) if words else 0)
    best = heapq.nlargest(_CANDIDATES, places, key=lambda at: sum(hits[at : at + length]))
    texts = [text[words[at][0] : words[min(at + length, len(words)) - 1][1]] for at in best]
    if best and not sum(hits[best[0] : best[0] + length]):
        texts = sorted({text[start:end] for start, end in words})
    return _most_alike(texts, phrase)


def _find_near_unspaced(text: str, phrase: str) -> str:
    length = len(phrase)
    wanted = set(phrase)
    places = range(max(len(text) - length + 1, 1))
    best = heapq.nlargest(
        _CANDIDATES, places, key=lambda at: sum(mark in wanted for mark in text[at : at + length])
    )
    return _most_alike([text[at : at + length] for at in best], phrase)


def _most_alike(texts: Sequence[str], phrase: str) -> str:
    found = difflib.get_close_matches(phrase, texts, n=1, cutoff=0.5)
    return found[0].strip() if found else ""


def _core(word: str) -> str:
    return re.sub(r"\W", "", word).casefold()
