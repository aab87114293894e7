from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

import numpy as np
import pytest

from fullcast.engines.base import Recording, RequestId, SegmentError, SoundEngine, SoundRequest
from fullcast.engines.texture import TextureEngine
from fullcast.model import Ability, Device, Settings
from fullcast.units import MIX_RATE, Seconds


def request(name: str, prompt: str, seconds: float | None = 1.0, *, loop: bool = True) -> SoundRequest:
    length = None if seconds is None else Seconds(seconds)
    return SoundRequest(id=RequestId(name), prompt=prompt, seed=3, seconds=length, loop=loop)


def record(jobs: int, *requests: SoundRequest) -> dict[str, Recording | SegmentError]:
    with TextureEngine().open(Device(), Settings(jobs=jobs)) as session:
        results = list(session.record(iter(requests)))
    assert len(results) == len({name for name, _ in results})
    return {str(name): result for name, result in results}


def test_the_engine_keeps_the_contract() -> None:
    engine = TextureEngine()
    assert isinstance(engine, SoundEngine)
    engine.check()
    assert engine.limits.abilities == {Ability.SEEDED}
    assert engine.limits.rate == MIX_RATE
    assert engine.limits.channels == 2
    assert engine.limits.longest_sound == Seconds(120.0)


@pytest.mark.parametrize("prompt", ["rain", "a heavy door in the night", "海浪"])
def test_a_known_prompt_has_no_problem(prompt: str) -> None:
    assert TextureEngine().check_prompt(prompt) is None


def test_an_unknown_prompt_is_explained() -> None:
    message = TextureEngine().check_prompt("a spaceshp lands")
    assert message is not None
    assert "spaceshp" in message
    assert "thunder" in message


def test_a_failing_request_never_loses_its_neighbours() -> None:
    results = record(
        1, request("a", "rain"), request("b", "qwertz"), request("c", "sea", 500.0), request("d", "knock")
    )
    assert isinstance(results["a"], Recording)
    assert isinstance(results["d"], Recording)
    for name in ("b", "c"):
        refused = results[name]
        assert isinstance(refused, SegmentError)
        assert not refused.retry


def test_processes_give_the_same_samples_as_none() -> None:
    requests = [request("a", "rain"), request("b", "xyzzy"), request("c", "clock"), request("d", "wind", 0.7)]
    alone, beside = record(1, *requests), record(2, *requests)
    assert set(alone) == set(beside)
    for name in ("a", "c", "d"):
        one, other = alone[name], beside[name]
        assert isinstance(one, Recording)
        assert isinstance(other, Recording)
        assert np.array_equal(one.audio.samples, other.audio.samples)
    assert isinstance(beside["b"], SegmentError)


def is_broken(pool: ProcessPoolExecutor) -> bool:
    try:
        return pool.submit(abs, -1).result() != 1
    except BrokenExecutor:
        return True


def test_a_process_that_dies_between_two_answers_costs_what_it_was_at() -> None:
    requests = [request(str(number), "rain", 0.1) for number in range(9)]
    with TextureEngine().open(Device(), Settings(jobs=2)) as session:
        results = session.record(iter(requests))
        made = dict([next(results)])
        pool = session._crew._pool  # type: ignore[attr-defined] # nothing else tells who makes the sounds
        for process in list(pool._processes.values()):
            process.kill()
        while not is_broken(pool):
            pass
        made |= dict(results)
    assert set(made) == {asked.id for asked in requests}
    lost = [result for result in made.values() if isinstance(result, SegmentError)]
    assert len(lost) <= 3
    assert all(error.retry for error in lost)


def test_requests_are_pulled_lazily() -> None:
    pulled = 0

    def ask() -> Iterator[SoundRequest]:
        nonlocal pulled
        for number in range(50):
            pulled += 1
            yield request(str(number), "rain", 0.1)

    with TextureEngine().open(Device(), Settings(jobs=1)) as session:
        results = session.record(ask())
        next(iter(results))
    assert pulled <= 2


def test_nothing_asked_is_nothing_given() -> None:
    assert record(2) == {}
