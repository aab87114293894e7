"""Who gets which voice."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.casting import Ensemble, choose_voices, count_talk
from fullcast.model import Age, Heard, Person, Sex, Voice

SEXES = st.sampled_from([None, Sex.FEMALE, Sex.MALE])
AGES = st.sampled_from([None, *Age])


def voice(name: str, sex: Sex, age: Age = Age.ADULT, language: str = "en-GB") -> Voice:
    return Voice(name=name, sex=sex, age=age, languages=(language,))


VOICES = (
    voice("alba", Sex.FEMALE),
    voice("mara", Sex.FEMALE, Age.YOUNG),
    voice("bess", Sex.FEMALE),
    voice("tom", Sex.MALE, Age.OLD),
    voice("corin", Sex.MALE),
    voice("hale", Sex.MALE, Age.YOUNG),
    voice("pip", Sex.MALE, Age.CHILD),
    voice("lan", Sex.FEMALE, language="zh-CN"),
)


def ensemble(distances: Mapping[frozenset[str], float] | None = None) -> Ensemble:
    return Ensemble(voices=VOICES, distances=distances or {}, language="en")


def person(name: str, sex: Sex | None = None, age: Age | None = None, lines: int = 10) -> Person:
    return Person(name=name, sex=sex, age=age, lines=lines)


def test_sex_and_age_decide() -> None:
    people = [
        person("Grandfather", Sex.MALE, Age.OLD),
        person("Anne", Sex.FEMALE, Age.YOUNG),
        person("Bob", Sex.MALE, Age.CHILD),
    ]
    chosen = choose_voices(people, {}, ensemble(), {"Narrator": "alba"})
    assert chosen == {"Grandfather": "tom", "Anne": "mara", "Bob": "pip"}


def test_a_voice_of_another_language_is_never_chosen() -> None:
    people = [person(f"Woman {number}", Sex.FEMALE) for number in range(6)]
    assert "lan" not in choose_voices(people, {}, ensemble(), {}).values()
    strange = Ensemble(voices=VOICES, distances={}, language="fi")
    assert choose_voices(people, {}, strange, {}) == {}


def test_two_who_talk_get_voices_that_differ_by_measure() -> None:
    """Bess sounds nearly as Mara does; Anne has Mara's voice, so that Jane is better off with another."""
    near = {
        frozenset(("mara", "bess")): 0.2,
        frozenset(("mara", "alba")): 3.0,
        frozenset(("alba", "bess")): 3.0,
    }
    people = [person("Anne", Sex.FEMALE, Age.ADULT, 50), person("Jane", Sex.FEMALE, Age.ADULT, 40)]
    talk = {frozenset(("Anne", "Jane")): 60}
    chosen = choose_voices(people, talk, ensemble(near), {"Anne": "mara"})
    assert chosen == {"Jane": "alba"}


def test_minor_characters_share_but_not_with_whom_they_talk_to() -> None:
    men = [person(f"Man {number}", Sex.MALE, Age.ADULT, lines=9 - number) for number in range(8)]
    talk = {frozenset(("Man 6", "Man 7")): 5}
    chosen = choose_voices(men, talk, ensemble(), {"Narrator": "alba"})
    assert len(set(chosen.values())) < len(men)
    assert chosen["Man 6"] != chosen["Man 7"]
    assert "alba" not in chosen.values()


@given(
    st.lists(st.tuples(SEXES, AGES, st.integers(0, 400)), max_size=12),
    st.data(),
)
def test_everybody_is_cast_whatever_the_book(
    drawn: list[tuple[Sex | None, Age | None, int]], data: st.DataObject
) -> None:
    people = [person(f"P{number}", *each) for number, each in enumerate(drawn)]
    pairs = [frozenset((one.name, two.name)) for one, two in combinations(people, 2)]
    talk = {pair: data.draw(st.integers(0, 50)) for pair in pairs[:20]}
    taken = {"Narrator": "alba"} | ({"P0": "tom"} if people else {})
    chosen = choose_voices(people, talk, ensemble(), taken)
    assert set(chosen) == {each.name for each in people} - set(taken)
    assert set(chosen.values()) <= {each.name for each in VOICES} - {"lan"}
    assert chosen == choose_voices(list(reversed(people)), talk, ensemble(), taken)


def heard(speaker: str | None, utterance: int) -> Heard:
    return Heard(start=0, end=1, speaker=speaker, confidence=1.0, why="", utterance=utterance)


def test_talk_is_counted_by_turns() -> None:
    """A quotation that a tag interrupts is one turn; one turn between two counts half."""
    turns = [heard("A", 0), heard("A", 0), heard("B", 1), heard(None, 2), heard("C", 3)]
    assert count_talk(turns) == {
        frozenset("AB"): 2,
        frozenset("BC"): 2,
        frozenset("AC"): 1,
    }


@pytest.mark.parametrize("voices", [(), (VOICES[-1],)])
def test_without_a_voice_nobody_is_cast(voices: tuple[Voice, ...]) -> None:
    assert choose_voices([person("Anne")], {}, Ensemble(voices=voices, distances={}, language="en"), {}) == {}
