"""In which scripts words are written, and whether an engine can say them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from fullcast.text.normalise import primary_tag

_SCRIPTS: Mapping[str, str] = {
    "LATIN": "Latn",
    "GREEK": "Grek",
    "COPTIC": "Copt",
    "CYRILLIC": "Cyrl",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
    "HEBREW": "Hebr",
    "ARABIC": "Arab",
    "SYRIAC": "Syrc",
    "THAANA": "Thaa",
    "NKO": "Nkoo",
    "ETHIOPIC": "Ethi",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "ORIYA": "Orya",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "THAI": "Thai",
    "LAO": "Laoo",
    "TIBETAN": "Tibt",
    "MYANMAR": "Mymr",
    "KHMER": "Khmr",
    "MONGOLIAN": "Mong",
    "CHEROKEE": "Cher",
    "HANGUL": "Hang",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "BOPOMOFO": "Bopo",
    "CJK": "Hani",
    "IDEOGRAPHIC": "Hani",
    "YI": "Yiii",
}
"""The first word of a character's Unicode name, and the script's code in ISO 15924."""

_COMMON = frozenset({"MODIFIER", "MICRO", "FEMININE", "MASCULINE", "MATHEMATICAL", "DOUBLE", "SCRIPT"})
"""First words of the names of letters that belong to no script."""

_UNKNOWN = "Zzzz"

_NAMES: Mapping[str, str] = {
    "Latn": "Latin letter",
    "Hani": "Chinese character",
    "Hira": "hiragana",
    "Kana": "katakana",
    "Hang": "Hangul",
    "Cyrl": "Cyrillic letter",
    "Grek": "Greek letter",
    "Arab": "Arabic letter",
    "Hebr": "Hebrew letter",
    "Thai": "Thai letter",
    "Deva": "Devanagari letter",
}


@cache
def script_of(character: str) -> str | None:
    """Return the script of one character as ISO 15924 code; None for digits, marks and symbols.

    >>> script_of("a"), script_of("神"), script_of("7")
    ('Latn', 'Hani', None)
    """
    if not character.isalpha():
        return None
    words = unicodedata.name(character, "?").split()
    first = words[1] if words[0] in {"FULLWIDTH", "HALFWIDTH"} else words[0]
    if first in _COMMON or first.startswith("KATAKANA-HIRAGANA"):
        return None
    return _SCRIPTS.get(first, _UNKNOWN)


def scripts_of(text: str) -> dict[str, int]:
    """Return the scripts of a text with the offset of the first character of each.

    Only letters count; digits, punctuation and symbols are common to all. A letter of a script that is not
    known here counts as ``Zzzz``.

    >>> scripts_of("12 Tokyo 東京")
    {'Latn': 3, 'Hani': 9}
    """
    first: dict[str, int] = {}
    for character in set(text) if not text.isascii() else _first_letter(text):
        script = script_of(character)
        if script is not None:
            offset = text.find(character)
            first[script] = min(offset, first.get(script, offset))
    return dict(sorted(first.items(), key=lambda item: item[1]))


def _first_letter(text: str) -> str:
    """Return the first letter of a text without accents, where one stands for all: they are one script."""
    return next((character for character in text if character.isalpha()), "")


def find_unspeakable(text: str, language: str, languages: Mapping[str, frozenset[str]]) -> str | None:
    """Return why an engine cannot say a text; None where it can.

    Args:
        text: The words.
        language: BCP 47 tag of the words; without an entry of its own the primary tag counts
            (``en-GB`` falls back to ``en``).
        languages: What the engine declares (``Limits.languages``); empty declares everything, and so does a
            language without scripts.

    >>> find_unspeakable("The sign said 神社.", "en", {"en": frozenset({"Latn"})})
    "Chinese character '神' at character 15 cannot be said in language 'en'"
    """
    if not languages:
        return None
    scripts = languages_entry(language, languages)
    if scripts is None:
        return f"language '{language}' is not among {_few(language, languages)}"
    for script, offset in scripts_of(text).items() if scripts else ():
        if script not in scripts:
            kind = _NAMES.get(script, f"letter of script {script}")
            return (
                f"{kind} '{text[offset]}' at character {offset + 1} cannot be said in language '{language}'"
            )
    return None


def _few(language: str, languages: Mapping[str, frozenset[str]]) -> str:
    """Return the languages that an engine knows; of many, those that begin alike."""
    if len(languages) <= 12:
        return ", ".join(sorted(languages))
    near = sorted(tag for tag in languages if tag[0] == language[:1].lower())
    return f"the {len(languages)} that it knows" + (f" ({', '.join([*near, '…'])})" if near else "")


def languages_entry(language: str, languages: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Return the scripts that an engine declares for a language, or None where it lacks the language."""
    exact = languages.get(language)
    if exact is not None:
        return exact
    wanted = language.replace("_", "-").lower()
    declared = {tag.lower(): scripts for tag, scripts in languages.items()}
    return declared.get(wanted, declared.get(primary_tag(language)))
