"""Commands about models: ``models list``, ``models pull``, ``models check``, ``models remove``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fullcast.cli.console import Console, counted, write
from fullcast.cli.options import AsJson, Quiet, console_of, settings_of
from fullcast.cli.words import columns, size

if TYPE_CHECKING:
    from fullcast.engines.weights import Installed
    from fullcast.production.events import Emit, Event

_HEARTBEAT = 5.0
"""Seconds between two lines of progress where there is no terminal."""


def _model_names() -> list[str]:
    """Return what a shell offers where a model is wanted."""
    from fullcast.files.catalogue import read_catalogue

    return list(read_catalogue())


Names = Annotated[
    list[str], typer.Argument(metavar="MODEL", help="Models, by id.", autocompletion=_model_names)
]


def list_models(
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ENGINE", help="Only models of this engine.")
    ] = None,
    installed: Annotated[
        bool, typer.Option("--installed", help="Only models that are on this machine.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """List the models that engines load: what they speak, under which licence, and whether they are here.

    Examples:
      fullcast models list
      fullcast models list --engine sherpa --json
    """
    from fullcast.engines.weights import installed_models
    from fullcast.files.catalogue import read_catalogue

    console = console_of(as_json, quiet)
    here = {item.card.id: item for item in installed_models(settings_of())}
    cards = {name: listed.card for name, listed in read_catalogue().items()}
    cards |= {name: item.card for name, item in here.items()}
    shown = [
        card
        for card in cards.values()
        if (engine is None or card.engine == engine) and (not installed or card.id in here)
    ]
    console.document([_document(asdict(card), here.get(card.id)) for card in shown])
    rows = [("model", "engine", "languages", "size", "here", "licence", "")]
    rows += [
        (
            card.id,
            card.engine,
            " ".join(card.languages) if len(card.languages) <= 5 else f"{len(card.languages)} of them",
            size(card.size) if card.id in here else "",
            "yes" if card.id in here else "",
            card.licence if card.commercial else f"{card.licence} (not to be sold)",
            card.title,
        )
        for card in shown
    ]
    console.print(columns(rows))


def _document(card: dict[str, object], here: Installed | None) -> dict[str, object]:
    folder = None if here is None else str(here.folder)
    return card | {"installed": here is not None, "folder": folder}


def pull(
    names: Names,
    source: Annotated[
        Literal["hf", "modelscope"] | None,
        typer.Option("--source", metavar="HUB", help="Where from: hf or modelscope.", show_default=False),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="Folder or archive that holds the files already; nothing is fetched.",
            show_default=False,
        ),
    ] = None,
    accept_licence: Annotated[
        bool,
        typer.Option("--accept-licence", help="Accept a licence that forbids books that are sold."),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Fetch models; what was stopped goes on from where it stopped.

    HF_ENDPOINT names a mirror of Hugging Face, HF_TOKEN opens what wants terms to be accepted,
    FULLCAST_MODELS names the folder that models go to.

    Examples:
      fullcast models pull kokoro-multi-lang-v1_0
      fullcast models pull cosyvoice-300m-sft --source modelscope
      fullcast models pull megatts3 --from /media/usb/megatts3
    """
    from fullcast.errors import UsageError
    from fullcast.files.hub import Hub
    from fullcast.production.pulling import Pull, pull_model

    console = console_of(as_json, quiet)
    if folder is not None and len(names) > 1:
        raise UsageError("--from holds one model", hint="pull one at a time")
    settings, hub = settings_of(), Hub.of()
    made = []
    for name in names:
        asked = Pull(name=name, source=source, folder=folder, accept_licence=accept_licence)
        with _progress(console) as emit:
            made.append(pull_model(asked, settings, hub, emit))
        console.tell(f"{made[-1].folder}: {size(made[-1].card.size)}, {made[-1].card.licence}")
    console.document([_document(asdict(item.card), item) for item in made])


@contextmanager
def _progress(console: Console) -> Iterator[Emit]:
    """Tell of bytes for the length of a ``with``: a line a few seconds, JSON lines for programs."""
    last = [0.0]

    def tell(event: Event) -> None:
        from fullcast.production.events import Fetching

        now = time.monotonic()
        if not isinstance(event, Fetching) or now - last[0] < _HEARTBEAT:
            return
        last[0] = now
        if console.json:
            console.event(event.to_json())
        elif not console.quiet:
            share = f" of {size(event.total)}" if event.total > event.done else ""
            write(sys.stderr, f"{event.model}: {size(event.done)}{share}\n")

    yield tell


def check_models(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL", help="Models, by id; all that are here if left out.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Check every file of models against its hash.

    Ends with exit code 1 if one is missing or damaged.

    Examples:
      fullcast models check
      fullcast models check kokoro-multi-lang-v1_0
    """
    from fullcast.engines.weights import installed_models
    from fullcast.errors import Severity, UsageError
    from fullcast.production.modelkeeping import check_model

    console = console_of(as_json, quiet)
    here = {item.card.id: item for item in installed_models(settings_of())}
    for name in names or ():
        if name not in here:
            raise UsageError(f"the model {name} is not here", hint="fullcast models list --installed")
    chosen = [here[name] for name in names or here]
    findings = [found for item in chosen for found in check_model(item)]
    told = [asdict(found) for found in findings]
    console.document({"checked": [item.card.id for item in chosen], "findings": told})
    for found in findings:
        console.print(f"{found.severity}: {found.subject}: {found.message}")
    files = sum(len(item.card.files) for item in chosen)
    bad = [found for found in findings if found.severity is Severity.ERROR]
    fetch = f"{counted(len(bad), 'file')} to be fetched again: fullcast models pull"
    outcome = fetch if bad else "all sound"
    console.tell(f"{counted(len(chosen), 'model')}, {counted(files, 'file')}: {outcome}")
    return 1 if bad else 0


def remove(
    names: Names,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be removed.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Remove models from this machine, and what is left of attempts to fetch them.

    Examples:
      fullcast models remove f5-tts-v1 --dry-run
      fullcast models remove f5-tts-v1
    """
    from fullcast.production.modelkeeping import remove_model

    console = console_of(as_json, quiet)
    settings = settings_of()
    gone = {name: remove_model(name, settings, dry_run=dry_run) for name in names}
    console.document({name: {"files": files, "bytes": count} for name, (files, count) in gone.items()})
    verb = "would be removed" if dry_run else "removed"
    for name, (files, count) in gone.items():
        console.tell(f"{name}: {counted(files, 'file')}, {size(count)} {verb}")
