"""However a run is stopped, it ends clean: one line, exit code 130, nobody left, and the next run goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fullcast.cli.stopping import stoppable

Fullcast = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[str]"]

INTERRUPTED = "interrupted: what was finished is kept; run the same command again to go on\n"
EVENINGS = 600
PATIENCE = 120.0
"""Seconds after which a test gives up: far more than a loaded machine needs."""


@pytest.fixture
def long_book(book: Path) -> Path:
    """A book that keeps two processes of espeak busy for some seconds."""
    project = book / "project.yaml"
    project.write_text(project.read_text().replace("speech: {engine: tone}", "speech: {engine: espeak}"))
    paragraphs = (
        f"On evening {number} the lamp was lit, and the boats came home." for number in range(EVENINGS)
    )
    (book / "dusk.md").write_text("\n\n".join(paragraphs))
    return book


def started(process: subprocess.Popen[str], takes: int) -> None:
    """Read a run's events until some takes are recorded."""
    assert process.stderr is not None
    for line in process.stderr:
        event = json.loads(line)
        if event["event"] == "take-recorded" and event["done"] >= takes:
            return
    raise AssertionError(f"ended with {process.wait()} before {takes} takes were recorded")


def members(session: int) -> set[int]:
    """Return the processes of a session that still run."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            state, _, _, own = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.add(int(folder.name))
    return found


def everyone_ends(session: int) -> bool:
    """Wait until no process of a session runs any more."""
    deadline = time.monotonic() + PATIENCE
    while members(session) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not members(session)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc to see who is left")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_render_ends_clean_and_the_next_goes_on(
    number: signal.Signals, long_book: Path, start: Start, fullcast: Fullcast
) -> None:
    process = start("render", long_book, "--json", "--jobs", "2")
    started(process, 20)
    helpers = members(process.pid) - {process.pid}
    # As a terminal does for Ctrl-C: to everyone in the session's foreground.
    (os.killpg if number is signal.SIGINT else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert json.loads(out) == {
        "ok": False,
        "error": "interrupted",
        "hint": "what was finished is kept; run the same command again to go on",
        "exit_code": 130,
    }
    assert all(json.loads(line)["event"] for line in err.splitlines())
    assert helpers
    assert everyone_ends(process.pid)
    takes = json.loads(fullcast("plan", long_book, "--json").out)["takes"]
    assert 20 <= takes["ready"] < takes["total"]
    log = (long_book / ".fullcast" / "logs" / "fullcast.log").read_text()
    assert log.endswith("WARNING interrupted\n")


def test_a_second_run_records_only_what_is_missing(long_book: Path, start: Start, fullcast: Fullcast) -> None:
    process = start("render", long_book, "--json")
    started(process, 5)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    (long_book / "dusk.md").write_text("On evening 0 the lamp was lit, and the boats came home.\n")
    missing = json.loads(fullcast("plan", long_book, "--json").out)["takes"]["missing"]
    report = json.loads(fullcast("render", long_book, "--json").out)
    assert report["recorded"] == missing
    assert report["findings"] == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc to see who is left")
def test_a_killed_render_leaves_nobody_behind(long_book: Path, start: Start) -> None:
    process = start("render", long_book, "--json", "--jobs", "2")
    started(process, 20)
    process.kill()
    process.wait()
    assert everyone_ends(process.pid)


def test_people_are_told_in_one_line(long_book: Path, start: Start) -> None:
    process = start("render", long_book, "--verbose")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("take 5/"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (130, "")
    assert err.endswith(INTERRUPTED)
    assert "Traceback" not in err


def test_a_reader_that_goes_away_does_not_stop_a_render(book: Path, start: Start, fullcast: Fullcast) -> None:
    process = start("render", book, "--verbose")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stderr.close()
    assert process.wait(timeout=PATIENCE) == 0
    assert json.loads(fullcast("status", book, "--json").out)["takes"]["missing"] == 0


@pytest.mark.parametrize("words", [["--help"], ["voices", "list"], ["schema"]])
def test_a_reader_that_has_read_enough_is_no_error(words: list[str], start: Start) -> None:
    process = start(*words)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=PATIENCE) == 0


def test_later_signals_do_not_cut_off_the_end() -> None:
    ended = []

    def be_stopped() -> None:
        with stoppable():
            try:
                signal.raise_signal(signal.SIGTERM)
            finally:
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGHUP)
                ended.append("in order")

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        be_stopped()
    assert ended == ["in order"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
