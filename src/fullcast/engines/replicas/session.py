"""Replicas of an engine as one session: work to the least loaded, what fails elsewhere once more.

A process that dies costs at most what it had begun. Each of those is tried once more, alone; what ends a
process again is given up, and the rest goes on. Out of memory halves how much an engine may have in hand.
"""

from __future__ import annotations

import tempfile
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from fullcast.engines.base import Recording, RequestId, SegmentError
from fullcast.engines.replicas.messages import (
    Begun,
    Broken,
    Given,
    Post,
    Ready,
    Request,
    Result,
    RoundDone,
)
from fullcast.engines.replicas.replica import News, Replica
from fullcast.errors import EngineError, SetupError
from fullcast.units import Seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fullcast.model import Device, Settings

Answer = tuple[RequestId, Recording | SegmentError]

_HINT = "finished takes are kept; run the same command again, or choose another engine with --engine"
DEATHS = 3
"""Processes in a row that end without a result; then the engine is at fault, not what it was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """What replicas are made of, and how patient one is with them."""

    engine: str
    """Name of the engine, with its model."""
    kind: str = "speech"
    devices: tuple[Device, ...]
    """One replica each; a device that carries two stands here twice."""
    settings: Settings
    batch: int = 1
    """Requests that are worth having in hand at once."""
    patience: Seconds = Seconds(600.0)
    """How long an engine may take to open, and to say anything while it has work; then it counts as hung."""
    growth: int = 2 << 30
    """Bytes by which a process may grow after its first result before it is replaced by a fresh one."""


@contextmanager
def open_replicas(
    crew: Crew, *, learned: Callable[[Device, int], None] | None = None
) -> Iterator[ReplicatedSession]:
    """Open an engine on several devices; processes start when there is work, and end with the ``with``.

    Args:
        crew: What they are.
        learned: Told when a device turns out to take fewer requests at once than was thought.
    """
    with tempfile.TemporaryDirectory(prefix="fullcast-engines-") as scratch:
        session = ReplicatedSession(crew=crew, scratch=Path(scratch), learned=learned)
        try:
            yield session
        finally:
            session.end()


@dataclass(slots=True, kw_only=True, eq=False)
class ReplicatedSession:
    """An engine in several processes."""

    crew: Crew
    scratch: Path
    learned: Callable[[Device, int], None] | None = None
    replicas: list[Replica] = field(default_factory=list)
    news: SimpleQueue[News] = field(default_factory=SimpleQueue)
    started: int = 0
    deaths: int = 0
    """In a row, without a result."""

    def __post_init__(self) -> None:
        self.replicas = [Replica(device=device) for device in self.crew.devices]

    def record(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Record requests on all replicas; results come as they are finished.

        Raises:
            SetupError: If an engine says on opening that this machine is not ready.
            EngineError: If it cannot be opened, or ends again and again.
        """
        work = _Work(source=iter(requests))
        self.deaths = 0
        try:
            while True:
                self._hand_out(work)
                yield from work.take_answers()
                if not any(replica.is_busy for replica in self.replicas) and work.is_done:
                    return
                for news in self._hear():
                    if not news.is_stale:
                        self._take_in(news, work)
                yield from work.take_answers()
        finally:
            for replica in self.replicas:
                if replica.is_busy:
                    replica.kill()  # whoever left early waits for nobody

    def end(self) -> None:
        """End all processes."""
        for replica in self.replicas:
            replica.dismiss()
        for replica in self.replicas:
            replica.wait_for_end()

    def _hand_out(self, work: _Work) -> None:
        """Give every replica what it has room for, the least loaded first; the idle take from the busy."""
        while (free := self._least_loaded(work)) is not None:
            request, alone = work.next()
            if request is None:
                break
            if not free.is_running:
                self._start(free)
            free.ask(request, alone=alone)
        if work.is_dry:
            self._steal()
            for replica in self.replicas:
                replica.say_no_more()

    def _least_loaded(self, work: _Work) -> Replica | None:
        """Return the replica that should have the next request; a suspect goes to one that is idle."""
        if work.suspects:
            idle = [replica for replica in self.replicas if not replica.is_busy]
            return idle[0] if idle else None
        free = [replica for replica in self.replicas if replica.has_room(self.crew.batch)]
        return min(free, key=lambda replica: len(replica.in_hand), default=None)

    def _steal(self) -> None:
        """Ask the most loaded for what it has not begun, where another one is idle."""
        idle = [replica for replica in self.replicas if replica.opened and not replica.is_busy]
        if not idle:
            return
        loaded = max(self.replicas, key=lambda replica: len(replica.unbegun))
        if len(loaded.unbegun) > 0 and len(loaded.in_hand) > 1:
            loaded.ask_back()

    def _start(self, replica: Replica) -> None:
        self.started += 1
        batch = replica.batch
        device = replica.device if batch is None else replace(replica.device, batch=batch)
        log = self.scratch / f"{self.started}.log"
        crew = self.crew
        replica.start(
            Post(engine=crew.engine, kind=crew.kind, device=device, settings=crew.settings, log=str(log)),
            self.news,
        )

    def _hear(self) -> Iterator[News]:
        """Wait for news and yield all there are; None of a replica is its end, or that it was found hung."""
        running = [replica for replica in self.replicas if replica.is_busy]
        now = time.monotonic()
        next_limit = min((replica.heard + self.crew.patience - now for replica in running), default=0.0)
        try:
            yield self.news.get(timeout=max(0.0, next_limit))
            while True:
                yield self.news.get_nowait()
        except Empty:
            pass
        for replica in running:
            if replica.is_busy and time.monotonic() - replica.heard >= self.crew.patience:
                replica.trouble = f"nothing was heard of it for {self.crew.patience:g} s"
                yield News(replica=replica, link=replica.connection, message=None)

    def _take_in(self, news: News, work: _Work) -> None:
        replica = news.replica
        match news.message:
            case Ready():
                replica.opened = True
            case Begun(id=name):
                replica.unbegun.discard(name)
            case Result(id=name, result=result, memory=memory):
                self.deaths = 0
                if replica.in_hand.pop(name, None) is not None:
                    replica.unbegun.discard(name)
                    work.answers.append((name, result))
                replica.note_memory(memory, self.crew.growth)
            case Given(ids=ids):
                replica.asked_back = False
                work.again.extend(replica.take_back(ids))
            case RoundDone():
                self._end_round(replica, work)
            case Broken() as broken:
                self._broke(replica, broken, work)
            case None:
                self._died(replica, work)

    def _end_round(self, replica: Replica, work: _Work) -> None:
        """An engine says that all is answered; what it left out comes back as an error."""
        replica.told_no_more = False
        for name in [name for name in replica.in_hand if name not in replica.unbegun]:
            del replica.in_hand[name]
            work.answers.append((name, SegmentError(reason="the engine gave back nothing for it")))
        if replica.in_hand:  # it was asked after it had been told that there was no more
            replica.say_no_more()
        elif replica.has_grown:
            replica.dismiss()
            replica.wait_for_end()

    def _broke(self, replica: Replica, broken: Broken, work: _Work) -> None:
        """An engine raised something; its process ends by itself."""
        if not broken.opened:
            self.end()
            kind = SetupError if broken.setup else EngineError
            raise kind(f"the engine {self.crew.engine} cannot be opened: {broken.error}", hint=broken.hint)
        replica.trouble = broken.error
        begun = len(replica.in_hand) - len(replica.unbegun)
        if broken.out_of_memory and begun > 1:
            self._halve(replica, begun, work)
        else:
            self._died(replica, work)

    def _halve(self, replica: Replica, begun: int, work: _Work) -> None:
        """Memory was short with several requests in hand: go on with half as many, all of them again."""
        replica.batch = max(1, begun // 2)
        if self.learned is not None:
            self.learned(replica.device, replica.batch)
        work.again.extend(replica.in_hand.values())
        replica.kill()

    def _died(self, replica: Replica, work: _Work) -> None:
        """A process ended: each request that it had begun is suspected, and tried alone."""
        self.deaths += replica.is_busy  # one with nothing to do is replaced when there is
        opened, trouble = replica.opened, replica.trouble or replica.last_words()
        begun = [request for name, request in replica.in_hand.items() if name not in replica.unbegun]
        work.again.extend(request for name, request in replica.in_hand.items() if name in replica.unbegun)
        replica.kill()
        message = f"the engine {self.crew.engine} ended unexpectedly{f': {trouble}' if trouble else ''}"
        if not opened or self.deaths >= DEATHS * max(1, len(self.replicas)):
            self.end()
            raise EngineError(message, hint=_HINT)
        for request in begun:
            if request.id in work.suspected:
                reason = f"it ended the engine's process twice{f': {trouble}' if trouble else ''}"
                work.answers.append((request.id, SegmentError(reason=reason, retry=False)))
            else:
                work.suspected.add(request.id)
                work.suspects.append(request)


@dataclass(slots=True, kw_only=True, eq=False)
class _Work:
    """What is still to be done."""

    source: Iterator[Request]
    more: bool = True
    again: deque[Request] = field(default_factory=deque)
    """Taken back from a replica that did not begin with it."""
    suspects: deque[Request] = field(default_factory=deque)
    """In hand when a process died; each goes alone."""
    suspected: set[RequestId] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)

    @property
    def is_dry(self) -> bool:
        """Whether nothing waits to be handed out."""
        return not (self.more or self.again or self.suspects)

    @property
    def is_done(self) -> bool:
        """Whether nothing waits and nothing is to be told."""
        return self.is_dry and not self.answers

    def next(self) -> tuple[Request | None, bool]:
        """Return the next request, and whether it must be alone; None where there is no more."""
        if self.suspects:
            return self.suspects.popleft(), True
        if self.again:
            return self.again.popleft(), False
        if self.more:
            request = next(self.source, None)
            self.more = request is not None
            return request, False
        return None, False

    def take_answers(self) -> Iterator[Answer]:
        """Yield what is finished and not yet told."""
        while self.answers:
            yield self.answers.pop(0)
