"""English as it is read aloud."""

from __future__ import annotations

import re
from collections.abc import Callable

from fullcast.text.aloud.english_dates import ends_sentence, say_dates, say_times
from fullcast.text.aloud.english_places import say_places
from fullcast.text.aloud.english_words import ABBREVIATIONS, CURRENCIES, LARGE, SYMBOLS, UNITS
from fullcast.text.aloud.numbers import (
    read_roman,
    say_cardinal,
    say_digits,
    say_number,
    say_ordinal,
    say_plain,
    say_plural,
    say_year,
)

_FIGURES = re.compile(r"[\d$£€¥₩₹%&@#°§+=×÷½¼¾⅓⅔⅛]|\w\.[A-Za-z]{2}")
"""What a sentence holds that has figures, signs or an address in it."""

_NUMERALS = re.compile(r"\b[IVXLC]{2,}\b|(?i:chapter|book|part|act|scene|volume|canto|letter) [IVXLC]\b")

NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+\.\d+|(?<![.\w])\.\d+|\d+"

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def say_english(text: str) -> str:
    """Return a text as it is read aloud; one without digits, symbols and abbreviations comes back as it is.

    >>> say_english("On 3rd Jan. 1865 Dr. Grey paid £5 10s. to 12 men.")
    'On the third of January eighteen sixty five Doctor Grey paid five pounds ten shillings to twelve men.'
    """
    if _FIGURES.search(text):
        spoken = say_times(say_dates(say_places(_addresses(text))))
        rules = RULES
    elif "/" in text or _has_abbreviation(text) or _NUMERALS.search(text):
        spoken, rules = text, WORD_RULES
    else:
        return text
    for pattern, say in rules:
        spoken = pattern.sub(say, spoken)
    return re.sub(r"(?<=\S)  +(?=\S)", " ", spoken)


_LONGEST_ABBREVIATION = 1 + max(map(len, ABBREVIATIONS))

_ABBREVIATED = frozenset(word.removesuffix(".") for word in (*ABBREVIATIONS, "St."))

_LAST_WORD = re.compile(r"(?<![\w.])[\w.&]+$")


def _has_abbreviation(text: str) -> bool:
    """Tell whether a dot stands behind an abbreviation or an initial."""
    at = text.find(".")
    while at >= 0:
        word = _LAST_WORD.search(text, max(at - _LONGEST_ABBREVIATION, 0), at)
        if word and (word[0] in _ABBREVIATED or (word[0][-1].isupper() and not word[0][-2:-1].isalnum())):
            return True
        at = text.find(".", at + 1)
    return False


_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"”’)]+[\w/]|\b[\w.+&-]+@[\w-]+(?:\.[\w-]+)+(?:/[\w-]+)*|\b(?:[\w-]+\.)+(?:com|org|net|edu|gov|co\.uk|de|fr|it|io|uk)(?:/[\w./-]*)?\b"
)
_COUNTRIES = frozenset({"de", "fr", "it", "uk", "io"})

_SIGNS = {
    ".": "dot",
    "/": "slash",
    "@": "at",
    "-": "dash",
    "_": "underscore",
    ":": "colon",
    "?": "question mark",
    "=": "equals",
    "&": "ampersand",
    "+": "plus",
    "%": "percent",
    "#": "hash",
    "~": "tilde",
}


def _addresses(text: str) -> str:
    return _ADDRESS.sub(lambda match: _say_address(match[0]), text)


def _say_address(address: str) -> str:
    shown = re.sub(r"^(https?)://", lambda match: f"{match[1].upper()} colon slash slash ", address)
    shown = re.sub(r"\bwww\.", "WWW dot ", shown)
    parts = re.findall(r"[A-Za-z]+|\d+|\s+|[^\w\s]|_", shown)
    words: list[str] = []
    for part in parts:
        if len(part) == 2 and part.isalpha() and words[-1:] == ["dot"] and part.lower() in _COUNTRIES:
            words.append(part.upper())
        elif part.isdigit():
            words.append(say_digits(part))
        elif part in _SIGNS:
            words.append(_SIGNS[part])
        elif part.strip():
            words.append(part)
    return " ".join(words)


def _money(match: re.Match[str]) -> str:
    one, many, small, smalls = CURRENCIES[match["sign"]]
    written = match["number"]
    if match["large"]:
        large = LARGE.get(match["large"].lower(), match["large"])
        return f"{say_number(written)} {large} {many}"
    whole, _, part = written.replace(",", "").partition(".")
    if part and small and not part[2:].strip("0"):
        pence = int(part[:2].ljust(2, "0"))
        pounds = int(whole or 0)
        said = [f"{say_cardinal(pounds)} {one if pounds == 1 else many}"] if pounds or not pence else []
        if pence:
            said.append(f"{say_cardinal(pence)} {small if pence == 1 else smalls}")
        return " ".join(said)
    if part:
        return f"{say_number(written)} {many}"
    return f"{say_cardinal(int(whole))} {one if int(whole) == 1 else many}"


def _shillings(match: re.Match[str]) -> str:
    said = []
    for name, one, many in (
        ("pounds", "pound", "pounds"),
        ("shillings", "shilling", "shillings"),
        ("pence", "penny", "pence"),
    ):
        if match[name]:
            count = int(match[name].replace(",", ""))
            said.append(f"{say_cardinal(count)} {one if count == 1 else many}")
    return " ".join(said) + (match["end"] or "")


_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}


def _fraction(match: re.Match[str]) -> str:
    top, bottom = int(match["top"]), int(match["bottom"])
    if bottom == 0:
        return match[0]
    names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
    one, many = names.get(bottom, (say_ordinal(bottom), f"{say_ordinal(bottom)}s"))
    said = f"{say_plain(top)} {one if top == 1 else many}"
    if match["whole"] and (top, bottom) == (1, 2):
        said = "a half"
    return f"{say_cardinal(int(match['whole']))} and {said}" if match["whole"] else said


def _measure(match: re.Match[str]) -> str:
    unit = match["unit"]
    one, many = UNITS.get(unit) or UNITS.get(unit.lower()) or UNITS[unit.upper()]
    number = match["number"]
    sign = "minus " if match["sign"] else ""
    return f"{sign}{say_number(number)} {one if number == '1' else many}"


def _year_or_number(match: re.Match[str]) -> str:
    digits = match["number"]
    before, after = match.string[: match.start()], match.string[match.end() :]
    if len(digits) == 4 and digits.isdigit() and 1100 <= int(digits) <= 2099 and _is_year(before, after):
        return say_year(int(digits))
    if len(digits) > 1 and digits.isdigit() and digits[0] == "0":
        return _apart(match, say_digits(digits))
    sign = "minus " if match["sign"] else ""
    return _apart(match, f"{sign}{say_number(digits)}")


def _apart(match: re.Match[str], words: str) -> str:
    """Return words with a space where letters touch them."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return f"{' ' if before.isalpha() or before == ',' else ''}{words}{' ' if after.isalpha() else ''}"


_BEFORE_YEAR = re.compile(
    r"(?:\b(?:in|since|until|till|by|of|year|from|to|before|after|during|about|around|circa|anno|autumn|spring|summer|winter|"
    r"fall|and|early|late|mid|christmas|january|february|march|april|may|june|july|august|september|october|november|"
    r"december)|[(,–—-])\s*$",
    re.IGNORECASE,
)
_AFTER_NUMBER = re.compile(r"\s+[a-z]+s\b|\s+(?:men|women|people|children|sheep|feet|of)\b")


def _is_year(before: str, after: str) -> bool:
    if _AFTER_NUMBER.match(after):
        return False
    return bool(_BEFORE_YEAR.search(before)) or not before.strip() or not after.strip(" .,;:!?)”’\"'")


def _roman(match: re.Match[str]) -> str:
    number = read_roman(match["roman"])
    word = match["roman"] == "I" and (
        match["head"][0].islower() or re.match(r" [a-z]", match.string[match.end() :])
    )
    return match[0] if number is None or word else f"{match['head']}{say_cardinal(number)}"


def _king(match: re.Match[str]) -> str:
    number = read_roman(match["roman"])
    if (
        number is None
        or number > 40
        or (match["roman"] in {"I", "C", "D", "L", "M"} and match["roman"] != "I")
    ):
        return match[0]
    return f"{match['head']}the {say_ordinal(number)}"


def _abbreviation(match: re.Match[str]) -> str:
    word = match[0]
    spoken = ABBREVIATIONS[word] if word in ABBREVIATIONS else ABBREVIATIONS[word.lower()]
    return f"{spoken}." if ends_sentence(match) and word.lower() in _MAY_END else spoken


_MAY_END = frozenset({"etc.", "a.m.", "p.m.", "jr.", "sr.", "esq.", "co.", "ltd.", "b.c.", "a.d.", "inc."})


def _saint_or_street(match: re.Match[str]) -> str:
    before = match.string[: match.start()].rstrip()
    after = match.string[match.end() :]
    if not re.search(r"[A-Z][a-z]+(?:[’']s)?$|\d(?:st|nd|rd|th)$", before) or re.match(r"\s+[A-Z]", after):
        return "Saint"
    return "Street." if not after.strip(" ”’\"')") else "Street"


def _letters(match: re.Match[str]) -> str:
    """Return initials that are read as letters: U.S.A."""
    ends = len(match[0]) > 4 and ends_sentence(match)
    return match[0].replace(".", "") + ("." if ends else "")


def _feet(match: re.Match[str]) -> str:
    feet, inches = int(match["feet"]), int(match["inches"])
    tail = f"{say_cardinal(inches)} {'inch' if inches == 1 else 'inches'}"
    return f"{say_cardinal(feet)} {'foot' if feet == 1 else 'feet'} {tail}"


def _inches(match: re.Match[str]) -> str:
    """Return inches; a mark that closes a quotation is none."""
    if match.string[: match.start()].count('"') % 2:
        return match[0]
    number = int(match["number"])
    return f"{say_cardinal(number)} {'inch' if number == 1 else 'inches'}"


def _dotted(match: re.Match[str]) -> str:
    return " dot ".join(say_digits(part) for part in match[0].split("."))


def _bare_unit(match: re.Match[str]) -> str:
    return UNITS[match[0]][1]


def _phone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match[0])
    plus = "plus " if match[0].lstrip("(").startswith("+") else ""
    return plus + ", ".join(say_digits(group) for group in groups)


def _range(match: re.Match[str]) -> str:
    one, other = match["one"], match["other"]
    if len(one) == 4 and 1100 <= int(one) <= 2099 and len(other) in {2, 4}:
        return (
            f"{say_year(int(one))} to {say_year(int(other)) if len(other) == 4 else say_cardinal(int(other))}"
        )
    return f"{say_number(one)} to {other}"


_ABBREVIATION = "|".join(re.escape(word) for word in sorted(ABBREVIATIONS, key=len, reverse=True))
_CURRENCY = "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_HEADS = (
    "|".join(
        word
        for name in (
            "chapter",
            "book",
            "part",
            "act",
            "scene",
            "volume",
            "canto",
            "section",
            "letter",
            "stave",
        )
        for word in (name, name.capitalize(), name.upper())
    )
    + "|Vol|Appendix|War|Article|Table|Figure"
)

_SPANS = {
    "mo": "month",
    "yr": "year",
    "wk": "week",
    "d": "day",
    "hr": "hour",
    "h": "hour",
    "min": "minute",
    "s": "second",
}

_ROMAN_RULES: tuple[Rule, ...] = (
    (re.compile(r"\b(?P<head>(?:World )?(?:" + _HEADS + r")\.? )(?P<roman>[IVXLCDM]+)\b"), _roman),
    (re.compile(r"\b(?P<head>[A-Z][a-zà-ÿ]+ )(?P<roman>[IVX]{2,})(?=[\s,.;:!?’'”)]|$)"), _king),
)

_SLASH_RULES: tuple[Rule, ...] = (
    (re.compile(r"\b([Aa])nd/or\b"), lambda match: f"{match[1]}nd or"),
    (re.compile(r"(?<=[a-z]{2})\s?/\s?(?=[a-z]{2})"), lambda _match: " slash "),
)

_DOT_RULES: tuple[Rule, ...] = (
    (re.compile(r"\bSt\.(?=\s|$)"), _saint_or_street),
    (
        re.compile(rf"(?<![\w.])(?:{_ABBREVIATION})(?!\w)"),
        _abbreviation,
    ),
    (re.compile(r"\b(?:[A-Z]\.){2,}"), _letters),
    (
        re.compile(r"\b((?:[A-Z]\. ?){2,})(?=[A-Z][a-z])"),
        lambda match: f"{match[1].replace('.', '').replace(' ', '')} ",
    ),
)

RULES: tuple[Rule, ...] = (
    (re.compile(rf"(?<=\d)/(?P<span>{'|'.join(_SPANS)})\b"), lambda match: f" per {_SPANS[match['span']]}"),
    (re.compile(r"(?<=\d)\s?[-–—]\s?(?=[$£€¥₩]\d)"), lambda _match: " to "),
    (re.compile(r"(?<=[AP]M)\s?[-–—]\s?(?=\w+(?: \w+){0,2} [AP]M\b)"), lambda _match: " to "),
    (re.compile(r"(?<=\d)\s?[-−]\s?(?=\d+\s?=)"), lambda _match: " minus "),
    (re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)"), lambda _match: " by "),
    (re.compile(r"\b(?P<feet>\d{1,2})['’′]\s?(?P<inches>\d{1,2})(?:\"|”|″|'')"), _feet),
    (re.compile(r"(?P<sign>)(?<![\w.])(?P<number>\d+)(?P<unit>[\"″])(?![\w'’])"), _inches),
    (re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w])"), _dotted),
    (re.compile(r"(?<![\w-])\d{3}-(?:\d{2}-)?\d{4}(?![\w-])"), _phone),
    (
        re.compile(r"(?<=(?:million|billion) )(?:kg|lb|km|m|ft)\b|(?<=thousand )(?:kg|lb|km|m|ft)\b"),
        _bare_unit,
    ),
    (re.compile(r"(?<=\d)(?=[½¼¾⅓⅔⅛])|(?<=[½¼¾⅓⅔⅛])(?=\w)"), lambda _match: " "),
    (re.compile("[½¼¾⅓⅔⅛]"), lambda match: _FRACTIONS[match[0]]),
    (
        re.compile(
            r"(?<![\w£])£(?P<pounds>\d[\d,]*)(?:\s+(?P<shillings>\d+)s\b\.?)(?:\s+(?P<pence>\d+)d\b)?(?P<end>)\.?"
        ),
        _shillings,
    ),
    (re.compile(r"(?<!\w)(?P<pounds>)(?P<shillings>\d+)s\.\s+(?P<pence>\d+)d(?P<end>)\.?"), _shillings),
    (
        re.compile(
            rf"(?P<sign>{_CURRENCY})\s?(?P<number>{NUMBER})(?:\s?(?P<large>thousand|million|billion|trillion|bn|[kKmMbB])\b)?"
        ),
        _money,
    ),
    (re.compile(r"(?<![\w.-])\(?\+?\d{0,2}[ -]?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}(?:-\d{4})?\b"), _phone),
    *_SLASH_RULES,
    *_ROMAN_RULES,
    (
        re.compile(
            r"(?<![\d.])(?:(?P<whole>\d+)\s+)?(?P<top>\d{1,6})/(?P<bottom>\d{1,6})(?:st|nd|rd|th|ST|ND|RD|TH)?s?(?![\w/])"
        ),
        _fraction,
    ),
    (re.compile(r"(?<![\w.,-])(?P<one>\d+)\s?[-–—]\s?(?P<other>\d+)(?![\d,-]|\.\d|\s?=)"), _range),
    (
        re.compile(
            rf"(?P<sign>(?<![\w])[-−])?(?P<number>{NUMBER})\s?(?P<unit>{_UNIT}|KG|KM|CM|MM|LB|LBS|ML|MG)(?![\w°])"
        ),
        _measure,
    ),
    (re.compile(r"\b(\d[\d,]*)(?:st|nd|rd|th)\b"), lambda match: say_ordinal(int(match[1].replace(",", "")))),
    (re.compile(r"\b(\d{3}0)\s?[’']?s\b"), lambda match: say_plural(say_year(int(match[1])))),
    (re.compile(r"[’'](\d0)s\b"), lambda match: say_plural(say_cardinal(int(match[1])))),
    (re.compile(r"\b[Nn]os?\.\s?(?=\d)|#(?=\d)"), lambda _match: "number "),
    *_DOT_RULES,
    (re.compile(rf"(?P<sign>(?<![\w])[-−])?(?P<number>{NUMBER})"), _year_or_number),
    (re.compile(r"(?<=\w)/(?=\s|$)|(?<![\w<])/(?![\w>])"), lambda match: _apart(match, " slash ")),
    (re.compile(r"\s?%(?=(?P<letter>\w)?)"), lambda match: " percent " if match["letter"] else " percent"),
    (
        re.compile("[" + "".join(re.escape(sign) for sign in SYMBOLS) + "]"),
        lambda match: f" {SYMBOLS[match[0]]} ",
    ),
)

WORD_RULES: tuple[Rule, ...] = (*_ROMAN_RULES, *_DOT_RULES, *_SLASH_RULES)
"""Those that need no figure."""
