"""A tiny CosyVoice 3 on this machine, by short names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tiny(tiny_cosyvoice: Any) -> Any:
    return tiny_cosyvoice


@pytest.fixture(scope="session")
def folder(folder_of_cosyvoice: Path) -> Path:
    return folder_of_cosyvoice
