"""What a run may still use of a language model, kept by many requests at once."""

from __future__ import annotations

import threading

from fullcast.model import Budget, Usage

_MILLION = 1_000_000


class Purse:
    """A budget that is never overdrawn: a request sets aside the most that it can take.

    Args:
        budget: What may be used.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._set_aside = Usage()
        self.used = Usage()
        """What requests took so far."""
        self.requests = 0
        """How many requests were paid for."""

    def set_aside(self, most: Usage) -> bool:
        """Set aside what a request can take at most; tell whether there was enough left."""
        with self._lock:
            if not self._is_enough(self.used + self._set_aside + most):
                return False
            self._set_aside += most
            self.requests += 1
            return True

    def settle(self, most: Usage, taken: Usage) -> None:
        """Count what a request took, of what was set aside for it."""
        with self._lock:
            self._set_aside -= most
            self.used += taken

    @property
    def cost(self) -> float:
        """What was used costs so much; nothing where prices are unknown."""
        return cost_of(self.used, self._budget)

    def _is_enough(self, usage: Usage) -> bool:
        budget = self._budget
        few = budget.max_tokens is None or usage.tokens <= budget.max_tokens
        return few and (budget.max_cost is None or cost_of(usage, budget) <= budget.max_cost)


def cost_of(usage: Usage, budget: Budget) -> float:
    """Return what tokens cost at the prices of a budget."""
    sent = usage.sent * (budget.input_price or 0.0)
    return (sent + usage.answered * (budget.output_price or 0.0)) / _MILLION
