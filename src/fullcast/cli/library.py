"""Commands about voices: ``voices list``, ``voices show``, ``voices audition``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fullcast.cli.console import Console, counted
from fullcast.cli.options import HERE, AsJson, Engine, Quiet, console_of, settings_of
from fullcast.cli.words import clock, columns
from fullcast.errors import UsageError

if TYPE_CHECKING:
    from fullcast.model import Voice


def _voice_names() -> list[str]:
    """Return what a shell offers where a voice is wanted."""
    from fullcast.files.voices import list_voices as found_voices

    voices, _ = found_voices(project=HERE, settings=settings_of())
    return [voice.name for voice in voices]


InProject = Annotated[
    Path,
    typer.Option(
        "--project",
        "-p",
        metavar="PROJECT",
        help="Project whose own voices count too; the current folder if left out.",
        show_default=False,
    ),
]


def list_voices(project: InProject = HERE, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """List the voices at hand.

    Examples:
      fullcast voices list
      fullcast voices list --project books/holmes --json
    """
    from fullcast.files.voices import list_voices as found_voices

    console = console_of(as_json, quiet)
    voices, problems = found_voices(project=_folder(project), settings=settings_of())
    console.show_problems(problems)
    console.document([_document(voice) for voice in voices])
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


def _folder(project: Path) -> Path:
    """Return the folder that is meant.

    Raises:
        UsageError: If it is not there.
    """
    folder = project.parent if project.name == "project.yaml" else project
    if not folder.is_dir():
        raise UsageError(f"--project {project}: there is no such folder")
    return folder.resolve()


def _document(voice: Voice) -> dict[str, object]:
    return asdict(voice)


def show_voice(
    name: Annotated[
        str, typer.Argument(metavar="VOICE", help="Name of the voice.", autocompletion=_voice_names)
    ],
    project: InProject = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show all that is known of a voice.

    Examples:
      fullcast voices show alba
    """
    from fullcast.files.voices import find_voice

    console = console_of(as_json, quiet)
    voice = find_voice(name, project=_folder(project), settings=settings_of())
    document = _document(voice)
    console.document(document)
    rows = [(key.replace("_", " "), _worded(value)) for key, value in document.items() if key != "engines"]
    rows += [(f"with {engine}", _worded(settings)) for engine, settings in voice.engines.items()]
    console.print(columns([row for row in rows if row[1]]))


def _worded(value: object) -> str:
    """Return a value of a voice as a person reads it; nothing where nothing is said."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def audition(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="VOICE",
            help="Voices to hear, in this order; not needed with --lexicon.",
            autocompletion=_voice_names,
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="WAV or FLAC file to write; audition.wav if left out."
        ),
    ] = Path("audition.wav"),
    text: Annotated[
        str | None,
        typer.Option("--text", "-t", metavar="TEXT", help="What they say; a passage of ours if left out."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", "-l", metavar="TAG", help="In which language; each voice's first if left out."
        ),
    ] = None,
    lexicon: Annotated[
        bool,
        typer.Option(
            "--lexicon",
            help="Hear each word of the project's lexicon in a sentence.",
        ),
    ] = False,
    engine: Engine = None,
    project: InProject = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Have voices say something and write it to a file.

    Examples:
      fullcast voices audition alba mara tom --output cast.wav
      fullcast voices audition mara --text "Who goes there?"
      fullcast voices audition --lexicon --project books/holmes
    """
    from fullcast.production.audition import Audition
    from fullcast.production.audition import audition as perform

    console = console_of(as_json, quiet)
    if lexicon:
        if text is not None or language is not None:
            hint = "leave --text and --language out, or --lexicon"
            raise UsageError("--lexicon says itself what is heard", hint=hint)
        _hear_lexicon(tuple(names or ()), output, project, engine, console)
        return
    if not names:
        raise UsageError(
            "no voice is named", hint="fullcast voices list shows them; or hear words with --lexicon"
        )
    wanted = Audition(names=tuple(names), text=text, language=language, engine=engine)
    seconds = perform(wanted, output, project=_folder(project), settings=settings_of())
    console.document({"file": str(output), "voices": names, "seconds": round(seconds, 3)})
    console.tell(f"{output}: {counted(len(names), 'voice')}, {seconds:.1f} s")


def _hear_lexicon(
    names: tuple[str, ...], output: Path, project: Path, engine: str | None, console: Console
) -> None:
    from fullcast.production.lexicon_audition import audition_lexicon

    heard = audition_lexicon(names, output, project=project, engine=engine, settings=settings_of())
    words = [asdict(each) | {"begins": round(each.begins, 3)} for each in heard]
    console.document({"file": str(output), "words": words})
    rows = [("at", "word", "said", "voice")]
    rows += [(clock(each.begins), each.word, each.said or "as it is written", each.voice) for each in heard]
    console.print(columns(rows, right=frozenset({0})))
    console.tell(f"{output}: {counted(len(heard), 'word')}")
