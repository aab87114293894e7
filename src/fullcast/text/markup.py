"""From a chapter's source to its blocks, with exact offsets."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import itemgetter

from markdown_it.token import Token

from fullcast.errors import Problem
from fullcast.model import EFFECTS, ROOMS, Staging
from fullcast.text.attributes import Attribute, Attributes, read_attributes
from fullcast.text.document import PLAIN, Block, BlockKind, Directive, Document, Mark, Piece
from fullcast.text.places import place_at, suggest
from fullcast.text.syntax import find_closing, make_parser
from fullcast.units import Decibels

MARK_KEYS = ("as", "style", "say", "lang", "room", "effect", "pan", "level")
"""Attributes of a mark."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

_LAYOUT = re.compile(r"[^\S\n]")

_HEADING_SIGN = re.compile(r"[ >]*#{1,6} *")

_ORNAMENT = re.compile(r"[\s*#~_=+.•·⁂❦❧◆◇○●◎※☆★✦✧§—–\-]+")

_FULL_STOPS = re.compile(r"[\s.—–\-]+")

_DIRECTIVE = re.compile(r"::(?P<name>[\w-]+)\s*(?:\[(?P<argument>.*?)\])?\s*(?P<braces>\{.*\})?", re.DOTALL)

_STRAY = re.compile(rf"\]\{{|\{{\s*(?:{'|'.join(MARK_KEYS)})=")

_BLANK_LINES_OF_BREAK = 2


@dataclass(slots=True)
class _Reading:
    """A chapter while its tokens are read."""

    file: str
    source: str
    lines: list[int]
    """Offset of each line, and of the end."""
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=lambda: [PLAIN])
    covered: set[int] = field(default_factory=set)

    def complain(self, code: str, offset: int, message: str, hint: str) -> None:
        place = place_at(self.file, self.source, offset)
        self.problems.append(Problem(code=code, message=message, place=place, hint=hint))


def read_markup(source: str, file: str) -> Document:
    """Return the blocks of a chapter; what is wrong with its marks becomes problems, never lost words.

    Args:
        source: The chapter's source. Offsets are exact whatever it holds.
        file: The chapter's file, for the places of problems.
    """
    lines = [0, *(match.end() for match in re.finditer("\n", source)), len(source)]
    reading = _Reading(file=file, source=source, lines=lines)
    # Same length, so offsets agree; every kind of layout space is a plain space to markdown-it.
    tokens = make_parser().parse(_LAYOUT.sub(" ", source).replace("\x00", "\ufffd") + "\n")
    for number, token in enumerate(tokens):
        if token.type == "inline":
            kind = BlockKind.HEADING if tokens[number - 1].type == "heading_open" else BlockKind.PARAGRAPH
            _read_inline(reading, token, kind)
        elif token.type in _READERS:
            _READERS[token.type](reading, token)
    _complain_of_uncovered(reading)
    problems = sorted(reading.problems, key=_order)
    blocks = tuple(_with_blank_breaks(source, reading.blocks))
    return Document(source=source, blocks=blocks, problems=tuple(problems))


def _order(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return (place.line or 0, place.column or 0) if place else (0, 0)


def _map(token: Token) -> tuple[int, int]:
    assert token.map is not None
    return token.map[0], token.map[1]


def _add_block(reading: _Reading, token: Token, kind: BlockKind, **parts: object) -> None:
    first, last = _map(token)
    reading.covered.update(range(first, last))
    end = reading.lines[min(last, len(reading.lines) - 1)]
    reading.blocks.append(Block(kind=kind, start=reading.lines[first], end=end, **parts))  # type: ignore[arg-type]


def _read_break(reading: _Reading, token: Token) -> None:
    _add_block(reading, token, BlockKind.BREAK)


def _read_directive(reading: _Reading, token: Token) -> None:
    first, _last = _map(token)
    start = reading.source.index("::", reading.lines[first])
    text = reading.source[start : start + len(token.content)]
    match = _DIRECTIVE.fullmatch(text)
    if match is None:
        hint = "write ::name[what]{key=value}, as in ::pause[1.5s] or ::bed[rain]{#rain level=-24}"
        reading.complain("malformed-directive", start, f"directive '{text}' cannot be read", hint)
        reading.covered.add(first)
        return
    braces = match["braces"]
    attributes = read_attributes(braces, start + match.start("braces")) if braces else Attributes()
    _complain_of_malformed(reading, attributes)
    directive = Directive(
        name=match["name"], argument=(match["argument"] or "").strip(), attributes=attributes, start=start
    )
    _add_block(reading, token, BlockKind.DIRECTIVE, directive=directive)


def _open_container(reading: _Reading, token: Token) -> None:
    first, last = _map(token)
    reading.covered.update((first, last))
    start = reading.source.index(":::", reading.lines[first])
    words = token.info.strip()
    at = start + len(token.markup)
    if not words.startswith("{") or not words.endswith("}"):
        message = f"'{token.markup}{token.info.rstrip()}' opens a block without attributes"
        if not words:
            message = f"'{token.markup}' closes a block that nothing opened"
        hint = 'a block of one speaker begins with ::: {as="Name"} and ends with :::'
        reading.complain("malformed-block", start, message, hint)
        reading.marks.append(reading.marks[-1])
        return
    attributes = read_attributes(words, at + token.info.index("{"))
    if last >= len(reading.lines) - 1 or not reading.source[reading.lines[last] :].lstrip(" >").startswith(
        ":::"
    ):
        hint = "end it with a line of its own that holds :::"
        reading.complain("unclosed-block", start, f"block '{token.markup} {words}' is never closed", hint)
    reading.marks.append(_apply(reading, attributes, tuple(key for key in MARK_KEYS if key != "say")))


def _close_mark(reading: _Reading, _token: Token) -> None:
    reading.marks.pop()


_READERS = {
    "hr": _read_break,
    "directive": _read_directive,
    "container_mark_open": _open_container,
    "container_mark_close": _close_mark,
}


def _apply(reading: _Reading, attributes: Attributes, known: tuple[str, ...]) -> Mark:
    """Return the mark that holds inside the one around it."""
    _complain_of_malformed(reading, attributes)
    mark = reading.marks[-1]
    for item in attributes.items:
        if item.key not in known:
            hint = suggest(item.key, known, "marks are")
            reading.complain("unknown-attribute", item.start, f"unknown mark '{item.key}'", hint)
        elif not item.value:
            hint = f'write {item.key}="…"'
            reading.complain("malformed-attribute", item.start, f"mark '{item.key}' has no value", hint)
        elif item.key == "lang" and not _LANGUAGE.fullmatch(item.value):
            hint = "write a BCP 47 tag: en, en-GB, fr, zh, ja"
            reading.complain("bad-language", item.start, f"'{item.value}' is not a language", hint)
        elif item.key in _STAGING:
            mark = _with_staging(reading, mark, item)
        elif item.key == "as":
            mark = replace(mark, speaker=item.value, start=item.start)
        else:
            mark = _with_manner(mark, item.key, item.value)
    return mark


_STAGING = ("room", "effect", "pan", "level")
_NAMED = {"room": ROOMS, "effect": EFFECTS}
_RANGES = {"pan": (-1.0, 1.0), "level": (-20.0, 20.0)}


def _with_staging(reading: _Reading, mark: Mark, item: Attribute) -> Mark:
    """Return the mark with a place, an effect or a level; what cannot be is told."""
    staging = mark.staging or Staging()
    if item.key in _NAMED:
        if item.value in _NAMED[item.key]:
            named = replace(staging, room=item.value) if item.key == "room" else None
            return replace(mark, staging=named or replace(staging, effect=item.value))
        hint = suggest(item.value, _NAMED[item.key], f"{item.key}s are")
        reading.complain("bad-staging", item.start, f"there is no {item.key} '{item.value}'", hint)
        return mark
    low, high = _RANGES[item.key]
    try:
        number = float(item.value)
    except ValueError:
        number = math.nan
    if low <= number <= high:
        placed = replace(staging, pan=number) if item.key == "pan" else None
        return replace(mark, staging=placed or replace(staging, level=Decibels(number)))
    message = f"'{item.value}' is no {item.key}"
    reading.complain("bad-staging", item.start, message, f"write a number from {low:g} to {high:g}")
    return mark


def _with_manner(mark: Mark, key: str, value: str) -> Mark:
    if key == "style":
        return replace(mark, style=value)
    return replace(mark, say=value) if key == "say" else replace(mark, language=value)


def _complain_of_malformed(reading: _Reading, attributes: Attributes) -> None:
    for item in attributes.malformed:
        message = f"'{item.value}' is no attribute"
        hint = 'attributes are key=value, key="two words" or #name'
        reading.complain("malformed-attribute", item.start, message, hint)


def _read_inline(reading: _Reading, token: Token, kind: BlockKind) -> None:
    """Cut a paragraph or heading into pieces: its tokens laid end to end are its content."""
    if not token.content.strip() or (kind is BlockKind.PARAGRAPH and _is_ornament(token.content)):
        _add_block(reading, token, BlockKind.BREAK)
        return
    rows = _locate(reading, token, kind)
    pieces: list[Piece] = []
    position = 0
    for child in token.children or ():
        if child.type == "mark_open":
            braces = find_closing(token.content, position, len(token.content)) + 1
            attributes = read_attributes(child.content, _to_source(rows, braces))
            reading.marks.append(_apply(reading, attributes, MARK_KEYS))
        elif child.type == "mark_close":
            reading.marks.pop()
        position += len(child.markup)
        if child.content and child.type != "mark_open":
            end = position + len(child.content)
            pieces.extend(_contiguous(rows, position, end, reading.marks[-1]))
            position = end
    _complain_of_stray(reading, pieces)
    _add_block(reading, token, kind, pieces=tuple(_joined(pieces)))


def _is_ornament(text: str) -> bool:
    return _ORNAMENT.fullmatch(text) is not None and not _FULL_STOPS.fullmatch(text)


def _locate(reading: _Reading, token: Token, kind: BlockKind) -> list[tuple[int, int]]:
    """Return where the lines of a token's content stand: pairs of an offset into content and into source.

    Every line of the content is the end of its source line: what markdown-it takes away are block quote
    signs and white space in front, and white space behind. Lines that follow each other without either are
    one row.
    """
    first, _last = _map(token)
    rows: list[tuple[int, int]] = []
    position = 0
    for number, line in enumerate(token.content.split("\n")):
        start, stop = reading.lines[first + number], reading.lines[first + number + 1]
        text = reading.source[start:stop].removesuffix("\n")
        if kind is BlockKind.HEADING:
            sign = _HEADING_SIGN.match(_LAYOUT.sub(" ", text))
            assert sign is not None
            begin = start + sign.end()
        else:
            begin = start + len(_fit(text, line)) - len(line)
        if not rows or begin - position != rows[-1][1] - rows[-1][0]:
            rows.append((position, begin))
        position += len(line) + 1
    return rows


def _to_source(rows: list[tuple[int, int]], offset: int) -> int:
    content, start = rows[bisect_right(rows, offset, key=itemgetter(0)) - 1]
    return start + offset - content


def _fit(text: str, line: str) -> str:
    """Return a source line without the white space behind it that its content lacks."""
    plain = _LAYOUT.sub(" ", text).replace("\x00", "\ufffd")
    return text if plain.endswith(line) else text.rstrip()


def _contiguous(rows: list[tuple[int, int]], start: int, end: int, mark: Mark) -> Iterator[Piece]:
    """Yield a stretch of content as pieces of the source, cut where block quote signs stand between."""
    edges = [start, *(content for content, _ in rows if start < content < end), end]
    for left, right in pairwise(edges):
        begin = _to_source(rows, left)
        yield Piece(start=begin, end=begin + right - left, mark=mark)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield pieces with neighbours of one mark made one."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.end == piece.start and last.mark == piece.mark:
            last = replace(last, end=piece.end)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _complain_of_stray(reading: _Reading, pieces: list[Piece]) -> None:
    for piece in pieces:
        match = _STRAY.search(reading.source, piece.start, piece.end)
        if match:
            message = f"'{match[0]}' belongs to a mark that has no beginning or no end"
            hint = 'a mark is [words]{key=value}, as in [“Who goes there?”]{as="Mara"}; a real bracket is \\['
            reading.complain("malformed-mark", match.start(), message, hint)


def _complain_of_uncovered(reading: _Reading) -> None:
    for number, (start, end) in enumerate(pairwise(reading.lines)):
        if number not in reading.covered and any(map(str.isalnum, reading.source[start:end])):
            hint = "take block quotes and blocks out of one another"
            reading.complain("too-deep", start, "this line lies too deep in block quotes to be read", hint)
            return


def _with_blank_breaks(source: str, blocks: list[Block]) -> Iterator[Block]:
    """Yield the blocks with a break wherever two or more blank lines stand between them."""
    for before, block in pairwise([None, *blocks]):
        assert block is not None
        if before is not None:
            gap = source[before.end : block.start]
            if gap.isspace() and gap.count("\n") >= _BLANK_LINES_OF_BREAK:
                yield Block(kind=BlockKind.BREAK, start=before.end, end=block.start)
        yield block
