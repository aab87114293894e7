"""Keeping what a run with nothing to do prints, so that the next one is answered at once."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from fullcast.cli.quick import QUICK, call_of, project_of, stamped
from fullcast.errors import StoreError
from fullcast.files.disk import write_whole
from fullcast.files.settings import SETTINGS_FILE


@contextmanager
def remembering(folder: Path, code: int) -> Iterator[None]:
    """Keep what is printed within the ``with``, and print it.

    On a terminal nothing is kept: what is printed there depends on it. A folder that cannot be written keeps
    nothing either, and nobody misses it.

    Args:
        folder: The project.
        code: The exit code of the run.
    """
    arguments = sys.argv[1:]
    if project_of(arguments) is None or sys.stdout.isatty() or sys.stderr.isatty():
        yield
        return
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        yield
    kept = {
        "call": call_of(arguments),
        "files": [stamped(str(file)) for file in _settings_files(folder)],
        "out": out.getvalue(),
        "err": err.getvalue(),
        "code": code,
    }
    with suppress(StoreError):
        write_whole(folder / ".fullcast" / QUICK, json.dumps(kept).encode())
    sys.stdout.write(out.getvalue())
    sys.stderr.write(err.getvalue())


def _settings_files(folder: Path) -> tuple[Path, ...]:
    """Return the files, there or not, that decide what is done besides the project itself."""
    from platformdirs import user_config_path

    home = user_config_path("fullcast", appauthor=False)
    return (Path(SETTINGS_FILE), home / SETTINGS_FILE, folder / ".fullcast" / "state.json")
