"""Commands about a project: ``new``, ``check``, ``plan``, ``status``."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fullcast.cli.console import Console, counted, problem_document
from fullcast.cli.options import (
    HERE,
    AsJson,
    Chapters,
    Engine,
    ProjectPath,
    Quiet,
    choices_of,
    console_of,
    project_folder,
    settings_of,
)
from fullcast.cli.words import clock, columns, size
from fullcast.errors import UsageError

if TYPE_CHECKING:
    from fullcast.production.creation import Created, Listing
    from fullcast.production.reasons import Reason
    from fullcast.production.summary import Summary

LONGEST_QUOTE = 50
"""Characters of a text that ``plan --why`` quotes."""


def new(
    name: Annotated[
        Path | None,
        typer.Argument(metavar="NAME", help="Folder to make; not needed with --list.", show_default=False),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A book to make the project from: EPUB, text, Markdown, HTML, DOCX or PDF.",
        ),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Show what would become chapters, and make nothing.")
    ] = False,
    include: Annotated[
        list[str] | None,
        typer.Option(
            "--include",
            metavar="N|N-M|TITLE",
            help="Only these parts, by number or title (* for any words); repeatable.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="N|N-M|TITLE",
            help="Leave these out: they are written, with include: false.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="Encoding of a text, if it is guessed wrongly."),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a project: an example to start from, or a whole book from a file.

    Examples:
      fullcast new mybook
      fullcast new holmes --from holmes.epub
      fullcast new --from holmes.epub --list
      fullcast new holmes --from holmes.epub --exclude 3 --exclude "*preface*"
    """
    from fullcast.production.creation import Source, create, look_into

    console = console_of(as_json, quiet)
    chosen = any((listed, include, exclude, encoding))
    if source is None and chosen:
        hint = "name it with --from FILE"
        raise UsageError("--list, --include, --exclude and --encoding are about a book file", hint=hint)
    book = (
        Source(
            file=source,
            encoding=encoding or "",
            include=tuple(include or ()),
            exclude=tuple(exclude or ()),
        )
        if source
        else None
    )
    if book and listed:
        _show_listing(look_into(book), console)
        return
    if name is None:
        raise UsageError("the folder to make has no name", hint="fullcast new NAME, or --list to look only")
    _show_new(create(name, book, settings_of()), console)


def _show_listing(found: Listing, console: Console) -> None:
    console.document(
        {
            "title": found.title,
            "author": found.author,
            "language": found.language,
            "parts": [
                {
                    "number": part.number,
                    "title": part.title,
                    "words": part.words,
                    "source": part.source,
                    "included": not part.why_not,
                    "why": part.why_not,
                }
                for part in found.parts
            ],
            "left_out": [{"what": what, "why": why} for what, why in found.left_out],
            "notes": list(found.notes),
        }
    )
    rows = [("", "title", "words", "from", "")]
    rows += [
        (
            str(part.number),
            part.title,
            str(part.words),
            part.source,
            f"left out: {part.why_not}" if part.why_not else "",
        )
        for part in found.parts
    ]
    console.print(columns(rows, right=frozenset({0, 2})))
    console.print("\n".join(_describe_rest(found.left_out, found.notes)))
    heard = [part for part in found.parts if not part.why_not]
    words = sum(part.words for part in heard)
    console.print(f"“{found.title}”: {counted(len(heard), 'chapter')}, {words} words")


def _show_new(made: Created, console: Console) -> None:
    console.document(
        {
            "folder": str(made.folder),
            "title": made.title,
            "chapters": [{"title": title, "words": words} for title, words in made.chapters],
            "left_out": [{"what": what, "why": why} for what, why in made.left_out],
            "notes": list(made.notes),
        }
    )
    console.tell(_describe_new(made))


def _describe_new(made: Created) -> str:
    words = sum(count for _, count in made.chapters)
    lines = [f"{made.folder}: “{made.title}”, {counted(len(made.chapters), 'chapter')}, {words} words"]
    lines += [f"  {title} ({count} words)" for title, count in made.chapters]
    lines += _describe_rest(made.left_out, made.notes)
    return "\n".join([*lines, f"next: fullcast render {shlex.quote(str(made.folder))}"])


def _describe_rest(left_out: Sequence[tuple[str, str]], notes: Sequence[str]) -> list[str]:
    return [
        *(f"  left out: {what} ({why})" for what, why in left_out),
        *(f"  look at: {note}" for note in notes),
    ]


def check(
    project: ProjectPath = HERE, engine: Engine = None, as_json: AsJson = False, quiet: Quiet = False
) -> None:
    """Find everything that is wrong with a project; records nothing and writes nothing.

    Examples:
      fullcast check books/holmes
    """
    from fullcast.production.preparing import prepare

    console = console_of(as_json, quiet)
    prepared = prepare(project_folder(project), choices_of(engine, None), settings_of())
    problems = [problem_document(item) for item in prepared.warnings]
    console.document({"ok": True, "title": prepared.book.credits.title, "problems": problems})
    if not as_json:
        console.show_problems(prepared.warnings)
    chapters = counted(len(prepared.plan.chapters), "chapter")
    warnings = counted(len(problems), "warning") if problems else "no warnings"
    console.tell(f"{prepared.book.credits.title}: {chapters}, no errors, {warnings}")


def plan(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    why: Annotated[
        bool, typer.Option("--why", help="Say for each take and sound why it must be made.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show what a render would do: chapters, takes, minutes, disk. Records nothing and writes nothing.

    Examples:
      fullcast plan books/holmes
      fullcast plan books/holmes --chapter 3 --why
      fullcast plan books/holmes --json
    """
    from fullcast.production.preparing import prepare
    from fullcast.production.summary import open_stores, summarise

    console = console_of(as_json, quiet)
    prepared = prepare(project_folder(project), choices_of(engine, chapter), settings_of())
    console.show_problems(prepared.warnings)
    takes, sounds = open_stores(prepared)
    summary = summarise(prepared, takes, sounds)
    found: tuple[Reason, ...] = ()
    if why:
        from fullcast.production.reasons import reasons  # it looks at mixes too: numpy comes with it

        found = reasons(prepared, takes, sounds)
    document = summary.to_json()
    if why:
        document["why"] = [reason.to_json() for reason in found]
    console.document(document)
    for message in prepared.decided:
        console.say(message)
    _show_plan(summary, found, console)


def _show_plan(summary: Summary, found: tuple[Reason, ...], console: Console) -> None:
    rows = [("", "chapter", "lines", "quotes", "unnamed", "takes", "missing", "sounds", "speech")]
    rows += [
        (
            str(item.number),
            item.title,
            str(item.lines),
            str(item.quotations),
            str(item.unattributed),
            str(item.takes.total),
            str(item.takes.missing),
            str(item.sounds.total),
            clock(item.speech_seconds),
        )
        for item in summary.chapters
    ]
    console.print(columns(rows, right=frozenset({0, 2, 3, 4, 5, 6, 7, 8})))
    console.print(
        f"{summary.takes.missing} of {summary.takes.total} takes and {summary.sounds.missing} of "
        f"{summary.sounds.total} sounds to make with {summary.engine} and {summary.sound_engine}; "
        f"{clock(summary.speech_seconds)} of speech, {size(summary.disk_bytes)} in the store"
    )
    for reason in found:
        text = reason.text if len(reason.text) <= LONGEST_QUOTE else f"{reason.text[: LONGEST_QUOTE - 1]}…"
        who = f"{reason.speaker}: " if reason.speaker else ""
        console.print(f"  chapter {reason.chapter}: {reason.kind} {who}“{text}”: {reason.reason}")


def status(
    project: ProjectPath = HERE,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--plot", metavar="FILE.svg", help="Draw loudness, levels and speakers of each chapter."
        ),
    ] = None,
    engine: Engine = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show how far a book is: takes, sounds and deliveries that are ready.

    Examples:
      fullcast status books/holmes
      fullcast status books/holmes --plot levels.svg
      fullcast status books/holmes --json
    """
    from fullcast.production.remembering import look

    console = console_of(as_json, quiet)
    if picture is not None:
        from fullcast.production.plotting import plot

        drawn = plot(project, picture, settings_of())
        console.say(f"{picture}: {counted(drawn, 'chapter')} drawn")
    found = look(project_folder(project), engine, settings_of)
    console.document(found)
    if not as_json:
        _show_status(found, console)


def _show_status(found: Mapping[str, Any], console: Console) -> None:
    rows = [("", "chapter", "takes", "sounds", "speech")]
    for item in found["chapters"]:
        takes, sounds = item["takes"], item["sounds"]
        rows.append(
            (
                str(item["number"]),
                item["title"],
                f"{takes['ready']}/{takes['total']}",
                f"{sounds['ready']}/{sounds['total']}",
                clock(item["speech_seconds"]),
            )
        )
    console.print(columns(rows, right=frozenset({0, 2, 3, 4})))
    takes = found["takes"]
    console.print(f"{found['title']}: {takes['ready']} of {takes['total']} takes ready ({found['engine']})")
    for delivery in found["deliveries"]:
        state = "up to date" if found["fresh"] else "made before the last change"
        console.print(f"{delivery['name']}: {delivery['folder']}, {clock(delivery['seconds'])}, {state}")
    if not found["deliveries"]:
        console.print("no delivery yet: fullcast render makes them")
    if found["findings"]:
        counts = counted(len(found["findings"]), "finding")
        console.print(f"the last run left {counts}: --json lists them")
