"""What a name looks like in Chinese."""

from __future__ import annotations

import re
from enum import Enum

from fullcast.text.chinese.words import (
    COMPOUND_SURNAMES,
    FOREIGN_MARKS,
    NOT_IN_NAMES,
    PERSON_HEADS,
    SURNAME_TAILS,
    SURNAMES,
    TRANSLITERATED,
)

HAN = "㐀-鿿"

_SURNAME = f"(?:{COMPOUND_SURNAMES}|[{''.join(sorted(SURNAMES))}])"

TITLED = re.compile(f"{_SURNAME}(?:{'|'.join(SURNAME_TAILS)})")

_FULL = re.compile(f"(?:(?:{COMPOUND_SURNAMES})[{HAN}]{{1,2}}|{_SURNAME}[{HAN}]{{1,2}})")

FOREIGN_RUN = re.compile(f"[{''.join(sorted(TRANSLITERATED))}]{{2,7}}")

DOTTED = re.compile(f"[{HAN}]{{1,7}}(?:[·•・‧][{HAN}]{{1,7}})+")

_ORDERED = re.compile(
    "[大二三四五六七八九十老小](?:爷|婶|嫂|叔|哥|姐|弟|妹|娘|姨|姑|舅|伯|公子|少爷|小姐|姑娘|太太|"
    "奶奶|老爷|相公|少奶奶|丫头)|老[大二三四五六七八九幺]"
)

_TERMS = "伯叔婶嫂姨妈爷哥姐妹娘姑"
"""What makes a name of one character before it: 福伯, 祥叔."""


class Shape(Enum):
    """What a form looks like, surest first."""

    FULL = "full"
    TITLED = "titled"
    FOREIGN = "foreign"
    PREFIXED = "prefixed"
    ORDERED = "ordered"
    HEAD = "head"
    NICK = "nick"


def shape_of(text: str) -> Shape:
    """Return what a form looks like.

    >>> shape_of("欧阳雪"), shape_of("王掌柜"), shape_of("老张")
    (<Shape.FULL: 'full'>, <Shape.TITLED: 'titled'>, <Shape.PREFIXED: 'prefixed'>)
    """
    named = not set(text) & NOT_IN_NAMES
    termed = len(text) == 2 and text[1] in _TERMS and text[0] not in NOT_IN_NAMES
    tests = (
        (Shape.HEAD, text in PERSON_HEADS),
        (Shape.TITLED, TITLED.fullmatch(text)),
        (Shape.ORDERED, termed),
        (Shape.FOREIGN, DOTTED.fullmatch(text) or is_foreign(text)),
        (Shape.ORDERED, _ORDERED.fullmatch(text)),
        (Shape.PREFIXED, len(text) in {2, 3} and text[0] in "老小阿" and not set(text[1:]) & NOT_IN_NAMES),
        (Shape.FULL, named and _FULL.fullmatch(text)),
    )
    return next((shape for shape, found in tests if found), Shape.NICK)


def is_foreign(text: str) -> bool:
    """Return whether a form is written with the characters of foreign names."""
    marks = sum(character in FOREIGN_MARKS for character in text)
    return len(text) > 1 and marks >= 2 and set(text) <= TRANSLITERATED


def trim_dotted(text: str) -> str:
    """Return a name with middle dots without what the prose has around it."""
    parts = re.split(r"([·•・‧])", text)
    first = re.search(f"[{''.join(sorted(TRANSLITERATED))}]+$", parts[0])
    last = FOREIGN_RUN.match(parts[-1])
    parts[0] = first[0] if first else parts[0]
    parts[-1] = last[0] if last else parts[-1][:2]
    return "".join(parts)
