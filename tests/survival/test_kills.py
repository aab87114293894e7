"""Killed from outside, in part or in whole, at any moment: the next run goes on where the last one was."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import pytest

from fullcast.files.store import Store

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes under /proc")

Fullcast = Callable[..., Any]

LONG = "\n\n".join(
    f"This is lamp {number}, which was lit at dusk and went out at dawn." for number in range(60)
)
PATIENCE = 120.0
"""Seconds after which a test gives up waiting for something to happen."""


def wait_for(happened: Callable[[], Any]) -> Any:
    """Wait until something is true; return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := happened():
            return found
        time.sleep(0.005)
    raise AssertionError("it never happened")


@contextmanager
def running(project: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a render in a group of processes of its own; nothing of it outlives the block."""
    child = subprocess.Popen(
        [sys.executable, "-m", "fullcast", "render", str(project), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield child
    finally:
        for process in (child.pid, *descendants(child.pid)):
            kill(process)
        child.communicate()


def kill(process: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def descendants(parent: int) -> list[int]:
    """Return the processes that descend from one, by what /proc says now."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(status.rpartition(")")[2].split()[1])
    found = [process for process, above in parents.items() if above == parent]
    return [*found, *(deep for process in found for deep in descendants(process))]


def named(parent: int, word: str) -> list[int]:
    """Return the descendants of a process whose command line holds a word."""
    found = []
    for process in descendants(parent):
        try:
            command = Path(f"/proc/{process}/cmdline").read_bytes().decode()
        except OSError:
            continue
        if word in command:
            found.append(process)
    return found


def lines_of(project: Path) -> int:
    journal = project / ".fullcast" / "takes" / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def sound_takes(project: Path) -> set[str]:
    """Return the keys of the takes in the store; every one is read and compared with its hash."""
    store = Store(project / ".fullcast" / "takes")
    return {key for key in store.ready() if store.read(key)}


def seconds_of(file: Path) -> float:
    with av.open(str(file)) as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def test_a_killed_speaking_process_costs_nothing(make_project: Any, plan: Any) -> None:
    project = make_project(LONG)
    with running(project, "--engine", "espeak", "--jobs", "1") as child:
        wait_for(lambda: lines_of(project) > 3)
        for speaking in wait_for(lambda: named(child.pid, "espeak/child.py")):
            kill(speaking)
        out, err = child.communicate(timeout=PATIENCE)
    assert (child.returncode, "Traceback" in err) == (0, False), out + err
    assert plan(project, "--engine", "espeak")["missing"] == 0


def test_a_killed_mixing_process_ends_the_run_and_keeps_the_takes(
    make_project: Any, fullcast: Fullcast, plan: Any
) -> None:
    project = make_project(LONG * 2)
    with running(project, "--jobs", "1") as child:
        wait_for(lambda: list(project.rglob(".*.part")) and list((project / ".fullcast").glob("encoded/.*")))
        for mixing in wait_for(lambda: named(child.pid, "multiprocessing.spawn")):
            kill(mixing)
        _, err = child.communicate(timeout=PATIENCE)
    assert (child.returncode, "a worker process that mixes and encodes died" in err) == (5, True), err
    assert "Traceback" not in err
    assert plan(project)["missing"] == 0
    again = fullcast("render", project, "--json")
    assert (again.code, json.loads(again.out)["recorded"]) == (0, 0)


def test_nobody_outlives_a_killed_run(make_project: Any) -> None:
    project = make_project(LONG * 2)
    with running(project, "--engine", "espeak", "--jobs", "2") as child:
        wait_for(lambda: lines_of(project) > 3 and named(child.pid, "multiprocessing.spawn"))
        left = descendants(child.pid)
        assert len(left) >= 2
        kill(child.pid)
        wait_for(lambda: not any(alive(process) for process in left))


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_told_to_end_ends_in_order(
    number: signal.Signals, make_project: Any, fullcast: Fullcast
) -> None:
    project = make_project(LONG)
    with running(project, "--engine", "espeak", "--jobs", "1") as child:
        wait_for(lambda: lines_of(project) > 3)
        left = descendants(child.pid)
        os.killpg(child.pid, number)
        _, err = child.communicate(timeout=PATIENCE)
        wait_for(lambda: not any(alive(process) for process in left))
    assert (child.returncode, "interrupted" in err, "Traceback" in err) == (130, True, False), err
    kept = sound_takes(project)
    assert len(kept) > 3
    again = fullcast("render", project, "--engine", "espeak", "--json")
    assert (again.code, json.loads(again.out)["recorded"]) == (0, 61 - len(kept))


@pytest.mark.slow
def test_a_run_killed_at_any_moment_goes_on(make_project: Any, fullcast: Fullcast) -> None:
    short = LONG[: len(LONG) // 2]
    project = make_project(
        short, short.replace("lamp", "boat"), more="deliveries: [m4b, {preset: chapters, codec: mp3}]\n"
    )
    dice = random.Random(7)
    kept: set[str] = set()
    for _ in range(8):
        with running(project, "--jobs", "1") as child:
            time.sleep(dice.uniform(0.2, 1.5))
            os.killpg(child.pid, signal.SIGKILL)
        now = sound_takes(project)
        assert kept <= now
        kept = now
    last = fullcast("render", project, "--json")
    assert last.code == 0, last.err
    total = json.loads(fullcast("plan", project, "--json").out)["takes"]["total"]
    assert json.loads(last.out)["recorded"] == total - len(kept)
    _check_whole(project, fullcast)


def _check_whole(project: Path, fullcast: Fullcast) -> None:
    """Compare what was delivered with what the reports say, and look for what was left lying about."""
    for report in project.glob("output/*/report.json"):
        for facts in json.loads(report.read_text(encoding="utf-8"))["files"]:
            assert abs(seconds_of(report.with_name(facts["file"])) - facts["duration"]) < 0.1
    assert fullcast("cache", "verify", project).code == 0
    assert fullcast("cache", "prune", project).code == 0
    takes, sounds = (Store(project / ".fullcast" / name) for name in ("takes", "sounds"))
    known = {store.file_of(key) for store in (takes, sounds) for key in store.entries()}
    assert set(project.rglob("*.wav")) == known
    assert not list(project.rglob(".*.part"))
    left = [
        project / "output" / "m4b" / ".Small.m4b.7.part",
        project / ".fullcast" / "encoded" / ".a.m4a.7.part",
    ]
    for file in left:
        file.write_bytes(bytes(1000))
    (project / "output" / "m4b" / "Small.m4b").unlink()
    assert fullcast("render", project).code == 0
    assert not any(file.exists() for file in left)
    assert fullcast("render", project).code == 0
