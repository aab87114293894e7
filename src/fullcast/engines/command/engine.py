"""The engine that has programs speak."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.command.presets import PRESETS
from fullcast.engines.command.voices import choose_voice, wrong_voice
from fullcast.engines.scripts import with_scripts
from fullcast.errors import SetupError
from fullcast.fingerprint import digest
from fullcast.model import Command, Limits, Placement, Sex
from fullcast.units import Hertz

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from fullcast.engines.base import SpeechSession
    from fullcast.model import Device, Settings, Voice

ADAPTER = 1
"""Counts what changes here that is heard: it is part of every key."""
QUALITY = 5
"""Below espeak: ``auto`` never takes a program that happens to be there for a whole book."""
_PATIENCE = 10.0
"""Seconds for a program to say its version or its voices."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+ -]{0,63}")


class CommandEngine:
    """Programs that turn text into a WAV: those of the settings, and presets for what people have.

    Which one speaks is its model: ``command:flite``. The settings' ``[commands.NAME]`` win over a preset of
    the same name; a project names one and says nothing of how it is run.
    """

    name: str = "command"

    def __init__(self, command: Command | None = None) -> None:
        self._command = command
        self.model = command.name if command else ""
        program = shutil.which(command.run[0]) if command else None
        self.files = (Path(program),) if program else ()
        self.revision = "none" if command is None else _revision(command)
        self.limits = Limits(longest=600, rate=Hertz(22_050), placement=Placement.PROGRAM, quality=QUALITY)
        if command is not None:
            self.limits = replace(
                self.limits,
                longest=command.longest,
                rate=command.rate,
                languages=with_scripts(command.languages),
                licence=command.licence or "unknown: see the program's own",
                install=command.install,
            )

    def bind(self, model: str, settings: Settings) -> CommandEngine:
        """Return the engine with one program.

        Args:
            model: Its name; empty for the first that is there.
            settings: The machine, with programs of its own.

        Raises:
            SetupError: If there is none of that name.
        """
        known = {command.name: command for command in (*settings.commands, *PRESETS)}
        known |= {command.name: command for command in settings.commands}
        if not model:
            model = next((name for name, command in known.items() if shutil.which(command.run[0])), "")
        if not model:
            hint = "install one (apt-get install flite), or describe yours: [commands.NAME] in fullcast.toml"
            raise SetupError(f"no program that speaks was found (looked for: {', '.join(known)})", hint=hint)
        if model not in known:
            raise SetupError(
                f"there is no program '{model}' (there are: {', '.join(known)})",
                hint=f"describe it in fullcast.toml: [commands.{model}]; docs/how-to/speak-with-a-program.md",
            )
        return CommandEngine(_with_listed_voices(known[model]))

    def check(self) -> None:
        """Find out whether the program is there.

        Raises:
            SetupError: If it is not.
        """
        if self._command is None:
            raise SetupError(
                "command: no program is chosen",
                hint="name one, as in --engine command:flite",
            )
        program = self._command.run[0]
        if shutil.which(program) is None:
            hint = self._command.install or f"install {program}, or correct its path in fullcast.toml"
            raise SetupError(f"{self._command.name}: the program {program} is not there", hint=hint)

    def check_voice(self, voice: Voice, language: str) -> str | None:
        """Return why the program cannot speak with a voice; None where it can."""
        del language
        return wrong_voice(voice, self._bound())

    def open(self, device: Device, settings: Settings) -> AbstractContextManager[SpeechSession]:
        """Make ready to run the program, on as many processes as the machine has jobs.

        Raises:
            SetupError: If it is not there.
        """
        from fullcast.engines.command.session import open_session

        del device
        self.check()
        return open_session(self._bound(), settings.jobs)

    def voice_of(self, voice: Voice) -> str:
        """Return the program's own voice for a voice of the library."""
        return choose_voice(voice, self._bound())

    def _bound(self) -> Command:
        if self._command is None:
            raise SetupError("command: no program is chosen", hint="name one, as in --engine command:flite")
        return self._command


def _revision(command: Command) -> str:
    """Return what stands for a program in keys: its name, how it is run, and the version it states."""
    heard = {"run": command.run, "rate": command.rate, "voices": command.voices, "pace": command.pace}
    version = _say(command.version)
    return f"{command.name}-{ADAPTER}-{digest({**heard, 'version': version})[:8]}"


def _with_listed_voices(command: Command) -> Command:
    """Return a program with the voices that it lists itself, behind those that are known."""
    listed = tuple(dict.fromkeys(_words_of(_say(command.list_voices))))
    known = {name: sex for name, sex in command.voices.items() if not listed or name in listed}
    more = {name: Sex.NEUTRAL for name in listed if name not in known}
    return replace(command, voices={**known, **more}, listed=listed)


def _words_of(listing: str) -> list[str]:
    r"""Return the names in a list of voices: the first column of each line, or of one line all words.

    >>> _words_of("Voices available: kal slt")
    ['kal', 'slt']
    >>> _words_of("(kal_diphone)"), _words_of("Anna   de_DE  # Hallo\nAlex   en_US  # Hello")
    (['kal_diphone'], ['Anna', 'Alex'])
    """
    listing = listing.strip()
    if listing and "\n" not in listing:
        names = listing.rpartition(":")[2].strip("() ").split()
    else:
        names = [re.split(r"\s{2,}|\t", line.strip())[0] for line in listing.splitlines()]
    return [name for name in names if _NAME.fullmatch(name)]


def _say(call: tuple[str, ...]) -> str:
    """Return what a program says of itself; nothing where it is missing, silent, or does not end."""
    program = shutil.which(call[0]) if call else None
    if program is None:
        return ""
    try:
        said = subprocess.run(  # noqa: S603 - it stands in the settings of the machine or in a preset
            [program, *call[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.decode("utf-8", "replace")
