"""The options that commands share: declared once, meaning the same wherever they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fullcast.cli.console import Console
from fullcast.errors import UsageError

if TYPE_CHECKING:
    from fullcast.model import Settings
    from fullcast.production.preparing import Choices

ProjectPath = Annotated[
    Path,
    typer.Argument(help="Folder of the project, or its project.yaml.", show_default="the current folder"),
]
Chapters = Annotated[
    list[str] | None,
    typer.Option("--chapter", "-c", metavar="N|N-M", help="Only these chapters; may be given several times."),
]
Engine = Annotated[
    str | None,
    typer.Option("--engine", "-e", metavar="NAME", help="Speech engine, instead of the project's."),
]
Device = Annotated[str | None, typer.Option("--device", metavar="auto|cpu|0|0,1", help="Where engines run.")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes that may be busy at once.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout; progress as JSON lines on stderr.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]

HERE = Path()


def console_of(as_json: bool, quiet: bool, verbose: bool = False) -> Console:
    """Return how the command talks."""
    return Console(json=as_json, quiet=quiet, verbose=verbose)


def choices_of(engine: str | None, chapters: list[str] | None) -> Choices:
    """Return what the command line says about how the book sounds.

    Raises:
        UsageError: If a chapter is not a number or a range.
    """
    from fullcast.production.preparing import Choices

    return Choices(engine=engine, chapters=frozenset(_numbers(chapters or [])))


def _numbers(items: list[str]) -> list[int]:
    numbers: list[int] = []
    for item in ",".join(items).split(",") if items else []:
        first, dash, last = item.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise UsageError(
                f"--chapter {item!r} is not a chapter", hint="give a number (3) or a range (3-5)"
            )
        numbers += range(int(first), int(last if dash else first) + 1)
    return numbers


def settings_of(device: str | None = None, jobs: int | None = None) -> Settings:
    """Return the machine's settings: flags, then environment, then ``fullcast.toml``."""
    from fullcast.files.settings import read_settings

    return read_settings({"device": device, "jobs": jobs})


def project_folder(project: Path) -> Path:
    """Return the folder of a project that was named by its folder or its file.

    Raises:
        UsageError: If there is no project.
    """
    folder = project if project.is_dir() else project.parent
    if not (folder / "project.yaml").is_file() or not project.exists():
        raise UsageError(
            f"{project} is no project: there is no project.yaml",
            hint="make one with `fullcast new NAME`, or name the folder of one",
        )
    return folder.resolve()
