"""Takes are judged by what is usual for the voice; what is wrong is asked for again, or said in halves."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SegmentError, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.engines.tone import ToneEngine, ToneSession
from fullcast.errors import Severity
from fullcast.files.sounds import read_take
from fullcast.files.store import Entry, Store
from fullcast.model import Device, PlannedTake, Pronunciation, Segment, Settings, Voice
from fullcast.production.judging import Judge, says_twice
from fullcast.production.recording import Lost, Recorded, record_takes
from fullcast.production.splitting import find_cut, halve, join
from fullcast.units import Seconds

SENTENCES = (
    "The lamp went out, and for a while nobody in the harbour spoke.",
    "She had not thought of the letter since the morning it arrived.",
    "There was a smell of tar and rope, and of bread from the corner.",
    "He counted the steps to the tower as he had done when he was small.",
    "Nothing moved on the water but the light of a single distant boat.",
    "They would be home before the storm, or they would not be home at all.",
    "A gull walked along the wall as if it had been asked to inspect it.",
    "Her brother laughed so rarely that the whole table turned to look.",
    "In the drawer lay a key, a stub of candle and a photograph of snow.",
    "Long after midnight the bell began to ring, slowly and out of tune.",
)
VOICE = Voice(name="nora", engines={"espeak": {"language": "en-GB", "variant": "f2"}})


def planned(text: str, voice: Voice = VOICE, key: str = "k") -> PlannedTake:
    segment = Segment(line=key, number=0, text=text, start=0, end=len(text), language="en")
    return PlannedTake(
        key=key,
        seed=1,
        segment=segment,
        speaker="Narrator",
        voice=voice,
        pace=1.0,
        engine="e/1",
        estimate=Seconds(len(text) / 14),
    )


@pytest.fixture(scope="module")
def spoken() -> dict[str, Audio]:
    """Sentences as eSpeak says them, some with words said again."""
    loop = SENTENCES[0].replace("for a while", "for a while for a while for a while")
    requests = [
        SpeechRequest(id=RequestId(text), text=text, voice=VOICE, language="en", seed=1)
        for text in (*SENTENCES, loop)
    ]
    machine = Settings(jobs=2)
    with EspeakEngine().open(Device(), machine) as session:
        results = dict(session.record(requests))
    made = {str(name): result.audio for name, result in results.items() if isinstance(result, Recording)}
    made["loop"] = made.pop(loop)
    return made


@pytest.fixture
def judge(spoken: dict[str, Audio]) -> Judge:
    """Return a judge who knows the voice."""
    judge = Judge(rate=14.0)
    for text in SENTENCES[1:]:
        assert judge.judge(planned(text), spoken[text]).fault is None
    return judge


def codes(judge: Judge, text: str, audio: Audio, voice: Voice = VOICE) -> set[str]:
    findings = judge.judge(planned(text, voice), audio).findings
    return {found.code for found in findings if found.severity is Severity.ERROR}


def test_a_good_take_of_a_known_voice_has_no_fault(judge: Judge, spoken: dict[str, Audio]) -> None:
    assert codes(judge, SENTENCES[0], spoken[SENTENCES[0]]) == set()


def test_words_said_again_are_found(judge: Judge, spoken: dict[str, Audio]) -> None:
    assert "repeated-words" in codes(judge, SENTENCES[0], spoken["loop"])
    said = planned(SENTENCES[0].replace("for a while", "for a while, for a while, for a while"))
    assert judge.judge(said, spoken["loop"]).fault is None  # the text itself says it thrice


@pytest.mark.parametrize("part", [0.35, 0.5, 0.6])
def test_lost_words_are_found(judge: Judge, spoken: dict[str, Audio], part: float) -> None:
    whole = spoken[SENTENCES[0]]
    cut = Audio(samples=whole.samples[:, : int(part * whole.length)], rate=whole.rate)
    assert codes(judge, SENTENCES[0], cut) == {"unusual-length"}


def test_a_wrong_rate_is_found(judge: Judge, spoken: dict[str, Audio]) -> None:
    whole = spoken[SENTENCES[0]]
    for factor in (0.5, 1.6):
        wrong = Audio(samples=whole.samples, rate=round(whole.rate * factor))
        assert "unusual-length" in codes(judge, SENTENCES[0], wrong)


def test_a_long_silence_is_found(judge: Judge, spoken: dict[str, Audio]) -> None:
    whole = spoken[SENTENCES[0]]
    gap = np.zeros((1, 3 * whole.rate), dtype=np.float32)
    half = whole.length // 2
    samples = np.concatenate([whole.samples[:, :half], gap, whole.samples[:, half:]], axis=1)
    assert "long-silence" in codes(judge, SENTENCES[0], Audio(samples=samples, rate=whole.rate))


def test_the_recording_that_is_cloned_from_is_found_in_a_take(
    judge: Judge, spoken: dict[str, Audio], tmp_path: Path
) -> None:
    reference = spoken[SENTENCES[3]]
    soundfile.write(tmp_path / "reference.wav", reference.samples.T, reference.rate)
    cloned = replace(VOICE, reference=tmp_path / "reference.wav")
    clean = spoken[SENTENCES[0]]
    assert codes(judge, SENTENCES[0], clean, cloned) == set()
    part = reference.samples[:, reference.rate // 2 : 2 * reference.rate]
    leaked = Audio(samples=np.concatenate([part, clean.samples], axis=1), rate=clean.rate)
    assert "reference-leak" in codes(judge, SENTENCES[0], leaked, cloned)


def test_a_voice_is_known_by_what_stands_in_the_store(spoken: dict[str, Audio]) -> None:
    known = []
    for text in SENTENCES[1:]:
        audio = spoken[text]
        entry = Entry(
            key=text, digest="", size=0, rate=audio.rate, samples=audio.length, begins=0, ends=audio.length
        )
        known.append((planned(text), entry))
    fresh = Judge(rate=14.0)
    fresh.learn([*known, (planned(SENTENCES[0]), None)])
    whole = spoken[SENTENCES[0]]
    cut = Audio(samples=whole.samples[:, : int(0.5 * whole.length)], rate=whole.rate)
    assert codes(fresh, SENTENCES[0], cut) == {"unusual-length"}
    assert codes(fresh, SENTENCES[0], whole) == set()


def test_an_unknown_voice_is_given_more_room(spoken: dict[str, Audio]) -> None:
    fresh = Judge(rate=14.0)
    whole = spoken[SENTENCES[0]]
    cut = Audio(samples=whole.samples[:, : int(0.6 * whole.length)], rate=whole.rate)
    assert codes(fresh, SENTENCES[0], cut) == set()
    tiny = Audio(samples=whole.samples[:, : int(0.3 * whole.length)], rate=whole.rate)
    assert codes(fresh, SENTENCES[0], tiny) == {"unusual-length"}


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("No, no, no!", True),
        ("The door, the door!", True),
        ("看看，看看。", True),
        ("That that is, is.", True),
        ("Nobody spoke in the house.", False),
        ("她说了一句话。", False),
        ("", False),
    ],
)
def test_texts_that_say_something_twice_are_known(text: str, *, twice: bool) -> None:
    assert says_twice(text) is twice


@given(text=st.text(alphabet=st.sampled_from("ab cd, . ！，。谁"), max_size=120))
def test_halves_say_what_the_whole_says(text: str) -> None:
    halves = halve(planned(text))
    assert (halves is None) == (find_cut(text) is None)
    if halves is not None:
        first, second = (half.segment.text for half in halves)
        assert first + second == text
        assert min(len(first), len(second)) >= len(text) // 5


def test_a_pronunciation_stays_with_its_word() -> None:
    text = "Siobhan went out, and for a while nobody said Siobhan."
    said = tuple(Pronunciation(start=at, end=at + 7, ipa="ʃ") for at in (0, text.rindex("Siobhan")))
    take = planned(text)
    halves = halve(replace(take, segment=replace(take.segment, pronunciations=said)))
    assert halves is not None
    for half in halves:
        (one,) = half.segment.pronunciations
        assert half.segment.text[one.start : one.end] == "Siobhan"


def test_joined_halves_keep_their_words_in_time() -> None:
    session = ToneSession(longest=999)
    texts = ("The lamp went out, ", "and nobody spoke.")
    requests = [
        SpeechRequest(id=RequestId(text), text=text, voice=VOICE, language="en", seed=1) for text in texts
    ]
    first, second = (result for _, result in session.record(requests))
    assert isinstance(first, Recording)
    assert isinstance(second, Recording)
    whole = join(first, second, len(texts[0]))
    text = "".join(texts)
    assert [text[word.start : word.end] for word in whole.words] == text.replace(",", "").strip(".").split()
    times = [time for word in whole.words for time in (word.begins, word.ends)]
    assert times == sorted(times)
    assert times[-1] <= whole.audio.seconds
    steps = np.abs(np.diff(whole.audio.samples[0]))
    usual = np.abs(np.diff(first.audio.samples[0])).max()
    assert steps.max() <= 1.5 * usual  # no click


class Fickle(ToneEngine):
    """An engine whose takes of some texts are thrice as long: always, at first, or only of whole texts."""

    name = "fickle"

    def __init__(self) -> None:
        super().__init__()
        self.limits = replace(self.limits, placement="program")  # type: ignore[arg-type] # as a string
        self.asked: Counter[str] = Counter()

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[Fickle]:  # type: ignore[override] # a session
        del device, settings
        yield self

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        for request in requests:
            self.asked[request.text] += 1
            wrong = (
                ("ALWAYS" in request.text)
                or ("FIRST" in request.text and request.seed == 1)
                or ("WHOLE" in request.text and "BUT" in request.text)
            )
            pace = 0.31 + 0.01 * (request.seed % 3) if wrong else 1.0
            if "MUTE" in request.text:
                samples = np.zeros((1, 24_000), dtype=np.float32)
                yield request.id, Recording(audio=Audio(samples=samples, rate=self.limits.rate))
                continue
            yield from ToneSession(longest=999).record([replace(request, pace=pace)])


Outcome = dict[str, Recorded | Lost]


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., tuple[Outcome, Fickle, Store]]:
    def record(*texts: str) -> tuple[Outcome, Fickle, Store]:
        engine, store = Fickle(), Store(tmp_path / "takes")
        takes = [planned(text, key=f"{number:032x}") for number, text in enumerate(texts)]
        results = {result.key: result for result in record_takes(engine, takes, store, Settings(jobs=1))}
        return {text: results[f"{number:032x}"] for number, text in enumerate(texts)}, engine, store

    return record


def test_a_wrong_take_is_asked_for_with_another_seed(
    recorded: Callable[..., tuple[Outcome, Fickle, Store]],
) -> None:
    text = "FIRST it went wrong, and nobody ever knew quite why it did."
    results, engine, _ = recorded(text, SENTENCES[0])
    assert engine.asked == {text: 2, SENTENCES[0]: 1}
    kept = results[text]
    assert isinstance(kept, Recorded)
    assert kept.findings == ()


def test_what_no_seed_gets_right_is_said_in_halves(
    recorded: Callable[..., tuple[Outcome, Fickle, Store]],
) -> None:
    text = "WHOLE it went wrong at any time they tried, BUT halves of it were well."
    results, engine, store = recorded(text)
    kept = results[text]
    assert isinstance(kept, Recorded)
    assert engine.asked[text] == 3
    assert {words: count for words, count in engine.asked.items() if words != text} == {
        "WHOLE it went wrong at any time they tried, ": 1,
        "BUT halves of it were well.": 1,
    }
    audio = read_take(store.file_of(kept.key))
    said = [text[word.start : word.end] for word in kept.entry.words]
    assert said == text.replace(",", "").strip(".").split()
    assert audio.seconds < 8


def test_of_takes_that_never_are_right_the_best_is_kept_and_told(
    recorded: Callable[..., tuple[Outcome, Fickle, Store]],
) -> None:
    text = "ALWAYS ALWAYS it goes on for far too long, ALWAYS and ever."
    results, engine, store = recorded(text)
    kept = results[text]
    assert isinstance(kept, Recorded)
    assert engine.asked[text] == 3
    (finding,) = [found for found in kept.findings if found.code == "unusual-length"]
    assert finding.severity is Severity.WARNING
    assert "is in doubt, 3 tries were no better: the take is too long for its words" in finding.message
    best = max(0.31 + 0.01 * ((1 + attempt) % 3) for attempt in range(3))
    (plain,) = (
        result
        for _, result in ToneSession(longest=999).record(
            [SpeechRequest(id=RequestId("x"), text=text, voice=VOICE, language="en", seed=1, pace=best)]
        )
    )
    assert isinstance(plain, Recording)
    assert read_take(store.file_of(kept.key)).seconds == pytest.approx(plain.audio.seconds, abs=0.05)


def test_what_is_never_heard_is_lost(recorded: Callable[..., tuple[Outcome, Fickle, Store]]) -> None:
    results, engine, _ = recorded("MUTE it stays, whatever anybody does about it.")
    (lost,) = results.values()
    assert isinstance(lost, Lost)
    assert lost.finding.code == "lost-take"
    assert "the take is silent" in lost.finding.message
    assert sum(engine.asked.values()) > 3


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed: eSpeak is not understood")
def test_a_recogniser_finds_words_that_are_missing_or_other() -> None:
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    from fullcast.assistants.listening import open_listener
    from fullcast.engines.command import CommandEngine

    dropped = "The lamp went out, and nobody spoke."
    other = "The clock went out, and for a month nobody in the garden laughed."
    machine = Settings(jobs=2)
    with CommandEngine().bind("flite", machine).open(Device(), machine) as session:
        requests = [
            SpeechRequest(id=RequestId(text), text=text, voice=VOICE, language="en", seed=1)
            for text in (*SENTENCES, dropped, other)
        ]
        made = {str(name): result for name, result in session.record(requests)}
    listener = open_listener("pocketsphinx", texts=[*SENTENCES, dropped, other])
    judge = Judge(rate=14.0, listener=listener)
    for text in SENTENCES:
        result = made[text]
        assert isinstance(result, Recording)
        assert codes(judge, text, result.audio) == set(), text
    for said in (dropped, other):
        result = made[said]
        assert isinstance(result, Recording)
        assert "misheard" in codes(judge, SENTENCES[0], result.audio)
        french = planned(SENTENCES[0])
        french = replace(french, segment=replace(french.segment, language="fr"))
        assert all(found.code != "misheard" for found in judge.judge(french, result.audio).findings)
