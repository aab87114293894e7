"""What was heard beside what should be said: laws of the edit distance, and examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.text.wording import compare_wording, units_of

words = st.lists(st.sampled_from(["the", "lamp", "went", "out", "谁", "在"]), max_size=12).map(" ".join)


@given(words)
def test_what_is_heard_as_it_is_has_no_error(text: str) -> None:
    wording = compare_wording(text, text.upper())
    assert (wording.errors, wording.longest_gap, wording.rate) == (0, 0, 0.0)


@given(words, words)
def test_errors_keep_their_bounds(expected: str, heard: str) -> None:
    one, other = len(units_of(expected)), len(units_of(heard))
    wording = compare_wording(expected, heard)
    assert abs(one - other) <= wording.errors <= max(one, other)
    assert wording.errors == compare_wording(heard, expected).errors
    assert 0 <= wording.longest_gap <= min(one, wording.errors)


@pytest.mark.parametrize(
    ("expected", "heard", "errors", "gap"),
    [
        ("Nobody answered, and the wind rose.", "nobody answered and the wind rose", 0, 0),
        ("Nobody answered, and the wind rose.", "nobody rose", 4, 4),
        ("Nobody answered, and the wind rose.", "nobody answered and and the wind rose", 1, 0),
        ("Nobody answered.", "", 2, 2),
        ("他说：谁在那里？", "他说 谁在里", 1, 1),
        ("Café", "cafe", 0, 0),
        ("", "anything", 1, 0),
    ],
)
def test_examples(expected: str, heard: str, errors: int, gap: int) -> None:
    wording = compare_wording(expected, heard)
    assert (wording.errors, wording.longest_gap) == (errors, gap)
