"""Deciding who says each turn: a weighted sum of evidence, over the whole book, more than once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fullcast.text.novel.book import Book
from fullcast.text.novel.evidence import Past, features

BEAM = 6
"""Ways to read the turns so far that are kept."""

_MEMORY = 8
"""Speakers that a way remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was learned from annotated novels."""

    features: Mapping[str, float]
    """Weight of each feature; one that is missing weighs nothing."""
    certainty: tuple[tuple[float, float], ...] = ()
    """Probability as the model has it, and the share of such quotations that were right; ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who says a turn."""

    figure: int
    """-1 for nobody."""
    probability: float


@dataclass(frozen=True, slots=True)
class _Way:
    score: float
    speakers: tuple[int, ...]
    choices: tuple[Choice, ...]


def read_turns(book: Book, weights: Weights) -> list[Choice]:
    """Return who says each turn of a book: the best way that a beam search finds.

    A way is worth half its probability, turn by turn, and half the evidence as it stands: probabilities alone
    would forget how little spoke for the best of bad candidates.
    """
    ways = [_Way(0.0, (), ())]
    done: list[Choice] = []
    for number in range(len(book.turns)):
        grown = [way for old in ways for way in _grow(book, number, old, weights.features)]
        ways = _best(grown)
        if len(ways[0].choices) > 64:
            done.extend(ways[0].choices[:32])
            ways = [_Way(way.score, way.speakers, way.choices[32:]) for way in ways]
    return [*done, *ways[0].choices]


def _best(ways: list[_Way]) -> list[_Way]:
    """Return the best ways, of those that end alike only one."""
    kept: dict[tuple[int, ...], _Way] = {}
    for way in sorted(ways, key=lambda way: -way.score):
        kept.setdefault(way.speakers[:3], way)
        if len(kept) == BEAM:
            break
    return list(kept.values())


def _grow(book: Book, number: int, way: _Way, weights: Mapping[str, float]) -> list[_Way]:
    turn = book.turns[number]
    if turn.continues and way.speakers and number not in book.fixed:
        same = Choice(figure=way.speakers[0], probability=way.choices[-1].probability)
        return [_Way(way.score, way.speakers, (*way.choices, same))]
    candidates = candidates_of(book, number, way.speakers)
    if not candidates:
        return [
            _Way(way.score, (-1, *way.speakers[:_MEMORY]), (*way.choices, Choice(figure=-1, probability=0.0)))
        ]
    if number in book.fixed:
        figure = book.fixed[number]
        return [
            _Way(
                way.score,
                (figure, *way.speakers[:_MEMORY]),
                (*way.choices, Choice(figure=figure, probability=1.0)),
            )
        ]
    rows = features(book, number, Past(speakers=way.speakers))
    scores = [sum(weights.get(name, 0.0) for name in row) for row in rows]
    chances = softmax(scores)
    order = sorted(range(len(candidates)), key=lambda index: -chances[index])[:BEAM]
    return [
        _Way(
            way.score + 0.5 * scores[index] + 0.5 * math.log(max(chances[index], 1e-12)),
            (candidates[index], *way.speakers[:_MEMORY]),
            (*way.choices, Choice(figure=candidates[index], probability=chances[index])),
        )
        for index in order
    ]


def candidates_of(book: Book, number: int, speakers: Sequence[int]) -> tuple[int, ...]:
    """Return who may say a turn, those who spoke before it among them."""
    base = book.candidates[number]
    more = [speaker for speaker in dict.fromkeys(speakers[:4]) if speaker >= 0 and speaker not in base]
    if more:
        book.candidates[number] = (*base, *more)
    return book.candidates[number]


def softmax(scores: Sequence[float]) -> list[float]:
    """Return scores as probabilities."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def calibrate(probability: float, table: Sequence[tuple[float, float]]) -> float:
    """Return the share of quotations that were right where the model had this probability."""
    if not table:
        return probability
    before = (0.0, 0.0)
    for point in (*table, (1.0, table[-1][1])):
        if probability <= point[0]:
            span = point[0] - before[0]
            part = (probability - before[0]) / span if span else 1.0
            return before[1] + part * (point[1] - before[1])
        before = point
    return table[-1][1]
