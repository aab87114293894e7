"""What a user types, what a user sees: command lines on small projects, in this process or in their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from fullcast.cli.app import run

HEAD = """\
fullcast: 1
book: {title: Small, author: A. Writer, language: en}
speech: {engine: tone}
sounds: {engine: tone}
cast: {Narrator: alba}
"""

TEXT = "The lamp was lit at dusk.\n\nNobody came to the harbour that night.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def first(self) -> str:
        """The first line that a person reads."""
        return (self.err or self.out).partition("\n")[0]


class MakeProject(Protocol):
    """Writes a project and returns its folder."""

    def __call__(
        self,
        *texts: str | bytes,
        yaml: str | bytes | None = None,
        files: Mapping[str, bytes] | None = None,
        titles: Mapping[int, str] | None = None,
        more: str = "",
        folder: Path | None = None,
    ) -> Path: ...


Fullcast = Callable[..., Said]


def chapter_lines(texts: int, titles: Mapping[int, str] | None = None) -> str:
    named = titles or {}
    lines = []
    for number in range(1, texts + 1):
        title = json.dumps(named.get(number, f"Part {number}"), ensure_ascii=False)
        lines.append(f"  - {{title: {title}, text: {number}.md}}\n")
    return "chapters:\n" + "".join(lines)


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    def make(
        *texts: str | bytes,
        yaml: str | bytes | None = None,
        files: Mapping[str, bytes] | None = None,
        titles: Mapping[int, str] | None = None,
        more: str = "",
        folder: Path | None = None,
    ) -> Path:
        place = folder or tmp_path / "book"
        place.mkdir(parents=True, exist_ok=True)
        chapters = texts or (TEXT,)
        content = yaml if yaml is not None else HEAD + chapter_lines(len(chapters), titles) + more
        named: dict[str, str | bytes] = {
            "project.yaml": content,
            **{f"{n}.md": t for n, t in enumerate(chapters, 1)},
        }
        for name, written in (named | dict(files or {})).items():
            file = place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(written if isinstance(written, bytes) else written.encode())
        return place

    return make


@pytest.fixture
def fullcast(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fullcast:
    """Run a command line in this process, as on a machine without settings of its own."""
    monkeypatch.setenv("FULLCAST_JOBS", "1")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(code=code, out=out, err=err)

    return call


@pytest.fixture
def apart(tmp_path: Path) -> Fullcast:
    """Run a command line in a process of its own, for what must not happen to this one."""

    def call(*arguments: object, **options: object) -> Said:
        command = [sys.executable, "-m", "fullcast", *map(str, arguments)]
        usual: dict[str, object] = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "env": os.environ | {"FULLCAST_JOBS": "1"},
            "cwd": tmp_path,
        }
        done = subprocess.run(command, text=True, check=False, timeout=120, **(usual | options))  # type: ignore[call-overload] # as given
        return Said(code=done.returncode, out=done.stdout or "", err=done.stderr)

    return call


@pytest.fixture
def plan(fullcast: Fullcast) -> Callable[..., dict[str, int]]:
    """Return how many takes a project has, and how many of them are recorded."""

    def look(project: Path, *options: str) -> dict[str, int]:
        said = fullcast("plan", project, "--json", *options)
        assert said.code == 0, said.err
        takes: dict[str, int] = json.loads(said.out)["takes"]
        return takes

    return look


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Return a function that makes a disk of a size, ``2m``; needs the right to mount."""
    mounted: list[Path] = []

    def make(size: str) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        program = shutil.which("mount")
        if program is None or os.geteuid() != 0:
            pytest.skip("needs the right to mount a small disk")
        done = subprocess.run(
            [program, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)],
            check=False,
            capture_output=True,
        )
        if done.returncode:
            pytest.skip("this machine lets nobody mount a small disk")
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=False)
