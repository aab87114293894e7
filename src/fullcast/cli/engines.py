"""Commands about engines: ``engines list``, ``engines install``, ``engines remove``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fullcast.cli.options import AsJson, Quiet, console_of, settings_of
from fullcast.cli.words import columns


def list_engines(as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the engines: what speaks and what makes sounds, and what each one needs to be ready.

    Examples:
      fullcast engines list
      fullcast engines list --json
    """
    from fullcast.engines.registry import survey_engines

    console = console_of(as_json, quiet)
    states = survey_engines(settings_of())
    console.document([asdict(state) for state in states])
    rows = [("engine", "kind", "runs", "ready", "cloning", "languages", "licence")]
    rows += [
        (
            state.name,
            state.kind,
            state.placement,
            "yes" if state.ready else "no",
            "yes" if state.cloning else "",
            _languages(state.languages),
            state.licence,
        )
        for state in states
    ]
    console.print(columns(rows))
    for state in states:
        if not state.ready:
            hint = f"; {state.install}" if state.install else ""
            reason = state.reason.removeprefix(state.name).lstrip(": ").removeprefix("is ")
            console.tell(f"{state.name}: {reason}{hint}")


def _languages(tags: tuple[str, ...]) -> str:
    """Return languages in a few words; a long list is counted."""
    if not tags:
        return "any"
    return " ".join(tags) if len(tags) <= 6 else f"{len(tags)} of them"


def _engine_names() -> list[str]:
    """Return what a shell offers where an engine to install is wanted."""
    from fullcast.engines.worker.recipes import RECIPES

    return list(RECIPES)


Name = Annotated[
    str, typer.Argument(metavar="ENGINE", help="Name of the engine.", autocompletion=_engine_names)
]


def install(
    name: Name,
    source: Annotated[
        Path | None,
        typer.Option(
            "--source",
            metavar="FOLDER",
            help="Folder of the engine's own source, where it wants one.",
            show_default=False,
        ),
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(
            "--python",
            metavar="PROGRAM",
            help="Python to use; one that the engine takes is looked for if left out.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Install an engine that lives in a Python environment of its own.

    These are megatts3, indextts2, glm-tts, cosyvoice1, qwen3-tts, chatterbox and f5. What was there before is
    made anew; weights are fetched by fullcast models pull.

    Examples:
      fullcast engines install qwen3-tts
      fullcast engines install megatts3 --source ~/src/MegaTTS3 --python python3.10
    """
    from fullcast.production.installing import Install, install_engine

    console = console_of(as_json, quiet)
    made = install_engine(Install(engine=name, source=source, python=python), settings_of(), console.say)
    console.document(asdict(made))
    console.tell(f"{name} is installed; its weights: fullcast models list --engine {name}")


def remove(name: Name, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Remove an engine's environment; its weights and source stay.

    Examples:
      fullcast engines remove qwen3-tts
    """
    from fullcast.production.installing import remove_engine

    console = console_of(as_json, quiet)
    home = remove_engine(name, settings_of())
    console.document({"removed": str(home)})
    console.tell(f"{home} removed")
