"""Models: weights that an engine loads, and what is known of them.

A model lies in a folder of its own, ``models/<id>/``, with a ``model.json`` beside the weights that says what
they are: the card. Engines read the card and nothing else about a model; who fetches models writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fullcast.units import Hertz

CARD_FILE = "model.json"
"""Name of the card in a model's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A file of a model."""

    name: str
    """Path inside the model's folder, with ``/``."""
    size: int
    """Bytes."""
    sha256: str
    """Of the content, 64 hexadecimal digits; empty where it is not known beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What is known of a model."""

    id: str
    """Name of the model and of its folder."""
    engine: str
    """Name of the engine that loads it."""
    family: str
    """Architecture, where an engine knows several: ``kokoro``, ``vits``."""
    revision: str
    """Of the weights; part of the key of every take."""
    title: str = ""
    languages: tuple[str, ...] = ()
    """BCP 47 tags."""
    rate: Hertz = Hertz(24_000)
    """Sampling rate of what it gives."""
    memory: int = 0
    """Bytes that it takes up loaded; 0 where nobody measured."""
    licence: str = ""
    """SPDX identifier of the weights' licence, or its name."""
    commercial: bool = True
    """Whether the licence allows books that are sold."""
    accepted: str = ""
    """When somebody accepted a licence that forbids that, ISO 8601; empty if nobody did."""
    options: Mapping[str, str | int | float] = field(default_factory=dict)
    """What the engine must know beside: names of files, speakers."""
    files: tuple[ModelFile, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def card_to_json(card: ModelCard) -> dict[str, Any]:
    """Return a card as it stands in ``model.json``."""
    return asdict(card)


def card_from_json(document: Any) -> ModelCard:  # noqa: ANN401 - whatever a file held
    """Return the card that a ``model.json`` holds.

    Raises:
        ValueError: If it is no card, with what is wrong.
    """
    if not isinstance(document, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - one error for whatever is wrong with a file
    wanted = {"id": str, "engine": str, "family": str, "revision": str}
    absent = [name for name, kind in wanted.items() if not isinstance(document.get(name), kind)]
    if absent:
        raise ValueError(f"{', '.join(absent)}: missing or no text")
    try:
        files = tuple(ModelFile(**item) for item in document.get("files", ()))
        languages = tuple(map(str, document.get("languages", ())))
        rate = Hertz(int(document.get("rate", 24_000)))
        return ModelCard(**{**document, "files": files, "languages": languages, "rate": rate})
    except (TypeError, ValueError) as error:
        raise ValueError(str(error)) from error
