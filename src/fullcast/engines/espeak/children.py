"""The processes that speak, as one pool.

A few messages wait at each process, so that none is idle while a result is taken in; which process answers
next decides the order of results. A process that dies or hangs costs at most the message it was at: that one
is given to another process once more, those behind it go back to the queue.
"""

from __future__ import annotations

import fcntl
import json
import os
import selectors
import struct
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fullcast.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fullcast.units import Seconds

CHILD = Path(__file__).with_name("child.py")
QUEUED = 3
"""Messages at a process: the one it speaks, and two for when its parent is busy."""
TRIES = 2
FALSE_STARTS = 3
"""Processes in a row that end before they greet; then the library itself is at fault."""
STARTING = 60.0
"""Seconds that a process may take to greet: Python and the voices' data come from a disk that may be busy."""
_PIPE_BYTES = 1 << 20
"""23 s of speech: a child goes on while its parent is busy elsewhere."""
_READ_BYTES = 1 << 20


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """Something to ask of a process."""

    message: dict[str, Any]
    origin: Any = None
    """Whatever the asker wants to find again."""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a job."""

    job: Job
    header: dict[str, Any]
    """``error`` says why there are no samples."""
    samples: bytes = b""
    lost: bool = False
    """Whether processes died of the job."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Child:
    process: subprocess.Popen[bytes]
    jobs: deque[Job] = field(default_factory=deque)
    received: bytearray = field(default_factory=bytearray)
    greeting: dict[str, Any] | None = None
    since: float = 0.0
    """When it began with the first of its jobs, by the monotonic clock."""


class Pool:
    """Processes that speak; none is started before it is needed.

    Args:
        library: The shared library.
        folder: Its data.
        most: Processes at once.
        patience: How long a process that has greeted may take over one job before it counts as hung.
        child: What the processes run.
    """

    def __init__(
        self, *, library: Path, folder: Path, most: int, patience: Seconds, child: Path = CHILD
    ) -> None:
        self._command = [sys.executable, "-I", "-S", str(child), str(library), str(folder)]
        self._most = max(1, most)
        self._patience = patience
        self._children: list[_Child] = []
        self._waiting: deque[Job] = deque()
        self._selector = selectors.DefaultSelector()
        self._false_starts = 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(child.process.pid for child in self._children)

    @property
    def has_room(self) -> bool:
        """Whether another job would be begun soon."""
        return not self._waiting and (
            len(self._children) < self._most or any(len(child.jobs) < QUEUED for child in self._children)
        )

    @property
    def is_busy(self) -> bool:
        """Whether answers are due."""
        return bool(self._waiting) or any(child.jobs for child in self._children)

    def ask(self, job: Job) -> None:
        """Queue a job."""
        self._waiting.append(job)
        self._hand_out()

    def answers(self) -> Iterator[Answer]:
        """Wait until something happens, and yield the answers that it brought.

        Raises:
            EngineError: If a process cannot even start.
        """
        ready = self._selector.select(timeout=self._until_impatient())
        for key, _ in ready:
            child: _Child = key.data
            content = os.read(key.fd, _READ_BYTES)
            if content:
                child.received += content
                child.since = time.monotonic()  # half an answer is a sign of life
                yield from self._take_messages(child)
            else:
                yield from self._bury(child, "the speaking process died")
        for child in self._impatient():
            child.process.kill()
            yield from self._bury(child, f"the speaking process hung for {self._patience:g} s")
        self._hand_out()

    def abandon(self) -> None:
        """Forget every job; processes that were at one are ended."""
        self._waiting.clear()
        for child in [child for child in self._children if child.jobs]:
            self._end(child)

    def close(self) -> None:
        """End every process."""
        self._waiting.clear()
        for child in list(self._children):
            self._end(child)
        self._selector.close()

    def _hand_out(self) -> None:
        while self._waiting:
            idle = min(self._children, key=lambda child: len(child.jobs), default=None)
            if idle is None or (idle.jobs and len(self._children) < self._most):
                idle = self._start()
            if len(idle.jobs) >= QUEUED:
                return
            self._send(idle, self._waiting.popleft())

    def _start(self) -> _Child:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own file
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            process_group=0,  # Ctrl-C is for the parent, which ends its children in order
        )
        assert process.stdout is not None
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with suppress(OSError):  # a user's pipes may be capped: the child waits more often then
                fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        child = _Child(process=process, since=time.monotonic())
        self._children.append(child)
        self._selector.register(process.stdout, selectors.EVENT_READ, child)
        return child

    def _send(self, child: _Child, job: Job) -> None:
        if not child.jobs:
            child.since = time.monotonic()
        child.jobs.append(job)
        content = json.dumps(job.message).encode()
        assert child.process.stdin is not None
        try:
            child.process.stdin.write(struct.pack("<I", len(content)) + content)
        except BrokenPipeError:
            return  # its death is noticed, and the job saved, where its answer is waited for

    def _take_messages(self, child: _Child) -> Iterator[Answer]:
        while (message := _cut_message(child.received)) is not None:
            header, samples = message
            child.since = time.monotonic()
            if child.greeting is None:
                child.greeting = header
                self._false_starts = 0
            else:
                yield Answer(job=child.jobs.popleft(), header=header, samples=samples)

    def _until_impatient(self) -> float | None:
        ends = [self._end_of_patience(child) for child in self._children if child.jobs]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _impatient(self) -> list[_Child]:
        now = time.monotonic()
        return [child for child in self._children if child.jobs and self._end_of_patience(child) <= now]

    def _end_of_patience(self, child: _Child) -> float:
        return child.since + (max(self._patience, STARTING) if child.greeting is None else self._patience)

    def _bury(self, child: _Child, cause: str) -> Iterator[Answer]:
        self._end(child)
        code = child.process.returncode
        if child.greeting is None:
            self._false_starts += 1
            if self._false_starts >= FALSE_STARTS:
                message = f"espeak: a speaking process could not start ({cause}, status {code})"
                raise EngineError(message, hint="reinstall the package espeakng-loader")
            self._waiting.extendleft(reversed(child.jobs))  # it had not begun with any of them
            return
        if not child.jobs:
            return
        first = child.jobs.popleft()
        first.tries += 1
        self._waiting.extendleft(reversed(child.jobs))
        if first.tries < TRIES:
            self._waiting.appendleft(first)
        else:
            yield Answer(job=first, header={"error": f"{cause} {TRIES} times (status {code})"}, lost=True)

    def _end(self, child: _Child) -> None:
        self._children.remove(child)
        assert child.process.stdin is not None
        assert child.process.stdout is not None
        self._selector.unregister(child.process.stdout)
        child.process.kill()
        child.process.stdin.close()
        child.process.stdout.close()
        child.process.wait()


def _cut_message(received: bytearray) -> tuple[dict[str, Any], bytes] | None:
    """Take the first whole message off what was received."""
    if len(received) < 4:
        return None
    body = 4 + struct.unpack_from("<I", received)[0]
    if len(received) < body:
        return None
    header: dict[str, Any] = json.loads(received[4:body])
    end = body + int(header["bytes"])
    if len(received) < end:
        return None
    samples = bytes(received[body:end])
    del received[:end]
    return header, samples
