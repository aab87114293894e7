"""A chapter's source taken apart: blocks, the pieces of them that are words, and the marks on those."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum

from fullcast.errors import Problem
from fullcast.model import Staging
from fullcast.text.attributes import Attributes


class BlockKind(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    BREAK = "break"
    """Between two scenes."""
    DIRECTIVE = "directive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the marks around a piece say of it, the innermost first."""

    speaker: str | None = None
    """From ``as=``, as it is written."""
    style: str | None = None
    language: str | None = None
    say: str | None = None
    staging: Staging | None = None
    """From ``room=``, ``effect=``, ``pan=`` and ``level=``."""
    start: int = -1
    """Where the ``as`` stands in the source: two marks side by side are two utterances."""


PLAIN = Mark()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words that stand together in the source."""

    start: int
    """Offset into the source."""
    end: int
    mark: Mark = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """``::name[argument]{attributes}`` on a line of its own."""

    name: str
    argument: str
    attributes: Attributes
    start: int
    """Offset of the first colon in the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, a heading, a break or a directive."""

    kind: BlockKind
    start: int
    end: int
    pieces: tuple[Piece, ...] = ()
    directive: Directive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A chapter's source as its markup reads."""

    source: str
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """The words of a block without markup, and where each stands in the source."""

    text: str
    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    """Offset into ``text`` of each piece."""

    def to_source(self, offset: int) -> int:
        """Return the source offset of a character of ``text``."""
        number = bisect_right(self.starts, offset) - 1
        return self.pieces[number].start + offset - self.starts[number]

    def cut(self, start: int, end: int) -> list[Piece]:
        """Return the pieces, or parts of pieces, between two offsets of ``text``."""
        found = []
        for number in range(max(bisect_right(self.starts, start) - 1, 0), len(self.pieces)):
            piece, at = self.pieces[number], self.starts[number]
            if at >= end:
                break
            left = piece.start + max(start - at, 0)
            right = min(piece.end, piece.start + end - at)
            if left < right:
                found.append(Piece(start=left, end=right, mark=piece.mark))
        return found


def flatten(source: str, block: Block) -> Flat:
    """Return the words of a block in one string."""
    starts: list[int] = []
    parts: list[str] = []
    length = 0
    for piece in block.pieces:
        starts.append(length)
        parts.append(source[piece.start : piece.end])
        length += piece.end - piece.start
    return Flat(text="".join(parts), pieces=block.pieces, starts=tuple(starts))
