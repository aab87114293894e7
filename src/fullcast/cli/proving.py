"""Commands that prove what was made: ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fullcast.cli.console import Console, counted
from fullcast.cli.options import (
    HERE,
    AsJson,
    Jobs,
    ProjectPath,
    Quiet,
    Verbose,
    console_of,
    project_folder,
    settings_of,
)
from fullcast.cli.words import clock, columns
from fullcast.errors import Severity

if TYPE_CHECKING:
    from fullcast.production.verifying import Row, Verification

LONGEST_LABEL = 44
"""Characters of a file's name in the table."""


def verify(
    project: ProjectPath = HERE,
    jobs: Jobs = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Decode what was delivered, measure it, and hold it against each shop's rules.

    Other code measures than that which made the files. The figures go into each report.json.

    Examples:
      fullcast verify books/holmes
      fullcast verify books/holmes --json > verified.json
    """
    console = console_of(as_json, quiet, verbose)
    folder = project_folder(project)
    from fullcast.cli.progress import reporting
    from fullcast.production.verifying import verify as measure

    with reporting(console, folder / ".fullcast") as emit:
        result = measure(project, settings_of(None, jobs), emit)
    _show(result, console)
    return int(any(finding.severity is Severity.ERROR for finding in result.findings))


def _show(result: Verification, console: Console) -> None:
    console.document(result.to_json())
    if result.rows:
        head = ("file", "length", "LUFS", "RMS", "dBTP", "floor", "head", "tail", "")
        console.tell(columns([head, *(_cells(row) for row in result.rows)], right=frozenset(range(1, 8))))
    for notice in result.notices:
        console.tell(f"note: {notice}")
    for finding in result.findings:
        console.warn(f"{finding.subject}: {finding.message}", finding.severity)
    if not result.findings:
        console.tell(f"{counted(len(result.rows), 'recording')} measured, nothing found")


def _cells(row: Row) -> tuple[str, ...]:
    found = row.found
    name = f"{row.delivery}/{row.chapter or row.file.rpartition('/')[2]}"
    label = name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"
    figures = (found.loudness, found.rms, found.true_peak, found.noise_floor)
    return (
        label,
        clock(found.duration),
        *(f"{figure:.1f}" for figure in figures),
        f"{found.head:.2f}",
        f"{found.tail:.2f}",
        ", ".join(row.codes) or "ok",
    )
