"""A language model that labels quotations: it may answer well, badly, or not at all; the words stay."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fullcast.errors import EngineError, SetupError
from fullcast.files.learned import read_weights
from fullcast.files.lockfile import Given, Lock, read_lock, write_lock
from fullcast.model import Budget, LanguageModel, Secret, Settings
from fullcast.production.labelling import FILE, label_text
from fullcast.production.preparing import Choices, prepare
from fullcast.production.reviewing import SURE, ask_about_doubts, look_at_cast
from fullcast.text.novel.reading import read_novel

TALK = """\
The lamp was lit. Mara and Old Tom and Pip sat on the wall above the harbour, with the wind behind them.

“It will rain,” said Mara.

“So it will,” said Old Tom.

“Who says so?” asked Pip.

The three of them were silent for a while. A boat came in.

“That is ours.”

“It is not.”

“Then whose is it?”

“Nobody knows,” somebody answered, “and nobody asks.”
"""

Write = Callable[[dict[str, Any]], str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "wall"
    folder.mkdir()
    (folder / "one.md").write_text(TALK, encoding="utf-8")
    (folder / "project.yaml").write_text(
        "fullcast: 1\nbook: {title: The Wall}\nspeech: {engine: tone}\n"
        "cast: {Narrator: alba, Mara: mara, Old Tom: tom, Pip: pip}\n"
        "chapters: [{title: One, text: one.md}]\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def machine(machine: Settings, model_server: Any, tmp_path: Path) -> Settings:
    model = LanguageModel(url=model_server.url, model="small", key=Secret("sk-1234"))
    return replace(machine, language_model=model, cache_folder=tmp_path / "cache")


def everybody(name: str) -> Write:
    """Return a model that gives everything it is asked about to one character."""

    def answer(request: dict[str, Any]) -> str:
        content = request["messages"][1]["content"]
        number = re.search(rf"^(\d+)\. {name}\b", content, re.MULTILINE)
        assert number
        asked = re.search(r"Label the quotations ([\d, ]+)\.", content)
        assert asked
        return json.dumps({"labels": dict.fromkeys(asked[1].split(", "), int(number[1]))})

    return answer


def lines(project: Path, machine: Settings) -> list[tuple[str, str]]:
    plan = prepare(project, Choices(), machine).plan
    return [(line.speaker, line.text) for chapter in plan.chapters for line in chapter.script.lines]


def speakers_of(project: Path, machine: Settings, words: str) -> list[str]:
    return [speaker for speaker, text in lines(project, machine) if words in text]


def test_labels_are_kept_in_the_lock_and_used_without_asking_again(
    project: Path, machine: Settings, model_server: Any
) -> None:
    before = lines(project, machine)
    model_server.answering = everybody("Old Tom")
    table = look_at_cast(project, machine)
    assert len(table.doubts) >= 2
    found = ask_about_doubts(table, machine)
    assert found.asked == len(set(found.speakers))
    assert set(found.speakers.values()) == {"Old Tom"}
    assert {label.speaker for label in read_lock(project).labels.values()} == {"Old Tom"}
    assert {label.model for label in read_lock(project).labels.values()} == {"small"}
    count = len(model_server.requests)
    after = lines(project, machine)
    assert len(model_server.requests) == count
    assert "".join(text for _, text in after) == "".join(text for _, text in before)
    assert speakers_of(project, machine, "It will rain") == ["Mara"]
    assert speakers_of(project, machine, "That is ours") == ["Old Tom"]


def test_what_was_answered_is_not_asked_again(project: Path, machine: Settings, model_server: Any) -> None:
    model_server.answering = everybody("Pip")
    first = ask_about_doubts(look_at_cast(project, machine), machine)
    (project / "fullcast.lock").unlink()
    again = ask_about_doubts(look_at_cast(project, machine), machine)
    assert (again.speakers, again.requests, again.usage.tokens) == (first.speakers, 0, 0)
    assert again.kept == first.requests
    (project / ".fullcast" / FILE).write_text("{torn", encoding="utf-8")
    (project / "fullcast.lock").unlink()
    assert ask_about_doubts(look_at_cast(project, machine), machine).requests == first.requests


def test_asking_again_with_the_labels_in_the_lock_costs_nothing(
    project: Path, machine: Settings, model_server: Any
) -> None:
    model_server.answering = everybody("Pip")
    first = ask_about_doubts(look_at_cast(project, machine), machine)
    labels = read_lock(project).labels
    again = ask_about_doubts(look_at_cast(project, machine), machine)
    assert (again.speakers, again.requests) == (first.speakers, 0)
    assert read_lock(project).labels == labels


def test_half_a_character_in_an_answer_is_kept_too(machine: Settings, model_server: Any) -> None:
    reading = read_novel(TALK, read_weights())
    good = everybody("Pip")
    model_server.answering = lambda request: f"{good(request)} \ud800"
    after, found = label_text(TALK, reading, machine, SURE)
    assert set(found.speakers.values()) == {"Pip"}
    again, later = label_text(TALK, reading, machine, SURE)
    assert (again, later.requests) == (after, 0)


def test_what_a_person_decided_stands(project: Path, machine: Settings, model_server: Any) -> None:
    table = look_at_cast(project, machine)
    decided = {doubt.id: Given(speaker="Mara") for doubt in table.doubts}
    write_lock(project, Lock(speakers=decided))
    model_server.answering = everybody("Pip")
    found = ask_about_doubts(look_at_cast(project, machine), machine)
    assert found.asked == 0
    assert model_server.requests == []
    assert speakers_of(project, machine, "That is ours") == ["Mara"]


def test_wrong_and_missing_labels_are_asked_for_once_more(
    project: Path, machine: Settings, model_server: Any
) -> None:
    good = everybody("Pip")
    answers = ['{"labels": {"1": 99}}', "so sorry"]
    model_server.answering = lambda request: answers.pop(0) if answers else good(request)
    found = ask_about_doubts(look_at_cast(project, machine), machine)
    assert (found.requests, found.speakers) == (2, {})
    assert read_lock(project).labels == {}
    answers[:] = ['{"labels": {}}']
    (project / ".fullcast" / FILE).unlink()
    found = ask_about_doubts(look_at_cast(project, machine), machine)
    assert (found.requests, set(found.speakers.values())) == (2, {"Pip"})


@pytest.mark.parametrize("tokens", [1, 2_000, 6_000, 12_000])
def test_a_budget_is_never_overdrawn(tokens: int, machine: Settings, model_server: Any) -> None:
    text = "\n".join(
        TALK + f"The clock struck {number}. The rain went on and on.\n" * 60 for number in range(6)
    )
    reading = read_novel(text, read_weights())
    assert machine.language_model is not None
    model = replace(machine.language_model, budget=Budget(max_tokens=tokens))
    model_server.answering = everybody("Mara")
    _, found = label_text(text, reading, replace(machine, language_model=model), SURE)
    assert found.usage.tokens <= tokens
    assert found.unpaid > 0
    assert len(model_server.requests) == found.requests


@pytest.mark.parametrize("answer", ["", "{", '{"labels": 7}', '{"labels": {"1": "the text is now mine"}}'])
def test_whatever_is_answered_the_reading_of_a_text_keeps_its_quotations(
    answer: str, machine: Settings, model_server: Any
) -> None:
    reading = read_novel(TALK, read_weights())
    model_server.answering = lambda _: answer
    after, found = label_text(TALK, reading, machine, SURE)
    assert after == reading
    assert found.speakers == {}
    model_server.answering = everybody("Old Tom")
    after, _ = label_text(TALK + "\n", reading, machine, SURE)
    assert [(each.start, each.end) for each in after.quotations] == [
        (each.start, each.end) for each in reading.quotations
    ]
    assert {person.name for person in after.people} == {person.name for person in reading.people}
    assert sum(person.lines for person in after.people) == len(after.quotations)


def test_a_model_that_never_answers_changes_nothing(
    project: Path, machine: Settings, model_server: Any, reply: Any
) -> None:
    before = lines(project, machine)
    model_server.answering = lambda _: reply(status=401)
    with pytest.raises(SetupError, match="refuses the key"):
        ask_about_doubts(look_at_cast(project, machine), machine)
    model_server.answering = lambda _: reply(b"<html>")
    with pytest.raises(EngineError, match="gave no answer"):
        ask_about_doubts(look_at_cast(project, machine), machine)
    with pytest.raises(SetupError, match="no language model is set"):
        ask_about_doubts(look_at_cast(project, machine), replace(machine, language_model=None))
    assert lines(project, machine) == before
    assert not (project / "fullcast.lock").exists()


def test_the_key_is_written_nowhere(project: Path, machine: Settings, model_server: Any) -> None:
    model_server.answering = everybody("Pip")
    ask_about_doubts(look_at_cast(project, machine), machine)
    assert model_server.keys[0] == "Bearer sk-1234"
    assert "sk-1234" not in repr(machine)
    for file in project.parent.rglob("*"):
        assert not file.is_file() or b"sk-1234" not in file.read_bytes()
