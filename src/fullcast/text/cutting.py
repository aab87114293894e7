"""From a chapter's blocks to the stretches that attribution labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from fullcast.errors import Problem, Severity
from fullcast.model import ANYONE, NARRATOR, Chapter, Evidence
from fullcast.text.cast import Names
from fullcast.text.document import BlockKind, Document, Flat, flatten
from fullcast.text.passage import Label, Passage, Stretch
from fullcast.text.places import nearest, place_at, suggest
from fullcast.text.quotes import find_quotations, find_typography
from fullcast.text.spoken import Quotation

_NAMED = re.compile(r"\s*(?P<name>[^\W\d_][^:：.!?,;“”\"«»—]{0,40}?)\s*(?P<colon>[:：])\s*(?=\S)")

_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph, or a heading inside the chapter, that is spoken."""

    flat: Flat
    heading: bool
    scene: int
    """Counted from 1."""
    group: int
    """Paragraphs of one group follow each other without heading or break: a quotation may cross them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What of a chapter is spoken, in order."""

    paragraphs: tuple[Paragraph, ...]
    title: Flat | None = None
    """The heading that is the chapter's title."""


def read_outline(document: Document, chapter: Chapter) -> Outline:
    """Return the spoken paragraphs of a chapter with their scenes; its title apart, wherever it stands."""
    found: list[Paragraph] = []
    title: Flat | None = None
    scene, group, prose = 1, 0, False
    for block in document.blocks:
        if block.kind is BlockKind.DIRECTIVE:
            continue
        flat = flatten(document.source, block)
        if block.kind is BlockKind.HEADING and same_words(flat.text, chapter.title):
            title = flat if not found and title is None else title
            continue
        if block.kind is not BlockKind.PARAGRAPH:
            group += 1
            scene, prose = scene + prose, False
        if _WORD.search(flat.text):
            heading = block.kind is BlockKind.HEADING
            prose = prose or not heading
            group += heading
            found.append(Paragraph(flat=flat, heading=heading, scene=scene, group=group))
            group += heading
    return Outline(paragraphs=tuple(found), title=title)


def same_words(one: str, other: str) -> bool:
    """Return whether two texts have the same words, without regard to case and marks."""
    return re.findall(r"\w+", one.casefold()) == re.findall(r"\w+", other.casefold())


@dataclass(slots=True)
class _Cutting:
    chapter: Chapter
    names: Names
    problems: list[Problem] = field(default_factory=list)
    marks: dict[int, Label | None] = field(default_factory=dict)
    utterance: int = 0

    def warn(self, code: str, offset: int, message: str, hint: str) -> None:
        place = place_at(self.chapter.file, self.chapter.text, offset)
        self.problems.append(
            Problem(code=code, message=message, place=place, hint=hint, severity=Severity.WARNING)
        )


def cut_stretches(
    outline: Outline, chapter: Chapter, names: Names, language: str
) -> tuple[Passage, tuple[Problem, ...]]:
    """Return the stretches of a chapter's paragraphs, and what is wrong with the names in its marks.

    Args:
        outline: The chapter's paragraphs.
        chapter: The chapter, for the places of problems.
        names: The cast.
        language: BCP 47 tag of the book.
    """
    cutting = _Cutting(chapter=chapter, names=names)
    typography = find_typography((paragraph.flat.text for paragraph in outline.paragraphs), language)
    stretches: list[Stretch] = []
    number = 0
    for _group, members in groupby(outline.paragraphs, key=lambda paragraph: paragraph.group):
        rows = list(members)
        prefixes = [0 if row.heading else _find_prefix(cutting, row.flat) for row in rows]
        texts = ["" if prefix else row.flat.text for prefix, row in zip(prefixes, rows, strict=True)]
        quoted = [()] if rows[0].heading else find_quotations(texts, typography)
        for row, prefix, quotations in zip(rows, prefixes, quoted, strict=True):
            cut = [replace(part, paragraph=number) for part in _cut(cutting, row.flat, prefix, quotations)]
            stretches.extend(_merge_wordless(row.flat.text, cut))
            number += 1
        _warn_of_open(cutting, rows, quoted)
    passage = Passage(
        paragraphs=tuple(paragraph.flat.text for paragraph in outline.paragraphs),
        stretches=tuple(stretches),
        names=names,
        language=typography.language,
    )
    return passage, tuple(cutting.problems)


def _find_prefix(cutting: _Cutting, flat: Flat) -> int:
    """Return the length of a ``Name:`` in front of a paragraph; 0 where there is none."""
    match = _NAMED.match(flat.text)
    if match is None or flat.pieces[0].mark.speaker is not None or not _WORD.search(flat.text, match.end()):
        return 0
    name = match["name"]
    if cutting.chapter.text[flat.to_source(match.start("colon")) - 1] == "\\":
        return 0  # an escaped colon is prose: a book that was imported says exactly what stood in it
    if cutting.names.find(name) is not None:
        return match.end()
    near = nearest(name, cutting.names.members)
    if near is not None and name[0].isupper() and abs(len(near) - len(name)) < 3 and len(name.split()) < 4:
        message = f"'{name}:' looks like a speaker, but is not in the cast"
        cutting.warn("unknown-name", flat.to_source(match.start("name")), message, f"did you mean '{near}'?")
    return 0


def _cut(cutting: _Cutting, flat: Flat, prefix: int, quotations: Sequence[Quotation]) -> Iterator[Stretch]:
    """Yield the stretches of a paragraph: marks before quotations before the rest."""
    match = _NAMED.match(flat.text) if prefix else None
    name = cutting.names.find(match["name"]) if match else None
    given = Label(speaker=name, evidence=Evidence.NAME) if name else None
    numbered = list(_number_utterances(cutting, quotations))
    position = prefix
    edges = {prefix, len(flat.text)} | {edge for item, _ in numbered for edge in (item.start, item.end)}
    marked = list(_find_marked(flat))
    edges |= {edge for start, end, _ in marked for edge in (start, end)}
    for edge in sorted(edge for edge in edges if edge > prefix):
        mark = next((mark for start, end, mark in marked if start <= position < end), None)
        utterance = next((found for item, found in numbered if item.start <= position < item.end), None)
        label = _resolve(cutting, flat, mark) if mark is not None else given
        narrated = label.speaker == NARRATOR if label else utterance is None and mark is None
        yield Stretch(
            paragraph=0,
            start=position,
            end=edge,
            quoted=not narrated,
            utterance=-1 if utterance is None else utterance,
            given=label,
        )
        position = edge


def _number_utterances(cutting: _Cutting, quotations: Sequence[Quotation]) -> Iterator[tuple[Quotation, int]]:
    for quotation in quotations:
        cutting.utterance += not quotation.continues
        yield quotation, cutting.utterance


def _find_marked(flat: Flat) -> Iterator[tuple[int, int, int]]:
    """Yield the parts of a paragraph under an ``as=``: start, end, and where the ``as`` stands."""
    for number, piece in enumerate(flat.pieces):
        if piece.mark.speaker is not None:
            start = flat.starts[number]
            yield start, start + piece.end - piece.start, piece.mark.start


def _resolve(cutting: _Cutting, flat: Flat, start: int) -> Label | None:
    """Return whom an ``as=`` means; complains once of each that means nobody."""
    if start not in cutting.marks:
        written = next(piece.mark.speaker for piece in flat.pieces if piece.mark.start == start)
        assert written is not None
        cutting.marks[start] = _label_of(cutting, written, start)
    return cutting.marks[start]


def _label_of(cutting: _Cutting, written: str, start: int) -> Label | None:
    if written == ANYONE and cutting.names.anyone:
        return Label(speaker=ANYONE, evidence=Evidence.MARK)
    name = cutting.names.find(written)
    if name is not None:
        return Label(speaker=name, evidence=Evidence.MARK)
    hint = suggest(written, cutting.names.members, "the cast is")
    if cutting.names.anyone:
        message = f"'{written}' is not in the cast and is spoken by the voice of '*'"
        cutting.warn("unknown-speaker", start, message, hint)
        return Label(speaker=ANYONE, evidence=Evidence.MARK)
    place = place_at(cutting.chapter.file, cutting.chapter.text, start)
    message = f"'{written}' is not in the cast"
    cutting.problems.append(Problem(code="unknown-speaker", message=message, place=place, hint=hint))
    return None


def _merge_wordless(text: str, stretches: list[Stretch]) -> Iterator[Stretch]:
    """Yield stretches with those that hold no word (a comma, a dash, a space) joined to a neighbour."""
    merged: list[Stretch] = []
    start: int | None = None
    for stretch in stretches:
        if not _WORD.search(text, stretch.start, stretch.end):
            if merged:
                merged[-1] = replace(merged[-1], end=stretch.end)
            elif start is None:
                start = stretch.start
            continue
        whole = stretch if start is None else replace(stretch, start=start)
        start = None
        last = merged[-1] if merged else None
        if last is not None and (last.quoted, last.utterance, last.given) == (
            whole.quoted,
            whole.utterance,
            whole.given,
        ):
            merged[-1] = replace(last, end=whole.end)
        else:
            merged.append(whole)
    yield from merged


def _warn_of_open(
    cutting: _Cutting, rows: Sequence[Paragraph], quoted: Sequence[Sequence[Quotation]]
) -> None:
    for number, quotations in enumerate(quoted):
        last = quotations[-1] if quotations else None
        if last is None or last.closed or last.dashed:
            continue
        following = quoted[number + 1] if number + 1 < len(quoted) else ()
        if following and following[0].continues:
            continue
        offset = rows[number].flat.to_source(last.start)
        message = f"the quotation that '{last.mark}' opens is never closed"
        cutting.warn(
            "unclosed-quotation", offset, message, "close it, or begin the next paragraph with the mark too"
        )
