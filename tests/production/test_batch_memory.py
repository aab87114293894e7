from __future__ import annotations

from pathlib import Path

import pytest

from fullcast.model import Device, Settings
from fullcast.production.batch_memory import recall_batch, remember_batch

GPU = Device(kind="cuda", index=0, name="NVIDIA H200")
DAY = 24 * 3600.0


@pytest.fixture
def machine(tmp_path: Path) -> Settings:
    return Settings(jobs=1, cache_folder=tmp_path / "cache")


def test_what_was_learned_counts_for_the_same_engine_on_the_same_sort_of_device(machine: Settings) -> None:
    assert recall_batch("cosyvoice3/1", GPU, machine) is None
    remember_batch("cosyvoice3/1", GPU, 12, machine)
    assert recall_batch("cosyvoice3/1", Device(kind="cuda", index=5, name="NVIDIA H200"), machine) == 12
    assert recall_batch("cosyvoice3/2", GPU, machine) is None
    assert recall_batch("cosyvoice3/1", Device(), machine) is None
    remember_batch("cosyvoice3/1", GPU, 6, machine)
    assert recall_batch("cosyvoice3/1", GPU, machine) == 6


def test_it_is_forgotten_after_a_week(machine: Settings) -> None:
    remember_batch("a/1", GPU, 4, machine, clock=lambda: 1000 * DAY)
    assert recall_batch("a/1", GPU, machine, clock=lambda: 1006 * DAY) == 4
    assert recall_batch("a/1", GPU, machine, clock=lambda: 1008 * DAY) is None


@pytest.mark.parametrize(
    "content", ["", "[]", '{"a/1 on NVIDIA H200": {"batch": "x"}}', '{"a/1 on NVIDIA H200": 3}']
)
def test_a_damaged_file_is_as_none(machine: Settings, content: str) -> None:
    assert machine.cache_folder is not None
    machine.cache_folder.mkdir()
    (machine.cache_folder / "batches.json").write_text(content)
    assert recall_batch("a/1", GPU, machine) is None
    remember_batch("a/1", GPU, 2, machine)
    assert recall_batch("a/1", GPU, machine) == 2
