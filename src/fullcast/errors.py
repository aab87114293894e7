"""The errors that fullcast raises, in one tree.

::

    FullcastError
    ├── UsageError      exit 2   the command was called wrongly
    ├── ProjectError    exit 3   the project or an input file is wrong; nothing was recorded
    ├── SetupError      exit 4   this machine is not ready: program, model, device
    ├── EngineError     exit 5   an engine failed; finished takes are kept
    ├── AudioError      exit 5   audio that cannot be used
    └── StoreError      exit 6   the store or the disk
        ├── DamagedError         a recording does not match its hash; it is made again
        └── LockedError          another run works on the same project

A message says what is wrong with the offending value, where it stands, and what to do. Libraries raise; only
the command line catches, prints and exits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How bad a problem is: warnings never change an exit code."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something stands in a file that a person wrote."""

    file: str
    """Path as the person knows it, relative to the project where possible."""
    line: int | None = None
    """Line, counted from 1."""
    column: int | None = None
    """Column in characters, counted from 1."""
    source: str | None = None
    """The offending line itself, without its line break."""

    def __str__(self) -> str:
        """Return ``file:line:column``, leaving out what is unknown.

        >>> str(Place(file="project.yaml", line=3, column=7))
        'project.yaml:3:7'
        """
        numbers = (number for number in (self.line, self.column) if number is not None)
        return ":".join([self.file, *map(str, numbers)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a project or an input file."""

    code: str
    """Stable identifier in kebab case, ``unknown-voice``."""
    message: str
    """What is wrong, with the offending value."""
    place: Place | None = None
    hint: str | None = None
    """What to do; the nearest right name where one is unknown."""
    severity: Severity = Severity.ERROR


class FullcastError(Exception):
    """Something that the person who runs fullcast can read and act on.

    Args:
        message: What is wrong, with the offending value and where it stands.
        hint: What to do about it.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(FullcastError):
    """The command was called wrongly."""

    exit_code = 2


class ProjectError(FullcastError):
    """The project or an input file is wrong; carries every problem that was found.

    Args:
        problems: What is wrong, errors and warnings together, in the order of the files.
    """

    exit_code = 3

    def __init__(self, *problems: Problem) -> None:
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        first = errors[0] if errors else problems[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        where = f"{first.place}: " if first.place else ""
        super().__init__(f"{where}{first.message}{more}", hint=first.hint)
        self.problems = problems


class SetupError(FullcastError):
    """This machine is not ready: a program, a model or a device is missing."""

    exit_code = 4


class EngineError(FullcastError):
    """An engine failed; finished takes are kept."""

    exit_code = 5


class AudioError(FullcastError):
    """Audio that cannot be used: wrong shape, not finite, too short, not decodable."""

    exit_code = 5


class StoreError(FullcastError):
    """The store or the disk failed."""

    exit_code = 6


class DamagedError(StoreError):
    """A recording in the store does not match its hash; it can be made again.

    Args:
        message: What is wrong.
        hint: What to do about it.
        file: The damaged file.
    """

    def __init__(self, message: str, *, hint: str | None = None, file: str = "") -> None:
        super().__init__(message, hint=hint)
        self.file = file


class LockedError(StoreError):
    """Another run works on the same project."""
