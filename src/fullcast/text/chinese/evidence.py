"""Candidates for each utterance and what speaks for them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fullcast.model.book import Sex
from fullcast.text.chinese.layout import Layout
from fullcast.text.chinese.mentions import Finder, Mention, clauses, find_first_subject, sentences, sex_of
from fullcast.text.chinese.people import Register
from fullcast.text.chinese.surroundings import Cue, Unit

NOBODY = -1
"""A candidate that stands for somebody whom the text does not name."""

_LOOK_BACK = 14
"""Paragraphs in which somebody was mentioned who may speak."""

_LOOK_AHEAD = 2

_MOST = 7
"""Candidates of an utterance."""

Features = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Who is on the stage, paragraph by paragraph."""

    mentioned: tuple[tuple[int, ...], ...]
    """People in each paragraph's narration, in order."""
    acting: tuple[tuple[int, ...], ...]
    """Those who are subjects, in order."""
    weight: Mapping[int, int]
    """How often each person acts or is in a tag."""


def set_stage(layout: Layout, finder: Finder, units: Sequence[Unit]) -> Stage:
    """Return who is mentioned and who acts in each paragraph."""
    weight: Counter[int] = Counter()
    mentioned: list[tuple[int, ...]] = []
    acting: list[tuple[int, ...]] = []
    last: dict[int, int] = {}
    for paragraph in range(len(layout.paragraphs)):
        seen, acts = _see_paragraph(layout, finder, paragraph, last)
        weight.update(acts)
        mentioned.append(tuple(seen))
        acting.append(tuple(acts))
    for unit in units:
        for cue in unit.cues:
            if "_tag" in cue.kind and len(cue.mention.people) == 1:
                weight[cue.mention.people[0]] += 3
    return Stage(mentioned=tuple(mentioned), acting=tuple(acting), weight=weight)


def _see_paragraph(
    layout: Layout, finder: Finder, paragraph: int, last: dict[int, int]
) -> tuple[list[int], list[int]]:
    """Return who is mentioned and who acts in a paragraph; note where each was mentioned last."""
    seen: list[int] = []
    acts: list[int] = []
    for stretch in layout.narration(paragraph):
        for mention in finder.find(stretch):
            person = choose(mention.people, last)
            if person is not None:
                seen.append(person)
                last[person] = paragraph
        for sentence in sentences(stretch):
            for _, clause in clauses(sentence):
                subject = find_first_subject(clause, finder)
                person = choose(subject.mention.people, last) if subject else None
                if person is not None:
                    acts.append(person)
    return seen, acts


def choose(people: Sequence[int], last: Mapping[int, int]) -> int | None:
    """Return which of several people a form means: the one who was mentioned last, else the first."""
    if not people:
        return None
    return max(people, key=lambda person: (last.get(person, -1), -people.index(person)))


class Weigher:
    """Finds the candidates of each utterance and their features."""

    def __init__(self, register: Register, stage: Stage, *, narrator: int | None, crowd: int | None) -> None:
        self._register = register
        self._stage = stage
        self._narrator = narrator
        self._crowd = crowd
        self._last: dict[int, int] = {}

    def weigh(self, units: Sequence[Unit]) -> list[dict[int, Features]]:
        """Return the features of every candidate of every utterance."""
        rows: list[dict[int, Features]] = []
        seen = 0
        for number, unit in enumerate(units):
            while seen <= unit.paragraph:
                self._last |= dict.fromkeys(self._stage.mentioned[seen], seen)
                seen += 1
            before = units[number - 1] if number else None
            rows.append(self._weigh_unit(unit, before))
            for person in rows[-1]:
                if any(self._person(cue.mention) == person for cue in unit.cues if "_tag" in cue.kind):
                    self._last[person] = unit.paragraph
        return rows

    def _person(self, mention: Mention) -> int | None:
        if mention.pronoun == "我":
            return self._narrator
        if mention.crowd:
            return self._crowd
        return choose(mention.people, self._last)

    def _weigh_unit(self, unit: Unit, before: Unit | None) -> dict[int, Features]:
        distances = self._find_candidates(unit, before)
        found: dict[int, Features] = {}
        for person, distance in distances.items():
            features = {"distance": math.log1p(distance)}
            weight = self._stage.weight.get(person, 0)
            features["often"] = math.log1p(weight)
            if not weight and person != self._narrator:
                features["silent"] = 1.0
            if person == self._crowd:
                features["crowd"] = 1.0
            found[person] = features
        for cue in unit.cues:
            self._add_cue(cue, found)
        self._add_names(unit, before, found)
        return found

    def _find_candidates(self, unit: Unit, before: Unit | None) -> dict[int, int]:
        """Return who may speak, with the paragraphs since each was mentioned."""
        named = {person for cue in unit.cues if (person := self._person(cue.mention)) is not None}
        found = dict.fromkeys(named, 0)
        called = {
            choose(self._register.owners[name], self._last) for name in (before.called if before else ())
        }
        found |= {person: 1 for person in called if person is not None and person not in found}
        start = max(0, unit.paragraph - _LOOK_BACK)
        for paragraph in range(unit.paragraph, start - 1, -1):
            for person in reversed(self._stage.mentioned[paragraph]):
                found.setdefault(person, unit.paragraph - paragraph)
        for ahead in range(unit.last_paragraph + 1, unit.last_paragraph + 1 + _LOOK_AHEAD):
            for person in self._stage.acting[ahead : ahead + 1][0] if ahead < len(self._stage.acting) else ():
                found.setdefault(person, 3)
        if self._narrator is not None:
            found.setdefault(self._narrator, 4)
        if any(cue.mention.unknown for cue in unit.cues) or not found:
            found[NOBODY] = 0
        weight = self._stage.weight
        order = sorted(
            found,
            key=lambda person: (person not in named, found[person] - min(4, weight.get(person, 0)), person),
        )
        return {person: found[person] for person in order[:_MOST]}

    def _add_cue(self, cue: Cue, found: dict[int, Features]) -> None:
        mention = cue.mention
        if mention.unknown:
            if NOBODY in found and cue.kind.startswith(("front", "behind")):
                _add(found[NOBODY], "someone" if "_tag" in cue.kind else "someone_acts")
            return
        person = self._person(mention)
        if person is not None:
            if person in found:
                _add(found[person], cue.kind)
            return
        if mention.pronoun and not cue.kind.startswith(("above_mixed", "below")):
            self._add_pronoun(cue, found)

    def _add_pronoun(self, cue: Cue, found: dict[int, Features]) -> None:
        """Add what 他 or 她 says for everybody."""
        sex = sex_of(cue.mention.pronoun)
        strong = "" if "_tag" in cue.kind or cue.kind.startswith(("front_beat", "behind_beat")) else "_weakly"
        fitting: list[int] = []
        for person, features in found.items():
            own = self._register.sexes[person] if person >= 0 else None
            if person in {self._narrator, self._crowd}:
                own = Sex.NEUTRAL
            if own is None:
                _add(features, f"he_maybe{strong}")
            elif own is sex:
                _add(features, f"he_fits{strong}")
            else:
                _add(features, f"he_clashes{strong}")
                continue
            fitting.append(person)
        recent = self._last_acting(cue.paragraph, fitting)
        if recent is not None:
            _add(found[recent], f"he_last{strong}")

    def _last_acting(self, paragraph: int, fitting: Sequence[int]) -> int | None:
        for at in range(paragraph, max(-1, paragraph - 6), -1):
            for person in reversed(self._stage.acting[at]):
                if person in fitting:
                    return person
        return None

    def _add_names(self, unit: Unit, before: Unit | None, found: dict[int, Features]) -> None:
        """Add what the names inside this utterance and the one before say."""
        self._mark(unit.called, "called", found)
        self._mark(unit.spoken_of, "spoken_of", found)
        for mention in unit.addressed:
            person = self._person(mention)
            if person in found:
                _add(found[person], "addressed")
        if before is None or unit.follows in {"scene", "far"}:
            return
        self._mark(before.called, "was_called", found)
        for mention in before.addressed:
            person = self._person(mention)
            if person in found:
                _add(found[person], "was_addressed")

    def _mark(self, names: Sequence[str], kind: str, found: dict[int, Features]) -> None:
        for name in names:
            people = self._register.owners.get(name, ())
            present = [person for person in people if person in found]
            person = choose(people, self._last)
            if kind == "called" and len(present) == 1:
                person = present[0]
            if person in found:
                found[person][kind] = 1.0


def _add(features: Features, kind: str) -> None:
    features[kind] = max(features.get(kind, 0.0), 1.0)


def count_pronouns(layout: Layout, finder: Finder, register: Register) -> None:
    """Give people without a sex the one of the pronouns that follow them as subjects."""
    votes: dict[int, Counter[Sex]] = {}
    for paragraph in range(len(layout.paragraphs)):
        current: int | None = None
        for stretch in layout.narration(paragraph):
            for sentence in sentences(stretch):
                for _, clause in clauses(sentence):
                    subject = find_first_subject(clause, finder)
                    if subject is None:
                        continue
                    sex = sex_of(subject.mention.pronoun)
                    if sex is None:
                        people = subject.mention.people
                        current = people[0] if len(people) == 1 and subject.firm else None
                    elif current is not None:
                        votes.setdefault(current, Counter())[sex] += 1
    for person, counted in votes.items():
        (sex, times), *rest = counted.most_common()
        if times >= 2 * (rest[0][1] if rest else 0) and (register.sexes[person] is None or times > 4):
            register.sexes[person] = sex
