"""The likeliest row of speakers, and how likely each of them is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fullcast.text.chinese.surroundings import Unit

Scores = Mapping[int, float]

_PRUNE = 8.0
"""Candidates that lie this far behind the best one, in logarithms of odds, are left out."""


def name_stay(units: Sequence[Unit], number: int) -> tuple[str, ...]:
    """Return the features of an utterance whose speaker is the one before's."""
    unit = units[number]
    if number == 0 or unit.follows in {"scene", "far"} or (unit.follows == "same" and unit.tagged == "front"):
        return ()
    if unit.follows == "same" and not unit.tagged:
        return ("same_stays", "same_stays_untagged")
    return (f"{unit.follows}_stays",)


def name_return(units: Sequence[Unit], number: int) -> tuple[str, ...]:
    """Return the features of an utterance whose speaker is the last but one."""
    if number < 2:
        return ()
    follows, earlier = units[number].follows, units[number - 1].follows
    if not {follows, earlier} <= {"next", "near", "side"}:
        return ()
    return ("near_returns",) if "near" in {follows, earlier} else ("next_returns",)


def decode(
    units: Sequence[Unit], scores: Sequence[Scores], weights: Mapping[str, float]
) -> list[dict[int, float]]:
    """Return for each utterance the probability of each candidate, all evidence of all utterances told.

    The speakers are a chain of the second order; forwards and backwards, its pairs are summed up.
    """
    kept = [_prune(row) for row in scores]
    if not kept:
        return []
    stays = [_weigh(name_stay(units, number), weights) for number in range(len(units))]
    returns = [_weigh(name_return(units, number), weights) for number in range(len(units))]
    chain = _Chain(kept=kept, stays=stays, returns=returns)
    return [_marginal(ahead, behind) for ahead, behind in zip(_forward(chain), _backward(chain), strict=True)]


Pairs = dict[tuple[int, int], float]

_NONE = -2
"""Whoever speaks before the first utterance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    kept: Sequence[Mapping[int, float]]
    """Odds of the candidates of each utterance, the best one's being 1."""
    stays: Sequence[float]
    """Factor where the speaker stays."""
    returns: Sequence[float]
    """Factor where the speaker before the last returns."""


def _prune(row: Scores) -> dict[int, float]:
    best = max(row.values())
    return {person: math.exp(score - best) for person, score in row.items() if score > best - _PRUNE}


def _weigh(names: Sequence[str], weights: Mapping[str, float]) -> float:
    return math.exp(sum(weights.get(name, 0.0) for name in names))


def _forward(chain: _Chain) -> list[Pairs]:
    """Return what all beginnings add up to, by the last two speakers."""
    pairs: Pairs = {(_NONE, person): odds for person, odds in chain.kept[0].items()}
    found = [pairs]
    for number in range(1, len(chain.kept)):
        sums: dict[int, float] = {}
        for (_, before), value in pairs.items():
            sums[before] = sums.get(before, 0.0) + value
        stay, back = chain.stays[number], chain.returns[number] - 1
        pairs = _scale(
            {
                (before, person): odds
                * (whole * stay if person == before else whole + back * pairs.get((person, before), 0.0))
                for before, whole in sums.items()
                for person, odds in chain.kept[number].items()
            }
        )
        found.append(pairs)
    return found


def _backward(chain: _Chain) -> list[Pairs]:
    """Return what all endings add up to, by the last two speakers."""
    last = len(chain.kept) - 1
    pairs: Pairs = {(before, person): 1.0 for before in _before(chain, last) for person in chain.kept[last]}
    found = [pairs]
    for number in range(last, 0, -1):
        stay, back = chain.stays[number], chain.returns[number] - 1
        kept = chain.kept[number]
        fresh: Pairs = {}
        for before in chain.kept[number - 1]:
            whole = sum(
                odds * pairs[before, person] * (stay if person == before else 1.0)
                for person, odds in kept.items()
            )
            for two_before in _before(chain, number - 1):
                extra = 0.0
                if two_before != before and two_before in kept:
                    extra = back * kept[two_before] * pairs[before, two_before]
                fresh[two_before, before] = whole + extra
        pairs = _scale(fresh)
        found.append(pairs)
    return found[::-1]


def _before(chain: _Chain, number: int) -> Sequence[int]:
    return [_NONE] if number == 0 else list(chain.kept[number - 1])


def _scale(pairs: Pairs) -> Pairs:
    """Return pairs whose largest is 1; what has become too small to count stays above nothing."""
    best = max(pairs.values())
    return {pair: max(value / best, 1e-30) for pair, value in pairs.items()}


def _marginal(ahead: Pairs, behind: Pairs) -> dict[int, float]:
    found: dict[int, float] = {}
    for pair, value in ahead.items():
        found[pair[1]] = found.get(pair[1], 0.0) + value * behind[pair]
    whole = sum(found.values())
    return {person: value / whole for person, value in found.items()}
