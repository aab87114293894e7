"""What the tests of engines share: requests, voices, and a look at this process's children."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from fullcast.engines.base import RequestId, SpeechRequest
from fullcast.engines.worker.environment import Environment, write_record
from fullcast.engines.worker.recipes import RECIPES
from fullcast.model import (
    CARD_FILE,
    Command,
    Device,
    ModelCard,
    Pronunciation,
    Settings,
    Voice,
    card_to_json,
)
from fullcast.units import Hertz

VOICE = Voice(name="nora", engines={"espeak": {"language": "en-GB", "variant": "f2", "rate": 150}})

Ask = Callable[..., SpeechRequest]
Children = Callable[[], set[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine on which an engine that must be bound finds what it needs."""

    model: str
    settings: Settings


ROBOT = """
import math, struct, sys, wave
words = open(sys.argv[1], encoding="utf-8").read()
with wave.open(sys.argv[2], "wb") as out:
    out.setnchannels(1); out.setsampwidth(2); out.setframerate(16000)
    count = int(1000 * len(words) * float(sys.argv[3]))
    samples = [int(8000 * math.sin(n / 20)) for n in range(count)]
    out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
"""


@pytest.fixture(scope="session")
def machine_of_command(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    robot = tmp_path_factory.mktemp("robot") / "robot.py"
    robot.write_text(ROBOT)
    command = Command(
        name="robot",
        run=(sys.executable, str(robot), "{text_file}", "{output}", "{stretch}"),
        rate=Hertz(16_000),
    )
    return Machine(model="robot", settings=Settings(jobs=2, commands=(command,)))


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a machine with a tiny model that the real sherpa-onnx runs."""
    folder = tmp_path_factory.mktemp("models")
    _tiny().make_model(folder)
    return Settings(jobs=2, model_folders=(folder,))


@pytest.fixture
def tiny_pitch() -> Callable[[str, int], float]:
    pitch: Callable[[str, int], float] = _tiny().pitch_of
    return pitch


def _tiny() -> Any:
    pytest.importorskip("onnx", reason="onnx is not installed, which makes the model")
    return _load("sherpa")


def _load(engine: str) -> Any:
    """Return the module that makes a tiny model of an engine."""
    spec = spec_from_file_location(f"tiny_{engine}", Path(__file__).parent / engine / "tiny.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny_cosyvoice() -> Any:
    """Return the module that makes a tiny CosyVoice 2 or 3."""
    _need("torch", "tokenizers", "onnx")
    return _load("cosyvoice")


def _need(*names: str) -> None:
    for name in names:
        pytest.importorskip(name, reason=f"{name} is not installed: pip install 'fullcast[gpu]' onnx")


@pytest.fixture(scope="session")
def hears_recordings() -> None:
    """Skip a test where what a CosyVoice hears recordings with is not installed."""
    _need("onnxruntime", "safetensors", "kaldi_native_fbank")


@pytest.fixture(scope="session")
def folders_of_cosyvoice(tiny_cosyvoice: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Return the folders of a tiny CosyVoice 2 and 3; tests only read them."""
    models = tmp_path_factory.mktemp("models")
    return {edition: tiny_cosyvoice.make_model(models, edition) for edition in (2, 3)}


@pytest.fixture
def machine_of_sherpa(tiny_models: Settings) -> Machine:
    return Machine(model="tiny", settings=tiny_models)


STANDINS = Path(__file__).parent / "standins"


@pytest.fixture(scope="session")
def make_workers() -> Callable[[Path], Settings]:
    """Return a function that installs every worker in a folder, with stand-ins for their sources."""

    def make(folder: Path) -> Settings:
        python = folder / "python"
        python.write_text(f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{STANDINS}" exec {sys.executable} "$@"\n')
        python.chmod(0o755)
        for recipe in RECIPES.values():
            home = folder / "engines" / recipe.name
            home.mkdir(parents=True)
            checkout = str(STANDINS) if recipe.checkout else ""
            made = Environment(engine=recipe.name, python=str(python), version="3.11", checkout=checkout)
            write_record(made, home)
            _weights(folder / "models" / f"{recipe.name}-tiny", recipe.name, recipe.licence)
        speakers = {"speakers": "Vivian"}
        _weights(folder / "models" / "qwen3-custom", "qwen3-tts", "", "custom-voice", speakers)
        return Settings(jobs=2, engine_folder=folder / "engines", model_folders=(folder / "models",))

    return make


def _weights(
    folder: Path, engine: str, licence: str, family: str = "base", options: Mapping[str, str] | None = None
) -> None:
    folder.mkdir(parents=True)
    card = ModelCard(
        id=folder.name, engine=engine, family=family, revision="1", licence=licence, options=options or {}
    )
    (folder / CARD_FILE).write_text(json.dumps(card_to_json(card)))


@pytest.fixture(scope="session")
def recorded_voice(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    """Return a voice with a recording, its words, and a latent."""
    folder = tmp_path_factory.mktemp("voice")
    time = np.arange(3 * 24_000) / 24_000
    soundfile.write(folder / "reference.wav", 0.2 * np.sin(2 * np.pi * 180 * time), 24_000)
    (folder / "reference.npy").write_bytes(b"latent")
    return Voice(name="nora", reference=folder / "reference.wav", transcript="Who goes there?")


def _machine_of(name: str) -> Any:
    @pytest.fixture(scope="session", name=f"machine_of_{name.replace('-', '_')}")
    def machine(
        make_workers: Callable[[Path], Settings], tmp_path_factory: pytest.TempPathFactory
    ) -> Machine:
        return Machine(model=f"{name}-tiny", settings=make_workers(tmp_path_factory.mktemp(name)))

    return machine


@pytest.fixture
def settings() -> Settings:
    return Settings(jobs=2)


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def ask() -> Ask:
    """Return a function that makes requests."""

    def make(text: str, **changes: object) -> SpeechRequest:
        number = changes.pop("id", text[:20])
        said = changes.pop("said", ())
        assert isinstance(said, tuple)
        values: dict[str, object] = {"voice": VOICE, "language": "en", "seed": 1, **changes}
        pronunciations = tuple(Pronunciation(start=a, end=b, ipa=ipa) for a, b, ipa in said)
        return SpeechRequest(
            id=RequestId(str(number)),
            text=text,
            pronunciations=pronunciations,
            **values,  # type: ignore[arg-type] # the test names fields of SpeechRequest
        )

    return make


@pytest.fixture
def children() -> Iterator[Children]:
    """Return a function that lists this process's living children; none of them may outlive the test."""

    def living() -> set[int]:
        found: set[int] = set()
        for task in Path(f"/proc/{os.getpid()}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end while we look
                found.update(map(int, (task / "children").read_text().split()))
        return found

    if not Path(f"/proc/{os.getpid()}/task").exists():
        pytest.skip("this system shows no children of a process under /proc")
    # Python's own tracker of shared memory starts with the first spawned process and stays with this one.
    resource_tracker.ensure_running()
    before = living()
    yield lambda: living() - before
    assert not living() - before


machine_of_chatterbox, machine_of_cosyvoice1, machine_of_f5, machine_of_glm_tts, machine_of_indextts2 = (
    _machine_of(name) for name in ("chatterbox", "cosyvoice1", "f5", "glm-tts", "indextts2")
)
machine_of_megatts3, machine_of_qwen3_tts = (_machine_of(name) for name in ("megatts3", "qwen3-tts"))


def _machine_of_cosyvoice(edition: int) -> Any:
    @pytest.fixture(scope="session", name=f"machine_of_cosyvoice{edition}")
    def machine(
        hears_recordings: None,
        folders_of_cosyvoice: dict[int, Path],
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Machine:
        del hears_recordings
        folder = folders_of_cosyvoice[edition]
        cache = tmp_path_factory.mktemp("cache")
        settings = Settings(jobs=1, model_folders=(folder.parent,), cache_folder=cache)
        return Machine(model=folder.name, settings=settings)

    return machine


machine_of_cosyvoice2, machine_of_cosyvoice3 = (_machine_of_cosyvoice(edition) for edition in (2, 3))
