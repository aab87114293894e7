"""The main job: record what is missing, mix and encode each chapter as soon as it can be, deliver."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fullcast.errors import DamagedError
from fullcast.files.pictures import prepare_cover
from fullcast.files.runlock import run_lock
from fullcast.files.store import Store
from fullcast.model import (
    RECORDING,
    ChapterPlan,
    Delivery,
    Finding,
    PlannedTake,
    Settings,
)
from fullcast.production.caching import remove_unfinished
from fullcast.production.chapters import (
    Shelves,
    chapter_order,
    drowned_lines,
    left_out,
    plan_timeline,
    read_measured,
    versions_of,
    write_measured,
)
from fullcast.production.decisions import keep_decisions
from fullcast.production.delivering import WHOLE_BOOKS, Result, deliver, delivered
from fullcast.production.encodings import Encodings, chapters_of
from fullcast.production.events import (
    Decided,
    Emit,
    Found,
    RunStarted,
    SoundMade,
    TakeRecorded,
    Waiting,
)
from fullcast.production.levels import known_levels, level_takes
from fullcast.production.measuring import measure_sounds
from fullcast.production.orders import Order
from fullcast.production.preparing import Prepared, prepare
from fullcast.production.reasons import read_parts, write_parts
from fullcast.production.recording import Lost, Recorded, record_sounds
from fullcast.production.retakes import take_in_or_record
from fullcast.production.scheduling import HEARTBEAT, Conveyor, Workers, any_finished, open_workers
from fullcast.production.state import Stamp, read_since, restamped
from fullcast.production.workshop import (
    Encoded,
    Source,
    find_encoded,
    measure_voice,
)
from fullcast.units import Lufs


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run did."""

    prepared: Prepared
    recorded: int
    """Takes recorded in this run."""
    encoded: int
    """Chapters encoded in this run."""
    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    inputs: tuple[Stamp, ...]
    """Every file that decided the book, as it was when it was read."""


def render(project: Path, order: Order, settings: Settings, emit: Emit) -> Outcome:
    """Bring a project's deliveries up to date.

    Args:
        project: The project's folder or its project.yaml.
        order: What is asked for.
        settings: The machine.
        emit: Where events go.

    Returns:
        What was done; findings of level error or lost takes are for the caller to turn into an exit code.

    Raises:
        ProjectError: If the project is wrong; nothing was recorded.
        SetupError: If the machine is not ready.
        EngineError: If an engine broke; finished takes are kept.
        StoreError: If the disk failed or another run holds the project.
    """
    began = time.time_ns()
    prepared = prepare(project, order.choices, settings)
    inputs = read_since(began, prepared, settings)
    for message in prepared.decided:
        emit(Decided(message=message))
    deliveries = order.deliveries or prepared.book.deliveries
    with run_lock(prepared.cache):
        remove_unfinished(prepared)
        try:
            with open_workers(settings.jobs) as workers:
                run = _Run(prepared, deliveries, _Hands(workers=workers, settings=settings, emit=emit))
                run.carry_out(record=order.record)
                results = run.deliver()
        finally:
            remove_unfinished(prepared)  # the workers are gone; what they left may fill the disk
    for result in results:
        emit(delivered(result))
    return Outcome(
        prepared=prepared,
        recorded=run.recorded,
        encoded=run.encoded_now,
        results=results,
        findings=tuple(run.findings),
        inputs=restamped(inputs, run.written, prepared.book.folder),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hands:
    """What a run works with."""

    workers: Workers
    settings: Settings
    emit: Emit


class _Run:
    """One pass over a project; knows what is still missing and starts each chapter when nothing is."""

    def __init__(self, prepared: Prepared, deliveries: tuple[Delivery, ...], hands: _Hands) -> None:
        self._prepared = prepared
        self._deliveries = deliveries
        self._hands = hands
        self._takes = Store(prepared.cache / "takes")
        self._sounds = Store(prepared.cache / "sounds")
        self._measured = read_measured(self._sounds.folder)
        self._levels = known_levels(prepared)
        self._waiting = {chapter.number: chapter for chapter in prepared.chapters}
        self._planned = {take.key: take for chapter in prepared.plan.chapters for take in chapter.takes}
        self._lost: set[str] = set()
        self._damaged: set[str] = set()
        self._repairs: Counter[str] = Counter()
        self._voices = dict(level_takes(prepared))
        self._measuring: dict[Future[float], str] = {}
        self._chapters = Conveyor(hands.workers, hands.settings.jobs + 1)
        self._encodings = Encodings()
        self._parts = {name: dict(own) for name, own in read_parts(prepared.cache).items()}
        self._seconds = 0.0
        self.findings: list[Finding] = []
        self.recorded = 0
        self.encoded_now = 0
        self.written = [self._takes.journal]

    def carry_out(self, *, record: bool) -> None:
        """Do everything up to the encoded chapters."""
        if self._prepared.book.cover is not None:  # a picture that breaks must not break at the end
            prepare_cover(self._prepared.book.cover)
        self._measure_sounds()
        missing = self._missing_takes()
        sounds = self._missing_sounds()
        self._announce(missing, len(sounds))
        if record:
            self._make_sounds(sounds)
        self._measure_sounds()
        self._advance()
        if record:
            self._record(missing)
        self._settle(record=record)
        self.written += keep_decisions(self._prepared, self._levels)
        self.findings += [left_out(chapter, self._takes) for chapter in self._waiting.values()]

    def _announce(self, missing: list[PlannedTake], sounds: int) -> None:
        plan = self._prepared.plan
        self._hands.emit(
            RunStarted(
                title=self._prepared.book.credits.title,
                chapters=len(self._prepared.chapters),
                takes=len(self._planned),
                missing_takes=len(missing),
                sounds=len({sound.key for chapter in plan.chapters for _, sound in chapter.sounds if sound}),
                missing_sounds=sounds,
                seconds=sum(take.estimate for take in missing),
            )
        )

    def _missing_takes(self) -> list[PlannedTake]:
        """Return what must be recorded: first what decides levels, then chapter by chapter."""
        first = [key for keys in self._voices.values() for key in keys]
        later = [take.key for chapter in self._prepared.chapters for take in chapter.takes]
        ready = self._takes.ready()
        return [self._planned[key] for key in dict.fromkeys([*first, *later]) if key not in ready]

    def _missing_sounds(self) -> list[str]:
        wanted = (sound.key for chapter in self._prepared.chapters for _, sound in chapter.sounds if sound)
        return [key for key in dict.fromkeys(wanted) if key not in self._sounds.ready()]

    def _make_sounds(self, keys: list[str]) -> None:
        chapters = self._prepared.chapters
        planned = {sound.key: sound for chapter in chapters for _, sound in chapter.sounds if sound}
        wanted = [planned[key] for key in keys]
        with closing(record_sounds(self._prepared.sound, wanted, self._sounds, self._hands.settings)) as made:
            for done, result in enumerate(made if keys else (), 1):
                if isinstance(result, Lost):
                    self._lose(result)
                self._hands.emit(SoundMade(prompt=planned[result.key].prompt, done=done, total=len(keys)))

    def _measure_sounds(self) -> None:
        """Measure what was not; a file of the project that cannot be used ends the run before it begins."""
        new = measure_sounds(self._prepared.chapters, self._shelves(), self._hands.workers)
        for key in new.damaged:
            self._sounds.discard(key)
        if new.figures:
            self._measured |= new.figures
            write_measured(self._sounds.folder, self._measured)

    def _record(self, missing: list[PlannedTake]) -> None:
        """Record takes; each may complete a chapter, which then goes to the workers at once."""
        if not missing:
            return
        numbers = {
            take.key: chapter.number for chapter in self._prepared.plan.chapters for take in chapter.takes
        }
        # Closed at once whatever happens here: the engine's processes end, the journal is on the disk.
        with closing(
            take_in_or_record(self._prepared, missing, self._takes, self._hands.settings)
        ) as results:
            for done, result in enumerate(results, 1):
                self._take_in_take(result)
                self._hands.emit(
                    TakeRecorded(
                        chapter=numbers[result.key], done=done, total=len(missing), seconds=self._seconds
                    )
                )
                self._advance()

    def _take_in_take(self, result: Recorded | Lost) -> None:
        if isinstance(result, Lost):
            self._lose(result)
            return
        self.recorded += 1
        self._seconds += result.entry.samples / result.entry.rate
        self.findings += result.findings

    def _lose(self, lost: Lost) -> None:
        self._lost.add(lost.key)
        self.findings.append(lost.finding)
        self._hands.emit(Found(finding=lost.finding))

    def _present(self, key: str) -> bool:
        return key in self._takes.ready() or key in self._lost

    def _advance(self) -> None:
        """Start whatever can be started, take in whatever is done; never waits."""
        while voices := [name for name, keys in self._voices.items() if all(map(self._present, keys))]:
            for voice in voices:
                self._start_measuring(voice, self._voices.pop(voice))
        for measured in [future for future in self._measuring if future.done()]:
            self._take_in_level(measured)
        for number in [number for number, chapter in self._waiting.items() if self._is_ready(chapter)]:
            self._start_chapter(self._waiting.pop(number))
        for job, result in self._chapters.advance():
            self._take_in(job.number, result)

    def _start_measuring(self, voice: str, keys: tuple[str, ...]) -> None:
        entries = [entry for key in keys if (entry := self._takes.get(key)) is not None]
        if not entries:
            own = tuple(take.key for take in self._planned.values() if take.voice.name == voice)
            if own != keys:  # what was to decide the level is lost: all that the voice says decides it
                self._voices[voice] = own
            return
        sources = tuple(Source(file=self._takes.file_of(entry.key), digest=entry.digest) for entry in entries)
        self._measuring[self._hands.workers.call(measure_voice, sources)] = voice

    def _is_ready(self, chapter: ChapterPlan) -> bool:
        """Return whether nothing is missing; asked often, so the likely obstacle is looked at first."""
        if not chapter.takes or not self._present(chapter.takes[-1].key):
            return False
        spoken = [take for take in chapter.takes if take.key not in self._lost]
        voices = {take.voice.name for take in spoken if take.engine != RECORDING}
        if (
            not spoken
            or not voices <= self._levels.keys()
            or not all(self._present(take.key) for take in chapter.takes)
        ):
            return False
        sounds = (sound.key for _, sound in chapter.sounds if sound)
        return all(key in self._sounds.ready() or key in self._lost for key in sounds)

    def _shelves(self) -> Shelves:
        return Shelves(takes=self._takes, sounds=self._sounds, measured=self._measured, levels=self._levels)

    def _start_chapter(self, chapter: ChapterPlan) -> None:
        shelves, lost = self._shelves(), frozenset(self._lost)
        timelines = {
            version: plan_timeline(self._prepared, chapter, shelves, lost, version)
            for version in versions_of(self._deliveries)
        }
        self._encodings.timelines[chapter.number] = timelines
        order = chapter_order(self._prepared, chapter, timelines, self._deliveries)
        job, self._encodings.keys[chapter.number] = order.job, order.keys
        for name, parts in order.parts.items():
            self._parts.setdefault(name, {})[chapter.chapter.file] = parts
        own = self._encodings.made.setdefault(chapter.number, {})
        asked = [master for master in job.masters if master.key not in own]
        found = {m.key: there for m in asked if (there := find_encoded(job, m)) is not None}
        self._note(found.values())
        own |= found
        rest = replace(job, masters=tuple(master for master in job.masters if master.key not in own))
        if rest.masters:
            self._chapters.add(rest)

    def _take_in_level(self, future: Future[float]) -> None:
        voice = self._measuring.pop(future)
        try:
            self._levels[voice] = Lufs(future.result())
        except DamagedError as error:
            self._mark_damaged(error)
            self._voices[voice] = level_takes(self._prepared)[voice]

    def _take_in(self, number: int, results: tuple[Encoded, ...] | DamagedError) -> None:
        """Take in what the workers did for a chapter; a damaged recording is made again first."""
        if isinstance(results, DamagedError):
            self._mark_damaged(results)
            self._waiting[number] = self._prepared.plan.chapters[number - 1]
            return
        for encoded in results:
            self._encodings.made[number][encoded.key] = encoded
            self.encoded_now += 1
            self._hands.emit(self._encodings.told(encoded, len(self._prepared.chapters)))
        self._note(results)

    def _note(self, encoded: Iterable[Encoded]) -> None:
        """Keep what was found in encodings; lines that drown do so in every delivery, and are told once."""
        for item in encoded:
            self.findings += item.findings
            self.findings += [found for found in drowned_lines(item) if found not in self.findings]

    def _mark_damaged(self, error: DamagedError) -> None:
        """Have a recording made again that a worker found damaged.

        Raises:
            DamagedError: If it is no recording but a file of the project, or was made again too often.
        """
        key = Path(error.file).stem
        known = self._takes.entries().keys() | self._sounds.entries().keys()
        # Every chapter may find it once; more often than that, it is the disk.
        if key not in known or self._repairs[key] > len(self._prepared.plan.chapters):
            raise error
        self._repairs[key] += 1
        self._takes.discard(key)
        self._sounds.discard(key)
        self._damaged.add(key)
        self._hands.emit(Decided(message=f"the stored recording {key} was damaged and is made again"))

    def _settle(self, *, record: bool) -> None:
        """Wait for the workers; record again what they found damaged."""
        while self._chapters or self._measuring or (record and self._damaged):
            again, self._damaged = self._damaged, set()
            if record and again:
                self._make_sounds([key for key in again if key not in self._planned])
                self._measure_sounds()
                self._record([self._planned[key] for key in again if key in self._planned])
            busy: list[Future[Any]] = [*self._chapters.futures(), *self._measuring]
            if busy and not any_finished(busy, HEARTBEAT):
                self._hands.emit(Waiting(doing=f"mixing and encoding, chapters left: {len(self._chapters)}"))
            self._advance()

    def deliver(self) -> tuple[Result, ...]:
        """Write the deliveries from the encoded chapters."""
        write_parts(self._prepared.cache, self._parts)
        return tuple(
            result for delivery in self._deliveries if (result := self._deliver(delivery)) is not None
        )

    def _deliver(self, delivery: Delivery) -> Result | None:
        pieces = self._encodings.pieces(self._prepared, delivery)
        complete = len(pieces) == len(chapters_of(self._prepared, delivery))
        if delivery.preset in WHOLE_BOOKS and not complete:
            self._hands.emit(
                Decided(message=f"delivery {delivery.name} left as it is: not every chapter is made")
            )
            return None
        return deliver(self._prepared, delivery, pieces, complete=complete) if pieces else None
