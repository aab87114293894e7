"""Models on this machine, as engines find them: folders with a card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import SetupError
from fullcast.model import CARD_FILE, ModelCard, Settings, card_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A model that lies on this machine."""

    card: ModelCard
    folder: Path


def installed_models(settings: Settings, engine: str | None = None) -> Iterator[Installed]:
    """Yield the models of this machine, or those of one engine; folders without a card are none.

    Raises:
        SetupError: If a card cannot be read.
    """
    seen: set[str] = set()
    for folder in settings.model_folders:
        for card_file in sorted(folder.glob(f"*/{CARD_FILE}")):
            name = card_file.parent.name
            if name in seen:
                continue
            seen.add(name)
            found = read_model(card_file.parent)
            if engine is None or found.card.engine == engine:
                yield found


def read_model(folder: Path) -> Installed:
    """Read the card of a model's folder.

    Raises:
        SetupError: If it is not there or wrong.
    """
    try:
        card = card_from_json(json.loads((folder / CARD_FILE).read_bytes()))
    except OSError as error:
        raise SetupError(f"{folder}: no card of a model can be read: {error.strerror}") from error
    except ValueError as error:
        hint = f"fetch it again: fullcast models pull {folder.name}"
        raise SetupError(f"{folder / CARD_FILE} is no card of a model: {error}", hint=hint) from error
    return Installed(card=card, folder=folder)


def find_model(name: str, engine: str, settings: Settings) -> Installed:
    """Return the model of a name for an engine, with a licence that somebody accepted where one must.

    Args:
        name: Its id; empty for the first of the engine's that is there.
        engine: The engine's name.
        settings: The machine, with the folders of models.

    Raises:
        SetupError: If it is not there, is another engine's, or its licence must be accepted first.
    """
    own = list(installed_models(settings, engine))
    found = next((item for item in own if item.card.id == name or not name), None)
    if found is None:
        raise _missing(name, engine, settings, [item.card.id for item in own])
    if not (found.card.commercial or found.card.accepted):
        raise SetupError(
            f"the model {found.card.id} is not for commercial use ({found.card.licence})",
            hint=f"read its licence, then: fullcast models pull {found.card.id} --accept-licence",
        )
    return found


def _missing(name: str, engine: str, settings: Settings, own: list[str]) -> SetupError:
    there = f"; there are: {', '.join(own)}" if own else ""
    if not name:
        return SetupError(
            f"no model of the engine {engine} lies on this machine",
            hint=f"fullcast models list shows what there is; fetch one: fullcast models pull NAME{there}",
        )
    folders = ", ".join(map(str, settings.model_folders)) or "no folder of models is set"
    message = f"the model {name} of the engine {engine} is not on this machine (looked in: {folders})"
    return SetupError(message, hint=f"fullcast models pull {name}{there}")
