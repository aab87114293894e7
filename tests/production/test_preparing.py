"""From a folder to a plan: everything that is wrong is told at once, nothing is chosen in silence."""

from dataclasses import replace
from pathlib import Path

import pytest

from fullcast.errors import ProjectError, SetupError, UsageError
from fullcast.model import Settings
from fullcast.production.preparing import Choices, prepare


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_what_is_wrong_in_chapters_is_told_with_what_is_wrong_in_the_project(
    project: Path, machine: Settings
) -> None:
    edit(project / "project.yaml", "voice: mara", "voice: marra")
    edit(project / "project.yaml", "closed the door", "shut the door")
    edit(project / "chapters" / "02-dawn.md", "In the morning", "[In]{loudly=yes} the morning")
    with pytest.raises(ProjectError) as caught:
        prepare(project, Choices(), machine)
    assert {problem.code for problem in caught.value.problems} >= {"unknown-voice", "anchor-not-found"}
    assert {problem.place.file for problem in caught.value.problems if problem.place} == {
        "project.yaml",
        "chapters/02-dawn.md",
    }


def test_a_device_that_would_be_left_unused_is_refused(project: Path, machine: Settings) -> None:
    with pytest.raises(SetupError, match="the engine tone runs on the processor: it cannot use device 0"):
        prepare(project, Choices(), replace(machine, device="0"))


@pytest.mark.parametrize(("wanted", "words"), [({3}, "no chapter 3"), ({0, 9}, "no chapter 0, 9")])
def test_a_chapter_that_is_not_there_is_named(
    project: Path, machine: Settings, wanted: set[int], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        prepare(project, Choices(chapters=frozenset(wanted)), machine)


def test_what_auto_takes_is_said_with_its_reason(project: Path, machine: Settings) -> None:
    edit(project / "project.yaml", "speech: {engine: tone}", "speech: {engine: auto}")
    prepared = prepare(project, Choices(), machine)
    assert prepared.decided == ("speech engine espeak: the best speech engine that is ready here",)
    assert prepare(project, Choices(engine="tone"), machine).decided == ()


def test_a_sound_named_in_the_text_is_a_file_of_the_project(project: Path, machine: Settings) -> None:
    (project / "sounds").mkdir()
    (project / "sounds" / "gull.wav").write_bytes(b"RIFF")
    edit(project / "chapters" / "02-dawn.md", "“Then", "::effect[gull]\n\n“Then")
    (_, dawn) = prepare(project, Choices(), machine).plan.chapters
    ((placed, planned),) = dawn.sounds
    assert planned is None
    assert placed.cue.file == (project / "sounds" / "gull.wav").resolve()


def test_a_pronunciation_that_the_engine_cannot_say_is_told_before_anything_is_recorded(
    project: Path, machine: Settings
) -> None:
    (project / "lexicon.yaml").write_text("fullcast: 1\nwords: {harbour: ʁ̞ɑʘb}\n", encoding="utf-8")
    prepare(project, Choices(), machine)
    with pytest.raises(ProjectError) as caught:
        prepare(project, Choices(engine="espeak"), machine)
    (problem,) = caught.value.problems
    assert str(problem.place).startswith("chapters/01-dusk.md:1:")
    assert "is not one that espeak can say" in problem.message
    assert "lexicon.yaml" in str(problem.hint)
