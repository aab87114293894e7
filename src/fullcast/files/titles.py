"""Titles as a book's contents and its pages give them: often in two forms that mean the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")

_ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)

_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}

_NUMBER_ONLY = re.compile(
    r"(?:(?:chapter|kapitel|chapitre|cap[íi]tulo|capitolo|глава|part|book|letter|canto|stave)\s+)?[\w-]{1,12}[.:]?"
    r"|第.{1,7}[章回节節话話部卷]",
    re.IGNORECASE,
)


def title_tokens(title: str) -> tuple[str, ...]:
    """Return the words of a title in one form: small letters, numbers in digits, no punctuation.

    >>> title_tokens("CHAPTER IV. The Storm") == title_tokens("Chapter 4: the storm")
    True
    """
    words = _TOKEN.findall(title.casefold().replace("’", "").replace("'", ""))
    return tuple(str(_roman_value(word)) if _ROMAN.fullmatch(word) else word for word in words)


def _roman_value(word: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in word]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def contains_tokens(whole: Sequence[str], part: Sequence[str]) -> bool:
    """Tell whether words stand together in a row inside others."""
    return any(tuple(whole[at : at + len(part)]) == tuple(part) for at in range(len(whole) - len(part) + 1))


def join_titles(titles: Sequence[str]) -> str:
    """Return one title of several lines, with a colon after a mere number and a full stop after words.

    >>> join_titles(["Part One", "Chapter 4", "The Storm"])
    'Part One: Chapter 4: The Storm'
    """
    joined = ""
    for title in filter(None, (title.strip() for title in titles)):
        if not joined:
            joined = title
            continue
        last = joined.rsplit(": ", 1)[-1]
        if joined[-1] in ".:!?—…。：！？":
            joined = (
                f"{joined.removesuffix('.')}: {title}"
                if _NUMBER_ONLY.fullmatch(last)
                else f"{joined} {title}"
            )
        else:
            joined += f": {title}" if _NUMBER_ONLY.fullmatch(last) else f". {title}"
    return joined


def merge_title(listed: str, headings: Sequence[str]) -> tuple[str, int]:
    """Return a chapter's title, and how many of the headings that open it are already said by it.

    Where the page says more than the contents (``Chapter 1`` and ``The Storm`` for a listed ``The Storm``),
    the title takes it in, so that nothing is spoken twice and nothing is lost.

    Args:
        listed: The title in the table of contents.
        headings: The headings that stand at the very beginning of the chapter, in order.

    >>> merge_title("The Storm", ["Chapter I", "THE STORM", "in which it rains"])
    ('Chapter I: The Storm', 2)
    >>> merge_title("1. The Storm", ["I", "The Storm"])
    ('1. The Storm', 2)
    """
    wanted = title_tokens(listed)
    said = 0
    while said < len(headings) and contains_tokens(wanted, title_tokens(headings[said])):
        said += 1
    if said:
        return _take_rest(listed, headings, said)
    for count in range(1, len(headings) + 1):
        tokens = [title_tokens(heading) for heading in headings[:count]]
        if contains_tokens(tokens[-1], wanted):
            last = listed if tokens[-1] == wanted else headings[count - 1]
            return join_titles([*headings[: count - 1], last]), count
        if contains_tokens(sum(tokens, ()), wanted):
            return join_titles(headings[:count]), count
    return listed, 0


def _take_rest(listed: str, headings: Sequence[str], said: int) -> tuple[str, int]:
    """Take in the heading after a mere number that is all the contents list."""
    bare = _NUMBER_ONLY.fullmatch(listed) and title_tokens(listed) == sum(
        map(title_tokens, headings[:said]), ()
    )
    if bare and said < len(headings) and not _NUMBER_ONLY.fullmatch(headings[said]):
        return join_titles([listed, headings[said]]), said + 1
    return listed, said
