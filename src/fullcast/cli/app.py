"""The boundary: commands are registered, errors become words and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from typer.main import get_command

from fullcast.cli import casting, cloning, engines, library, machine, making, models, projects, proving
from fullcast.cli.console import Console, fall_silent, show_error, write, write_document
from fullcast.cli.pages import WIDEST, Command, Group
from fullcast.cli.stopping import stoppable
from fullcast.errors import FullcastError, UsageError
from fullcast.files.disk import explain_disk_error

INTERRUPTED = 130
BUG = 70

PROGRAM = "fullcast"

_COMPLETING = "_FULLCAST_COMPLETE"
"""Set by a shell that asks how a line could go on."""

_HELP = """Make audiobooks with many voices, ambience and a measured master, from one YAML project.

Begin with `fullcast new mybook` or `fullcast new mybook --from book.epub`, then `fullcast render mybook`.
`fullcast COMMAND --help` shows what a command takes.

Examples:
  fullcast new holmes --from holmes.epub
  fullcast check holmes
  fullcast render holmes
"""

COMMANDS: tuple[tuple[str, Callable[..., object]], ...] = (
    ("new", projects.new),
    ("check", projects.check),
    ("cast", casting.cast),
    ("plan", projects.plan),
    ("render", making.render),
    ("clone", cloning.clone),
    ("mix", making.mix),
    ("export", making.export),
    ("proof", making.proof),
    ("verify", proving.verify),
    ("status", projects.status),
    ("doctor", machine.doctor),
    ("schema", machine.schema),
    ("voices list", library.list_voices),
    ("voices show", library.show_voice),
    ("voices audition", library.audition),
    ("voices compare", cloning.compare),
    ("engines list", engines.list_engines),
    ("engines install", engines.install),
    ("engines remove", engines.remove),
    ("models list", models.list_models),
    ("models pull", models.pull),
    ("models check", models.check_models),
    ("models remove", models.remove),
    ("cache show", machine.show_cache),
    ("cache verify", machine.verify_cache),
    ("cache prune", machine.prune_cache),
)

GROUPS = {
    "voices": "List, describe and hear the voices at hand: a project's own, yours, and those that ship.",
    "engines": "List what speaks and what makes sounds; install what lives in an environment of its own.",
    "models": "Fetch, check and remove the weights that engines load.",
    "cache": "Look after what a project keeps in .fullcast: measure it, verify it, make room.",
}


def make_app() -> typer.Typer:
    """Return the command line."""
    app = _make_group(_HELP)
    app.callback(invoke_without_command=True)(_options)
    groups = {"": app, **{name: _make_group(text) for name, text in GROUPS.items()}}
    for path, command in COMMANDS:
        group, _, name = path.rpartition(" ")
        groups[group].command(name, cls=Command)(command)
    for name in GROUPS:
        groups[name].callback(invoke_without_command=True)(_need_command)
        app.add_typer(groups[name], name=name)
    return app


def _make_group(text: str) -> typer.Typer:
    return typer.Typer(
        help=text,
        cls=Group,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
    )


def _version(asked: bool) -> None:
    if asked:
        from fullcast import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


def _options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_version, is_eager=True
    ),
) -> None:
    del version
    _need_command(context)


def _need_command(context: typer.Context) -> None:
    """Show how a group is called to somebody who named none of its commands: wrong use, so not on stdout."""
    if context.invoked_subcommand is None:
        write(sys.stderr, f"{context.get_help()}\n")
        raise typer.Exit(2)


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Args:
        arguments: What stands after the program's name.

    Returns:
        The exit code, as :data:`fullcast.cli.pages.EXIT_CODES` explains it.
    """
    _survive_odd_terminals()
    console = Console(json="--json" in arguments, quiet=not {"-q", "--quiet"}.isdisjoint(arguments))
    try:
        with stoppable():
            return _carry_out(list(arguments))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return _tell_interrupted(console)
    except FullcastError as error:
        return _end(console, error)
    except OSError as error:
        # What the disk refuses where nobody expected it: this says at least what and where.
        return _end(console, _refused(error))
    except Exception as error:  # noqa: BLE001 - the boundary: whatever is left is a bug, and the user is told so
        return _end(console, _bug(error))


def _carry_out(arguments: list[str]) -> int:
    """Run a command.

    Raises:
        UsageError: If it was called wrongly.
    """
    command = get_command(make_app())
    if _COMPLETING in os.environ:
        command.main(arguments, prog_name=PROGRAM)
    try:
        # Not main(): it would turn Ctrl-C and a closed pipe into exits without a word.
        with command.make_context(PROGRAM, arguments) as context:
            return int(command.invoke(context) or 0)
    except BrokenPipeError:
        fall_silent(sys.stdout)  # the reader of a help page has read enough
        return 0
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        raise _wrong_use(error, arguments) from error


def _wrong_use(error: typer.TyperException, arguments: list[str]) -> UsageError:
    """Return what typer says about a wrong call in our words."""
    known = {path for path, _ in COMMANDS} | {*GROUPS}
    called = (" ".join(arguments[:count]) for count in (2, 1))
    path = " ".join([PROGRAM, *(name for name in called if name in known)][:2])
    message = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    return UsageError(f"{message[:1].lower()}{message[1:]}", hint=f"`{path} --help` shows how it is called")


def _refused(error: OSError) -> FullcastError:
    if isinstance(error, FileNotFoundError) and error.filename is None:  # who asked for it was getcwd
        return UsageError("the folder in which you are is gone", hint="change to another one: cd ..")
    return explain_disk_error(error, Path(str(error.filename or "a file")), "use")


class _BugError(FullcastError):
    exit_code = BUG


def _tell_interrupted(console: Console) -> int:
    hint = "what was finished is kept; run the same command again to go on"
    if console.json:
        write_document({"ok": False, "error": "interrupted", "hint": hint, "exit_code": INTERRUPTED})
    else:
        write(sys.stderr, f"interrupted: {hint}\n")
    return INTERRUPTED


def _bug(error: Exception) -> _BugError:
    import traceback

    trace = "".join(traceback.format_exception(error)).rstrip()
    hint = "please report it with these lines; what was finished is kept"
    return _BugError(f"this is a bug in fullcast: {error!r}\n{trace}", hint=hint)


def _end(console: Console, error: FullcastError) -> int:
    show_error(error, console)
    _drop_unwritten()
    return error.exit_code


def _drop_unwritten() -> None:
    """Forget what no disk took: Python would try once more at its end, and turn the exit code into 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            fall_silent(stream)


def _survive_odd_terminals() -> None:
    """Let a terminal that cannot show a character show a question mark instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
