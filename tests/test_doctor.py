"""What a machine can do is said before a render finds out what it cannot."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pynvml
import pytest

from fullcast.doctor import Check, examine
from fullcast.model import Settings

MACHINE = Settings(jobs=2, device="auto")


def named(checks: tuple[Check, ...], name: str) -> list[Check]:
    return [check for check in checks if check.name == name]


def stops(settings: Settings) -> set[str]:
    return {check.name for check in examine(settings) if check.stops}


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without NVIDIA's library: what the driver's binding says there."""

    def refuse() -> None:
        raise pynvml.NVMLError_LibraryNotFound

    monkeypatch.setattr(pynvml, "nvmlInit", refuse)


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two GPUs, the second of which cannot be used; what is opened and closed is noted."""
    opened: list[str] = []

    def memory(handle: int) -> SimpleNamespace:
        if handle:
            raise pynvml.NVMLError_GpuIsLost
        return SimpleNamespace(free=40e9, total=80e9)

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: opened.append("open"))
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: opened.append("closed"))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", int)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda _: "Big GPU")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", memory)
    return opened


@pytest.mark.usefixtures("no_gpu")
def test_a_machine_without_a_gpu_renders() -> None:
    checks = examine(MACHINE)
    assert stops(MACHINE) == set()
    assert named(checks, "speech engine espeak")[0].state == "ok"
    assert named(checks, "sound engine texture")[0].state == "ok"
    gpu = named(checks, "GPU")[0]
    assert gpu.state == "note"
    assert "the embedded engines run on the processor" in gpu.message
    assert int(named(checks, "voices")[0].message.split()[0]) >= 8


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_is_asked_for_and_not_there_stops() -> None:
    assert stops(replace(MACHINE, device="0")) == {"GPU 0"}
    assert stops(replace(MACHINE, device="1,0")) == {"GPU 0", "GPU 1"}
    assert stops(replace(MACHINE, device="cpu")) == set()


def test_each_gpu_is_described_and_the_library_closed(gpus: list[str]) -> None:
    checks = examine(MACHINE)
    good, bad = named(checks, "GPU 0")[0], named(checks, "GPU 1")[0]
    assert good.message == "Big GPU, 40 of 80 GB free"
    assert bad.state == "missing"
    assert "cannot be used" in bad.message
    assert stops(MACHINE) == set()
    assert gpus == ["open", "closed"] * 2


@pytest.mark.usefixtures("gpus")
def test_only_a_gpu_that_is_asked_for_stops() -> None:
    assert stops(replace(MACHINE, device="0")) == set()
    assert stops(replace(MACHINE, device="1")) == {"GPU 1"}
    assert stops(replace(MACHINE, device="0,5")) == {"GPU 5"}


@pytest.mark.usefixtures("no_gpu")
def test_a_broken_voice_is_named_and_stops_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "crow"
    broken.mkdir()
    (broken / "voice.yaml").write_text("fullcast: 1\ndescription: [\n")
    settings = replace(MACHINE, voice_folders=(tmp_path,))
    voices = named(examine(settings), "voices")[0]
    assert voices.state == "note"
    assert f"broken: {broken}/voice.yaml" in voices.message
    assert stops(settings) == set()


@pytest.mark.usefixtures("no_gpu")
def test_a_folder_that_is_not_mounted_is_missing(tmp_path: Path) -> None:
    folders = (tmp_path / "gone", tmp_path)
    settings = replace(MACHINE, voice_folders=folders, sound_folders=folders, model_folders=folders)
    checks = examine(settings)
    for kind in ("voices", "sounds", "models"):
        gone, there = named(checks, f"{kind} folder")
        assert (gone.state, there.state) == ("missing", "ok")
        assert gone.hint == f"mount it, or change FULLCAST_{kind.upper()}"


@pytest.mark.usefixtures("no_gpu")
def test_looking_loads_nothing_heavy_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {"torch", "transformers"} & sys.modules.keys()
    examine(MACHINE)
    assert {"torch", "transformers"} & sys.modules.keys() == before
    assert list(tmp_path.iterdir()) == []


def test_what_was_looked_at_is_a_json_object() -> None:
    check = Check(name="disk", state="note", message="little", hint="free some", needed=False)
    assert check.to_json() == {
        "name": "disk",
        "state": "note",
        "message": "little",
        "hint": "free some",
        "needed": False,
    }
