"""Help pages: the same words on every terminal, in a pipe and in the reference."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from fullcast.cli.console import paint

if TYPE_CHECKING:
    from typer._click import Command as AnyCommand
    from typer._click import Context, HelpFormatter

EXIT_CODES: Mapping[int, str] = {
    0: "Done.",
    1: "Done, with a finding of level error or a lost take; warnings never change the code.",
    2: "The command was called wrongly.",
    3: "The project or an input file is wrong; nothing was recorded.",
    4: "This machine is not ready: a program, a model or a device is missing.",
    5: "An engine or the audio failed; finished takes are kept.",
    6: "The store or the disk failed, or another run works on the project.",
    70: "A bug in fullcast.",
    130: "Interrupted (Ctrl-C, or ended by the system); run the same command again to go on.",
}
"""What a script can tell from the code with which a command ends."""

WIDEST = 100
"""Columns of a page at most: longer lines read badly."""

_LONGEST_NAME = 26
"""Columns of the names at the left; a longer one gets a line of its own."""


class Command(TyperCommand):
    """A command whose help page is written here."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the page."""
        formatter.write(write_page(self, ctx, formatter.width))


class Group(TyperGroup):
    """Commands whose help page is written here."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the page."""
        formatter.write(write_page(self, ctx, formatter.width))


def write_page(command: AnyCommand, context: Context, width: int) -> str:
    """Return the help page of a command.

    Args:
        command: The command.
        context: How it was called.
        width: Columns.
    """
    prose, examples = split_help(command.help or "")
    parts = [_usage(command, context)]
    parts += [textwrap.fill(paragraph, width) for paragraph in prose]
    parts += _sections(command, context, width)
    if examples:
        parts.append("\n".join([_head("Examples"), *(f"  {line}" for line in examples)]))
    if context.parent is None:
        codes = [(str(code), meaning) for code, meaning in EXIT_CODES.items()]
        parts.append(_listing("Exit codes", codes, width))
    return "\n\n".join(parts) + "\n"


def split_help(text: str) -> tuple[list[str], list[str]]:
    r"""Return the paragraphs of a docstring and the lines of its examples.

    >>> split_help("Say it.\n\nExamples:\n  fullcast say it\n  fullcast say more")
    (['Say it.'], ['fullcast say it', 'fullcast say more'])
    """
    prose, _, examples = text.partition("Examples:\n")
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", prose) if part.strip()]
    return paragraphs, [line.strip() for line in examples.splitlines() if line.strip()]


def summary(command: AnyCommand) -> str:
    """Return what a command does in one sentence."""
    prose, _ = split_help(command.help or "")
    return re.split(r"(?<=\.) |; ", prose[0], maxsplit=1)[0].rstrip(".") if prose else ""


def usage(command: AnyCommand, context: Context) -> str:
    """Return how a command is called: ``fullcast plan [OPTIONS] [PROJECT]``."""
    names = [argument_name(param) for param in command.get_params(context) if _is_argument(param)]
    rest = ["COMMAND …"] if isinstance(command, TyperGroup) else names
    return " ".join([context.command_path, "[OPTIONS]", *rest])


def _usage(command: AnyCommand, context: Context) -> str:
    return f"{_head('Usage')} {usage(command, context)}"


def argument_name(param: Any) -> str:  # noqa: ANN401 - typer's own type is private
    """Return an argument as a usage line shows it: in brackets where it may be left out."""
    name = param.metavar or param.name.upper()
    shown = name if param.required else f"[{name}]"
    return f"{shown}…" if param.nargs != 1 else shown


def option_name(param: Any) -> str:  # noqa: ANN401 - likewise
    """Return an option with its short form first and what it takes: ``-c, --chapter N|N-M``."""
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag or param.metavar is None else f"{names} {param.metavar}"


def _is_argument(param: Any) -> bool:  # noqa: ANN401 - likewise
    return bool(param.param_type_name == "argument")


def _sections(command: AnyCommand, context: Context, width: int) -> Iterator[str]:
    params: list[Any] = [
        param for param in command.get_params(context) if not getattr(param, "hidden", False)
    ]
    arguments = [(param.metavar or param.name.upper(), param.help) for param in params if _is_argument(param)]
    options = [(option_name(param), param.help) for param in params if not _is_argument(param)]
    if arguments:
        yield _listing("Arguments", arguments, width)
    if isinstance(command, TyperGroup):
        found = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        yield _listing("Commands", [(name, summary(item)) for name, item in found if item], width)
    yield _listing("Options", options, width)


def _listing(head: str, rows: list[tuple[str, str]], width: int) -> str:
    """Return names and what they mean, in two columns."""
    left = min(_LONGEST_NAME, max(len(name) for name, _ in rows))
    return "\n".join([_head(head), *(line for row in rows for line in _row(row, left, width))])


def _row(row: tuple[str, str], left: int, width: int) -> Iterable[str]:
    name, meaning = row
    lines = textwrap.wrap(meaning, max(20, width - left - 4)) or [""]
    if len(name) > left:
        return [f"  {name}", *(f"{' ' * (left + 4)}{line}" for line in lines)]
    rest = (f"{' ' * (left + 4)}{line}" for line in lines[1:])
    return [f"  {name:<{left}}  {lines[0]}".rstrip(), *rest]


def _head(text: str) -> str:
    return paint(f"{text}:", "strong", sys.stdout)
