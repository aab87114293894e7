"""Weights are read as numbers, and compared with what a network expects."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from fullcast.engines.checkpoints import check_state, load_state
from fullcast.errors import SetupError

torch: Any = pytest.importorskip("torch", reason="torch is not installed: pip install 'fullcast[gpu]'")


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def state() -> dict[str, Any]:
    return {"a.weight": torch.ones(3, 2), "a.bias": torch.zeros(3)}


@pytest.mark.parametrize("wrapped", ["", "state_dict", "model"])
def test_a_checkpoint_of_torch_is_read(tmp_path: Path, state: dict[str, Any], wrapped: str) -> None:
    torch.save({wrapped: state, "epoch": 3} if wrapped else state, tmp_path / "m.pt")
    loaded = load_state(tmp_path / "m.pt")
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[name], state[name]) for name in state)


def test_safetensors_are_read(tmp_path: Path, state: dict[str, Any]) -> None:
    save_file = pytest.importorskip("safetensors.torch", reason="safetensors is not installed").save_file
    save_file(state, tmp_path / "m.safetensors")
    assert load_state(tmp_path / "m.safetensors").keys() == state.keys()


@pytest.mark.parametrize("bare", [False, True])
def test_code_in_a_checkpoint_is_refused_and_not_run(tmp_path: Path, bare: bool) -> None:  # noqa: FBT001
    evil = {"a": Evil(tmp_path / "ran")}
    if bare:
        (tmp_path / "m.pt").write_bytes(pickle.dumps(evil))
    else:
        torch.save(evil, tmp_path / "m.pt")
    with pytest.raises(SetupError, match="cannot be used"):
        load_state(tmp_path / "m.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_told(
    tmp_path: Path, state: dict[str, Any], suffix: str, part: float
) -> None:
    file = tmp_path / f"m{suffix}"
    if suffix == ".pt":
        torch.save(state, file)
    else:
        pytest.importorskip("safetensors.torch", reason="safetensors is not installed").save_file(state, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(SetupError, match="cut off perhaps"):
        load_state(file)


def test_what_is_no_checkpoint_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="it is missing"):
        load_state(tmp_path / "m.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(SetupError, match="holds list instead of tensors"):
        load_state(tmp_path / "list.pt")
    torch.save({"a": 1}, tmp_path / "numbers.pt")
    with pytest.raises(SetupError, match="what is no tensor: a"):
        load_state(tmp_path / "numbers.pt")


def test_names_and_shapes_must_be_those_of_the_network(state: dict[str, Any]) -> None:
    expected = {name: tuple(value.shape) for name, value in state.items()}
    check_state(state, expected, file=Path("m.pt"))
    wrong = {**expected, "a.bias": (4,), **{f"b.{number}": (1,) for number in range(7)}}
    with pytest.raises(SetupError) as raised:
        check_state({**state, "c": torch.ones(1)}, wrong, file=Path("models/m/m.pt"))
    for words in (
        "7 missing: b.0, b.1, b.2, b.3, b.4 and 2 more",
        "1 too many: c",
        "1 of another shape: a.bias (3,) instead of (4,)",
    ):
        assert words in raised.value.message
    assert "fullcast models check m" in (raised.value.hint or "")
