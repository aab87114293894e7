"""Scalars for a project file that is written for people: plain where that is safe, quoted everywhere else."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[^\W\d_][\w ’'()/.–—…-]*[\w).’…]|[^\W\d_]")

_WORDS_WITH_MEANING = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"}
)
"""What some version of YAML takes for a truth value, nothing or a number."""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def write_scalar(text: str) -> str:
    r"""Return a string as YAML that every parser reads back as that string.

    >>> print(write_scalar("The Storm"), write_scalar("No"), write_scalar("Part 2: on"), write_scalar("1984"))
    The Storm "No" "Part 2: on" "1984"

    Source:
        YAML 1.2.2, sections 5.7 (escapes), 7.3.1 and 7.3.3.
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_WITH_MEANING:
        return text
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == " " or (character.isprintable() and character not in "\u2028\u2029\ufeff"):
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
