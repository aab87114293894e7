"""Commands that make audio: ``render``, ``mix``, ``export``, ``proof``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fullcast.cli.console import Console, counted
from fullcast.cli.options import (
    HERE,
    AsJson,
    Chapters,
    Device,
    Engine,
    Jobs,
    ProjectPath,
    Quiet,
    Verbose,
    choices_of,
    console_of,
    project_folder,
    settings_of,
)
from fullcast.cli.words import clock, size
from fullcast.errors import Severity

if TYPE_CHECKING:
    from fullcast.model import Settings
    from fullcast.production.choices import Choices
    from fullcast.production.remembering import DeliveryReport, Report

MOST_FILES = 12
"""Files of a delivery that are listed without being asked for."""


def render(
    project: ProjectPath = HERE,
    retakes: Annotated[
        Path | None,
        typer.Option(
            "--retakes", metavar="FILE", help="Record the lines of this list anew, as the proof writes it."
        ),
    ] = None,
    chapter: Chapters = None,
    engine: Engine = None,
    device: Device = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Record what is missing, mix, master and write the deliveries.

    Only what a change asks for is made anew; an interrupted run goes on where it was.

    Examples:
      fullcast render books/holmes
      fullcast render books/holmes --chapter 3 --engine tone
      fullcast render books/holmes --retakes retakes.txt
      fullcast render --json > report.json 2> progress.jsonl
    """
    asked = (choices_of(engine, chapter), settings_of(device, jobs))
    console = console_of(as_json, quiet, verbose)
    if retakes is not None:
        _ask_for_retakes(project, retakes, asked, console)
    return _make(project, "render", asked, console)


def _ask_for_retakes(project: Path, file: Path, asked: tuple[Choices, Settings], console: Console) -> None:
    """Note in the lock which lines are recorded anew."""
    from fullcast.production.retakes import ask_for_retakes

    result = ask_for_retakes(project_folder(project), file, *asked)
    console.say(f"{counted(len(result.anew), 'line')} to be recorded anew")
    if result.done:
        console.say(f"{counted(len(result.done), 'line')} recorded anew since the list was made, left alone")


def mix(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    device: Device = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Mix chapters from the takes that exist: unmastered 24-bit FLAC under output/mix.

    Chapters that lack takes are left out and listed.

    Examples:
      fullcast mix books/holmes --chapter 1-3
    """
    asked = (choices_of(engine, chapter), settings_of(device, jobs))
    return _make(project, "mix", asked, console_of(as_json, quiet, verbose))


def export(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    device: Device = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Write the deliveries from the takes that exist; nothing is recorded.

    Chapters that lack takes are left out and listed.

    Examples:
      fullcast export books/holmes
    """
    asked = (choices_of(engine, chapter), settings_of(device, jobs))
    return _make(project, "export", asked, console_of(as_json, quiet, verbose))


def proof(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    device: Device = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Make a page to hear the book and mark lines for retakes: output/proof/index.html, open it in a browser.

    It needs no server and no network. What it exports, fullcast render --retakes FILE records anew.

    Examples:
      fullcast proof books/holmes
    """
    asked = (choices_of(engine, chapter), settings_of(device, jobs))
    return _make(project, "proof", asked, console_of(as_json, quiet, verbose))


def _make(project: Path, command: str, asked: tuple[Choices, Settings], console: Console) -> int:
    """Carry out a run and tell of it; 1 if it left a finding of level error."""
    folder = project_folder(project)
    from fullcast.production.remembering import remembered, run_and_remember

    report = remembered(folder, command, *asked)
    if report is None:
        from fullcast.cli.progress import reporting

        with reporting(console, folder / ".fullcast") as emit:
            report = run_and_remember(folder, command, asked, emit)
        console.show_problems(report.warnings)
    code = int(any(finding.severity is Severity.ERROR for finding in report.findings))
    if not report.unchanged:
        _show(report, console)
        return code
    from fullcast.cli.repeating import remembering

    with remembering(folder, code):
        _show(report, console)
    return code


def _show(report: Report, console: Console) -> None:
    console.document(report.to_json())
    if report.unchanged:
        console.tell("nothing changed: every delivery is up to date")
    for delivery in report.deliveries:
        console.tell(_describe(delivery, everything=console.verbose))
    for finding in report.findings:
        console.warn(f"{finding.subject}: {finding.message}", finding.severity)


def _describe(delivery: DeliveryReport, *, everything: bool) -> str:
    files = delivery.files if everything or len(delivery.files) <= MOST_FILES else ()
    figures = f"{counted(len(delivery.files), 'file')}, {clock(delivery.seconds)}, {size(delivery.size)}"
    return "\n".join([f"{delivery.folder}: {figures}", *(f"  {file}" for file in files)])
