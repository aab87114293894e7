"""Chapters on their way through the worker processes while later ones are still being recorded."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any, ParamSpec, TypeVar

from fullcast.engines.processes import end_now, interrupts_held
from fullcast.errors import DamagedError, EngineError
from fullcast.production.finishing import Steps, produce_chapter
from fullcast.production.workshop import ChapterJob, Encoded, begin_work

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

    def produce(self, job: ChapterJob) -> Production:
        """Have a chapter mixed and encoded by whoever is idle."""
        return Production(job, self)


class Production:
    """A chapter on its way through the workers: step by step, the parts of a step side by side."""

    def __init__(self, job: ChapterJob, workers: Workers) -> None:
        self.job = job
        self._workers = workers
        self._steps: Steps = produce_chapter(job)
        self.futures: list[Future[Any]] = []
        """The parts of the step that is being done."""
        self.result: tuple[Encoded, ...] | None = None
        """What came of it; None while it is on its way."""
        self._go_on(None)

    def advance(self) -> bool:
        """Take in a step that is done and start the next; returns whether the chapter is finished.

        Raises:
            DamagedError: If a recording is damaged.
            StoreError: If the disk refuses.
        """
        while self.result is None and all(future.done() for future in self.futures):
            self._go_on([future.result() for future in self.futures])
        return self.result is not None

    def _go_on(self, done: list[Any] | None) -> None:
        try:
            tasks = next(self._steps) if done is None else self._steps.send(done)
        except StopIteration as end:
            self.result = end.value
        else:
            self.futures = [self._workers.call(task) for task in tasks]


class Conveyor:
    """Chapters that go through the workers, few at once so that one after the other is finished."""

    def __init__(self, workers: Workers, most: int) -> None:
        self._workers = workers
        self._most = most
        self._waiting: deque[ChapterJob] = deque()
        self._under_way: list[Production] = []

    def __len__(self) -> int:
        return len(self._waiting) + len(self._under_way)

    def add(self, job: ChapterJob) -> None:
        """Let a chapter wait for its turn."""
        self._waiting.append(job)

    def futures(self) -> list[Future[Any]]:
        """Return what is being done."""
        return [part for one in self._under_way for part in one.futures if not part.done()]

    def advance(self) -> Iterator[tuple[ChapterJob, tuple[Encoded, ...] | DamagedError]]:
        """Start whatever can be started; yield each chapter that left, with what came of it. Never waits.

        Raises:
            StoreError: If the disk refuses.
        """
        for one in list(self._under_way):
            try:
                if one.advance():
                    self._under_way.remove(one)
                    yield one.job, one.result or ()
            except DamagedError as error:
                self._under_way.remove(one)
                yield one.job, error
        while self._waiting and len(self._under_way) < self._most:
            self._under_way.append(self._workers.produce(self._waiting.popleft()))


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
