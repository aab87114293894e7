"""Where an offset stands in a file, for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from fullcast.errors import Place


def place_at(file: str, source: str, offset: int) -> Place:
    """Return the line and column of an offset, with the line itself."""
    start = source.rfind("\n", 0, offset) + 1
    end = source.find("\n", offset)
    return Place(
        file=file,
        line=source.count("\n", 0, start) + 1,
        column=offset - start + 1,
        source=source[start:] if end < 0 else source[start:end],
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that a misspelt one most likely means, without regard to case.

    >>> nearest("stlye", ["as", "style"])
    'style'
    """
    by_fold = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def suggest(word: str, known: Iterable[str], what: str) -> str:
    """Return a hint: the nearest name where one is near, else all that there are."""
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean '{close}'?"
    listed = ", ".join(f"'{name}'" for name in names)
    return f"{what}: {listed}" if listed else f"there are no {what}"
