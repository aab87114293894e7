"""Where an engine runs: GPUs that NVIDIA's library finds, or the processor.

An engine that needs a GPU never runs on the processor without being told so, and one that is named is used or
refused: a slow night is worse than an error in the evening.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fullcast.errors import SetupError
from fullcast.model import Device, Placement

if TYPE_CHECKING:
    from fullcast.model import Limits, Settings

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The variable by which CUDA is shown some of the GPUs, in an order of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """A GPU of this machine."""

    index: int
    """As CUDA counts those that it may see."""
    name: str
    uuid: str
    total: int
    """Bytes of its memory."""
    free: int
    """Bytes of it that nobody uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpus:
    """What was found."""

    found: tuple[Gpu, ...]
    why_none: str = ""
    """What NVIDIA's library said, where there is none."""


def find_gpus(environment: Mapping[str, str] | None = None) -> Gpus:
    """Return the GPUs that CUDA would see; loads no CUDA.

    Args:
        environment: The variables; those of this process unless given.
    """
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return Gpus(found=(), why_none=str(error))
    try:
        all_gpus = [_look_at(index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError as error:
        return Gpus(found=(), why_none=str(error))
    finally:
        pynvml.nvmlShutdown()
    shown = (os.environ if environment is None else environment).get(VISIBLE)
    found = order_as_cuda(all_gpus, shown)
    why = "" if found else (f"{VISIBLE}={shown} shows none" if shown is not None else "there is none")
    return Gpus(found=found, why_none=why)


def _look_at(index: int) -> Gpu:
    import pynvml

    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    return Gpu(
        index=index,
        name=str(pynvml.nvmlDeviceGetName(handle)),
        uuid=str(pynvml.nvmlDeviceGetUUID(handle)),
        total=int(memory.total),
        free=int(memory.free),
    )


def order_as_cuda(gpus: list[Gpu], shown: str | None) -> tuple[Gpu, ...]:
    """Return the GPUs that CUDA shows, numbered as it numbers them.

    Args:
        gpus: All of the machine, in the order of the bus.
        shown: The value of ``CUDA_VISIBLE_DEVICES``; None where it is not set. CUDA stops at the first entry
            that names no GPU.
    """
    if shown is None:
        return tuple(gpus)
    chosen: list[Gpu] = []
    for word in filter(None, (part.strip() for part in shown.split(","))):
        match = [gpu for gpu in gpus if word == str(gpu.index) or gpu.uuid.startswith(word)]
        if not match:
            break
        chosen.append(match[0])
    return tuple(
        Gpu(index=index, name=gpu.name, uuid=gpu.uuid, total=gpu.total, free=gpu.free)
        for index, gpu in enumerate(chosen)
    )


def choose_devices(
    name: str, limits: Limits, settings: Settings, *, find: Callable[[], Gpus] = find_gpus
) -> tuple[Device, ...]:
    """Return the devices on which an engine runs, a replica each.

    Args:
        name: The engine's name, for errors.
        limits: What it can use and what it needs.
        settings: The machine; ``device`` is ``auto``, ``cpu`` or the numbers of GPUs.
        find: Finds the GPUs.

    Raises:
        SetupError: If a GPU is named or needed that cannot be used, with a cure.
    """
    asked = settings.device
    if not limits.gpu and asked not in {"auto", "cpu"}:
        raise SetupError(
            f"the engine {name} runs on the processor: it cannot use device {asked}",
            hint="leave --device and FULLCAST_DEVICE out, or say cpu",
        )
    if asked == "cpu" and not limits.cpu:
        raise SetupError(
            f"the engine {name} needs a GPU: it cannot run on the processor",
            hint="leave --device cpu out, or take an engine that can: fullcast engines list",
        )
    if not limits.gpu or asked == "cpu":
        return _processors(limits, settings)
    gpus = find()
    if asked == "auto" and not gpus.found and limits.cpu:
        return _processors(limits, settings)
    if asked == "auto":
        chosen = _freest(name, limits, gpus)
    else:
        chosen = [_named(int(number), gpus) for number in asked.split(",")]
    if limits.placement is Placement.IN_PROCESS:  # elsewhere an engine has a torch of its own
        _check_torch(name)
    return _several(chosen, settings)


def _freest(name: str, limits: Limits, gpus: Gpus) -> list[Gpu]:
    """Return the GPUs that have room for an engine, the freest first."""
    if not gpus.found:
        raise SetupError(
            f"the engine {name} needs a GPU, and none can be used here: {gpus.why_none}",
            hint="look at nvidia-smi and the driver; in a container, start it with --gpus all",
        )
    roomy = [gpu for gpu in gpus.found if gpu.free >= limits.memory]
    if not roomy:
        most = max(gpu.free for gpu in gpus.found)
        needs = f"takes {limits.memory / 1e9:.1f} GB, and the freest GPU has {most / 1e9:.1f} GB left"
        raise SetupError(
            f"the engine {name} {needs}",
            hint="end what else runs on it (nvidia-smi shows it), or choose a smaller model",
        )
    return sorted(roomy, key=lambda gpu: -gpu.free)


def _named(index: int, gpus: Gpus) -> Gpu:
    found = next((gpu for gpu in gpus.found if gpu.index == index), None)
    if found is None:
        there = f"this machine has {len(gpus.found)}" if gpus.found else gpus.why_none
        raise SetupError(
            f"GPU {index} cannot be used: {there}", hint="choose another with --device, or leave it to auto"
        )
    return found


def _check_torch(name: str) -> None:
    if find_spec("torch") is None:
        raise SetupError(
            f"the engine {name} uses torch, which is not installed",
            hint="install it: pip install 'fullcast[gpu]'",
        )


def _several(gpus: list[Gpu], settings: Settings) -> tuple[Device, ...]:
    """Return a device for each replica: the first of all GPUs before the second of any."""
    devices = [Device(kind="cuda", index=gpu.index, name=gpu.name) for gpu in gpus]
    return tuple(device for _ in range(settings.replicas) for device in devices)


def _processors(limits: Limits, settings: Settings) -> tuple[Device, ...]:
    """Return a device for each process that shares the processor, as far as memory goes."""
    if limits.gpu:
        count = 1  # what runs on GPUs spreads over cores by itself
    elif limits.memory:
        count = max(1, min(settings.jobs, int(0.8 * available_memory()) // limits.memory))
    else:
        count = settings.jobs
    return (Device(threads=max(1, settings.jobs // count)),) * count


def available_memory() -> int:
    """Return how many bytes this machine can give to new processes; a terabyte where it does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123 - no path of ours
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 1 << 40
