"""``fullcast.lock``: what was decided for a book, so that it does not change its voice by itself.

People commit the file beside the project. It is written whole or not at all, sorted, so that equal decisions
give equal bytes; a damaged one is a problem that somebody has to look at, never a reason to decide anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from fullcast.errors import Problem, ProjectError
from fullcast.files.disk import write_whole
from fullcast.files.kinds import Number, Reading, Text
from fullcast.files.records import Key, MapOf, Record
from fullcast.files.yaml_nodes import read_nodes
from fullcast.units import Lufs

LOCK_FILE = "fullcast.lock"

_HEAD = "# What fullcast decided for this book. Commit it; delete it only to have everything decided anew.\n"

_MEND = "bring it back from version control, or delete it: engines and levels are then decided anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How loud a voice was measured to be."""

    voice: str
    engine: str
    loudness: Lufs
    """Of its takes, before levels are matched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A quotation that a person gave to its speaker."""

    speaker: str
    words: str = ""
    """How the quotation begins, for whoever reads the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What was decided for a book."""

    speech_engine: str | None = None
    """Name of the engine that ``auto`` chose for speech; None where nothing was chosen yet."""
    speech_revision: str = ""
    """Its revision when it was chosen."""
    speech_reason: str = ""
    """Why this one, in words."""
    sound_engine: str | None = None
    """Name of the engine that ``auto`` chose for ambience."""
    sound_revision: str = ""
    sound_reason: str = ""
    levels: Mapping[str, Level] = field(default_factory=dict)
    """By the identity of the voice as its engine speaks it."""
    retakes: Mapping[str, int] = field(default_factory=dict)
    """How many times a line was asked for anew, by its id."""
    speakers: Mapping[str, Given] = field(default_factory=dict)
    """Who says a quotation, as a person decided, by ``fingerprint.quotation_id``."""
    labels: Mapping[str, Labelled] = field(default_factory=dict)
    """Who says a quotation, as a language model said, likewise; weighed against what the text tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A quotation that a language model gave to its speaker."""

    speaker: str
    model: str
    words: str = ""
    """How the quotation begins, for whoever reads the lock."""


_CHOSEN: Record[dict[str, str]] = Record(
    make=dict,
    keys={
        "engine": Key(kind=Text(), doc="Name of the engine.", required=True),
        "revision": Key(kind=Text(empty=True), doc="Its revision when it was chosen."),
        "reason": Key(kind=Text(empty=True), doc="Why it was chosen."),
    },
)

_LEVEL = Record(
    make=Level,
    keys={
        "voice": Key(kind=Text(), doc="Name of the voice.", required=True),
        "engine": Key(kind=Text(), doc="Name of the engine that spoke.", required=True),
        "loudness": Key(
            kind=Number(low=-100, high=20, unit="LUFS"), doc="Measured loudness, in LUFS.", required=True
        ),
    },
)


_GIVEN = Record(
    make=Given,
    keys={
        "speaker": Key(kind=Text(), doc="Who says it.", required=True),
        "words": Key(kind=Text(empty=True), doc="How the quotation begins."),
    },
)


_LABELLED = Record(
    make=Labelled,
    keys={
        "speaker": Key(kind=Text(), doc="Who says it.", required=True),
        "model": Key(kind=Text(), doc="Name of the model that said so.", required=True),
        "words": Key(kind=Text(empty=True), doc="How the quotation begins."),
    },
)


def _make_lock(
    *,
    lock: int,
    speech: Mapping[str, str] | None = None,
    sounds: Mapping[str, str] | None = None,
    **maps: Mapping[str, object],
) -> Lock:
    assert lock == 1
    chosen = {f"speech_{name}": word for name, word in (speech or {}).items()}
    chosen |= {f"sound_{name}": word for name, word in (sounds or {}).items()}
    return Lock(**chosen, **maps)  # type: ignore[arg-type] # the record below reads each with its own kind


_LOCK = Record(
    make=_make_lock,
    keys={
        "lock": Key(
            kind=Number(low=1, high=1, unit="the form of this file", whole=True),
            doc="The form of this file, 1.",
            required=True,
        ),
        "speech": Key(kind=_CHOSEN, doc="The engine that speaks."),
        "sounds": Key(kind=_CHOSEN, doc="The engine that makes sounds."),
        "levels": Key(kind=MapOf(value=_LEVEL), doc="Measured loudness by fingerprint of the voice."),
        "retakes": Key(
            kind=MapOf(value=Number(low=1, high=1_000_000, unit="retakes", whole=True)),
            doc="Number of retakes by id of the line.",
        ),
        "speakers": Key(
            kind=MapOf(value=_GIVEN), doc="Who says a quotation, by its id, as a person decided."
        ),
        "labels": Key(
            kind=MapOf(value=_LABELLED), doc="Who says a quotation, by its id, as a language model said."
        ),
    },
)


def read_lock(folder: Path) -> Lock:
    """Read what was decided for a book; nothing yet if there is no lock.

    Args:
        folder: The project's folder.

    Raises:
        ProjectError: If the lock is damaged, with every problem.
    """
    file = folder / LOCK_FILE
    if not file.exists() and not file.is_symlink():
        return Lock()
    parsed = read_nodes(file, name=LOCK_FILE)
    problems = list(parsed.problems)
    lock = _LOCK.read(parsed.node, Reading(problems=problems)) if parsed.node else None
    if problems or lock is None:
        raise ProjectError(*(_mendable(problem) for problem in problems))
    return lock


def _mendable(problem: Problem) -> Problem:
    return replace(problem, hint=problem.hint or _MEND)


def write_lock(folder: Path, lock: Lock) -> None:
    """Write what was decided; the file is left alone if it would not change.

    Args:
        folder: The project's folder.
        lock: What was decided.

    Raises:
        StoreError: If the disk refuses; the old lock stays whole.
    """
    content = _HEAD + yaml.dump(
        _plain(lock), Dumper=yaml.SafeDumper, sort_keys=False, allow_unicode=True, width=100
    )
    file = folder / LOCK_FILE
    encoded = content.encode()
    if not (file.is_file() and file.read_bytes() == encoded):
        write_whole(file, encoded, sync=True)


def _plain(lock: Lock) -> dict[str, object]:
    """Return the lock as plain values, sorted; what is empty is left out."""
    chosen = {
        "speech": (lock.speech_engine, lock.speech_revision, lock.speech_reason),
        "sounds": (lock.sound_engine, lock.sound_revision, lock.sound_reason),
    }
    engines = {
        name: {key: word for key, word in zip(("engine", "revision", "reason"), words, strict=True) if word}
        for name, words in chosen.items()
        if words[0]
    }
    levels = {
        key: {"voice": item.voice, "engine": item.engine, "loudness": float(item.loudness)}
        for key, item in sorted(lock.levels.items())
    }
    speakers = {
        key: {"speaker": item.speaker, **({"words": item.words} if item.words else {})}
        for key, item in sorted(lock.speakers.items())
    }
    labels = {
        key: {"speaker": item.speaker, "model": item.model, **({"words": item.words} if item.words else {})}
        for key, item in sorted(lock.labels.items())
    }
    retakes = dict(sorted(lock.retakes.items()))
    maps = {"levels": levels, "retakes": retakes, "speakers": speakers, "labels": labels}
    return {"lock": 1, **engines, **{name: found for name, found in maps.items() if found}}
