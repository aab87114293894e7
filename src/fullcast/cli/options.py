"""The options that commands share: declared once, meaning the same wherever they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fullcast.cli.console import Console
from fullcast.errors import ProjectError, UsageError
from fullcast.files.disk import explained

if TYPE_CHECKING:
    from fullcast.model import Settings
    from fullcast.production.choices import Choices

MOST_CHAPTERS = 100_000
"""The highest chapter that can be asked for; a larger number is a slip of the finger."""


def _engine_names() -> list[str]:
    """Return what a shell offers after ``--engine``."""
    from fullcast.engines.registry import AUTO, load_speech_engines

    return [AUTO, *load_speech_engines()]


def _folders(incomplete: str) -> list[str]:
    """Return what a shell offers where a project is wanted: the folders that go on from what is written."""
    begun, _, name = incomplete.rpartition("/")
    shown = f"{begun}/" if begun or incomplete.startswith("/") else ""
    try:
        inside = sorted(item.name for item in Path(shown or ".").expanduser().iterdir() if item.is_dir())
    except OSError:
        return []
    return [
        f"{shown}{item}" for item in inside if item.startswith(name) and (name or not item.startswith("."))
    ]


ProjectPath = Annotated[
    Path,
    typer.Argument(
        metavar="PROJECT",
        help="Folder of the project, or its project.yaml; the current folder if left out.",
        show_default=False,
        autocompletion=_folders,
    ),
]
Chapters = Annotated[
    list[str] | None,
    typer.Option(
        "--chapter", "-c", metavar="N|N-M", help="Only these chapters: 3, or 3-5; may be given several times."
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        "-e",
        metavar="NAME",
        help="Speech engine instead of the project's; tone hums drafts, with any voice.",
        autocompletion=_engine_names,
    ),
]
Device = Annotated[str | None, typer.Option("--device", metavar="auto|cpu|0|0,1", help="Where engines run.")]
Jobs = Annotated[
    str | None,
    typer.Option(
        "--jobs", "-j", metavar="N", help="Processes that may be busy at once; all cores unless set."
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout, progress as JSON lines on stderr.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors and what was asked for.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say more: each take, each sound, every file.")
]

HERE = Path()


def console_of(as_json: bool, quiet: bool, verbose: bool = False) -> Console:
    """Return how the command talks."""
    return Console(json=as_json, quiet=quiet, verbose=verbose)


def choices_of(engine: str | None, chapters: list[str] | None) -> Choices:
    """Return what the command line says about how the book sounds.

    Raises:
        UsageError: If a chapter is not a number or a range.
    """
    from fullcast.production.choices import Choices

    words = ",".join(chapters or []).split(",") if chapters else []
    return Choices(engine=engine, chapters=frozenset(number for word in words for number in _numbers(word)))


def _numbers(word: str) -> range:
    """Return the chapters that a number or a range names.

    Raises:
        UsageError: If it names none.
    """
    first, dash, last = (part.strip() for part in word.partition("-"))
    if not (first.isdecimal() and (last.isdecimal() or not dash)):
        raise UsageError(f"--chapter {word!r} is not a chapter", hint="give a number (3) or a range (3-5)")
    low, high = int(first), int(last or first)
    if low < 1:
        raise UsageError(f"--chapter {word!r}: chapters are counted from 1")
    if high > MOST_CHAPTERS:
        raise UsageError(f"--chapter {word!r}: no book has so many chapters")
    if high < low:
        hint = f"the smaller number comes first: {high}-{low}"
        raise UsageError(f"--chapter {word!r} is an empty range", hint=hint)
    return range(low, high + 1)


def settings_of(device: str | None = None, jobs: str | None = None) -> Settings:
    """Return the machine's settings: flags, then environment, then ``fullcast.toml``.

    Raises:
        UsageError: If a flag is wrong.
        ProjectError: If another setting is wrong.
    """
    from fullcast.files.settings import read_settings

    try:
        return read_settings({"device": device, "jobs": jobs})
    except ProjectError as error:
        if all(problem.place and problem.place.file.startswith("--") for problem in error.problems):
            raise UsageError(error.message, hint=error.hint) from error
        raise


def project_folder(project: Path) -> Path:
    """Return the folder of a project that was named by its folder or its file.

    Raises:
        UsageError: If there is no project.
        StoreError: If the place cannot be looked at.
    """
    with explained(project, "read"):
        there, is_folder = project.exists(), project.is_dir()
        folder = project if is_folder else project.parent
        found = is_folder or project.name == "project.yaml"
        if there and found and (folder / "project.yaml").is_file():
            return folder.resolve()
    shown = project.absolute() if project == HERE else project
    if not there:
        message = f"{shown} does not exist"
    elif not found:
        message = f"{shown} is no project: a project is a folder with a project.yaml"
    else:
        message = f"{shown} is no project: it has no project.yaml"
    raise UsageError(message, hint="make one with `fullcast new NAME`, or name the folder of one")
