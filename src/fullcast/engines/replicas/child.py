"""The process that holds an engine."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from fullcast.engines.base import OutOfMemoryError, RequestId, SoundEngine, SpeechEngine
from fullcast.engines.processes import end_with_parent
from fullcast.engines.registry import choose_sound_engine, choose_speech_engine
from fullcast.engines.replicas.messages import (
    Ask,
    Begun,
    Broken,
    FromEngine,
    GiveBack,
    Given,
    Leave,
    NoMore,
    Post,
    Ready,
    Request,
    Result,
    RoundDone,
)
from fullcast.errors import FullcastError, SetupError

_MEMORY_WORDS = ("out of memory", "outofmemory", "cuda_error_out_of_memory", "failed to allocate memory")
"""What CUDA, torch and ONNX Runtime say when memory is short; their exceptions have no common class."""


def hold_engine(post: Post, connection: Connection, begun: Connection) -> None:
    """Open an engine and record what is asked for until the parent has no more use for it.

    Args:
        post: What to be.
        connection: To the parent and back.
        begun: To the parent: what was taken in hand.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent ends it, which hears of them
    end_with_parent()
    _print_into(post.log)
    voice = _Voice(connection, begun)
    opened = False
    try:
        engine: Any = _engine_of(post)
        with engine.open(post.device, post.settings) as session:
            opened = True
            voice.say(Ready(memory=resident_bytes()))
            inbox = _Inbox(voice=voice)
            threading.Thread(target=inbox.listen, args=(connection,), daemon=True).start()
            while inbox.next_round():
                for name, result in session.record(inbox):
                    voice.say(Result(id=name, result=result, memory=resident_bytes()))
                voice.say(RoundDone())
    except Exception as error:  # noqa: BLE001 - an engine and its libraries raise anything; the parent is told
        voice.say(_broken(error, opened=opened))
    voice.finish()
    sys.stderr.flush()
    os._exit(0)  # libraries of engines hang or crash in their own ends; everything is said


def _engine_of(post: Post) -> SpeechEngine | SoundEngine:
    if post.kind == "speech":
        return choose_speech_engine(post.engine, post.settings).engine
    return choose_sound_engine(post.engine, post.settings).engine


def _broken(error: Exception, *, opened: bool) -> Broken:
    if isinstance(error, FullcastError):
        words = error.message
    else:
        words = f"{type(error).__name__}: {error}".strip()[:2_000]
    return Broken(
        error=words,
        hint=error.hint if isinstance(error, FullcastError) else None,
        setup=isinstance(error, SetupError),
        out_of_memory=is_out_of_memory(error),
        opened=opened,
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory was short, on the device or here."""
    if isinstance(error, MemoryError | OutOfMemoryError):
        return True
    words = f"{type(error).__name__} {error}".lower()
    return any(word in words for word in _MEMORY_WORDS)


def _print_into(file: str) -> None:
    """Let all that is printed go into a file, by C libraries too: the terminal belongs to the parent."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)


def resident_bytes() -> int:
    """Return how much memory this process holds; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as numbers:  # noqa: PTH123 - read often
            return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class _Voice:
    """Says things to the parent, from any thread, in order; nobody waits until they are through the pipe.

    An engine goes on with its next batch meanwhile. If it takes the process with it, results that were not
    sent are lost, and the parent asks for them again. What it had taken in hand must be known then, so that
    goes through a pipe of its own, before the engine has it.
    """

    def __init__(self, connection: Connection, begun: Connection) -> None:
        self._connection, self._begun = connection, begun
        self._unsaid: SimpleQueue[FromEngine | None] = SimpleQueue()
        self._speaker = threading.Thread(target=self._speak, daemon=True)
        self._speaker.start()

    def say(self, message: FromEngine) -> None:
        self._unsaid.put(message)

    def say_begun(self, name: RequestId) -> None:
        """Say at once that a request is taken in hand."""
        try:
            self._begun.send(Begun(id=name))
        except OSError:
            os._exit(1)

    def finish(self) -> None:
        """Wait until all is said."""
        self._unsaid.put(None)
        self._speaker.join()

    def _speak(self) -> None:
        while (message := self._unsaid.get()) is not None:
            try:
                self._connection.send(message)
            except OSError:
                os._exit(1)  # nobody listens


@dataclass(slots=True, kw_only=True, eq=False)
class _Inbox:
    """Requests that wait for the engine; an iterator that ends with each round."""

    voice: _Voice
    waiting: deque[Request] = field(default_factory=deque)
    ended: int = 0
    """Rounds that the parent said to be complete, and which are not yet begun anew."""
    left: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def listen(self, connection: Connection) -> None:
        """Take in what the parent says; runs in a thread of its own."""
        while True:
            try:
                message = connection.recv()
            except (EOFError, OSError):
                os._exit(1)
            with self.changed:
                self._take_in(message)
                self.changed.notify_all()

    def _take_in(self, message: object) -> None:
        match message:
            case Ask(request=request):
                self.waiting.append(request)
            case GiveBack():
                ids = tuple(request.id for request in self.waiting)
                self.waiting.clear()
                self.voice.say(Given(ids=ids))
            case NoMore():
                self.ended += 1
            case Leave():
                self.left = True

    def next_round(self) -> bool:
        """Wait for work; return False where there will be none."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or self.ended or self.left)
            return not self.left

    def __iter__(self) -> Iterator[Request]:
        return self

    def __next__(self) -> Request:
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or self.ended or self.left)
            if not self.waiting or self.left:
                self.ended = 0
                raise StopIteration
            request = self.waiting.popleft()
        self.voice.say_begun(RequestId(request.id))
        return request
