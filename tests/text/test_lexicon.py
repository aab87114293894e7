"""The lexicon: whole words, capitals, scopes; the text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.model import Line, LineKind, Run, Saying
from fullcast.text.lexicon import Pronouncer, find_unheard


def line(text: str, speaker: str = "Mara", *, say: str | None = None, language: str | None = None) -> Line:
    run = Run(text=text, start=40, say=say, language=language)
    return Line(id="x", speaker=speaker, kind=LineKind.QUOTATION, runs=(run,), paragraph=1, scene=1)


def said(text: str | Line, *lexicon: Saying, ipa: bool = True, language: str = "en") -> list[str]:
    """Return the words with how they are said: ``word=say``."""
    spoken = line(text) if isinstance(text, str) else text
    made = Pronouncer(lexicon=lexicon, language=language, ipa=ipa).pronounce(spoken)
    return [f"{run.text}={run.say}" for run in made.runs if run.say]


SIOBHAN = Saying(word="Siobhan", ipa="ʃɪˈvɔːn")
ROW = Saying(word="row", say="rau")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Siobhan came.", ["Siobhan"]),
        ("“Siobhan!”—Siobhan’s boat, Siobhan-like.", ["Siobhan"] * 3),
        ("siobhan, SIOBHAN, Siobhans, McSiobhan, Siobhan1, _Siobhan_", ["Siobhan"]),
    ],
)
def test_a_word_is_found_whole_and_with_its_capitals(text: str, words: list[str]) -> None:
    assert said(text, SIOBHAN) == [f"{word}=/ʃɪˈvɔːn/" for word in words]


def test_of_two_words_the_longer_one_counts() -> None:
    lexicon = (Saying(word="Ives", say="eevz"), Saying(word="St. Ives", say="Saint Ives"))
    assert said("To St.\nIves, said Ives.", *lexicon) == ["St.\nIves=Saint Ives", "Ives=eevz"]


def test_apostrophes_are_all_one() -> None:
    assert said("O’Leary and O'Leary", Saying(word="O'Leary", say="oh LEER-ee")) == [
        "O’Leary=oh LEER-ee",
        "O'Leary=oh LEER-ee",
    ]


def test_scripts_without_spaces_have_no_whole_words() -> None:
    assert said("曾国藩来了。", Saying(word="曾", say="增"), language="zh") == ["曾=增"]
    assert said(
        "曾国藩的曾", Saying(word="曾", say="增"), Saying(word="曾国藩", say="增国藩"), language="zh"
    ) == [
        "曾国藩=增国藩",
        "曾=增",
    ]


@pytest.mark.parametrize(
    ("speaker", "language", "expected"),
    [("Tom", "en", "one"), ("Tom", "de", "one"), ("Mara", "en-GB", "two"), ("Mara", "de", "three")],
)
def test_the_narrowest_scope_counts(speaker: str, language: str, expected: str) -> None:
    lexicon = (
        Saying(word="row", say="three"),
        Saying(word="row", say="two", languages=("en",)),
        Saying(word="row", say="one", speakers=("Tom", "Pip")),
    )
    assert said(line("row", speaker, language=language), *lexicon) == [f"row={expected}"]


def test_a_word_that_is_out_of_scope_hides_no_other() -> None:
    lexicon = (Saying(word="New York", say="noo york", speakers=("Tom",)), Saying(word="York", say="yawk"))
    assert said("New York", *lexicon) == ["York=yawk"]


def test_of_two_equal_ones_the_first_counts() -> None:
    assert said("row", Saying(word="row", say="roh"), ROW) == ["row=roh"]


def test_an_engine_without_ipa_takes_the_respelling() -> None:
    both = Saying(word="Siobhan", ipa="ʃɪˈvɔːn", say="shi-VAWN")
    assert said("Siobhan", both, ipa=False) == ["Siobhan=shi-VAWN"]
    assert said("Siobhan", SIOBHAN, ipa=False) == []
    narrow = Saying(word="Siobhan", ipa="ʃɪˈvɔn", speakers=("Mara",))
    assert said("Siobhan", both, narrow, ipa=False) == ["Siobhan=shi-VAWN"]
    assert said("Siobhan", both, narrow) == ["Siobhan=/ʃɪˈvɔn/"]


def test_what_the_text_says_stands() -> None:
    assert said(line("Siobhan", say="Sue"), SIOBHAN) == ["Siobhan=Sue"]


@given(
    st.text("Siobhan row’'.曾 \n"),
    st.sampled_from([(SIOBHAN,), (ROW, SIOBHAN), (Saying(word="曾", say="增"),)]),
)
def test_the_text_and_its_places_stay(text: str, lexicon: tuple[Saying, ...]) -> None:
    before = line(text)
    after = Pronouncer(lexicon=lexicon, language="en", ipa=True).pronounce(before)
    assert after.text == before.text
    position = 40
    for run in after.runs:
        assert run.start == position
        position += len(run.text)


def test_a_title_that_stands_in_no_chapter_keeps_its_place() -> None:
    title = Line(
        id="x",
        speaker="Narrator",
        kind=LineKind.TITLE,
        runs=(Run(text="To Siobhan", start=-1),),
        paragraph=0,
        scene=0,
    )
    after = Pronouncer(lexicon=(SIOBHAN,), language="en", ipa=True).pronounce(title)
    assert [(run.text, run.start, run.say) for run in after.runs] == [
        ("To ", -1, None),
        ("Siobhan", -1, "/ʃɪˈvɔːn/"),
    ]


def test_words_that_stand_nowhere_are_found_with_what_may_be_meant() -> None:
    lexicon = (SIOBHAN, ROW, Saying(word="Felt", say="felt"), Saying(word="Cholmondeley", say="CHUM-lee"))
    assert [
        (each.word, likely) for each, likely in find_unheard(lexicon, ["A row.", "He felt it. SIOBHAN"])
    ] == [
        ("Siobhan", "SIOBHAN"),
        ("Felt", "felt"),
        ("Cholmondeley", None),
    ]
    assert find_unheard((), ["A row."]) == ()
