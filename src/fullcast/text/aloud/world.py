"""Languages whose numbers a library spells out: figures and what stands at them, in words.

What agrees in case or gender with words elsewhere in the sentence is read only where the writing shows how;
the rest is left to the engine, which reads figures in the languages that it speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from fullcast.text.aloud.numbers import read_roman
from fullcast.text.aloud.world_words import MONTHS, PERCENTS, SAME, TONGUES, Tongue

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

_HOURS = frozenset({"de", "fr", "nl"})
"""Languages that name the hours: the others only join the minutes to them."""

_LARGEST = 10**12
"""Longer numbers are no numbers, but names."""

_NUMBERING = "spellout-numbering"

_CASED = frozenset({"cs", "el", "fi", "hu", "pl", "ro", "ru", "uk"})
"""Languages in which a year takes the case that its sentence wants: engines read the figures."""

_LONGEST = 6
"""Digits of a number without marks between its groups; longer ones are telephones and the like."""

_SMALL = "a-zß-öø-ÿāăąćčďđēėęěğīįķłńņňőřśşšťūůűųźżžșțα-ωάέήίόύώа-яёіїєґ"
"""Small letters: behind a number with a dot they go on with the sentence."""

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def reads(tag: str) -> bool:
    """Tell whether a language is read here, by its primary tag."""
    return SAME.get(tag, tag) in TONGUES


def say_world(text: str, tag: str) -> str:
    """Return a text as it is read aloud; one without figures and abbreviations comes back as it is.

    Args:
        text: A sentence or more.
        tag: Primary tag of a language that :func:`reads` knows.

    >>> say_world("Am 3. Mai kosteten 2,5 kg 10 €, d. h. 20 % mehr.", "de")
    'Am dritten Mai kosteten zwei Komma fünf Kilogramm zehn Euro, das heißt zwanzig Prozent mehr.'
    >>> say_world("Louis XIV arriva le 1er mai à 14h30.", "fr")
    'Louis quatorze arriva le premier mai à quatorze heures trente.'
    """
    language = SAME.get(tag, tag)
    needed, rules = _rules(language)
    if not needed.search(text):
        return text
    for pattern, say in rules:
        text = pattern.sub(say, text)
    return text


@cache
def _engine(language: str) -> RbnfEngine:
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(language)


def spell(number: int, language: str, rules: str = _NUMBERING) -> str:
    """Return a number in words.

    Args:
        number: Less than a million millions.
        language: Primary tag.
        rules: Name of a set of rules of CLDR; the language's own numbering where it has no such set.

    >>> spell(21, "fr"), spell(3, "de", "spellout-ordinal-n"), spell(1, "es", "spellout-cardinal-masculine")
    ('vingt-et-un', 'dritten', 'un')
    """
    engine = _engine(language)
    if rules not in engine.rulesets:
        rules = _NUMBERING
    result = engine.format_number(number, ruleset_names=[rules])
    return result.text_by_ruleset[rules].replace("\u00ad", "")


class _Reader:
    """Reads the matches of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.tongue: Tongue = TONGUES[language]
        groups = re.escape(self.tongue.groups)
        self.number = rf"\d{{1,3}}(?:[{groups}]\d{{3}})+(?!\d)(?:,\d+)?|\d+(?:,\d+)?"

    def value(self, written: str) -> tuple[int, str]:
        """Return the whole number and the decimals."""
        whole, _, part = written.partition(",")
        return int(re.sub(r"\D", "", whole) or 0), part

    def say(self, written: str, rules: str = _NUMBERING) -> str:
        """Return a number as written in words; one that is too long or begins with a zero digit by digit."""
        whole, part = self.value(written)
        digits = written.partition(",")[0]
        unbroken = len(digits) > _LONGEST and digits.isdecimal()
        if unbroken or whole >= _LARGEST or (len(digits) > 1 and digits[0] == "0"):
            return " ".join(spell(int(digit), self.language) for digit in written if digit.isdecimal())
        said = spell(whole, self.language, _NUMBERING if part else rules)
        if part:
            said += f" {self.tongue.point} " + " ".join(spell(int(digit), self.language) for digit in part)
        return said

    def counted(self, written: str, forms: tuple[str, str]) -> str:
        """Return a number with what is counted."""
        whole, part = self.value(written)
        one = whole == 1 and not part
        return f"{self.say(written, self.tongue.masculine)} {forms[0] if one else forms[1]}"

    def number_of(self, match: re.Match[str]) -> str:
        """Read a bare number; one that could be a year, as one."""
        written = match["number"]
        if self.language in _CASED and re.fullmatch(r"1\d{3}|20\d\d", written):
            return match[0]
        sign = f"{self.tongue.minus} " if match["sign"] else ""
        if self.tongue.years and re.fullmatch(r"1[1-9]\d\d", written):
            return sign + spell(int(written), self.language, "spellout-numbering-year")
        noun = match.string[match.end() : match.end() + 2]
        before_noun = len(noun) == 2 and noun[0] == " " and noun[1].isalpha()
        return sign + self.say(written, self.tongue.masculine if before_noun else _NUMBERING)

    def percent(self, match: re.Match[str]) -> str:
        """Read a percentage, agreeing with its number where the language has forms for that."""
        written = match["number"]
        if self.language == "tr":
            return f"yüzde {self.say(written)}"
        whole, part = self.value(written)
        forms = PERCENTS.get(self.language)
        word = self.tongue.percent
        if forms:
            few = whole % 10 in {2, 3, 4} and whole % 100 not in {12, 13, 14}
            one = whole % 10 == 1 and whole % 100 != 11
            word = forms[1] if part or few else forms[0] if one else forms[2]
        return f"{self.say(written)} {word}"

    def money(self, match: re.Match[str]) -> str:
        """Read a sum with its small coins."""
        one, more, joint = self.tongue.coins[match["before"] or match["after"]]
        whole, part = self.value(match["number"])
        if len(part) == 2:
            said = self.counted(str(whole), (one, more))
            small = f" {joint}" if joint else ""
            return said + (f"{small} {spell(int(part), self.language)}" if int(part) else "")
        return self.counted(match["number"], (one, more))

    def measure(self, match: re.Match[str]) -> str:
        """Read a number with its unit."""
        sign = f"{self.tongue.minus} " if match["sign"] else ""
        return sign + self.counted(match["number"], self.tongue.units[match["unit"]])

    def clock(self, match: re.Match[str]) -> str:
        """Read a time of day."""
        hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
        if hours > 24 or minutes > 59:
            return match[0]
        one, more = self.tongue.hour
        word = (one if hours == 1 else more) if minutes or self.language in _HOURS else ""
        rules = "spellout-cardinal-feminine" if self.language == "fr" else self.tongue.masculine
        said = [spell(hours, self.language, rules), word, spell(minutes, self.language) if minutes else ""]
        return " ".join(filter(None, said))

    def between(self, match: re.Match[str]) -> str:
        """Read the dash of a range."""
        return f"{match['one']} {self.tongue.to} {match['other']}"

    def abbreviation(self, match: re.Match[str]) -> str:
        """Read an abbreviation."""
        return self.tongue.words[match[0]]


def _common(reader: _Reader) -> list[Rule]:
    """Return the rules of every language, in the order in which they are tried."""
    tongue, number = reader.tongue, reader.number
    rules: list[Rule] = []
    if tongue.words:
        words = "|".join(re.escape(word) for word in sorted(tongue.words, key=len, reverse=True))
        rules.append((re.compile(rf"(?<![\w.])(?:{words})(?!\w)"), reader.abbreviation))
    if tongue.hour[1]:
        end = rf"(?:\s?{tongue.hour[1]})?" if reader.language in {"de", "nl"} else ""
        clock = r"(?<![\d.,:])(?P<hours>\d{1,2})(?::|\.(?=\d\d\s?Uhr))(?P<minutes>\d\d)(?![\d:.,]\d)" + end
        rules.append((re.compile(clock), reader.clock))
    if tongue.to:
        rules.append(
            (re.compile(r"(?<![\w.,–-])(?P<one>\d+)\s?[–—]\s?(?P<other>\d+)(?![\w–-])"), reader.between)
        )
    if tongue.coins:
        signs = "|".join(re.escape(sign) for sign in sorted(tongue.coins, key=len, reverse=True))
        coin = rf"(?<![\w.,])(?:(?P<before>{signs})\s?)?(?P<number>{number})"
        coin += rf"(?:\s?(?P<after>{signs}))?(?![\w€$£])"
        rules.append(
            (
                re.compile(coin),
                lambda match: reader.money(match) if match["before"] or match["after"] else match[0],
            )
        )
    if tongue.units:
        signs = "|".join(re.escape(sign) for sign in sorted(tongue.units, key=len, reverse=True))
        measure = rf"(?:(?<!\w)(?P<sign>[-−]))?(?<![\w.,])(?P<number>{number})\s?(?P<unit>{signs})(?![\w°/])"
        rules.append((re.compile(measure), reader.measure))
    if reader.language == "tr":
        rules.append((re.compile(rf"%\s?(?P<number>{number})"), reader.percent))
    rules.append((re.compile(rf"(?<![\w.,])(?P<number>{number})\s?%"), reader.percent))
    return rules


def _bare(reader: _Reader) -> Rule:
    """Return the rule of numbers that nothing else was read of; no ordinal (``3.``) and no part of a word."""
    number = (
        rf"(?:(?<![\w,.])(?P<sign>[-−]))?(?<![\w.,:/-])(?P<number>{reader.number})"
        rf"(?![\w:/ºª°-]|[.,]\d|\.(?=\s?[{_SMALL}]))"
    )
    return re.compile(number), reader.number_of


def _german() -> list[Rule]:
    def day(match: re.Match[str]) -> str:
        before = match["before"] or ""
        rules = "spellout-ordinal-r"
        if before.strip().lower() in {
            "am",
            "vom",
            "zum",
            "dem",
            "den",
            "im",
            "des",
            "bis zum",
            "seit dem",
            "beim",
        }:
            rules = "spellout-ordinal-n"
        elif before.strip().lower() in {"der", "die", "das"}:
            rules = "spellout-ordinal"
        return f"{before}{spell(int(match['number']), 'de', rules)} "

    def king(match: re.Match[str]) -> str:
        number = read_roman(match["roman"])
        if not number or number > 30:
            return match[0]
        genitive = match["name"].endswith("s")
        article, rules = ("des", "spellout-ordinal-n") if genitive else ("der", "spellout-ordinal")
        return f"{match['name']} {article} {spell(number, 'de', rules).capitalize()}"

    nouns = f"{MONTHS['de']}|Jahrhunderts?|Kapitels?|Jahrestag|Mal|Stock|Klasse|Tag|Tage"
    return [
        (
            re.compile(
                r"(?P<before>\b(?:[Aa]m|[Vv]om|[Zz]um|[Dd]e[mnrs]|[Ii]m|[Bb]eim|[Dd]ie|[Dd]as) )?"
                rf"(?<![\w.,])(?P<number>\d{{1,2}})\. ?(?=(?:{nouns})\b)"
            ),
            day,
        ),
        (re.compile(r"\b(?P<name>[A-ZÄÖÜ][a-zäöüß]+) (?P<roman>[IVX]+)\.(?=[\s,;:!?”“)]|$)"), king),
    ]


_HEADS = {
    "fr": "[Cc]hapitre|CHAPITRE|[Aa]cte|[Ss]cène|[Tt]ome|[Ll]ivre",
    "es": "[Cc]apítulo|CAPÍTULO|[Ss]iglo|[Aa]cto|[Ee]scena|[Tt]omo|[Ll]ibro",
    "it": "[Cc]apitolo|CAPITOLO|[Aa]tto|[Ss]cena|[Tt]omo|[Ll]ibro",
    "pt": "[Cc]apítulo|CAPÍTULO|[Ss]éculo|[Aa]to|[Cc]ena|[Tt]omo|[Ll]ivro",
}
"""Words in front of a Roman number that is counted."""

_LAST_ORDINAL = {"fr": 1, "es": 10, "it": 30, "pt": 10}
"""The last king of a name who is called by an ordinal; those behind him by a number."""

_KING = re.compile(r"\b(?P<name>[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?) (?P<roman>[IVX]+)(?=[\s,.;:!?’”»)]|$)")

_MASCULINE, _FEMININE = "spellout-ordinal-masculine", "spellout-ordinal-feminine"


def _romance(language: str) -> list[Rule]:
    """Return the rules of ordinals, chapters and kings of French, Spanish, Italian and Portuguese."""

    def ordinal(match: re.Match[str]) -> str:
        female = match["end"] in {"re", "ère", "nde", "ª", ".ª"}
        return spell(int(match["number"]), language, _FEMININE if female else _MASCULINE)

    def counted(match: re.Match[str]) -> str:
        number = read_roman(match["roman"])
        return f"{match['head']} {spell(number, language)}" if number else match[0]

    def king(match: re.Match[str]) -> str:
        number = read_roman(match["roman"])
        if not number or number > 30:
            return match[0]
        rules = _MASCULINE if number <= _LAST_ORDINAL[language] else _NUMBERING
        return f"{match['name']} {spell(number, language, rules)}"

    ends = "er|re|ère|e|ème|nd|nde" if language == "fr" else "º|ª|\\.º|\\.ª"
    return [
        (re.compile(rf"(?<![\w.,])(?P<number>\d{{1,3}})(?P<end>{ends})(?!\w)"), ordinal),
        (re.compile(rf"\b(?P<head>{_HEADS[language]}) (?P<roman>[IVXLC]+)\b"), counted),
        (_KING, king),
    ]


def _century(language: str, pattern: str) -> Rule:
    """Return the rule of centuries that stand in front of their word."""

    def ordinal(match: re.Match[str]) -> str:
        number = read_roman(match["roman"])
        return spell(number, language, _MASCULINE) if number else match[0]

    return re.compile(pattern), ordinal


def _french(reader: _Reader) -> list[Rule]:
    clock = r"(?<![\d.,:])(?P<hours>\d{1,2})\s?h(?:\s?(?P<minutes>\d\d))?(?!\w)"
    return [
        (re.compile(clock), reader.clock),
        _century("fr", r"\b(?P<roman>[IVX]+)(?:e|ème)(?= siècle)"),
        (re.compile(r"\bIer\b"), lambda _match: "premier"),
        (re.compile(r"\bIre\b"), lambda _match: "première"),
        *_romance("fr"),
        (re.compile(r"\bM\. (?=[A-ZÀ-Ý][a-zà-ÿ])"), lambda _match: "Monsieur "),
    ]


def _italian() -> list[Rule]:
    return [_century("it", r"\b(?P<roman>[IVX]+)(?= secolo)"), *_romance("it")]


def _dutch() -> list[Rule]:
    def ordinal(match: re.Match[str]) -> str:
        written = match["number"]
        number = int(written) if written.isdecimal() else read_roman(written)
        return spell(number, "nl", "spellout-ordinal") if number else match[0]

    return [(re.compile(r"(?<![\w.,])(?P<number>\d{1,3}|[IVX]+)(?:e|de|ste)(?!\w)"), ordinal)]


@cache
def _rules(language: str) -> tuple[re.Pattern[str], tuple[Rule, ...]]:
    """Return what a text must hold for anything in it to be read otherwise, and the rules."""
    reader = _Reader(language)
    match language:
        case "de":
            special = _german()
        case "fr":
            special = _french(reader)
        case "it":
            special = _italian()
        case "es" | "pt":
            special = _romance(language)
        case "nl":
            special = _dutch()
        case _:
            special = []
    words = "|".join(re.escape(word) for word in reader.tongue.words)
    abbreviations = rf"|(?<![\w.])(?:{words})(?!\w)" if words else ""
    needed = re.compile(rf"\d|\b[IVX]+\b|\bM\. {abbreviations}")
    return needed, (*special, *_common(reader), _bare(reader))
