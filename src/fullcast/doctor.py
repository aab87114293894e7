"""Finds out what a machine can do before a render finds out what it cannot."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from fullcast import __version__
from fullcast.engines.registry import EngineState, survey_engines
from fullcast.engines.weights import installed_models
from fullcast.errors import SetupError
from fullcast.files.voices import list_voices
from fullcast.model import ModelCard, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "note", "missing"]
    message: str
    hint: str | None = None
    needed: bool = False
    """Whether nothing can be rendered without it."""

    @property
    def stops(self) -> bool:
        """Whether nothing can be rendered here because of it."""
        return self.needed and self.state == "missing"

    def to_json(self) -> dict[str, object]:
        """Return the check as a JSON object."""
        return asdict(self)


def examine(settings: Settings) -> tuple[Check, ...]:
    """Look at engines, devices, folders and libraries; changes nothing.

    Args:
        settings: The machine.
    """
    engines = survey_engines(settings)
    speech = [_check_engine(state) for state in engines if state.kind == "speech"]
    sound = [_check_engine(state) for state in engines if state.kind == "sound"]
    return (
        Check(name="fullcast", state="ok", message=f"{__version__} on Python {platform.python_version()}"),
        Check(name="processors", state="ok", message=f"{settings.jobs} may be busy at once"),
        *speech,
        *sound,
        _any_ready("speech", speech),
        _any_ready("sound", sound),
        *_check_models(settings),
        *_check_devices(settings.device),
        *_check_folders(settings),
        _check_voices(settings),
        _check_disk(),
    )


def _check_engine(state: EngineState) -> Check:
    name = f"{state.kind} engine {state.name}"
    if not state.ready:
        return Check(name=name, state="note", message=f"not here: {state.reason}", hint=state.install or None)
    licence = f", {state.licence}" if state.licence else ""
    return Check(name=name, state="ok", message=f"ready: revision {state.revision}{licence}")


def _check_models(settings: Settings) -> tuple[Check, ...]:
    """Return a line for each model that is here, with what its licence allows."""
    try:
        here = list(installed_models(settings))
    except SetupError as error:
        return (Check(name="models", state="note", message=error.message, hint=error.hint),)
    return tuple(
        Check(name=f"model {item.card.id}", state="ok", message=_licence_of(item.card)) for item in here
    )


def _licence_of(card: ModelCard) -> str:
    if card.commercial:
        return f"{card.licence}, for {card.engine}"
    accepted = f"accepted {card.accepted[:10]}" if card.accepted else "not accepted"
    return f"{card.licence}, for {card.engine}; not for books that are sold ({accepted})"


def _any_ready(kind: str, checks: list[Check]) -> Check:
    ready = [check.name.split()[-1] for check in checks if check.state == "ok"]
    if ready:
        return Check(
            name=f"{kind} engines", state="ok", message=f"{len(ready)} ready: {', '.join(ready)}", needed=True
        )
    return Check(
        name=f"{kind} engines",
        state="missing",
        message="none is ready",
        hint="install fullcast again in a fresh environment: pip install --force-reinstall fullcast",
        needed=True,
    )


def _check_devices(device: str) -> tuple[Check, ...]:
    """Look for GPUs through NVIDIA's library; only who names one needs one: the embedded engines do not."""
    import pynvml

    asked = [] if device in {"auto", "cpu"} else sorted({int(number) for number in device.split(",")})
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return _without_gpu(str(error), asked)
    try:
        count = pynvml.nvmlDeviceGetCount()
        found = [_check_gpu(index, needed=index in asked) for index in range(count)]
    finally:
        pynvml.nvmlShutdown()
    return (*found, *(_absent(index, f"this machine has {count}") for index in asked if index >= count))


def _without_gpu(why: str, asked: list[int]) -> tuple[Check, ...]:
    if asked:
        return tuple(_absent(index, f"no NVIDIA GPU can be used: {why}") for index in asked)
    message = f"no NVIDIA GPU that can be used ({why}); the embedded engines run on the processor"
    return (Check(name="GPU", state="note", message=message),)


def _absent(index: int, why: str) -> Check:
    hint = "choose another with --device, or leave it to auto"
    return Check(name=f"GPU {index}", state="missing", message=f"not there: {why}", hint=hint, needed=True)


def _check_gpu(index: int, *, needed: bool) -> Check:
    import pynvml

    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        name = pynvml.nvmlDeviceGetName(handle)
    except pynvml.NVMLError as error:
        message = f"there, but it cannot be used: {error}"
        hint = "look at it with nvidia-smi"
        return Check(name=f"GPU {index}", state="missing", message=message, hint=hint, needed=needed)
    message = f"{name}, {memory.free / 1e9:.0f} of {memory.total / 1e9:.0f} GB free"
    if find_spec("torch"):
        return Check(name=f"GPU {index}", state="ok", message=message, needed=needed)
    hint = "engines that use it need torch: pip install 'fullcast[gpu]'"
    return Check(name=f"GPU {index}", state="note", message=message, hint=hint, needed=needed)


def _check_folders(settings: Settings) -> tuple[Check, ...]:
    folders = {
        "voices": settings.voice_folders,
        "sounds": settings.sound_folders,
        "models": settings.model_folders,
    }
    return tuple(_check_folder(kind, folder) for kind, several in folders.items() for folder in several)


def _check_folder(kind: str, folder: Path) -> Check:
    if folder.is_dir() and os.access(folder, os.R_OK):
        return Check(name=f"{kind} folder", state="ok", message=str(folder))
    return Check(
        name=f"{kind} folder",
        state="missing",
        message=f"{folder} is not there or cannot be read",
        hint=f"mount it, or change FULLCAST_{kind.upper()}",
    )


def _check_voices(settings: Settings) -> Check:
    try:
        voices, problems = list_voices(project=None, settings=settings)
    except OSError as error:
        message = f"a folder of voices cannot be read: {error.filename}: {error.strerror}"
        return Check(name="voices", state="missing", message=message, needed=True)
    if not voices:
        hint = "install fullcast again: it brings voices along"
        return Check(name="voices", state="missing", message="none found", hint=hint, needed=True)
    if problems:
        broken = sorted({problem.place.file for problem in problems if problem.place})
        message = f"{len(voices)} found; broken: {', '.join(broken)}"
        hint = "`fullcast voices list` says what is wrong with them"
        return Check(name="voices", state="note", message=message, hint=hint)
    return Check(name="voices", state="ok", message=f"{len(voices)} found")


def _check_disk() -> Check:
    try:
        free = shutil.disk_usage(Path.cwd()).free
    except OSError as error:
        return Check(
            name="disk", state="note", message=f"the current folder cannot be used: {error.strerror}"
        )
    if free > 2e9:
        return Check(name="disk", state="ok", message=f"{free / 1e9:.0f} GB free here")
    return Check(
        name="disk",
        state="note",
        message=f"only {free / 1e9:.1f} GB free here",
        hint="a ten-hour book needs about 2 GB in its store",
    )
