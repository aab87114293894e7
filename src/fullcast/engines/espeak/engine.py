"""The engine that speaks with eSpeak NG."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.espeak.languages import declared_languages
from fullcast.errors import SetupError
from fullcast.model import Ability, Limits, Placement
from fullcast.units import Hertz, Seconds

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from fullcast.engines.base import SpeechSession
    from fullcast.model import Device, Settings

ADAPTER = 1
"""Counts what changes here that is heard: it is part of every key."""
RATE = Hertz(22_050)
LONGEST = 600
"""Characters. The library takes more, but a take is what a change makes anew."""
CHARACTERS_PER_SECOND = 14.0
"""Measured over 2,000 words of English prose in the voice `alba`."""


class EspeakEngine:
    """eSpeak NG from the package ``espeakng-loader``: robotic, in 116 languages, without a download.

    Its revision is the version of the package that carries the library, and that of this adapter.

    Args:
        home: Folder of the library and its data; None finds the package.
        patience: How long one text may take before its process counts as hung.
    """

    name: str = "espeak"

    def __init__(self, *, home: Path | None = None, patience: Seconds = Seconds(60.0)) -> None:
        self._home = home
        self._patience = patience
        self.revision = f"{_package_version()}-{ADAPTER}"
        self.limits = Limits(
            longest=LONGEST,
            rate=RATE,
            languages=declared_languages(),
            abilities=frozenset({Ability.WORDS, Ability.PRONUNCIATIONS}),
            batch=8,
            placement=Placement.EMBEDDED,
            quality=10,
            licence="GPL-3.0-or-later",
            rate_of_speech=CHARACTERS_PER_SECOND,
        )

    def check(self) -> None:
        """Find out whether library and data are there.

        Raises:
            SetupError: If they are not.
        """
        library, folder = self._find_files()
        for file in (library, folder / "phontab"):
            if not file.exists():
                message = f"espeak: {file} is missing"
                raise SetupError(message, hint=_CURE)

    def check_pronunciation(self, ipa: str) -> str | None:
        """Return which letter there is no sound for; None if each has one."""
        from fullcast.engines.espeak.ipa import UnknownLetterError, find_sounds

        try:
            find_sounds(ipa)
        except UnknownLetterError as error:
            return str(error)
        return None

    def open(self, device: Device, settings: Settings) -> AbstractContextManager[SpeechSession]:
        """Make ready to speak on ``settings.jobs`` processes.

        Raises:
            SetupError: If library or data are missing.
        """
        # Late: listing engines shall not pay for pools and pipes.
        from fullcast.engines.espeak.session import Installation, open_session

        del device
        self.check()
        library, folder = self._find_files()
        return open_session(
            Installation(library=library, folder=folder, jobs=settings.jobs, patience=self._patience)
        )

    def _find_files(self) -> tuple[Path, Path]:
        home = self._home
        if home is None:
            spec = importlib.util.find_spec("espeakng_loader")
            if spec is None or spec.origin is None:
                raise SetupError("espeak: the package espeakng-loader is not installed", hint=_CURE)
            home = Path(spec.origin).parent
        return home / _LIBRARY_NAMES.get(sys.platform, "libespeak-ng.so"), home / "espeak-ng-data"


def _package_version() -> str:
    try:
        return version("espeakng-loader")
    except PackageNotFoundError:
        return "none"


_LIBRARY_NAMES = {"darwin": "libespeak-ng.dylib", "win32": "espeak-ng.dll"}
_CURE = "install it with: python -m pip install --force-reinstall espeakng-loader"
