"""The voice library: folders with a voice.yaml, and perhaps a recording to clone from.

A voice is looked for in the project's ``voices`` folder, then in the folders of the settings, then among
those that ship. Its name is its folder's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import Problem, ProjectError, Severity
from fullcast.files.inside import find_inside
from fullcast.files.kinds import Anything, Number, Reading, Spot, Text, choice_of, suggest
from fullcast.files.records import Key, ListOf, MapOf, Record, Spotted
from fullcast.files.yaml_nodes import read_nodes
from fullcast.model import Age, Scalar, Settings, Sex, Voice

VOICE_FILE = "voice.yaml"
FOLDER = "voices"
"""Name of a project's own folder of voices."""
LARGEST_TRANSCRIPT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenConsent:
    """Who agreed to a clone, as a voice's file says."""

    by: str
    date: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSource:
    """What a reference was cut from, as a voice's file says."""

    file: str
    hash: str = ""
    begins: float = 0.0
    ends: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenVoice:
    """A voice as its file says."""

    fullcast: int
    description: str
    sex: Sex
    age: Age
    languages: tuple[str, ...]
    accent: str = ""
    variant_of: str | None = None
    engines: dict[str, dict[str, Scalar]] | None = None
    reference: Spot[str] | None = None
    transcript: str | None = None
    licence: str = ""
    consent: WrittenConsent | None = None
    source: WrittenSource | None = None


_LANGUAGE = Text(
    what="a BCP 47 language tag such as en or en-GB", pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
)

_SECONDS = Number(low=0, high=1e7, unit="s")

CONSENT = Record(
    make=WrittenConsent,
    keys={
        "by": Key(kind=Text(), doc="Who agreed that the voice may be cloned.", required=True),
        "date": Key(kind=Text(), doc="When, as in 2026-01-31.", required=True),
        "note": Key(kind=Text(empty=True), doc="For what, and how it was given."),
    },
)

SOURCE = Record(
    make=WrittenSource,
    keys={
        "file": Key(kind=Text(), doc="Name of the recording.", required=True),
        "hash": Key(kind=Text(empty=True), doc="Hash of its content."),
        "begins": Key(kind=_SECONDS, doc="Where the reference begins in it, in seconds."),
        "ends": Key(kind=_SECONDS, doc="Where it ends."),
    },
)

VOICE = Record(
    make=WrittenVoice,
    doc="A voice of the voice library: voice.yaml in a folder that gives the voice its name.",
    keys={
        "fullcast": Key(
            kind=Number(low=1, high=1, unit="the version of this format", whole=True),
            doc="The version of this format: 1.",
            required=True,
        ),
        "description": Key(kind=Text(), doc="How the voice sounds, in a sentence.", required=True),
        "sex": Key(kind=choice_of(Sex), doc="What a listener hears.", required=True),
        "age": Key(kind=choice_of(Age), doc="What a listener hears.", required=True),
        "accent": Key(kind=Text(), doc="Where the voice is from, in words."),
        "languages": Key(
            kind=ListOf(item=_LANGUAGE, shortest=1),
            doc="Languages that the voice is at home in, as BCP 47 tags; the first presents it.",
            required=True,
        ),
        "variant_of": Key(kind=Text(), doc="The voice that listeners would take for its relative."),
        "engines": Key(
            kind=MapOf(
                value=MapOf(value=Anything(), what="settings of an engine"),
                what="names of engines, each with its settings",
            ),
            doc="What each engine needs to speak with this voice.",
        ),
        "reference": Key(
            kind=Spotted(kind=Text(what="the name of a recording beside voice.yaml")),
            doc="A recording to clone from, beside voice.yaml.",
        ),
        "transcript": Key(kind=Text(longest=LARGEST_TRANSCRIPT), doc="What is said in the recording."),
        "licence": Key(kind=Text(), doc="Under what terms the voice may be used."),
        "consent": Key(kind=CONSENT, doc="Who agreed that the voice may be cloned."),
        "source": Key(kind=SOURCE, doc="What the reference was cut from."),
    },
)


def read_voice(folder: Path, *, shown: str | None = None) -> Voice:
    """Read a voice.

    Args:
        folder: The voice's folder; its name is the voice's name.
        shown: The folder as problems shall call it.

    Raises:
        ProjectError: With every problem of voice.yaml, each with its place.
    """
    file = folder / VOICE_FILE
    parsed = read_nodes(file, name=f"{shown or folder}/{VOICE_FILE}")
    problems = list(parsed.problems)
    written = VOICE.read(parsed.node, Reading(problems=problems)) if parsed.node else None
    reference = None
    if written is not None and written.reference is not None:
        found = find_inside(folder, written.reference)
        reference = found.file
        problems += [found.problem] if found.problem else []
    if written is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise ProjectError(*problems)
    return Voice(
        name=folder.name,
        description=written.description,
        sex=written.sex,
        age=written.age,
        accent=written.accent,
        languages=written.languages,
        variant_of=written.variant_of,
        engines=written.engines or {},
        reference=reference,
        transcript=written.transcript,
        licence=written.licence,
        file=file.resolve(),
    )


def find_voice(name: str, *, project: Path | None, settings: Settings) -> Voice:
    """Return the voice of a name.

    Args:
        name: Its folder's name.
        project: The project's folder, whose own voices come first; None without a project.
        settings: The machine's, with more folders of voices.

    Raises:
        ProjectError: If there is none, with the nearest name; or if it is broken.
    """
    folders = voice_folders(project, settings)
    for folder in folders:
        # The name is compared with the folders that are there: it never becomes part of a path.
        for candidate in _voices_in(folder):
            if candidate.name == name:
                return read_voice(candidate, shown=_shown(candidate, project))
    known = {candidate.name for folder in folders for candidate in _voices_in(folder)}
    message = f"there is no voice {name!r}"
    raise ProjectError(Problem(code="unknown-voice", message=message, hint=suggest(name, known, "voices")))


def list_voices(*, project: Path | None, settings: Settings) -> tuple[tuple[Voice, ...], tuple[Problem, ...]]:
    """Return every voice that can be found, by name, and the problems of those that are broken.

    Of two voices with one name the first that is found counts, as for :func:`find_voice`.
    """
    voices: dict[str, Voice] = {}
    problems: list[Problem] = []
    seen: set[str] = set()
    for folder in voice_folders(project, settings):
        for candidate in _voices_in(folder):
            if candidate.name in seen:
                continue
            seen.add(candidate.name)
            try:
                voices[candidate.name] = read_voice(candidate, shown=_shown(candidate, project))
            except ProjectError as error:
                problems += error.problems
    return tuple(voices[name] for name in sorted(voices)), tuple(problems)


def voice_folders(project: Path | None, settings: Settings) -> tuple[Path, ...]:
    """Return where voices are looked for, in this order; folders that are missing are left out."""
    own = (project / FOLDER,) if project is not None else ()
    folders = (*own, *settings.voice_folders, shipped_voices())
    return tuple(folder for folder in folders if folder.is_dir())


def shipped_voices() -> Path:
    """Return the folder of the voices that ship: in the package, or at the top of a checkout."""
    package = Path(__file__).parents[1]
    installed = package / FOLDER
    return installed if installed.is_dir() else package.parents[1] / FOLDER


def _voices_in(folder: Path) -> Iterator[Path]:
    for candidate in sorted(folder.iterdir()):
        if (candidate / VOICE_FILE).is_file():
            yield candidate


def _shown(folder: Path, project: Path | None) -> str:
    """Return a voice's folder as its user knows it."""
    if project is not None and folder.is_relative_to(project):
        return folder.relative_to(project).as_posix()
    return str(folder)
