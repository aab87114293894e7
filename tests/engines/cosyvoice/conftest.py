"""Tiny CosyVoices on this machine, by short names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tiny(tiny_cosyvoice: Any) -> Any:
    return tiny_cosyvoice


@pytest.fixture(scope="session")
def folders(folders_of_cosyvoice: dict[int, Path]) -> dict[int, Path]:
    return folders_of_cosyvoice


@pytest.fixture(scope="session")
def folder(folders_of_cosyvoice: dict[int, Path]) -> Path:
    """Return the folder of CosyVoice 3."""
    return folders_of_cosyvoice[3]
