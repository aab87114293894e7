from __future__ import annotations

import pytest

from fullcast.text.writing import find_unspeakable, scripts_of

ESPEAK = {"en": frozenset({"Latn"}), "ja": frozenset({"Hira", "Kana"}), "any": frozenset[str]()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“12 — 3.14!”", {}),
        ("Hello, Ωmega", {"Latn": 0, "Grek": 7}),
        ("東京とトーキョー", {"Hani": 0, "Hira": 2, "Kana": 3}),
        ("Ｈ안녕 שלום สวัสดี नमस्ते", {"Latn": 0, "Hang": 1, "Hebr": 4, "Thai": 9, "Deva": 16}),
        ("々 Жizň مرحبا", {"Hani": 0, "Cyrl": 2, "Latn": 3, "Arab": 7}),
    ],
)
def test_scripts_are_found_with_their_first_letter(text: str, expected: dict[str, int]) -> None:
    assert scripts_of(text) == expected


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us"])
def test_the_primary_tag_counts_where_the_whole_tag_is_unknown(language: str) -> None:
    assert find_unspeakable("Hello, 7 times.", language, ESPEAK) is None


def test_kanji_are_named_with_their_place() -> None:
    reason = find_unspeakable("こんにちは世界", "ja", ESPEAK)
    assert reason == "Chinese character '世' at character 6 cannot be said in language 'ja'"


def test_a_language_that_is_missing_is_named_with_those_that_are_there() -> None:
    assert find_unspeakable("Hej", "sv", ESPEAK) == "language 'sv' is not among any, en, ja"


def test_of_many_languages_those_that_begin_alike_are_named() -> None:
    many = {f"{first}{second}": frozenset({"Latn"}) for first in "ab" for second in "abcdefgh"}
    assert find_unspeakable("Hej", "bz", many) == (
        "language 'bz' is not among the 16 that it knows (ba, bb, bc, bd, be, bf, bg, bh, …)"
    )
    assert find_unspeakable("Hej", "sv", many) == "language 'sv' is not among the 16 that it knows"


def test_what_declares_nothing_says_everything() -> None:
    assert find_unspeakable("神社", "zh", {}) is None
    assert find_unspeakable("神社", "any", ESPEAK) is None
