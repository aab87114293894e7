from __future__ import annotations

import pytest

from fullcast.model import Character
from fullcast.text.cast import read_names

CAST = {
    name: Character(name=name, voice=name, aliases=aliases)
    for name, aliases in {
        "Narrator": (),
        "Sherlock Holmes": ("the detective",),
        "Mycroft Holmes": (),
        "Mrs. Bennet": (),
        "Old Tom": ("Thomas",),
        "小明": (),
        "*": (),
    }.items()
}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sherlock Holmes", "Sherlock Holmes"),
        ("SHERLOCK", "Sherlock Holmes"),
        ("Mr. Sherlock Holmes", "Sherlock Holmes"),
        ("The Detective", "Sherlock Holmes"),
        ("Holmes", None),
        ("mrs bennet", "Mrs. Bennet"),
        ("Bennet", "Mrs. Bennet"),
        ("Miss Bennet", "Mrs. Bennet"),
        ("Mr. Bennet", None),
        ("Tom", "Old Tom"),
        ("Thomas", "Old Tom"),
        ("小明", "小明"),
        ("narrator", "Narrator"),
        ("Watson", None),
        ("", None),
    ],
)
def test_a_name_means_one_member_or_nobody(written: str, expected: str | None) -> None:
    assert read_names(CAST).find(written) == expected
