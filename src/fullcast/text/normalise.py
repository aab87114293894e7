"""The two forms of a book's words: the source that offsets refer to, and what an engine hears.

Neither ever changes a letter or a digit. Text from a book is data: whatever stands in it, nothing may reach
an engine as an instruction.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LINE_BREAKS = re.compile("\r\n?|\x0b|\x0c|\x85|\u2028|\u2029")

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters; tab and line breaks are handled before
    "\u00ad"  # soft hyphen
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero-width space, directions, invisible operators
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # byte order mark, annotations, tags
    "\ud800-\udfff\ue000-\uf8ff]"  # halves of pairs, private use: no font and no engine knows them
)

_JOINERS = re.compile("(?<![\u0590-\u1cff\ua800-\uabff\ufb50-\ufeff])[\u200c\u200d]")
"""Joiners outside the scripts whose spelling needs them (Arabic to the Indian ones)."""

_BLANK_LINE = re.compile(r"^[^\S\n]+$", re.MULTILINE)

_BETWEEN_HAN = re.compile(
    "(?<=[\u2014\u2018-\u201d\u2026\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef])[ \t\n]*\n[ \t\n]*"
    "(?=[\u2014\u2018-\u201d\u2026\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef])"
)

_SPACE = re.compile(r"\s+")

_DOTS = re.compile(r"\.(?:\s?\.){2,}")

_DASHES = re.compile("-{2,}|[\u2012\u2015\u2e3a\u2e3b\u2e17]")

_APOSTROPHE = re.compile(r"[’ʼ](?=[^\W\d_])|(?<=[^\W\d_])ʼ")

_COMPARISON = re.compile(r"(?<=[\w ]) ([<>]) (?=[\w-])")

_BRACKETS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "<": " ", ">": " ", "|": " ", "\\": " "})

_TIDY = (
    " !-;=?-Z^-z~\u00a1-\u00ac\u00ae-\u02bb\u0370-\u061b\u061d-\u167f\u1681-\u1fff"
    "\u2010\u2011\u2013\u2014\u2016-\u2018\u201a-\u2026"
)

_UNTIDY = re.compile(f"[^{_TIDY}]|[- .][- .]")
"""Whatever :func:`tidy` could change, and more: most sentences hold none of it."""

_UNTIDY_BESIDES = re.compile(f"[^{_TIDY}’ʼ]|[- .][- .]")
"""The same without apostrophes, which are all that many sentences hold of it."""

_KEEP = str.maketrans({"<": "\ue000", ">": "\ue001"})

_RETURN = str.maketrans({"\ue000": "<", "\ue001": ">"})

_JOINED_LANGUAGES = frozenset({"zh", "ja", "yue"})


@cache
def primary_tag(language: str) -> str:
    """Return the language of a BCP 47 tag without region and script.

    >>> primary_tag("en-GB")
    'en'
    """
    return language.replace("_", "-").split("-", 1)[0].lower()


def normalise_source(text: str) -> str:
    r"""Return the source of a chapter in the form that every offset refers to.

    Line breaks become ``\n``, tabs a space, letters with their accents one character (NFC). What cannot be
    seen goes: the byte order mark, zero-width and control characters, soft hyphens, private-use characters.

    Args:
        text: A decoded file.

    Returns:
        Text that this function leaves alone when it is called again.

    Source:
        Unicode Standard Annex 15 (NFC); UAX 9 for the directional controls.

    >>> normalise_source("\ufeffA\r\nB\tcafe\u0301")
    'A\nB caf\xe9'
    """
    plain = _LINE_BREAKS.sub("\n", text).replace("\t", " ")
    seen = _JOINERS.sub("", _UNSEEN.sub("", plain))
    return _BLANK_LINE.sub("", unicodedata.normalize("NFC", seen))


def normalise_spoken(text: str, language: str) -> str:
    r"""Return words as an engine hears them, never longer than they were written.

    White space of the layout becomes single spaces (nothing between Chinese or Japanese characters), dashes
    and dots take the one form that every engine knows (``—``, ``…``), and characters that some engine reads
    as an instruction (``<|…|>``, ``[breath]``, ``<tag>``, ``{…}``) become harmless.

    Args:
        text: A stretch of a line.
        language: BCP 47 tag of the words.

    >>> normalise_spoken("Wait -- what?\n<|endoftext|> It’s  1 < 2 . . .", "en")
    "Wait — what? endoftext It's 1 < 2 …"
    """
    return tidy(text, language).strip()


def normalise(text: str, language: str) -> str:
    """Return words as they are read aloud: numbers, dates, sums, units, abbreviations and signs in words.

    English and Chinese are read by rules of their own, other European languages through a library that spells
    numbers out; words in the rest come back as they are, for the engine to read. Text without digits, signs
    and abbreviations is never changed.

    Args:
        text: A sentence or more.
        language: BCP 47 tag of the words.

    >>> normalise("Henry VIII paid £5 on 3rd May 1536.", "en")
    'Henry the eighth paid five pounds on the third of May fifteen thirty six.'
    >>> normalise("1984年，他买了2个苹果。", "zh")
    '一九八四年，他买了两个苹果。'
    """
    tag = primary_tag(language)
    if tag == "en":
        from fullcast.text.aloud.english import say_english

        return say_english(text)
    if tag == "zh":
        from fullcast.text.aloud.chinese import say_chinese

        return say_chinese(text)
    from fullcast.text.aloud.world import reads, say_world

    return say_world(text, tag) if reads(tag) else text


def tidy(text: str, language: str) -> str:
    """Return the words of :func:`normalise_spoken` with the space at both ends kept, as one space."""
    if not _UNTIDY.search(text):
        return text
    if not _UNTIDY_BESIDES.search(text):
        return _APOSTROPHE.sub("'", text)
    plain = _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text))
    if primary_tag(language) in _JOINED_LANGUAGES:
        plain = _BETWEEN_HAN.sub("", plain)
    plain = _DASHES.sub("—", _DOTS.sub("…", plain))
    plain = _COMPARISON.sub(lambda match: match[0].translate(_KEEP), plain)
    plain = _APOSTROPHE.sub("'", plain).translate(_BRACKETS).translate(_RETURN)
    return _SPACE.sub(" ", plain)
