"""Help pages: goldens in full, and the reference that is made of them.

Run with ``REWRITE_GOLDENS=1`` to write the pages and docs/reference/commands.md anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from fullcast.cli.app import PROGRAM, make_app
from fullcast.cli.pages import EXIT_CODES, split_help, write_page

PAGES = Path(__file__).parent / "pages"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
_BLOCK = re.compile(r"<!-- pages -->\n.*<!-- end -->", re.DOTALL)


def commands() -> Iterator[tuple[str, Any, Any]]:
    """Yield every command with its path and the context of a call."""
    root = get_command(make_app())
    context = root.context_class(root, info_name=PROGRAM, **root.context_settings)
    yield "", root, context
    for name, command in root.commands.items():  # type: ignore[attr-defined] # it is a group
        inner = command.context_class(command, info_name=name, parent=context, **command.context_settings)
        yield name, command, inner
        for under, leaf in getattr(command, "commands", {}).items():
            yield f"{name} {under}", leaf, leaf.context_class(leaf, info_name=under, parent=inner)


COMMANDS = list(commands())
PATHS = [path for path, _, _ in COMMANDS]


@pytest.mark.parametrize("path", PATHS)
def test_the_help_page_is_as_it_was(path: str, fullcast: Callable[..., Any]) -> None:
    said = fullcast(*path.split(), "--help")
    golden = PAGES / f"{path.replace(' ', '-') or PROGRAM}.txt"
    if os.environ.get("REWRITE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said.out, encoding="utf-8")
    assert said.out == golden.read_text(encoding="utf-8")
    assert (said.code, said.err) == (0, "")


def test_no_page_is_left_of_a_command_that_is_gone() -> None:
    assert {file.stem for file in PAGES.iterdir()} == {path.replace(" ", "-") or PROGRAM for path in PATHS}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_help_page_keeps_to_the_width_of_the_terminal(path: str, width: int) -> None:
    command, context = next((command, context) for name, command, context in COMMANDS if name == path)
    _, examples = split_help(command.help or "")
    lines = write_page(command, context, width).splitlines()
    allowed = max(width, 60)  # names of options are not broken
    assert [line for line in lines if len(line) > allowed and line.strip() not in examples] == []


@pytest.mark.parametrize("path", [path for path, command, _ in COMMANDS if not hasattr(command, "commands")])
def test_every_command_has_an_example_that_calls_it(path: str) -> None:
    command = next(command for name, command, _ in COMMANDS if name == path)
    prose, examples = split_help(command.help or "")
    assert prose
    assert examples
    assert all(re.match(rf"fullcast {path}\b", line) for line in examples)


def test_the_short_form_shows_the_same_page(fullcast: Callable[..., Any]) -> None:
    assert fullcast("render", "-h").out == fullcast("render", "--help").out


@pytest.mark.parametrize("words", [[], ["voices"], ["cache"]])
def test_whoever_names_no_command_is_shown_the_page_as_wrong_use(
    words: list[str], fullcast: Callable[..., Any]
) -> None:
    said = fullcast(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err == fullcast(*words, "--help").out


def written_reference() -> str:
    parts = ["<!-- pages -->"]
    for path, command, context in COMMANDS:
        page = write_page(command, context, 100).rstrip()
        parts.append(f"## fullcast {path}".rstrip() + f"\n\n```text\n{page}\n```")
    return "\n\n".join([*parts, "<!-- end -->"])


def test_the_reference_of_commands_is_what_the_program_says() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    filled = _BLOCK.sub(lambda _: written_reference(), page)
    if os.environ.get("REWRITE_GOLDENS"):
        REFERENCE.write_text(filled, encoding="utf-8")
    assert page == filled


def test_the_reference_explains_every_exit_code() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE))
    assert table == {str(code): meaning for code, meaning in EXIT_CODES.items()}
