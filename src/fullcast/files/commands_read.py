"""``[commands.NAME]`` of fullcast.toml: programs of this machine that turn text into a WAV."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from fullcast.errors import Place, Problem
from fullcast.files.kinds import suggest
from fullcast.model import PLACEHOLDERS, Command, Sex
from fullcast.units import Hertz, Seconds

COMMANDS = "commands"
"""The one table of fullcast.toml; no variable of the environment and no project may hold it."""

COMMAND_KEYS: Mapping[str, str] = {
    "run": "The program and its arguments, as a list; words in braces are replaced. Needed.",
    "rate": "Sampling rate that its recordings are brought to, 8000 to 96000; 22050 unless set.",
    "languages": "What it speaks, as a list of BCP 47 tags; en unless set.",
    "voices": "Its voices, as a table of names with female, male or neutral.",
    "list_voices": "The program and arguments that list its voices, as a list; it has no others then.",
    "version": "The program and arguments that say its version, as a list: another version, other takes.",
    "longest": "Characters that it takes at once, 40 to 5000; 600 unless set.",
    "time_limit": "Seconds that one text may take, 1 to 3600; 60 unless set.",
    "licence": "Under what terms its recordings may be used.",
    "pace": "Factor that makes its own rate of speech the usual one, 0.25 to 4.",
}
"""Keys of a program."""

_CODE = frozenset({"-c", "-e", "-E", "-eval", "--eval", "-Command", "/c"})
"""What announces code to shells and interpreters."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def read_commands(
    table: object, locate: Callable[[str], Place], problems: list[Problem]
) -> tuple[Command, ...]:
    """Read the table of programs.

    Args:
        table: What stands under ``commands``.
        locate: Says where a program stands in the file, by its name.
        problems: Takes what is wrong.
    """
    if not isinstance(table, dict):
        message = "commands must be a table of programs"
        hint = 'write [commands.NAME] and below it run = ["PROGRAM", "{text_file}", "{output}"]'
        problems.append(Problem(code="wrong-value", message=message, place=locate(""), hint=hint))
        return ()
    read = (_read_command(name, entry, locate(name), problems) for name, entry in table.items())
    return tuple(command for command in read if command is not None)


def _read_command(name: str, entry: object, place: Place, problems: list[Problem]) -> Command | None:
    def wrong(message: str, hint: str | None = None) -> None:
        said = f"commands.{name}: {message}"
        problems.append(Problem(code="wrong-command", message=said, place=place, hint=hint))

    if not _NAME.fullmatch(name):
        wrong("the name of a program must be of small letters, digits and dashes", "it follows command:")
    if not isinstance(entry, dict):
        wrong("must be a table", f"write [commands.{name}] and its keys below")
        return None
    found: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in COMMAND_KEYS:
            wrong(f"unknown key {key!r}", suggest(key, COMMAND_KEYS, "known keys"))
            continue
        expected, take = _KINDS[key]
        taken = take(value)
        if taken is None:
            wrong(f"{key} must be {expected}, got {value!r}")
        else:
            found[key] = taken
    if "run" not in found:
        if "run" not in entry:
            wrong("run is missing", f'it names the program: run = ["{name}", "{{text_file}}", "{{output}}"]')
        return None
    _check_placeholders(found["run"], wrong)
    return Command(name=name, **found)


def _check_placeholders(run: tuple[str, ...], wrong: Callable[[str, str | None], None]) -> None:
    """Find braces that mean nothing, and a program that is chosen by what it shall speak."""
    if "{" in run[0]:
        wrong(f"the program itself must be named, got {run[0]!r}", "placeholders belong in its arguments")
    for before, part in pairwise(run):
        if "{text}" in part and before in _CODE:
            hint = "give the words in an argument of their own, or as {text_file}, or on standard input"
            wrong(f"behind {before} stands code, and the words of a book would be obeyed in it", hint)
        for name in re.findall(r"\{([a-z_]+)\}", part):
            if name not in PLACEHOLDERS:
                wrong(f"unknown placeholder {{{name}}}", suggest(name, PLACEHOLDERS, "placeholders"))


def _words(value: object) -> tuple[str, ...] | None:
    right = isinstance(value, list) and value and all(isinstance(word, str) and word for word in value)
    return (
        tuple(value)
        if right and isinstance(value, list) and not any("\0" in word for word in value)
        else None
    )


def _number(low: float, high: float, *, whole: bool = False) -> Callable[[object], float | None]:
    def take(value: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            return None
        return value if low <= value <= high else None

    return take


def _voices(value: object) -> dict[str, Sex] | None:
    try:
        return {str(name): Sex(sex) for name, sex in value.items()} if isinstance(value, dict) else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _rate(value: object) -> Hertz | None:
    number = _number(8_000, 96_000, whole=True)(value)
    return None if number is None else Hertz(int(number))


def _seconds(value: object) -> Seconds | None:
    number = _number(1, 3_600)(value)
    return None if number is None else Seconds(float(number))


_KINDS: Mapping[str, tuple[str, Callable[[object], Any]]] = {
    "run": ("a list of texts, the program first", _words),
    "rate": ("a whole number from 8000 to 96000", _rate),
    "languages": ("a list of language tags", _words),
    "voices": ("a table of names with female, male or neutral", _voices),
    "list_voices": ("a list of texts, the program first", _words),
    "version": ("a list of texts, the program first", _words),
    "longest": ("a whole number from 40 to 5000", _number(40, 5_000, whole=True)),
    "time_limit": ("a number of seconds from 1 to 3600", _seconds),
    "licence": ("a text", _text),
    "pace": ("a number from 0.25 to 4", _number(0.25, 4)),
}
"""What each key takes, in words, and what reads it."""
