"""Reading the voice library."""

from __future__ import annotations

from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.voices import find_voice, list_voices, read_voice, shipped_voices
from fullcast.model import Age, Settings, Sex

GOOD = """\
fullcast: 1
description: A test.
sex: female
age: old
accent: Irish
languages: [en-IE, ga]
variant_of: alba
engines:
  espeak: {variant: f3, pitch: 40}
  other: {path: x, ratio: 0.5, on: true}
reference: voice.wav
transcript: What is said.
licence: CC0-1.0
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(jobs=1, voice_folders=(tmp_path / "library",))


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "voice.yaml").write_text(text, encoding="utf-8")
    return folder


def test_everything_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "nora", GOOD)
    (folder / "voice.wav").write_bytes(b"")
    voice = read_voice(folder)
    assert (voice.name, voice.sex, voice.age, voice.accent) == ("nora", Sex.FEMALE, Age.OLD, "Irish")
    assert voice.languages == ("en-IE", "ga")
    assert voice.variant_of == "alba"
    assert voice.engines == {
        "espeak": {"variant": "f3", "pitch": 40},
        "other": {"path": "x", "ratio": 0.5, "on": True},
    }
    assert voice.reference == (folder / "voice.wav").resolve()
    assert voice.transcript == "What is said."
    assert voice.file == (folder / "voice.yaml").resolve()


@pytest.mark.parametrize(
    ("change", "where", "part", "hint"),
    [
        (("sex: female", "sex: femal"), (3, 6), "sex", "did you mean 'female'?"),
        (("age: old", "aeg: old"), (4, 1), "aeg", "did you mean 'age'?"),
        (("languages: [en-IE, ga]", "languages: [english language]"), (6, 13), "BCP 47", None),
        (("languages: [en-IE, ga]", "languages: []"), (6, 12), "languages", None),
        (("espeak: {variant: f3, pitch: 40}", "espeak: f3"), (9, 11), "engines.espeak", None),
        (("pitch: 40", "pitch: [4]"), (9, 32), "pitch", None),
        (("reference: voice.wav", "reference: ../voice.wav"), (11, 12), "leaves", None),
        (("reference: voice.wav", "reference: lost.wav"), (11, 12), "lost.wav", None),
        (("fullcast: 1", "fullcast: 2"), (1, 11), "fullcast", None),
    ],
)
def test_problems_have_places(
    tmp_path: Path, change: tuple[str, str], where: tuple[int, int], part: str, hint: str | None
) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    folder = write(tmp_path / "nora", text)
    (folder / "voice.wav").write_bytes(b"")
    with pytest.raises(ProjectError) as raised:
        read_voice(folder, shown="voices/nora")
    problem = raised.value.problems[0]
    assert problem.place is not None
    assert problem.place.file == "voices/nora/voice.yaml"
    assert (problem.place.line, problem.place.column) == where
    assert part in problem.message
    assert hint is None or hint in (problem.hint or "")


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("female", "girl").replace("age: old", "age: ancient").replace("fullcast: 1\n", "")
    with pytest.raises(ProjectError) as raised:
        read_voice(write(tmp_path / "nora", text))
    assert len(raised.value.problems) >= 3


@pytest.mark.parametrize("text", ["", "\ttab", "a: &a [*a]", "- list", "a: 1\na: 2"])
def test_what_is_no_voice_is_a_problem(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProjectError):
        read_voice(write(tmp_path / "nora", text))


def test_the_project_comes_before_the_library_before_what_ships(tmp_path: Path, settings: Settings) -> None:
    short = "fullcast: 1\ndescription: {}\nsex: male\nage: old\nlanguages: [en]\n"
    project = tmp_path / "book"
    write(tmp_path / "library" / "alba", short.format("library"))
    write(tmp_path / "library" / "nora", short.format("library"))
    assert find_voice("alba", project=project, settings=settings).description == "library"
    write(project / "voices" / "alba", short.format("project"))
    assert find_voice("alba", project=project, settings=settings).description == "project"
    assert find_voice("alba", project=None, settings=Settings(jobs=1)).sex is Sex.FEMALE
    voices, problems = list_voices(project=project, settings=settings)
    assert not problems
    descriptions = {voice.name: voice.description for voice in voices}
    assert descriptions["alba"] == "project"
    assert descriptions["nora"] == "library"
    assert "mara" in descriptions
    assert [voice.name for voice in voices] == sorted(descriptions)


def test_an_unknown_voice_gets_the_nearest(settings: Settings) -> None:
    with pytest.raises(ProjectError) as raised:
        find_voice("abla", project=None, settings=settings)
    (problem,) = raised.value.problems
    assert problem.code == "unknown-voice"
    assert "'abla'" in problem.message
    assert "did you mean 'alba'?" in (problem.hint or "")


@pytest.mark.parametrize("name", ["../alba", "/etc", "", ".", "alba/../alba", "alba/"])
def test_a_name_is_never_a_path(settings: Settings, name: str) -> None:
    with pytest.raises(ProjectError):
        find_voice(name, project=None, settings=settings)


def test_a_broken_voice_does_not_hide_the_others(tmp_path: Path, settings: Settings) -> None:
    write(tmp_path / "library" / "broken", "sex: [")
    voices, problems = list_voices(project=None, settings=settings)
    assert {"alba", "mara"} <= {voice.name for voice in voices}
    assert problems
    assert all(problem.place and "broken" in problem.place.file for problem in problems)


def test_a_folder_without_voices_is_passed_over(tmp_path: Path) -> None:
    settings = Settings(jobs=1, voice_folders=(tmp_path / "nowhere",))
    assert list_voices(project=tmp_path, settings=settings)[0]


def test_what_ships_is_there() -> None:
    assert (shipped_voices() / "alba" / "voice.yaml").is_file()
