"""Starting processes: a signal that comes in between waits until they are started."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from fullcast.engines.processes import interrupts_held


@pytest.fixture(autouse=True)
def other_thread() -> Iterator[None]:
    """Run a thread that takes whatever signals the main thread has blocked, as a busy program has some."""
    over = threading.Event()
    threading.Thread(target=over.wait, daemon=True).start()
    yield
    over.set()


def start(number: signal.Signals, steps: list[str]) -> None:
    with interrupts_held():
        os.kill(os.getpid(), number)
        time.sleep(0.05)
        steps.append("started")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_ending_that_comes_in_between_is_heard_behind_the_block(number: signal.Signals) -> None:
    steps: list[str] = []

    def stop(*_: object) -> None:
        steps.append("stopped")
        raise KeyboardInterrupt

    before = signal.signal(number, stop)
    try:
        with pytest.raises(KeyboardInterrupt):
            start(number, steps)
    finally:
        assert signal.signal(number, before) is stop
    assert steps == ["started", "stopped"]


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupts_held():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_may_start_processes_too() -> None:
    done: list[bool] = []

    def start_another() -> None:
        with interrupts_held():
            done.append(True)

    thread = threading.Thread(target=start_another)
    thread.start()
    thread.join()
    assert done == [True]
