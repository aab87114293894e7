"""The plan: what an engine cannot make audible changes no key, estimates fit the script."""

from dataclasses import replace
from pathlib import Path

import pytest

from fullcast.model import (
    Ability,
    Book,
    Chapter,
    Character,
    Credits,
    Cue,
    CueKind,
    Limits,
    Mixing,
    Plan,
    Saying,
    Voice,
)
from fullcast.plan import SILENT, Decisions, EngineFacts, explain, find_unsayable, make_plan, origin_of
from fullcast.text.normalise import normalise_source
from fullcast.text.script import write_script
from fullcast.units import Decibels, Hertz

PLAIN = Limits(
    longest=300, rate=Hertz(22_050), languages={"en": frozenset({"Latn"}), "zh": frozenset({"Hani"})}
)
TEXT = "The lamp was lit.\n\n[“Who goes there?”]{as=Mara style=whisper}\n\n[Siobhan]{say=ʃɪˈvɔːn} smiled."


def book(text: str = TEXT, **changes: object) -> Book:
    fields: dict[str, object] = {
        "folder": Path("/book"),
        "credits": Credits(title="Book"),
        "chapters": (Chapter(title="One", file="1.md", text=normalise_source(text)),),
        "cast": {
            "Narrator": Character(name="Narrator", voice="alba"),
            "Mara": Character(name="Mara", voice="mara", style="warm", pace=0.9),
        },
        "voices": {"alba": Voice(name="alba"), "mara": Voice(name="mara")},
    }
    return Book(**(fields | changes))  # type: ignore[arg-type]


def plan(made: Book, limits: Limits = PLAIN, retakes: dict[str, int] | None = None) -> Plan:
    facts = EngineFacts(name="tone", revision="1", limits=limits)
    decisions = Decisions(
        speech=facts, sound=facts, fingerprints={name: name for name in made.voices}, retakes=retakes or {}
    )
    scripts = tuple(write_script(chapter, made.cast, made.credits.language)[0] for chapter in made.chapters)
    return make_plan(made, scripts, decisions)


def keys(made: Plan) -> list[str]:
    return [take.key for chapter in made.chapters for take in chapter.takes]


def test_a_style_counts_only_where_an_engine_has_styles() -> None:
    cast = book().cast
    cold = {**cast, "Mara": replace(cast["Mara"], style="cold")}
    assert keys(plan(book())) == keys(plan(book(cast=cold)))
    styled = replace(PLAIN, abilities=frozenset({Ability.STYLE}))
    first, other = (
        keys(plan(made, styled)) for made in (book(text="Mara: Yes."), book("Mara: Yes.", cast=cold))
    )
    assert [a != b for a, b in zip(first, other, strict=True)] == [False, True]


def test_a_word_of_the_lexicon_changes_the_takes_that_have_it_and_no_others() -> None:
    text = "The lamp was lit.\n\nSiobhan smiled.\n\n[“Siobhan?”]{as=Mara}\n\nNobody came."
    sounds = replace(PLAIN, abilities=frozenset({Ability.PRONUNCIATIONS}))
    plain = keys(plan(book(text), sounds))

    def changed(*lexicon: Saying, limits: Limits = sounds) -> list[bool]:
        return [a != b for a, b in zip(plain, keys(plan(book(text, lexicon=lexicon), limits)), strict=True)]

    assert changed(Saying(word="Siobhan", ipa="ʃɪˈvɔːn")) == [False, False, True, True, False]
    assert changed(Saying(word="Siobhan", say="shi-VAWN")) == [False, False, True, True, False]
    assert changed(Saying(word="Siobhan", say="Sue", speakers=("Mara",))) == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert not any(changed(Saying(word="Cholmondeley", say="CHUM-lee")))
    assert not any(changed(Saying(word="Siobhan", ipa="ʃɪˈvɔːn"), limits=PLAIN))


def test_a_pronunciation_counts_only_where_an_engine_has_sounds() -> None:
    said = replace(PLAIN, abilities=frozenset({Ability.PRONUNCIATIONS}))
    assert not any(take.segment.pronunciations for take in plan(book()).chapters[0].takes)
    assert any(take.segment.pronunciations for take in plan(book(), said).chapters[0].takes)


def test_a_retake_is_its_line_alone() -> None:
    before = plan(book())
    line = before.chapters[0].takes[1].segment.line
    after = plan(book(), retakes={line: 1})
    assert sum(a != b for a, b in zip(keys(before), keys(after), strict=True)) == 1


def test_pace_is_that_of_book_and_character() -> None:
    takes = {take.speaker: take for take in plan(book()).chapters[0].takes}
    assert (takes["Narrator"].pace, takes["Mara"].pace) == (1.0, 0.9)


@pytest.mark.parametrize(("text", "seconds"), [("a" * 140, 10.0), ("灯" * 39, 10.0)])
def test_an_estimate_fits_the_script(text: str, seconds: float) -> None:
    made = book(text=text, credits=Credits(title="Book", language="zh"))
    assert plan(made).chapters[0].takes[-1].estimate == pytest.approx(seconds, rel=0.05)


def test_ambience_that_is_off_is_not_made() -> None:
    chapter = replace(book().chapters[0], cues=(Cue(kind=CueKind.BED, sound="rain"),))
    on, off = (book(chapters=(chapter,), mixing=Mixing(ambience=Decibels(level))) for level in (0.0, SILENT))
    assert len(plan(on).chapters[0].sounds) == 1
    assert plan(off).chapters[0].sounds == ()


def test_what_an_engine_cannot_say_is_found_with_its_place() -> None:
    facts = EngineFacts(name="tone", revision="1", limits=PLAIN)
    (problem,) = find_unsayable(plan(book(text="All was well.\n\nThe sign said 神社.")), facts)
    assert problem.code == "unsayable"
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == ("1.md", 3)
    assert "神" in problem.message


def test_a_book_in_a_language_that_the_engine_lacks_is_told_where_languages_are_written() -> None:
    foreign = book(text="Hej.", credits=Credits(title="Book", language="sv"))
    problems = find_unsayable(plan(foreign), EngineFacts(name="espeak", revision="1", limits=PLAIN))
    assert {problem.hint for problem in problems} == {
        "name one that it knows (book.language in project.yaml, lang=… at a line), or use another engine"
    }


def test_reasons_name_what_changed() -> None:
    take = plan(book()).chapters[0].takes[1]
    history = {(take.segment.line, take.segment.number): origin_of(take) | {"voice": "tom"}}
    assert explain(take, history) == f"voice changed from tom to {take.voice.name}"
    assert explain(take, {}) == "new text"
