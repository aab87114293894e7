"""Fit the weights of the Chinese reader to the annotated passages, and judge that by leaving passages out.

    python benchmarks/attribution/train_chinese.py [WIDTH]

A conditional logit over each utterance's candidates, given who really spoke before; a Gaussian prior of
precision 1/WIDTH (1 if not given) holds every weight to where the table has it. Prints what each passage gets
with the table, with weights fitted to the other passages, and the weights fitted to all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from chinese import Passage, load_passages
from numpy.typing import NDArray
from scipy.optimize import minimize

from fullcast.model.reading import Reading
from fullcast.text.chinese.analysis import Analysis, analyse, score
from fullcast.text.chinese.decode import decode, name_return, name_stay
from fullcast.text.chinese.script import fold
from fullcast.text.chinese.telling import tell
from fullcast.text.chinese.weights import WEIGHTS

NAMES = tuple(WEIGHTS)

Choice = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""Features of an utterance's candidates, and which of them are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A passage with the candidates that are right."""

    name: str
    analysis: Analysis
    right: tuple[frozenset[int] | None, ...]
    """Candidates who are the speaker of each utterance; None where nobody says who it is."""


def read_example(passage: Passage) -> Example:
    """Return a passage as an example."""
    starts, paragraphs, position = [], [], 0
    for line in passage.text.split("\n"):
        if line.strip():
            starts.append(position)
            paragraphs.append(line)
        position += len(line) + 1
    analysis = analyse(paragraphs, (), {}, WEIGHTS)
    reading = tell(analysis, paragraphs, (), starts)
    right = [_find_right(number, analysis, passage, reading) for number in range(len(analysis.units))]
    return Example(name=passage.name, analysis=analysis, right=tuple(right))


def _find_right(number: int, analysis: Analysis, passage: Passage, reading: Reading) -> frozenset[int] | None:
    heard = next(each for each in reading.quotations if each.utterance == number)
    for gold in passage.gold:
        if gold.start < heard.end and heard.start < gold.end and gold.speaker in passage.people:
            names = analysis.register.names
            own = {fold(name) for name in passage.people[gold.speaker]}
            return frozenset(
                person for person in analysis.features[number] if person >= 0 and own & set(names[person])
            )
    return None


def list_choices(example: Example) -> list[Choice]:
    """Return the choices of a passage whose right answer is among the candidates."""
    found: list[Choice] = []
    units, right = example.analysis.units, example.right
    for number, row in enumerate(example.analysis.features):
        own = right[number]
        if not own or len(row) < 2:
            continue
        table = np.zeros((len(row), len(NAMES)))
        for at, (person, features) in enumerate(row.items()):
            named = dict(features)
            if number and person in (right[number - 1] or ()):
                named |= dict.fromkeys(name_stay(units, number), 1.0)
            elif number > 1 and person in (right[number - 2] or ()):
                named |= dict.fromkeys(name_return(units, number), 1.0)
            table[at] = [named.get(name, 0.0) for name in NAMES]
        found.append((table, np.array([person in own for person in row])))
    return found


def fit(choices: Sequence[Choice], precision: float) -> NDArray[np.float64]:
    """Return the weights that fit choices best."""
    prior = np.array([WEIGHTS[name] for name in NAMES])

    def measure(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        loss = 0.5 * precision * float(((weights - prior) ** 2).sum())
        slope = precision * (weights - prior)
        for table, right in choices:
            scores = table @ weights
            odds = np.exp(scores - scores.max())
            chances = odds / odds.sum()
            share = chances * right
            loss -= float(np.log(max(share.sum(), 1e-12)))
            slope -= table.T @ (share / max(share.sum(), 1e-12) - chances)
        return loss, slope

    return np.asarray(minimize(measure, prior, jac=True, method="L-BFGS-B").x)


def judge(example: Example, weights: NDArray[np.float64]) -> tuple[int, int]:
    """Return how many utterances weights get right, of how many."""
    named = dict(zip(NAMES, weights.tolist(), strict=True))
    scores = [
        {person: score(features, named) for person, features in row.items()}
        for row in example.analysis.features
    ]
    chances = decode(example.analysis.units, scores, named)
    pairs = [
        (max(row, key=row.__getitem__), own)
        for row, own in zip(chances, example.right, strict=True)
        if own is not None
    ]
    return sum(person in own for person, own in pairs), len(pairs)


def main() -> None:
    """Print the tables."""
    precision = 1.0 / float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    examples = [read_example(passage) for passage in load_passages("seen")]
    choices = [list_choices(example) for example in examples]
    table = np.array([WEIGHTS[name] for name in NAMES])
    print("| passage | utterances | with the table | left out |\n|---|---|---|---|")
    sums = np.zeros(3, dtype=int)
    for left_out, example in enumerate(examples):
        others = [choice for at, row in enumerate(choices) if at != left_out for choice in row]
        right, whole = judge(example, table)
        right_left_out, _ = judge(example, fit(others, precision))
        print(f"| {example.name} | {whole} | {right} | {right_left_out} |")
        sums += (whole, right, right_left_out)
    print(f"| in all | {sums[0]} | {sums[1]} | {sums[2]} |\n")
    for name, weight in zip(
        NAMES, fit([choice for row in choices for choice in row], precision), strict=True
    ):
        print(f"{name} {weight:.2f}")


if __name__ == "__main__":
    main()
