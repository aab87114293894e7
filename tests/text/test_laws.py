"""Laws of the text layer that hold for every text."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.fingerprint import line_id
from fullcast.model import Chapter, Character, Evidence, Line, Script, SpanKind
from fullcast.text.normalise import normalise, normalise_source, normalise_spoken, tidy
from fullcast.text.passage import Label, Labels, Passage
from fullcast.text.script import write_script
from fullcast.text.sentences import find_sentences
from fullcast.text.split import split_line

LANGUAGES = ("en", "de", "fr", "es", "zh", "ja", "ru", "sv")

CAST = {name: Character(name=name, voice=name) for name in ("Narrator", "Mara", "Old Tom", "*")}

_SHARDS = st.sampled_from(
    [
        *"“”„‘’'\"«»「」『』—–-*_[]{}()#>:\\`.,!?…。！？、\n \u00a0\u3000",
        *(
            "\n\n",
            "\n\n\n",
            "\n> ",
            "\n# ",
            "\n***\n",
            "\n    ",
            "\n- ",
            "\n1984. ",
            "::: ",
            "\n:::\n",
            "\n::",
        ),
        *("]{as=Mara}", ']{say="shi-VAWN"}', "]{say=ʃɪˈvɔːn}", "]{lang=fr style=loud}", '{as="Old Tom"}'),
        *(
            "\n::pause[1.5s]\n",
            "\n::bed[rain]{#rain level=-24}\n",
            "\n::stop{#rain}\n",
            "::effect[",
            "\n::: {as=Mara}\n",
        ),
        *(
            "said Mara",
            "Old Tom said: ",
            "Mara: ",
            " she asked",
            "Dr. ",
            "etc. ",
            "3.14",
            "5 p.m. ",
            "don’t ",
            "dit-il",
        ),
        *(
            "Hello",
            "the rain stopped",
            "你好",
            "他说：",
            "はい",
            "と言った",
            "Ölfuß",
            "ça",
            "¿Qué?",
            "Привет",
            "e\u0301",
        ),
    ]
)

TEXTS = st.lists(st.one_of(_SHARDS, st.text(max_size=4)), max_size=24).map("".join)


def write(text: str, language: str = "en") -> Script:
    chapter = Chapter(title="The Storm", file="chapters/01.md", text=text)
    return write_script(chapter, CAST, language)[0]


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
@settings(max_examples=400, deadline=None)
def test_spans_are_the_source_and_runs_are_its_spoken_spans(text: str, language: str) -> None:
    script = write(text, language)
    edges = [0, *(span.end for span in script.spans)]
    assert [span.start for span in script.spans] == edges[:-1]
    assert edges[-1] == len(text)
    runs = [run for line in script.lines for run in line.runs if run.start >= 0]
    assert all(text[run.start : run.start + len(run.text)] == run.text for run in runs)
    spoken = [(span.start, span.end) for span in script.spans if span.kind is SpanKind.SPOKEN]
    assert sorted((run.start, run.start + len(run.text)) for run in runs) == spoken
    assert all(text[span.start : span.end].isspace() for span in script.spans if span.kind is SpanKind.SPACE)


@given(
    words=st.lists(st.text("abcXYZ'“”‘’„«»—.,!?… 你好。ß\n", min_size=1), max_size=8),
    language=st.sampled_from(LANGUAGES),
)
@settings(max_examples=150, deadline=None)
def test_without_markup_every_letter_is_spoken_in_its_order(words: list[str], language: str) -> None:
    text = "\n\n".join(words)
    spoken = "".join(line.text for line in write(text, language).lines if line.paragraph)
    assert re.findall(r"\w", spoken) == re.findall(r"\w", text)


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_attribution_never_changes_what_is_spoken(text: str) -> None:
    def everybody_is_mara(passage: Passage, _labels: Labels) -> Labels:
        return dict.fromkeys(range(len(passage.stretches)), Label(speaker="Mara", evidence=Evidence.UNKNOWN))

    chapter = Chapter(title="The Storm", file="chapters/01.md", text=text)
    one, _ = write_script(chapter, CAST, "en")
    other, _ = write_script(chapter, CAST, "en", stages=(everybody_is_mara,))
    assert letters(one) == letters(other)
    assert {line.speaker for line in other.lines if line.paragraph} <= {"Mara"}


def letters(script: Script) -> list[str]:
    return re.findall(r"\w", "".join(line.text for line in script.lines))


@given(text=TEXTS, longest=st.integers(1, 60), language=st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_segments_are_the_line_and_fit_the_limit(text: str, longest: int, language: str) -> None:
    for line in write(text, language).lines:
        segments = split_line(line, longest=longest, language=language)
        assert [segment.number for segment in segments] == list(range(len(segments)))
        assert all(0 < len(segment.text) <= longest for segment in segments)
        assert all(one.end <= other.start for one, other in pairwise(segments))
        taken = "".join(line.text[segment.start : segment.end] for segment in segments)
        assert re.findall(r"[^\W_]", taken) == re.findall(r"[^\W_]", line.text)
        if longest >= len(line.text) and not any(run.say or run.language or run.style for run in line.runs):
            assert "".join(taken.split()) == "".join(line.text.split())


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
@settings(max_examples=200, deadline=None)
def test_segments_say_the_letters_of_their_words(text: str, language: str) -> None:
    for line in write(text, language).lines:
        if any(run.say for run in line.runs) or normalise(tidy(line.text, language), language) != tidy(
            line.text, language
        ):
            continue
        said = "".join(segment.text for segment in split_line(line, longest=200, language=language))
        assert re.findall(r"[^\W_]", said) == re.findall(r"[^\W_]", line.text)


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
@settings(max_examples=150, deadline=None)
def test_what_is_marked_as_pronounced_stands_where_the_segment_says(text: str, language: str) -> None:
    for line in write(text, language).lines:
        said = [run.text for run in line.runs if run.say and "ʃ" in run.say]
        words = {"".join(normalise_spoken(run, language).split()) for run in said}
        for segment in split_line(line, longest=400, language=language):
            for item in segment.pronunciations:
                assert "".join(segment.text[item.start : item.end].split()) in words


@given(text=TEXTS, language=st.sampled_from(LANGUAGES))
@settings(max_examples=200, deadline=None)
def test_sentences_leave_out_nothing_but_space(text: str, language: str) -> None:
    sentences = find_sentences(text, language)
    position = 0
    for start, end in sentences:
        assert start < end
        assert not text[position:start].strip()
        position = end
    assert not text[position:].strip()


@given(text=st.one_of(TEXTS, st.text()))
@settings(max_examples=300, deadline=None)
def test_normalising_a_source_twice_changes_nothing_more(text: str) -> None:
    once = normalise_source(text)
    assert normalise_source(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not re.search("[\r\t\x00\ufeff\u200b\u00ad]", once)


@given(text=st.one_of(TEXTS, st.text()), language=st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_nothing_spoken_is_an_instruction_or_longer_or_another_letter(text: str, language: str) -> None:
    spoken = normalise_spoken(text, language)
    assert len(spoken) <= len(text)
    assert not re.search(r"<\||\|>|[\[\]{}|\\]|<\S|\S>|\s\s|[\x00-\x1f]", spoken)
    said = [letter for letter in spoken if letter.isalnum()]
    assert said == [letter for letter in text if letter.isalnum() and letter != "ʼ"]


_PARAGRAPHS = st.lists(
    st.sampled_from(
        [
            "“Yes.”",
            "“Yes,” said Mara.",
            "It rained all night.",
            "Mara: No. No!",
            "“Who?” “Me.”",
            "The _end_ came.",
        ]
    ),
    min_size=1,
    max_size=6,
)


@given(paragraphs=_PARAGRAPHS, at=st.integers(0, 6))
@settings(max_examples=80, deadline=None)
def test_ids_survive_an_insertion(paragraphs: list[str], at: int) -> None:
    before = write("\n\n".join(paragraphs))
    inserted = [*paragraphs[:at], "Something quite new happened here.", *paragraphs[at:]]
    after = write("\n\n".join(inserted))
    new = [line.id for line in after.lines if "quite new" in line.text]
    assert [line.id for line in before.lines] == [line.id for line in after.lines if line.id not in new]
    assert len({line.id for line in after.lines}) == len(after.lines)


def test_an_id_counts_equal_lines_of_one_speaker() -> None:
    lines: tuple[Line, ...] = write("“Yes,” said Mara.\n\n“Yes,” said Mara.").lines
    expected = [line_id("chapters/01.md", "Mara", "“Yes,”", number) for number in (0, 1)]
    assert [line.id for line in lines if line.speaker == "Mara"] == expected


@pytest.mark.parametrize(
    "text", [">" * 500 + " deep", "[" * 800 + "x" + "]{as=Mara}" * 800, "*" * 3000, "“" * 2000]
)
def test_text_that_nests_without_end_is_still_the_source(text: str) -> None:
    script = write(text)
    assert "".join(text[span.start : span.end] for span in script.spans) == text
