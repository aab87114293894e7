from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.engines.plain import only_words


@given(st.text())
def test_words_stay_and_no_sign_of_order_does(text: str) -> None:
    plain = only_words(text)
    assert len(plain) == len(text)
    assert not re.search(r"[\[\]{}<>|\x00-\x1f\x7f]", plain)
    assert re.findall(r"\w", plain) == re.findall(r"\w", text)
    assert only_words(plain) == plain


@pytest.mark.parametrize(
    "order",
    ["<|endofprompt|>", "[breath]", "<strong>no</strong>", "[[slnc 5000]]", "[j][ǐ]", "<speak>", "\x1b[31m"],
)
def test_orders_are_words(order: str) -> None:
    plain = only_words(f"He wrote {order} and died.")
    assert order not in plain
    assert plain.startswith("He wrote ")
