"""How many requests at once a device turned out to take, remembered from run to run.

Memory may have been short because something else used it, so what was learned is forgotten after a week.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fullcast.files.disk import write_whole
from fullcast.model import Device, Settings

_FILE = "batches.json"
_WEEK = 7 * 24 * 3600.0


def cache_folder(settings: Settings) -> Path:
    """Return the folder for what engines derive and learn."""
    from platformdirs import user_cache_path

    return settings.cache_folder or user_cache_path("fullcast", appauthor=False)


def recall_batch(
    engine: str, device: Device, settings: Settings, *, clock: Callable[[], float] = time.time
) -> int | None:
    """Return how many requests at once a device takes of an engine; None where nothing was learned lately."""
    entry = _read(settings).get(_name(engine, device))
    if not isinstance(entry, Mapping):
        return None
    batch, when = entry.get("batch"), entry.get("when")
    right = isinstance(batch, int) and batch >= 1 and isinstance(when, int | float)
    return batch if right and 0 <= clock() - float(when or 0) < _WEEK else None


def remember_batch(
    engine: str, device: Device, batch: int, settings: Settings, *, clock: Callable[[], float] = time.time
) -> None:
    """Remember how many requests at once a device takes of an engine."""
    known = {**_read(settings), _name(engine, device): {"batch": batch, "when": int(clock())}}
    folder = cache_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / _FILE, json.dumps(known, indent=1, sort_keys=True).encode())


def _name(engine: str, device: Device) -> str:
    return f"{engine} on {device.name or device.kind}"


def _read(settings: Settings) -> dict[str, Any]:
    try:
        known = json.loads((cache_folder(settings) / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
