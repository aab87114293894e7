"""The main job: only what a change asks for is made, and nothing that was finished is lost."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fullcast.errors import LockedError, StoreError
from fullcast.files.coded import probe
from fullcast.files.runlock import run_lock
from fullcast.model import Settings
from fullcast.production.events import ChapterEncoded, Event, RunStarted, TakeRecorded
from fullcast.production.preparing import Choices, prepare
from fullcast.production.reasons import reasons
from fullcast.production.remembering import Report
from fullcast.production.summary import Summary, open_stores, summarise

Run = Callable[..., Report]


def plan(folder: Path, machine: Settings) -> Summary:
    prepared = prepare(folder, Choices(), machine)
    return summarise(prepared, *open_stores(prepared))


def why(folder: Path, machine: Settings) -> list[str]:
    prepared = prepare(folder, Choices(), machine)
    found = reasons(prepared, *open_stores(prepared))
    return [reason.reason for reason in found if reason.kind in {"take", "sound"}]


def whys(folder: Path, machine: Settings) -> list[tuple[str, int, str]]:
    prepared = prepare(folder, Choices(), machine)
    return [(why.kind, why.chapter, why.reason) for why in reasons(prepared, *open_stores(prepared))]


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_a_render_delivers_a_book_and_its_chapters(project: Path, run: Run) -> None:
    report = run(project)
    book, chapters = report.deliveries
    assert book.files == ("The Lamp.m4b",)
    assert chapters.files == ("01 - Dusk.flac", "02 - Dawn.flac")
    assert probe(Path(book.folder) / book.files[0]).seconds == pytest.approx(book.seconds, abs=0.05)
    assert plan(project, Settings(jobs=1)).takes.missing == 0


def test_the_report_holds_what_was_measured(rendered: Path) -> None:
    report = json.loads((rendered / "output" / "m4b" / "report.json").read_text(encoding="utf-8"))
    for chapter in report["chapters"]:
        assert chapter["loudness"] == pytest.approx(-18.0, abs=0.5)
        assert chapter["true_peak"] <= -1.5
        assert chapter["noise_floor"] < -55
        assert chapter["duration"] > 3
    assert report["files"][0]["starts"][0] == 0


def test_nothing_changed_is_known_before_anything_is_read(rendered: Path, run: Run) -> None:
    run(rendered)
    report = run(rendered)
    assert report.unchanged
    assert (report.recorded, report.encoded) == (0, 0)


def test_a_project_that_moves_takes_its_state_along(rendered: Path, run: Run) -> None:
    run(rendered)
    moved = rendered.rename(rendered.with_name("moved"))
    report = run(moved)
    assert report.unchanged
    assert Path(report.deliveries[0].folder) == moved / "output" / "m4b"


def test_a_copy_is_a_project_of_its_own(rendered: Path, run: Run) -> None:
    run(rendered)
    copy = Path(shutil.copytree(rendered, rendered.with_name("copy")))
    edit(copy / "project.yaml", "level: -24", "level: -20")
    assert run(copy).encoded == 2
    assert run(rendered).unchanged


def test_a_changed_sentence_is_one_take_and_one_chapter(
    rendered: Path, run: Run, machine: Settings, events: list[Event]
) -> None:
    other = rendered / "output" / "chapters" / "02 - Dawn.flac"
    before = other.stat().st_mtime_ns
    edit(rendered / "chapters" / "01-dusk.md", "the harbour lay still", "the harbour slept")
    assert plan(rendered, machine).takes.missing == 1
    assert why(rendered, machine) == ["new text"]
    events.clear()
    report = run(rendered)
    assert report.recorded == 1
    assert {event.number for event in events if isinstance(event, ChapterEncoded)} == {1}
    assert other.stat().st_mtime_ns == before


def test_an_inserted_paragraph_is_its_own_takes_only(rendered: Path, machine: Settings) -> None:
    edit(
        rendered / "chapters" / "01-dusk.md",
        "The lamp was lit",
        "It was a cold evening in March.\n\nThe lamp was lit",
    )
    assert plan(rendered, machine).takes.missing == 1


def test_a_renamed_chapter_is_its_spoken_title(rendered: Path, run: Run, machine: Settings) -> None:
    edit(rendered / "project.yaml", "title: Dawn", "title: Daybreak")
    assert plan(rendered, machine).takes.missing == 1
    files = run(rendered).deliveries[1].files
    assert files == ("01 - Dusk.flac", "02 - Daybreak.flac")
    assert not (rendered / "output" / "chapters" / "02 - Dawn.flac").exists()


def test_a_moved_chapter_file_is_no_new_take(rendered: Path, machine: Settings) -> None:
    (rendered / "chapters" / "02-dawn.md").rename(rendered / "chapters" / "02.md")
    edit(rendered / "project.yaml", "chapters/02-dawn.md", "chapters/02.md")
    assert plan(rendered, machine).takes.missing == 0


def test_every_reason_is_given(rendered: Path, machine: Settings) -> None:
    edit(rendered / "project.yaml", "voice: mara", "voice: tom")
    assert set(why(rendered, machine)) == {"voice changed from mara to tom"}
    edit(rendered / "project.yaml", "speech: {engine: tone}", "speech: {engine: tone, pace: 1.2}")
    assert "pace changed from 1 to 1.2" in {reason.replace("1.0", "1") for reason in why(rendered, machine)}


def test_reasons_of_chapters_and_files(rendered: Path, machine: Settings) -> None:
    assert whys(rendered, machine) == []
    edit(rendered / "project.yaml", "level: -24", "level: -20")
    changed = "its takes, its sounds or their places changed"
    assert whys(rendered, machine) == [
        ("chapter", 1, changed),
        ("chapter", 1, changed),
        ("file", 0, "chapter 1 changes"),
        ("file", 0, "chapter 1 changes"),
    ]
    edit(rendered / "project.yaml", "level: -20", "level: -24")
    edit(rendered / "project.yaml", "codec: flac", "codec: flac, loudness: -20")
    master = "the loudness or the peak that is wanted changed"
    assert whys(rendered, machine) == [
        ("chapter", 1, master),
        ("chapter", 2, master),
        ("file", 0, "chapter 1, 2 changes"),
    ]


def test_a_lost_recording_is_made_again(rendered: Path, run: Run, machine: Settings) -> None:
    takes, _ = open_stores(prepare(rendered, Choices(), machine))
    key = min(takes.ready())
    takes.file_of(key).unlink()
    assert why(rendered, machine) == ["recording missing or damaged"]
    edit(rendered / "chapters" / "01-dusk.md", "lay still", "lay very still")
    assert run(rendered).recorded == 2


def test_a_damaged_recording_is_found_when_it_is_mixed_and_made_again(
    rendered: Path, run: Run, machine: Settings
) -> None:
    takes, _ = open_stores(prepare(rendered, Choices(), machine))
    for key in takes.ready():
        content = bytearray(takes.file_of(key).read_bytes())
        content[-100] ^= 0xFF
        takes.file_of(key).write_bytes(content)
    edit(rendered / "project.yaml", "level: -24", "level: -20")
    report = run(rendered)
    assert report.recorded > 1
    assert not report.findings
    assert Path(report.deliveries[0].folder, "The Lamp.m4b").exists()


def test_mix_settings_change_no_take(rendered: Path, run: Run, machine: Settings) -> None:
    edit(rendered / "project.yaml", "level: -24", "level: -20")
    assert plan(rendered, machine).takes.missing == 0
    assert run(rendered).recorded == 0


def test_ducking_is_no_new_mix_where_nothing_gives_way(rendered: Path, machine: Settings) -> None:
    edit(rendered / "project.yaml", "deliveries:", "mix: {ducking: {depth: 12}}\ndeliveries:")
    assert whys(rendered, machine)[:2] == [("chapter", 1, "the project's mix changed")] * 2
    assert ("chapter", 2, "the project's mix changed") not in whys(rendered, machine)


def test_levels_are_decided_once(rendered: Path, run: Run) -> None:
    before = (rendered / "fullcast.lock").read_text(encoding="utf-8")
    assert "levels" in before
    edit(rendered / "chapters" / "01-dusk.md", "The lamp was lit", "THE GREAT LAMP OF THE HARBOUR was lit")
    run(rendered)
    assert (rendered / "fullcast.lock").read_text(encoding="utf-8") == before


def test_one_chapter_alone_leaves_the_book_as_it_is(project: Path, run: Run) -> None:
    report = run(project, chapters=frozenset({2}))
    assert [delivery.name for delivery in report.deliveries] == ["chapters"]
    assert report.deliveries[0].files == ("02 - Dawn.flac",)


def test_export_records_nothing_and_lists_what_it_lacks(project: Path, run: Run) -> None:
    report = run(project, "export")
    assert (report.recorded, report.deliveries) == (0, ())
    assert [finding.code for finding in report.findings] == ["not-recorded", "not-recorded"]


def test_mix_writes_what_can_be_worked_on_elsewhere(rendered: Path, run: Run) -> None:
    report = run(rendered, "mix")
    (mix,) = report.deliveries
    assert mix.files == ("01 - Dusk.flac", "02 - Dawn.flac")
    assert probe(Path(mix.folder) / mix.files[0]).channels == 2


def test_two_runs_of_one_project_never_meet(project: Path, run: Run) -> None:
    with (
        run_lock(project / ".fullcast"),
        pytest.raises(LockedError, match=f"process {os.getpid()} on .* since "),
    ):
        run(project)


def test_events_tell_what_happens(project: Path, run: Run, events: list[Event]) -> None:
    run(project)
    (started,) = [event for event in events if isinstance(event, RunStarted)]
    recorded = [event for event in events if isinstance(event, TakeRecorded)]
    assert started.missing_takes == len(recorded) == recorded[-1].total
    assert [event.done for event in recorded] == list(range(1, len(recorded) + 1))
    assert all(json.dumps(event.to_json()) for event in events)


def test_encodings_are_counted_as_they_are_made(project: Path, run: Run, events: list[Event]) -> None:
    edit(project / "project.yaml", "{preset: chapters, codec: flac}", "{preset: chapters, bitrate: 64k}")
    run(project)
    encoded = [event for event in events if isinstance(event, ChapterEncoded)]
    assert [event.done for event in encoded] == [1, 2, 3, 4]
    assert {event.total for event in encoded} == {4}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_that_cannot_be_written_keeps_the_takes(project: Path, run: Run) -> None:
    (project / "output").mkdir()
    (project / "output").chmod(0o555)
    with pytest.raises(StoreError, match="permission denied"):
        run(project)


def test_an_output_in_the_way_keeps_the_takes(project: Path, run: Run, machine: Settings) -> None:
    (project / "output").write_text("somebody's notes", encoding="utf-8")
    with pytest.raises(StoreError, match="a file stands where a folder should be"):
        run(project)
    assert plan(project, machine).takes.missing == 0


def test_a_killed_run_goes_on_where_it_was(project: Path, run: Run, machine: Settings) -> None:
    long = "\n\n".join(f"Sentence number {number} of a long evening was spoken." for number in range(60))
    (project / "chapters" / "02-dawn.md").write_text(long, encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, "-m", "fullcast", "render", str(project), "--quiet"], start_new_session=True
    )
    journal = project / ".fullcast" / "takes" / "journal.jsonl"
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    ready = plan(project, machine).takes.ready
    assert ready > 0
    report = run(project)
    assert report.recorded == plan(project, machine).takes.total - ready
    assert not report.findings
