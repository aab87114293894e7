"""The catalogue: models that engines of fullcast load, where they lie, and what may be done with them.

It is data, ``catalogue.yaml``; what is known only where a model lies, sizes and hashes, is asked for there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

from fullcast.errors import UsageError
from fullcast.files.kinds import suggest
from fullcast.model import ModelCard
from fullcast.units import Hertz


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where files of a model lie: a repository of a hub, or an address."""

    hubs: Mapping[str, str] = field(default_factory=dict)
    """Name of the repository by hub, ``hf`` and ``modelscope``."""
    patterns: tuple[str, ...] = ("*",)
    """Which files of the repository, with ``*``."""
    address: str = ""
    """Of a file, where there is no repository."""
    archive: bool = False
    """Whether the file is an archive whose content is wanted, without its outermost folder."""
    revision: str = "main"
    at: str = ""
    """Folder in the model's own that the files go to."""

    def wants(self, name: str) -> bool:
        """Return whether a file of the repository is wanted."""
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)

    def place_of(self, name: str) -> str:
        """Return where a file goes in the model's folder."""
        return f"{self.at}/{name}" if self.at else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A model of the catalogue."""

    card: ModelCard
    """Without revision and files."""
    origins: tuple[Origin, ...]


def read_catalogue() -> dict[str, Listed]:
    """Return every model of the catalogue by its id, in the order of engines and ids."""
    import yaml

    text = files("fullcast.files").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    entries: dict[str, dict[str, Any]] = yaml.safe_load(text)
    listed = {name: _listed(name, entry) for name, entry in entries.items()}
    return dict(sorted(listed.items(), key=lambda item: (item[1].card.engine, item[0])))


def find_listed(name: str) -> Listed:
    """Return the model of an id.

    Raises:
        UsageError: If there is none, with the nearest.
    """
    catalogue = read_catalogue()
    if name not in catalogue:
        raise UsageError(f"there is no model '{name}'", hint=suggest(name, catalogue, "models"))
    return catalogue[name]


def _listed(name: str, entry: Mapping[str, Any]) -> Listed:
    card = ModelCard(
        id=name,
        engine=entry["engine"],
        family=entry["family"],
        revision="",
        title=entry["title"],
        languages=tuple(entry.get("languages", ())),
        rate=Hertz(entry["rate"]),
        memory=entry.get("memory", 0),
        licence=entry["licence"],
        commercial=entry.get("commercial", True),
        options=entry.get("options", {}),
    )
    return Listed(card=card, origins=tuple(_origin(item) for item in entry["from"]))


def _origin(item: Mapping[str, Any]) -> Origin:
    address = item.get("archive", item.get("file", ""))
    return Origin(
        hubs={hub: item[hub] for hub in ("hf", "modelscope") if hub in item},
        patterns=tuple(item.get("files", ("*",))),
        address=address,
        archive="archive" in item,
        revision=item.get("revision", "main"),
        at=item.get("at", ""),
    )
