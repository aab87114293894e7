"""English addresses of houses, telephone numbers and decades, as they are read aloud."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fullcast.text.aloud.english_words import UNITS
from fullcast.text.aloud.numbers import (
    say_cardinal,
    say_digits,
    say_number,
    say_ordinal,
    say_plural,
    say_year,
)

STREETS: Mapping[str, str] = {
    "St": "Street",
    "Ave": "Avenue",
    "Rd": "Road",
    "Blvd": "Boulevard",
    "Ln": "Lane",
    "Dr": "Drive",
    "Ct": "Court",
    "Pl": "Place",
    "Sq": "Square",
    "Hwy": "Highway",
    "Expy": "Expressway",
    "Pkwy": "Parkway",
}

_WAYS = {"N": "North", "S": "South", "E": "East", "W": "West"}

_STATES: Mapping[str, str] = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
}

_ADDRESS = re.compile(
    r"\b(?P<house>\d{1,5}) (?P<way>[NSEW] )?(?P<name>(?:(?:[A-Z][a-z]+|\d{1,3}(?:st|nd|rd|th)) )+)"
    rf"(?P<street>{'|'.join(f'{name}|{name.lower()}' for name in STREETS)})\b(?P<dot>\.?)"
)
_STATE = re.compile(rf"(?<=, )(?P<state>{'|'.join(_STATES)})\b(?P<code>,? \d{{5}}\b)?")

_TELEPHONE = re.compile(
    r"(?<!\w)(?P<country>\+\d{1,2} ?)?\((?P<area>\d{3})\) ?(?P<first>\d{3})[ -](?P<last>\d{4})\b"
)

_MONTHS: Mapping[str, str] = {
    "Jan": "January",
    "Feb": "February",
    "Mar": "March",
    "Apr": "April",
    "May": "May",
    "Jun": "June",
    "Jul": "July",
    "Aug": "August",
    "Sep": "September",
    "Oct": "October",
    "Nov": "November",
    "Dec": "December",
}
_SHORT_DAY = re.compile(rf"\b(?P<month>{'|'.join(_MONTHS)})-(?P<day>[12]?\d|3[01])\b(?!-)")

_DECADES = re.compile(r"\b(?P<one>\d{3}0)s ?[-–] ?[’']?(?P<other>\d{3}0|\d0)s\b")
_MID_DECADE = re.compile(r"\b(?P<part>[Mm]id|[Ee]arly|[Ll]ate|[Pp]re|[Pp]ost)-[’']?(?P<decade>\d0)s\b")

_ERA = re.compile(r"\b(?P<year>\d{1,4}) (?P<era>A\.D|B\.C)\b(?P<dot>\.?)")

_ENDING = re.compile(r"(?<=\bending in )\d{2,6}\b")

_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_MEASURED_RANGE = re.compile(
    rf"(?<![\w.,-])(?P<one>\d+)\s?[-–—]\s?(?P<other>\d+)\s?(?P<unit>{_UNIT})(?![\w°])"
)
_MIXED = re.compile(rf"(?<![\w.,/])(?P<whole>\d+) (?P<half>1/2|½) ?(?P<unit>{_UNIT})(?![\w°])")
_PER = re.compile(
    rf"(?<![\w.,])(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>{_UNIT})?/(?P<per>kg|lb|km|m|l|oz)(?!\w)"
)


def say_places(text: str) -> str:
    """Return a text with its addresses, telephone numbers and decades in words.

    >>> say_places("He lived at 1428 Elm St. in the mid-80s; it weighs 4 1/2 lbs.")
    'He lived at fourteen twenty eight Elm Street in the mid eighties; it weighs four and a half pounds.'
    """
    if _ADDRESS.search(text):
        text = _STATE.sub(_state, _ADDRESS.sub(_address, text))
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    return text


def _address(match: re.Match[str]) -> str:
    way = f"{_WAYS[match['way'].strip()]} " if match["way"] else ""
    name = re.sub(r"\d+(?=st|nd|rd|th)", lambda number: say_ordinal(int(number[0])), match["name"])
    name = re.sub(r"(?<=[a-z])(?:st|nd|rd|th) ", " ", name) if name != match["name"] else name
    street = STREETS[match["street"].capitalize()]
    rest = match.string[match.end() :]
    ends = match["dot"] and (not rest.strip(" ”’\"')") or re.match(r"\s+[\"“‘]?[A-Z]", rest))
    return f"{_house(match['house'])} {way}{name}{street}{'.' if ends else ''}"


def _house(number: str) -> str:
    """Return the number of a house: in pairs of digits, or digit by digit where a pair begins with a zero."""
    if len(number) < 3:
        return say_cardinal(int(number))
    if len(number) == 3 and number[1] != "0":
        return f"{say_cardinal(int(number[0]))} {say_cardinal(int(number[1:]))}"
    return say_year(int(number)) if len(number) == 4 else say_digits(number)


def _state(match: re.Match[str]) -> str:
    code = match["code"] or ""
    gap = "," if code.startswith(",") else ""
    return _STATES[match["state"]] + (f"{gap} {say_digits(code.strip(', '))}" if code else "")


def _telephone(match: re.Match[str]) -> str:
    groups = [say_digits(match[name]) for name in ("area", "first", "last")]
    country = [f"plus {say_digits(match['country'].strip(' +'))}"] if match["country"] else []
    return ", ".join([*country, *groups])


def _decades(match: re.Match[str]) -> str:
    other = match["other"]
    second = say_year(int(other)) if len(other) == 4 else say_cardinal(int(other))
    return f"{say_plural(say_year(int(match['one'])))} to {say_plural(second)}"


def _era(match: re.Match[str]) -> str:
    year = int(match["year"])
    said = _house(match["year"]) if 100 < year < 1000 and year % 100 else say_year(year)
    return f"{said} {match['era'].replace('.', '')}"


def _measured_range(match: re.Match[str]) -> str:
    return f"{say_number(match['one'])} to {say_number(match['other'])} {UNITS[match['unit']][1]}"


def _mixed(match: re.Match[str]) -> str:
    return f"{say_cardinal(int(match['whole']))} and a half {UNITS[match['unit']][1]}"


def _per(match: re.Match[str]) -> str:
    one, many = UNITS.get(match["unit"] or "", ("", ""))
    unit = f" {one if match['number'] == '1' else many}" if many else ""
    return f"{say_number(match['number'])}{unit} per {UNITS[match['per']][0]}"


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_TELEPHONE, _telephone),
    (_SHORT_DAY, lambda match: f"{_MONTHS[match['month']]} {say_ordinal(int(match['day']))}"),
    (_DECADES, _decades),
    (_MID_DECADE, lambda match: f"{match['part']} {say_plural(say_cardinal(int(match['decade'])))}"),
    (_ERA, _era),
    (_ENDING, lambda match: say_digits(match[0])),
    (_MEASURED_RANGE, _measured_range),
    (_MIXED, _mixed),
    (_PER, _per),
)
