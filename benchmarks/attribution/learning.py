"""Learning the weights of the evidence from annotated novels: a conditional logit, by L-BFGS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from novels import Novel
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from fullcast.text.novel.evidence import Past, features
from fullcast.text.novel.model import Choice, Weights, candidates_of, read_turns

RIDGE = 1.0
"""Strength of the penalty on large weights."""

RAREST = 6
"""Candidates that must have a feature for it to get a weight."""


def history(novel: Novel, choices: Sequence[int] | None) -> list[int]:
    """Return who says each turn: what was chosen, or the annotation where nothing was."""
    if choices is not None:
        return list(choices)
    figures = []
    for number, turn in enumerate(novel.book.turns):
        gold = novel.answers.get(number)
        right = _right(novel, number, gold) if gold else []
        if turn.continues and figures:
            figures.append(figures[-1])
        else:
            figures.append(right[0] if right else -1)
    return figures


def _right(novel: Novel, number: int, gold: str) -> list[int]:
    figures = novel.book.survey.figures
    return [c for c in novel.book.candidates[number] if novel.means(figures[c].name, gold)]


def examples(novel: Novel, past: Sequence[int]):  # noqa: ANN201 - rows of a table
    """Yield features and which candidates are right, for each turn that can be learned from."""
    for number, turn in enumerate(novel.book.turns):
        gold = novel.answers.get(number)
        if gold is None or (turn.continues and number):
            continue
        speakers = tuple(reversed(past[max(0, number - 9) : number]))
        candidates_of(novel.book, number, speakers)
        right = set(_right(novel, number, gold))
        if right:
            rows = features(novel.book, number, Past(speakers=speakers))
            flags = [candidate in right for candidate in novel.book.candidates[number]]
            yield rows, flags, len(novel.weights[number])


def fit(sets: Sequence[tuple[Novel, Sequence[int]]]) -> dict[str, float]:
    """Return the weights that make the annotated speakers most probable; every novel counts the same."""
    columns: dict[str, int] = {}
    counts: Counter[str] = Counter()
    data = []
    for novel, past in sets:
        found = list(examples(novel, past))
        share = 1500 / max(1, sum(weight for _, _, weight in found))
        for rows, right, weight in found:
            data.append((rows, right, weight * min(share, 4.0)))
            for row in rows:
                counts.update(row)
    columns = {name: i for i, name in enumerate(sorted(n for n, c in counts.items() if c >= RAREST))}
    indices, indptr, right_flags, starts, weights = [], [0], [], [], []
    for rows, right, weight in data:
        starts.append(len(right_flags))
        weights.append(weight)
        for row, flag in zip(rows, right, strict=True):
            indices.extend(columns[name] for name in row if name in columns)
            indptr.append(len(indices))
            right_flags.append(flag)
    matrix = csr_matrix((np.ones(len(indices)), indices, indptr), shape=(len(right_flags), len(columns)))
    flags, first, many = np.array(right_flags), np.array(starts), np.array(weights)
    lengths = np.diff([*starts, len(right_flags)])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        scores = matrix @ w
        scores -= np.repeat(np.maximum.reduceat(scores, first), lengths)
        powers = np.exp(scores)
        total = np.add.reduceat(powers, first)
        hit = np.add.reduceat(powers * flags, first)
        chance = powers / np.repeat(total, lengths)
        wanted = powers * flags / np.repeat(np.maximum(hit, 1e-300), lengths)
        value = -np.sum(many * (np.log(np.maximum(hit, 1e-300)) - np.log(total))) + 0.5 * RIDGE * w @ w
        gradient = matrix.T @ (np.repeat(many, lengths) * (chance - wanted)) + RIDGE * w
        return float(value), gradient

    result = minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    return {name: round(float(result.x[i]), 3) for name, i in columns.items() if abs(result.x[i]) > 0.01}


def learn(novels: Sequence[Novel], *, rounds: int = 2) -> dict[str, float]:
    """Return weights learned from novels: from the annotated past first, then from the past as it is read.

    Source:
        S. Ross, G. Gordon, D. Bagnell, A reduction of imitation learning and structured prediction to
        no-regret online learning, AISTATS 2011: the past is as wrong in learning as it is in use.
    """
    weights = fit([(novel, history(novel, None)) for novel in novels])
    for _ in range(rounds - 1):
        read = [[choice.figure for choice in read_turns(n.book, Weights(features=weights))] for n in novels]
        weights = fit(list(zip(novels, read, strict=True)))
    return weights


def trust(novel: Novel, choices: Sequence[Choice]) -> list[tuple[float, bool]]:
    """Return for each annotated quotation the probability of its speaker, and whether that was right."""
    figures = novel.book.survey.figures
    return [
        (choice.probability, choice.figure >= 0 and novel.means(figures[choice.figure].name, item.speaker))
        for choice, items in ((choices[number], items) for number, items in novel.weights.items())
        for item in items
    ]


def certainty(sure: Sequence[tuple[float, bool]], *, steps: int = 12) -> list[tuple[float, float]]:
    """Return the share that was right by the probability that was given: equal bins, made monotone.

    Source:
        Isotonic regression by pooling adjacent violators: R. E. Barlow and others, Statistical Inference
        under Order Restrictions, 1972.
    """
    ordered = sorted(sure)
    size = max(1, len(ordered) // steps)
    bins = [ordered[at : at + size] for at in range(0, len(ordered), size)]
    pools = [[sum(p for p, _ in b) / len(b), sum(h for _, h in b) / len(b), len(b)] for b in bins if b]
    merged: list[list[float]] = []
    for pool in pools:
        merged.append(list(pool))
        while len(merged) > 1 and merged[-2][1] > merged[-1][1]:
            p, s, n = merged.pop()
            q, t, m = merged[-1]
            merged[-1] = [(p * n + q * m) / (n + m), (s * n + t * m) / (n + m), n + m]
    return [(round(p, 3), round(s, 3)) for p, s, _ in merged]
