"""The timeline: pauses that fit, sounds that hang on words, nothing anchored to seconds."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.audio.excerpts import excerpt, without_rooms
from fullcast.model import (
    END,
    START,
    Anchor,
    AnchorKind,
    Book,
    Chapter,
    ChapterPlan,
    Character,
    Credits,
    Cue,
    CueKind,
    Line,
    LineKind,
    Pauses,
    Placed,
    PlacedCue,
    PlannedSound,
    PlannedTake,
    Role,
    Run,
    Script,
    Segment,
    Sound,
    Staging,
    Stem,
    Take,
    Timeline,
    Voice,
    Word,
)
from fullcast.timeline import SPEECH_LEVEL, WHOLE, Recorded, make_timeline
from fullcast.units import MIX_RATE, Decibels, Lufs, Seconds, to_samples

RATE = 22_050
SOURCE = "The Storm\n\nThe wind rose. Mara ran.\n\n***\n\nShe pushed the door."
PAUSES = Pauses(head=Seconds(0.5), tail=Seconds(2.0))


def line(
    name: str, text: str, *, paragraph: int, scene: int = 1, kind: LineKind = LineKind.NARRATION
) -> Line:
    run = Run(text=text, start=SOURCE.index(text))
    return Line(id=name, speaker="Narrator", kind=kind, runs=(run,), paragraph=paragraph, scene=scene)


LINES = (
    line("t", "The Storm", paragraph=0, scene=0, kind=LineKind.TITLE),
    line("a", "The wind rose. Mara ran.", paragraph=1),
    line("b", "She pushed the door.", paragraph=2, scene=2),
)
SEGMENTS = (
    ("t", 0, "The Storm", 0),
    ("a", 0, "The wind rose. ", 0),
    ("a", 1, "Mara ran.", 15),
    ("b", 0, "She pushed the door.", 0),
)


def planned(line_id: str, number: int, text: str, start: int) -> PlannedTake:
    segment = Segment(
        line=line_id, number=number, text=text, start=start, end=start + len(text), language="en"
    )
    return PlannedTake(
        key=f"{line_id}{number}",
        seed=0,
        segment=segment,
        speaker="Narrator",
        voice=Voice(name="alba"),
        pace=1.0,
        engine="tone/1",
        estimate=Seconds(1.0),
    )


def take(key: str, *, seconds: float = 1.0, words: tuple[Word, ...] = ()) -> Take:
    samples = to_samples(seconds + 0.4, RATE)
    begins = to_samples(0.2, RATE)
    return Take(
        key=key,
        file=Path(f"{key}.wav"),
        digest="d",
        rate=RATE,
        samples=samples,
        begins=begins,
        ends=begins + to_samples(seconds, RATE),
        words=words,
    )


def book(**changes: object) -> Book:
    fields: dict[str, object] = {
        "folder": Path("/book"),
        "credits": Credits(title="Book"),
        "chapters": (),
        "cast": {"Narrator": Character(name="Narrator", voice="alba")},
        "voices": {"alba": Voice(name="alba")},
        "pauses": PAUSES,
    }
    return Book(**(fields | changes))  # type: ignore[arg-type]


def chapter(*cues: PlacedCue) -> ChapterPlan:
    sounds = tuple(
        (
            cue,
            None
            if cue.cue.file
            else PlannedSound(
                key=cue.cue.sound, seed=0, prompt=cue.cue.sound, seconds=None, loop=False, engine="texture/1"
            ),
        )
        for cue in cues
    )
    return ChapterPlan(
        number=1,
        chapter=Chapter(title="The Storm", file="1.md", text=SOURCE),
        script=Script(lines=LINES, spans=(), cues=cues),
        takes=tuple(planned(*segment) for segment in SEGMENTS),
        sounds=sounds,
    )


def recorded(*cues: PlacedCue, seconds: float = 4.0, takes: dict[str, Take] | None = None) -> Recorded:
    sounds = {
        str(cue.cue.file or cue.cue.sound): Sound(
            key="s",
            file=Path("s.wav"),
            digest="s",
            rate=44_100,
            samples=to_samples(seconds, 44_100),
            channels=2,
            loudness=-30.0,
        )
        for cue in cues
    }
    standard = {f"{name}{number}": take(f"{name}{number}") for name, number, _, _ in SEGMENTS}
    return Recorded(takes=standard | (takes or {}), sounds=sounds, levels={"alba": Lufs(-26.0)})


def made(*cues: PlacedCue, **options: object) -> Timeline:
    return make_timeline(book(), chapter(*cues), recorded(*cues, **options))  # type: ignore[arg-type]


def seconds(samples: int) -> float:
    return round(samples / MIX_RATE, 3)


def speech(timeline: Timeline) -> list[tuple[float, float]]:
    return [(seconds(start), seconds(end)) for start, end in timeline.speech]


def only(timeline: Timeline, stem: Stem) -> Placed:
    (placed,) = [item for item in timeline.placed if item.stem is stem]
    return placed


def test_pauses_fit_the_text() -> None:
    starts = [start for start, _ in speech(made())]
    gaps = [round(later - start - 1.0, 3) for start, later in pairwise(starts)]
    assert starts[0] == PAUSES.head
    assert gaps == [PAUSES.title, PAUSES.sentence, PAUSES.scene]


def test_a_pause_of_the_text_replaces_the_usual_one() -> None:
    plan = chapter()
    slow = replace(LINES[2], pause_before=Seconds(5.0))
    script = replace(plan.script, lines=(*LINES[:2], slow))
    starts = speech(make_timeline(book(), replace(plan, script=script), recorded()))
    assert round(starts[3][0] - starts[2][1], 3) == 5.0


def test_pauses_shrink_with_pace() -> None:
    plan = chapter()
    quick = replace(plan, takes=tuple(replace(item, pace=2.0) for item in plan.takes))
    starts = speech(make_timeline(book(), quick, recorded()))
    assert round(starts[1][0] - starts[0][1], 3) == PAUSES.title / 2


def assert_tail(timeline: Timeline, end: int) -> None:
    """The chapter lasts its tail longer, up to a whole frame of AAC."""
    assert 0 <= timeline.length - end - PAUSES.tail * MIX_RATE < WHOLE
    assert timeline.length % WHOLE == 0


def test_the_tail_follows_the_last_word() -> None:
    timeline = made()
    assert_tail(timeline, timeline.speech[-1][1])


def test_the_engines_own_silence_is_cut_away() -> None:
    timeline = made()
    first = timeline.placed[0]
    assert seconds(first.offset) == pytest.approx(0.2, abs=0.001)
    assert seconds(first.length) == pytest.approx(1.0, abs=0.001)


def test_voices_are_brought_to_one_level() -> None:
    assert made().placed[0].gain == pytest.approx(SPEECH_LEVEL - -26.0)


def cue(kind: CueKind, sound: str = "rain", **changes: object) -> Cue:
    fields: dict[str, object] = {"start": Anchor(kind=AnchorKind.OFFSET), **changes}
    return Cue(kind=kind, sound=sound, **fields)  # type: ignore[arg-type]


def test_an_effect_sounds_with_its_word() -> None:
    words = (
        Word(start=0, end=3, begins=Seconds(0.2), ends=Seconds(0.4)),
        Word(start=4, end=10, begins=Seconds(0.5), ends=Seconds(0.8)),
        Word(start=11, end=20, begins=Seconds(0.9), ends=Seconds(1.2)),
    )
    door = PlacedCue(cue=cue(CueKind.EFFECT, "door"), start=SOURCE.index("pushed"))
    timeline = made(door, takes={"b0": take("b0", words=words)})
    spoken = timeline.speech[-1][0]
    assert seconds(only(timeline, Stem.EFFECTS).start - spoken) == pytest.approx(0.3, abs=0.001)


def test_a_bed_ends_when_its_last_word_was_said() -> None:
    words = (
        Word(start=0, end=3, begins=Seconds(0.2), ends=Seconds(0.4)),
        Word(start=4, end=8, begins=Seconds(0.5), ends=Seconds(0.7)),
        Word(start=9, end=14, begins=Seconds(0.8), ends=Seconds(1.1)),
    )
    end = SOURCE.index("The wind") + len("The wind")
    wind = PlacedCue(cue=cue(CueKind.BED, "wind", fade=Seconds(0.25), start=START), start=0, end=end)
    timeline = made(wind, takes={"a0": take("a0", words=words)})
    bed = only(timeline, Stem.AMBIENCE)
    assert seconds(bed.length - timeline.speech[1][0]) == pytest.approx(0.7 - 0.2 + 0.25, abs=0.001)


def test_without_word_timings_an_effect_sounds_where_the_text_is_about() -> None:
    door = PlacedCue(cue=cue(CueKind.EFFECT, "door"), start=SOURCE.index("the door"))
    timeline = made(door)
    share = "She pushed the door.".index("the door") / len("She pushed the door.")
    placed = only(timeline, Stem.EFFECTS)
    assert seconds(placed.start - timeline.speech[-1][0]) == pytest.approx(share, abs=0.01)


def test_a_bed_lasts_from_phrase_to_phrase() -> None:
    start, end = SOURCE.index("The wind"), SOURCE.index("Mara ran") - 1
    anchor = Anchor(kind=AnchorKind.PHRASE, phrase="The wind")
    wind = PlacedCue(cue=cue(CueKind.BED, "wind", fade=Seconds(0.5), start=anchor), start=start, end=end)
    timeline = made(wind)
    bed = only(timeline, Stem.AMBIENCE)
    assert seconds(timeline.speech[1][0] - bed.start) == pytest.approx(0.5, abs=0.001)
    assert seconds(bed.start + bed.length) == pytest.approx(seconds(timeline.speech[1][1]) + 0.5, abs=0.07)
    assert bed.duck


def test_a_bed_rises_in_the_silence_before_its_words_and_never_under_others() -> None:
    wind = cue(CueKind.BED, "wind", fade=Seconds(9.0), start=Anchor(kind=AnchorKind.PHRASE, phrase="She"))
    timeline = made(PlacedCue(cue=wind, start=SOURCE.index("She"), end=len(SOURCE)))
    assert only(timeline, Stem.AMBIENCE).start == timeline.speech[-2][1]


def test_a_bed_that_begins_inside_a_take_begins_there() -> None:
    wind = cue(CueKind.BED, "wind", start=Anchor(kind=AnchorKind.PHRASE, phrase="door"))
    timeline = made(PlacedCue(cue=wind, start=SOURCE.index("door"), end=len(SOURCE)))
    assert only(timeline, Stem.AMBIENCE).start > timeline.speech[-1][0]


def test_an_effect_between_two_takes_lets_the_last_word_end() -> None:
    door = PlacedCue(cue=cue(CueKind.EFFECT, "door"), start=SOURCE.index("***"))
    timeline = made(door)
    assert seconds(only(timeline, Stem.EFFECTS).start - timeline.speech[-2][1]) == 0.25


def test_an_effect_after_the_last_word_follows_at_once() -> None:
    door = PlacedCue(cue=cue(CueKind.EFFECT, "door"), start=len(SOURCE))
    timeline = made(door)
    assert only(timeline, Stem.EFFECTS).start == timeline.speech[-1][1]


def test_a_bed_over_the_whole_chapter_loops() -> None:
    sea = PlacedCue(cue=cue(CueKind.BED, "sea", start=START, end=END), start=0)
    timeline = made(sea, seconds=2.0)
    bed = only(timeline, Stem.AMBIENCE)
    assert (bed.start, bed.length) == (0, timeline.length)
    assert bed.loop
    assert bed.seamless


def test_a_bed_to_the_end_is_heard_under_the_tail() -> None:
    sea = PlacedCue(cue=cue(CueKind.BED, "sea", start=START, end=END), start=0, end=len(SOURCE))
    timeline = made(sea, seconds=2.0)
    assert only(timeline, Stem.AMBIENCE).length == timeline.length


def test_a_level_is_relative_to_the_speech() -> None:
    rain = PlacedCue(cue=cue(CueKind.BED, level=Decibels(-24.0), start=START), start=0)
    assert only(made(rain), Stem.AMBIENCE).gain == pytest.approx(SPEECH_LEVEL - 24.0 - -30.0)


def test_opening_music_is_let_play_before_the_first_word() -> None:
    theme = Cue(kind=CueKind.MUSIC, sound="t", file=Path("t.flac"), role=Role.INTRO, fade=Seconds(1.0))
    timeline = made(PlacedCue(cue=theme, start=0))
    music = only(timeline, Stem.MUSIC)
    assert seconds(music.start) == PAUSES.head
    assert seconds(timeline.speech[0][0]) == PAUSES.head + 3.75


def test_closing_music_plays_out() -> None:
    theme = Cue(kind=CueKind.MUSIC, sound="t", file=Path("t.flac"), role=Role.OUTRO)
    timeline = made(PlacedCue(cue=theme, start=len(SOURCE)))
    music = only(timeline, Stem.MUSIC)
    assert music.start > timeline.speech[-1][1]
    assert seconds(music.length) == 4.0
    assert_tail(timeline, music.start + music.length)


def test_a_bridge_makes_room_for_itself() -> None:
    theme = Cue(kind=CueKind.MUSIC, sound="t", file=Path("t.flac"), role=Role.BRIDGE, fade=Seconds(1.0))
    bridge = PlacedCue(cue=theme, start=SOURCE.index("***"))
    with_music, without = made(bridge), made()
    assert seconds(with_music.speech[-1][0] - without.speech[-1][0]) == 3.75
    assert with_music.speech[:-1] == without.speech[:-1]


def theme(role: Role, **fields: object) -> Cue:
    return cue(CueKind.MUSIC, "t", file=Path("t.flac"), role=role, fade=Seconds(1.0), **fields)


def test_a_bridge_before_the_first_words_comes_before_them() -> None:
    plan = chapter(PlacedCue(cue=theme(Role.BRIDGE), start=SOURCE.index("The wind")))
    untitled = replace(plan, takes=plan.takes[1:])
    timeline = make_timeline(book(), untitled, recorded(*plan.script.cues))
    (bridge,) = [item for item in timeline.placed if item.stem is Stem.MUSIC]
    assert seconds(bridge.start) == PAUSES.head
    assert seconds(timeline.speech[0][0]) == PAUSES.head + 3.75


def test_a_bridge_that_names_no_place_never_comes_before_the_title() -> None:
    timeline = made(PlacedCue(cue=theme(Role.BRIDGE, start=START), start=0))
    assert timeline.speech[0] == made().speech[0]


def test_a_bridge_behind_the_last_words_plays_out() -> None:
    timeline = made(PlacedCue(cue=theme(Role.BRIDGE), start=len(SOURCE)))
    bridge = only(timeline, Stem.MUSIC)
    assert bridge.start >= timeline.speech[-1][1]
    assert seconds(bridge.length) == 4.0
    assert_tail(timeline, bridge.start + bridge.length)


def test_a_pause_before_the_first_words_is_kept() -> None:
    plan = chapter()
    waiting = replace(LINES[0], pause_before=Seconds(2.0))
    script = replace(plan.script, lines=(waiting, *LINES[1:]))
    starts = speech(make_timeline(book(), replace(plan, script=script), recorded()))
    assert starts[0][0] == PAUSES.head + 2.0


@given(
    st.lists(st.floats(min_value=0.05, max_value=8.0), min_size=4, max_size=4), st.integers(0, len(SOURCE))
)
def test_new_takes_move_cues_along(lengths: list[float], offset: int) -> None:
    takes = {
        f"{name}{number}": take(f"{name}{number}", seconds=length)
        for (name, number, _, _), length in zip(SEGMENTS, lengths, strict=True)
    }
    bell = PlacedCue(cue=cue(CueKind.EFFECT, "bell"), start=offset)
    timeline = made(bell, takes=takes)
    assert all(a[1] <= b[0] for a, b in pairwise(timeline.speech))
    assert all(item.start >= 0 and item.start + item.length <= timeline.length for item in timeline.placed)
    assert [item.line for item in timeline.lines] == ["t", "a", "b"]
    assert list(timeline.placed) == sorted(timeline.placed, key=lambda item: item.start)


def test_words_are_staged_as_their_marks_say_and_else_as_their_character() -> None:
    there = Character(
        name="Narrator", voice="alba", pan=0.3, level=Decibels(-2.0), room="hall", effect="near"
    )
    marked = Staging(room="cellar", effect="telephone", pan=-0.5, level=Decibels(4.0))
    staged = replace(LINES[1], runs=(replace(LINES[1].runs[0], staging=marked),))
    plan = chapter()
    script = replace(plan.script, lines=(LINES[0], staged, LINES[2]))
    timeline = make_timeline(book(cast={"Narrator": there}), replace(plan, script=script), recorded())
    plain, told, *_ = timeline.placed
    assert (plain.pan, plain.room, plain.effect) == (0.3, "hall", "near")
    assert (told.pan, told.room, told.effect) == (-0.5, "cellar", "telephone")
    assert told.gain - plain.gain == pytest.approx(4.0)
    dry = without_rooms(timeline)
    assert {(placed.room, placed.effect) for placed in dry.placed} == {(None, None)}


def test_an_excerpt_ends_with_a_line_and_its_room_tone() -> None:
    whole = make_timeline(book(), chapter(), recorded())
    assert excerpt(whole, Seconds(600.0)) is whole
    short = excerpt(whole, Seconds(6.0))
    assert [line.line for line in short.lines] == ["t", "a"][: len(short.lines)]
    assert short.length / MIX_RATE <= 6.0
    assert all(placed.start + placed.length <= short.length for placed in short.placed)
    assert short.speech[-1][1] == short.lines[-1].end
