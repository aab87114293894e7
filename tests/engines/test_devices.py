"""Where engines run: what NVIDIA's library finds is given here as a value."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.engines import devices
from fullcast.engines.devices import Gpu, Gpus, choose_devices, find_gpus, order_as_cuda
from fullcast.errors import SetupError
from fullcast.model import Device, Limits, Placement, Settings
from fullcast.units import Hertz

GB = 1_000_000_000
LIMITS = Limits(
    longest=100,
    rate=Hertz(24_000),
    placement=Placement.IN_PROCESS,
    gpu=True,
    cpu=False,
    memory=6 * GB,
)
NONE = Gpus(found=(), why_none="Driver Not Loaded")


def gpu(index: int, free: float = 40) -> Gpu:
    return Gpu(index=index, name="NVIDIA L40S", uuid=f"GPU-{index}abc", total=48 * GB, free=int(free * GB))


TWO = Gpus(found=(gpu(0, 10), gpu(1, 40)))


def choose(device: str, limits: Limits = LIMITS, gpus: Gpus = TWO, replicas: int = 1) -> list[Device]:
    machine = Settings(jobs=4, device=device, replicas=replicas)
    return list(choose_devices("fast", limits, machine, find=lambda: gpus))


@pytest.fixture(autouse=True)
def _torch_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_spec", lambda _: object())


def test_auto_takes_the_freest_first() -> None:
    assert [device.index for device in choose("auto")] == [1, 0]
    assert all(device.kind == "cuda" and device.name == "NVIDIA L40S" for device in choose("auto"))


def test_auto_leaves_out_a_gpu_without_room() -> None:
    assert [device.index for device in choose("auto", gpus=Gpus(found=(gpu(0, 5.9), gpu(1, 40))))] == [1]
    with pytest.raises(SetupError, match=r"takes 6.0 GB, and the freest GPU has 3.0 GB left"):
        choose("auto", gpus=Gpus(found=(gpu(0, 3), gpu(1, 2))))


def test_numbers_take_those_in_their_order_and_no_other() -> None:
    assert [device.index for device in choose("1")] == [1]
    assert [device.index for device in choose("0,1")] == [0, 1]
    with pytest.raises(SetupError, match="GPU 2 cannot be used: this machine has 2"):
        choose("0,2")
    with pytest.raises(SetupError, match="GPU 0 cannot be used: Driver Not Loaded"):
        choose("0", gpus=NONE)


def test_replicas_go_over_all_gpus_before_a_second_on_one() -> None:
    assert [device.index for device in choose("0,1", replicas=2)] == [0, 1, 0, 1]


def test_an_engine_that_needs_a_gpu_never_runs_without_one_quietly() -> None:
    with pytest.raises(
        SetupError, match="needs a GPU, and none can be used here: Driver Not Loaded"
    ) as raised:
        choose("auto", gpus=NONE)
    assert "--gpus all" in (raised.value.hint or "")
    with pytest.raises(SetupError, match="needs a GPU: it cannot run on the processor"):
        choose("cpu")


def test_a_gpu_that_is_there_without_torch_is_an_error_with_a_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_spec", lambda _: None)
    for device in ("auto", "0"):
        with pytest.raises(SetupError, match="torch, which is not installed") as raised:
            choose(device)
        assert raised.value.hint == "install it: pip install 'fullcast[gpu]'"


def test_an_engine_in_its_own_environment_has_its_own_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "find_spec", lambda _: None)
    elsewhere = replace(LIMITS, placement=Placement.WORKER)
    assert [device.index for device in choose("auto", elsewhere)] == [1, 0]
    assert [device.index for device in choose("0", elsewhere)] == [0]


def test_an_engine_that_may_runs_on_the_processor() -> None:
    either = replace(LIMITS, cpu=True, memory=0)
    assert choose("auto", either, NONE) == [Device(threads=4)]
    assert choose("cpu", either) == [Device(threads=4)]
    assert choose("cpu", replace(either, gpu=False)) == [Device(threads=1)] * 4
    assert [device.kind for device in choose("auto", either)] == ["cuda", "cuda"]


def test_processes_on_the_processor_share_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "available_memory", lambda: 10 * GB)
    limits = replace(LIMITS, gpu=False, memory=3 * GB)
    assert choose("auto", limits) == [Device(threads=2)] * 2
    assert choose("auto", replace(limits, memory=30 * GB)) == [Device(threads=4)]


def test_an_engine_of_the_processor_refuses_a_gpu() -> None:
    with pytest.raises(SetupError, match="runs on the processor: it cannot use device 0"):
        choose("0", replace(LIMITS, gpu=False))


@pytest.mark.parametrize(
    ("shown", "uuids"),
    [
        (None, ["GPU-0abc", "GPU-1abc", "GPU-2abc"]),
        ("", []),
        ("2,0", ["GPU-2abc", "GPU-0abc"]),
        ("GPU-1", ["GPU-1abc"]),
        ("1,-1,0", ["GPU-1abc"]),
        ("7", []),
    ],
)
def test_gpus_are_counted_as_cuda_counts_them(shown: str | None, uuids: list[str]) -> None:
    found = order_as_cuda([gpu(0), gpu(1), gpu(2)], shown)
    assert [item.uuid for item in found] == uuids
    assert [item.index for item in found] == list(range(len(uuids)))


def test_without_nvidias_library_there_is_none_and_it_says_why() -> None:
    found = find_gpus({})
    if found.found:
        pytest.skip("this machine has a GPU")
    assert found.why_none


@given(frees=st.lists(st.floats(0, 80), min_size=1, max_size=8))
def test_every_chosen_gpu_has_room(frees: list[float]) -> None:
    gpus = Gpus(found=tuple(gpu(index, free) for index, free in enumerate(frees)))
    roomy = sorted((free for free in frees if int(free * GB) >= LIMITS.memory), reverse=True)
    if not roomy:
        with pytest.raises(SetupError):
            choose("auto", gpus=gpus)
        return
    assert [frees[device.index] for device in choose("auto", gpus=gpus)] == roomy
