"""Progress: plain lines with a heartbeat, bars, JSON lines, and the log; every figure is measured."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console as Terminal
from rich.progress import Progress, TextColumn

from fullcast.cli import runlog
from fullcast.cli.console import Console
from fullcast.cli.progress import HEARTBEAT, Bars, Lines, Speed, describe, reporting
from fullcast.errors import EngineError
from fullcast.model import Finding
from fullcast.production.events import (
    ChapterEncoded,
    Decided,
    Delivered,
    Event,
    Found,
    RunStarted,
    SoundMade,
    TakeRecorded,
    Waiting,
)

BEGUN = RunStarted(
    title="The Lamp", chapters=2, takes=9, missing_takes=4, sounds=2, missing_sounds=1, seconds=125.0
)
SOUND = SoundMade(prompt="wind", done=1, total=1)
CHAPTER = ChapterEncoded(
    number=2, title="Dawn", codec="flac", done=1, total=2, seconds=61.0, loudness=-18.02, true_peak=-2.11
)


def take(done: int, seconds: float) -> TakeRecorded:
    return TakeRecorded(chapter=1, done=done, total=4, seconds=seconds)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    def lines() -> list[str]:
        return capsys.readouterr().err.splitlines()

    return lines


def test_without_a_terminal_each_chapter_is_a_line(clock: Clock, heard: Callable[[], list[str]]) -> None:
    lines = Lines(Console(), clock)
    for event in (BEGUN, SOUND, take(1, 2.0), take(2, 5.0), CHAPTER, Waiting(doing="1 chapter being mixed")):
        lines.show(event)
    assert heard() == [
        "The Lamp: 2 chapters, 4 of 9 takes missing (about 2:05 of speech), 1 of 2 sounds missing",
        "chapter 2 “Dawn” flac 1:01, -18.0 LUFS, -2.1 dBTP",
    ]


def test_the_heart_beats_only_after_a_silence_and_says_what_was_measured(
    clock: Clock, heard: Callable[[], list[str]]
) -> None:
    lines = Lines(Console(), clock)
    lines.show(BEGUN)
    heard()
    clock.now += HEARTBEAT - 0.1
    lines.beat()
    assert heard() == []
    clock.now += 0.1
    lines.beat()
    assert heard() == ["alive: 0 of 4 takes recorded"]
    clock.now += HEARTBEAT
    lines.show(SOUND)
    lines.beat()
    assert heard() == ["alive: 1 of 1 sound made"]
    clock.now += HEARTBEAT
    lines.show(take(3, 600.0))
    lines.beat()
    lines.beat()
    assert heard() == ["alive: 3 of 4 takes recorded, 10:00, 20 x real time"]
    clock.now += HEARTBEAT
    lines.show(Waiting(doing="2 chapters being mixed and encoded"))
    lines.beat()
    assert heard() == ["alive: 2 chapters being mixed and encoded"]


def test_the_heart_beats_while_an_engine_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fullcast.cli.progress.HEARTBEAT", 0.01)
    said = ""
    with reporting(Console(), tmp_path):
        while "alive" not in said:
            said += capsys.readouterr().err
    assert said.startswith("alive: reading and planning\n")


def test_no_speed_is_told_before_it_was_measured(clock: Clock) -> None:
    speed = Speed(clock)
    assert speed.notice(BEGUN) == ""
    assert speed.notice(take(1, 3.0)) == ""  # no time passed: nothing is known
    clock.now += 2.0
    assert speed.notice(take(2, 60.0)) == "30 x real time"


@given(
    sounds=st.integers(0, 1000),
    passed=st.integers(1, 1000),
    recorded=st.integers(1, 1000),
    late=st.integers(0, 100),
)
def test_speed_counts_the_time_of_takes_alone(sounds: int, passed: int, recorded: int, late: int) -> None:
    clock = Clock()
    speed = Speed(clock)
    clock.now += sounds
    speed.notice(SOUND)
    clock.now += passed
    assert speed.notice(take(1, 20 * recorded * passed)) == f"{20 * recorded} x real time"
    clock.now += late
    speed.notice(CHAPTER)  # does not start the clock anew
    assert speed.notice(take(2, 0.5 * (passed + late))) == "0.5 x real time"


def test_bars_show_what_was_counted_and_the_lines_stand_above_them(clock: Clock) -> None:
    screen = io.StringIO()
    progress = Progress(
        TextColumn("{task.description} {task.completed}/{task.total} {task.fields[speed]}"),
        console=Terminal(file=screen, width=120, force_terminal=True, color_system=None),
        auto_refresh=False,
    )
    bars = Bars(progress, now=clock)
    with progress:
        bars.show(BEGUN)
        clock.now += 2.0
        bars.show(take(1, 60.0))
        bars.show(CHAPTER)
        bars.show(Waiting(doing="1 chapter being mixed"))
    shown = screen.getvalue()
    assert "The Lamp: 2 chapters, " in shown
    assert "takes 1/4 30 x real time" in shown
    assert "chapters 1/2" in shown
    assert "sounds" not in shown.partition("missing\n")[2]


def test_brackets_in_a_title_are_no_markup(clock: Clock) -> None:
    screen = io.StringIO()
    progress = Progress(console=Terminal(file=screen, width=120), auto_refresh=False)
    Bars(progress, now=clock).show(Decided(message="[bold]chapter[/nothing] [red]"))
    assert "[bold]chapter[/nothing] [red]" in screen.getvalue()


def every_event() -> Iterator[Event]:
    yield from (BEGUN, SOUND, take(1, 2.0), CHAPTER, Decided(message="m"), Waiting(doing="d"))
    yield Found(finding=Finding(code="lost-take", message="gone", subject="chapter 1"))
    yield Delivered(name="m4b", folder="o", files=("a.m4b",), seconds=1.0, size=2)


@pytest.mark.parametrize("event", list(every_event()), ids=lambda event: type(event).__name__)
def test_every_event_is_one_line_or_none_and_one_json_object(
    event: Event, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for verbose in (True, False):
        assert "\n" not in (describe(event, verbose=verbose) or "")
    with reporting(Console(json=True), tmp_path) as tell:
        tell(event)
    out, err = capsys.readouterr()
    assert out == ""
    document = json.loads(err)
    assert document == json.loads(json.dumps(event.to_json(), default=str))


def test_nothing_to_record_is_said_in_words() -> None:
    line = describe(
        RunStarted(title="T", chapters=1, takes=3, missing_takes=0, sounds=0, missing_sounds=0, seconds=0)
    )
    assert line == "T: 1 chapter, every take and sound is recorded"


def test_the_log_turns_over_and_keeps_five_files(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    line = Decided(message="x" * 10_000)
    with reporting(Console(quiet=True), tmp_path) as tell:
        for _ in range(700):
            tell(line)
    files = sorted(file.name for file in logs.iterdir())
    assert files == ["fullcast.log", *(f"fullcast.log.{number}" for number in range(1, 5))]
    assert all(file.stat().st_size <= runlog.LOG_BYTES for file in logs.iterdir())
    entries = [line for file in logs.iterdir() for line in file.read_text().splitlines()]
    assert all(json.loads(entry.split(" ", 2)[2])["event"] == "decided" for entry in entries)


def test_the_log_goes_on_from_run_to_run_and_ends_with_what_ended_it(tmp_path: Path) -> None:
    def fail(error: BaseException) -> None:
        with reporting(Console(quiet=True), tmp_path) as tell:
            tell(BEGUN)
            raise error

    errors = (EngineError("the engine broke"), KeyboardInterrupt(), ZeroDivisionError("a slip"))
    for error in errors:
        with pytest.raises(type(error)):
            fail(error)
    log = (tmp_path / "logs" / "fullcast.log").read_text()
    assert log.count("run-started") == 3
    assert "ERROR the engine broke\n" in log
    assert "WARNING interrupted\n" in log
    assert log.rstrip().endswith("ZeroDivisionError: a slip")


def test_takes_do_not_fill_the_log(tmp_path: Path) -> None:
    with reporting(Console(quiet=True), tmp_path) as tell:
        tell(take(1, 2.0))
    assert (tmp_path / "logs" / "fullcast.log").read_text() == ""


def test_a_log_that_cannot_be_written_any_more_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with reporting(Console(quiet=True), tmp_path) as tell:
        log = tmp_path / "logs" / "fullcast.log"
        tell(Decided(message="x" * 600_000))
        log.unlink()
        log.parent.rmdir()
        log.parent.write_text("a file stands in the way")
        tell(Decided(message="x" * 600_000))  # would turn the log over
    assert capsys.readouterr() == ("", "")


def test_the_quiet_are_told_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with reporting(Console(quiet=True), tmp_path) as tell:
        for event in every_event():
            tell(event)
    assert capsys.readouterr() == ("", "")
