"""Progress: bars on a terminal, plain lines elsewhere, JSON lines for programs, and always a log file."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.cli.console import Console, counted
from fullcast.cli.runlog import keeping_log
from fullcast.cli.words import clock
from fullcast.errors import Severity
from fullcast.production.events import (
    ChapterEncoded,
    Decided,
    Event,
    Found,
    RunStarted,
    SoundMade,
    TakeRecorded,
    Waiting,
)

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    Show = Callable[[Event], None]
    Clock = Callable[[], float]

HEARTBEAT = 30.0
"""Seconds of silence after which a run without a terminal says how far it is."""


FAST = 10.0
"""Times real time from which a decimal of the speed says nothing."""


@contextmanager
def reporting(console: Console, cache: Path) -> Iterator[Show]:
    """Tell of a run for the length of a ``with``.

    Args:
        console: How the command talks.
        cache: The project's ``.fullcast``, where the log lies.
    """
    with keeping_log(cache) as keep, _showing(console) as show:

        def tell(event: Event) -> None:
            keep(event)
            show(event)

        yield tell


@contextmanager
def _showing(console: Console) -> Iterator[Show]:
    if console.json:
        yield lambda event: console.event(event.to_json())
    elif console.quiet:
        yield _ignore
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _opened_bars() as progress:
            yield Bars(progress, verbose=console.verbose).show
    else:
        lines = Lines(console)
        with _beating(lines):
            yield lines.show


def _ignore(event: Event) -> None:
    del event


def describe(event: Event, *, verbose: bool = False) -> str | None:
    """Return the line that tells of an event; None where one is not worth a line.

    Deliveries are not told of here: they are the command's result.
    """
    line = None
    match event:
        case Decided():
            line = event.message
        case RunStarted():
            line = f"{event.title}: {counted(event.chapters, 'chapter')}, {_describe_missing(event)}"
        case ChapterEncoded():
            measured = f"{event.loudness:.1f} LUFS, {event.true_peak:.1f} dBTP"
            line = f"chapter {event.number} “{event.title}” {event.codec} {clock(event.seconds)}, {measured}"
        case Found():
            line = f"{event.finding.severity.value}: {event.finding.subject}: {event.finding.message}"
        case TakeRecorded() if verbose:
            line = f"take {event.done}/{event.total} of chapter {event.chapter}"
        case SoundMade() if verbose:
            line = f"sound {event.done}/{event.total} {event.prompt}"
    return line


def _describe_missing(event: RunStarted) -> str:
    if not event.missing_takes and not event.missing_sounds:
        return "every take and sound is recorded"
    about = f" (about {clock(event.seconds)} of speech)" if event.missing_takes else ""
    takes = f"{event.missing_takes} of {counted(event.takes, 'take')} missing{about}"
    return f"{takes}, {event.missing_sounds} of {counted(event.sounds, 'sound')} missing"


class Speed:
    """How fast takes are recorded: measured from the moment at which the first could begin."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._before = now()
        self._begun: float | None = None

    def notice(self, event: Event) -> str:
        """Take in an event; return the speed where there is one to tell of, ``35 x real time``."""
        if not isinstance(event, TakeRecorded):
            self._before = self._now() if self._begun is None else self._before
            return ""
        self._begun = self._before if self._begun is None else self._begun
        passed = self._now() - self._begun
        if passed <= 0.0 or event.seconds <= 0.0:
            return ""
        speed = event.seconds / passed
        return f"{speed:.0f} x real time" if speed >= FAST else f"{speed:.1f} x real time"


class Lines:
    """Plain lines: one a chapter, and a heartbeat.

    Args:
        console: Where they go.
        now: The clock, in seconds.
    """

    def __init__(self, console: Console, now: Clock = time.monotonic) -> None:
        self._console = console
        self._now = now
        self._spoke = now()
        self._speed = Speed(now)
        self._doing = "reading and planning"
        self._lock = threading.Lock()

    def show(self, event: Event) -> None:
        """Tell of an event."""
        speed = self._speed.notice(event)
        self._doing = _describe_doing(event, speed) or self._doing
        line = describe(event, verbose=self._console.verbose)
        if line is not None:
            self._say(line)

    def beat(self) -> None:
        """Say that the run is alive, and how far, if nothing was said for a while."""
        if self._now() - self._spoke >= HEARTBEAT:
            self._say(f"alive: {self._doing}")

    def _say(self, line: str) -> None:
        with self._lock:
            self._console.say(line)
            self._spoke = self._now()


def _describe_doing(event: Event, speed: str) -> str | None:
    match event:
        case RunStarted():
            return f"0 of {counted(event.missing_takes, 'take')} recorded"
        case SoundMade():
            return f"{event.done} of {counted(event.total, 'sound')} made"
        case TakeRecorded():
            recorded = f"{event.done} of {counted(event.total, 'take')} recorded, {clock(event.seconds)}"
            return f"{recorded}, {speed}" if speed else recorded
        case ChapterEncoded():
            return f"{event.done} of {counted(event.total, 'chapter file')} encoded"
        case Waiting():
            return event.doing
    return None


@contextmanager
def _beating(lines: Lines) -> Iterator[None]:
    """Let the heart beat in a thread of its own, so that it beats while an engine thinks."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT / 10.0):
            lines.beat()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def _opened_bars() -> Iterator[Progress]:
    # rich comes only where a terminal shows its bars: it costs as much as the rest of the start.
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[speed]}"),
        console=Terminal(stderr=True),
        transient=True,
    ) as progress:
        yield progress


class Bars:
    """Bars with speed and time left.

    Args:
        progress: Where they are drawn.
        verbose: Whether each take and each sound is worth a line.
        now: The clock, in seconds.
    """

    def __init__(self, progress: Progress, *, verbose: bool = False, now: Clock = time.monotonic) -> None:
        self._progress = progress
        self._verbose = verbose
        self._tasks: dict[str, TaskID] = {}
        self._speed = Speed(now)

    def show(self, event: Event) -> None:
        """Tell of an event."""
        speed = self._speed.notice(event)
        match event:
            case TakeRecorded():
                self._bar("takes", event.done, event.total, speed)
            case SoundMade():
                self._bar("sounds", event.done, event.total)
            case ChapterEncoded():
                self._bar("chapters", event.done, event.total)
        line = describe(event, verbose=self._verbose)
        if line is not None:
            warning = isinstance(event, Found) and event.finding.severity is not Severity.ERROR
            style = ("yellow" if warning else "red") if isinstance(event, Found) else None
            self._progress.console.print(line, markup=False, highlight=False, style=style)

    def _bar(self, name: str, done: int, total: int, speed: str = "") -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total, speed=speed)
        self._progress.update(self._tasks[name], completed=done, total=total, speed=speed)
