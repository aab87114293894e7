"""Weights from files, as numbers only: nothing in a file is ever run.

A file of torch may hold anything that Python can pickle; it is read with ``weights_only``, which takes
tensors and plain values and refuses the rest.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fullcast.errors import SetupError

if TYPE_CHECKING:
    from torch import Tensor

_SHOWN = 5
"""Names of a kind that an error shows."""


def load_state(file: Path) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint by their names, on the processor.

    Args:
        file: ``.safetensors``, or an archive of ``torch.save``; a dictionary in it may be nested under
            ``state_dict`` or ``model``.

    Raises:
        SetupError: If it is missing, cut off, holds other things than tensors, or code.
    """
    if not file.is_file():
        raise broken_file(file, "it is missing")
    if file.suffix == ".safetensors":
        return _load_safetensors(file)
    import pickle

    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickles by themselves, which are refused below
            content = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        # What torch says beside it advises to read it as code.
        raise broken_file(file, "it holds more than numbers, and could run as code") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise broken_file(file, f"it cannot be read, cut off perhaps: {_first_line(error)}") from error
    for key in ("state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    return _tensors(content, file)


def _load_safetensors(file: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return _tensors(load_file(file), file)
    except (SafetensorError, OSError, ValueError) as error:
        raise broken_file(file, f"it cannot be read, cut off perhaps: {_first_line(error)}") from error


def _tensors(content: Any, file: Path) -> dict[str, Tensor]:  # noqa: ANN401 - whatever the file held
    import torch

    if not isinstance(content, Mapping):
        raise broken_file(file, f"it holds {type(content).__name__} instead of tensors by name")
    odd = [str(name) for name, value in content.items() if not isinstance(value, torch.Tensor)]
    if odd:
        raise broken_file(file, f"it holds what is no tensor: {_some(odd)}")
    return {str(name): value for name, value in content.items()}


def check_state(state: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]], *, file: Path) -> None:
    """Compare a checkpoint with what a network expects.

    Args:
        state: Tensors by name.
        expected: Shapes by name, of all parameters and buffers.
        file: Where they came from, for the error.

    Raises:
        SetupError: If a name is missing or too many, or a shape is another; all are counted, some shown.
    """
    missing = sorted(expected.keys() - state.keys())
    extra = sorted(state.keys() - expected.keys())
    wrong = sorted(
        f"{name} {tuple(state[name].shape)} instead of {tuple(expected[name])}"
        for name in expected.keys() & state.keys()
        if tuple(state[name].shape) != tuple(expected[name])
    )
    told = [
        f"{len(names)} {kind}: {_some(names)}"
        for kind, names in (("missing", missing), ("too many", extra), ("of another shape", wrong))
        if names
    ]
    if told:
        raise broken_file(file, f"it is not the model that the engine knows: {'; '.join(told)}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def broken_file(file: Path, what: str, *, folder: Path | None = None) -> SetupError:
    """Return an error over a file of a model.

    Args:
        file: The file.
        what: What is wrong with it.
        folder: The model's, where the file does not lie in it directly.
    """
    model = (folder or file.parent).name
    return SetupError(
        f"the file {file} cannot be used: {what}",
        hint=f"look at it with fullcast models check {model}; then fetch it again",
    )
