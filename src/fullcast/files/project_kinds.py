"""Kinds of values that project.yaml alone has: places in a text, rates of a codec."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from fullcast.errors import Place
from fullcast.files.kinds import Reading, Schema
from fullcast.files.yaml_nodes import Leaf, Node
from fullcast.model import Anchor, AnchorKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """A place in the text of a chapter."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return "start, end, the number of a paragraph, or a phrase of the text in quotation marks"

    def read(self, node: Node, reading: Reading) -> Anchor | None:
        """Return the anchor; a phrase is not looked for here."""
        value = node.value if isinstance(node, Leaf) else None
        if isinstance(value, bool) or value is None or value == "":
            reading.reject(node, self.expected)
            return None
        if isinstance(value, str):
            return _anchor(value, node.place)
        if not math.isfinite(value) or value < 1 or value != int(value):
            hint = "paragraphs are counted from 1; a phrase that is a number goes in quotation marks"
            reading.reject(node, self.expected, hint)
            return None
        return Anchor(kind=AnchorKind.PARAGRAPH, number=int(value), place=node.place)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"type": ["string", "integer"], "minimum": 1, "minLength": 1}


def _anchor(words: str, place: Place) -> Anchor:
    if words in {"start", "end"}:
        return Anchor(kind=AnchorKind(words), place=place)
    return Anchor(kind=AnchorKind.PHRASE, phrase=words, place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bitrate:
    """Bits per second, ``128k`` or ``128000``."""

    low: int = 16_000
    high: int = 512_000

    @property
    def expected(self) -> str:
        """What the value may be."""
        return f"bits per second from {self.low // 1000}k to {self.high // 1000}k, as in 128k"

    def read(self, node: Node, reading: Reading) -> int | None:
        """Return the bits per second."""
        value = node.value if isinstance(node, Leaf) else None
        if isinstance(value, str) and re.fullmatch("[0-9]{1,6}k", value):
            value = int(value[:-1]) * 1000
        if isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high:
            return int(value)
        thousand = isinstance(value, int) and self.low <= value * 1000 <= self.high
        reading.reject(node, self.expected, f"did you mean {value}k?" if thousand else None)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        number = {"type": "number", "minimum": self.low, "maximum": self.high}
        return {
            "anyOf": [
                number,
                {"type": "string", "pattern": "^0*(1[6-9]|[2-9][0-9]|[1-4][0-9]{2}|50[0-9]|51[0-2])k$"},
            ]
        }
