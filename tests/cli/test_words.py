"""Values as words: widths, columns, durations, sizes, source lines."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.cli.words import cell_width, clock, columns, describe_problem, printable, size
from fullcast.errors import Place, Problem

WORDS = st.text(st.sampled_from("abc déf灯塔한é。’"), max_size=12)


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=1, max_size=5)
    )
)
def test_columns_begin_at_the_same_cell(rows: list[list[str]]) -> None:
    rows = [[cell.replace(" ", "_") or "-" for cell in row] for row in rows]
    lines = columns(rows).split("\n")
    starts = [[cell_width(line[: found.start()]) for found in re.finditer(r"\S+", line)] for line in lines]
    assert [line.split() for line in lines] == rows
    assert len({tuple(start) for start in starts}) == 1


@given(st.lists(st.lists(st.integers(0, 10**9).map(str), min_size=2, max_size=2), min_size=1, max_size=5))
def test_figures_end_at_the_same_cell(rows: list[list[str]]) -> None:
    assert len({len(line) for line in columns(rows, right=frozenset({0, 1})).split("\n")}) == 1


@given(st.integers(0, 10**6))
def test_a_clock_can_be_read_back(seconds: int) -> None:
    parts = [int(part) for part in clock(seconds).split(":")]
    assert sum(part * 60**place for place, part in enumerate(reversed(parts))) == seconds
    assert all(part < 60 for part in parts[1:])


@given(st.integers(0, 10**15))
def test_a_size_is_within_half_of_its_last_digit(number: int) -> None:
    figure, unit = size(number).split()
    factor = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}[unit]
    assert abs(float(figure) * factor - number) <= 0.0501 * factor
    assert float(figure) < 1000 or unit == "TB"


@given(st.text())
def test_what_is_printable_obeys_no_control(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert not [letter for letter in shown if unicodedata.category(letter) == "Cc" and letter not in "\t\n"]
    assert printable(shown) == shown


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("key: value", 6),
        ("灯塔: 值", 4),
        ("\tkey", 2),
        ("x" * 300 + "!" + "y" * 300, 301),
        ("!" + "z" * 400, 1),
    ],
)
def test_the_mark_stands_under_the_fault(source: str, column: int) -> None:
    place = Place(file="project.yaml", line=7, column=column, source=source)
    shown = describe_problem(Problem(code="x", message="wrong", place=place, hint="mend it"), "error")
    head, line, mark, hint = shown.split("\n")
    fault = source[column - 1]
    at = cell_width(mark.partition("^")[0])
    assert head == f"error: project.yaml:7:{column}: wrong"
    assert hint == "  hint: mend it"
    assert cell_width(line[: line.index(fault, 6)]) == at
    assert cell_width(line) <= 110
