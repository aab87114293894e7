"""Values as words: problems with their source line, durations, sizes, columns."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category, east_asian_width

from fullcast.errors import FullcastError, Problem

_LONGEST_SOURCE = 100
"""Columns of a source line that are shown; of a longer one, what stands around the fault."""
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})


def describe_problem(problem: Problem, head: str) -> str:
    """Return a problem as a person reads it: what, where, the source line, what to do.

    Args:
        problem: The problem.
        head: Its severity, perhaps in colour.
    """
    where = f"{problem.place}: " if problem.place else ""
    lines = [f"{head}: {printable(where)}{printable(problem.message)}"]
    place = problem.place
    if place and place.source is not None:
        number = str(place.line or "")
        shown, column = _shorten(place.source, place.column)
        lines.append(f"  {number} | {printable(shown)}")
        if column:
            lead = "".join("\t" if char == "\t" else " " * cell_width(char) for char in shown[: column - 1])
            lines.append(f"  {' ' * len(number)} | {lead}^")
    if problem.hint:
        lines.append(f"  hint: {printable(problem.hint)}")
    return "\n".join(lines)


def describe_error(error: FullcastError, head: str) -> str:
    """Return an error as a person reads it: what, and what to do."""
    line = f"{head}: {printable(error.message)}"
    return f"{line}\n  hint: {printable(error.hint)}" if error.hint else line


def printable(text: str) -> str:
    r"""Return a text that a terminal shows and does not obey: control characters become question marks.

    >>> printable("a\x1b[31mb\tc")
    'a?[31mb\tc'
    """
    if text.isprintable():
        return text
    return "".join("?" if category(char) in _CONTROLS and char not in "\t\n" else char for char in text)


def _shorten(source: str, column: int | None) -> tuple[str, int | None]:
    """Return the part of a long line around a column, and the column in it."""
    if len(source) <= _LONGEST_SOURCE:
        return source, column
    start = max(0, (column or 1) - 1 - _LONGEST_SOURCE // 2)
    end = start + _LONGEST_SOURCE
    lead, trail = "…" if start else "", "…" if end < len(source) else ""
    return f"{lead}{source[start:end]}{trail}", column - start + len(lead) if column else None


def cell_width(text: str) -> int:
    r"""Return how many columns of a terminal a text fills: wide characters fill two, marks none.

    >>> cell_width("灯塔"), cell_width("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if category(char) in _NO_WIDTH else 1 + (east_asian_width(char) in "WF") for char in text)


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
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def size(number: float) -> str:
    """Return a number of bytes in a unit that suits it.

    >>> size(1_500_000), size(999_960)
    ('1.5 MB', '1.0 MB')
    """
    if number < 1000:
        return f"{number:.0f} B"
    for unit in ("kB", "MB", "GB"):
        number /= 1000
        if round(number, 1) < 1000:
            return f"{number:.1f} {unit}"
    return f"{number / 1000:.1f} TB"
