"""Kinds of single values in a YAML file.

A *kind* says what a value may be: it reads a node, or reports in words what it expected and what it got; and
it gives the JSON Schema of what it reads. Every problem goes to one list; what is wrong is left out, and
reading goes on.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from fullcast.errors import Place, Problem, Severity
from fullcast.files.yaml_nodes import Broken, Leaf, Listing, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Schema = dict[str, object]
"""A JSON Schema (draft 2020-12), or a part of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where in a file reading has come to, and the list that takes its problems."""

    problems: list[Problem]
    name: str = ""
    """The key that is being read, as a path: ``chapters[2].title``."""
    key: Place | None = None
    """Where the key stands; None in lists and at the top."""

    def under(self, key: str, place: Place) -> Reading:
        """Return the reading of a key's value."""
        return replace(self, name=f"{self.name}.{key}" if self.name else key, key=place)

    def item(self, number: int) -> Reading:
        """Return the reading of a list's item, counted from 1."""
        return replace(self, name=f"{self.name}[{number}]", key=None)

    def report(self, code: str, message: str, place: Place, hint: str | None = None) -> None:
        """Add an error."""
        self.problems.append(Problem(code=code, message=message, place=place, hint=hint))

    def warn(self, code: str, message: str, place: Place, hint: str | None = None) -> None:
        """Add a warning."""
        problem = Problem(code=code, message=message, place=place, hint=hint, severity=Severity.WARNING)
        self.problems.append(problem)

    def reject(self, node: Node, expected: str, hint: str | None = None) -> None:
        """Report that a node is not what was expected; what is broken was reported before."""
        if not isinstance(node, Broken):
            subject = self.name or "the file"
            message = f"{subject} must be {expected}, got {describe_node(node)}"
            self.report("wrong-value", message, node.place, hint)


class Kind(Protocol[T_co]):
    """What a value may be."""

    @property
    def expected(self) -> str:
        """What the value may be, in words that follow *must be*."""
        ...

    def read(self, node: Node, reading: Reading) -> T_co | None:
        """Return the value; None after reporting what is wrong with it."""
        ...

    def schema(self) -> Schema:
        """Return the JSON Schema of the value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot(Generic[T]):
    """A value that remembers where it was written."""

    value: T
    place: Place


def describe_node(node: Node) -> str:
    """Return what somebody wrote, in words that follow *got*."""
    match node:
        case Leaf(value=None):
            return "nothing"
        case Leaf(text=text, value=str()):
            return repr(text if len(text) <= 60 else text[:57] + "…")
        case Leaf(text=text):
            return text
        case Listing(items=()):
            return "an empty list"
        case Listing():
            return "a list"
        case _:
            return "keys and values"


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name that somebody may have meant.

    >>> nearest("chapterz", ["cast", "chapters"])
    'chapters'
    """
    from difflib import get_close_matches

    folded = {name.casefold(): name for name in names}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def suggest(word: str, names: Iterable[str], what: str) -> str:
    """Return the hint for an unknown name: the nearest one, and all of them.

    >>> suggest("alb", ["tom", "alba"], "voices")
    "did you mean 'alba'? voices: alba, tom"
    """
    known = sorted(names)
    close = nearest(word, known)
    guess = f"did you mean {close!r}? " if close else ""
    return f"{guess}{what}: {', '.join(known)}" if known else f"there are no {what}"


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words; numbers and truth values count as the text they are written with, unless there is a pattern."""

    what: str = "text"
    empty: bool = False
    """Whether no text at all will do."""
    longest: int = 2000
    """Characters."""
    pattern: str | None = None
    """What the text must match, between ``^`` and ``$``."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return self.what

    def read(self, node: Node, reading: Reading) -> str | None:
        """Return the text in NFC, without the white space around it."""
        if not isinstance(node, Leaf) or node.value is None:
            reading.reject(node, self.expected)
            return None
        text = unicodedata.normalize("NFC", node.text.strip())
        if not text and not self.empty:
            reading.reject(node, f"{self.expected}, not empty")
            return None
        if "\0" in text:  # many programs, and espeak among them, take it for the end
            reading.reject(node, f"{self.expected} without the character U+0000")
            return None
        if len(text) > self.longest:
            reading.reject(node, f"{self.expected} of at most {self.longest:,} characters")
            return None
        if self.pattern and not (isinstance(node.value, str) and re.search(self.pattern, text)):
            reading.reject(node, self.expected)
            return None
        return text

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        if self.pattern:
            return {"type": "string", "maxLength": self.longest, "pattern": self.pattern}
        pattern = r"^[^\u0000]*$" if self.empty else r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
        return {"type": ["string", "number", "boolean"], "maxLength": self.longest, "pattern": pattern}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number within bounds."""

    low: float
    high: float
    unit: str
    whole: bool = False

    @property
    def expected(self) -> str:
        """What the value may be."""
        if self.low == self.high:
            return f"{_plain(self.low)} ({self.unit})"
        noun = "a whole number" if self.whole else "a number"
        unit = f" ({self.unit})" if self.unit else ""
        return f"{noun} from {_plain(self.low)} to {_plain(self.high)}{unit}"

    def read(self, node: Node, reading: Reading) -> float | None:
        """Return the number; an int where it is whole by definition."""
        value = node.value if isinstance(node, Leaf) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            reading.reject(node, self.expected)
            return None
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            reading.reject(node, self.expected)
            return None
        return int(value) if self.whole else float(value)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "integer" if self.whole else "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """True or false."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return "true or false"

    def read(self, node: Node, reading: Reading) -> bool | None:
        """Return the truth value; YAML 1.2 has only these two words."""
        value = node.value if isinstance(node, Leaf) else None
        if isinstance(value, bool):
            return value
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}
        word = meant.get(node.text.lower()) if isinstance(node, Leaf) else None
        reading.reject(node, self.expected, f"write {word}" if word else None)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Generic[T]):
    """One of a few words."""

    words: Mapping[str, T]
    """Each word with what it stands for."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return f"one of {', '.join(self.words)}" if len(self.words) > 1 else next(iter(self.words))

    def read(self, node: Node, reading: Reading) -> T | None:
        """Return what the word stands for."""
        if isinstance(node, Leaf) and node.text in self.words and node.value is not None:
            return self.words[node.text]
        close = nearest(node.text, self.words) if isinstance(node, Leaf) else None
        reading.reject(node, self.expected, f"did you mean {close!r}?" if close else None)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"enum": list(self.words)}


def choice_of(words: type[T], *without: T) -> Choice[T]:
    """Return the choice between the members of an enumeration of words."""
    assert issubclass(words, Enum)
    return Choice(words={str(word.value): word for word in words if word not in without})


@dataclass(frozen=True, slots=True, kw_only=True)
class Anything:
    """Any scalar but nothing: an engine's own parameter."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return "text, a number, true or false"

    def read(self, node: Node, reading: Reading) -> str | int | float | bool | None:
        """Return the scalar with its own type."""
        value = node.value if isinstance(node, Leaf) else None
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            reading.reject(node, self.expected)
            return None
        return value

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": ["string", "number", "boolean"]}
