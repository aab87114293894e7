"""The boundary: commands are registered, errors become words and exit codes."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Literal

import typer

from fullcast.cli import library, making, projects
from fullcast.cli.console import describe_error, error_document
from fullcast.errors import FullcastError

INTERRUPTED = 130
BUG = 70

_HELP = """Make audiobooks with many voices, ambience and a measured master, from one YAML project.

Start with `fullcast new NAME` or `fullcast new NAME --from book.epub`, then `fullcast render NAME`.
"""

_EPILOG = (
    "Exit codes: 0 done; 1 done, with an error finding or a lost take; 2 wrong use; 3 the project is wrong; "
    "4 this machine is not ready; 5 an engine or the audio failed; 6 store or disk; 70 a bug; "
    "130 interrupted."
)

COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("new", projects.new),
    ("check", projects.check),
    ("plan", projects.plan),
    ("render", making.render),
    ("mix", making.mix),
    ("export", making.export),
    ("status", projects.status),
    ("doctor", library.doctor),
    ("schema", library.schema),
)


def make_app() -> typer.Typer:
    """Return the command line; help is drawn on a terminal and plain elsewhere."""
    style: Literal["rich"] | None = "rich" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else None
    app = typer.Typer(
        name="fullcast",
        help=_HELP,
        epilog=_EPILOG,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=style,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, command in COMMANDS:
        app.command(name)(command)
    app.add_typer(library.make_voices(style), name="voices")
    app.add_typer(library.make_cache(style), name="cache")
    return app


def _version(asked: bool) -> None:
    if asked:
        from fullcast import __version__

        typer.echo(f"fullcast {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(
        False, "--version", help="Print the version.", callback=_version, is_eager=True
    ),
) -> None:
    pass


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Args:
        arguments: What stands after the program's name.

    Returns:
        The exit code of the table in :mod:`fullcast.errors`.
    """
    _survive_odd_terminals()
    try:
        make_app()(list(arguments), prog_name="fullcast")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: what was finished is kept; run the same command again to go on\n")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except FullcastError as error:
        _tell(error, as_json="--json" in arguments)
        return error.exit_code
    except Exception:  # noqa: BLE001 - the boundary: whatever is left is a bug, and the user is told so
        sys.stderr.write(traceback.format_exc())
        sys.stderr.write("this is a bug in fullcast: please report it with the lines above\n")
        return BUG
    return 0


def _tell(error: FullcastError, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(error_document(error), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stderr.write(describe_error(error) + "\n")


def _survive_odd_terminals() -> None:
    """Let a terminal that cannot show a character show a question mark instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
