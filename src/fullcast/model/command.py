"""Programs that turn text into a WAV, as the machine's settings describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fullcast.model.book import Sex
from fullcast.units import Hertz, Seconds

PLACEHOLDERS: Mapping[str, str] = {
    "text": "the words",
    "text_file": "a file that holds the words, in UTF-8",
    "output": "the WAV file that the program shall write",
    "voice": "the program's own name of the voice",
    "language": "the language of the words, as a BCP 47 tag",
    "pace": "the rate of speech, 1 is the program's own",
    "stretch": "1 divided by the pace",
    "percent": "the pace in hundredths, 100 is the program's own",
    "words_per_minute": "the pace in words a minute, 175 at pace 1",
    "seed": "a number that differs from take to take",
}
"""What may stand in braces in an argument, and what is put there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How a program is run; arguments go to it as they are, never through a shell."""

    name: str
    run: tuple[str, ...]
    """The program and its arguments, with placeholders. Without ``{text}`` and ``{text_file}`` the words come
    on its standard input; without ``{output}`` it writes the WAV to its standard output."""
    rate: Hertz = Hertz(22_050)
    """Sampling rate that its recordings are brought to."""
    languages: tuple[str, ...] = ("en",)
    """BCP 47 tags of what it speaks."""
    voices: Mapping[str, Sex] = field(default_factory=dict)
    """Its voices that are known beforehand; the first is taken where nothing better fits."""
    list_voices: tuple[str, ...] = ()
    """The program and arguments that list its voices."""
    listed: tuple[str, ...] = ()
    """Voices that the program listed: it has no other; empty where it did not say."""
    version: tuple[str, ...] = ()
    """The program and arguments that say its version: another version makes other takes."""
    longest: int = 600
    """Characters that it takes at once."""
    time_limit: Seconds = Seconds(60.0)
    """How long one text may take."""
    licence: str = ""
    install: str = ""
    """What to do where the program is missing."""
    pace: float = 1.0
    """Factor that makes its own rate of speech the usual one."""
