"""Weights from the files of a model, by the names that CosyVoice has for them: all of them and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from fullcast.engines.checkpoints import check_state, load_state
from fullcast.engines.cosyvoice.conformer import ConformerFlow
from fullcast.engines.cosyvoice.facts import FLOW_FILE, LANGUAGE_FILE, VOCODER_FILE
from fullcast.engines.cosyvoice.flow import DiffusionFlow, Flow
from fullcast.engines.cosyvoice.language import LanguageModel
from fullcast.engines.cosyvoice.shapes import (
    ConformerFlowShape,
    DiffusionFlowShape,
    FlowShape,
    LanguageShape,
    VocoderShape,
)
from fullcast.engines.cosyvoice.vocoder import Vocoder

M = TypeVar("M", bound=nn.Module)
Shape = tuple[int, ...]

_TEXT_HEAD = "llm.model.lm_head.weight"
"""Qwen2's own words, which CosyVoice never asks for."""
_SPEEDS = "decoder.estimator.rotary_embed.inv_freq"
"""How quickly positions turn: a constant that x-transformers keeps among the weights."""
_LENGTH, _DIRECTION = "parametrizations.weight.original0", "parametrizations.weight.original1"
_OLD_LENGTH, _OLD_DIRECTION = "weight_g", "weight_v"


def load_language(folder: Path, shape: LanguageShape, file: str = LANGUAGE_FILE) -> LanguageModel:
    """Return the language model of a folder, on the processor.

    Raises:
        SetupError: If a weight is missing, too many or of another shape; likewise below.
    """
    state = load_state(folder / file)
    state.pop(_TEXT_HEAD, None)
    return _fill(lambda: LanguageModel(shape), state, folder / file, _name_of_language)


def load_flow(folder: Path, shape: FlowShape) -> Flow:
    """Return the flow of a folder, on the processor."""
    file = folder / FLOW_FILE
    state = load_state(file)
    if isinstance(shape, ConformerFlowShape):
        return _fill(lambda: ConformerFlow(shape), state, file, lambda name: name)
    assert isinstance(shape, DiffusionFlowShape)
    state.pop(_SPEEDS, None)
    return _fill(lambda: DiffusionFlow(shape), state, file, lambda name: name)


def load_vocoder(folder: Path, shape: VocoderShape) -> Vocoder:
    """Return the vocoder of a folder, on the processor, in its precisions."""
    file = folder / VOCODER_FILE
    state = {_new_name(name.removeprefix("generator.")): value for name, value in load_state(file).items()}
    with torch.device("meta"):
        empty = Vocoder(shape)
    expected = _with_lengths(_shapes(empty))
    check_state(state, expected, file=file)
    return _fill(lambda: Vocoder(shape), _without_lengths(state), file, lambda name: name).settle()


def _name_of_language(name: str) -> str:
    return name.replace("backbone.", "llm.model.model.", 1)


def _new_name(name: str) -> str:
    """Return a name as torch writes it from 2.0 on, for one of before."""
    for old, new in ((_OLD_LENGTH, _LENGTH), (_OLD_DIRECTION, _DIRECTION)):
        if name.endswith(f".{old}"):
            return name.removesuffix(old) + new
    return name


def _shapes(module: nn.Module) -> dict[str, Shape]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}


def _with_lengths(plain: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return shapes as they are in a file, where convolutions stand as length and direction.

    Source:
        Weight normalisation, arXiv 1602.07868; the convolutions of the source go without.
    """
    found: dict[str, Shape] = {}
    for name, shape in plain.items():
        if name.endswith(".weight") and len(shape) == 3 and not name.startswith("source_downs."):
            stem = name.removesuffix("weight")
            found[stem + _LENGTH] = (shape[0], 1, 1)
            found[stem + _DIRECTION] = shape
        else:
            found[name] = shape
    return found


def _without_lengths(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return weights with length and direction made one."""
    found: dict[str, Tensor] = {}
    for name, value in state.items():
        if name.endswith(_DIRECTION):
            stem = name.removesuffix(_DIRECTION)
            direction = value.double()
            length = direction.norm(dim=(1, 2), keepdim=True)
            found[stem + "weight"] = (direction * (state[stem + _LENGTH].double() / length)).to(value.dtype)
        elif not name.endswith(_LENGTH):
            found[name] = value
    return found


def _fill(make: Callable[[], M], state: Mapping[str, Tensor], file: Path, in_file: Callable[[str], str]) -> M:
    """Return a network with the weights of a file.

    Args:
        make: Makes the network; its own first weights are never drawn.
        state: What the file holds.
        file: For errors.
        in_file: Name in the file of a name in the network.
    """
    with torch.device("meta"):
        network = make()
    shapes = _shapes(network)
    check_state(state, {in_file(name): shape for name, shape in shapes.items()}, file=file)
    network.load_state_dict({name: state[in_file(name)] for name in shapes}, strict=True, assign=True)
    network.requires_grad_(requires_grad=False)
    network.eval()
    return network
