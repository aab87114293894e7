"""The contract that every engine keeps, ours and strangers'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, islice
from typing import Any

import numpy as np
import pytest

from fullcast.audio.signal import Audio
from fullcast.engines.base import (
    BindableEngine,
    Recording,
    RequestId,
    SegmentError,
    SoundRequest,
    SpeechRequest,
)
from fullcast.engines.registry import load_sound_engines, load_speech_engines
from fullcast.engines.tone import ToneEngine
from fullcast.errors import AudioError
from fullcast.model import Ability, Device, Limits, Settings, Voice

SPEECH = load_speech_engines()
SOUND = load_sound_engines()
TEXTS = ("The lamp was lit.", "Who goes there?", "Nobody answered, and the wind rose.", "Yes.", "Good night!")
PROMPTS = ("heavy rain on a tin roof", "wind in the trees", "a quiet room")

Results = dict[str, Recording | SegmentError]
Make = Callable[[int], Any]


@pytest.fixture(
    params=[*(("speech", name) for name in SPEECH), *(("sound", name) for name in SOUND)], ids="-".join
)
def kind(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Name an engine."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def ask(ask: Callable[..., SpeechRequest], recorded_voice: Voice) -> Callable[..., SpeechRequest]:
    """Return a function that makes requests in a voice that has a recording, for engines that clone."""

    def make(text: str, **changes: object) -> SpeechRequest:
        request = ask(text, **changes)
        reference, words = recorded_voice.reference, recorded_voice.transcript
        return replace(request, voice=replace(request.voice, reference=reference, transcript=words))

    return make


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> Settings:
    """Return a machine of two processes; networks get one thread, or they wait for those of other tests."""
    return Settings(jobs=1 if "cosyvoice" in request.node.name else 2)


@pytest.fixture
def engine(kind: tuple[str, str], request: pytest.FixtureRequest) -> Any:
    """Return an engine; one that must be bound, with a model that its own tests make."""
    return _bound(*kind, request)


@pytest.fixture(params=SPEECH)
def speaker(request: pytest.FixtureRequest) -> Any:
    """Return a speech engine, likewise."""
    return _bound("speech", request.param, request)


def _bound(kind: str, name: str, request: pytest.FixtureRequest) -> Any:
    found: Any = (SPEECH if kind == "speech" else SOUND)[name]
    if not isinstance(found, BindableEngine):
        return found
    machine = request.getfixturevalue(f"machine_of_{name.replace('-', '_')}")
    return found.bind(machine.model, machine.settings)


@pytest.fixture
def make(kind: tuple[str, str], ask: Callable[..., SpeechRequest]) -> Make:
    """Return a function that makes the request of a number."""

    def speech(number: int) -> SpeechRequest:
        return ask(TEXTS[number % len(TEXTS)], id=number)

    def sound(number: int) -> SoundRequest:
        return SoundRequest(
            id=RequestId(str(number)),
            prompt=PROMPTS[number % len(PROMPTS)],
            seed=number,
            seconds=1.5,  # type: ignore[arg-type] # Seconds
        )

    return speech if kind[0] == "speech" else sound


def record(engine: Any, requests: Any, settings: Settings) -> Results:
    """Return every result by request; a second result for one request is a fault."""
    results: Results = {}
    with engine.open(Device(), settings) as session:
        for name, result in session.record(requests):
            assert name not in results
            results[name] = result
    return results


def check_recording(result: Recording | SegmentError, limits: Limits, text: str | None = None) -> None:
    """A recording is as declared, is heard, and its words are said in order within it."""
    assert isinstance(result, Recording), result
    audio = result.audio
    assert (audio.rate, audio.channels) == (limits.rate, limits.channels)
    assert np.isfinite(audio.samples).all()
    assert 0.01 < np.abs(audio.samples).max() < 1.0
    if text is None:
        return
    assert bool(result.words) == (Ability.WORDS in limits.abilities)
    place, time = 0, 0.0
    for word in result.words:
        assert place <= word.start < word.end <= len(text)
        assert time <= word.begins < word.ends <= audio.seconds + 1e-6
        assert text[word.start : word.end].strip()
        place, time = word.end, word.ends


def test_says_what_it_is(engine: Any, kind: tuple[str, str]) -> None:
    engine.check()
    assert engine.name == kind[1]
    assert engine.revision
    assert engine.limits.rate >= 8_000
    assert engine.limits.licence


def test_gives_one_good_result_a_request(engine: Any, make: Make, settings: Settings) -> None:
    requests = [make(number) for number in range(9)]
    results = record(engine, requests, settings)
    assert set(results) == {request.id for request in requests}
    for request in requests:
        check_recording(results[request.id], engine.limits, getattr(request, "text", None))


def test_takes_no_requests(engine: Any, settings: Settings) -> None:
    assert record(engine, iter(()), settings) == {}


def test_pulls_requests_as_it_goes(engine: Any, make: Make, settings: Settings) -> None:
    pulled = 0

    def requests() -> Iterator[Any]:
        nonlocal pulled
        for number in count():
            pulled = number + 1
            yield make(number)

    with engine.open(Device(), settings) as session:
        results = session.record(requests())
        assert pulled == 0
        for given, _ in enumerate(islice(results, 12)):
            assert pulled - given <= 4 * settings.jobs + engine.limits.batch
        results.close()


def test_a_failing_request_leaves_its_neighbours(engine: Any, make: Make, settings: Settings) -> None:
    requests = [make(number) for number in range(5)]
    requests[2] = _spoil(requests[2], engine.limits)
    results = record(engine, requests, settings)
    assert set(results) == {request.id for request in requests}
    failed = results[requests[2].id]
    assert isinstance(failed, SegmentError)
    assert failed.reason
    assert not failed.retry
    for request in requests[:2] + requests[3:]:
        check_recording(results[request.id], engine.limits, getattr(request, "text", None))


def _spoil(request: Any, limits: Limits) -> Any:
    """Return a request that the engine must refuse: too long for it."""
    if isinstance(request, SpeechRequest):
        text = ("word " * limits.longest)[: limits.longest + 1]
        return SpeechRequest(id=request.id, text=text, voice=request.voice, language="en", seed=0)
    longer: Any = limits.longest_sound + 1.0
    return SoundRequest(id=request.id, prompt=request.prompt, seed=0, seconds=longer)


def test_an_exhausted_source_that_fails_is_not_hidden(engine: Any, make: Make, settings: Settings) -> None:
    def requests() -> Iterator[Any]:
        yield make(0)
        raise KeyError("source")

    with engine.open(Device(), settings) as session, pytest.raises(KeyError):
        list(session.record(requests()))


def test_leaves_nothing_behind(
    engine: Any, make: Make, settings: Settings, children: Callable[[], set[int]]
) -> None:
    with engine.open(Device(), settings) as session:
        results = session.record(make(number) for number in count())
        next(results)
        results.close()
        again = dict(session.record([make(3)]))  # closing early has not spoilt the session
        assert list(again) == [make(3).id]
    assert not children()


def test_an_error_inside_the_with_leaves_nothing_behind(
    engine: Any, make: Make, settings: Settings, children: Callable[[], set[int]]
) -> None:
    def interrupted() -> None:
        with engine.open(Device(), settings) as session:
            for _ in session.record(make(number) for number in count()):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not children()


def test_gives_equal_samples_if_it_says_so(engine: Any, make: Make, settings: Settings) -> None:
    if Ability.SEEDED not in engine.limits.abilities:
        pytest.skip(f"{engine.name} does not promise equal samples")
    once, again = (record(engine, [make(0), make(1)], settings) for _ in range(2))
    for name, result in once.items():
        other = again[name]
        assert isinstance(result, Recording)
        assert isinstance(other, Recording)
        assert np.array_equal(result.audio.samples, other.audio.samples)


def test_speaks_texts_of_every_length(
    speaker: Any, ask: Callable[..., SpeechRequest], settings: Settings
) -> None:
    engine = speaker
    longest = ("a lamp, " * engine.limits.longest)[: engine.limits.longest - 1].rstrip(", ") + "."
    requests = [ask(longest, id="longest"), ask("I", id="shortest")]
    results = record(engine, requests, settings)
    assert results.keys() == {request.id for request in requests}
    for request in requests:
        check_recording(results[request.id], engine.limits, request.text)


def test_refuses_languages_that_it_lacks(
    speaker: Any, ask: Callable[..., SpeechRequest], settings: Settings
) -> None:
    engine = speaker
    if not engine.limits.languages:
        pytest.skip(f"{engine.name} takes every language")
    assert "qqq" not in engine.limits.languages
    results = record(engine, [ask("Hello.", id=1, language="qqq")], settings)
    result = results["1"]
    assert isinstance(result, SegmentError)
    assert "qqq" in result.reason
    assert not result.retry


def test_says_every_voice_of_a_pace(
    speaker: Any, ask: Callable[..., SpeechRequest], settings: Settings
) -> None:
    engine = speaker
    text = "There was no light in the window, and no smoke."
    requests = [ask(text, id=pace, pace=pace) for pace in (0.7, 1.0, 1.4)]
    results = record(engine, requests, settings)
    lengths = [result.audio.seconds for _, result in sorted(results.items()) if isinstance(result, Recording)]
    assert len(lengths) == 3
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 1.5 * lengths[2]


@pytest.mark.parametrize("name", SOUND)
def test_says_which_prompts_it_cannot_make(name: str) -> None:
    engine = SOUND[name]
    assert engine.check_prompt(PROMPTS[0]) is None
    refusal = engine.check_prompt("qwxz")
    assert refusal is None or "qwxz" in refusal


class NanEngine(ToneEngine):
    """A stranger's engine that makes what is no sound."""

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[Any]:
        with super().open(device, settings) as session:
            yield _NanSession(session)


class _NanSession:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def record(self, requests: Any) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        for name, result in self._inner.record(requests):
            samples = result.audio.samples.copy()
            samples[0, len(samples[0]) // 2] = np.nan
            yield name, Recording(audio=Audio(samples=samples, rate=result.audio.rate))


class DoubleEngine(ToneEngine):
    """A stranger's engine that answers twice."""

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[Any]:
        with super().open(device, settings) as session:
            yield _DoubleSession(session)


class _DoubleSession:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def record(self, requests: Any) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        for answer in self._inner.record(requests):
            yield answer
            yield answer


def test_the_contract_finds_sound_that_is_none(ask: Callable[..., SpeechRequest], settings: Settings) -> None:
    with pytest.raises(AudioError, match="not finite"):
        record(NanEngine(), [ask("Hello.")], settings)


def test_the_contract_finds_an_answer_too_many(ask: Callable[..., SpeechRequest], settings: Settings) -> None:
    with pytest.raises(AssertionError):
        record(DoubleEngine(), [ask("Hello.")], settings)
