"""From the words of a prompt to the sounds that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from fullcast.audio.textures.words import COUNTS, DISTANCES, PACES, RULES, SETTINGS, STRENGTHS, Rule

_CLAUSES = re.compile(r"\b(?:and|with|then|plus|while)\b|[,;+&/、，；和与并]|(?<=\w)\.(?=\s|$)")
_TOKENS = re.compile(r"[a-z']+|\d+|[\u3400-\u9fff]+")
_MOST_LAYERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How a sound is wanted."""

    strength: float = 0.0
    """From light (-1) to heavy (1)."""
    distance: float = 0.0
    """From near (0) to far (1)."""
    pace: float = 0.0
    """From slow (-1) to fast (1)."""
    count: int | None = None
    """How many strokes, knocks or calls; None leaves it to chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One sound of a prompt."""

    kind: str
    traits: Traits = Traits()


def read_prompt(prompt: str) -> tuple[Layer, ...]:
    """Return the sounds that a prompt asks for, in its order; empty if it names none that is known.

    Words that are not known are passed over: what counts is that one kind is found. Each clause (between
    commas, "and", "with") has its own traits.

    >>> [layer.kind for layer in read_prompt("heavy rain on a tin roof and distant thunder")]
    ['tin-rain', 'thunder']
    >>> read_prompt("the clock strikes three")[0].traits.count
    3
    """
    layers: dict[str, Layer] = {}
    for clause in _CLAUSES.split(prompt.lower()):
        words = tuple(_words_of(clause))
        traits = _read_traits(words)
        for kind in _read_kinds(words):
            layers.setdefault(kind, Layer(kind=kind, traits=traits))
    named = tuple(layer for layer in layers.values() if layer.kind not in SETTINGS)
    return (named or tuple(layers.values()))[:_MOST_LAYERS]


def explain_unknown(prompt: str) -> str:
    """Return why a prompt cannot be made into sound: the nearest known word and the whole list.

    >>> explain_unknown("heavy rian").split(";")[0]
    'no sound is known for "heavy rian": did you mean "rain"?'
    """
    subjects = frozenset[str]().union(*(rule.subjects for rule in RULES))
    vocabulary = sorted(word for word in subjects if word.isascii())
    tokens = [token for token in _TOKENS.findall(prompt.lower()) if len(token) > 2]
    near = (get_close_matches(token, vocabulary, n=1, cutoff=0.7) for token in tokens)
    nearest = next((found[0] for found in near if found), None)
    hint = f': did you mean "{nearest}"?' if nearest else ""
    kinds = ", ".join(sorted({rule.kind for rule in RULES}))
    return f'no sound is known for "{prompt}"{hint}; known are {kinds}'


def _words_of(clause: str) -> Iterator[str]:
    """Yield the known words of a clause: English in its base form, Chinese by the longest match."""
    for token in _TOKENS.findall(clause):
        if token[0].isascii():
            yield next((form for form in _forms(token) if form in _vocabulary()), token)
        else:
            yield from _cut(token)


def _cut(text: str) -> Iterator[str]:
    """Yield the known words of a run of Chinese characters, longest first; unknown characters are dropped."""
    longest = max(len(word) for word in _vocabulary() if not word.isascii())
    start = 0
    while start < len(text):
        pieces = (text[start : start + size] for size in range(longest, 0, -1))
        found = next((piece for piece in pieces if piece in _vocabulary()), None)
        if found:
            yield found
        start += len(found) if found else 1


def _forms(token: str) -> Iterator[str]:
    """Yield a word and what it may be derived from: creaking, creak; waves, wave; dripping, drip."""
    word = token.removesuffix("'s").replace("'", "")
    yield word
    for ending, roots in (
        ("ies", ("y",)),
        ("es", ("", "e")),
        ("s", ("",)),
        ("ing", ("", "e")),
        ("ed", ("", "e")),
    ):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            yield from (stem + root for root in roots)
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def _read_kinds(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds that a clause names, in order; a word that qualifies names nothing."""
    present = frozenset(words)
    used: set[str] = set()
    found: dict[str, int] = {}
    for rule in sorted(RULES, key=lambda rule: not rule.qualifiers):
        subjects = (rule.subjects & present) - used
        qualified = rule.qualifiers & (present - (subjects if len(subjects) == 1 else frozenset()))
        if not subjects or (rule.qualifiers and not qualified):
            continue
        found.setdefault(rule.kind, min(words.index(word) for word in subjects))
        used |= _spent(rule, subjects, qualified)
    return tuple(sorted(found, key=lambda kind: found[kind]))


def _spent(rule: Rule, subjects: Iterable[str], qualified: Iterable[str]) -> frozenset[str]:
    """Return the words that name nothing more; a thunderstorm alone names two sounds."""
    shared = {"thunderstorm", "雷雨"} if rule.kind == "thunder" else frozenset[str]()
    return (frozenset(subjects) | frozenset(qualified)) - shared


def _read_traits(words: tuple[str, ...]) -> Traits:
    return Traits(
        strength=_first(words, STRENGTHS),
        distance=_first(words, DISTANCES),
        pace=_first(words, PACES),
        count=next((COUNTS[word] for word in words if word in COUNTS), None),
    )


def _first(words: tuple[str, ...], meanings: Mapping[float, frozenset[str]]) -> float:
    return next((value for word in words for value, names in meanings.items() if word in names), 0.0)


@cache
def _vocabulary() -> frozenset[str]:
    traits = (*STRENGTHS.values(), *DISTANCES.values(), *PACES.values())
    named = (rule.subjects | rule.qualifiers for rule in RULES)
    return frozenset(COUNTS).union(*named, *traits)
