"""What was heard beside what should be said."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How far two wordings are from each other."""

    expected: int
    """Words, in Chinese, Japanese and Korean signs, that should be said."""
    errors: int
    """Of them missing or other, and of those heard too many: the edit distance."""
    longest_gap: int
    """Words in a row that are missing."""

    @property
    def rate(self) -> float:
        """Errors a word that should be said; 0 where nothing should be."""
        return self.errors / self.expected if self.expected else 0.0


def units_of(text: str) -> list[str]:
    """Return the words of a text without case and accents; wide scripts sign by sign.

    >>> units_of("Who's there? 谁呀？"), units_of("Café!")
    (["who's", 'there', '谁', '呀'], ['cafe'])
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    plain = unicodedata.normalize("NFC", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    units: list[str] = []
    for word in _WORD.findall(plain):
        units += re.findall(
            r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", word
        )
    return units


def compare_wording(expected: str, heard: str) -> Wording:
    """Compare what should be said with what was heard.

    Source:
        V. Levenshtein, Binary codes capable of correcting deletions, insertions and reversals (1966).
    """
    wanted, found = units_of(expected), units_of(heard)
    rows = [list(range(len(found) + 1))]
    for number, word in enumerate(wanted, 1):
        above, row = rows[-1], [number]
        for place, other in enumerate(found, 1):
            row.append(min(above[place - 1] + (word != other), above[place] + 1, row[-1] + 1))
        rows.append(row)
    return Wording(expected=len(wanted), errors=rows[-1][-1], longest_gap=_longest_gap(rows, wanted, found))


def _longest_gap(rows: list[list[int]], wanted: list[str], found: list[str]) -> int:
    """Return the most words in a row that the alignment leaves out."""
    number, place = len(wanted), len(found)
    longest = gap = 0
    while number or place:
        here = rows[number][place]
        if (
            number
            and place
            and here == rows[number - 1][place - 1] + (wanted[number - 1] != found[place - 1])
        ):
            number, place, gap = number - 1, place - 1, 0
        elif number and here == rows[number - 1][place] + 1:
            number, gap = number - 1, gap + 1
            longest = max(longest, gap)
        else:
            place, gap = place - 1, 0
    return longest
