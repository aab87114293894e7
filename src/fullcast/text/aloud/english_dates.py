"""English dates and times of day."""

from __future__ import annotations

import re

from fullcast.text.aloud.numbers import say_cardinal, say_ordinal, say_year

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

_SHORT = {month[:3].lower(): month for month in MONTHS} | {"sept": "September"}
_MONTH = (
    r"(?P<month>(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b)\.?"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?:(?P<comma>,)?\s?(?P<year>[12]\d{3})\b(?!\s?s\b))?"

_DAY_FIRST = re.compile(rf"\b(?P<the>the )?{_DAY}(?P<of> of)?\s+{_MONTH}{_YEAR}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+{_DAY}\b(?!:|\.\d|,\d{{3}}){_YEAR}", re.IGNORECASE)
_ISO = re.compile(r"\b(?P<year>[12]\d{3})[-/.](?P<number>[01]?\d)[-/.](?P<day>[0-3]?\d)\b")
_SLASHED = re.compile(r"\b(?P<number>[01]?\d)[/.-](?P<day>[0-3]?\d)[/.-](?P<year>[12]\d{3})\b")
_SHORT_YEAR = re.compile(r"(?<![\w/])(?P<number>[01]?\d)/(?P<day>[0-3]?\d)/(?P<year>\d\d)(?![\w/])")
_HYPHENED = re.compile(rf"\b{_MONTH}-{_DAY}-(?P<comma>)(?P<year>[12]\d{{3}})\b", re.IGNORECASE)
_EUROPEAN = re.compile(r"(?<![\w.-])(?P<day>[0-3]?\d)([.-])(?P<number>[01]?\d)\2(?P<year>[12]\d{3})(?![\w-])")
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(?P<year>[12]\d{{3}})\b(?!\s?s\b)", re.IGNORECASE)

_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-4])(?::|\.(?=[0-5]\d\s?[ap]\.?\s?m))(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s?(?P<half>[ap]\.?\s?m\b\.?))?"
    r"(?:\s?(?P<zone>est|cst|pst|gmt|utc|e\.s\.t)\b\.?)?",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"\b(?P<hour>1[0-2]|0?\d)\s?(?P<half>[ap]\.?\s?m\b\.?)(?:\s(?P<zone>est|cst|pst|gmt|utc)\b)?",
    re.IGNORECASE,
)


def say_dates(text: str) -> str:
    """Return a text with its dates in words.

    >>> say_dates("July 4, 1776 and 2012-07-25")
    'July fourth, seventeen seventy six and July twenty fifth twenty twelve'
    """
    for pattern, say in (
        (_DAY_FIRST, _day_first),
        (_MONTH_FIRST, _month_first),
        (_HYPHENED, _month_first),
        (_SHORT_YEAR, _short_year),
        (_ISO, _numbered),
        (_SLASHED, _numbered),
        (_EUROPEAN, _european),
        (_MONTH_YEAR, _month_year),
    ):
        text = pattern.sub(say, text)
    return text


def _month(match: re.Match[str]) -> str:
    """Return the month's whole name, small where it was written small."""
    written = match["month"]
    name = _SHORT.get(written[:4].lower()) or _SHORT[written[:3].lower()]
    return name.lower() if written.islower() else name


def _year(match: re.Match[str]) -> str:
    if not match["year"]:
        return ""
    return f"{match['comma'] or ''} {say_year(int(match['year']))}"


def _day_first(match: re.Match[str]) -> str:
    if not 1 <= int(match["day"]) <= 31:
        return match[0]
    return f"the {say_ordinal(int(match['day']))} of {_month(match)}{_year(match)}"


def _month_first(match: re.Match[str]) -> str:
    if not 1 <= int(match["day"]) <= 31:
        return match[0]
    return f"{_month(match)} {say_ordinal(int(match['day']))}{_year(match)}"


def _numbered(match: re.Match[str]) -> str:
    month, day = int(match["number"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{MONTHS[month - 1]} {say_ordinal(day)} {say_year(int(match['year']))}"


def _short_year(match: re.Match[str]) -> str:
    month, day = int(match["number"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    year = match["year"]
    said = f"oh {say_cardinal(int(year))}" if year[0] == "0" else say_cardinal(int(year))
    return f"{MONTHS[month - 1]} {say_ordinal(day)} {said}"


def _european(match: re.Match[str]) -> str:
    month, day = int(match["number"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"the {say_ordinal(day)} of {MONTHS[month - 1]} {say_year(int(match['year']))}"


def _month_year(match: re.Match[str]) -> str:
    return f"{_month(match)} {say_year(int(match['year']))}"


def say_times(text: str) -> str:
    """Return a text with its times of day in words.

    >>> say_times("at 6:30 p.m. or 7:05")
    'at six thirty PM or seven oh five'
    """
    return _HOUR.sub(_hour, _CLOCK.sub(_clock, text))


def _half(match: re.Match[str]) -> str:
    """Return which half of the day is meant, and the zone."""
    half = f" {match['half'][0].upper()}M" if match["half"] else ""
    said = f"{half} {match['zone'].replace('.', '').upper()}" if match["zone"] else half
    return f"{said}." if ends_sentence(match) else said


_BEHIND = re.compile(r"[”’\"')]*(?:\s+[\"“‘]?(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z]|\s*$)")


def ends_sentence(match: re.Match[str]) -> bool:
    """Tell whether the dot of an abbreviation is the full stop of its sentence too."""
    return match[0].endswith(".") and _BEHIND.match(match.string, match.end()) is not None


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    said = say_cardinal(hour)
    if match["second"]:
        parts = ((hour, "hour"), (minute, "minute"), (int(match["second"]), "second"))
        words = [f"{say_cardinal(n)} {name}{'' if n == 1 else 's'}" for n, name in parts]
        return f"{words[0]} {words[1]} and {words[2]}{_half(match)}"
    if minute == 0:
        return f"{said}{_half(match)}" if match["half"] else f"{said} o'clock{_half(match)}"
    small = f"oh {say_cardinal(minute)}" if minute < 10 else say_cardinal(minute)
    return f"{said} {small}{_half(match)}"


def _hour(match: re.Match[str]) -> str:
    return f"{say_cardinal(int(match['hour']))}{_half(match)}"
