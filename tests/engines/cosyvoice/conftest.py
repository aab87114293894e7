"""A tiny CosyVoice 3 on this machine."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tiny() -> Any:
    """Return the module that makes the model."""
    for name in ("torch", "tokenizers", "onnx", "onnxruntime", "safetensors", "kaldi_native_fbank"):
        pytest.importorskip(name, reason=f"{name} is not installed: pip install 'fullcast[gpu]' onnx")
    spec = spec_from_file_location("tiny_cosyvoice", Path(__file__).with_name("tiny.py"))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def folder(tiny: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the model's folder; tests only read it."""
    made: Path = tiny.make_model(tmp_path_factory.mktemp("models"))
    return made
