"""The command ``cast``: who speaks in a book."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fullcast.cli.console import Console, counted
from fullcast.cli.options import HERE, AsJson, Engine, Quiet, console_of, project_folder, settings_of
from fullcast.cli.words import columns
from fullcast.errors import UsageError

if TYPE_CHECKING:
    from fullcast.model import Reading
    from fullcast.production.casting import ReadText
    from fullcast.production.labelling import Labelling
    from fullcast.production.reviewing import Table

SHOWN = 40
"""People whom the table of a text shows."""


def cast(
    book: Annotated[
        Path,
        typer.Argument(
            metavar="PROJECT|FILE",
            help="A project, or a text file; the current folder if left out.",
            show_default=False,
        ),
    ] = HERE,
    write: Annotated[
        bool, typer.Option("--write", help="Give everybody found a voice, in project.yaml.")
    ] = False,
    marks: Annotated[
        bool, typer.Option("--marks", help="With --write: mark the speakers in the chapters too.")
    ] = False,
    series: Annotated[
        bool, typer.Option("--series", help="With --write: into the series, for all its books.")
    ] = False,
    review: Annotated[
        Path | None,
        typer.Option(
            "--review", metavar="FILE", help="Write the quotations that need an eye to a file to edit."
        ),
    ] = None,
    accept: Annotated[
        Path | None, typer.Option("--accept", metavar="FILE", help="Read an edited review file back in.")
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask your language model about the quotations that need an eye.")
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", "-l", metavar="TAG", help="Language of a text file; found out if left out."
        ),
    ] = None,
    engine: Engine = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find out who speaks in a book, and who says what: of a project, or of a text file.

    Examples:
      fullcast cast novel.txt
      fullcast cast books/holmes --write
      fullcast cast books/holmes --review doubts.txt
      fullcast cast books/holmes --accept doubts.txt
      fullcast cast books/holmes --ask
    """
    console = console_of(as_json, quiet)
    changes = [
        name for name, given in (("--write", write), ("--review", review), ("--accept", accept)) if given
    ]
    for name, given in (("--marks", marks), ("--series", series)):
        if given and not write:
            raise UsageError(f"{name} goes with --write", hint="add --write")
    if book.is_file() and book.name != "project.yaml":
        if changes:
            raise UsageError(
                f"{changes[0]} needs a project, and {book} is a text", hint="fullcast new NAME --from FILE"
            )
        _show_text(book, language, console, ask=ask)
        return
    if language is not None:
        raise UsageError("--language is for a text file", hint="a project says it itself, at book.language")
    if len(changes) > 1:
        raise UsageError(f"{changes[0]} and {changes[1]} are two steps", hint="one after the other")
    wanted = _Wanted(
        write=write, marks=marks, series=series, review=review, accept=accept, engine=engine, ask=ask
    )
    _show_project(project_folder(book), wanted, console)


def _show_text(file: Path, language: str | None, console: Console, *, ask: bool) -> None:
    from fullcast.production.casting import read_text

    found = read_text(file, language)
    if ask:
        from fullcast.production.labelling import label_text
        from fullcast.production.reviewing import SURE

        reading, labelling = label_text(found.text, found.reading, settings_of(), SURE)
        found = replace(found, reading=reading)
        _tell_asked(labelling, console)
    console.document(document_of(found.reading))
    if not console.json:
        _print_reading(found, console)


def document_of(reading: Reading) -> dict[str, object]:
    """Return a reading as ``cast --json`` prints it."""
    return {
        "characters": [
            {
                "name": person.name,
                "aliases": list(person.aliases),
                "sex": person.sex,
                "age": person.age,
                "lines": person.lines,
            }
            for person in reading.people
        ],
        "quotes": [
            {
                "start": heard.start,
                "end": heard.end,
                "speaker": heard.speaker,
                "confidence": heard.confidence,
                "why": heard.why,
                "utterance": heard.utterance,
            }
            for heard in reading.quotations
        ],
    }


def _print_reading(found: ReadText, console: Console) -> None:
    from fullcast.production.reviewing import SURE

    rows = [("character", "lines", "sex", "age", "also called")]
    rows += [
        (person.name, str(person.lines), person.sex or "", person.age or "", ", ".join(person.aliases[:4]))
        for person in found.reading.people[:SHOWN]
    ]
    console.print(columns(rows, right=frozenset({1})))
    quotations = found.reading.quotations
    doubtful = sum(heard.confidence < SURE for heard in quotations)
    console.print(
        f"{counted(len(found.reading.people), 'character')}, {counted(len(quotations), 'quotation')}; "
        f"{doubtful} of them less sure than {SURE:.0%}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    write: bool
    marks: bool
    series: bool
    review: Path | None
    accept: Path | None
    engine: str | None
    ask: bool


def _tell_asked(found: Labelling, console: Console) -> None:
    """Say what became of the questions to a language model."""
    console.event(
        {
            "event": "asked",
            "speeches": found.asked,
            "labelled": len(found.speakers),
            "requests": found.requests,
            "kept": found.kept,
            "failed": found.failed,
            "unpaid": found.unpaid,
            "tokens": found.usage.tokens,
            "cost": round(found.cost, 6),
        }
    )
    parts = [f"{len(found.speakers)} of {counted(found.asked, 'quotation')} labelled"]
    parts += [counted(found.requests, "request")]
    parts += [f"{found.kept} answered before"] if found.kept else []
    parts += [f"{found.usage.tokens} tokens"]
    parts += [f"cost {found.cost:.4f}"] if found.cost else []
    parts += [f"{counted(found.failed, 'passage')} without an answer"] if found.failed else []
    parts += [f"{counted(found.unpaid, 'passage')} beyond the budget"] if found.unpaid else []
    console.say(f"language model: {', '.join(parts)}")


def _show_project(folder: Path, wanted: _Wanted, console: Console) -> None:
    from fullcast.production import reviewing

    settings = settings_of()
    table = reviewing.look_at_cast(folder, settings)
    if wanted.ask:
        _tell_asked(reviewing.ask_about_doubts(table, settings), console)
        table = reviewing.look_at_cast(folder, settings)
    if wanted.accept is not None:
        count = reviewing.accept(table, wanted.accept)
        console.tell(f"{counted(count, 'quotation')} decided; kept in {folder / 'fullcast.lock'}")
        table = reviewing.look_at_cast(folder, settings)
    if wanted.write:
        members = reviewing.cast_voices(table, wanted.engine, settings)
        file = reviewing.write_cast(table, members, series=wanted.series)
        console.tell(f"{counted(len(members), 'member')} added to {file}")
        table = reviewing.look_at_cast(folder, settings)
    if wanted.marks:
        marked, left = reviewing.write_speakers(table)
        console.tell(f"{counted(marked, 'quotation')} marked in the chapters, {left} left as they are")
        table = reviewing.look_at_cast(folder, settings)
    if wanted.review is not None:
        reviewing.write_doubts(table, wanted.review)
        console.tell(f"{wanted.review}: {counted(len(table.doubts), 'quotation')} to look at")
    console.document(_table_document(table))
    if not console.json:
        _print_table(table, console)


def _table_document(table: Table) -> dict[str, object]:
    return {
        "characters": [
            {
                "name": part.name,
                "lines": part.lines,
                "confidence": round(part.confidence, 3),
                "voice": part.voice,
                "sample": part.sample,
            }
            for part in table.parts
        ],
        "quotations": table.total,
        "doubts": [
            {
                "id": doubt.id,
                "chapter": doubt.number,
                "speaker": doubt.speaker,
                "confidence": doubt.confidence,
            }
            for doubt in table.doubts
        ],
    }


def _print_table(table: Table, console: Console) -> None:
    rows = [("character", "lines", "sure", "voice", "says")]
    rows += [
        (part.name, str(part.lines), f"{part.confidence:.0%}", part.voice or "-", part.sample)
        for part in table.parts
    ]
    console.print(columns(rows, right=frozenset({1, 2})))
    console.print(
        f"{len(table.doubts)} of {counted(table.total, 'quotation')} need an eye"
        + (": --review FILE writes them out" if table.doubts else "")
    )
    if any(part.voice is None and part.lines for part in table.parts):
        console.print("whoever has no voice is spoken by *: --write gives them voices")
