"""Which voice suits whom: sex, age and language first, then that people who talk to each other differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fullcast.model import Age, Heard, Person, Sex, Voice
from fullcast.text.normalise import primary_tag

CLEAR = 2.0
"""Distance from which two voices are told apart without effort (``audio.likeness``)."""

_SEX, _AGE, _ACCENT = 8.0, 2.0, 0.4
"""What the wrong sex, an age beside the right one and another accent cost a line, beside 1 for speaking in a
conversation with one's own voice."""

_AGES = (Age.CHILD, Age.YOUNG, Age.ADULT, Age.OLD)

_NEAR = 2
"""Quotations over which two speakers count as talking to each other."""

Pair = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """The voices that can be chosen from, and how far they are from each other."""

    voices: tuple[Voice, ...]
    distances: Mapping[Pair, float]
    """By the names of two voices; a pair that is missing counts as clearly apart."""
    language: str
    """BCP 47 tag of the book."""

    def likeness(self, one: str, other: str) -> float:
        """Return how easily two voices are taken for each other: 1 for the same one, 0 from ``CLEAR`` on."""
        if one == other:
            return 1.0
        return max(0.0, 1.0 - self.distances.get(frozenset((one, other)), CLEAR) / CLEAR)


def count_talk(quotations: Iterable[Heard]) -> dict[Pair, int]:
    """Return how often each two people speak right after each other, one other turn between them allowed."""
    turns: list[str] = []
    utterance = None
    for heard in quotations:
        if heard.speaker is not None and heard.utterance != utterance:
            turns.append(heard.speaker)
            utterance = heard.utterance
    talk: Counter[Pair] = Counter()
    for one, other in pairwise(turns):
        talk[frozenset((one, other))] += 2
    for one, other in zip(turns, turns[_NEAR:], strict=False):
        talk[frozenset((one, other))] += 1
    return {pair: count for pair, count in talk.items() if len(pair) > 1}


def choose_voices(
    people: Sequence[Person], talk: Mapping[Pair, int], ensemble: Ensemble, taken: Mapping[str, str]
) -> dict[str, str]:
    """Return a voice for each person who has none.

    Whoever speaks most chooses first; then single choices are bettered while that helps. Where there are more
    people than voices, people of few lines share: whoever never meets may sound alike.

    Args:
        people: Everybody who speaks.
        talk: How often two of them speak after each other (:func:`count_talk`).
        ensemble: The voices.
        taken: Voices that are given already, by name of the person; the narrator's among them. The narrator
            stands beside everybody.

    Returns:
        Names of voices, by name of the person; nothing where no voice speaks the book's language.
    """
    voices = suitable(ensemble)
    open_roles = sorted(
        (person for person in people if person.name not in taken),
        key=lambda person: (-person.lines, person.name),
    )
    if not voices:
        return {}
    cost = _Cost(people={person.name: person for person in people}, talk=talk, ensemble=ensemble)
    chosen = dict(taken)
    for person in open_roles:
        chosen[person.name] = _best(cost, person, voices, chosen)
    for _ in range(len(open_roles)):
        before = dict(chosen)
        for person in open_roles:
            chosen[person.name] = _best(cost, person, voices, chosen)
        if chosen == before:
            break
    return {person.name: chosen[person.name] for person in open_roles}


def suitable(ensemble: Ensemble) -> tuple[Voice, ...]:
    """Return the voices at home in the book's language."""
    wanted = primary_tag(ensemble.language)
    return tuple(
        voice for voice in ensemble.voices if wanted in {primary_tag(tag) for tag in voice.languages}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    people: Mapping[str, Person]
    talk: Mapping[Pair, int]
    ensemble: Ensemble

    def of(self, person: Person, voice: Voice, chosen: Mapping[str, str]) -> float:
        """Return what is wrong with a voice for a person, beside the voices of the others."""
        lines = max(person.lines, 1)
        wrong = lines * self._unlike(person, voice)
        for name, other in chosen.items():
            if name == person.name:
                continue
            likeness = self.ensemble.likeness(voice.name, other)
            if likeness:
                wrong += likeness * self._meeting(person, name)
        return wrong

    def _meeting(self, person: Person, name: str) -> float:
        """Return how much two people are heard together; who never meets still costs a little to confuse."""
        other = self.people.get(name)
        together = self.talk.get(frozenset((person.name, name)), 0)
        if other is None:
            return together + float(max(person.lines, 1))
        return together + 0.1 * min(max(person.lines, 1), max(other.lines, 1))

    def _unlike(self, person: Person, voice: Voice) -> float:
        sex = {person.sex, voice.sex}
        wrong = _SEX if sex == {Sex.FEMALE, Sex.MALE} else 0.0
        if person.sex not in {None, Sex.NEUTRAL} and voice.sex is Sex.NEUTRAL:
            wrong += 0.5
        wrong += _AGE * _years_apart(person.age, voice.age)
        own = voice.languages[0].lower()
        wanted = self.ensemble.language.lower()
        return wrong + (_ACCENT if "-" in wanted and own != wanted else 0.0)


def _years_apart(person: Age | None, voice: Age) -> float:
    """Return steps between two ages; somebody of no known age is young or adult."""
    if person is None:
        return 0.0 if voice in {Age.YOUNG, Age.ADULT} else 0.5
    steps = abs(_AGES.index(person) - _AGES.index(voice))
    childish = (person is Age.CHILD) != (voice is Age.CHILD)
    return steps + 1.0 * childish


def _best(cost: _Cost, person: Person, voices: Sequence[Voice], chosen: Mapping[str, str]) -> str:
    return min(voices, key=lambda voice: (cost.of(person, voice, chosen), voice.name)).name
