"""Which of a program's voices speaks for a voice of the library."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from fullcast.model import Sex

if TYPE_CHECKING:
    from fullcast.model import Command, Voice

ENGINE = "command"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+ -]{0,63}")
"""A name becomes part of an argument, with festival of a piece of code: no path, no address, no quote."""


def choose_voice(voice: Voice, command: Command) -> str:
    """Return a program's own voice for a voice of the library.

    A voice may name it, by program (``engines: {command: {flite: slt}}``). Otherwise one of the same sex is
    taken; which one hangs on the voice's name alone, so that a cast spreads over all of them.
    """
    named = voice.engines.get(ENGINE, {}).get(command.name)
    if named is not None:
        return str(named)
    fitting = [name for name, sex in command.voices.items() if sex is voice.sex]
    fitting = fitting or [name for name, sex in command.voices.items() if sex is Sex.NEUTRAL]
    fitting = fitting or list(command.voices)
    if not fitting:
        return ""
    number = int.from_bytes(hashlib.blake2b(voice.name.encode(), digest_size=8).digest())
    return fitting[number % len(fitting)]


def wrong_voice(voice: Voice, command: Command) -> str | None:
    """Return why a program cannot speak with a voice; None where it can."""
    wants = any("{voice}" in part for part in command.run)
    chosen = choose_voice(voice, command)
    if not wants:
        return None
    if not chosen:
        where = f"engines: {ENGINE}: {command.name}"
        return f"{command.name} has no voice that is known: name one in voice.yaml ({where})"
    if not _SAFE.fullmatch(chosen):
        allowed = "letters, digits, spaces and _ . + -"
        return f"{chosen!r} cannot be the name of a voice of {command.name}: {allowed} only"
    if command.listed and chosen not in command.listed:
        return f"{command.name} has no voice {chosen!r}; it has: {', '.join(command.listed)}"
    return None
