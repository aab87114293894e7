"""Where a text names people: by names with a capital, by pronouns, by what they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fullcast.text.novel.wording import DETERMINERS, HE, NO_NAMES, SHE, TITLES, words

_NAME = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Col|Gen|Rev|Messrs|Mme|Mlle|Lieut|Sgt)\.?\s+)?"
    r"(?:[A-ZÀ-Þ]\.\s+)*[A-ZÀ-ÖØ-Þ][\w’']*(?:-[\w’']+)*(?:[^\S\n]+(?:(?:of|de|von|van|du|la|le|del|della|di|da)\s+)?"
    r"(?:[A-ZÀ-ÖØ-Þ]\.(?=\s+[A-ZÀ-Þ])|(?:Mr|Mrs|Dr|St)\.(?=\s+[A-ZÀ-Þ])|[A-ZÀ-ÖØ-Þ][\w’']*(?:-[\w’']+)*))*"
)
WORD = re.compile(r"[^\W_](?:[\w’'-]*[^\W_])?")

_TITLE_DOT = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Col|Gen|Rev|Messrs|Mme|Mlle|Lieut|Sgt|[A-Z])\.$")

PRONOUN = re.compile(r"\b(?:he|she|i|they|we|it|him|her|his|himself|herself)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A sequence of words with capitals."""

    start: int
    end: int
    words: tuple[str, ...]
    """Without possessive endings, the first one too."""
    opens: bool
    """Whether it opens a sentence, so that its first capital means nothing."""
    the: bool = False
    """Whether an article stands in front of it."""


def find_names(text: str) -> Iterator[Found]:
    """Yield the sequences of words with capitals in a paragraph."""
    for match in _NAME.finditer(text):
        words, start = match[0].split(), match.start()
        opens = opens_sentence(text, start)
        the = False
        while words and words[0] in {"The", "A", "An", "And", "But", "Then", "So", "O", "Oh", "My", "Dear"}:
            the = words[0] == "The"
            step = match[0].find(words[1], len(words[0])) if len(words) > 1 else 0
            start += step
            del words[0]
            if words and step:
                match_text = text[start : match.end()]
                words = match_text.split()
        if not words:
            continue
        before = text[max(0, start - 5) : start].lower()
        plain = [bare(word) for word in words]
        if all(plain):
            yield Found(
                start=start,
                end=match.end(),
                words=tuple(plain),
                opens=opens and not the,
                the=the or before.endswith("the "),
            )


def bare(word: str) -> str:
    """Return a word without a possessive ending or a dot."""
    plain = word.replace("’", "'").rstrip(".'")
    return plain.removesuffix("'s").removesuffix("'S")


_OPENING = "\"“‘'«([—"


def opens_sentence(text: str, at: int) -> bool:
    """Return whether a sentence begins at an offset of a paragraph."""
    near = text[max(0, at - 3) : at].rstrip("\u2060")
    if near[-1:] in _OPENING and near[-1:]:
        return True
    before = text[:at].rstrip(" \u2060\"“”'‘’([—-")
    if not before:
        return True
    if before[-1] in "!?:;…":
        return True
    return before[-1] == "." and not _TITLE_DOT.search(before[-8:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How often words stand with and without a capital: what tells names from words that open sentences."""

    capital: Counter[str]
    """Inside sentences."""
    opening: Counter[str]
    small: Counter[str]

    def is_name(self, word: str) -> bool:
        """Return whether a word with a capital is a name rather than a word that opens a sentence."""
        low = word.lower()
        if low in NO_NAMES or (len(word) < 2 and not word.isalpha()):
            return False
        if low in TITLES:
            return self.small[low] < self.capital[word]
        inside, small = self.capital[word], self.small[low]
        if inside:
            return inside * 3 > small
        return small == 0 and self.opening[word] > 1


def take_census(paragraphs: Iterable[str]) -> Census:
    """Count words with and without a capital."""
    capital: Counter[str] = Counter()
    opening: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in paragraphs:
        for match in WORD.finditer(text):
            word = match[0]
            if word[0].islower():
                small[bare(word)] += 1
            elif opens_sentence(text, match.start()):
                opening[bare(word)] += 1
            else:
                capital[bare(word)] += 1
    return Census(capital=capital, opening=opening, small=small)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A person by what they are: ``the old man``."""

    start: int
    end: int
    determiner: str
    adjectives: tuple[str, ...]
    noun: str

    @property
    def name(self) -> str:
        """The words behind the article."""
        return " ".join((*self.adjectives, self.noun))


def described_by(nouns: Iterable[str]) -> re.Pattern[str]:
    """Return what finds persons that are described by some nouns, an article in front."""
    listed = "|".join(sorted(nouns, key=len, reverse=True))
    return re.compile(
        rf"\b(?P<det>{'|'.join(sorted(DETERMINERS, key=len, reverse=True))})\s+"
        rf"(?P<adj>(?:[a-z][\w-]*,?\s+){{0,3}}?)(?P<noun>{listed})\b(?!-)",
        re.IGNORECASE,
    )


def find_described(text: str, pattern: re.Pattern[str]) -> Iterator[Described]:
    """Yield the persons that a paragraph describes."""
    for match in pattern.finditer(text):
        adjectives = tuple(word.strip(",").lower() for word in match["adj"].split())
        if any(word in _NO_ADJECTIVES for word in adjectives):
            continue
        yield Described(
            start=match.start(),
            end=match.end(),
            determiner=match["det"].lower(),
            adjectives=adjectives,
            noun=match["noun"].lower(),
        )


_NO_ADJECTIVES = (
    DETERMINERS
    | HE
    | SHE
    | words(
        """
    of to in on at by for with from and or but as than that which who is was were are be been had
    has have did do does said says into over upon like not no so when while if then there here
    """
    )
)


def in_order(items: Sequence[Found | Described]) -> list[Found | Described]:
    """Return mentions by place."""
    return sorted(items, key=lambda item: (item.start, -item.end))
