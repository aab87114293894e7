"""Retakes by list, and recordings by people: one line changes, nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fullcast.errors import ProjectError
from fullcast.files.lockfile import read_lock
from fullcast.files.store import Store
from fullcast.model import Settings
from fullcast.production.preparing import Choices, prepare
from fullcast.production.remembering import Report
from fullcast.production.retakes import ask_for_retakes, read_retakes

Run = Callable[..., Report]


def ids(project: Path) -> list[str]:
    prepared = prepare(project, Choices(), Settings(jobs=1))
    return [line.id for chapter in prepared.plan.chapters for line in chapter.script.lines]


def keys(project: Path) -> set[str]:
    prepared = prepare(project, Choices(), Settings(jobs=1))
    return {take.key for chapter in prepared.plan.chapters for take in chapter.takes}


def ask(project: Path, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    file = project / "list.txt"
    file.write_text(text, encoding="utf-8")
    asked = ask_for_retakes(project, file, Choices(), Settings(jobs=1))
    return asked.anew, asked.done


def test_one_line_is_recorded_anew_and_only_that(rendered: Path, run: Run) -> None:
    line, before = ids(rendered)[2], keys(rendered)
    assert ask(rendered, f"# fullcast retakes: The Lamp\n{line} 0 | too fast\n") == ((line,), ())
    assert read_lock(rendered).retakes == {line: 1}
    report = run(rendered)
    assert report.recorded == 1
    assert len(keys(rendered) - before) == 1


def test_the_same_list_twice_asks_once(rendered: Path, run: Run) -> None:
    line = ids(rendered)[0]
    assert ask(rendered, f"{line} 0 |\n") == ((line,), ())
    assert ask(rendered, f"{line} 0 |\n") == ((), (line,))
    run(rendered)
    assert ask(rendered, f"{line} 1 | still wrong\n{line} 1\n") == ((line,), ())
    assert read_lock(rendered).retakes == {line: 2}
    assert ask(rendered, f"{line}\n") == ((line,), ())
    assert read_lock(rendered).retakes == {line: 3}


def test_a_list_with_a_line_of_another_book_changes_nothing(rendered: Path) -> None:
    line = ids(rendered)[0]
    with pytest.raises(ProjectError) as caught:
        ask(rendered, f"{line} 0 | fine\n0123456789ab 0 | whose?\n")
    (problem,) = caught.value.problems
    assert problem.code == "unknown-line"
    assert problem.place is not None
    assert problem.place.line == 2
    assert read_lock(rendered).retakes == {}


def test_a_list_that_cannot_be_read_is_told_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("\n# a comment\nthe third line\n0123456789ab x\n0123456789ab 2 | well | then\n")
    with pytest.raises(ProjectError) as caught:
        read_retakes(file)
    assert [problem.place.line for problem in caught.value.problems if problem.place] == [3, 4]
    file.write_text("\ufeff0123456789ab 2 | well | then\n", encoding="utf-8")
    (retake,) = read_retakes(file)
    assert (retake.line, retake.at, retake.note) == ("0123456789ab", 2, "well | then")


def speak(file: Path, seconds: float, level: float, rate: int = 48_000) -> None:
    time = np.arange(round(seconds * rate)) / rate
    voice = level * np.sin(2 * np.pi * 220 * time) * np.clip(np.sin(2 * np.pi * 3 * time), 0, None)
    padded = np.concatenate([np.zeros(rate // 2), voice, np.zeros(rate)])
    file.parent.mkdir(exist_ok=True)
    soundfile.write(file, np.stack([padded, padded], axis=1), rate)


@pytest.mark.parametrize("level", [0.02, 0.5])
def test_a_person_s_recording_is_used_at_the_level_of_the_others(
    rendered: Path, run: Run, level: float
) -> None:
    line, before = ids(rendered)[2], keys(rendered)
    speak(rendered / "retakes" / f"{line}.wav", 4.0, level)
    report = run(rendered)
    assert report.recorded == 1
    assert report.findings == ()
    (new,) = keys(rendered) - before
    entry = Store(rendered / ".fullcast" / "takes").entries()[new]
    assert (entry.ends - entry.begins) / entry.rate == pytest.approx(4.0, abs=0.3)
    told = json.loads((rendered / "output" / "chapters" / "report.json").read_bytes())
    assert told["provenance"]["narration"] == "synthetic and human"
    assert all(abs(chapter["loudness"] + 18.0) < 0.3 for chapter in told["chapters"])
    (rendered / "retakes" / f"{line}.wav").unlink()
    assert run(rendered).recorded == 0


def test_recordings_that_belong_to_no_line_are_a_warning_and_two_of_one_line_an_error(rendered: Path) -> None:
    line = ids(rendered)[0]
    for name in (f"{line}.wav", "0123456789ab.flac", "best take.wav", "notes.txt"):
        speak(rendered / "retakes" / name, 1.0, 0.2) if name.endswith(("wav", "flac")) else None
    warnings = prepare(rendered, Choices(), Settings(jobs=1)).warnings
    assert [(item.code, item.place.file) for item in warnings if item.place] == [
        ("stray-recording", "retakes/0123456789ab.flac"),
        ("stray-recording", "retakes/best take.wav"),
    ]
    speak(rendered / "retakes" / f"{line}.flac", 1.0, 0.2)
    with pytest.raises(ProjectError) as caught:
        prepare(rendered, Choices(), Settings(jobs=1))
    assert "two-recordings" in [problem.code for problem in caught.value.problems]


def test_a_recording_in_which_nobody_speaks_is_lost_and_told(rendered: Path, run: Run) -> None:
    line = ids(rendered)[2]
    speak(rendered / "retakes" / f"{line}.wav", 2.0, 0.0)
    report = run(rendered)
    assert [finding.code for finding in report.findings] == ["lost-take"]
    assert "nobody speaks" in report.findings[0].message
