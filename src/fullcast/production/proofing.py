"""The proof of a book: its chapters to be heard, with what is known of each line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fullcast.audio.check import check_take
from fullcast.errors import FullcastError
from fullcast.files.disk import read_whole, write_whole
from fullcast.files.join import Joined
from fullcast.files.proof import (
    ProofBook,
    ProofChapter,
    ProofEntry,
    ProofLine,
    book_script,
    chapter_script,
    page_files,
)
from fullcast.files.sounds import decode_take
from fullcast.files.store import Entry, Store
from fullcast.fingerprint import digest
from fullcast.model import NARRATOR, RECORDING, Finding, Line, Placed, PlannedTake, Word
from fullcast.production.captions import align_take, spoken_takes
from fullcast.production.chapters import drowned_lines
from fullcast.production.pieces import Item, Piece, Work, part_of
from fullcast.units import MIX_RATE, to_seconds

Spoken = tuple[PlannedTake, Placed, Entry]


def lay_out_proof(work: Work, takes: Store) -> Iterator[Item]:
    """Yield the page, the sound of each chapter, and what it shows of it."""
    counts: list[ProofEntry] = []
    for piece in work.pieces:
        stem = f"{piece.number:03}"
        yield _sound_item(piece, f"audio/{stem}{piece.encoded.file.suffix}")
        chapter = make_chapter(work, piece, takes)
        script = f"chapters/{stem}.js"
        yield work.text(script, chapter_script(chapter))
        found = sum(bool(line.findings) for line in chapter.lines)
        counts.append(ProofEntry(number=piece.number, title=piece.title, script=script, findings=found))
    yield work.text("book.js", book_script(_make_book(work, tuple(counts))))
    for name, content in page_files().items():
        yield work.text(name, content)


def _sound_item(piece: Piece, name: str) -> Item:
    def make(file: Path) -> Joined:
        part = part_of(piece.encoded)
        content = read_whole(part.file)
        write_whole(file, content)
        return Joined(file=file, samples=part.samples, starts=(0,), size=len(content))

    return Item(name=name, key=piece.encoded.key, make=make)


def _make_book(work: Work, chapters: tuple[ProofEntry, ...]) -> ProofBook:
    about = work.credits
    speakers = {line.speaker for piece in work.pieces for line in piece.plan.script.lines}
    return ProofBook(
        key=digest([about.title, about.author, about.language]),
        title=about.title,
        author=about.author,
        language=about.language,
        speakers=(NARRATOR, *sorted(speakers - {NARRATOR})),
        chapters=chapters,
    )


def make_chapter(work: Work, piece: Piece, takes: Store) -> ProofChapter:
    """Return a chapter as the proof shows it.

    Args:
        work: The delivery.
        piece: The chapter.
        takes: Where its takes stand.
    """
    spoken: dict[str, list[Spoken]] = {}
    for take, placed, entry in spoken_takes(piece, takes):
        spoken.setdefault(take.segment.line, []).append((take, placed, entry))
    drowned = {found.subject.rpartition(" ")[2]: found for found in drowned_lines(piece.encoded)}
    script = {line.id: line for line in piece.plan.script.lines}
    lines = []
    for time in piece.timeline.lines:
        line = script[time.line]
        own = spoken.get(line.id, [])
        found = (*_faults(own, takes), *([drowned[line.id]] if line.id in drowned else []))
        lines.append(
            ProofLine(
                id=line.id,
                speaker=line.speaker,
                kind=line.kind,
                paragraph=line.paragraph,
                scene=line.scene,
                text=line.text,
                start=to_seconds(time.start, MIX_RATE),
                end=to_seconds(time.end, MIX_RATE),
                voice=_voice_of(own),
                retake=work.prepared.lock.retakes.get(line.id, 0),
                words=tuple(_words(line, own)),
                findings=found,
            )
        )
    return ProofChapter(
        number=piece.number,
        title=piece.title,
        audio=f"audio/{piece.number:03}{piece.encoded.file.suffix}",
        duration=piece.duration,
        peaks=piece.encoded.curves.peaks,
        lines=tuple(lines),
    )


def _voice_of(spoken: list[Spoken]) -> str:
    """Return who speaks a line: a voice, or a person."""
    if not spoken:
        return ""
    take = spoken[0][0]
    return "retakes/" if take.engine == RECORDING else f"{take.voice.name} ({take.engine})"


def _faults(spoken: list[Spoken], takes: Store) -> Iterator[Finding]:
    """Yield what can be measured to be wrong with the takes of a line."""
    for take, _, _ in spoken:
        try:
            audio = decode_take(read_whole(takes.file_of(take.key)))
        except FullcastError as error:
            yield Finding(code="damaged-take", message=error.message, subject=take.segment.line)
            continue
        for fault in check_take(audio, take.segment.text):
            yield replace(fault, subject=take.segment.line)


def _words(line: Line, spoken: list[Spoken]) -> Iterator[Word]:
    """Yield when the words of a line are heard, by their offsets in the line."""
    for take, placed, entry in spoken:
        segment = take.segment
        for word in align_take(line, segment, placed, entry):
            yield replace(word, start=word.start + segment.start, end=word.end + segment.start)
