"""Progress: bars on a terminal, plain lines elsewhere, JSON lines for programs, and always a log file."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.cli.console import Console, clock, size
from fullcast.files.disk import explained
from fullcast.production.events import (
    ChapterEncoded,
    Decided,
    Delivered,
    Event,
    Found,
    RunStarted,
    SoundMade,
    TakeRecorded,
    Waiting,
)

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

HEARTBEAT = 30.0
"""Seconds after which a run without a terminal says how far it is."""

LOG_BYTES = 1_000_000
LOG_FILES = 5


@contextmanager
def reporting(console: Console, cache: Path) -> Iterator[Callable[[Event], None]]:
    """Tell of a run for the length of a ``with``.

    Args:
        console: How the command talks.
        cache: The project's ``.fullcast``, where the log lies.
    """
    log = _open_log(cache)
    try:
        if console.json:
            show: Callable[[Event], None] = _show_json
            yield _both(show, log)
        elif console.quiet:
            yield _both(_show_nothing, log)
        elif sys.stderr.isatty():
            with _bars() as progress:
                yield _both(_Bars(progress).show, log)
        else:
            yield _both(_Lines(console).show, log)
    finally:
        for handler in log.handlers[:]:
            handler.close()
            log.removeHandler(handler)


def _show_nothing(event: Event) -> None:
    """Be quiet."""
    del event


def _both(show: Callable[[Event], None], log: logging.Logger) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if not isinstance(event, TakeRecorded):
            log.info(json.dumps(event.to_json(), ensure_ascii=False, default=str))
        show(event)

    return tell


def _open_log(cache: Path) -> logging.Logger:
    """Return the project's log; it turns over at a megabyte and keeps five files."""
    file = cache / "logs" / "fullcast.log"
    with explained(file, "write"):
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    log = logging.getLogger("fullcast.run")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)
    return log


def _show_json(event: Event) -> None:
    sys.stderr.write(json.dumps(event.to_json(), ensure_ascii=False, default=str) + "\n")
    sys.stderr.flush()


def describe(event: Event) -> str | None:
    """Return the line that tells of an event; None where one is not worth a line."""
    line = None
    match event:
        case Decided():
            line = event.message
        case RunStarted():
            missing = f"{event.missing_takes} of {event.takes} takes and {event.missing_sounds} sounds"
            line = (
                f"{event.title}: {event.chapters} chapters, {missing} to make (about {clock(event.seconds)})"
            )
        case ChapterEncoded():
            measured = f"{event.loudness:.1f} LUFS, {event.true_peak:.1f} dBTP"
            line = f"chapter {event.number} “{event.title}” {event.codec} {clock(event.seconds)}, {measured}"
        case Delivered():
            figures = f"{len(event.files)} files, {clock(event.seconds)}, {size(event.size)}"
            line = f"{event.name}: {figures} in {event.folder}"
        case Found():
            line = f"{event.finding.severity.value}: {event.finding.subject}: {event.finding.message}"
        case Waiting():
            line = event.doing
    return line


class _Lines:
    """Plain lines: one a chapter, and a heartbeat."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._spoke = time.monotonic()
        self._began = time.monotonic()

    def show(self, event: Event) -> None:
        """Tell of an event."""
        line = describe(event)
        if isinstance(event, Waiting):
            line = None if time.monotonic() - self._spoke < HEARTBEAT else f"alive: {event.doing}"
        if isinstance(event, TakeRecorded | SoundMade) and time.monotonic() - self._spoke >= HEARTBEAT:
            line = self._heartbeat(event)
        if line is not None:
            self._console.say(line)
            self._spoke = time.monotonic()

    def _heartbeat(self, event: TakeRecorded | SoundMade) -> str:
        if isinstance(event, SoundMade):
            return f"alive: {event.done} of {event.total} sounds made"
        speed = event.seconds / max(0.001, time.monotonic() - self._began)
        recorded = f"{clock(event.seconds)} recorded, {speed:.0f} x real time"
        return f"alive: {event.done} of {event.total} takes, {recorded}"


@contextmanager
def _bars() -> Iterator[Progress]:
    # rich comes only where a terminal shows its bars: it costs as much as the rest of the start.
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=Terminal(stderr=True),
    ) as progress:
        yield progress


class _Bars:
    """Bars with speed and time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}

    def show(self, event: Event) -> None:
        """Tell of an event."""
        match event:
            case TakeRecorded():
                began = self._began.setdefault("takes", time.monotonic())
                speed = event.seconds / max(0.001, time.monotonic() - began)
                self._bar("takes", event.done, event.total, f"{speed:.0f} x")
            case SoundMade():
                self._bar("sounds", event.done, event.total, "")
            case ChapterEncoded():
                self._bar("chapters", event.done, event.total, "")
                self._print(event)
            case Waiting():
                pass
            case _:
                self._print(event)

    def _print(self, event: Event) -> None:
        line = describe(event)
        if line is not None:
            self._progress.console.print(line, markup=False, highlight=False)

    def _bar(self, name: str, done: int, total: int, speed: str) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total, speed=speed)
        self._progress.update(self._tasks[name], completed=done, total=total, speed=speed)
