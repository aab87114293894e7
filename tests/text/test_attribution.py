from __future__ import annotations

from collections.abc import Callable

import pytest

from fullcast.model import Evidence

Speakers = Callable[..., list[tuple[str, str]]]
CAST = ("Mara", "Old Tom", "Mr. Darcy", "Mrs. Bennet", "*")

TAGGED = [
    ("en", "“Hello,” said Mara.", "Mara"),
    ("en", "“Hello,” Mara said.", "Mara"),
    ("en", "“Hello,” whispered old Tom softly.", "Old Tom"),
    ("en", "“Hello!” the old Tom had quietly muttered.", "Old Tom"),
    ("en", "Mara said, “Hello.”", "Mara"),
    ("en", "Mara turned to him and whispered: “Hello.”", "Mara"),
    ("en", "Said Mara: “Hello.”", "Mara"),
    ("en", "“Hello,” said Mrs. Bennet to Mr. Darcy.", "Mrs. Bennet"),
    ("en", "“Hello,” cried Darcy.", "Mr. Darcy"),
    ("en", "“Hello,” said MARA.", "Mara"),
    ("en", "“‘Lamp out’,” read Mara.", "Mara"),
    ("en", "“Hello,” he said to Mara.", "*"),
    ("en", "“Hello.” Mara saw that he smiled.", "*"),
    ("en", "“Hello,” said Miss Darcy.", "*"),
    ("de", "„Hallo“, sagte Mara.", "Mara"),
    ("de", "Mara flüsterte: „Hallo.“", "Mara"),
    ("fr", "« Bonjour », dit Mara.", "Mara"),
    ("fr", "— Bonjour, répondit Mara.", "Mara"),
    ("es", "—Hola —dijo Mara.", "Mara"),
    ("es", "Mara preguntó: «¿Quién?»", "Mara"),
]


@pytest.mark.parametrize(("language", "text", "expected"), TAGGED)
def test_a_tag_names_the_speaker(speakers: Speakers, language: str, text: str, expected: str) -> None:
    quoted = [name for name, words in speakers(text, *CAST, language=language) if name != "Narrator"]
    assert quoted == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "“你好。”小明说。"),
        ("zh", "小明低声说道：“你好。”"),
        ("zh", "小明抬起头，问：“谁？”"),
        ("ja", "「はい」と小明は言った。"),
        ("ja", "小明は「はい」と言った。"),
    ],
)
def test_a_tag_without_spaces_names_the_speaker(speakers: Speakers, language: str, text: str) -> None:
    assert "小明" in {name for name, _ in speakers(text, "小明", "小红", "*", language=language)}


def test_one_speaker_has_the_quotations_of_a_paragraph(speakers: Speakers) -> None:
    assert speakers("“No,” said Mara. “Never! Or,” she added, “maybe.”", *CAST) == [
        ("Mara", "“No,”"),
        ("Narrator", "said Mara."),
        ("Mara", "“Never! Or,”"),
        ("Narrator", "she added,"),
        ("Mara", "“maybe.”"),
    ]


def test_quotations_side_by_side_are_two_speakers(speakers: Speakers) -> None:
    assert speakers("“Who?” “Me,” said Mara.", *CAST)[:2] == [("*", "“Who?”"), ("Mara", "“Me,”")]


def test_an_utterance_over_paragraphs_has_one_speaker_whichever_is_tagged(speakers: Speakers) -> None:
    first = speakers("“One,” said Mara. “Two.\n\n“Three.”", *CAST)
    last = speakers("“One.\n\n“Two,” said Mara.", *CAST)
    assert [name for name, _ in first] == ["Mara", "Narrator", "Mara", "Mara"]
    assert [name for name, _ in last] == ["Mara", "Mara", "Narrator"]


def test_a_name_in_front_of_a_paragraph_speaks_it_and_is_not_spoken(speakers: Speakers) -> None:
    text = "Mara: No.\n\n**Old Tom:** “Yes.” And so on.\n\nNarrator: It rained."
    assert speakers(text, *CAST) == [
        ("Mara", "No."),
        ("Old Tom", "“Yes.” And so on."),
        ("Narrator", "It rained."),
    ]


def test_an_escaped_colon_after_a_name_is_prose(speakers: Speakers) -> None:
    assert speakers("Mara\\: the lamp is out.", "Mara") == [("Narrator", "Mara: the lamp is out.")]


def test_without_anyone_the_narrator_reads_on_in_one_line(speakers: Speakers) -> None:
    assert speakers("“Who?” he asked. “Me.”", "Mara") == [("Narrator", "“Who?” he asked. “Me.”")]


def test_a_colon_hands_the_next_paragraph_over(speakers: Speakers) -> None:
    text = "Mara looked up and said:\n\n“Nobody.”"
    assert speakers(text, *CAST)[-1] == ("Mara", "“Nobody.”")


def test_each_line_says_why_it_has_its_speaker(write: Callable[..., tuple[object, object]]) -> None:
    text = "“A,” said Mara, “b.”\n\nMara: C.\n\n[D]{as=Mara}\n\n“E.”"
    script, _ = write(text, *CAST)
    evidence = [line.evidence for line in script.lines]  # type: ignore[attr-defined]
    assert evidence == [
        Evidence.TAG,
        Evidence.NARRATION,
        Evidence.CONTINUED,
        Evidence.NAME,
        Evidence.MARK,
        Evidence.UNKNOWN,
    ]
