"""Engines that live elsewhere, as engines of ours."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.scripts import with_scripts
from fullcast.engines.weights import Installed, find_model
from fullcast.engines.worker.environment import RECORD, Environment, find_environment
from fullcast.engines.worker.recipes import RECIPES, Recipe
from fullcast.errors import SetupError
from fullcast.model import CARD_FILE, Ability, Limits, Placement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fullcast.engines.worker.session import WorkerSession
    from fullcast.model import Device, Settings, Voice

ADAPTER = 1
"""Counts what changes here that is heard: it is part of every key."""


class WorkerEngine:
    """An engine in an environment of its own; which one is its recipe, with what weights its model."""

    def __init__(
        self, recipe: Recipe, environment: Environment | None = None, installed: Installed | None = None
    ) -> None:
        self.recipe, self.environment, self.installed = recipe, environment, installed
        self.name = recipe.name
        self.model = "" if installed is None else installed.card.id
        self.revision = f"none-{ADAPTER}"
        self.files: tuple[Path, ...] = ()
        install = f"fullcast engines install {recipe.name}, then fullcast models list --engine {recipe.name}"
        abilities = {Ability.CLONING} if recipe.reference else set()
        abilities |= {Ability.STYLE} if recipe.style else set()
        self.limits = Limits(
            longest=recipe.longest,
            rate=recipe.rate,
            languages=with_scripts(recipe.languages),
            abilities=frozenset(abilities),
            batch=recipe.batch,
            placement=Placement.WORKER,
            cpu=recipe.cpu,
            gpu=True,
            memory=recipe.memory,
            quality=-1 if recipe.reference else recipe.quality,
            licence=recipe.licence,
            install=install,
        )
        if environment is not None and installed is not None:
            self.files = (installed.folder / CARD_FILE, Path(environment.python).parents[2] / RECORD)
            weights = f"{installed.card.id}@{installed.card.revision[:12]}"
            self.revision = f"{weights}-{environment.version_of(recipe.package)}-{ADAPTER}"
            licence = installed.card.licence or recipe.licence
            own = self.has_speakers
            kept = abilities - {Ability.CLONING} if own else abilities
            quality = recipe.quality if own else -1
            self.limits = replace(self.limits, licence=licence, quality=quality, abilities=frozenset(kept))

    @property
    def has_speakers(self) -> bool:
        """Whether the model speaks with voices of its own, and not with that of a recording."""
        if not self.recipe.reference:
            return True
        return self.installed is not None and bool(self.installed.card.options.get("speakers"))

    def bind(self, model: str, settings: Settings) -> WorkerEngine:
        """Return the engine with its environment and weights on this machine.

        Raises:
            SetupError: If either is missing.
        """
        environment = find_environment(self.name, settings)
        return WorkerEngine(self.recipe, environment, find_model(model, self.name, settings))

    def check(self) -> None:
        """Find out whether environment and weights are there.

        Raises:
            SetupError: If not.
        """
        if self.environment is None or self.installed is None:
            raise SetupError(f"{self.name} is not installed", hint=self.limits.install)

    def check_voice(self, voice: Voice, language: str) -> str | None:
        """Return why the engine cannot speak with a voice; None where it can."""
        del language
        from fullcast.engines.worker.voices import wrong_voice

        return wrong_voice(voice, self.recipe, own=self.has_speakers)

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[WorkerSession]:
        """Start the engine's process and load its weights.

        Raises:
            EngineError: If it does not start.
        """
        from fullcast.engines.worker.session import open_session

        del settings
        self.check()
        assert self.environment is not None
        assert self.installed is not None
        options = {
            "device": f"cuda:{device.index}" if device.kind == "cuda" else "cpu",
            "model": str(self.installed.folder.resolve()),
            "family": self.installed.card.family,
            "checkout": self.environment.checkout,
        }
        with open_session(self, Path(self.environment.python), options, device) as session:
            yield session


MEGATTS3 = partial(WorkerEngine, RECIPES["megatts3"])
INDEXTTS2 = partial(WorkerEngine, RECIPES["indextts2"])
GLM_TTS = partial(WorkerEngine, RECIPES["glm-tts"])
COSYVOICE1 = partial(WorkerEngine, RECIPES["cosyvoice1"])
QWEN3_TTS = partial(WorkerEngine, RECIPES["qwen3-tts"])
CHATTERBOX = partial(WorkerEngine, RECIPES["chatterbox"])
F5 = partial(WorkerEngine, RECIPES["f5"])
