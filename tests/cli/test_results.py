"""Results: on stdout for people, as one document for programs; talk on stderr."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fullcast.cli.app import run

Fullcast = Callable[..., Any]


@pytest.fixture(scope="session")
def once_rendered(tmp_path_factory: pytest.TempPathFactory, new_book: Callable[[Path], Path]) -> Path:
    folder = new_book(tmp_path_factory.mktemp("rendered") / "lamp")
    assert run(["render", str(folder), "--quiet", "--jobs", "1"]) == 0
    return folder


@pytest.fixture
def rendered(once_rendered: Path, tmp_path: Path) -> Path:
    """A copy of a project that was rendered; its state goes with it."""
    return Path(shutil.copytree(once_rendered, tmp_path / "lamp"))


def test_plan_counts_what_there_is_to_do(book: Path, fullcast: Fullcast) -> None:
    said = fullcast("plan", book, "--json")
    plan = json.loads(said.out)
    assert said.code == 0
    takes = plan["takes"]
    assert takes["ready"] == 0 < takes["total"] == takes["missing"]
    assert plan["sounds"]["missing"] == 1
    assert [chapter["title"] for chapter in plan["chapters"]] == ["Dusk", "Dawn"]
    assert plan["speech_seconds"] > 0
    assert not (book / ".fullcast").exists()


def test_render_tells_programs_what_it_did(book: Path, fullcast: Fullcast) -> None:
    planned = json.loads(fullcast("plan", book, "--json").out)["takes"]["missing"]
    said = fullcast("render", book, "--json")
    report = json.loads(said.out)
    events = [json.loads(line) for line in said.err.splitlines()]
    kinds = [event["event"] for event in events]
    assert said.code == 0
    assert report["recorded"] == planned == kinds.count("take-recorded")
    assert report["unchanged"] is False
    assert kinds.count("chapter-encoded") == 2
    assert kinds[-1] == "delivered"
    files = [
        Path(delivery["folder"], name) for delivery in report["deliveries"] for name in delivery["files"]
    ]
    assert len(files) == 2
    assert all(file.is_file() for file in files)
    assert report["deliveries"][0]["size"] == sum(file.stat().st_size for file in files)
    again = json.loads(fullcast("render", book, "--json").out)
    assert (again["unchanged"], again["recorded"], again["deliveries"]) == (True, 0, report["deliveries"])


def test_render_tells_people_what_it_did(book: Path, fullcast: Fullcast) -> None:
    said = fullcast("render", book)
    assert f"{book}/output/chapters: 2 files, 0:" in said.out
    assert "  01 - Dusk.flac\n  02 - Dawn.flac\n" in said.out
    assert "The Lamp: 2 chapters, " in said.err
    assert "chapter 1 “Dusk” flac 0:" in said.err
    assert fullcast("render", book).out.startswith("nothing changed: every delivery is up to date\n")


def test_the_quiet_hear_nothing_when_all_is_well(book: Path, fullcast: Fullcast) -> None:
    for words in (["render"], ["render"], ["check"], ["export"], ["cache", "verify"], ["cache", "prune"]):
        said = fullcast(*words, book, "--quiet")
        assert (said.code, said.out, said.err) == (0, "", "")


def test_verbose_lists_each_take(book: Path, fullcast: Fullcast) -> None:
    said = fullcast("render", book, "--verbose")
    assert "take 1/" in said.err
    assert "sound 1/1 wind" in said.err


def test_one_engine_for_every_command(book: Path, fullcast: Fullcast) -> None:
    project = book / "project.yaml"
    project.write_text(project.read_text().replace("speech: {engine: tone}", "speech: {engine: espeak}"))
    commands = ["plan", "render", "mix", "export", "status"]
    reports = [json.loads(fullcast(name, book, "--engine", "tone", "--json").out) for name in commands]
    plan, _, _, export, status = reports
    assert plan["engine"] == status["engine"] == "tone"
    assert status["takes"]["ready"] == plan["takes"]["total"]
    assert export["recorded"] == 0
    assert json.loads(fullcast("plan", book, "--json").out)["takes"]["ready"] == 0


def test_every_voice_works_on_tone(fullcast: Fullcast, tmp_path: Path) -> None:
    voices = [voice["name"] for voice in json.loads(fullcast("voices", "list", "--json").out)]
    assert len(voices) >= 8
    said = fullcast("voices", "audition", *voices, "--engine", "tone", "-o", tmp_path / "all.wav", "--json")
    report = json.loads(said.out)
    assert report["voices"] == voices
    assert report["seconds"] > len(voices)


def test_status_shows_how_far_a_book_is(rendered: Path, fullcast: Fullcast) -> None:
    said = fullcast("status", rendered)
    assert "up to date" in said.out
    (rendered / "dawn.md").write_text("Something else happened.\n")
    said = fullcast("status", rendered)
    assert "made before the last change" in said.out
    status = json.loads(fullcast("status", rendered, "--json").out)
    assert status["fresh"] is False
    assert status["takes"]["missing"] == 1


def test_a_project_is_named_by_folder_by_file_or_not_at_all(
    rendered: Path, fullcast: Fullcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fullcast("status", rendered).out
    monkeypatch.chdir(rendered)
    calls: list[list[object]] = [[], ["."], [rendered / "project.yaml"], ["project.yaml"], ["../lamp/"]]
    assert {fullcast("status", *words).out for words in calls} == {expected}


def test_why_says_why(rendered: Path, fullcast: Fullcast) -> None:
    assert json.loads(fullcast("plan", rendered, "--why", "--json").out)["why"] == []
    (rendered / "dawn.md").write_text("In the morning the boat was back.\n")
    why = json.loads(fullcast("plan", rendered, "--why", "--json").out)["why"]
    takes = [reason for reason in why if reason["kind"] == "take"]
    assert [(reason["chapter"], reason["text"]) for reason in takes] == [
        (2, "In the morning the boat was back.")
    ]
    assert all(reason["reason"] for reason in why)
    assert (
        "chapter 2: take Narrator: “In the morning the boat was back.”"
        in fullcast("plan", rendered, "--why").out
    )


def test_only_some_chapters_are_made(book: Path, fullcast: Fullcast) -> None:
    said = fullcast("render", book, "--chapter", "2", "--json")
    report = json.loads(said.out)
    assert report["deliveries"][0]["files"] == ["02 - Dawn.flac"]
    assert report["encoded"] == 1
    assert json.loads(fullcast("status", book, "--json").out)["chapters"][1]["takes"]["missing"] == 0


def test_new_makes_a_project_that_checks(
    fullcast: Fullcast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = fullcast("new", "my book")
    assert said.out.endswith("next: fullcast render 'my book'\n")
    assert fullcast("check", "my book").code == 0
    document = json.loads(fullcast("new", "other", "--json").out)
    assert document["folder"] == "other"
    assert [chapter["words"] > 10 for chapter in document["chapters"]] == [True]
    assert fullcast("new", "other").code == 2


def test_schema_is_a_schema(fullcast: Fullcast) -> None:
    for what in ([], ["project"], ["voice"]):
        document = json.loads(fullcast("schema", *what).out)
        assert document["$schema"].startswith("https://json-schema.org/")
        assert "properties" in document


def test_voices_are_shown(book: Path, fullcast: Fullcast) -> None:
    own = book / "voices" / "gull"
    own.mkdir(parents=True)
    shipped = Path(json.loads(fullcast("voices", "show", "alba", "--json").out)["file"])
    (own / "voice.yaml").write_text(shipped.read_text())
    broken = book / "voices" / "crow"
    broken.mkdir()
    (broken / "voice.yaml").write_text("fullcast: 1\ndescription: [\n")
    said = fullcast("voices", "list", "--project", book / "project.yaml")
    assert said.code == 0
    assert "\ngull " in said.out
    assert "crow" in said.err
    assert json.loads(fullcast("voices", "show", "gull", "-p", book, "--json").out)["name"] == "gull"
    shown = fullcast("voices", "show", "gull", "-p", book).out
    assert "with espeak  " in shown
    assert fullcast("voices", "show", "crow", "-p", book).code == 3


def test_the_cache_is_measured_and_pruned(rendered: Path, fullcast: Fullcast) -> None:
    before = json.loads(fullcast("cache", "show", rendered, "--json").out)
    assert before["takes"]["files"] >= 4
    assert fullcast("cache", "show", rendered).out.startswith("         files")
    (rendered / "dawn.md").write_text("In the morning the boat was back.\n")
    planned = json.loads(fullcast("cache", "prune", rendered, "--dry-run", "--json").out)
    assert planned["removed"] is False
    assert json.loads(fullcast("cache", "show", rendered, "--json").out) == before
    removed = json.loads(fullcast("cache", "prune", rendered, "--json").out)
    assert removed == {**planned, "removed": True}
    assert removed["files"] >= 1
    assert fullcast("cache", "prune", rendered).out == "0 files, 0 B removed\n"
