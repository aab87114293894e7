"""English numbers in words."""

from __future__ import annotations

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = [
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
]
_LONGEST = 3 * len(_SCALES)

_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def say_cardinal(number: int) -> str:
    """Return a whole number in words; one of more than 27 digits digit by digit.

    >>> say_cardinal(1_203), say_cardinal(-40), say_cardinal(2_001)
    ('one thousand two hundred and three', 'minus forty', 'two thousand and one')
    """
    if number < 0:
        return f"minus {say_cardinal(-number)}"
    if len(str(number)) > _LONGEST:
        return say_digits(str(number))
    return _with_and(number, say_plain(number))


def say_plain(number: int) -> str:
    """Return a whole number without the *and* in front of its last part, as inside years and fractions."""
    if number < 1000:
        return _below_thousand(number)
    parts = []
    scale = 0
    while number:
        number, rest = divmod(number, 1000)
        if rest:
            parts.append(f"{_below_thousand(rest)} {_SCALES[scale]}".strip())
        scale += 1
    return " ".join(reversed(parts))


def _with_and(number: int, words: str) -> str:
    last = number % 100
    if number < 100 or not last:
        return words
    tail = _below_thousand(last)
    return f"{words.removesuffix(tail)}and {tail}"


def _below_thousand(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]
    hundreds, rest = divmod(number, 100)
    head = f"{_ONES[hundreds]} hundred"
    return f"{head} {_below_thousand(rest)}" if rest else head


def say_ordinal(number: int) -> str:
    """Return a rank in words.

    >>> say_ordinal(23), say_ordinal(30), say_ordinal(1000)
    ('twenty third', 'thirtieth', 'one thousandth')
    """
    head, _, last = say_plain(number).rpartition(" ")
    if last in _ORDINALS:
        ending = _ORDINALS[last]
    else:
        ending = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head} {ending}".strip()


def say_digits(digits: str) -> str:
    """Return digits one by one.

    >>> say_digits("907")
    'nine zero seven'
    """
    return " ".join(_ONES[int(digit)] for digit in digits if digit.isdigit())


def say_year(year: int) -> str:
    """Return a year in words.

    >>> say_year(1984), say_year(1900), say_year(1905)
    ('nineteen eighty four', 'nineteen hundred', 'nineteen oh five')
    >>> say_year(2000), say_year(2005), say_year(2012)
    ('two thousand', 'two thousand five', 'twenty twelve')
    """
    century, rest = divmod(year, 100)
    if year < 1000 or year > 9999 or (rest < 10 and century % 10 == 0):
        return say_plain(year)
    if rest == 0:
        return f"{say_cardinal(century)} hundred"
    if rest < 10:
        return f"{say_cardinal(century)} oh {say_cardinal(rest)}"
    return f"{say_cardinal(century)} {say_cardinal(rest)}"


def say_number(written: str) -> str:
    """Return a number as it is written: with commas, a decimal point, a sign.

    >>> say_number("1,984"), say_number("-3.05")
    ('one thousand nine hundred and eighty four', 'minus three point zero five')
    """
    plain = written.replace(",", "").replace("\u2212", "-")
    if plain.startswith("-"):
        return f"minus {say_number(plain[1:])}"
    whole, point, part = plain.partition(".")
    words = say_cardinal(int(whole)) if whole else ""
    return f"{words} point {say_digits(part)}".strip() if point and part else words


def say_plural(words: str) -> str:
    """Return the plural of the last word of a number: ``nineteen eighties``.

    >>> say_plural("nineteen eighty"), say_plural("six")
    ('nineteen eighties', 'sixes')
    """
    if words.endswith("y"):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("x", "s")) else f"{words}s"


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def read_roman(letters: str) -> int | None:
    """Return the number that Roman numerals stand for; None where they are no well-formed number.

    >>> read_roman("XIV"), read_roman("IIII"), read_roman("MIX")
    (14, None, 1009)
    """
    total = 0
    values = [_ROMAN.get(letter, 0) for letter in letters]
    for number, value in enumerate(values):
        following = values[number + 1] if number + 1 < len(values) else 0
        total += -value if value < following else value
    return total if total and write_roman(total) == letters else None


def write_roman(number: int) -> str:
    """Return a number from 1 to 3999 in Roman numerals.

    >>> write_roman(1944)
    'MCMXLIV'
    """
    pairs = zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"],
        strict=True,
    )
    written = ""
    for value, letters in pairs:
        count, number = divmod(number, value)
        written += letters * count
    return written
