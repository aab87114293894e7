"""A tiny VITS that the real sherpa-onnx runs: each letter hums at a pitch of its own, each speaker higher.

It says a space before every text.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fullcast.model import CARD_FILE, ModelCard, card_to_json
from fullcast.units import Hertz

if TYPE_CHECKING:
    from onnx import ModelProto

RATE = 16_000
PER_LETTER = 1_600
"""Samples of a letter at pace 1."""
SPEAKERS = 4
LETTERS = " abcdefghijklmnopqrstuvwxyz'.,!?-"


def pitch_of(letter: str, speaker: int) -> float:
    """Return at how many hertz the model hums a letter."""
    return 200.0 + 10.0 * (LETTERS.index(letter) + 1) + 400.0 * speaker


def make_model(folder: Path, name: str = "tiny", **changes: object) -> ModelCard:
    """Write the model into a folder of its own, with its card."""
    import onnx

    home = folder / name
    home.mkdir(parents=True)
    onnx.save(_network(), str(home / "model.onnx"))
    (home / "tokens.txt").write_text("".join(f"{letter} {n}\n" for n, letter in enumerate(LETTERS, 1)))
    options = {"model": "model.onnx", "tokens": "tokens.txt", "speakers": "af_anna,am_otto,bf_beth,bm_bob"}
    values: dict[str, object] = {
        "id": name,
        "engine": "sherpa",
        "family": "vits",
        "revision": "0123456789abcdef",
        "languages": ("en",),
        "rate": Hertz(RATE),
        "licence": "Apache-2.0",
        "options": options,
        **changes,
    }
    card = ModelCard(**values)  # type: ignore[arg-type] # fields by name
    (home / CARD_FILE).write_text(json.dumps(card_to_json(card)))
    return card


def _network() -> ModelProto:
    """Return the graph: sample n hums with the pitch of letter n // (samples of a letter)."""
    from onnx import TensorProto, helper

    def constant(name: str, kind: int, value: float) -> Any:
        return helper.make_node("Constant", [], [name], value=helper.make_tensor(name, kind, [], [value]))

    integer, real = TensorProto.INT64, TensorProto.FLOAT
    nodes = [
        constant("zero", integer, 0),
        constant("one", integer, 1),
        constant("per_letter", real, PER_LETTER),
        constant("base", real, 200.0),
        constant("step", real, 10.0),
        constant("speaker_step", real, 400.0),
        constant("turn", real, 2.0 * 3.141592653589793 / RATE),
        constant("loud", real, 0.3),
        helper.make_node("Squeeze", ["length_scale"], ["scale"]),
        helper.make_node("Mul", ["per_letter", "scale"], ["span"]),
        helper.make_node("Squeeze", ["x_length"], ["letters"]),
        helper.make_node("Cast", ["letters"], ["letters_real"], to=real),
        helper.make_node("Mul", ["letters_real", "span"], ["length_real"]),
        helper.make_node("Cast", ["length_real"], ["length"], to=integer),
        helper.make_node("Range", ["zero", "length", "one"], ["n"]),
        helper.make_node("Cast", ["n"], ["n_real"], to=real),
        helper.make_node("Div", ["n_real", "span"], ["place_real"]),
        helper.make_node("Floor", ["place_real"], ["place_floor"]),
        helper.make_node("Cast", ["place_floor"], ["place"], to=integer),
        helper.make_node("Sub", ["letters", "one"], ["last"]),
        helper.make_node("Min", ["place", "last"], ["place_inside"]),
        helper.make_node("Squeeze", ["x"], ["flat"]),
        helper.make_node("Reshape", ["flat", "minus_one"], ["row"]),
        helper.make_node("Gather", ["row", "place_inside"], ["token"]),
        helper.make_node("Cast", ["token"], ["token_real"], to=real),
        helper.make_node("Mul", ["token_real", "step"], ["raised"]),
        helper.make_node("Add", ["raised", "base"], ["plain"]),
        helper.make_node("Squeeze", ["sid"], ["who"]),
        helper.make_node("Cast", ["who"], ["who_real"], to=real),
        helper.make_node("Mul", ["who_real", "speaker_step"], ["who_raised"]),
        helper.make_node("Add", ["plain", "who_raised"], ["pitch"]),
        helper.make_node("Mul", ["pitch", "n_real"], ["cycles"]),
        helper.make_node("Mul", ["cycles", "turn"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["wave"]),
        helper.make_node("Mul", ["wave", "loud"], ["quiet"]),
        helper.make_node("Reshape", ["quiet", "whole"], ["y"]),
    ]
    ints: list[tuple[str, list[int | str]]] = [("x", [1, "L"]), ("x_length", [1])]
    reals: list[tuple[str, list[int | str]]] = [
        ("noise_scale", [1]),
        ("length_scale", [1]),
        ("noise_scale_w", [1]),
    ]
    inputs = [helper.make_tensor_value_info(name, integer, shape) for name, shape in ints]
    inputs += [helper.make_tensor_value_info(name, real, shape) for name, shape in reals]
    inputs += [helper.make_tensor_value_info("sid", integer, [1])]
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        [helper.make_tensor_value_info("y", real, [1, 1, "T"])],
        initializer=[
            helper.make_tensor("minus_one", integer, [1], [-1]),
            helper.make_tensor("whole", integer, [3], [1, 1, -1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    notes = {
        "sample_rate": str(RATE),
        "n_speakers": str(SPEAKERS),
        "language": "English",
        "comment": "tiny",
        "frontend": "characters",
        "add_blank": "0",
        "use_eos_bos": "1",
        "bos_id": "1",
        "eos_id": "1",
    }
    helper.set_model_props(model, notes)
    return model
