"""A run that has nothing to do, answered before anything is imported.

What such a run printed is kept in ``.fullcast/quick.json`` with all that decided it: the command line, the
current folder, the environment, files of settings, and the state of the project. While all of that is as it
was, and every file that the state names, the same is printed again. Only the standard library is used here,
and little of it: ``pathlib`` alone would cost as much as the rest.
"""

import json
import os
import sys

QUICK = "quick.json"

_COMMANDS = frozenset({"render", "mix", "export", "proof"})

_FLAGS = frozenset({"-q", "--quiet", "-v", "--verbose", "--json"})

_HEARD = ("FULLCAST_", "LC_", "XDG_", "PYTHON")
"""Beginnings of the names in the environment that may change what is done or printed."""

_HEARD_WHOLE = frozenset({"HOME", "LANG", "LANGUAGE", "NO_COLOR", "COLUMNS", "PATH"})


def repeat(arguments: list[str]) -> int | None:
    """Print what the last run printed, if this one would do nothing; return its exit code.

    Args:
        arguments: The command line.

    Returns:
        None if anything is not as it was; then the usual way is gone.
    """
    folder = project_of(arguments)
    if folder is None or sys.stdout.isatty() or sys.stderr.isatty():
        return None
    cache = os.path.join(folder, ".fullcast")
    try:
        with open(os.path.join(cache, QUICK), "rb") as stream:
            kept = json.load(stream)
        if kept["call"] != call_of(arguments) or not all(map(_is_same, kept["files"])):
            return None
        with open(os.path.join(cache, "state.json"), "rb") as stream:
            state = json.load(stream)
        files = [*state["inputs"], *state["outputs"]]
        if not all(_is_same([os.path.join(folder, name), size, time]) for name, size, time in files):
            return None
        out, err, code = str(kept["out"]), str(kept["err"]), int(kept["code"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return code if _print(out, err) else None


def _print(out: str, err: str) -> bool:
    """Print; where that fails the usual way says what to say."""
    try:
        for stream, text in ((sys.stdout, out), (sys.stderr, err)):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
            stream.write(text)
            stream.flush()
    except OSError:
        return False
    return True


def project_of(arguments: list[str]) -> str | None:
    """Return the folder of the project that a command line names, if it is one that can be answered here."""
    if not arguments or arguments[0] not in _COMMANDS:
        return None
    rest = [argument for argument in arguments[1:] if argument not in _FLAGS]
    if len(rest) > 1 or any(argument.startswith("-") for argument in rest):
        return None
    path = rest[0] if rest else "."
    return os.path.dirname(path) or "." if path.endswith(".yaml") else path


def call_of(arguments: list[str]) -> list[object]:
    """Return what of a call decides what is done and printed, as JSON holds it."""
    from fullcast import __version__

    heard = sorted(
        [name, value] for name, value in os.environ.items() if name.startswith(_HEARD) or name in _HEARD_WHOLE
    )
    return [__version__, sys.executable, arguments, os.getcwd(), heard]


def stamped(file: str) -> list[object]:
    """Return a file with its size and time of change; -1 where it is missing."""
    try:
        status = os.stat(file)
    except OSError:
        return [file, -1, -1]
    return [file, status.st_size, status.st_mtime_ns]


def _is_same(stamp: list[object]) -> bool:
    return stamped(str(stamp[0])) == stamp
