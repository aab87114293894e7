"""The same program on a terminal, in a pipe, from cron, and where letters are scarce."""

from __future__ import annotations

import json
import os
import pty
import re
import struct
import subprocess
import unicodedata
from collections.abc import Callable, Mapping
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Any

import pytest

Fullcast = Callable[..., Any]
Start = Callable[..., "subprocess.Popen[str]"]
OnTerminal = Callable[..., str]

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CRON = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "HOME": "/nonexistent",
    "FULLCAST_JOBS": "1",
}


@pytest.fixture
def on_terminal(start: Start) -> OnTerminal:
    """Run a command on a terminal of our own; return all that it draws on stderr."""

    def call(*arguments: object, columns: int = 80, environment: Mapping[str, str] | None = None) -> str:
        ours, theirs = pty.openpty()
        ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        usual = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "CI"}}
        process = start(*arguments, stderr=theirs, env={**usual, "TERM": "xterm", **(environment or {})})
        os.close(theirs)
        drawn = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # how Linux says that nobody has the terminal open any more
                break
            if not piece:
                break
            drawn += piece
        os.close(ours)
        assert process.wait(timeout=120) == 0
        return drawn.decode()

    return call


def cells(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


@pytest.mark.parametrize("columns", [60, 80])
def test_a_terminal_gets_bars_that_fit(columns: int, book: Path, on_terminal: OnTerminal) -> None:
    project = book / "project.yaml"
    project.write_text(
        project.read_text().replace("title: Dusk", "title: 暮色四合之时，灯塔守望者点起了灯，海湾里一片寂静")
    )
    drawn = on_terminal("render", book, columns=columns)
    rows = re.split(r"[\r\n]+", _CONTROL.sub("", drawn))
    bars = [row for row in rows if row.startswith(("takes", "sounds", "chapters"))]
    assert any("━" in row for row in bars)
    assert any(re.search(r"\d+/\d+", row) for row in bars)
    assert max(map(cells, rows)) <= columns
    assert "Traceback" not in drawn


def test_no_colour_where_none_is_wanted(book: Path, on_terminal: OnTerminal) -> None:
    drawn = on_terminal("render", book, environment={"NO_COLOR": "1"})
    colours = {code for code in _COLOUR.findall(drawn) if re.search(r"3[0-7]|9[0-7]|38;", code)}
    assert colours == set()


def test_a_dumb_terminal_gets_lines(book: Path, on_terminal: OnTerminal) -> None:
    drawn = on_terminal("render", book, environment={"TERM": "dumb"})
    assert "\x1b" not in drawn
    assert "chapter 1 “Dusk” flac" in drawn


def test_warnings_are_coloured_only_on_a_terminal(
    book: Path, on_terminal: OnTerminal, fullcast: Fullcast
) -> None:
    project = book / "project.yaml"
    project.write_text(project.read_text().replace("Mara: mara", "Mara: alba"))
    assert "\x1b[33mwarning\x1b[0m: " in on_terminal("check", book)
    assert "\x1b" not in on_terminal("check", book, environment={"NO_COLOR": "1"})
    assert "\x1b" not in on_terminal("check", book, environment={"TERM": "dumb"})
    assert "\x1b" not in fullcast("check", book).err


@pytest.fixture
def chinese(book: Path) -> Path:
    """A book whose folder, title and chapters cannot be written in ASCII."""
    project = book / "project.yaml"
    text = (
        project.read_text(encoding="utf-8")
        .replace("title: The Lamp", "title: 灯塔")
        .replace("title: Dusk", "title: 暮")
    )
    project.write_text(text, encoding="utf-8")
    return book.rename(book.parent / "我的 书")


def test_cron_without_letters_makes_the_book(chinese: Path, apart: Fullcast) -> None:
    path = {"PATH": os.environ["PATH"]}
    said = apart("render", "我的 书", cwd=chinese.parent, env={**CRON, **path})
    assert said.code == 0, said.err
    assert said.err.isascii()
    assert said.out.isascii()
    assert (chinese / "output" / "chapters" / "01 - 暮.flac").is_file()
    assert "\x1b" not in said.err
    again = apart("render", "我的 书", "--json", cwd=chinese.parent, env={**CRON, **path})
    assert again.out.isascii()
    assert json.loads(again.out)["deliveries"][0]["files"][0] == "01 - 暮.flac"
    failed = apart("render", "我的书", "--json", cwd=chinese.parent, env={**CRON, **path})
    assert failed.code == 2
    assert "我的书" in json.loads(failed.out)["error"]


def test_a_locale_of_other_letters_gets_question_marks(chinese: Path, apart: Fullcast) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    said = apart("status", chinese, env=environment)
    assert said.code == 0
    assert "??: " in said.out


def test_a_path_in_a_message_cannot_drive_the_terminal(fullcast: Fullcast, tmp_path: Path) -> None:
    said = fullcast("render", tmp_path / "a\x1b[31mb\rc")
    assert said.code == 2
    assert "\x1b" not in said.err
    assert "\r" not in said.err
    assert "a?[31mb?c does not exist" in said.err


def test_a_project_that_cannot_be_written_can_be_looked_at(
    book: Path, apart: Fullcast, fullcast: Fullcast
) -> None:
    book.chmod(0o555)
    try:
        if os.access(book, os.W_OK):
            pytest.skip("needs a user whom the system can refuse")
        for command in ("check", "plan", "status"):
            assert apart(command, book).code == 0
        said = fullcast("render", book)
        assert said.code == 6
        assert "permission denied" in said.err
    finally:
        book.chmod(0o755)
