"""Whether words in quotation marks are speech."""

from __future__ import annotations

import re
from functools import cache

from fullcast.text.spoken import Quotation
from fullcast.text.verbs import CJK_VERBS, NAMING, verb_pattern

_STOPS = frozenset(".,!?…—–-;:。，！？、～~；：）)")

_FULL_STOPS = frozenset(".!?…。！？—–")

_MARKS = "“”„«»‹›「」『』〝〟﹁﹂﹃﹄‘’‚\"'＂"

_CJK = frozenset({"zh", "ja", "yue", "ko"})

_NEAR = 60
"""Characters around a quotation in which its tag would stand."""


def is_speech(text: str, quotation: Quotation, language: str, *, spoken_before: bool) -> bool:
    """Return whether somebody says the words in these marks.

    A word that is talked about, a title or a nickname is not speech: it stands inside a sentence, without
    stop of its own and without a verb of saying beside it.

    Args:
        text: The paragraph's words.
        quotation: Words in quotation marks.
        language: Primary tag.
        spoken_before: Whether the paragraph has speech in front of these words: behind a comma they go on
            with it, small letter or not.
    """
    if not quotation.closed or quotation.continues:
        return True
    inner = text[quotation.start : quotation.end].strip(_MARKS + " \u00a0\u202f")
    before = text[: quotation.start].rstrip()
    after = text[quotation.end :].lstrip()
    if not inner:
        return False
    if not before.strip(_MARKS):
        return _opens_paragraph_as_speech(inner, after, language)
    sentence = language in _CJK or inner[-1] in _STOPS or _first_letter_is_capital(inner)
    if sentence and _has_verb_beside(before, after, language):
        return True
    if spoken_before and before[-1] in ",;:—–-" and (inner[-1] in _STOPS or len(inner.split()) > 3):
        return True
    return _stands_as_speech(inner, before[-1], language)


def _stands_as_speech(inner: str, before: str, language: str) -> bool:
    """Return whether words inside a paragraph are speech, by the stops in and before them."""
    if language in _CJK:
        return inner[-1] in _STOPS or before in _FULL_STOPS or before in "：:"
    if not _first_letter_is_capital(inner):
        return False
    if before in _STOPS or before in _MARKS:
        return inner[-1] in _STOPS or before in ":!?…."
    return inner[-1] in _FULL_STOPS and " " in inner


def _opens_paragraph_as_speech(inner: str, after: str, language: str) -> bool:
    if inner[-1] in _STOPS or not after or not after[0].isalnum() or language in _CJK:
        return True
    return len(inner.split()) > 4 or _has_verb_beside("", after, language)


def _first_letter_is_capital(text: str) -> bool:
    first = next((character for character in text if character.isalpha()), "a")
    return not first.islower()


def _has_verb_beside(before: str, after: str, language: str) -> bool:
    pattern = _beside(language)
    if pattern is None:
        return False
    sentence = re.split(r"[.!?。！？]", before[-_NEAR:])[-1]
    return bool(pattern[0].search(sentence) or pattern[1].match(after[:_NEAR]))


@cache
def _beside(language: str) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Return what finds a verb of saying just before, and just behind a quotation."""
    if language in CJK_VERBS:
        verbs = verb_pattern(language)
        return re.compile(rf"(?:{verbs})[着了]?[，,：:]?$"), re.compile(
            rf"[とって，,]?[^。！？，、]{{0,8}}(?:{verbs})"
        )
    verbs = verb_pattern(language)
    if not verbs:
        return None
    speaking = verb_pattern(language, without=NAMING)
    before = re.compile(rf"\b(?:{speaking})(?:\s\w+){{0,3}}\s*[,:;—–]?$", re.IGNORECASE)
    return before, re.compile(rf"[\s,;—–]*(?:[\w’'.]+\s){{0,3}}(?:{verbs})\b", re.IGNORECASE)
