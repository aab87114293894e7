"""Command lines on small projects: in this process, in a process of their own, on a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fullcast.cli.app import run

PROJECT = """\
fullcast: 1
book: {title: The Lamp, author: A. Writer, language: en}
speech: {engine: tone}
sounds: {engine: tone}
cast: {Narrator: alba, Mara: mara}
chapters:
  - {title: Dusk, text: dusk.md, cues: [{bed: wind, from: start, to: end}]}
  - {title: Dawn, text: dawn.md}
deliveries: [{preset: chapters, codec: flac}]
"""
DUSK = "The lamp was lit at dusk.\n\n“Is anybody there?” asked Mara.\n"
DAWN = "In the morning the boat was gone.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of a command."""

    code: int
    out: str
    err: str


Fullcast = Callable[..., Said]


def write_book(folder: Path, project: str = PROJECT, chapters: Mapping[str, str] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "project.yaml").write_text(project, encoding="utf-8")
    for name, text in (chapters or {"dusk.md": DUSK, "dawn.md": DAWN}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def new_book() -> Callable[[Path], Path]:
    return write_book


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "lamp")


@pytest.fixture
def wrong_book(tmp_path: Path) -> Path:
    """A project with an unknown key and an unknown voice."""
    project = PROJECT.replace("mara}", "marra}").replace("author", "autor")
    return write_book(tmp_path / "wrong", project)


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without settings, a terminal of 80 columns, no colour."""
    for name in [name for name in os.environ if name.startswith("FULLCAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FULLCAST_JOBS", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def fullcast(capsys: pytest.CaptureFixture[str]) -> Fullcast:
    """Run a command line in this process."""

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(code=code, out=out, err=err)

    return call


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a command line in a process of its own, in a session of its own."""
    running: list[subprocess.Popen[str]] = []

    def call(*arguments: object, **options: object) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "fullcast", *map(str, arguments)]
        usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        # Whoever runs the tests in the background has Ctrl-C ignored, and children take that over.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        process: subprocess.Popen[str] = subprocess.Popen(  # type: ignore[call-overload] # as given
            words, text=True, start_new_session=True, **(usual | options)
        )
        signal.signal(signal.SIGINT, before)
        running.append(process)
        return process

    yield call
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def apart(start: Start) -> Fullcast:
    """Run a command line in a process of its own to its end."""

    def call(*arguments: object, **options: object) -> Said:
        process = start(*arguments, **options)
        out, err = process.communicate(timeout=120)
        return Said(code=process.returncode, out=out or "", err=err or "")

    return call
