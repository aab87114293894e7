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


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let processes that are started inside the block never see Ctrl-C.

    A terminal sends it to every process, also to one that is still importing and would print a traceback; it
    is for the parent, which ends its children in order. The parent hears it as soon as the block ends.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
