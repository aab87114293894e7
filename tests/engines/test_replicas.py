"""Engines in processes of their own, with engines that die, hang, grow and run out of memory."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fullcast.engines.base import Recording, SegmentError, SpeechRequest
from fullcast.engines.replicas import Crew, open_replicas
from fullcast.engines.replicas.child import is_out_of_memory
from fullcast.errors import EngineError, SetupError
from fullcast.model import Device, Settings
from fullcast.units import Seconds

ROGUES = '''
import os, signal, sys, time
from contextlib import contextmanager
import numpy as np
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, SegmentError
from fullcast.errors import SetupError
from fullcast.model import Limits
from fullcast.units import Hertz


class Batcher:
    """Fills a batch, then records all of it; obeys words in its texts."""

    name, revision = "batcher", "1"
    limits = Limits(longest=1000, rate=Hertz(16000), batch=4)
    hoard = []

    def check(self):
        pass

    @contextmanager
    def open(self, device, settings):
        if device.index == 99:
            raise SetupError("batcher: the driver is too old", hint="update it")
        if device.index == 98:
            print("libfast: cannot map weights"); sys.stdout.flush(); os._exit(255)
        self.batch = device.batch or self.limits.batch
        yield self

    def record(self, requests):
        batch = []
        for request in requests:
            batch.append(request)
            if len(batch) == self.batch:
                yield from self.finish(batch)
                batch = []
        yield from self.finish(batch)

    def finish(self, batch):
        words = [request.text for request in batch]
        if sum("HEAVY" in word for word in words) > 1:
            raise RuntimeError("CUDA error: out of memory. Tried to allocate 2 GiB")
        for request in batch:
            if "TOO HEAVY" in request.text:
                raise MemoryError("not even one")
            if "POISON" in request.text:
                print("assertion failed: index out of bounds", file=sys.stderr, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            if "HANG" in request.text:
                time.sleep(600)
            if "GROW" in request.text:
                self.hoard.append(bytearray(os.urandom(1) * (40 << 20)))
            if "SILENT" in request.text:
                continue
            if "SLOW" in request.text:
                time.sleep(0.05)
            if "REFUSE" in request.text:
                yield request.id, SegmentError(reason="no", retry=False)
                continue
            samples = np.full((1, 1600 + os.getpid() % 997), 0.1, dtype=np.float32)
            print("progress bar", request.id)
            yield request.id, Recording(audio=Audio(samples=samples, rate=Hertz(16000)))
'''


@pytest.fixture
def rogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the engine as a stranger's package; processes inherit where it lies."""
    (tmp_path / "rogue_crew.py").write_text(ROGUES)
    about = tmp_path / "rogue_crew-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rogue-crew\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[fullcast.speech]\nbatcher = rogue_crew:Batcher\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "rogue_crew", raising=False)


Ask = Callable[..., SpeechRequest]
Results = dict[str, Recording | SegmentError]


def crew(*devices: Device, patience: float = 60.0, growth: int = 1 << 40) -> Crew:
    return Crew(
        engine="batcher",
        devices=devices or (Device(),),
        settings=Settings(jobs=1),
        batch=4,
        patience=Seconds(patience),
        growth=growth,
    )


def record(made: Crew, requests: list[SpeechRequest]) -> Results:
    results: Results = {}
    with open_replicas(made) as session:
        for name, result in session.record(requests):
            assert name not in results
            results[name] = result
    return results


def texts(ask: Ask, *words: str) -> list[SpeechRequest]:
    return [ask(word, id=number) for number, word in enumerate(words)]


def makers(results: Results) -> Counter[int]:
    """Return how many recordings each process made: it shows in their lengths."""
    return Counter(result.audio.length for result in results.values() if isinstance(result, Recording))


@pytest.mark.usefixtures("rogues")
@pytest.mark.parametrize("number", [0, 1, 3, 4, 5, 23])
def test_every_request_is_answered_once(ask: Ask, number: int) -> None:
    results = record(crew(), texts(ask, *["Yes."] * number))
    assert len(results) == number
    assert all(isinstance(result, Recording) for result in results.values())


@pytest.mark.usefixtures("rogues")
def test_work_goes_to_all_replicas(ask: Ask) -> None:
    results = record(crew(Device(), Device()), texts(ask, *["SLOW"] * 60))
    shares = makers(results)
    assert sum(shares.values()) == 60
    assert len(shares) == 2
    assert min(shares.values()) > 5


@pytest.mark.usefixtures("rogues")
def test_requests_are_pulled_as_there_is_room(ask: Ask) -> None:
    pulled = 0

    def endless() -> Iterator[SpeechRequest]:
        nonlocal pulled
        for pulled in count(1):
            yield ask("Yes.", id=pulled)

    with open_replicas(crew()) as session:
        results = session.record(endless())
        assert pulled == 0
        for _ in range(10):
            next(results)
        assert 10 < pulled <= 10 + 3 * 4
        results.close()  # type: ignore[attr-defined] # a generator


@pytest.mark.usefixtures("rogues")
def test_a_session_records_again_and_again_in_the_same_process(ask: Ask) -> None:
    with open_replicas(crew()) as session:
        rounds: list[Results] = [{**dict(session.record(texts(ask, "Yes.", "No.")))} for _ in range(3)]
    assert len({length for results in rounds for length in makers(results)}) == 1


@pytest.mark.usefixtures("rogues")
def test_poison_costs_only_itself_and_is_told_with_last_words(ask: Ask) -> None:
    requests = texts(ask, *["Yes."] * 6, "POISON", *["No."] * 6)
    results = record(crew(), requests)
    poisoned = results["6"]
    assert isinstance(poisoned, SegmentError)
    assert not poisoned.retry
    assert "ended the engine's process twice: assertion failed: index out of bounds" in poisoned.reason
    assert sum(makers(results).values()) == 12


@pytest.mark.usefixtures("rogues")
def test_an_engine_that_dies_of_everything_is_given_up(ask: Ask) -> None:
    with pytest.raises(EngineError, match="batcher ended unexpectedly: assertion failed"):
        record(crew(), texts(ask, *["POISON"] * 9))


@pytest.mark.usefixtures("rogues")
def test_a_hung_replica_is_replaced(ask: Ask) -> None:
    results = record(crew(patience=3.0), texts(ask, "Yes.", "HANG", "No.", "Perhaps."))
    hung = results["1"]
    assert isinstance(hung, SegmentError)
    assert "nothing was heard of it for 3 s" in hung.reason
    assert sum(makers(results).values()) == 3


@pytest.mark.usefixtures("rogues")
def test_out_of_memory_halves_what_is_in_hand_and_goes_on(ask: Ask) -> None:
    learned: list[int] = []
    requests = texts(ask, *["HEAVY"] * 8)
    with open_replicas(crew(), learned=lambda _, batch: learned.append(batch)) as session:
        results: Results = {str(name): result for name, result in session.record(requests)}
    assert learned == [2, 1]
    assert sum(makers(results).values()) == 8


@pytest.mark.usefixtures("rogues")
def test_what_fits_into_no_memory_is_given_up_alone(ask: Ask) -> None:
    results = record(crew(), texts(ask, "TOO HEAVY", "Yes.", "No."))
    assert isinstance(results["0"], SegmentError)
    assert "not even one" in results["0"].reason
    assert sum(makers(results).values()) == 2


@pytest.mark.usefixtures("rogues")
def test_a_process_that_grows_is_replaced_and_nothing_is_lost(ask: Ask) -> None:
    results = record(crew(growth=100 << 20), texts(ask, *["GROW"] * 12))
    shares = makers(results)
    assert sum(shares.values()) == 12
    assert len(shares) > 1


@pytest.mark.usefixtures("rogues")
def test_what_is_left_unanswered_comes_back_as_an_error(ask: Ask) -> None:
    results = record(crew(), texts(ask, "Yes.", "SILENT", "REFUSE"))
    assert isinstance(results["1"], SegmentError)
    assert results["1"].reason == "the engine gave back nothing for it"
    assert isinstance(results["2"], SegmentError)
    assert results["2"].reason == "no"


@pytest.mark.usefixtures("rogues")
def test_a_machine_that_is_not_ready_is_told_as_such(ask: Ask) -> None:
    with pytest.raises(SetupError, match="the driver is too old") as raised:
        record(crew(Device(kind="cuda", index=99)), texts(ask, "Yes."))
    assert raised.value.hint == "update it"


@pytest.mark.usefixtures("rogues")
def test_an_engine_that_ends_the_process_on_opening_is_told_with_its_last_words(ask: Ask) -> None:
    with pytest.raises(EngineError, match="libfast: cannot map weights"):
        record(crew(Device(kind="cuda", index=98)), texts(ask, "Yes."))


@pytest.mark.usefixtures("rogues")
def test_whoever_leaves_early_leaves_no_process(ask: Ask, children: Callable[[], set[int]]) -> None:
    before = children()
    with open_replicas(crew(Device(), Device())) as session:
        results = session.record(texts(ask, *["SLOW"] * 50))
        next(results)
        assert len(children() - before) >= 2
    assert not children() - before


@pytest.mark.usefixtures("rogues")
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(
        st.sampled_from(["Yes.", "SLOW", "POISON", "HEAVY", "SILENT", "REFUSE"]), max_size=14
    ).filter(lambda words: words.count("POISON") < 2),
    replicas=st.integers(1, 3),
)
def test_whatever_happens_each_is_answered_once(ask: Ask, words: list[str], replicas: int) -> None:
    results = record(crew(*[Device()] * replicas), texts(ask, *words))
    assert sorted(results, key=int) == [str(number) for number in range(len(words))]
    for number, word in enumerate(words):
        good = word in {"Yes.", "SLOW", "HEAVY"}
        assert isinstance(results[str(number)], Recording if good else SegmentError), word


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 20 MiB"), True),
        (RuntimeError("Failed to allocate memory for requested buffer of size 1024"), True),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
    ],
)
def test_words_of_short_memory_are_known(error: Exception, *, told: bool) -> None:
    assert is_out_of_memory(error) is told
