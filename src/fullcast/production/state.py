"""What the last run left, so that a run without changes is known before anything is parsed.

``.fullcast/state.json`` names every file that decided the book, with size and time, every file that was
written, and the plan's summary. Reading it needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast import __version__
from fullcast.engines.base import decided_by
from fullcast.files.disk import write_whole

if TYPE_CHECKING:
    from fullcast.model import Settings
    from fullcast.production.preparing import Prepared

Stamp = tuple[str, int, int]
"""A file (relative to the project where it lies inside) with its size in bytes and its time of change in
nanoseconds; -1 where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The last run on a project."""

    version: str = __version__
    request: str = ""
    """What was asked for: command, choices, folders of voices and sounds."""
    engine: str | None = None
    """The speech engine that the command line asked for."""
    inputs: tuple[Stamp, ...] = ()
    outputs: tuple[Stamp, ...] = ()
    summary: Mapping[str, object] = field(default_factory=dict)
    """The plan's summary after the run, as ``plan --json`` prints it."""
    findings: tuple[Mapping[str, object], ...] = ()
    """Findings of the run; an unchanged run has the same."""
    deliveries: tuple[Mapping[str, object], ...] = ()


def stamp(file: str, folder: Path) -> Stamp:
    """Return a file's size and time of change.

    Args:
        file: Relative to the project, or absolute where it lies elsewhere.
        folder: The project.
    """
    try:
        status = os.stat(os.path.join(folder, file))  # noqa: PTH116, PTH118 - Path objects cost more than the calls
    except OSError:
        return (file, -1, -1)
    return (file, status.st_size, status.st_mtime_ns)


def stamps(files: Iterable[Path], folder: Path) -> tuple[Stamp, ...]:
    """Return the stamps of files, each once, sorted; a project that moves takes its own files along."""
    names = {str(file.relative_to(folder) if file.is_relative_to(folder) else file) for file in files}
    return tuple(stamp(name, folder) for name in sorted(names))


def read_since(began: int, prepared: Prepared, settings: Settings) -> tuple[Stamp, ...]:
    """Return the stamps of every file that decides the book; of what changed meanwhile, one that never holds.

    Args:
        began: When the project began to be read, in nanoseconds since 1970.
        prepared: The project as it was read.
        settings: The machine: where names are looked up.
    """
    read = stamps(_inputs(prepared, settings), prepared.book.folder)
    return tuple(item if item[2] < began else (item[0], -1, -2) for item in read)


def _inputs(prepared: Prepared, settings: Settings) -> list[Path]:
    """Return every file that decides the book, engines and folders in which names are looked up among them.

    What a run itself writes to is not here: see :func:`restamped`.
    """
    book = prepared.book
    names = ("project.yaml", "fullcast.lock", "lexicon.yaml", "voices", "sounds", "retakes")
    files = [*(book.folder / name for name in names), *([book.series] if book.series else [])]
    files += [*settings.voice_folders, *settings.sound_folders]
    files += [book.folder / chapter.file for chapter in book.chapters]
    files += [file for voice in book.voices.values() for file in (voice.file, voice.reference) if file]
    files += [
        placed.cue.file
        for chapter in prepared.plan.chapters
        for placed in chapter.script.cues
        if placed.cue.file is not None
    ]
    files += [*(file for file in (book.cover, book.source) if file), *prepared.recordings.values()]
    modules = [sys.modules[type(engine).__module__] for engine in (prepared.speech, prepared.sound)]
    files += [Path(module.__file__) for module in modules if module.__file__]
    # Weights, programs and environments that a bound engine speaks with: another one is another engine.
    return [*files, *(file for engine in (prepared.speech, prepared.sound) for file in decided_by(engine))]


def restamped(inputs: Iterable[Stamp], files: Iterable[Path], folder: Path) -> tuple[Stamp, ...]:
    """Return the stamps, those of some files as they are now: files that the run itself wrote to."""
    return tuple({item[0]: item for item in (*inputs, *stamps(files, folder))}.values())


def read_state(cache: Path) -> State | None:
    """Return what the last run left; None if there was none or it cannot be read.

    Args:
        cache: The project's ``.fullcast``.
    """
    try:
        record = json.loads((cache / "state.json").read_bytes())
        for name in ("inputs", "outputs"):
            record[name] = tuple((str(file), int(size), int(time)) for file, size, time in record[name])
        record["findings"] = tuple(record["findings"])
        record["deliveries"] = tuple(record["deliveries"])
        return State(**record)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_state(cache: Path, state: State) -> None:
    """Keep what a run left."""
    names = ("version", "request", "engine", "inputs", "outputs", "summary", "findings", "deliveries")
    record = {name: getattr(state, name) for name in names}
    write_whole(cache / "state.json", json.dumps(record, ensure_ascii=False, default=dict).encode())


def inputs_hold(state: State, folder: Path) -> bool:
    """Return whether every file that decided the book is as it was."""
    return state.version == __version__ and all(stamp(item[0], folder) == item for item in state.inputs)


def holds(state: State, request: str, folder: Path) -> bool:
    """Return whether a run would change nothing: same request, same inputs, every output still there."""
    outputs = all(stamp(item[0], folder) == item for item in state.outputs)
    return state.request == request and outputs and inputs_hold(state, folder)
