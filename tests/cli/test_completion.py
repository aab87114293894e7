"""What a shell offers after the tabulator key; asked for as the shells' own scripts ask."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[[str], dict[str, str]]


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch, fullcast: Callable[..., Any]) -> Ask:
    """Ask as fish does; return each word that is offered, with its explanation."""

    def ask(line: str) -> dict[str, str]:
        monkeypatch.setenv("_FULLCAST_COMPLETE", "complete_fish")
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"fullcast {line}")
        said = fullcast()
        assert said.err == ""
        pairs = (row.partition("\t") for row in said.out.splitlines() if row)
        return {word: explanation for word, _, explanation in pairs}

    return ask


def test_commands_are_offered_with_what_they_do(offers: Ask) -> None:
    found = offers("re")
    assert list(found) == ["render"]
    assert found["render"].startswith("Record what is missing")
    assert {"voices", "cache", "check", "new"} <= offers("").keys()
    assert list(offers("voices ")) == ["list", "show", "audition", "compare"]


@pytest.mark.parametrize(
    "command", ["render", "check", "plan", "new", "doctor", "voices audition", "cache prune"]
)
def test_every_option_is_offered_in_one_line(command: str, offers: Ask) -> None:
    found = offers(f"{command} --")
    assert "--json" in found
    assert all(word.startswith("--") and explanation for word, explanation in found.items())


@pytest.mark.parametrize("line", ["voices show al", "voices audition mara al"])
def test_voices_are_offered_by_name(line: str, offers: Ask) -> None:
    assert list(offers(line)) == ["alba"]


def test_engines_are_offered_by_name(offers: Ask) -> None:
    assert {"auto", "espeak", "tone"} <= offers("render --engine ").keys()


def test_folders_are_offered_where_a_project_is_wanted(
    offers: Ask, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    assert list(offers("render la")) == ["lamp"]
    assert list(offers(f"plan {book.parent}/la")) == [str(book)]
    assert offers("status nowhere/") == {}


@pytest.mark.parametrize(
    ("shell", "sign"), [("bash", "complete -o"), ("zsh", "#compdef"), ("fish", "complete --")]
)
def test_each_shell_gets_a_script(
    shell: str, sign: str, fullcast: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_FULLCAST_COMPLETE", f"source_{shell}")
    said = fullcast()
    assert sign in said.out
    assert f"complete_{shell}" in said.out
    assert said.code == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs the program bash")
def test_bash_completes_with_the_script_that_is_shown(tmp_path: Path) -> None:
    script = """
    eval "$(fullcast --show-completion)"
    COMP_WORDS=(fullcast rend) COMP_CWORD=1
    _fullcast_completion fullcast
    echo "completed: ${COMPREPLY[@]}"
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
    )
    assert ran.stdout == "completed: render\n", ran.stderr
