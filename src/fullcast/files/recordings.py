"""``retakes/``: lines that a person recorded, by the id of the line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fullcast.errors import Place, Problem, Severity
from fullcast.files.inside import AUDIO_SUFFIXES
from fullcast.model import Script

FOLDER = "retakes"

_NAME = re.compile("[0-9a-f]{12}")


def find_recordings(
    folder: Path, scripts: Iterable[Script]
) -> tuple[Mapping[str, Path], tuple[Problem, ...]]:
    """Return which file is used for which line, and what is wrong with the others.

    Args:
        folder: The project.
        scripts: Its chapters.

    Returns:
        The recordings by line id; and a warning for each file that belongs to no line, an error where two
        belong to one.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return {}, ()
    lines = {line.id for script in scripts for line in script.lines}
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for file in sorted(place.iterdir()):
        if file.suffix.lower() not in AUDIO_SUFFIXES or file.name.startswith("."):
            continue
        name = f"{FOLDER}/{file.name}"
        if file.stem in found:
            message = f"two recordings of one line: {found[file.stem].name} and {file.name}"
            problems.append(_problem("two-recordings", message, name, "keep the one that is wanted"))
        elif file.stem in lines:
            found[file.stem] = file
        else:
            problems.append(_stray(file, name))
    return found, tuple(problems)


def _problem(code: str, message: str, name: str, hint: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code=code, message=message, place=Place(file=name), hint=hint, severity=severity)


def _stray(file: Path, name: str) -> Problem:
    if _NAME.fullmatch(file.stem):
        message = "no line of the book has this id: its words, or who says them, were changed"
        hint = "look for the line's new id in the proof, and rename the file"
    else:
        message = "the file is not named by the id of a line"
        hint = "name it by the id that the proof shows, as in 3fa91c0be27d.wav"
    return _problem("stray-recording", message, name, hint, Severity.WARNING)
