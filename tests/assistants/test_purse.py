"""A budget is never overdrawn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.assistants.purse import Purse, cost_of
from fullcast.model import Budget, Usage

USAGES = st.builds(
    lambda sent, answered: Usage(sent=sent, answered=answered), st.integers(0, 50), st.integers(0, 50)
)


@given(st.integers(0, 500), st.lists(st.tuples(USAGES, st.floats(0, 1)), max_size=30))
def test_whatever_is_asked_the_budget_holds(most: int, requests: list[tuple[Usage, float]]) -> None:
    purse = Purse(Budget(max_tokens=most))
    for wanted, share in requests:
        if purse.set_aside(wanted):
            purse.settle(wanted, Usage(sent=int(wanted.sent * share), answered=int(wanted.answered * share)))
        assert purse.used.tokens <= most


def test_requests_at_once_share_one_budget() -> None:
    purse = Purse(Budget(max_tokens=100))
    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(lambda _: purse.set_aside(Usage(sent=9, answered=1)), range(50)))
    assert sum(granted) == 10


def test_what_was_not_taken_can_be_asked_for_again() -> None:
    purse = Purse(Budget(max_tokens=100))
    whole = Usage(sent=80, answered=20)
    assert purse.set_aside(whole)
    assert not purse.set_aside(Usage(sent=1))
    purse.settle(whole, Usage(sent=40, answered=10))
    assert purse.set_aside(Usage(sent=50))
    assert not purse.set_aside(Usage(sent=1))


def test_money_counts_by_its_prices() -> None:
    budget = Budget(max_cost=1.0, input_price=2.0, output_price=8.0)
    assert cost_of(Usage(sent=1_000_000, answered=500_000), budget) == pytest.approx(6.0)
    purse = Purse(budget)
    assert purse.set_aside(Usage(sent=100_000, answered=100_000))
    assert not purse.set_aside(Usage(answered=1))
    assert Purse(Budget()).set_aside(Usage(sent=10**12))
