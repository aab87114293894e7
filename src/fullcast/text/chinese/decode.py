"""The likeliest row of speakers, and how likely each of them is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from fullcast.text.chinese.surroundings import Unit

Scores = Mapping[int, float]

_PRUNE = 9.0
"""Candidates that lie this far behind the best one, in logarithms of odds, are left out."""


def name_turns(units: Sequence[Unit], number: int, speakers: tuple[int, int, int]) -> list[str]:
    """Return the features of a turn: how an utterance's speaker follows the two before.

    Args:
        units: All utterances.
        number: The utterance.
        speakers: Who says the one before the last, the last one, and this one.
    """
    unit = units[number]
    if number == 0 or unit.follows in {"scene", "far"}:
        return []
    two_before, before, current = speakers
    if current < 0:
        return []
    if current == before and unit.follows == "same" and unit.tagged == "front":
        return []
    if current == before:
        named = [f"{unit.follows}_stays"]
        if unit.follows == "same" and not unit.tagged:
            named.append("same_stays_untagged")
        return named
    earlier = units[number - 1].follows
    if current == two_before and unit.follows in {"next", "near", "side"} and earlier in {"next", "near", "side"}:
        return ["next_returns" if unit.follows != "near" and earlier != "near" else "near_returns"]
    return []


def decode(units: Sequence[Unit], scores: Sequence[Scores], weights: Mapping[str, float]) -> list[dict[int, float]]:
    """Return for each utterance the probability of each candidate, all evidence of all utterances told.

    The speakers are a chain of the second order; forwards and backwards, its pairs are summed up.
    """
    kept = [_prune(row) for row in scores]
    if not kept:
        return []
    forward = _run_forward(units, kept, weights)
    backward = _run_backward(units, kept, weights)
    return [_marginal(ahead, behind) for ahead, behind in zip(forward, backward, strict=True)]


Pairs = dict[tuple[int, int], float]

_NONE = -2
"""Whoever speaks before the first utterance."""


def _prune(row: Scores) -> dict[int, float]:
    best = max(row.values())
    return {person: score for person, score in row.items() if score > best - _PRUNE}


def _turn(units: Sequence[Unit], number: int, speakers: tuple[int, int, int], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) for name in name_turns(units, number, speakers))


def _run_forward(units: Sequence[Unit], kept: Sequence[Scores], weights: Mapping[str, float]) -> list[Pairs]:
    """Return the logarithm of the sum over all beginnings, by the last two speakers."""
    pairs: Pairs = {(_NONE, person): score for person, score in kept[0].items()}
    found = [pairs]
    for number in range(1, len(kept)):
        parts: dict[tuple[int, int], list[float]] = {}
        for (two_before, before), value in pairs.items():
            for person, score in kept[number].items():
                turn = _turn(units, number, (two_before, before, person), weights)
                parts.setdefault((before, person), []).append(value + score + turn)
        pairs = _normalise({pair: _sum(values) for pair, values in parts.items()})
        found.append(pairs)
    return found


def _run_backward(units: Sequence[Unit], kept: Sequence[Scores], weights: Mapping[str, float]) -> list[Pairs]:
    """Return the logarithm of the sum over all endings, by the last two speakers."""
    last = len(kept) - 1
    befores = [_NONE] if last == 0 else list(kept[last - 1])
    pairs: Pairs = {(before, person): 0.0 for before in befores for person in kept[last]}
    found = [pairs]
    for number in range(last, 0, -1):
        two_befores = [_NONE] if number == 1 else list(kept[number - 2])
        fresh: Pairs = {}
        for two_before in two_befores:
            for before in kept[number - 1]:
                fresh[two_before, before] = _sum(
                    [
                        score + _turn(units, number, (two_before, before, person), weights) + pairs[before, person]
                        for person, score in kept[number].items()
                    ]
                )
        pairs = _normalise(fresh)
        found.append(pairs)
    return found[::-1]


def _normalise(pairs: Pairs) -> Pairs:
    best = max(pairs.values())
    return {pair: value - best for pair, value in pairs.items()}


def _sum(values: Sequence[float]) -> float:
    """Return the logarithm of a sum of exponentials."""
    best = max(values)
    return best + math.log(sum(math.exp(value - best) for value in values))


def _marginal(ahead: Pairs, behind: Pairs) -> dict[int, float]:
    joint = {pair: value + behind[pair] for pair, value in ahead.items()}
    best = max(joint.values())
    found: dict[int, float] = {}
    for (_, person), value in joint.items():
        found[person] = found.get(person, 0.0) + math.exp(value - best)
    whole = sum(found.values())
    return {person: value / whole for person, value in found.items()}
