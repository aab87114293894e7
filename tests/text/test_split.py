from __future__ import annotations

import pytest

from fullcast.model import Line, LineKind, Pronunciation, Run, Segment
from fullcast.text.split import split_line


def line(*runs: Run) -> Line:
    return Line(id="x", speaker="Mara", kind=LineKind.QUOTATION, runs=runs, paragraph=1, scene=1)


def plain(text: str) -> Line:
    return line(Run(text=text, start=0))


def texts(text: str, longest: int = 400, language: str = "en") -> list[str]:
    return [segment.text for segment in split_line(plain(text), longest=longest, language=language)]


def test_a_segment_is_a_sentence() -> None:
    text = "The keeper climbed the stairs again. Below him the sea was beating on the rock."
    assert texts(text) == [text[:36], text[37:]]


def test_tiny_sentences_join_a_neighbour() -> None:
    assert texts("No. I said that I would never go back there. Never.") == [
        "No. I said that I would never go back there. Never."
    ]
    assert texts("他来了。好。我们一起去市场买东西，好不好？走吧。", language="zh") == [
        "他来了。好。我们一起去市场买东西，好不好？走吧。"
    ]


def test_tiny_sentences_do_not_join_past_the_limit() -> None:
    assert texts("No. I will never go there.", longest=24) == ["No.", "I will never go there."]


def test_a_long_sentence_breaks_behind_a_comma_near_its_middle() -> None:
    text = "When the wind rose in the night, the keeper, who had not slept, lit the lamp again."
    assert texts(text, longest=60) == [
        "When the wind rose in the night, the keeper,",
        "who had not slept, lit the lamp again.",
    ]
    assert [part.ends_sentence for part in split_line(plain(text), longest=60, language="en")] == [
        False,
        True,
    ]


def test_without_commas_it_breaks_between_words() -> None:
    assert texts("one two three four five six seven", longest=20) == ["one two three four", "five six seven"]


def test_a_word_breaks_only_where_it_alone_is_too_long() -> None:
    assert texts("a Donaudampfschifffahrt ist", longest=10) == ["a", "Donaudampf", "schifffahr", "t ist"]
    assert texts("half-hearted well-meaning", longest=12) == ["half-hearted", "well-meaning"]
    assert texts("half-heartedness", longest=12) == ["half-", "heartedness"]


def test_chinese_breaks_at_marks_before_characters() -> None:
    assert texts("他慢慢地走过了那座桥，然后停了下来看河水", longest=12, language="zh") == [
        "他慢慢地走过了那座桥，",
        "然后停了下来看河水",
    ]
    assert all(
        len(part) <= 6 for part in texts("他慢慢地走过了那座桥然后停了下来看河水", longest=6, language="zh")
    )


def test_no_segment_begins_with_an_accent_or_a_closing_mark() -> None:
    assert texts("abcde\u0301fghij", longest=5) == ["abcd", "e\u0301fgh", "ij"]
    assert texts("一二三四五。”六七", longest=5, language="ja")[0] == "一二三四"


def test_a_respelling_is_spoken_and_ipa_is_handed_over() -> None:
    runs = (
        Run(text="My name  is ", start=0),
        Run(text="Siobhan", start=20, say="shi-VAWN"),
        Run(text=", not ", start=50),
        Run(text="Siobhan", start=60, say="/ʃɪˈvɔːn/"),
        Run(text=".", start=90),
    )
    (segment,) = split_line(line(*runs), longest=400, language="en")
    assert segment.text == "My name is shi-VAWN, not Siobhan."
    assert segment.pronunciations == (Pronunciation(start=25, end=32, ipa="ʃɪˈvɔːn"),)
    assert segment.text[25:32] == "Siobhan"
    assert (segment.start, segment.end) == (0, 33)


def test_words_under_one_say_are_not_cut() -> None:
    runs = (
        Run(text="He met ", start=0),
        Run(text="Dr. Who. Him", start=7, say="ʃ"),
        Run(text=" at noon.", start=19),
    )
    segments = split_line(line(*runs), longest=16, language="en")
    assert "Dr. Who. Him" in [
        segment.text[item.start : item.end] for segment in segments for item in segment.pronunciations
    ]


def test_a_respelling_ends_no_sentence() -> None:
    runs = (
        Run(text="Now ", start=0),
        Run(text="Sgt.", start=4, say="Sergeant"),
        Run(text=" Pepper plays in the garden.", start=8),
    )
    assert [segment.text for segment in split_line(line(*runs), longest=99, language="en")] == [
        "Now Sergeant Pepper plays in the garden."
    ]


def test_a_change_of_language_or_style_begins_a_segment() -> None:
    runs = (
        Run(text="He said ", start=0),
        Run(text="C'est la vie", start=8, language="fr"),
        Run(text=". ", start=30),
        Run(text="Then he wept.", start=32, style="crying"),
    )
    segments: tuple[Segment, ...] = split_line(line(*runs), longest=400, language="en")
    assert [(part.text, part.language, part.style, part.ends_sentence) for part in segments] == [
        ("He said", "en", "", False),
        ("C'est la vie.", "fr", "", True),
        ("Then he wept.", "en", "crying", True),
    ]


def test_a_mark_that_names_the_books_own_language_changes_nothing() -> None:
    runs = (Run(text="He said ", start=0), Run(text="yes", start=8, language="en"), Run(text=".", start=11))
    assert len(split_line(line(*runs), longest=400, language="en")) == 1


def test_a_limit_below_one_character_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 character"):
        split_line(plain("x"), longest=0, language="en")
