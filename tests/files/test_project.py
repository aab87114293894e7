"""The reading of projects: laws on right ones, and the whole text of every problem of wrong ones.

The files in ``wrong`` are projects; beside each stands what is said about it. Run with ``REWRITE_GOLDENS=1``
to write those texts anew, and read the difference before it is committed.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.errors import Problem, ProjectError, Severity
from fullcast.files import project_keys
from fullcast.files.project import read_project
from fullcast.model import (
    END,
    START,
    Anchor,
    AnchorKind,
    Book,
    Character,
    Codec,
    Cue,
    CueKind,
    Pauses,
    Role,
    Settings,
    Speech,
    Target,
    Voice,
)
from fullcast.units import Decibels, Seconds

WRONG = Path(__file__).parent / "wrong"
VOICES = ("alba", "mara", "tom", "lan")
MACHINE = Settings(jobs=1)

RIGHT = """\
fullcast: 1
book: {title: The Lantern Keeper, author: Ada Example, cover: cover.jpg, year: 2024}
speech: {seed: 7, pace: 1.1}
cast:
  Narrator: {voice: alba}
  Mara: {voice: mara, style: warm, aliases: [Miss Reed], room: cellar, pan: -0.2, level: 2, pace: 0.9}
  "*": tom
pauses: {scene: 3}
mix: {ambience: light, ducking: {depth: 6}}
chapters:
  - title: The Storm
    text: chapters/01.md
    cues:
      - {bed: heavy rain, from: start, to: "the rain stopped", level: -24, fade: 3, id: rain, seed: 3}
      - {effect: bell, at: 2, pan: 0.3}
      - {music: music/theme.flac, role: intro}
      - {music: music/theme.flac, from: "Mara", level: -20}
      - {music: music/theme.flac, at: end}
  - {title: 2, text: ./chapters/02.md, speak_title: false}
deliveries: [m4b, {preset: chapters, name: mp3, codec: mp3, bitrate: 128k, channels: mono, peak: -3}]
"""


def find_voice(name: str) -> Voice:
    if name in VOICES:
        return Voice(name=name)
    raise ProjectError(Problem(code="unknown-voice", message=f"there is no voice {name!r}"))


def make_project(folder: Path, text: str) -> Path:
    for name in ("chapters", "music", "sounds"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "chapters" / "01.md").write_text("Mara looked up.\r\n\r\n“So the rain stopped,” she said.\n")
    (folder / "chapters" / "02.md").write_text("Old Tom said nothing.\n")
    (folder / "chapters" / "empty.md").write_text(" \n\n\ufeff")
    (folder / "chapters" / "cafe.md").write_bytes("Un café.\nDéjà vu.\n".encode("cp1252"))
    (folder / "chapters" / "deng.md").write_bytes("灯塔的守护人\n".encode("gb18030"))
    (folder / "music" / "theme.flac").write_bytes(b"fLaC")
    (folder / "sounds" / "bell.wav").write_bytes(b"RIFF")
    (folder / "cover.jpg").write_bytes(bytes.fromhex("ffd8 ffc0000b08 0258 0258 01011100 ffd9"))
    (folder / "cover.gif").write_bytes(b"GIF89a")
    (folder / "project.yaml").write_text(text)
    return folder


def read(folder: Path, machine: Settings = MACHINE) -> tuple[Book, tuple[Problem, ...]]:
    return read_project(folder, machine, find_voice=find_voice)


def render(problem: Problem) -> str:
    place = problem.place
    lines = [f"{place or '-'}: {problem.severity} {problem.code}: {problem.message}"]
    if place and place.source is not None and place.column:
        lines += [f"    {place.source}", f"    {' ' * (place.column - 1)}^"]
    return "\n".join([*lines, f"    hint: {problem.hint}"] if problem.hint else lines)


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(ProjectError) as caught:
        read(folder)
    return caught.value.problems


@pytest.mark.parametrize("file", sorted(WRONG.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_wrong_project_is_told_all_that_is_wrong(tmp_path: Path, file: Path) -> None:
    book = make_project(tmp_path / "book", file.read_text())
    (tmp_path / "secret.md").write_text("Nothing of yours.\n")
    (book / "chapters" / "link.md").symlink_to(tmp_path / "secret.md")
    (book / "chapters" / "circle.md").symlink_to(book / "chapters" / "circle.md")
    told = "\n".join(map(render, problems_of(book))) + "\n"
    golden = file.with_suffix(".txt")
    if os.environ.get("REWRITE_GOLDENS"):
        golden.write_text(told)
    assert told == golden.read_text()


def test_there_are_many_wrong_projects() -> None:
    assert len(list(WRONG.glob("*.yaml"))) >= 25


def test_a_right_project_becomes_a_book(tmp_path: Path) -> None:
    book, warnings = read(make_project(tmp_path, RIGHT))
    assert warnings == ()
    assert book.folder == tmp_path.resolve()
    assert (book.credits.title, book.credits.year, book.credits.language) == (
        "The Lantern Keeper",
        "2024",
        "en",
    )
    assert book.cover == tmp_path / "cover.jpg"
    mara = book.cast["Mara"]
    assert (mara.style, mara.pace, mara.pan, mara.level, mara.room) == ("warm", 0.9, -0.2, 2.0, "cellar")
    assert mara.aliases == ("Miss Reed",)
    assert sorted(book.voices) == ["alba", "mara", "tom"]
    assert (book.pauses.scene, book.pauses.tail) == (3.0, 2.5)
    assert (book.mixing.ambience, book.mixing.ducking.depth, book.mixing.room_tone) == (-6.0, 6.0, -72.0)
    assert [(chapter.title, chapter.file) for chapter in book.chapters] == [
        ("The Storm", "chapters/01.md"),
        ("2", "chapters/02.md"),
    ]
    assert "\r" not in book.chapters[0].text
    assert not book.chapters[1].speak_title
    names = [(d.name, d.codec, d.bitrate, d.channels, d.target, d.peak) for d in book.deliveries]
    assert names == [
        ("m4b", Codec.AAC, None, None, Target(level=-18.0), -1.5),
        ("mp3", Codec.MP3, 128_000, 1, Target(level=-18.0), -3.0),
    ]


def test_cues_are_anchored_and_find_their_files(tmp_path: Path) -> None:
    book, _ = read(make_project(tmp_path, RIGHT))
    bed, effect, intro, under, at = book.chapters[0].cues
    assert bed.end is not None
    assert (bed.kind, bed.sound, bed.file, bed.level, bed.fade) == (
        CueKind.BED,
        "heavy rain",
        None,
        -24.0,
        3.0,
    )
    assert (bed.start.kind, bed.end.kind, bed.end.phrase) == (
        AnchorKind.START,
        AnchorKind.PHRASE,
        "the rain stopped",
    )
    assert (bed.id, bed.seed) == ("rain", 3)
    assert (effect.file, effect.level, effect.start.number) == (tmp_path / "sounds/bell.wav", -12.0, 2)
    assert (intro.role, intro.file, intro.level) == (Role.INTRO, tmp_path / "music/theme.flac", -16.0)
    assert under.end is not None
    assert (under.role, under.start.phrase, under.end.kind) == (Role.UNDER, "Mara", AnchorKind.END)
    assert (at.role, at.start.kind, at.end) == (None, AnchorKind.END, None)


def test_the_least_project_has_a_narrator_and_deliveries(tmp_path: Path) -> None:
    text = "fullcast: 1\nbook: {title: X}\nchapters: [{title: A, text: chapters/01.md}]\n"
    book, _ = read(make_project(tmp_path, text))
    assert {name: member.voice for name, member in book.cast.items()} == {"Narrator": "alba"}
    assert [delivery.preset for delivery in book.deliveries] == ["m4b", "chapters"]


def test_what_the_keys_say_of_their_defaults_is_so(tmp_path: Path) -> None:
    cues = "{bed: rain}, {effect: a thud, at: 1}, {music: music/theme.flac, role: intro}"
    chapter = f"{{title: A, text: chapters/01.md, cues: [{cues}]}}"
    text = f"fullcast: 1\nbook: {{title: X}}\nchapters: [{chapter}]\ndeliveries: [m4b]\n"
    book, _ = read(make_project(tmp_path, text))
    bed, effect, music = book.chapters[0].cues
    values = [
        (project_keys.BED, bed, ("level", "fade", "pan")),
        (project_keys.EFFECT, effect, ("level", "fade", "pan")),
        (project_keys.MUSIC, music, ("level", "fade", "pan")),
        (project_keys.BOOK, book.credits, ("language", "genre")),
    ]
    for record, value, names in values:
        said = {name: record.keys[name].default for name in names}
        assert said == {name: getattr(value, name) for name in names}
    assert project_keys.MIX.keys["ambience"].default == "full"
    assert book.mixing.ambience == 0.0


def test_ambience_off_is_silence(tmp_path: Path) -> None:
    text = (
        "fullcast: 1\nbook: {title: X}\nmix: {ambience: off}\nchapters: [{title: A, text: chapters/01.md}]\n"
    )
    book, _ = read(make_project(tmp_path, text))
    assert book.mixing.ambience == -math.inf


def test_a_project_is_named_by_its_folder_or_its_file(tmp_path: Path) -> None:
    folder = make_project(tmp_path, RIGHT)
    assert read(folder) == read(folder / "project.yaml")


@pytest.mark.parametrize(("name", "word"), [("nowhere", "no project"), ("", "holds no project.yaml")])
def test_no_project_is_told_how_to_make_one(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(ProjectError, match=word) as caught:
        read(tmp_path / name)
    assert "fullcast new" in (caught.value.hint or "")


def test_what_looks_like_a_slip_is_a_warning(tmp_path: Path) -> None:
    text = RIGHT.replace("./chapters/02.md", "chapters/01.md").replace("  Mara:", "  Zoe: mara\n  Mara:")
    book, warnings = read(make_project(tmp_path, text))
    assert len(book.chapters) == 2
    assert {warning.severity for warning in warnings} == {Severity.WARNING}
    assert [warning.code for warning in warnings] == ["unused-character", "same-text"]


def test_sounds_come_from_the_project_then_from_the_folders_of_the_machine(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in ("bell.wav", "gull.ogg", "notes.txt"):
        (shelf / name).write_bytes(b"x")
    cues = "{effect: Bell, at: 1}, {effect: gull, at: 1}, {effect: gull.ogg, at: 1}, {effect: notes, at: 1}"
    chapter = f"{{title: A, text: chapters/01.md, cues: [{cues}]}}"
    text = f"fullcast: 1\nbook: {{title: X}}\nchapters: [{chapter}]\n"
    folder = make_project(tmp_path / "book", text)
    book, _ = read(folder, Settings(jobs=1, sound_folders=(shelf,)))
    files = [cue.file for cue in book.chapters[0].cues]
    assert files == [folder / "sounds/bell.wav", shelf / "gull.ogg", shelf / "gull.ogg", None]


def test_a_sound_of_the_project_may_not_be_a_link_that_leads_out(tmp_path: Path) -> None:
    (tmp_path / "own.wav").write_bytes(b"x")
    text = RIGHT.replace("effect: bell", "effect: gong")
    folder = make_project(tmp_path / "book", text)
    (folder / "sounds" / "gong.wav").symlink_to(tmp_path / "own.wav")
    assert [problem.code for problem in problems_of(folder)] == ["path-outside"]


def test_a_link_within_the_project_is_followed(tmp_path: Path) -> None:
    folder = make_project(tmp_path, RIGHT.replace("./chapters/02.md", "chapters/same.md"))
    (folder / "chapters" / "same.md").symlink_to("02.md")
    book, _ = read(folder)
    assert book.chapters[1].file == "chapters/same.md"


def test_a_broken_voice_is_told_at_its_own_place(tmp_path: Path) -> None:
    folder = make_project(tmp_path, RIGHT)

    def broken(name: str) -> Voice:
        raise ProjectError(Problem(code="broken-voice", message=f"{name} is broken"))

    with pytest.raises(ProjectError) as caught:
        read_project(folder, MACHINE, find_voice=broken)
    places = [str(problem.place) for problem in caught.value.problems]
    assert places == ["project.yaml:5:21", "project.yaml:6:17", "project.yaml:7:8"]


def composed(text: str) -> str:
    return normalize("NFC", text)


NAMES = st.text(st.characters(categories=["Lu", "N"]), min_size=1, max_size=8).map(composed)
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(composed)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high) | st.integers(math.ceil(low), math.floor(high)).map(float)


def members(name: str) -> st.SearchStrategy[Character]:
    return st.builds(
        Character,
        name=st.just(name),
        voice=st.sampled_from(VOICES),
        style=st.just("") | WORDS,
        pace=numbers(0.5, 2),
        level=numbers(-20, 20).map(Decibels),
        pan=numbers(-1, 1),
        room=st.none() | st.sampled_from(["cellar", "hall"]),
    )


CAST = (
    st.lists(NAMES, max_size=3, unique_by=str.casefold)
    .map(lambda names: ["Narrator", *(name for name in names if name.casefold() != "narrator")])
    .flatmap(lambda names: st.tuples(*(members(name) for name in names)))
)
ANCHORS = (
    st.sampled_from([START, END])
    | st.builds(Anchor, kind=st.just(AnchorKind.PARAGRAPH), number=st.integers(1, 999))
    | st.builds(Anchor, kind=st.just(AnchorKind.PHRASE), phrase=WORDS.filter(lambda word: len(word) > 5))
)
BEDS = st.builds(
    Cue,
    kind=st.just(CueKind.BED),
    sound=WORDS.map(lambda word: f"{word} rain"),
    start=ANCHORS,
    end=st.none() | ANCHORS,
    level=numbers(-60, 20).map(Decibels),
    fade=numbers(0, 60).map(Seconds),
    pan=numbers(-1, 1),
    seed=st.none() | st.integers(0, 2**32 - 1),
)
PAUSES = st.builds(Pauses, **dict.fromkeys(("clause", "line", "tail"), numbers(0, 60).map(Seconds)))
SPEECH = st.builds(Speech, engine=WORDS, seed=st.integers(0, 2**32 - 1), pace=numbers(0.5, 2))


def told(anchor: Anchor) -> str | int:
    """Return an anchor as a project has it."""
    if anchor.kind is AnchorKind.PARAGRAPH:
        return anchor.number
    return anchor.phrase or str(anchor.kind)


def written(value: object, **names: object) -> dict[str, object]:
    """Return a value's fields as a project has them: what is None or without place is left out."""
    assert is_dataclass(value)
    plain = {field.name: getattr(value, field.name) for field in fields(value)}
    plain |= names
    return {name: item for name, item in plain.items() if item not in (None, ()) and name != "place"}


def bed(cue: Cue) -> dict[str, object]:
    end = told(cue.end) if cue.end else None
    plain = written(cue, bed=cue.sound, **{"from": told(cue.start), "to": end})
    return {name: item for name, item in plain.items() if name not in {"kind", "sound", "start", "end"}}


def unplaced(cue: Cue) -> Cue:
    start, end = replace(cue.start, place=None), replace(cue.end, place=None) if cue.end else None
    return replace(cue, place=None, start=start, end=end)


@settings(max_examples=60)
@given(cast=CAST, cues=st.lists(BEDS, max_size=3), rest=st.tuples(PAUSES, SPEECH, WORDS))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    cast: tuple[Character, ...],
    cues: list[Cue],
    rest: tuple[Pauses, Speech, str],
) -> None:
    pauses, speech, title = rest
    members = {member.name: written(member) for member in cast}
    for member in members.values():
        member.pop("name")
    chapter = {"title": title, "text": "chapters/01.md", "cues": [bed(cue) for cue in cues]}
    document = {
        "fullcast": 1,
        "book": {"title": title},
        "speech": written(speech),
        "cast": members,
        "pauses": written(pauses),
        "chapters": [chapter],
    }
    text = json.dumps(document, ensure_ascii=False)
    book, _ = read(make_project(tmp_path_factory.mktemp("book"), text))
    assert [replace(member, place=None) for member in book.cast.values()] == list(cast)
    assert [unplaced(cue) for cue in book.chapters[0].cues] == cues
    assert (book.pauses, book.speech, book.credits.title) == (pauses, speech, title)
