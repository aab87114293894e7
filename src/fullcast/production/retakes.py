"""Lines that are recorded anew because somebody asked for it, and lines that somebody recorded."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.errors import AudioError, Place, Problem, ProjectError
from fullcast.files.disk import read_whole
from fullcast.files.lockfile import read_lock, write_lock
from fullcast.files.runlock import run_lock
from fullcast.files.store import Entry, Store
from fullcast.model import RECORDING, Finding, PlannedTake, Settings
from fullcast.plan import origin_of
from fullcast.production.preparing import Choices, Prepared, prepare
from fullcast.production.recording import Lost, Recorded, record_takes

_LINE = re.compile(r"(?P<id>[0-9a-f]{12})(?:\s+(?P<at>\d{1,6}))?\s*(?:\|\s*(?P<note>.*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retake:
    """A line that shall be recorded anew."""

    line: str
    at: int | None
    """How often it had been recorded anew when it was asked for; None asks whatever was done since."""
    note: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list of retakes came to."""

    anew: tuple[str, ...]
    """Ids of lines that will be recorded anew."""
    done: tuple[str, ...]
    """Ids of lines that were recorded anew since the list was made."""


def read_retakes(file: Path) -> tuple[Retake, ...]:
    """Read a list of retakes, one line each: id, number of retakes so far, ``|``, a note; ``#`` is a comment.

    Raises:
        ProjectError: With every line that cannot be read.
        StoreError: If the file cannot be read.
    """
    retakes: list[Retake] = []
    problems: list[Problem] = []
    text = read_whole(file).decode("utf-8-sig", "replace")
    for number, source in enumerate(text.splitlines(), 1):
        words = source.strip()
        place = Place(file=file.name, line=number, column=1, source=source)
        match = _LINE.fullmatch(words)
        if not words or words.startswith("#"):
            continue
        if match is None:
            hint = "as the proof writes it: 3fa91c0be27d 0 | too fast"
            problems.append(Problem(code="wrong-retake", message="no retake", place=place, hint=hint))
            continue
        at = int(match["at"]) if match["at"] else None
        retakes.append(Retake(line=match["id"], at=at, note=match["note"] or "", place=place))
    if problems:
        raise ProjectError(*problems)
    return tuple(retakes)


def ask_for_retakes(project: Path, file: Path, choices: Choices, settings: Settings) -> Asked:
    """Raise the retake number of each line of a list in ``fullcast.lock``; doing so twice does nothing more.

    Args:
        project: The project's folder or its project.yaml.
        file: The list.
        choices: What the command line says.
        settings: The machine.

    Raises:
        ProjectError: If the list is wrong or names lines that the book does not have; nothing was changed.
        StoreError: If the lock cannot be written.
    """
    retakes = read_retakes(file)
    prepared = prepare(project, choices, settings)
    folder = prepared.book.folder
    known = {line.id for chapter in prepared.plan.chapters for line in chapter.script.lines}
    unknown = [retake for retake in retakes if retake.line not in known]
    if unknown:
        hint = "its words, or who says them, were changed since: make the proof again"
        raise ProjectError(
            *(
                Problem(
                    code="unknown-line",
                    message=f"the book has no line {retake.line}",
                    place=retake.place,
                    hint=hint,
                )
                for retake in unknown
            )
        )
    with run_lock(prepared.cache):
        lock = read_lock(folder)
        numbers = dict(lock.retakes)
        asked = {retake.line: retake for retake in retakes}
        open_ = [line for line, retake in asked.items() if retake.at in {None, numbers.get(line, 0)}]
        for line in open_:
            numbers[line] = numbers.get(line, 0) + 1
        write_lock(folder, replace(lock, retakes=numbers))
    return Asked(anew=tuple(open_), done=tuple(line for line in asked if line not in open_))


def take_in_or_record(
    prepared: Prepared, missing: Sequence[PlannedTake], store: Store, settings: Settings
) -> Generator[Recorded | Lost]:
    """Yield takes as they come into the store: what people spoke first, then what the engine speaks.

    Args:
        prepared: The project.
        missing: What is not in the store.
        store: Where takes go.
        settings: The machine.

    Raises:
        EngineError: If the engine itself breaks; finished takes are kept.
        StoreError: If the disk refuses.
    """
    spoken = [take for take in missing if take.engine == RECORDING]
    yield from take_in_recordings(spoken, prepared.recordings, store)
    asked = [take for take in missing if take.engine != RECORDING]
    if asked:
        missing_keys = {take.key for take in asked}
        known = (
            take
            for chapter in prepared.plan.chapters
            for take in chapter.takes
            if take.engine != RECORDING and take.key not in missing_keys
        )
        with closing(record_takes(prepared.speech, asked, store, settings, known)) as results:
            yield from results


def take_in_recordings(
    takes: Sequence[PlannedTake], files: Mapping[str, Path], store: Store
) -> Iterator[Recorded | Lost]:
    """Put lines that people recorded into the store; yields each.

    Args:
        takes: What is missing.
        files: The recordings by line id.
        store: Where takes go.

    Raises:
        StoreError: If the disk refuses.
    """
    if not takes:
        return
    with store:
        yield from _taken_in(takes, files, store)


def _taken_in(
    takes: Iterable[PlannedTake], files: Mapping[str, Path], store: Store
) -> Iterator[Recorded | Lost]:
    for take in takes:
        line = take.segment.line
        try:
            entry, content = _prepare_recording(take, files[line])
        except AudioError as error:
            finding = Finding(code="lost-take", message=f"{error.message}: it is left out", subject=line)
            yield Lost(key=take.key, finding=finding)
        else:
            yield Recorded(key=take.key, entry=store.add(entry, content))


def _prepare_recording(take: PlannedTake, file: Path) -> tuple[Entry, bytes]:
    """Return a person's recording as the store keeps takes.

    Raises:
        AudioError: If it cannot be decoded, or nobody speaks in it.
    """
    from fullcast.audio.edit import find_speech, remove_rumble, to_channels
    from fullcast.audio.loudness import measure_loudness
    from fullcast.audio.signal import Audio
    from fullcast.files.sounds import encode_take, read_sound

    heard = read_sound(file)
    audio = remove_rumble(Audio(samples=to_channels(heard.samples, 1), rate=heard.rate))
    begins, ends = find_speech(audio)
    if begins == ends:
        raise AudioError(f"nobody speaks in {file}", hint="record it again, or take the file away")
    spoken = Audio(samples=audio.samples[:, begins:ends], rate=audio.rate)
    entry = Entry(
        key=take.key,
        digest="",
        size=0,
        rate=audio.rate,
        samples=audio.length,
        begins=begins,
        ends=ends,
        channels=1,
        loudness=round(float(measure_loudness(spoken)), 2),
        origin=origin_of(take),
    )
    return entry, encode_take(audio)
