"""A run with nothing to do is answered at once, and only while nothing at all has changed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from fullcast.cli.app import run
from fullcast.cli.quick import QUICK, project_of, repeat

PROJECT = """\
fullcast: 1
book: {title: The Lamp}
speech: {engine: tone}
chapters:
  - {title: Dusk, text: chapters/01.md}
deliveries: [m4b]
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book that is rendered, in the current folder; its path is relative, as people write it."""
    folder = tmp_path / "lamp"
    (folder / "chapters").mkdir(parents=True)
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "chapters" / "01.md").write_text("The lamp was lit – at dusk.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FULLCAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "argv", ["fullcast", "render", "lamp", "--json"])
    assert run(["render", "lamp", "--json"]) == 0
    return folder


ARGUMENTS = ["render", "lamp", "--json"]


def unchanged(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Run with nothing to do, the usual way; return what it prints."""
    capsys.readouterr()
    assert run(ARGUMENTS) == 0
    printed = capsys.readouterr()
    return printed.out, printed.err


def test_the_same_is_printed_again(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert repeat(ARGUMENTS) is None  # nothing is kept of a run that did something
    out, err = unchanged(capsys)
    assert json.loads(out)["unchanged"] is True
    assert repeat(ARGUMENTS) == 0
    again = capsys.readouterr()
    assert (again.out, again.err) == (out, err)
    assert (book / ".fullcast" / QUICK).is_file()


def touch(book: Path) -> None:
    chapter = book / "chapters" / "01.md"
    chapter.write_text(chapter.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def lose(book: Path) -> None:
    (book / "output" / "m4b" / "The Lamp.m4b").unlink()


def cut(book: Path) -> None:
    file = book / "output" / "m4b" / "report.json"
    file.write_bytes(file.read_bytes()[:-1])


def forget(book: Path) -> None:
    state = book / ".fullcast" / "state.json"
    state.write_bytes(state.read_bytes() + b" ")


def spoil(book: Path) -> None:
    (book / ".fullcast" / QUICK).write_text('{"call": []}', encoding="utf-8")


def settle(book: Path) -> None:
    (book.parent / "fullcast.toml").write_text("jobs = 1\n", encoding="utf-8")


@pytest.mark.parametrize("change", [touch, lose, cut, forget, spoil, settle])
def test_whatever_changes_the_usual_way_is_gone(
    book: Path, capsys: pytest.CaptureFixture[str], change: object
) -> None:
    unchanged(capsys)
    assert callable(change)
    change(book)
    assert repeat(ARGUMENTS) is None


def test_another_environment_folder_or_command_line_goes_the_usual_way(
    book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    unchanged(capsys)
    assert repeat(["render", "lamp"]) is None
    assert repeat(["export", "lamp", "--json"]) is None
    monkeypatch.setenv("FULLCAST_VOICES", "/somewhere")
    assert repeat(ARGUMENTS) is None
    monkeypatch.delenv("FULLCAST_VOICES")
    assert repeat(ARGUMENTS) == 0
    monkeypatch.chdir(book)
    assert repeat(["render", ".", "--json"]) is None


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ("render", "."),
        ("render books/lamp -q", "books/lamp"),
        ("mix books/lamp/project.yaml", "books/lamp"),
        ("proof project.yaml --json", "."),
        ("render lamp --chapter 2", None),
        ("render lamp --engine tone", None),
        ("render lamp rope", None),
        ("status lamp", None),
        ("", None),
    ],
)
def test_only_plain_calls_are_answered_at_once(arguments: str, folder: str | None) -> None:
    assert project_of(arguments.split()) == folder


def test_on_a_terminal_nothing_is_kept(
    book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    unchanged(capsys)
    assert not (book / ".fullcast" / QUICK).exists()
    assert repeat(ARGUMENTS) is None
