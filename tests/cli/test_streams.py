"""Standard streams that are closed or full: no traceback, no file that receives what was printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Fullcast = Callable[..., Any]

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, an ever full disk")


def in_shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which ``$fullcast`` is the program; its streams are pipes."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    program = {"fullcast": f"{sys.executable} -m fullcast"}
    return subprocess.run(
        ["/bin/sh", "-c", line],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env={**usual, **program, **environment},
    )


@pytest.mark.parametrize("words", ["--version", "--help", "plan lamp --json"])
def test_whoever_closes_the_output_wants_none(words: str, book: Path) -> None:
    ran = in_shell(f"$fullcast {words} >&-", book.parent)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_closed_streams_leak_into_no_file(book: Path) -> None:
    ran = in_shell("$fullcast render lamp <&- >&- 2>&-", book.parent)
    assert ran.returncode == 0
    log = (book / ".fullcast" / "logs" / "fullcast.log").read_text(encoding="utf-8")
    assert all(line[:2] == "20" for line in log.splitlines())
    assert in_shell("$fullcast render nowhere --json >&- 2>&-", book.parent).returncode == 2


@needs_full
@pytest.mark.parametrize(
    ("words", "unbuffered"), [("--version", ""), ("--version", "1"), ("--help", ""), ("plan lamp --json", "")]
)
def test_a_full_disk_under_the_output_is_told_and_is_no_success(
    words: str, unbuffered: str, book: Path
) -> None:
    ran = in_shell(f"$fullcast {words} >/dev/full", book.parent, PYTHONUNBUFFERED=unbuffered)
    assert ran.returncode == 6
    assert ran.stderr.startswith("error: cannot use ")
    assert "the disk is full" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@needs_full
def test_an_error_that_nobody_can_be_told_keeps_its_code(tmp_path: Path) -> None:
    ran = in_shell("$fullcast render nowhere --json >/dev/full 2>/dev/full", tmp_path)
    assert ran.returncode == 2


@needs_full
def test_the_full_stream_is_named(book: Path, apart: Fullcast) -> None:
    with Path("/dev/full").open("wb") as full:
        said = apart("voices", "list", stdout=full, cwd=book)
    assert said.err.startswith("error: cannot use standard output: the disk is full\n")


@pytest.mark.parametrize("words", ["--version", "--help"])
def test_a_reader_that_left_is_no_error(words: str, tmp_path: Path) -> None:
    ran = in_shell(f"{{ $fullcast {words}; echo $? >&2; }} | true", tmp_path)
    assert ran.stderr == "0\n"


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    ran = in_shell("rmdir ../gone && $fullcast status", gone)
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: the folder in which you are is gone\n")
