"""Where sentences end."""

from __future__ import annotations

import re
from functools import cache

from fullcast.text.abbreviations import ALWAYS, BEFORE_NUMBER, SOMETIMES, STARTERS
from fullcast.text.normalise import primary_tag

CLOSINGS = "”“’\"'»«›‹)\\]}」』】〉》〟＂"
"""What may stand between a stop and the end of its sentence, as part of a character class."""

_OPENINGS = "“‘\"'„‚«»‹›(\\[{「『【〈《〝¿¡—–―…*_ \u00a0\u202f-"

_WIDE_CLOSINGS = '”’」』】〉》〟＂")）'

_CANDIDATE = re.compile(
    rf"(?:(?P<dots>[.…]+)|[!?‽؟۔।॥][.!?…‽]*)[{CLOSINGS}]*(?:[ \u00a0\u202f]+[»›](?=\s))?(?P<gap>\s+)"
    rf"|(?:[。！？｡．][。！？…｡]*|…+(?=[{_WIDE_CLOSINGS}]))(?P<wide>[{_WIDE_CLOSINGS}]*)(?P<space>\s*)"
)

_WORD_BEFORE = re.compile(r"([^\s\u00a0“‘\"'„‚«»‹›(\[—–-]*)$")

_NEXT = re.compile(rf"[{_OPENINGS}]*([^\W_]+)")

_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")

_ROMAN = re.compile(r"[IVXLC]+")

_TAG_BEHIND = re.compile(
    r"[^。！？，、“”「」\s]{0,8}?(?:说|說|(?<!知)道|问|問|喊|叫|答|想|嚷|吼|と言|といっ|と答|と叫|と尋|と聞|と思|と呟|とつぶや|と訊)|[とって]{1,2}"
)

_LONGEST_ABBREVIATION = 16


@cache
def _words(language: str, kind: str) -> frozenset[str]:
    tables = {"always": ALWAYS, "sometimes": SOMETIMES, "number": BEFORE_NUMBER, "starters": STARTERS}
    table = tables[kind]
    return frozenset(table.get(language, table["en"]).split())


def find_sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Return the sentences of a text, without the white space between them.

    A sentence ends at a stop with the quotation marks and brackets that close behind it, in front of white
    space and of something that can begin a sentence (not a small letter: ``“Why?” she asked`` is one).
    Stops of abbreviations, initials, ordinals and numbers end nothing. Chinese and Japanese stops need no
    white space.

    Args:
        text: Words of one line or of many.
        language: BCP 47 tag; decides the abbreviations; a language without a list has the English
            ones.

    >>> text = "Mr. J. R. Hope left at 5 p.m. He paid 3.50. “Why?” she asked."
    >>> [text[start:end] for start, end in find_sentences(text, "en")]
    ['Mr. J. R. Hope left at 5 p.m.', 'He paid 3.50.', '“Why?” she asked.']
    """
    tag = primary_tag(language)
    found: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    for match in _CANDIDATE.finditer(text):
        end = match.end()
        if end >= len(text):
            break
        gap = match["gap"]
        if gap is None:
            gap = match["space"]
            ends = not (match["wide"] and _TAG_BEHIND.match(text, end))
        else:
            ends = not text[end].islower() and _ends_spaced(text, match, tag)
        if ends:
            found.append((start, end - len(gap)))
            start = end
    stop = len(text.rstrip())
    if start < stop:
        found.append((start, stop))
    return found


def _ends_spaced(text: str, match: re.Match[str], tag: str) -> bool:
    """Return whether a stop in front of white space ends a sentence."""
    following = _NEXT.match(text, match.end())
    word = following[1] if following else ""
    if word and word[0].islower():
        return False
    dots = match["dots"]
    if dots != "." or match.start("gap") - match.start() > 1:
        return True
    before = _WORD_BEFORE.search(text, max(match.start() - _LONGEST_ABBREVIATION, 0), match.start())
    return before is None or not _goes_on(before[1], word, tag)


def _goes_on(before: str, following: str, tag: str) -> bool:
    """Return whether the single stop between two words belongs to the first one."""
    if not before or before in _words(tag, "always"):
        return bool(before)
    starts = following in _words(tag, "starters")
    if before in _words(tag, "sometimes"):
        return not starts
    if following[:1].isdigit() and before in _words(tag, "number"):
        return True
    ordinal = tag == "de" and (_ROMAN.fullmatch(before) or (before.isdigit() and len(before) < 3))
    return not starts and (bool(ordinal) or _is_initial(before, following))


def _is_initial(before: str, following: str) -> bool:
    initials = _INITIALS.fullmatch(before) and before[-1].isupper() and following[:1].isupper()
    return bool(initials) and before != "I"
