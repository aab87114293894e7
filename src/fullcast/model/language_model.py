"""A language model that the user has: where it answers, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fullcast.units import Seconds


class Secret:
    """A word that is never shown: not by ``repr``, not in JSON, not in a key, not in an error.

    >>> key = Secret("sk-1234")
    >>> f"{key} {key!r}"
    '*** Secret(***)'
    >>> key.reveal()
    'sk-1234'
    """

    __slots__ = ("_word",)

    def __init__(self, word: str) -> None:
        self._word = word

    def reveal(self) -> str:
        """Return the word, for whoever must send it."""
        return self._word

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self._word

    def __hash__(self) -> int:
        return hash(self._word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one run may use of a language model."""

    max_tokens: int | None = None
    """Tokens, sent and answered together; None is no limit."""
    max_cost: float | None = None
    """In the currency of the prices; None is no limit."""
    input_price: float | None = None
    """Of a million tokens that are sent; None is unknown."""
    output_price: float | None = None
    """Of a million tokens that are answered; None is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A model behind an OpenAI-compatible server."""

    url: str
    """The server's address up to what stands before ``/chat/completions``, without a slash at the end."""
    model: str
    """The model's name, as the server knows it."""
    key: Secret | None = None
    key_file: Path | None = None
    """File that holds the key; looked into where ``key`` is None."""
    requests: int = 4
    """Requests that may be under way at once."""
    timeout: Seconds = Seconds(120.0)
    """How long the server may be silent, and how long its answer may take in all."""
    budget: Budget = Budget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens that requests took."""

    sent: int = 0
    answered: int = 0

    @property
    def tokens(self) -> int:
        """Sent and answered together."""
        return self.sent + self.answered

    def __add__(self, other: Usage) -> Usage:
        return Usage(sent=self.sent + other.sent, answered=self.answered + other.answered)

    def __sub__(self, other: Usage) -> Usage:
        return Usage(sent=self.sent - other.sent, answered=self.answered - other.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that is said to a language model."""

    role: str
    """``system`` or ``user``."""
    content: str
