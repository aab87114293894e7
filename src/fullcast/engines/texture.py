"""The engine of procedural ambience: no download, no model, the same sound for the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from fullcast.audio.textures.prompt import explain_unknown, read_prompt
from fullcast.engines.base import Recording, RequestId, SegmentError, SoundRequest, SoundSession
from fullcast.engines.processes import end_now, end_with_parent, interrupts_held
from fullcast.errors import EngineError
from fullcast.model import Ability, Device, Limits, Placement, Settings
from fullcast.units import MIX_RATE, Seconds

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from fullcast.audio.signal import Audio

_LONGEST = Seconds(120.0)
_Result = tuple[RequestId, Recording | SegmentError]


class TextureEngine:
    """Makes rain, wind, bells, steps and some eighty kinds more from the words of a prompt."""

    name = "texture"
    revision = "1"
    limits = Limits(
        longest=500,
        rate=MIX_RATE,
        abilities=frozenset({Ability.SEEDED}),
        batch=8,
        channels=2,
        placement=Placement.EMBEDDED,
        quality=10,
        licence="Apache-2.0",
        longest_sound=_LONGEST,
    )

    def check(self) -> None:
        """Find nothing missing: all that is needed is installed with fullcast."""

    def check_prompt(self, prompt: str) -> str | None:
        """Return why a prompt names no sound that is known, with the nearest word and the list; else None."""
        return None if read_prompt(prompt) else explain_unknown(prompt)

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[SoundSession]:
        """Open a session that computes in up to ``settings.jobs`` processes; the device does not matter."""
        del device
        with _Crew(settings.jobs) as crew:
            yield _Session(crew)


class _Crew(AbstractContextManager["_Crew"]):
    """The processes of a session, started when a second request asks for them."""

    def __init__(self, jobs: int) -> None:
        self.jobs = max(1, jobs)
        self._pool: ProcessPoolExecutor | None = None
        self._given: set[Future[Audio]] = set()

    def __exit__(self, *_: object) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """End the processes; what nobody waits for any more is dropped."""
        if self._pool is not None:
            if self._given:
                end_now(self._pool)
            else:
                self._pool.shutdown()
            self._pool = None

    def submit(self, request: SoundRequest) -> Future[Audio]:
        """Return the sound to come. Processes are spawned, as the caller may run threads."""
        if self._pool is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=spawn, initializer=end_with_parent)
        try:
            with interrupts_held():
                future = self._pool.submit(make_sound, request)
        except BrokenExecutor:  # one of them died since the last answer: whoever waits for its sound is told
            self.dismiss()
            return self.submit(request)
        self._given.add(future)
        future.add_done_callback(self._given.discard)
        return future


class _Session:
    def __init__(self, crew: _Crew) -> None:
        self._crew = crew

    def record(self, requests: Iterable[SoundRequest]) -> Iterator[_Result]:
        """Make sounds; each is handed back as soon as it is done."""
        queue = iter(requests)
        first = next(queue, None)
        if first is None:
            return
        second = next(queue, None) if self._crew.jobs > 1 else None
        if second is None:
            yield _record_here(first)
            yield from map(_record_here, queue)
        else:
            yield from self._record_beside(_chain(first, second, queue))

    def _record_beside(self, requests: Iterator[SoundRequest]) -> Iterator[_Result]:
        """Yield what the crew's processes make; one request more than processes is on its way."""
        running: dict[Future[Audio], RequestId] = {}
        try:
            while True:
                yield from self._fill(running, requests)
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    request_id = running.pop(future)
                    try:
                        yield request_id, Recording(audio=future.result())
                    except BrokenExecutor:
                        yield request_id, SegmentError(reason="the process that made this sound died")
        finally:
            for future in running:
                future.cancel()

    def _fill(
        self, running: dict[Future[Audio], RequestId], requests: Iterator[SoundRequest]
    ) -> Iterator[_Result]:
        """Send requests until every process has work; refusals come back at once."""
        while len(running) <= self._crew.jobs:
            request = next(requests, None)
            if request is None:
                return
            refused = _refuse(request)
            if refused:
                yield request.id, refused
            else:
                running[self._crew.submit(request)] = request.id


def make_sound(request: SoundRequest) -> Audio:
    """Return the recording of a request.

    Raises:
        EngineError: If the prompt names no known sound or the length is out of range.
    """
    refused = _refuse(request)
    if refused:
        raise EngineError(refused.reason)
    from fullcast.audio.textures.render import Wanted, render_layers

    wanted = Wanted(seed=request.seed, seconds=request.seconds, loop=request.loop)
    return render_layers(read_prompt(request.prompt), wanted)


def _chain(first: SoundRequest, second: SoundRequest, rest: Iterator[SoundRequest]) -> Iterator[SoundRequest]:
    yield first
    yield second
    yield from rest


def _record_here(request: SoundRequest) -> _Result:
    try:
        return request.id, Recording(audio=make_sound(request))
    except EngineError as error:
        return request.id, SegmentError(reason=error.message, retry=False)


def _refuse(request: SoundRequest) -> SegmentError | None:
    """Return why a request cannot be made, None if it can."""
    if not read_prompt(request.prompt):
        return SegmentError(reason=explain_unknown(request.prompt), retry=False)
    if request.seconds is not None and not 0.0 < request.seconds <= _LONGEST:
        reason = (
            f"a sound of {request.seconds:g} s was asked for; from more than 0 to {_LONGEST:g} s can be made"
        )
        return SegmentError(reason=reason, retry=False)
    return None
