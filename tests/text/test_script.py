from __future__ import annotations

from collections.abc import Callable

import pytest

from fullcast.errors import Place, Problem, Severity
from fullcast.fingerprint import line_id
from fullcast.model import (
    Anchor,
    AnchorKind,
    Chapter,
    Character,
    Cue,
    CueKind,
    LineKind,
    Role,
    Script,
)
from fullcast.text.script import write_script

Write = Callable[..., tuple[Script, tuple[Problem, ...]]]


def phrase(words: str) -> Anchor:
    return Anchor(kind=AnchorKind.PHRASE, phrase=words, place=Place(file="project.yaml", line=9, column=5))


def bed(start: Anchor, end: Anchor | None = None, name: str | None = None) -> Cue:
    return Cue(
        kind=CueKind.BED,
        sound="rain",
        start=start,
        end=end,
        id=name,
        place=Place(file="project.yaml", line=8),
    )


def effect(start: Anchor) -> Cue:
    return Cue(kind=CueKind.EFFECT, sound="thunder", start=start)


@pytest.mark.parametrize(
    "heading", ["# The Storm", "## *The Storm*", "# the storm!", "::pause[1s]\n\n# The Storm"]
)
def test_a_heading_that_is_the_title_is_spoken_once(write: Write, heading: str) -> None:
    script, _ = write(f"{heading}\n\nIt rained.", title="The Storm")
    assert [(line.kind, line.paragraph, line.scene) for line in script.lines] == [
        (LineKind.TITLE, 0, 0),
        (LineKind.NARRATION, 1, 1),
    ]
    assert script.lines[0].runs[0].start >= 0


def test_a_title_that_is_not_in_the_text_stands_in_no_source(write: Write) -> None:
    script, _ = write("# Part One\n\nIt rained.", title="The Storm")
    assert [(line.text, line.paragraph) for line in script.lines] == [
        ("The Storm", 0),
        ("Part One", 1),
        ("It rained.", 2),
    ]
    assert script.lines[0].runs[0].start == -1
    assert script.lines[0].id == line_id("chapters/01.md", "Narrator", "The Storm", 0)


def test_a_title_that_is_not_to_be_spoken_is_not() -> None:
    chapter = Chapter(title="The Storm", file="a.md", text="# The Storm\n\nIt rained.", speak_title=False)
    script, _ = write_script(chapter, {"Narrator": Character(name="Narrator", voice="alba")}, "en")
    assert [line.text for line in script.lines] == ["It rained."]


def test_a_heading_begins_a_scene(write: Write) -> None:
    script, _ = write("One.\n\n## Later\n\nTwo.")
    assert [(line.text, line.scene) for line in script.lines] == [("One.", 1), ("Later", 2), ("Two.", 2)]


def test_pauses_stand_in_front_of_the_next_line_and_behind_the_last(write: Write) -> None:
    script, _ = write("One.\n\n::pause[1.5s]\n::pause[500ms]\n\nTwo.\n\n::pause[3 s]")
    assert [line.pause_before for line in script.lines] == [None, 2.0]
    assert script.tail_pause == 3.0


SOURCE = """“Who *goes*
there?” she asked.

It’s Old Tom – the rain stopped… at last.

> He came in. The rain.
"""


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("Who goes there", "Who", "there"),
        ('"Who goes there?" she asked', "Who", "asked"),
        ("there?' she", "there", "she"),
        ("It's Old Tom - the", "It", "the"),
        ("the rain stopped... at", "the rain", "at"),
        ("the  rain\nstopped", "the rain", "stopped"),
        ("at last. He came in", "at last", "came in"),
        ("THE RAIN STOPPED", "the rain", "stopped"),
        ("The rain", "The rain", "The rain"),
        ("he", "He", "He"),
        ("topped", "topped", "topped"),
    ],
)
def test_a_phrase_is_found_over_markup_and_typography(write: Write, words: str, start: str, end: str) -> None:
    script, problems = write(SOURCE, cues=(bed(phrase(words), phrase(words)),))
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    (cue,) = script.cues
    at = SOURCE.index(end, SOURCE.index(start))
    assert (cue.start, cue.end) == (SOURCE.index(start), at + len(end))


def test_an_anchor_that_matches_nothing_shows_the_nearest_words(write: Write) -> None:
    script, (problem,) = write(SOURCE, cues=(effect(phrase("the rain stoped at")),))
    assert script.cues == ()
    assert problem.code == "anchor-not-found"
    assert problem.message == "“the rain stoped at” stands nowhere in chapters/01.md"
    assert problem.hint == "the nearest words are “the rain stopped... at”"
    assert str(problem.place) == "project.yaml:9:5"


def test_an_anchor_that_matches_twice_shows_both_places(write: Write) -> None:
    _, (problem,) = write("She ran.\n\nOh, she ran.", cues=(effect(phrase("ran")),))
    assert problem.code == "anchor-ambiguous"
    assert problem.message == ("“ran” stands twice in chapters/01.md: chapters/01.md:1:5, chapters/01.md:3:9")


def test_a_chinese_phrase_needs_no_word_boundaries(write: Write) -> None:
    source = "雨停了。他推开了门，走了进来。"
    script, problems = write(source, language="zh", cues=(effect(phrase("推开了门")),))
    assert not problems
    assert script.cues[0].start == source.index("推")
    _, (problem,) = write(source, language="zh", cues=(effect(phrase("推开大门")),))
    assert "推开了门" in (problem.hint or "")


def test_paragraphs_start_and_end_are_places(write: Write) -> None:
    second = Anchor(kind=AnchorKind.PARAGRAPH, number=2)
    whole = bed(Anchor(kind=AnchorKind.START), Anchor(kind=AnchorKind.END))
    script, problems = write("One.\n\nTwo.\n\nThree.", cues=(bed(second, second), whole))
    assert not problems
    assert [(cue.start, cue.end) for cue in script.cues] == [(6, 10), (0, 18)]
    _, (problem,) = write("One.", cues=(effect(second),))
    assert problem.hint == "its paragraphs are counted from 1 to 1"


def test_an_outro_stands_at_the_end(write: Write) -> None:
    music = Cue(kind=CueKind.MUSIC, sound="theme.flac", role=Role.OUTRO)
    assert write("One.", cues=(music,))[0].cues[0].start == 4


def test_a_cue_that_ends_before_it_begins_is_a_problem(write: Write) -> None:
    script, (problem,) = write("One.\n\nTwo.", cues=(bed(phrase("Two"), phrase("One")),))
    assert (problem.code, script.cues) == ("cue-backwards", ())


def test_a_bed_of_the_text_lasts_to_its_stop(write: Write) -> None:
    source = "::bed[heavy rain]{#rain level=-24 fade=3 pan=-0.5 seed=4}\n\nOne.\n\n::stop{#rain}\n\nTwo."
    script, problems = write(source)
    assert not problems
    (placed,) = script.cues
    assert (placed.start, placed.end) == (0, source.index("::stop"))
    cue = placed.cue
    assert (cue.kind, cue.sound, cue.id, cue.level, cue.fade, cue.pan, cue.seed) == (
        CueKind.BED,
        "heavy rain",
        "rain",
        -24.0,
        3.0,
        -0.5,
        4,
    )


def test_a_stop_ends_a_bed_of_the_project(write: Write) -> None:
    source = "One.\n\n::stop[rain]\n\nTwo."
    script, problems = write(source, cues=(bed(Anchor(kind=AnchorKind.START), name="rain"),))
    assert not problems
    assert script.cues[0].end == source.index("::stop")
    _, (problem,) = write("::stop{#rain}\n\nOne.", cues=(bed(phrase("One"), name="rain"),))
    assert problem.code == "early-stop"


def test_cues_without_a_level_have_the_usual_one(write: Write) -> None:
    script, _ = write("::bed[a]\n\n::effect[b]\n\n::music[c]\n\nOne.")
    assert [cue.cue.level for cue in script.cues] == [-22.0, -12.0, -16.0]


def test_two_characters_with_one_voice_in_a_scene_are_warned_of() -> None:
    def shared(text: str) -> list[str]:
        cast = {name: Character(name=name, voice="alba") for name in ("Narrator", "Mara", "*")}
        cast["Tom"] = Character(name="Tom", voice="tom")
        _, problems = write_script(Chapter(title="", file="a.md", text=text), cast, "en")
        assert all(problem.severity is Severity.WARNING for problem in problems)
        return [problem.message for problem in problems if problem.code == "shared-voice"]

    assert shared("“Hi,” said Mara.") == [
        "Mara and Narrator both speak with the voice 'alba' in scene 1 of a.md"
    ]
    assert shared("Mara: Hi.\n\n***\n\nIt rained. “Hi!” “Ho,” said Tom.") == []


def test_an_unknown_speaker_is_anyone_where_the_cast_has_anyone(write: Write) -> None:
    script, (problem,) = write("[Ahoy!]{as=Sailor}", "Mara", "*")
    assert script.lines[0].speaker == "*"
    assert (problem.code, problem.severity) == ("unknown-speaker", Severity.WARNING)


def test_doubtful_quotations_and_names_are_warned_of(write: Write) -> None:
    _, problems = write("“Open.\n\nIt rained.\n\nMarra: hello.", "Mara")
    assert {(problem.code, str(problem.place)) for problem in problems} == {
        ("unclosed-quotation", "chapters/01.md:1:1"),
        ("unknown-name", "chapters/01.md:5:1"),
    }
    assert all(problem.severity is Severity.WARNING for problem in problems)


def test_words_without_letters_are_nobodys_line(write: Write) -> None:
    script, _ = write("“……”\n\n“Oh!” — “…” he said.", "*")
    assert [line.text for line in script.lines] == ["“Oh!” — “…”", "he said."]
