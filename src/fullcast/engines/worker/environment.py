"""Environments of engines on this machine: a folder with a Python, and a record of what it was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fullcast.errors import SetupError
from fullcast.model import Settings

RECORD = "worker.json"
"""Written last: an environment without it was never finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment that is whole."""

    engine: str
    python: str
    """The program."""
    version: str
    """Of Python."""
    checkout: str = ""
    """Folder of the engine's own source, where it wants one."""
    commit: str = ""
    """Of that source."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Versions by name, as pip tells them."""

    def version_of(self, package: str) -> str:
        """Return what of it is heard: the version of the engine's package, or the commit of its source."""
        return self.packages.get(package, "") or self.commit[:12] or "unknown"


def find_environment(engine: str, settings: Settings) -> Environment:
    """Return the environment of an engine.

    Raises:
        SetupError: If it was never made, not finished, or its Python is gone.
    """
    cure = f"make it: fullcast engines install {engine}"
    if settings.engine_folder is None:
        raise SetupError(
            f"{engine}: there is no folder for engines", hint="name one: FULLCAST_ENGINES=FOLDER"
        )
    file = settings.engine_folder / engine / RECORD
    try:
        environment = Environment(**json.loads(file.read_bytes()))
    except OSError as error:
        raise SetupError(f"{engine} is not installed", hint=cure) from error
    except (ValueError, TypeError) as error:
        raise SetupError(f"{file} is damaged: {error}", hint=cure) from error
    if not Path(environment.python).exists():
        raise SetupError(f"{engine}: its Python is gone: {environment.python}", hint=cure)
    if environment.checkout and not Path(environment.checkout).is_dir():
        raise SetupError(
            f"{engine}: its source is gone: {environment.checkout}",
            hint=f"bring it back, or: fullcast engines install {engine} --source FOLDER",
        )
    return environment


def write_record(environment: Environment, folder: Path) -> None:
    """Write the record of an environment: from now on it counts."""
    part = folder / f".{RECORD}.part"
    part.write_text(json.dumps(asdict(environment), indent=1), encoding="utf-8")
    part.replace(folder / RECORD)
