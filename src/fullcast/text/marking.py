"""Writing marks into a chapter's source: who says what, for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fullcast.text.document import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Words of a paragraph that are to be marked."""

    pieces: tuple[Piece, ...]
    """Where they stand in the source, in order."""
    speaker: str


def can_mark(source: str, wanted: Wanted) -> bool:
    """Return whether brackets can be put around the words as they stand in the source.

    Words that are marked already, that hold a bracket, or that begin or end inside an emphasis are left
    alone, and so are they where no quotation mark can hold the name.
    """
    start, end = _extent(wanted)
    inside = source[start:end]
    if set(inside) & set("[]{}") or {'"', "'"} <= set(wanted.speaker):
        return False
    if any(piece.mark.start >= 0 or piece.mark.say or piece.mark.style for piece in wanted.pieces):
        return False
    return all(inside.count(sign) % 2 == 0 for sign in "*_`")


def write_marks(source: str, wanted: Iterable[Wanted]) -> str:
    """Return the source with ``[words]{as="Name"}`` around the words; nothing else of it changes.

    Args:
        source: A chapter's text.
        wanted: Words that can be marked (:func:`can_mark`), none inside another.

    >>> piece = Piece(start=0, end=5)
    >>> write_marks("“Hi,” he said.", [Wanted(pieces=(piece,), speaker="Old Tom")])
    '[“Hi,”]{as="Old Tom"} he said.'
    """
    marked = source
    for each in sorted(wanted, key=_extent, reverse=True):
        start, end = _extent(each)
        quote = "'" if '"' in each.speaker else '"'
        marked = f"{marked[:start]}[{marked[start:end]}]{{as={quote}{each.speaker}{quote}}}{marked[end:]}"
    return marked


def _extent(wanted: Wanted) -> tuple[int, int]:
    pieces: Sequence[Piece] = wanted.pieces
    return pieces[0].start, pieces[-1].end
