"""A book to be read and heard at once: its paragraphs in fragments, each with the time of its reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from fullcast.files.epub_overlay import can_overlay, write_overlaid
from fullcast.files.epub_write import Fragment, Paragraph, ReadBook, ReadChapter, write_epub
from fullcast.files.join import Joined
from fullcast.files.lpf_write import HeardChapter, write_lpf
from fullcast.files.pictures import prepare_cover
from fullcast.files.store import Store
from fullcast.fingerprint import digest_file
from fullcast.model import Line, LineKind, Placed, PlannedTake
from fullcast.production.captions import spoken_takes
from fullcast.production.pieces import Item, Piece, Work, part_of, safe_name
from fullcast.units import MIX_RATE, to_seconds

Spoken = tuple[PlannedTake, Placed]


def lay_out_epub(work: Work, takes: Store) -> Iterator[Item]:
    """Yield one EPUB whose text lights up as it is read."""
    cover, source = work.prepared.book.cover, work.prepared.book.source
    marks = [(piece.encoded.key, piece.title, piece.plan.chapter.text) for piece in work.pieces]

    def make(file: Path) -> Joined:
        chapters = tuple(read_chapter(piece, takes) for piece in work.pieces)
        newest = max(piece.encoded.file.stat().st_mtime for piece in work.pieces)
        book = ReadBook(
            about=work.credits,
            chapters=chapters,
            cover=prepare_cover(cover) if cover else None,
            modified=datetime.fromtimestamp(newest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        return _write(file, book, source)

    name = f"{safe_name(work.credits.title)}.epub"
    hashed = digest_file(source) if source else None
    yield Item(name=name, key=work.identity("epub", marks, hashed), make=make)


def _write(file: Path, book: ReadBook, source: Path | None) -> Joined:
    """Write the book's own pages with overlays if there are any that can take them, else pages of ours."""
    if source is None:
        return Joined(file=file, samples=0, starts=(), size=write_epub(file, book))
    if not can_overlay(source):
        note = f"{source.name} is an EPUB of version 2: pages were made anew from the chapters' text"
        return Joined(file=file, samples=0, starts=(), size=write_epub(file, book), notes=(note,))
    made = write_overlaid(file, source, book)
    lost = len(made.missing)
    note = f"{lost} of {made.found + lost} pieces of text do not stand in {source.name}: they are only heard"
    return Joined(file=file, samples=0, starts=(), size=made.size, notes=(note,) if lost else ())


def lpf_item(work: Work, name: str) -> Item:
    """Return one package that holds every chapter and a table of contents."""
    cover = work.prepared.book.cover
    marks = [(piece.encoded.key, piece.title) for piece in work.pieces]

    def make(file: Path) -> Joined:
        chapters = [
            HeardChapter(title=piece.title, audio=part_of(piece.encoded).file, duration=piece.duration)
            for piece in work.pieces
        ]
        picture = prepare_cover(cover) if cover else None
        size = write_lpf(file, about=work.credits, cover=picture, chapters=chapters)
        return Joined(file=file, samples=0, starts=(), size=size)

    return Item(name=name, key=work.identity("lpf", marks), make=make)


def read_chapter(piece: Piece, takes: Store) -> ReadChapter:
    """Return a chapter's text in fragments with their times.

    Raises:
        DamagedError: If its encoding is not what was measured.
    """
    spoken: dict[str, list[Spoken]] = {}
    for take, placed, _ in spoken_takes(piece, takes):
        spoken.setdefault(take.segment.line, []).append((take, placed))
    lines = piece.plan.script.lines
    paragraphs = []
    scene = min((line.scene for line in lines if line.scene), default=1)
    for _, group in groupby(lines, key=lambda line: line.paragraph):
        own = list(group)
        opens = own[0].scene > scene
        scene = max(scene, own[0].scene)
        paragraphs.append(
            Paragraph(
                fragments=tuple(_fragments(piece, own, spoken)),
                heading=own[0].kind is LineKind.TITLE,
                opens_scene=opens,
            )
        )
    return ReadChapter(
        number=piece.number,
        title=piece.title,
        audio=part_of(piece.encoded).file,
        duration=piece.duration,
        paragraphs=tuple(paragraphs),
    )


def _fragments(piece: Piece, lines: list[Line], spoken: dict[str, list[Spoken]]) -> Iterator[Fragment]:
    """Yield the fragments of a paragraph, and the white space between its lines."""
    before: Line | None = None
    for line in lines:
        if before is not None and _parted(piece.plan.chapter.text, before, line):
            yield Fragment(text=" ")
        yield from _line_fragments(line, spoken.get(line.id, []))
        before = line


def _parted(source: str, before: Line, line: Line) -> bool:
    """Return whether white space stands between two lines of a paragraph."""
    last, first = before.runs[-1], line.runs[0]
    between = source[last.start + len(last.text) : first.start]
    inside = before.text[-1:].isspace() or line.text[:1].isspace()
    return not inside and any(sign.isspace() for sign in between)


def _line_fragments(line: Line, spoken: list[Spoken]) -> Iterator[Fragment]:
    """Yield a line as its takes part it; what no take says is text without a time."""
    done = 0
    for take, placed in spoken:
        segment = take.segment
        if segment.start > done:
            yield Fragment(text=line.text[done : segment.start])
        yield Fragment(
            text=line.text[segment.start : segment.end],
            id=f"fc-{line.id}-{segment.number}",
            start=to_seconds(placed.start, MIX_RATE),
            end=to_seconds(placed.start + placed.length, MIX_RATE),
        )
        done = segment.end
    if done < len(line.text):
        yield Fragment(text=line.text[done:])
