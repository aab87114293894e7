"""Commands that make audio: ``render``, ``mix``, ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fullcast.cli.console import Console, clock, size
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
from fullcast.errors import Severity

if TYPE_CHECKING:
    from fullcast.production.remembering import Report


def render(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    device: Device = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Record what is missing, mix, master and write the deliveries.

    Only what a change asks for is made anew; an interrupted run goes on where it was.

    Examples:
      fullcast render books/holmes

      fullcast render books/holmes --chapter 3 --engine tone

      fullcast render --json > report.json 2> progress.jsonl
    """
    console = console_of(as_json, quiet, verbose)
    _make(project, "render", (choices_of(engine, chapter), settings_of(device, jobs)), console)


def mix(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Mix chapters from the takes that exist: unmastered 24-bit FLAC under output/mix.

    Chapters that lack takes are left out and listed.

    Examples:
      fullcast mix books/holmes --chapter 1-3
    """
    _make(project, "mix", (choices_of(engine, chapter), settings_of(None, jobs)), console_of(as_json, quiet))


def export(
    project: ProjectPath = HERE,
    chapter: Chapters = None,
    engine: Engine = None,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Write the deliveries from the takes that exist; nothing is recorded.

    Examples:
      fullcast export books/holmes
    """
    _make(
        project, "export", (choices_of(engine, chapter), settings_of(None, jobs)), console_of(as_json, quiet)
    )


def _make(project: Path, command: str, asked: tuple, console: Console) -> None:  # type: ignore[type-arg]
    choices, settings = asked
    folder = project_folder(project)
    from fullcast.production.remembering import remembered, run_and_remember

    report = remembered(folder, command, choices, settings)
    if report is None:
        from fullcast.cli.progress import reporting

        with reporting(console, folder / ".fullcast") as emit:
            report = run_and_remember(folder, command, (choices, settings), emit)
        console.show_problems(report.warnings)
    _show(report, console)
    raise typer.Exit(int(any(finding.severity is Severity.ERROR for finding in report.findings)))


def _show(report: Report, console: Console) -> None:
    console.document(report.to_json())
    if report.unchanged:
        console.print("nothing changed: every delivery is up to date")
    for delivery in report.deliveries:
        console.print(f"{delivery.folder}  {clock(delivery.seconds)}  {size(delivery.size)}")
        for file in delivery.files if console.verbose or len(delivery.files) <= 12 else ():
            console.print(f"  {file}")
    for finding in report.findings:
        console.print(f"{finding.severity}: {finding.subject}: {finding.message}")
