"""Processes that work for this one: signals are for the parent alone, and no child outlives it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that ask a process to end."""


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Start processes inside the block: they never see Ctrl-C, and this one hears of its end when it is done.

    A terminal sends Ctrl-C to every process, also to one that is still importing and would print a traceback;
    it is for the parent, which ends its children in order. A parent that stopped while it starts one would
    leave it complaining that it was never told what to do. Blocking signals is not enough for that: another
    thread of the parent may take them, and Python runs the handler in the main thread all the same.
    """
    with _endings_deferred():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _endings_deferred() -> Iterator[None]:
    """Keep signals that ask this process to end until the block is left, and raise them again then."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signal handlers run in the main thread only
        return
    heard: list[int] = []
    before = {number: signal.getsignal(number) for number in ENDINGS}
    ours = [number for number in ENDINGS if before[number] not in {signal.SIG_IGN, None}]
    for number in ours:
        signal.signal(number, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
        for caught in dict.fromkeys(heard):
            signal.raise_signal(caught)


def environment_for_others() -> dict[str, str]:
    """Return the environment for programs that are not ours: without our settings, keys among them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FULLCAST_")}


def end_now(pool: ProcessPoolExecutor) -> None:
    """End a pool without waiting for what its processes are at."""
    processes = list((pool._processes or {}).values())  # noqa: SLF001 - the standard library offers it from 3.14 on
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


def end_with_parent() -> None:
    """End this process when its parent is gone, killed perhaps: nobody would take in what it makes."""
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
