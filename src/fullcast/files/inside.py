"""Paths that a project names: nothing in a project can reach a file outside the folders meant for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fullcast.errors import Place, Problem
from fullcast.files.kinds import Spot, nearest

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aac"})
"""How the name of a sound ends that is a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that a project names, or what is wrong with the name."""

    file: Path | None = None
    """Absolute, links followed, inside its folder."""
    problem: Problem | None = None


def find_inside(folder: Path, written: Spot[str]) -> Found:
    """Find a file of a project.

    Args:
        folder: The project's folder.
        written: The path as the project gives it, relative to the folder, with forward slashes.
    """
    path, place = written.value, written.place
    if _leads_out(path):
        return _outside(path, place)
    try:
        file = (folder / path).resolve()
        inside = file.is_relative_to(folder.resolve())
        exists, regular = file.exists(), file.is_file()
    except (OSError, ValueError, RuntimeError):  # RuntimeError: a circle of links before Python 3.13
        hint = "use a shorter name, without links that lead back to themselves"
        return Found(problem=_problem("wrong-path", f"{path!r} cannot be the path of a file", place, hint))
    if not inside:
        return _outside(path, place)
    if regular:
        return Found(file=file)
    if exists:
        return Found(problem=_problem("not-a-file", f"{path!r} is not a file", place, "name a file in it"))
    return Found(problem=_problem("missing-file", f"there is no file {path!r}", place, _hint(folder, path)))


def _problem(code: str, message: str, place: Place, hint: str | None) -> Problem:
    return Problem(code=code, message=message, place=place, hint=hint)


def _leads_out(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.is_absolute() or os.path.normpath(path).startswith("..") or path[1:3] in {":\\", ":/"}


def _outside(path: str, place: Place) -> Found:
    message = f"{path!r} leaves the project"
    return Found(problem=_problem("path-outside", message, place, "put the file into the project's folder"))


def _hint(folder: Path, path: str) -> str:
    """Return which file may be meant: one in the same folder, or one of that name elsewhere."""
    if "\\" in path and (folder / path.replace("\\", "/")).is_file():
        return f"write it with forward slashes: {path.replace(chr(92), '/')}"
    beside = _names((folder / path).parent)
    close = nearest(PurePosixPath(path).name, beside)
    if close:
        return f"did you mean {str(PurePosixPath(path).with_name(close))!r}?"
    return "paths are relative to the project's folder"


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLibrary:
    """The sounds that stand in a project's ``sounds`` folder and in the machine's sound folders."""

    project: Path
    stems: Mapping[str, Path] = field(default_factory=dict)
    """By the file's name without its suffix, case folded."""

    def find(self, written: Spot[str]) -> Found:
        """Find what a cue names; neither file nor problem where the words are a prompt."""
        named = self.stems.get(written.value.casefold())
        if named is not None:
            return self._confined(named, written)
        if PurePosixPath(written.value).suffix.lower() not in AUDIO_SUFFIXES:
            return Found()
        found = find_inside(self.project, written)
        if found.file is None and "/" not in written.value:
            shelved = self.stems.get(PurePosixPath(written.value).stem.casefold())
            if shelved is not None and shelved.name == written.value:
                return self._confined(shelved, written)
        return found

    def _confined(self, file: Path, written: Spot[str]) -> Found:
        """Return a file of the library; one in the project may be a link, but not one that leads out."""
        if not file.is_relative_to(self.project):
            return Found(file=file.resolve())
        inner = file.relative_to(self.project).as_posix()
        return find_inside(self.project, Spot(value=inner, place=written.place))


def open_library(project: Path, folders: tuple[Path, ...]) -> SoundLibrary:
    """Look through a project's ``sounds`` folder, then the machine's folders; the first of a name wins."""
    stems: dict[str, Path] = {}
    for folder in (project / "sounds", *folders):
        for name in _names(folder):
            if PurePosixPath(name).suffix.lower() in AUDIO_SUFFIXES:
                stems.setdefault(PurePosixPath(name).stem.casefold(), folder / name)
    return SoundLibrary(project=project, stems=stems)
