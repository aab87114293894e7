"""Runs that are remembered: nothing that was changed meanwhile is ever taken for done."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fullcast.audio.signal import Audio
from fullcast.errors import AudioError, StoreError
from fullcast.files.lockfile import read_lock
from fullcast.files.sounds import encode_take
from fullcast.model import Settings
from fullcast.production.events import Event, RunStarted, TakeRecorded
from fullcast.production.preparing import Choices
from fullcast.production.remembering import Report, remembered, run_and_remember

Run = Callable[..., Report]


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def run_while(
    folder: Path, machine: Settings, act: Callable[[], object], after: type[Event] = RunStarted
) -> None:
    """Render, and do something as soon as the run has begun, or come to some point."""
    due = [act]

    def emit(event: Event) -> None:
        if isinstance(event, after) and due:
            due.pop()()

    run_and_remember(folder, "render", (Choices(), machine), emit)


def unchanged(folder: Path, machine: Settings) -> bool:
    return remembered(folder, "render", Choices(), machine) is not None


def test_a_chapter_that_is_edited_during_a_run_is_not_taken_for_rendered(
    rendered: Path, machine: Settings
) -> None:
    chapter = rendered / "chapters" / "02-dawn.md"
    run_while(rendered, machine, lambda: edit(chapter, "In the morning", "At sunrise"))
    assert not unchanged(rendered, machine)
    run_while(rendered, machine, lambda: None)
    assert unchanged(rendered, machine)


def test_what_is_decided_by_hand_during_a_run_stays_decided(project: Path, machine: Settings) -> None:
    lock = project / "fullcast.lock"
    run_while(project, machine, lambda: lock.write_bytes(b"lock: 1\nretakes: {ab: 1}\n"))
    assert read_lock(project).retakes == {"ab": 1}
    assert read_lock(project).levels
    assert not unchanged(project, machine)
    run_while(project, machine, lambda: None)
    assert unchanged(project, machine)


def test_a_prompt_that_becomes_the_name_of_a_file_is_noticed(
    rendered: Path, run: Run, machine: Settings
) -> None:
    run(rendered)
    take = next((rendered / ".fullcast" / "takes").glob("*/*.wav"))
    (rendered / "sounds").mkdir()
    (rendered / "sounds" / "door.wav").write_bytes(take.read_bytes())
    assert not unchanged(rendered, machine)
    assert run(rendered).encoded == 2


def test_a_sound_of_the_project_that_changes_during_a_run_is_named(project: Path, machine: Settings) -> None:
    door = project / "sounds" / "door.wav"
    door.parent.mkdir()
    door.write_bytes(encode_take(Audio(samples=np.full((1, 9_000), 0.25, np.float32), rate=44_100)))
    later = encode_take(Audio(samples=np.full((1, 9_000), 0.5, np.float32), rate=44_100))
    with pytest.raises(AudioError, match=r"door\.wav was changed during the run"):
        run_while(project, machine, lambda: door.write_bytes(later), TakeRecorded)
    run_while(project, machine, lambda: None)
    assert unchanged(project, machine)


def test_a_sound_of_the_project_that_goes_during_a_run_is_named(project: Path, machine: Settings) -> None:
    door = project / "sounds" / "door.wav"
    door.parent.mkdir()
    door.write_bytes(encode_take(Audio(samples=np.full((1, 9_000), 0.25, np.float32), rate=44_100)))
    with pytest.raises(StoreError, match=r"cannot read .*door\.wav"):
        run_while(project, machine, door.unlink, TakeRecorded)


def test_a_run_keeps_who_says_what_and_a_look_writes_nothing(tmp_path: Path) -> None:
    from fullcast.files.settings import read_settings
    from fullcast.production.choices import Choices
    from fullcast.production.preparing import prepare

    project = tmp_path / "wall"
    project.mkdir()
    (project / "project.yaml").write_text(
        "fullcast: 1\nbook: {title: The Wall}\nspeech: {engine: tone}\ncast: {Narrator: alba, Mara: mara}\n"
        "chapters: [{title: One, text: one.md}]\ndeliveries: [{preset: chapters, codec: flac}]\n"
    )
    (project / "one.md").write_text("Mara sat down.\n\n“It will rain.”\n")
    settings = read_settings()
    before = prepare(project, Choices(), settings).speakers
    assert not (project / ".fullcast").exists()
    run_and_remember(project, "render", (Choices(), settings), lambda _event: None)
    kept = project / ".fullcast" / "reading.json"
    kept.write_text(json.dumps({"key": before.key, "people": [], "quotations": []}))
    assert prepare(project, Choices(), settings).speakers.reading.quotations == ()
    kept.write_text(json.dumps({"key": "another", "people": [], "quotations": []}))
    assert prepare(project, Choices(), settings).speakers == before
    kept.write_text("torn")
    assert prepare(project, Choices(), settings).speakers == before
