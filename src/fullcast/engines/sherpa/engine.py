"""The engine that speaks with sherpa-onnx."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fullcast.engines.scripts import with_scripts
from fullcast.engines.sherpa.families import family_of, parameters_of
from fullcast.engines.weights import find_model, installed_models
from fullcast.errors import SetupError
from fullcast.model import CARD_FILE, Ability, Limits, Placement
from fullcast.units import Hertz

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fullcast.engines.sherpa.session import SherpaSession
    from fullcast.engines.weights import Installed
    from fullcast.model import Device, Settings, Voice

ADAPTER = 1
"""Counts what changes here that is heard: it is part of every key."""
LONGEST = 400
"""Characters: two or three sentences; a take is what a change makes anew."""
QUALITY = 40
"""Neural voices on the processor: above what is embedded, below what needs a GPU."""
_INSTALL = "pip install 'fullcast[sherpa]', then fullcast models list --engine sherpa"


class SherpaEngine:
    """Kokoro, Piper's VITS, Matcha, Kitten, Supertonic; with a recording's voice ZipVoice and Pocket.

    Which one speaks is its model: ``sherpa:kokoro-multi-lang-v1_0``. Its revision is that of the weights, the
    library and this adapter. The library ends its process over a model that it dislikes, so it runs in one of
    its own.
    """

    name: str = "sherpa"

    def __init__(self, installed: Installed | None = None) -> None:
        self._installed = installed
        self.model = "" if installed is None else installed.card.id
        self.revision = f"none-{ADAPTER}"
        self.limits = Limits(
            longest=LONGEST, rate=Hertz(24_000), placement=Placement.IN_PROCESS, install=_INSTALL
        )
        self.files = () if installed is None else (installed.folder / CARD_FILE,)
        if installed is None:
            return
        card, family = installed.card, family_of(installed.card)
        self.revision = f"{card.id}@{card.revision[:12]}-{_library()}-{ADAPTER}"
        self.limits = replace(
            self.limits,
            rate=card.rate,
            languages=with_scripts(card.languages),
            abilities=frozenset({Ability.CLONING} if family.reference else ()),
            quality=-1 if family.reference else QUALITY,  # who has no recordings is not given it by chance
            licence=card.licence,
            memory=card.memory or 2 * card.size,  # weights, and as much again while it works
        )

    def bind(self, model: str, settings: Settings) -> SherpaEngine:
        """Return the engine with one model of this machine.

        Args:
            model: Its id; empty for the first, one with voices of its own before one that needs recordings.
            settings: The machine, with folders of models.

        Raises:
            SetupError: If it is not there.
        """
        if not model:
            own = sorted(
                installed_models(settings, self.name), key=lambda item: family_of(item.card).reference
            )
            model = own[0].card.id if own else ""
        return SherpaEngine(find_model(model, self.name, settings))

    def check(self) -> None:
        """Find out whether the library and every file of the model are there.

        Raises:
            SetupError: If not.
        """
        if find_spec("sherpa_onnx") is None:
            hint = "install it: pip install 'fullcast[sherpa]'"
            raise SetupError("sherpa: the package sherpa-onnx is not installed", hint=hint)
        installed = self._bound()
        parameters_of(installed.card, installed.folder)

    def check_voice(self, voice: Voice, language: str) -> str | None:
        """Return why the model cannot speak with a voice; None where it can."""
        del language
        family = family_of(self._bound().card)
        if family.reference and voice.reference is None:
            return f"{self.model} speaks with the voice of a recording, and the voice has none (reference)"
        if family.transcript and not voice.transcript:
            return f"{self.model} must know what is said in the recording: the voice has no transcript"
        return None

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[SherpaSession]:
        """Load the model.

        Raises:
            SetupError: If the library refuses it.
        """
        from fullcast.engines.sherpa.session import load

        self.check()
        yield load(self._bound(), threads=device.threads or settings.jobs)

    def _bound(self) -> Installed:
        if self._installed is None:
            raise SetupError("sherpa: no model is chosen", hint="name one, as in --engine sherpa:NAME")
        return self._installed


def _library() -> str:
    try:
        return version("sherpa-onnx")
    except PackageNotFoundError:
        return "none"
