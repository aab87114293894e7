"""Engines in environments of their own: stand-ins for their sources, and this Python for theirs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fullcast.engines.base import OutOfMemoryError, Recording, SegmentError, SpeechRequest
from fullcast.engines.registry import choose_speech_engine
from fullcast.engines.worker.engine import WorkerEngine
from fullcast.engines.worker.environment import Environment, find_environment, write_record
from fullcast.engines.worker.recipes import RECIPES
from fullcast.engines.worker.session import Patience, open_session
from fullcast.errors import EngineError, SetupError
from fullcast.model import CARD_FILE, Device, ModelCard, Settings, Voice, card_to_json
from fullcast.production.asking import open_engine
from fullcast.units import Seconds

STANDINS = Path(__file__).parent / "standins"
CLONING = ("megatts3", "indextts2", "glm-tts", "qwen3-tts", "chatterbox", "f5")
Ask = Callable[..., SpeechRequest]
Results = dict[str, Recording | SegmentError]


@pytest.fixture(scope="module")
def workers(make_workers: Callable[[Path], Settings], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a machine on which every worker is installed, with stand-ins for its source."""
    return make_workers(tmp_path_factory.mktemp("machine"))


@pytest.fixture
def voice(recorded_voice: Voice) -> Voice:
    return recorded_voice


def bind(name: str, machine: Settings, model: str = "") -> WorkerEngine:
    engine = choose_speech_engine(f"{name}:{model or f'{name}-tiny'}", machine).engine
    assert isinstance(engine, WorkerEngine)
    return engine


def record(
    engine: WorkerEngine, machine: Settings, *requests: SpeechRequest, device: Device | None = None
) -> Results:
    results: Results = {}
    with engine.open(device or Device(), machine) as session:
        for name, result in session.record(requests):
            assert name not in results
            results[name] = result
    return results


def pitch_of(recording: Recording | SegmentError) -> float:
    assert isinstance(recording, Recording), recording
    spectrum = np.abs(np.fft.rfft(recording.audio.samples[0]))
    return float(np.argmax(spectrum) / recording.audio.seconds)


@pytest.mark.parametrize("name", RECIPES)
def test_every_worker_speaks(name: str, workers: Settings, voice: Voice, ask: Ask) -> None:
    engine = bind(name, workers)
    texts = ["The lamp was lit.", "Who goes there? Nobody answered.", "No—never / again."]
    requests = [replace(ask(text, id=number), voice=voice) for number, text in enumerate(texts)]
    results = record(engine, workers, *requests)
    for number, text in enumerate(texts):
        result = results[str(number)]
        assert isinstance(result, Recording), result
        assert result.audio.rate == RECIPES[name].rate
        assert result.audio.seconds == pytest.approx(0.1 * len(text), abs=0.25)
        assert pitch_of(result) > 100


@pytest.mark.parametrize("name", RECIPES)
def test_equal_seeds_give_equal_takes_in_any_company(
    name: str, workers: Settings, voice: Voice, ask: Ask
) -> None:
    engine = bind(name, workers)
    one = replace(ask("The lamp was lit.", id=1), voice=voice, seed=7)
    other = replace(ask("The lamp was lit.", id=2), voice=voice, seed=8)
    alone = record(engine, workers, one)["1"]
    again = record(engine, workers, other)["2"]
    assert isinstance(alone, Recording)
    assert isinstance(again, Recording)
    assert not np.array_equal(alone.audio.samples, again.audio.samples)
    if RECIPES[name].batch == 1:
        beside = record(engine, workers, other, one)["1"]
        assert isinstance(beside, Recording)
        assert np.array_equal(alone.audio.samples, beside.audio.samples)


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "qwen3-tts"])
def test_a_failing_item_never_loses_its_neighbours(
    name: str, workers: Settings, voice: Voice, ask: Ask
) -> None:
    engine = bind(name, workers)
    requests = [replace(ask(text, id=text), voice=voice) for text in ("Before.", "BURST BURST", "After.")]
    results = record(engine, workers, *requests)
    failed = results["BURST BURST"]
    assert isinstance(failed, SegmentError)
    assert failed.retry
    assert "no kernel for" in failed.reason
    assert isinstance(results["Before."], Recording)
    assert isinstance(results["After."], Recording)


def test_a_list_that_fails_is_told_for_each(workers: Settings, voice: Voice, ask: Ask) -> None:
    requests = [replace(ask(text, id=text), voice=voice) for text in ("Before.", "BURST BURST", "After.")]
    results = record(bind("qwen3-tts", workers), workers, *requests)
    assert all(isinstance(result, SegmentError) and result.retry for result in results.values())
    assert len(results) == 3


@pytest.mark.parametrize("pace", [0.7, 1.4])
@pytest.mark.parametrize("name", ["megatts3", "chatterbox"])
def test_pace_is_the_engines_own_or_the_sound_is_stretched(
    name: str, pace: float, workers: Settings, voice: Voice, ask: Ask
) -> None:
    text = "There was no light in the window, and no smoke."
    request = replace(ask(text, id=1), voice=voice, pace=pace)
    result = record(bind(name, workers), workers, request)["1"]
    assert isinstance(result, Recording)
    assert result.audio.seconds == pytest.approx(0.1 * len(text) / pace, rel=0.05)
    assert pitch_of(result) == pytest.approx(200, rel=0.02)


def test_styles_become_emotions_of_indextts(workers: Settings, voice: Voice, ask: Ask) -> None:
    styles = {"": 200, "happy": 300, "furious, loud": 350, "悲伤": 400, "in a hurry": 200, "calm": 650}
    requests = [replace(ask("aaaaaaaaaa", id=style or "none"), voice=voice, style=style) for style in styles]
    results = record(bind("indextts2", workers), workers, *requests)
    for style, pitch in styles.items():
        assert pitch_of(results[style or "none"]) == pytest.approx(pitch, abs=3)


def test_speakers_are_those_of_the_model(workers: Settings, ask: Ask) -> None:
    engine = bind("cosyvoice1", workers)
    named = Voice(name="x", engines={"cosyvoice1": {"speaker": "英文女"}})
    wrong = Voice(name="x", engines={"cosyvoice1": {"speaker": "nobody"}})
    assert engine.check_voice(named, "en") is None
    assert "no speaker 'nobody'; there are: 中文女" in (engine.check_voice(wrong, "en") or "")
    results = record(
        engine, workers, replace(ask("Yes.", id=1), voice=named), replace(ask("Yes.", id=2), voice=wrong)
    )
    assert isinstance(results["1"], Recording)
    assert isinstance(results["2"], SegmentError)
    custom = bind("qwen3-tts", workers, "qwen3-custom")
    assert custom.limits.quality > 0
    assert pitch_of(record(custom, workers, replace(ask("Yes.", id=1), voice=Voice(name="x")))["1"]) >= 180


def test_a_dead_thread_of_cosyvoice_is_told(workers: Settings, ask: Ask) -> None:
    result = record(bind("cosyvoice1", workers), workers, ask("DEAD THREAD", id=1))["1"]
    assert isinstance(result, SegmentError)
    assert "a thread of it died" in result.reason


@pytest.mark.parametrize("name", CLONING)
def test_what_a_voice_lacks_is_told_beforehand(
    name: str, workers: Settings, voice: Voice, tmp_path: Path
) -> None:
    engine, recipe = bind(name, workers), RECIPES[name]
    assert engine.check_voice(voice, "en") is None
    assert "the voice has none" in (engine.check_voice(Voice(name="x"), "en") or "")
    if recipe.transcript:
        assert "no transcript" in (engine.check_voice(replace(voice, transcript=None), "en") or "")
    if recipe.latent:
        bare = tmp_path / "bare.wav"
        bare.write_bytes(voice.reference.read_bytes() if voice.reference else b"")
        assert "bare.npy" in (engine.check_voice(replace(voice, reference=bare), "en") or "")
        outside = replace(voice, engines={"megatts3": {"latent": "../../outside.npy"}})
        assert "no latent" in (engine.check_voice(outside, "en") or "")


@pytest.mark.parametrize("name", ["megatts3", "f5"])
def test_texts_and_languages_that_it_lacks_are_refused(
    name: str, workers: Settings, voice: Voice, ask: Ask
) -> None:
    engine = bind(name, workers)
    long = replace(ask("a" * (engine.limits.longest + 1), id="long"), voice=voice)
    other = replace(ask("Да.", id="other"), voice=voice, language="ru")
    for result in record(engine, workers, long, other).values():
        assert isinstance(result, SegmentError)
        assert not result.retry


def test_a_text_without_a_word_is_not_sent_into_a_cuda_assertion(
    workers: Settings, voice: Voice, ask: Ask
) -> None:
    result = record(bind("megatts3", workers), workers, replace(ask("—!", id=1), voice=voice))["1"]
    assert isinstance(result, SegmentError)
    assert not result.retry
    assert "a text without a word" in result.reason


def test_a_crash_is_told_with_its_last_words(workers: Settings, voice: Voice, ask: Ask) -> None:
    engine = bind("chatterbox", workers)
    with pytest.raises(EngineError, match=r"ended with code 134: .*device-side assert triggered"):
        record(engine, workers, replace(ask("CRASH", id=1), voice=voice))


def test_a_crash_costs_only_its_own_item_in_a_run(workers: Settings, voice: Voice, ask: Ask) -> None:
    engine = bind("chatterbox", workers)
    texts = ("One.", "Two.", "CRASH", "Four.", "Five.")
    with open_engine(engine, workers) as session:
        answers = session.record([replace(ask(text, id=text), voice=voice) for text in texts])
        results: Results = {str(name): result for name, result in answers}
    assert isinstance(results.pop("CRASH"), SegmentError)
    assert all(isinstance(result, Recording) for result in results.values())
    assert len(results) == 4


def test_short_memory_halves_the_list_in_a_run(
    workers: Settings, voice: Voice, ask: Ask, tmp_path: Path
) -> None:
    engine = bind("qwen3-tts", workers)
    machine = replace(workers, cache_folder=tmp_path / "cache", jobs=1)
    requests = [replace(ask(f"HEAVY {number}", id=number), voice=voice) for number in range(6)]
    with pytest.raises(OutOfMemoryError):
        record(engine, workers, *requests)
    with open_engine(engine, machine) as session:
        results = dict(session.record(requests))
    assert all(isinstance(result, Recording) for result in results.values())
    assert len(results) == 6
    assert (tmp_path / "cache" / "batches.json").exists()


@pytest.mark.parametrize(
    ("word", "told"),
    [("HANG", "nothing was heard of it for 7 s"), ("SLOW", "a batch was not done after 4 s")],
)
def test_a_hung_worker_is_given_up(word: str, told: str, workers: Settings, voice: Voice, ask: Ask) -> None:
    engine = bind("chatterbox", workers)
    assert engine.environment
    assert engine.installed
    options = {"device": "cpu", "model": str(engine.installed.folder), "family": "", "checkout": ""}
    patience = Patience(silence=Seconds(7.0 if word == "HANG" else 30.0), recording=Seconds(4.0))
    with (
        pytest.raises(EngineError, match=told),
        open_session(engine, Path(engine.environment.python), options, Device(), patience) as session,
    ):
        list(session.record([replace(ask(word, id=1), voice=voice)]))


def test_nothing_is_left_behind(
    workers: Settings, voice: Voice, ask: Ask, children: Callable[[], set[int]]
) -> None:
    before = children()
    with bind("f5", workers).open(Device(), workers) as session:
        results = session.record([replace(ask("Yes.", id=number), voice=voice) for number in range(9)])
        next(results)
        assert children() - before
    assert not children() - before


def test_what_is_not_installed_is_told_with_the_command(workers: Settings, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="f5 is not installed") as raised:
        choose_speech_engine("f5", replace(workers, engine_folder=tmp_path))
    assert raised.value.hint == "make it: fullcast engines install f5"
    folder = tmp_path / "f5"
    folder.mkdir()
    write_record(Environment(engine="f5", python=str(folder / "gone"), version="3.11"), folder)
    with pytest.raises(SetupError, match="its Python is gone"):
        find_environment("f5", replace(workers, engine_folder=tmp_path))
    (folder / "worker.json").write_text("{")
    with pytest.raises(SetupError, match="is damaged"):
        find_environment("f5", replace(workers, engine_folder=tmp_path))


def test_a_long_recording_is_cut_to_what_the_engine_uses(tmp_path: Path) -> None:
    from fullcast.engines.worker.voices import prepare_reference

    noise = np.random.default_rng(1).normal(0, 0.1, (40 * 44_100, 2)).astype(np.float32)
    soundfile.write(tmp_path / "long.wav", noise, 44_100)
    made = prepare_reference(tmp_path / "long.wav", RECIPES["f5"], tmp_path)
    sound = soundfile.info(made)
    assert (sound.samplerate, sound.channels, sound.duration) == (24_000, 1, 12.0)


def test_cards_name_their_licence(workers: Settings) -> None:
    card = ModelCard(id="x", engine="f5", family="f5", revision="1")
    assert json.loads(json.dumps(card_to_json(card)))["engine"] == "f5"
    assert bind("f5", workers).limits.licence == "CC-BY-NC-4.0"
    assert CARD_FILE == "model.json"
    assert sys.executable


def test_a_worker_of_another_version_is_told(workers: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fullcast.engines.worker.session.VERSION", 2)
    engine = bind("chatterbox", workers)
    with (
        pytest.raises(EngineError, match="its worker speaks version 1 instead of 2"),
        engine.open(Device(), workers),
    ):
        pytest.fail("it was opened")
