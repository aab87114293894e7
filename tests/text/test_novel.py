"""English novels: who the people are, and who says what."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.files.learned import FILE, read_weights
from fullcast.model import Age, Person, Reading, Sex
from fullcast.text.novel.model import Weights
from fullcast.text.novel.people import gather
from fullcast.text.novel.reading import analyse_novel, read_novel


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights()


INN = """\
Mr. Harcourt came down to breakfast late. Mrs. Harcourt was at the window already, and Lucy Penrose
sat by the fire with the cat.

"You have let the toast burn, Lucy," said Mrs. Harcourt.

"I have not," Lucy answered. "It was burnt when I came."

"Who burnt it, then?"

"The cook, I suppose."

"Good morning," said Mr. Harcourt cheerfully. He rubbed his hands. "What are we quarrelling about?"

"Toast," Lucy told him.

He laughed. "Is there any left for me?"

The landlord put his head round the door.

"There's a man below, sir," he whispered, "and he won't give his name."

"Show him up," said Mr. Harcourt.
"""


def said(reading: Reading, text: str) -> list[tuple[str, str | None]]:
    return [
        (text[heard.start : heard.end].split(maxsplit=1)[0].strip('",.?!'), heard.speaker)
        for heard in reading.quotations
    ]


def test_a_conversation_is_given_to_those_who_have_it(weights: Weights) -> None:
    assert said(read_novel(INN, weights), INN) == [
        ("You", "Mrs. Harcourt"),
        ("I", "Lucy"),
        ("It", "Lucy"),
        ("Who", "Mrs. Harcourt"),
        ("The", "Lucy"),
        ("Good", "Mr. Harcourt"),
        ("What", "Mr. Harcourt"),
        ("Toast", "Lucy"),
        ("Is", "Mr. Harcourt"),
        ("There's", "the landlord"),
        ("and", "the landlord"),
        ("Show", "Mr. Harcourt"),
    ]


def test_people_have_a_sex_and_their_lines_are_counted(weights: Weights) -> None:
    people = {person.name: person for person in read_novel(INN, weights).people}
    assert people["Mrs. Harcourt"].sex is Sex.FEMALE
    assert people["Lucy"].sex is Sex.FEMALE
    assert people["Mr. Harcourt"].sex is Sex.MALE
    assert people["Lucy"].lines == 4


def test_reasons_are_given(weights: Weights) -> None:
    reasons = [heard.why for heard in read_novel(INN, weights).quotations]
    assert reasons[0] == "“said Mrs. Harcourt” beside it"
    assert "takes turns in the conversation" in reasons


def test_parts_of_an_interrupted_quotation_are_one_utterance(weights: Weights) -> None:
    utterances = [heard.utterance for heard in read_novel(INN, weights).quotations]
    assert utterances[1] == utterances[2]
    assert utterances[0] != utterances[1]


DIARY = """\
I had not seen Jasper Finch for a year when I met him on the quay. I was in a hurry; I had letters in my
pocket, and I said so.

"Where are you off to, Ned?" said Finch.

"To the post," I said.

"Come and dine with me, Ned."

"I will."

I went to the post. I thought of nothing but the dinner. I had not dined for two days, and I told nobody.

"You look thin, Ned," said Finch that evening.

"I am," I said. "I was never fat."
"""


def test_whoever_tells_the_story_has_the_name_that_others_call_them_by(weights: Weights) -> None:
    speakers = [speaker for _, speaker in said(read_novel(DIARY, weights), DIARY)]
    assert set(speakers) == {"Ned", "Finch"} or set(speakers) == {"Ned", "Jasper Finch"}
    assert [speaker == "Ned" for speaker in speakers] == [False, True, False, True, False, True, True]


def test_lines_that_are_wrapped_otherwise_change_nothing(weights: Weights) -> None:
    one_line = "\n\n".join(" ".join(paragraph.split()) for paragraph in INN.split("\n\n"))
    windows = INN.replace("\n", "\r\n")
    plain = said(read_novel(INN, weights), INN)
    assert said(read_novel(one_line, weights), one_line) == plain
    assert said(read_novel(windows, weights), windows) == plain


@pytest.mark.parametrize("seed", ["0", "1"])
def test_results_do_not_depend_on_the_order_of_hashes(seed: str, weights: Weights) -> None:
    program = (
        "import sys; from fullcast.text.novel.reading import read_novel; from fullcast.files.learned import "
        "read_weights; print(read_novel(sys.stdin.read(), read_weights()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=INN,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
    )
    assert ran.stdout.strip() == str(read_novel(INN, weights))


PIECES = st.sampled_from(
    [
        '"',
        "“",
        "”",
        "'",
        "said",
        "Mr.",
        "Mrs. Harcourt",
        "Tom",
        "the old man",
        "she",
        "I",
        ".",
        ",",
        "?",
        " ",
        "\n",
        "\n\n",
        "—",
        "_",
        "* * *",
        "CHAPTER II",
        "Dr.",
        "’s",
        "\u2060",
        "\x00",
        "漢",
    ]
)


@given(st.lists(PIECES, max_size=80).map(" ".join) | st.text(max_size=200))
def test_quotations_lie_in_the_text_apart_whatever_it_is(text: str) -> None:
    reading = read_novel(text, read_weights())
    position = 0
    for heard in reading.quotations:
        assert position <= heard.start < heard.end <= len(text)
        assert 0 <= heard.confidence <= 1
        position = heard.end
    assert {heard.speaker for heard in reading.quotations} - {None} == {
        person.name for person in reading.people
    }


TALK = [
    "Mara and Old Tom sat on the wall.",
    "“It will rain,” said Mara.",
    "“It will not.”",
    "“It always rains on Fridays.”",
    "“Then it is a good thing that it is Thursday.”",
]


def speakers(reading: Reading) -> list[str | None]:
    return [heard.speaker for heard in reading.quotations]


KNOWN = (
    Person(name="Mara", sex=Sex.FEMALE),
    Person(name="Old Tom", aliases=("Tom",), sex=Sex.MALE, age=Age.OLD),
    Person(name="Pip", sex=Sex.MALE),
)


def test_people_who_are_known_keep_their_names(weights: Weights) -> None:
    assert speakers(analyse_novel(TALK, weights, KNOWN)) == ["Mara", "Old Tom", "Mara", "Old Tom"]


def test_what_a_person_decided_stands_and_teaches(weights: Weights) -> None:
    """Pip is in the conversation: who speaks next to him is not him."""
    reading = analyse_novel(TALK, weights, KNOWN, {1: "Pip"})
    assert speakers(reading)[1] == "Pip"
    assert reading.quotations[1].confidence == 1.0
    assert reading.quotations[1].why == "decided by a person"
    assert speakers(reading)[2] != "Pip"
    assert speakers(analyse_novel(TALK, weights, (), {1: "A Stranger"}))[1] == "A Stranger"


def test_offsets_are_into_the_joined_paragraphs(weights: Weights) -> None:
    joined = "\n".join(TALK)
    reading = analyse_novel(TALK, weights, KNOWN)
    assert [joined[heard.start] for heard in reading.quotations] == ["“"] * 4


def never(_one: tuple[str, ...], _other: tuple[str, ...]) -> float:
    return 0.0


def together(forms: dict[str, int]) -> list[set[str]]:
    """Return which forms mean one person."""
    numbers = gather({tuple(form.split()): count for form, count in forms.items()}, never)
    groups: dict[int, set[str]] = {}
    for form, number in numbers.items():
        groups.setdefault(number, set()).add(" ".join(form))
    return sorted(groups.values(), key=sorted)


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ({"Lucy Penrose": 3, "Lucy": 40, "Miss Penrose": 9}, [{"Lucy", "Lucy Penrose", "Miss Penrose"}]),
        ({"Elizabeth Ward": 5, "Lizzy": 20}, [{"Elizabeth Ward", "Lizzy"}]),
        ({"Mr Ward": 9, "Mrs Ward": 9}, [{"Mr Ward"}, {"Mrs Ward"}]),
        ({"Mr Ward": 30, "Mrs Ward": 9, "Ward": 9}, [{"Mr Ward", "Ward"}, {"Mrs Ward"}]),
        ({"Tom Ward": 9, "Tom Hale": 9, "Tom": 9}, [{"Tom"}, {"Tom Hale"}, {"Tom Ward"}]),
        ({"Sherlock Ward": 5, "Mr Ward": 5, "Ward": 80}, [{"Mr Ward", "Sherlock Ward", "Ward"}]),
    ],
)
def test_names_are_gathered_where_they_can_mean_one_person_only(
    forms: dict[str, int], expected: list[set[str]]
) -> None:
    assert together(forms) == sorted(expected, key=sorted)


def test_the_weights_are_a_readable_file() -> None:
    found = read_weights()
    assert 300 < len(found.features) < 6000
    assert found.features["T+inverted!0"] > found.features["T-inverted!0"] + 3
    shares = [share for _, share in found.certainty]
    assert shares == sorted(shares)
    assert FILE.stat().st_size < 200_000
