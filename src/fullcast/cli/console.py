"""What a person or a script reads: results on stdout, talk on stderr."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from fullcast.errors import FullcastError, Problem, ProjectError, Severity

_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[33m", "strong": "\x1b[1m", "faint": "\x1b[2m"}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """How a command talks."""

    json: bool = False
    """One document alone on stdout, progress as JSON lines on stderr."""
    quiet: bool = False
    """Only errors."""
    verbose: bool = False
    """Also what is usually not worth a line."""

    def print(self, text: str) -> None:
        """Print a result for people; nothing in JSON mode, where the document is the result."""
        if not self.json:
            sys.stdout.write(f"{text}\n")

    def document(self, value: object) -> None:
        """Print the one JSON document of the command; nothing outside JSON mode."""
        if self.json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")

    def say(self, text: str) -> None:
        """Tell the person something on stderr."""
        if not self.quiet and not self.json:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Tell of problems that do not stop the command."""
        for problem in problems:
            if self.json:
                sys.stderr.write(json.dumps({"event": "problem", **problem_document(problem)}) + "\n")
            elif not self.quiet:
                sys.stderr.write(describe_problem(problem) + "\n")


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


def paint(text: str, style: str, stream: TextIO | None = None) -> str:
    """Return the text in colour where the stream is a terminal that wants it."""
    target = stream or sys.stderr
    if not target.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        return text
    return f"{_STYLES[style]}{text}{_PLAIN}"


def describe_problem(problem: Problem) -> str:
    """Return a problem as a person reads it: what, where, the source line, what to do."""
    where = f"{problem.place}: " if problem.place else ""
    head = paint(problem.severity.value, problem.severity.value)
    lines = [f"{head}: {where}{problem.message}"]
    place = problem.place
    if place and place.source is not None:
        number = str(place.line or "")
        shown, column = _shorten(place.source, place.column)
        lines.append(f"  {number} | {shown}")
        if column:
            lead = "".join(
                "\t" if char == "\t" else " " * max(1, cell_width(char)) for char in shown[: column - 1]
            )
            lines.append(f"  {' ' * len(number)} | {lead}^")
    if problem.hint:
        lines.append(f"  hint: {problem.hint}")
    return "\n".join(lines)


def _shorten(source: str, column: int | None, most: int = 100) -> tuple[str, int | None]:
    """Return the part of a long line around a column, and the column in it."""
    if len(source) <= most:
        return source, column
    start = max(0, (column or 1) - 1 - most // 2)
    part = source[start : start + most]
    lead, trail = "…" if start else "", "…" if start + most < len(source) else ""
    return f"{lead}{part}{trail}", column - start + len(lead) if column else None


def describe_error(error: FullcastError) -> str:
    """Return an error as a person reads it."""
    if isinstance(error, ProjectError):
        return "\n".join([*map(describe_problem, error.problems), _count_line(error.problems)])
    head = f"{paint('error', 'error')}: {error.message}"
    return f"{head}\n  hint: {error.hint}" if error.hint else head


def _count_line(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    words = [_counted(errors, "error"), *([_counted(warnings, "warning")] if warnings else [])]
    return f"{' and '.join(words)}; nothing was recorded"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def error_document(error: FullcastError) -> dict[str, object]:
    """Return an error as the JSON document that a failed command prints."""
    document: dict[str, object] = {"error": error.message, "hint": error.hint, "exit_code": error.exit_code}
    if isinstance(error, ProjectError):
        document["problems"] = [problem_document(problem) for problem in error.problems]
    return document


def cell_width(text: str) -> int:
    """Return how many columns of a terminal a text fills: wide characters fill two, marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Return rows as aligned columns.

    Args:
        rows: Cells; the first row is the head.
        right: Columns whose cells stand at the right.
    """
    widths = [max(cell_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for index, cell in enumerate(row):
            gap = " " * (widths[index] - cell_width(cell))
            cells.append(gap + cell if index in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def clock(seconds: float) -> str:
    """Return a duration as hours, minutes and seconds.

    >>> clock(3725.4)
    '1:02:05'
    >>> clock(65)
    '1:05'
    """
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def size(number: float) -> str:
    """Return a number of bytes in a unit that suits it.

    >>> size(1_500_000)
    '1.5 MB'
    """
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
