"""Commands about this machine and what lies on it: ``doctor``, ``schema``, ``cache``."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

import typer

from fullcast.cli.console import counted, paint, write
from fullcast.cli.options import (
    HERE,
    AsJson,
    Device,
    Engine,
    Jobs,
    ProjectPath,
    Quiet,
    choices_of,
    console_of,
    project_folder,
    settings_of,
)
from fullcast.cli.words import columns, size

_MARKS = {"ok": ("ok     ", "faint"), "note": ("note   ", "warning"), "missing": ("missing", "error")}


def doctor(device: Device = None, jobs: Jobs = None, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Find out what this machine can do: engines, devices, folders.

    Ends with exit code 4 if nothing can be rendered here.

    Examples:
      fullcast doctor
      fullcast doctor --device 0 --json
    """
    from fullcast.doctor import examine

    console = console_of(as_json, quiet)
    checks = examine(settings_of(device, jobs))
    console.document([check.to_json() for check in checks])
    for item in checks:
        text, style = _MARKS[item.state]
        lines = [f"{paint(text, style, sys.stdout)}  {item.name}: {item.message}"]
        lines += [f"         hint: {item.hint}"] if item.hint else []
        (console.print if item.stops else console.tell)("\n".join(lines))
    return 4 if any(item.stops for item in checks) else 0


def schema(
    what: Annotated[
        Literal["project", "series", "lexicon", "voice"],
        typer.Argument(
            metavar="WHAT",
            help="project, series, lexicon or voice; project if left out.",
            show_default=False,
        ),
    ] = "project",
) -> None:
    """Print the JSON Schema of project.yaml, or of another file that people write, for editors.

    Examples:
      fullcast schema > project.schema.json
      fullcast schema voice > voice.schema.json
    """
    from fullcast.files import schema as schemas

    makers = {
        "project": schemas.project_schema,
        "series": schemas.series_schema,
        "lexicon": schemas.lexicon_schema,
        "voice": schemas.voice_schema,
    }
    write(sys.stdout, json.dumps(makers[what](), indent=2) + "\n")


def show_cache(project: ProjectPath = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Show how much the store holds.

    Examples:
      fullcast cache show books/holmes
    """
    from fullcast.production.caching import measure_cache

    console = console_of(as_json, quiet)
    shelves = measure_cache(project_folder(project))
    console.document({shelf.name: {"files": shelf.files, "bytes": shelf.size} for shelf in shelves})
    rows = [("", "files", "size"), *((shelf.name, str(shelf.files), size(shelf.size)) for shelf in shelves)]
    console.print(columns(rows, right=frozenset({1, 2})))


def verify_cache(project: ProjectPath = HERE, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Check every recording against its hash; damaged ones are removed, and the next render makes them again.

    Ends with exit code 1 if there were any.

    Examples:
      fullcast cache verify books/holmes
    """
    from fullcast.production.caching import verify_cache as verify

    console = console_of(as_json, quiet)
    checked, damaged = verify(project_folder(project))
    console.document({"checked": checked, "damaged": list(damaged)})
    found = (
        f"{len(damaged)} damaged and removed: the next render makes them again" if damaged else "all sound"
    )
    (console.print if damaged else console.tell)(f"{counted(checked, 'recording')} checked, {found}")
    return 1 if damaged else 0


def prune_cache(
    project: ProjectPath = HERE,
    engine: Engine = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be removed.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Remove what the project no longer uses: old recordings, old encodings, unfinished files.

    What an engine recorded goes when the project uses another; name it to keep it: --engine tone.

    Examples:
      fullcast cache prune books/holmes --dry-run
      fullcast cache prune books/holmes
    """
    from fullcast.production.caching import prune_cache as prune

    console = console_of(as_json, quiet)
    removed = prune(project_folder(project), choices_of(engine, None), settings_of(), dry_run=dry_run)
    console.document({"files": removed.files, "bytes": removed.size, "removed": not dry_run})
    verb = "would be removed" if dry_run else "removed"
    console.tell(f"{counted(removed.files, 'file')}, {size(removed.size)} {verb}")
