"""Chapters on their way through the worker processes while later ones are still being recorded."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any, ParamSpec, TypeVar

from fullcast.engines.processes import end_now, interrupts_held
from fullcast.errors import EngineError
from fullcast.production.workshop import ChapterJob, Encoded, begin_work, produce_chapter

_P = ParamSpec("_P")
_T = TypeVar("_T")

HEARTBEAT = 10.0
"""Seconds without news after which a run says that it is alive."""


class Workers:
    """Worker processes for mixing, encoding and measuring."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Have a function run by the next idle worker."""
        with interrupts_held():
            return self._pool.submit(function, *args, **kwargs)

    def produce(self, job: ChapterJob) -> Future[tuple[Encoded, ...]]:
        """Have a chapter mixed and encoded by the next idle worker."""
        return self.call(produce_chapter, job)


@contextmanager
def open_workers(count: int) -> Iterator[Workers]:
    """Start workers for the length of a ``with``; they start when first needed and end with the block.

    Raises:
        EngineError: If a worker dies.
    """
    _start_tracker()
    pool = ProcessPoolExecutor(
        max_workers=count, mp_context=multiprocessing.get_context("spawn"), initializer=begin_work
    )
    try:
        yield Workers(pool)
    except BrokenProcessPool as error:
        # The library asks the others to end by a signal that they ignore, and would wait for them for ever.
        end_now(pool)
        message = "a worker process that mixes and encodes died: killed from outside, or out of memory"
        raise EngineError(
            message, hint="run the same command again; set --jobs lower if memory is short"
        ) from error
    except BaseException:
        end_now(pool)
        raise
    pool.shutdown()


def _start_tracker() -> None:
    """Start the process in which Python keeps track of semaphores; a closing terminal must not end it.

    It ignores Ctrl-C and SIGTERM by itself, and whoever it leaves alone complains at length.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        resource_tracker.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def any_finished(futures: Iterable[Future[Any]], seconds: float) -> bool:
    """Return whether one of the futures is done, after waiting at most some seconds for the first."""
    done, _ = wait(futures, timeout=seconds, return_when=FIRST_COMPLETED)
    return bool(done)
