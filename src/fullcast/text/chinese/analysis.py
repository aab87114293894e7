"""A Chinese text read stage by stage: marks, names, people, surroundings, chances."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fullcast.model.reading import Person
from fullcast.text.chinese.decode import decode
from fullcast.text.chinese.evidence import Features, Weigher, count_pronouns, set_stage
from fullcast.text.chinese.layout import Layout, lay_out
from fullcast.text.chinese.mentions import Finder
from fullcast.text.chinese.names import find_forms
from fullcast.text.chinese.people import I, Register, gather
from fullcast.text.chinese.script import fold
from fullcast.text.chinese.surroundings import Surroundings, Unit

CROWD = "众人"
"""Name of several people who speak at once."""

_NARRATES_EVERY = 400
"""Characters of narration in which a narrator who is in the story says 我 at least once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a text tells, before it is told on."""

    layout: Layout
    register: Register
    units: tuple[Unit, ...]
    features: tuple[Mapping[int, Features], ...]
    """Evidence for the candidates of each utterance."""
    chances: tuple[Mapping[int, float], ...]
    """Probability of each candidate of each utterance."""


def analyse(
    paragraphs: Sequence[str], known: Sequence[Person], fixed: Mapping[int, str], weights: Mapping[str, float]
) -> Analysis:
    """Return the analysis of paragraphs that follow each other.

    Args:
        paragraphs: The words of each paragraph.
        known: People who are known by name.
        fixed: Speakers that are given, by the number of a quotation.
        weights: Weight of each kind of evidence.
    """
    layout = lay_out(paragraphs)
    register = gather(find_forms(layout), known, "\n".join(layout.paragraphs))
    narrator = _find_narrator(layout, register)
    crowd = register.owners[CROWD][0] if CROWD in register.owners else register.add(CROWD)
    given = {number: _number(name, register) for number, name in fixed.items()}
    spoken = {name: owners for name, owners in register.owners.items() if name not in {I, CROWD}}
    finder = Finder(spoken)
    count_pronouns(layout, finder, register)
    units = Surroundings(layout, finder, tuple(spoken)).read()
    weigher = Weigher(register, set_stage(layout, finder, units), narrator=narrator, crowd=crowd)
    features = [dict(row) for row in weigher.weigh(units)]
    for unit, row in zip(units, features, strict=True):
        person = next((given[part] for part in unit.parts if part in given), None)
        if person is not None:
            row.clear()
            row[person] = {"fixed": 1.0}
    scores = [{person: score(found, weights) for person, found in row.items()} for row in features]
    chances = decode(units, scores, weights)
    return Analysis(
        layout=layout, register=register, units=tuple(units), features=tuple(features), chances=tuple(chances)
    )


def score(features: Features, weights: Mapping[str, float]) -> float:
    """Return what features weigh together."""
    return sum(weights.get(kind, 0.0) * value for kind, value in features.items())


def _number(name: str, register: Register) -> int:
    owners = register.owners.get(fold(name), ())
    return owners[0] if len(owners) == 1 else register.add(fold(name))


def _find_narrator(layout: Layout, register: Register) -> int | None:
    """Return the number of a narrator who is in the story, or None."""
    if I in register.owners:
        return register.owners[I][0]
    narration = [stretch for at in range(len(layout.paragraphs)) for stretch in layout.narration(at)]
    times = sum(len(re.findall("我(?!们)", stretch)) for stretch in narration)
    if times > 2 and times * _NARRATES_EVERY > sum(map(len, narration)):
        return register.add(I)
    return None
