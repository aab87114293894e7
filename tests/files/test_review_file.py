"""The review file: written, edited, read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.files.review_file import Doubt, read_review, write_review

DOUBT = Doubt(
    id="0123456789ab",
    chapter="The Storm",
    number=1,
    words="“The road\nis gone.”",
    speaker="Old Tom",
    confidence=0.524,
    why="turn after Mara",
    before="She listened.",
    after="The rain went on.",
)

OTHER = Doubt(
    id="ba9876543210", chapter="The Storm", number=1, words="“No.”", speaker=None, confidence=0.0, why=""
)

WRITTEN = """\
# The Storm: 2 of 40 quotations need an eye.
#
# Each begins with @ and a name. Write the right name where it is wrong, leave it where it is right.
# @? leaves a quotation undecided, and so does deleting its block.
# Everything else in this file is for the eye only. Save it, then let fullcast read it:
#   fullcast cast PROJECT --accept THIS_FILE
#
# Names: Mara, Old Tom

=== 1. The Storm ===

    … She listened.
@Old Tom #0123456789ab  (52%: turn after Mara)
  “The road is gone.”
    The rain went on. …

@? #ba9876543210  (nobody found)
  “No.”
"""


def review(text: str, folder: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what is read from a text: decisions, and problems as one line each."""
    file = folder / "review.txt"
    file.write_text(text, encoding="utf-8")
    decisions, problems = read_review(file)
    said = [f"{item.place.line if item.place else 0}: {item.message}" for item in problems]
    return [(item.id, item.speaker) for item in decisions], said


def test_the_whole_file() -> None:
    assert write_review([DOUBT, OTHER], title="The Storm", names=["Mara", "Old Tom"], total=40) == WRITTEN


def test_an_untouched_file_confirms_what_was_guessed(tmp_path: Path) -> None:
    assert review(WRITTEN, tmp_path) == ([("0123456789ab", "Old Tom")], [])


def test_edits_are_read(tmp_path: Path) -> None:
    edited = WRITTEN.replace("@Old Tom #", "@ Mara   #").replace("@? #", "@Old Tom#").replace("  “No.”\n", "")
    assert review(edited, tmp_path) == ([("0123456789ab", "Mara"), ("ba9876543210", "Old Tom")], [])


def test_a_deleted_block_decides_nothing(tmp_path: Path) -> None:
    assert review(WRITTEN[: WRITTEN.index("    … She")], tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (
            ("#0123456789ab", ""),
            "13: '@Old Tom   (52%: turn after Mara)' does not end in the number of a quotation",
        ),
        (
            ("@? #ba9876543210", "@Mara #0123456789ab"),
            "17: #0123456789ab is given to 'Mara' here, and to 'Old Tom' in line 13",
        ),
    ],
)
def test_what_cannot_be_understood_is_a_problem(edit: tuple[str, str], problem: str, tmp_path: Path) -> None:
    assert review(WRITTEN.replace(*edit), tmp_path)[1] == [problem]


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=300)


@given(WORDS, WORDS, WORDS, WORDS)
def test_no_words_of_a_book_can_become_a_decision(words: str, before: str, after: str, why: str) -> None:
    """What stands in the book is indented or on the entry's own line, whatever it is."""
    import tempfile

    doubt = Doubt(
        id="0123456789ab",
        chapter=words or "x",
        number=1,
        words=f"@Evil #aaaaaaaaaaaa {words}",
        speaker="Mara",
        confidence=0.5,
        why=why,
        before=f"@Evil #bbbbbbbbbbbb {before}",
        after=after,
    )
    with tempfile.TemporaryDirectory() as folder:
        text = write_review([doubt], title=words or "x", names=["Mara"], total=1)
        assert review(text, Path(folder)) == ([("0123456789ab", "Mara")], [])
