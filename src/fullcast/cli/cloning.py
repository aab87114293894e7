"""The commands ``clone`` and ``voices compare``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fullcast.cli.console import Console
from fullcast.cli.options import HERE, AsJson, Engine, Quiet, console_of, settings_of
from fullcast.cli.words import clock, columns
from fullcast.errors import UsageError
from fullcast.model import Age, Sex

if TYPE_CHECKING:
    from fullcast.model import Settings
    from fullcast.production.cloning import Sample, Wish


def clone(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the voice to be made.")],
    recordings: Annotated[
        list[Path],
        typer.Argument(metavar="RECORDING", help="Recordings of one person, or folders that hold some."),
    ],
    consent: Annotated[
        str | None,
        typer.Option(
            "--consent",
            metavar="WHO",
            help="Who agreed that this voice may be cloned; it is noted with the date. Needed.",
            show_default=False,
        ),
    ] = None,
    transcript: Annotated[
        str | None,
        typer.Option(
            "--transcript",
            "-t",
            metavar="TEXT|FILE",
            help="What is said in the recording, or a text file that holds it.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[str, typer.Option("--language", "-l", metavar="TAG", help="Its language.")] = "en",
    sex: Annotated[
        Literal["female", "male", "neutral"] | None,
        typer.Option(
            "--sex",
            metavar="SEX",
            help="What a listener hears; by its pitch if left out.",
            show_default=False,
        ),
    ] = None,
    age: Annotated[
        Literal["child", "young", "adult", "old"],
        typer.Option("--age", metavar="AGE", help="What a listener hears."),
    ] = "adult",
    description: Annotated[
        str, typer.Option("--description", metavar="TEXT", help="How it sounds.", show_default=False)
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder of voices; the project's own if left out, or else yours.",
            show_default=False,
        ),
    ] = None,
    asr: Annotated[
        Literal["auto", "off", "faster-whisper", "funasr"],
        typer.Option("--asr", metavar="NAME", help="Who writes down what is said: one that is installed."),
    ] = "auto",
    asr_device: Annotated[
        str, typer.Option("--asr-device", metavar="DEVICE", help="Where it runs: cpu, cuda, cuda:1.")
    ] = "cpu",
    force: Annotated[
        bool, typer.Option("--force", help="Replace a voice of the name; take what would be refused.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a voice from recordings of a person who agreed to it.

    The best 5 to 12 seconds are chosen by what is measured: noise, clipping, steadiness. What cannot be used
    is refused with the numbers.

    Examples:
      fullcast clone mary mary.m4a --consent "Mary Example" --transcript "Who goes there?"
      fullcast clone tom recordings/tom --consent "Tom Example, by letter" --language en-GB
    """
    from fullcast.production.cloning import Wish, check_name, choose_sample, write_voice

    console = console_of(as_json, quiet)
    if not consent:
        raise UsageError(
            "nobody is said to have agreed that this voice may be cloned",
            hint='name who did: --consent "Mary Example"; for your own voice, yourself',
        )
    check_name(name)
    settings = settings_of()
    wish = Wish(
        name=name,
        recordings=tuple(recordings),
        consent=consent,
        language=language,
        description=description,
        sex=Sex(sex) if sex else None,
        age=Age(age),
        force=force,
    )
    home = output or _home(settings)
    if (home / name).exists() and not force:
        raise UsageError(f"there is a voice {name} in {home}", hint="choose another name, or --force")
    sample = choose_sample(wish)
    console.show_problems(sample.warnings)
    words = _words(wish, sample, _given(transcript), (asr, asr_device), console)
    folder = write_voice(wish, sample, words, home)
    _tell(folder, sample, words, console)


def _home(settings: Settings) -> Path:
    """Return the folder of voices: the project's in which somebody is, or else the first of the settings."""
    if (HERE / "project.yaml").is_file():
        return HERE / "voices"
    return settings.voice_folders[0] if settings.voice_folders else HERE / "voices"


def _given(transcript: str | None) -> str:
    """Return the words that the command line gives, or names a file of."""
    if transcript is None:
        return ""
    file = Path(transcript)
    try:
        is_file = len(transcript) < 1_000 and file.is_file()
    except OSError:
        is_file = False
    if not is_file:
        return " ".join(transcript.split())
    from fullcast.files.decoding import read_text

    return " ".join(read_text(file).split())


def _words(wish: Wish, sample: Sample, given: str, asr: tuple[str, str], console: Console) -> str:
    """Return what is said in the sample: as given, as heard by a recogniser, or as a person types it.

    Raises:
        UsageError: If words are given for a recording of which the sample is only a part.
    """
    where = f"{sample.file} from {clock(sample.begins)} to {clock(sample.ends)}"
    if given and sample.whole:
        return given
    if given:
        what = "--transcript gives the words of the whole recording"
        raise UsageError(
            f"{what}, and only a part of it becomes the reference",
            hint=f"cut out {where} and clone from that; or leave --transcript out and complete voice.yaml",
        )
    heard = _heard(sample, wish, asr, console)
    if heard or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return heard
    console.say(f"What is said in {where}? (nothing: leave it out)")
    return " ".join(input("> ").split())


def _heard(sample: Sample, wish: Wish, asr: tuple[str, str], console: Console) -> str:
    """Return what a recogniser hears in the sample; nothing where none is wanted or installed."""
    from fullcast.assistants.listening import installed_listeners, open_listener

    name, device = asr
    if name == "off":
        return ""
    if name == "auto":
        name = next((known for known in installed_listeners() if known != "pocketsphinx"), "")
    if not name:
        return ""
    words = open_listener(name, device=device).hear(sample.audio, wish.language)
    console.say(f"{name} hears: {words}")
    return words


def _tell(folder: Path, sample: Sample, words: str, console: Console) -> None:
    quality = sample.quality
    document = {
        "folder": str(folder),
        "file": str(sample.file),
        "begins": round(sample.begins, 3),
        "ends": round(sample.ends, 3),
        "speech": round(quality.speech, 1),
        "speech_to_noise": round(quality.ratio, 1),
        "clipped": round(quality.clipped, 6),
        "bandwidth": quality.bandwidth,
        "pitch": quality.pitch,
        "transcript": words,
    }
    console.document(document)
    length = sample.ends - sample.begins
    console.tell(
        f"{folder}: {length:.1f} s of {sample.file.name}, {quality.ratio:.0f} dB above noise, up to "
        f"{quality.bandwidth / 1000:.1f} kHz"
    )
    if not words:
        console.say(
            f"its words are not known: engines that need them (glm-tts, f5, zipvoice) want transcript in "
            f"{folder / 'voice.yaml'}"
        )


def compare(
    names: Annotated[list[str], typer.Argument(metavar="VOICE", help="Two voices or more.")],
    by: Annotated[
        Literal["ear", "embedding"],
        typer.Option(
            "--by", metavar="MEASURE", help="ear: pitch, colour and pace; embedding: a network for speakers."
        ),
    ] = "ear",
    language: Annotated[
        str, typer.Option("--language", "-l", metavar="TAG", help="In which they speak to be compared.")
    ] = "en",
    engine: Engine = None,
    project: Annotated[
        Path,
        typer.Option(
            "--project",
            "-p",
            metavar="PROJECT",
            help="Project whose own voices count too.",
            show_default=False,
        ),
    ] = HERE,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say how far voices are from each other, or how alike they are.

    By ear, each speaks the same passage with the engine: a distance of 1 is a difference that is clearly
    heard by itself, three semitones of pitch, 3 dB of colour, or 15 % of pace. By embedding, recordings are
    compared where voices have them: 1 is the same, from 0.85 on one would take two for one person.

    Examples:
      fullcast voices compare alba mara
      fullcast voices compare mary tom --by embedding
    """
    from itertools import combinations

    from fullcast.engines.registry import AUTO, choose_speech_engine
    from fullcast.files.voices import find_voice
    from fullcast.production.batch_memory import cache_folder
    from fullcast.production.comparing import measure_similarities
    from fullcast.production.likenesses import measure_distances

    console = console_of(as_json, quiet)
    unique = list(dict.fromkeys(names))
    if len(unique) < 2:
        raise UsageError("one voice cannot be compared", hint="name two or more: fullcast voices list")
    settings = settings_of()
    chosen = choose_speech_engine(engine or AUTO, settings, language).engine
    voices = [find_voice(name, project=project, settings=settings) for name in unique]
    if by == "embedding":
        measured, word = measure_similarities(voices, language, chosen, settings), "similarity"
    else:
        folder = project if project.is_dir() else project.parent
        in_project = (folder / "project.yaml").is_file()
        cache = folder / ".fullcast" if in_project else cache_folder(settings)
        measured, word = measure_distances(voices, language, chosen, settings, cache=cache), "distance"
    pairs = [(*pair, measured.get(frozenset(pair))) for pair in combinations(unique, 2)]
    console.document([{"voices": [one, other], word: value} for one, other, value in pairs])
    digits = 2 if by == "embedding" else 1
    rows = [("voice", "voice", word)]
    rows += [(one, other, "not heard" if x is None else f"{x:.{digits}f}") for one, other, x in pairs]
    console.print(columns(rows, right=frozenset({2})))
