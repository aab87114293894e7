"""Commands about what is at hand: ``voices``, ``doctor``, ``schema``, ``cache``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from fullcast.cli.console import columns, paint, size
from fullcast.cli.options import (
    HERE,
    AsJson,
    Device,
    Engine,
    Jobs,
    ProjectPath,
    Quiet,
    choices_of,
    console_of,
    project_folder,
    settings_of,
)

InProject = Annotated[
    Path, typer.Option("--project", "-p", help="Project whose own voices count too.", show_default=False)
]


def doctor(as_json: AsJson = False, device: Device = None, jobs: Jobs = None) -> None:
    """Find out what this machine can do: engines, devices, folders. Exit code 4 if it cannot render.

    Examples:
      fullcast doctor
    """
    from fullcast.doctor import examine

    console = console_of(as_json, quiet=False)
    checks = examine(settings_of(device, jobs))
    console.document([check.to_json() for check in checks])
    for item in checks:
        mark = {"ok": "ok     ", "note": "note   ", "missing": "missing"}[item.state]
        console.print(f"{paint(mark, 'faint', sys.stdout)} {item.name}: {item.message}")
        if item.hint:
            console.print(f"        hint: {item.hint}")
    raise typer.Exit(4 if any(item.needed and item.state == "missing" for item in checks) else 0)


def schema(
    what: Annotated[Literal["project", "voice"], typer.Argument(help="Which file to describe.")] = "project",
) -> None:
    """Print the JSON Schema of project.yaml or voice.yaml, for editors.

    Examples:
      fullcast schema > project.schema.json
    """
    from fullcast.files.schema import project_schema, voice_schema

    document = project_schema() if what == "project" else voice_schema()
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def make_voices(style: Literal["rich"] | None) -> typer.Typer:
    """Return the ``voices`` commands."""
    app = typer.Typer(
        help="The voices at hand: those of a project, of your folders, and those that ship.",
        no_args_is_help=True,
        rich_markup_mode=style,
    )
    app.command("list")(list_voices)
    app.command("show")(show_voice)
    app.command("audition")(audition)
    return app


def list_voices(project: InProject = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the voices at hand.

    Examples:
      fullcast voices list
    """
    from fullcast.files.voices import list_voices as found_voices

    console = console_of(as_json, quiet)
    voices, problems = found_voices(project=project, settings=settings_of())
    console.show_problems(problems)
    console.document([_voice_document(voice) for voice in voices])
    rows = [("voice", "sex", "age", "languages", "accent", "description")]
    rows += [
        (
            voice.name,
            voice.sex,
            voice.age,
            " ".join(voice.languages),
            voice.accent,
            voice.description + (f" (variant of {voice.variant_of})" if voice.variant_of else ""),
        )
        for voice in voices
    ]
    console.print(columns(rows))


def _voice_document(voice: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(voice)  # type: ignore[call-overload,no-any-return]


def show_voice(
    name: Annotated[str, typer.Argument(help="Name of the voice.")],
    project: InProject = HERE,
    as_json: AsJson = False,
) -> None:
    """Show all that is known of a voice.

    Examples:
      fullcast voices show alba
    """
    from fullcast.files.voices import find_voice

    console = console_of(as_json, quiet=False)
    voice = find_voice(name, project=project, settings=settings_of())
    console.document(_voice_document(voice))
    rows = [
        (key, str(value)) for key, value in _voice_document(voice).items() if value not in ("", None, {}, ())
    ]
    console.print(columns(rows))


def audition(
    names: Annotated[list[str], typer.Argument(help="Voices to hear, in this order.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="WAV or FLAC file to write.")] = Path(
        "audition.wav"
    ),
    text: Annotated[str | None, typer.Option("--text", "-t", help="What they say.")] = None,
    language: Annotated[str | None, typer.Option("--language", "-l", help="In which language.")] = None,
    engine: Engine = None,
    project: InProject = HERE,
    quiet: Quiet = False,
) -> None:
    """Have voices say something and write it to a file.

    Examples:
      fullcast voices audition alba mara tom --output cast.wav
    """
    from fullcast.production.audition import Audition
    from fullcast.production.audition import audition as perform

    console = console_of(as_json=False, quiet=quiet)
    wanted = Audition(names=tuple(names), text=text, language=language, engine=engine)
    seconds = perform(wanted, output, project=project, settings=settings_of())
    console.print(f"{output}: {len(names)} voices, {seconds:.1f} s")


def make_cache(style: Literal["rich"] | None) -> typer.Typer:
    """Return the ``cache`` commands."""
    app = typer.Typer(
        help="What a project keeps in .fullcast: look, verify, make room.",
        no_args_is_help=True,
        rich_markup_mode=style,
    )
    app.command("show")(show_cache)
    app.command("verify")(verify_cache)
    app.command("prune")(prune_cache)
    return app


def show_cache(project: ProjectPath = HERE, as_json: AsJson = False) -> None:
    """Show how much the store holds.

    Examples:
      fullcast cache show books/holmes
    """
    from fullcast.production.caching import measure_cache

    console = console_of(as_json, quiet=False)
    shelves = measure_cache(project_folder(project))
    console.document({shelf.name: {"files": shelf.files, "bytes": shelf.size} for shelf in shelves})
    rows = [("", "files", "size"), *((shelf.name, str(shelf.files), size(shelf.size)) for shelf in shelves)]
    console.print(columns(rows, right=frozenset({1, 2})))


def verify_cache(project: ProjectPath = HERE, as_json: AsJson = False) -> None:
    """Check every recording against its hash; damaged ones are removed and made again by the next render.

    Examples:
      fullcast cache verify books/holmes
    """
    from fullcast.production.caching import verify_cache as verify

    console = console_of(as_json, quiet=False)
    checked, damaged = verify(project_folder(project))
    console.document({"checked": checked, "damaged": list(damaged)})
    console.print(f"{checked} recordings checked, {len(damaged)} damaged")
    raise typer.Exit(1 if damaged else 0)


def prune_cache(
    project: ProjectPath = HERE,
    engine: Engine = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove recordings and encodings that the project no longer uses.

    Examples:
      fullcast cache prune books/holmes --dry-run
    """
    from fullcast.production.caching import prune_cache as prune

    console = console_of(as_json, quiet=False)
    removed = prune(project_folder(project), choices_of(engine, None), settings_of(), dry_run=dry_run)
    console.document({"files": removed.files, "bytes": removed.size, "removed": not dry_run})
    verb = "would be removed" if dry_run else "removed"
    console.print(f"{removed.files} files, {size(removed.size)} {verb}")
