"""What a person or a script reads: results on stdout, talk on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from fullcast.cli.words import describe_error, describe_problem
from fullcast.errors import FullcastError, Problem, ProjectError, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """How a command talks."""

    json: bool = False
    """One document alone on stdout, progress as JSON lines on stderr."""
    quiet: bool = False
    """Only errors, and what was asked for."""
    verbose: bool = False
    """Also what is usually not worth a line."""

    def print(self, text: str) -> None:
        """Print what was asked for; nothing in JSON mode, where the document is the answer."""
        if not self.json:
            write(sys.stdout, f"{text}\n")

    def tell(self, text: str) -> None:
        """Print what was done; nothing if errors are all that somebody wants to read."""
        if not self.quiet:
            self.print(text)

    def document(self, value: object) -> None:
        """Print the one JSON document of the command; nothing outside JSON mode."""
        if self.json:
            write_document(value)

    def say(self, text: str) -> None:
        """Tell the person something on stderr."""
        if not self.quiet and not self.json:
            write(sys.stderr, f"{text}\n")

    def warn(self, text: str, severity: Severity) -> None:
        """Tell the person on stderr of something that is wrong; errors are told even to the quiet."""
        if not self.json and (not self.quiet or severity is Severity.ERROR):
            write(sys.stderr, f"{paint(severity.value, severity.value)}: {text}\n")

    def event(self, value: object) -> None:
        """Print one line of progress for programs; nothing outside JSON mode."""
        if self.json:
            write(sys.stderr, f"{json.dumps(value, ensure_ascii=not _speaks(sys.stderr), default=str)}\n")

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Tell of problems that do not stop the command."""
        for problem in problems:
            self.event({"event": "problem", **problem_document(problem)})
            if not self.quiet and not self.json:
                write(sys.stderr, f"{_described(problem)}\n")


def write(stream: TextIO, text: str) -> None:
    """Write to a stream at once; where nobody reads any more (``| head``), go on in silence.

    The book is still wanted when the reader of its progress went away.
    """
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        fall_silent(stream)
    except OSError as error:
        error.filename = error.filename or ("standard output" if stream is sys.stdout else "standard error")
        raise


def fall_silent(stream: TextIO) -> None:
    """Send what is still written to a stream nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def write_document(value: object) -> None:
    """Write the one JSON document of a command; every stream can hold it, whatever its letters."""
    ascii_only = not _speaks(sys.stdout)
    write(sys.stdout, json.dumps(value, ensure_ascii=ascii_only, indent=2, default=str) + "\n")


def _speaks(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").replace("_", "") == "utf8"


def problem_document(problem: Problem) -> dict[str, object]:
    """Return a problem as a JSON object."""
    place = problem.place
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "hint": problem.hint,
    }


def error_document(error: FullcastError) -> dict[str, object]:
    """Return an error as the JSON document that a failed command prints."""
    document: dict[str, object] = {
        "ok": False,
        "error": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, ProjectError):
        document["problems"] = [problem_document(problem) for problem in error.problems]
    return document


def show_error(error: FullcastError, console: Console) -> None:
    """Tell of the error that ended a command, on stderr, or in JSON mode as the document on stdout.

    Where stdout lies on a full disk stderr is told; where that does too, the exit code has to do.
    """
    if console.json:
        with suppress(OSError):
            write_document(error_document(error))
            return
    if isinstance(error, ProjectError):
        told = [item for item in error.problems if not console.quiet or item.severity is Severity.ERROR]
        lines = [*map(_described, told), count_problems(error.problems)]
    else:
        lines = [describe_error(error, paint("error", "error"))]
    with suppress(OSError):
        write(sys.stderr, "".join(f"{line}\n" for line in lines))


def count_problems(problems: Iterable[Problem]) -> str:
    """Return how many errors and warnings there are, in words."""
    severities = [problem.severity for problem in problems]
    errors, warnings = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    words = [counted(errors, "error"), *([counted(warnings, "warning")] if warnings else [])]
    return f"{' and '.join(words)}; nothing was recorded"


def counted(number: int, word: str) -> str:
    """Return a number of things.

    >>> counted(1, "file"), counted(0, "file")
    ('1 file', '0 files')
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _described(problem: Problem) -> str:
    return describe_problem(problem, paint(problem.severity.value, problem.severity.value))


_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[33m", "strong": "\x1b[1m", "faint": "\x1b[2m"}
_PLAIN = "\x1b[0m"


def paint(text: str, style: str, stream: TextIO | None = None) -> str:
    """Return the text in colour where the stream is a terminal that wants it."""
    target = stream or sys.stderr
    if not target.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"{_STYLES[style]}{text}{_PLAIN}"
