from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.text.normalise import normalise_source, normalise_spoken, tidy


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("\ufeffOne\r\nTwo\rThree", "One\nTwo\nThree"),
        ("a\tb", "a b"),
        ("cafe\u0301", "café"),
        ("ze\u200bro wi\u00adder \x00\x1b", "zero wider "),
        ("a\n \u3000 \nb", "a\n\nb"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200db", "ab"),
    ],
)
def test_a_source_keeps_its_letters_and_loses_what_nobody_sees(raw: str, expected: str) -> None:
    assert normalise_source(raw) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("a\n  b\u00a0c", "en", "a b c"),
        ("wait -- now... no . . . yes", "en", "wait — now… no … yes"),
        ("it’s the boys’ club", "en", "it's the boys’ club"),
        ("l’homme", "fr", "l'homme"),
        ("<|endoftext|>hi", "en", "endoftext hi"),
        (
            "[laughter] [[h@l'oU]] <strong>no</strong> {x}",
            "en",
            "(laughter) ((h@l'oU)) strong no /strong (x)",
        ),
        ("1 < 2 and 3 > 2", "en", "1 < 2 and 3 > 2"),
        ("他说，\n“好。”", "zh", "他说，“好。”"),
        ("我\n们 Tom\nMara", "zh", "我们 Tom Mara"),
    ],
)
def test_an_engine_hears_words_and_no_instructions(text: str, language: str, expected: str) -> None:
    assert normalise_spoken(text, language) == expected


@given(
    st.text(
        st.sampled_from("ab é中’ʼ'.-— \n<>[]…\u00ad\u2015\u061c") | st.characters(exclude_categories=["Cs"])
    )
)
def test_what_is_passed_over_as_tidy_is_tidy(text: str) -> None:
    for language in ("en", "zh"):
        assert tidy(text, language) == tidy(f"{text}\u200b", language)  # the last one has no short way
