"""Speech that a dash opens, and tags that stand inside speech without any mark (French incises)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fullcast.text.spoken import Quotation
from fullcast.text.verbs import verb_pattern

DASH_LANGUAGES = frozenset(
    {
        "es",
        "fr",
        "pt",
        "it",
        "ca",
        "gl",
        "eu",
        "ro",
        "ru",
        "uk",
        "be",
        "bg",
        "sr",
        "pl",
        "cs",
        "sk",
        "hu",
        "tr",
        "el",
        "lt",
        "lv",
        "et",
        "fi",
        "sv",
        "da",
        "nb",
        "no",
    }
)
"""Languages whose novels open speech with a dash."""

_OPENING = re.compile(r"\s*(?:[—–―]|-(?=[^\W\d_]|[¿¡«“\s]))\s*(?=\S)")

_TIGHT_INCISE = re.compile(r"(?<=\s)[—–―-](?=[^\W\d_])")
"""Spanish: a space before the dash and none behind."""

_TIGHT_RETURN = re.compile(r"(?<=\S)[—–―-](?=[\s.,;:!?…]|$)[.,;:!?…]*")

_LOOSE_INCISE = re.compile(r"(?<=[,.!?…»”])\s[—–―-]\s(?=[^\W\d_])")
"""Russian, Polish, Italian: spaces on both sides, behind a stop."""

_LOOSE_RETURN = re.compile(r"(?<=[,.!?:;…])\s[—–―-]\s")

_PRONOUN = "(?:-t)?-(?:il|elle|on|ils|elles|je|tu|nous|vous)\\b"

_FRENCH_INCISE = re.compile(
    rf"(?<=[,!?…—–])\s(?:[—–]\s?)?(?:(?:lui|leur|me|m[’']|se|nous)\s?)?(?:{verb_pattern('fr')})"
    rf"(?:{_PRONOUN}|\s(?:le|la|les|un|une|mon|ma|son|sa|M\.|Mme|Mlle|l[’']|[A-ZÉÈÀÂÎ]))"
    r"(?:M\.\s|[^.,;:!?…»”])*[.,;:]?"
)


def find_dashed(text: str, language: str) -> list[Quotation]:
    """Return the speech of a paragraph that a dash opens, without its incises; nothing where none does.

    >>> text = "—Hola —dijo Juan—. ¿Qué tal?"
    >>> [text[item.start:item.end] for item in find_dashed(text, "es")]
    ['—Hola ', ' ¿Qué tal?']
    """
    opening = _OPENING.match(text)
    if opening is None:
        return []
    start = len(text) - len(text.lstrip())
    if language == "fr":
        return list(cut_incises(text, Quotation(start=start, end=len(text), mark=text[start], dashed=True)))
    return list(_alternate(text, start, opening.end()))


def _alternate(text: str, start: int, inside: int) -> Iterator[Quotation]:
    """Yield speech and leave out what stands between two dashes."""
    continues = False
    while True:
        tight = _TIGHT_INCISE.search(text, inside)
        loose = _LOOSE_INCISE.search(text, inside)
        incise = min(
            (match for match in (tight, loose) if match), key=lambda match: match.start(), default=None
        )
        end = incise.start() if incise else len(text)
        if start < end:
            yield Quotation(start=start, end=end, mark=text[start], continues=continues, dashed=True)
        if incise is None:
            return
        back = (_TIGHT_RETURN if incise is tight else _LOOSE_RETURN).search(text, incise.end())
        if back is None or back.end() >= len(text):
            return
        start = inside = back.end() if incise is tight else back.start() + 1
        if incise is loose:
            inside = back.end()
        continues = True


def cut_incises(text: str, quotation: Quotation) -> Iterator[Quotation]:
    """Yield a French quotation without the tags in it that no mark sets off.

    >>> text = "« Bonjour, dit-il, comment allez-vous ? »"
    >>> [text[q.start:q.end] for q in cut_incises(text, Quotation(start=0, end=len(text), mark="«"))]
    ['« Bonjour,', ' comment allez-vous ? »']
    """
    start, continues = quotation.start, quotation.continues
    for incise in _FRENCH_INCISE.finditer(text, quotation.start, quotation.end):
        if incise.start() > start:
            yield replace(quotation, start=start, end=incise.start(), continues=continues, closed=True)
            continues = True
        start = incise.end()
    if text[start : quotation.end].strip('»”" .,') or start == quotation.start:
        yield replace(quotation, start=start, continues=continues)
