"""Attributes in braces, as in ``{#rain as="Old Tom" level=-24}``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ITEM = re.compile(
    r"""\s*(?:
        \#(?P<id>[\w-]+)
      | (?P<key>[\w-]+)=(?:
            "(?P<double>[^"]*)" | '(?P<single>[^']*)' | [“”„](?P<curly>[^“”]*)[“”] | (?P<bare>[^\s{}"“”]+)
        )
    )(?=\s|$)""",
    re.VERBOSE,
)

_WORD = re.compile(r"\s*(\S+)")

BRACES = re.compile(r"""\{(?:[^{}"'“”„]|"[^"]*"|'[^']*'|[“„][^“”]*[“”])*\}|\{[^{}]*\}""")
"""A whole set of attributes; the second form is the malformed one that still ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One ``key=value``; ``#rain`` is the value of ``id``."""

    key: str
    value: str
    start: int
    """Offset into the chapter's source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What stands between two braces."""

    items: tuple[Attribute, ...] = ()
    malformed: tuple[Attribute, ...] = ()
    """Words that are no attribute, in ``value``."""

    def get(self, key: str) -> str | None:
        """Return the value of a key; the last one counts."""
        values = [item.value for item in self.items if item.key == key]
        return values[-1] if values else None


def read_attributes(text: str, start: int) -> Attributes:
    """Return the attributes of a text in braces.

    Args:
        text: From ``{`` to ``}``, both included.
        start: Offset of the ``{`` in the chapter's source.

    >>> [(item.key, item.value) for item in read_attributes("{#rain level=-24}", 0).items]
    [('id', 'rain'), ('level', '-24')]
    """
    inner, position = text[:-1], 1
    items: list[Attribute] = []
    malformed: list[Attribute] = []
    while word := _WORD.match(inner, position):
        match = _ITEM.match(inner, position)
        at = start + word.start(1)
        if match is None:
            malformed.append(Attribute(key="", value=word[1], start=at))
            position = word.end()
            continue
        position = match.end()
        if match["id"] is not None:
            items.append(Attribute(key="id", value=match["id"], start=at))
            continue
        value = next(match[name] for name in ("double", "single", "curly", "bare") if match[name] is not None)
        items.append(Attribute(key=match["key"], value=" ".join(value.split()), start=at))
    return Attributes(items=tuple(items), malformed=tuple(malformed))
