"""One process that holds an engine, as its parent sees it."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.processes import ENDINGS, interrupts_held
from fullcast.engines.replicas.child import hold_engine
from fullcast.engines.replicas.messages import Ask, FromEngine, GiveBack, Leave, NoMore, Post, Request

if TYPE_CHECKING:
    from collections.abc import Iterable
    from multiprocessing.context import SpawnProcess
    from queue import SimpleQueue

    from fullcast.engines.base import RequestId
    from fullcast.model import Device

_FAREWELL = 5.0
"""Seconds that an engine may take to close."""
_LAST = 2.0
"""Seconds in which the last that a process said is read after its end."""
_LAST_WORDS = 300


@dataclass(slots=True, kw_only=True, eq=False)
class Replica:
    """A process with an engine: there is none until it is started, and after its end another may be."""

    device: Device
    batch: int | None = None
    """Requests in hand at once, where memory was short with more."""
    process: SpawnProcess | None = None
    link: Connection | None = None
    listener: threading.Thread | None = None
    """Takes in what the process says, whatever the parent is at."""
    log: Path | None = None
    in_hand: dict[RequestId, Request] = field(default_factory=dict)
    """Asked and not answered."""
    unbegun: set[RequestId] = field(default_factory=set)
    """Of those, what the engine has not taken yet."""
    alone: bool = False
    """Whether what is in hand must have no neighbour."""
    opened: bool = False
    told_no_more: bool = False
    asked_back: bool = False
    has_grown: bool = False
    first_memory: int = 0
    heard: float = 0.0
    """When something was heard of it, by the monotonic clock."""
    trouble: str = ""

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self.process is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is to be heard of it."""
        return bool(self.in_hand) or self.told_no_more or self.asked_back

    @property
    def connection(self) -> Connection:
        """The pipe to the process."""
        assert self.link is not None
        return self.link

    def has_room(self, batch: int) -> bool:
        """Return whether it should be given more: what it works on, and as much to go on with."""
        if self.alone or self.has_grown or self.told_no_more or self.asked_back:
            return not self.is_busy
        return len(self.in_hand) < 2 * min(batch, self.batch or batch)

    def start(self, post: Post, news: SimpleQueue[News]) -> None:
        """Start the process; what it says goes to the news."""
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        hears_begun, begun = spawn.Pipe(duplex=False)
        process = spawn.Process(
            target=hold_engine, args=(post, theirs, begun), daemon=True, name=f"{post.engine}"
        )
        with interrupts_held():
            process.start()
        theirs.close()
        begun.close()
        self.process, self.link, self.log = process, ours, Path(post.log)
        self.opened = self.told_no_more = self.asked_back = self.has_grown = self.alone = False
        self.first_memory, self.trouble, self.heard = 0, "", time.monotonic()
        self.listener = threading.Thread(target=self._listen, args=(ours, hears_begun, news), daemon=True)
        self.listener.start()

    def ask(self, request: Request, *, alone: bool) -> None:
        """Give it a request."""
        if not self.in_hand:
            self.heard = time.monotonic()
        self.alone = alone
        self.in_hand[request.id] = request
        self.unbegun.add(request.id)
        self._send(Ask(request=request))
        if alone:
            self.say_no_more()  # an engine that fills a batch would wait for a neighbour

    def say_no_more(self) -> None:
        """Tell it to finish what it has, once."""
        if self.in_hand and not self.told_no_more:
            self.told_no_more = True
            self._send(NoMore())

    def ask_back(self) -> None:
        """Ask for what it has not begun."""
        if not self.asked_back:
            self.asked_back = True
            self._send(GiveBack())

    def take_back(self, ids: Iterable[RequestId]) -> list[Request]:
        """Return requests that it gave back."""
        self.unbegun -= set(ids)
        return [self.in_hand.pop(name) for name in ids if name in self.in_hand]

    def _send(self, message: Ask | NoMore | GiveBack | Leave) -> None:
        with suppress(OSError):  # its end is heard of where the others are heard
            self.connection.send(message)

    def _listen(self, link: Connection, begun: Connection, news: SimpleQueue[News]) -> None:
        """Pass on what the process says, until it is gone; runs in a thread of its own.

        An engine that had to wait until its parent looks at what it made would stand still for as long.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # they are for the thread that waits for the news
        ends = [link, begun]
        while ends:
            ready = wait(ends)
            for end in [one for one in ends if one in ready]:
                try:
                    message: FromEngine = end.recv()
                except (EOFError, OSError):
                    ends.remove(end)
                    continue
                self.heard = time.monotonic()
                news.put(News(replica=self, link=link, message=message))
        begun.close()
        self.heard = time.monotonic()
        news.put(News(replica=self, link=link, message=None))

    def note_memory(self, memory: int, growth: int) -> None:
        """Take in how much memory it holds; one that grew too much is given no more."""
        self.first_memory = self.first_memory or memory
        if memory - self.first_memory > growth:
            self.has_grown = True
            self.say_no_more()

    def last_words(self) -> str:
        """Return the last line that the process printed: what a library said before it ended it."""
        try:
            lines = self.log.read_bytes()[-8_192:].decode("utf-8", "replace").splitlines() if self.log else []
        except OSError:
            return ""
        said = [line.strip() for line in lines if line.strip()]
        return said[-1][:_LAST_WORDS] if said else ""

    def kill(self) -> None:
        """End the process at once."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self._forget()

    def dismiss(self) -> None:
        """Ask the process to end."""
        if self.process is not None:
            self._send(Leave())

    def wait_for_end(self) -> None:
        """Wait for the process to end, and end it if it takes too long."""
        if self.process is not None:
            self.process.join(_FAREWELL)
            self.process.kill()
            self.process.join()
            self._forget()

    def _forget(self) -> None:
        assert self.listener is not None
        self.listener.join(_LAST)
        if not self.listener.is_alive():  # nobody may close what it reads: a fork of an engine's may hold on
            self.connection.close()
        self.process = self.link = self.listener = None
        self.opened = False
        self.in_hand.clear()
        self.unbegun.clear()
        self.alone = self.told_no_more = self.asked_back = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class News:
    """What a process said."""

    replica: Replica
    link: Connection
    message: FromEngine | None
    """None at its end."""

    @property
    def is_stale(self) -> bool:
        """Whether the process was given up since."""
        return self.replica.link is not self.link
