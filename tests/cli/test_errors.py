"""What is said when something is wrong, in full, and with which exit code.

Run with ``REWRITE_GOLDENS=1`` to write errors.txt anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.cli.app import run
from fullcast.cli.options import choices_of
from fullcast.errors import UsageError
from fullcast.files.runlock import run_lock
from fullcast.production import preparing

Fullcast = Callable[..., Any]

GOLDEN = Path(__file__).with_name("errors.txt")

CALLS: tuple[tuple[int, str], ...] = (
    (2, "render lamp --jobs many"),
    (2, "render lamp --jobs 0"),
    (2, "render lamp --device gpu"),
    (2, "render lamp --chapter three"),
    (2, "render lamp --chapter 3-1"),
    (2, "render lamp --chapter 0"),
    (2, "render lamp --chapter 99"),
    (2, "render lamp --chapter 1-999999999999999999999"),
    (2, "render lamp --engine tona"),
    (2, "render nowhere"),
    (2, "render lamp/dusk.md"),
    (2, "plan ."),
    (2, "new lamp"),
    (2, "schema chapter"),
    (2, "voices list --project nowhere"),
    (2, "voices audition alba --output cast.mp3"),
    (2, "voices audition alba --text 你好 --engine espeak"),
    (2, "voices audition alba --language pl"),
    (3, "check wrong"),
    (3, "check wrong --quiet"),
    (3, "new other --from missing.epub"),
    (3, "voices show albe"),
    (6, "render lamp"),  # another run holds it
)

MISUSES: tuple[tuple[str, str, str], ...] = (
    # the call, what its message names, whose help page it points to
    ("rendr", "rendr", "fullcast"),
    ("render --enigne tone lamp", "--enigne", "fullcast render"),
    ("render lamp other", "other", "fullcast render"),
    ("render --chapter", "--chapter", "fullcast render"),
    ("voices show", "VOICE", "fullcast voices show"),
)
"""What typer itself refuses, in words that may change with its releases."""


@pytest.fixture
def place(book: Path, wrong_book: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a project, one that is wrong, and a run that holds the first."""
    monkeypatch.chdir(book.parent)
    monkeypatch.delenv("FULLCAST_JOBS")
    assert wrong_book.parent == book.parent
    with run_lock(book / ".fullcast"):
        yield book.parent


def told(line: str, place: Path, fullcast: Fullcast) -> tuple[int, str]:
    said = fullcast(*line.split())
    text = f"$ fullcast {line}\n{said.out}{said.err}[{said.code}]\n"
    holder = (place / "lamp" / ".fullcast" / "lock").read_text()
    # What differs from machine to machine and from run to run.
    return said.code, text.replace(str(place), "…").replace(holder, "process 1 on host since then")


def test_what_is_said_is_as_it_was(place: Path, fullcast: Fullcast) -> None:
    results = [told(line, place, fullcast) for _, line in CALLS]
    text = "\n".join(text for _, text in results)
    if os.environ.get("REWRITE_GOLDENS"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert [code for code, _ in results] == [code for code, _ in CALLS]
    assert text == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "named", "page"), MISUSES)
def test_what_typer_refuses_is_said_in_our_form(line: str, named: str, page: str, fullcast: Fullcast) -> None:
    said = fullcast(*line.split())
    message, hint = said.err.splitlines()
    assert (said.code, said.out) == (2, "")
    assert re.match(r"error: [a-z].*[^.]$", message)
    assert named in message
    assert hint == f"  hint: `{page} --help` shows how it is called"


@pytest.mark.parametrize(("code", "line"), [*CALLS, *((2, line) for line, _, _ in MISUSES)])
def test_with_json_what_is_wrong_is_one_document_alone_on_stdout(
    code: int, line: str, place: Path, fullcast: Fullcast
) -> None:
    assert place.is_dir()
    said = fullcast(*line.split(), "--json")
    document = json.loads(said.out)
    assert [json.loads(event) for event in said.err.splitlines()] or not said.err
    assert said.code == code
    assert document["ok"] is False
    assert document["error"]
    assert document["exit_code"] == code
    if line.startswith("check wrong"):
        assert {problem["code"] for problem in document["problems"]} == {"unknown-key", "unknown-voice"}
        assert all(
            problem["line"] and problem["column"] and problem["file"] for problem in document["problems"]
        )


def test_nothing_is_written_when_the_call_or_the_project_is_wrong(
    wrong_book: Path, fullcast: Fullcast
) -> None:
    before = sorted(wrong_book.rglob("*"))
    for words in (["check"], ["plan"], ["status"], ["cache", "prune"]):
        assert fullcast(*words, wrong_book).code == 3
    assert fullcast("render", wrong_book, "--chapter", "x").code == 2
    assert sorted(wrong_book.rglob("*")) == before


def test_a_warning_does_not_change_the_code_and_the_quiet_are_not_told(
    book: Path, fullcast: Fullcast
) -> None:
    project = book / "project.yaml"
    project.write_text(project.read_text().replace("Mara: mara", "Mara: alba"))  # as the narrator
    loud, quiet = fullcast("check", book), fullcast("check", book, "--quiet")
    assert (loud.code, quiet.code) == (0, 0)
    assert "warning: " in loud.err
    assert "1 warning" in loud.out
    assert (quiet.out, quiet.err) == ("", "")
    document = json.loads(fullcast("check", book, "--json").out)
    assert document["ok"] is True
    assert [problem["severity"] for problem in document["problems"]] == ["warning"]


def test_what_the_disk_refuses_where_nobody_expected_it_is_code_6(
    book: Path, fullcast: Fullcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    # A fault is put where none is known: otherwise it would be mended.
    monkeypatch.setattr(preparing, "prepare", refuse)
    said = fullcast("check", book)
    assert said.code == 6
    assert said.err.startswith("error: cannot use somewhere: the disk is full\n  hint: free some space")


def test_a_bug_is_code_70_with_its_trace(
    book: Path, fullcast: Fullcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("a slip")

    monkeypatch.setattr(preparing, "prepare", stumble)
    said = fullcast("check", book)
    assert said.code == 70
    assert said.err.startswith("error: this is a bug in fullcast: ZeroDivisionError('a slip')\n")
    assert "Traceback" in said.err
    assert "  hint: please report it" in said.err
    said = fullcast("check", book, "--json")
    assert (said.code, said.err) == (70, "")
    assert "Traceback" in json.loads(said.out)["error"]


def test_an_unmade_chapter_is_code_1_and_told_to_the_quiet_too(book: Path, fullcast: Fullcast) -> None:
    said = fullcast("mix", book, "--quiet")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: chapter 1: left out: ")
    again = fullcast("mix", book, "--json")
    assert again.code == 1
    assert [finding["code"] for finding in json.loads(again.out)["findings"]] == ["not-recorded"] * 2


def test_a_damaged_recording_is_code_1(book: Path, fullcast: Fullcast) -> None:
    assert fullcast("render", book).code == 0
    assert fullcast("cache", "verify", book).code == 0
    take = next((book / ".fullcast" / "takes").glob("*/*.wav"))
    take.write_bytes(take.read_bytes()[:-1] + b"x")
    said = fullcast("cache", "verify", book, "--quiet")
    assert (said.code, said.err) == (1, "")
    assert "1 damaged and removed" in said.out
    assert fullcast("cache", "verify", book, "--quiet").out == ""


STRANGER = """\
from contextlib import contextmanager
from fullcast.engines.tone import ToneEngine
from fullcast.errors import SetupError

class Broken(ToneEngine):
    name = "broken"
    @contextmanager
    def open(self, device, settings):
        raise RuntimeError("out of memory")
        yield

class Unready(ToneEngine):
    name = "unready"
    def check(self):
        raise SetupError("the model is missing", hint="fetch it")
"""


@pytest.fixture
def strangers(tmp_path: Path) -> dict[str, str]:
    """An environment in which engines of a stranger are installed."""
    package = tmp_path / "packages" / "stranger-1.0.dist-info"
    package.mkdir(parents=True)
    (package.parent / "stranger.py").write_text(STRANGER)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    points = "[fullcast.speech]\nbroken = stranger:Broken\nunready = stranger:Unready\n"
    (package / "entry_points.txt").write_text(points)
    before = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(package.parent), before])}


def test_an_engine_that_breaks_is_code_5(book: Path, apart: Fullcast, strangers: dict[str, str]) -> None:
    said = apart("render", book, "--engine", "broken", "--quiet", env=strangers)
    assert (said.code, said.out) == (5, "")
    assert "RuntimeError: out of memory" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["check", "render", "status"])
def test_an_engine_that_is_not_ready_is_code_4(
    command: str, book: Path, apart: Fullcast, strangers: dict[str, str]
) -> None:
    said = apart(command, book, "--engine", "unready", "--quiet", env=strangers)
    assert (said.code, said.out) == (4, "")
    assert said.err == "error: the model is missing\n  hint: fetch it\n"


@given(st.text(max_size=12))
def test_any_words_for_chapters_are_numbers_or_wrong_use(words: str) -> None:
    with suppress(UsageError):
        assert min(choices_of(None, [words]).chapters) >= 1


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 9)), min_size=1, max_size=5))
def test_chapters_are_the_union_of_what_is_named(ranges: list[tuple[int, int]]) -> None:
    words = [f"{low}-{low + more}" if more else str(low) for low, more in ranges]
    expected = {number for low, more in ranges for number in range(low, low + more + 1)}
    assert choices_of(None, words).chapters == expected
    assert choices_of(None, [",".join(words)]).chapters == expected


@given(
    st.lists(
        st.sampled_from(["render", "-", "--", "--json", "-q", "x", "voices", "--chapter", "\0", "é"]),
        max_size=4,
    )
)
def test_no_call_is_a_bug(words: list[str]) -> None:
    if words[:1] != ["render"] or len(words) > 1:
        assert run(words) in {0, 2, 3, 6}
