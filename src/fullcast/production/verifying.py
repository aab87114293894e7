"""What was delivered, decoded and measured, held against rules, plan and report."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fullcast.audio.conform import check_sound, check_spread, check_target, judge
from fullcast.errors import AudioError, Severity, StoreError
from fullcast.files.disk import read_whole, write_whole
from fullcast.files.inspect import WHOLE, Stretch, inspect, is_constant, read_marks
from fullcast.files.pictures import describe_picture
from fullcast.files.runlock import run_lock
from fullcast.files.store import Store
from fullcast.model import PRESETS, Delivery, Finding, Inspection, Settings, Unit
from fullcast.production.delivering import REPORT
from fullcast.production.events import Decided, Emit, Waiting
from fullcast.production.pieces import heard_rank
from fullcast.production.preparing import Choices, Prepared, prepare
from fullcast.production.scheduling import HEARTBEAT, Workers, any_finished, open_workers
from fullcast.production.state import read_state, restamped, write_state
from fullcast.production.takecheck import TakeToCheck, check_takes, takes_to_check
from fullcast.units import Seconds

AUDIO = frozenset({".m4a", ".m4b", ".mp3", ".flac", ".wav", ".opus"})

_BOOKS = frozenset({".m4b"})
"""Files that hold every chapter: each is measured on its own."""

_AGREE = 0.05
"""Seconds by which lengths may differ that should be the same: a joint in an M4B moves by half a frame."""

_PAUSE_SLACK = 1.0
"""Seconds by which a silence may be longer than the longest pause: engines end a take softly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file, or one chapter of a file, as it was measured."""

    delivery: str
    file: str
    chapter: str
    found: Inspection
    codes: tuple[str, ...] = ()
    """Codes of what was found wrong with it."""

    def to_json(self) -> dict[str, object]:
        """Return the row as a JSON object; what is infinite is null."""
        figures = {name: _finite(value) for name, value in asdict(self.found).items()}
        return {"file": self.file, "chapter": self.chapter, **figures, "codes": list(self.codes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found."""

    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    notices: tuple[str, ...]
    """What a person must know before handing files in."""

    def to_json(self) -> dict[str, object]:
        """Return the document that ``verify --json`` prints."""
        return {
            "ok": not any(finding.severity is Severity.ERROR for finding in self.findings),
            "files": [{"delivery": row.delivery, **row.to_json()} for row in self.rows],
            "findings": [asdict(finding) for finding in self.findings],
            "notices": list(self.notices),
        }


def _finite(value: object) -> object:
    if isinstance(value, float):
        return round(value, 3) if abs(value) != float("inf") else None
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Something to be measured."""

    delivery: Delivery
    file: Path
    name: str
    """As findings name it."""
    chapter: str = ""
    stretch: Stretch = WHOLE
    wanted: Seconds | None = None
    """Length that the report states."""
    sample: bool = False


def verify(project: Path, settings: Settings, emit: Emit) -> Verification:
    """Decode and measure every delivery of a project.

    Args:
        project: The project's folder or its project.yaml.
        settings: The machine.
        emit: Where events go.

    Raises:
        ProjectError: If the project is wrong.
        StoreError: If another run holds it, or the report cannot be written.
    """
    prepared = prepare(project, Choices(), settings)
    with run_lock(prepared.cache), open_workers(settings.jobs) as workers:
        run = _Run(prepared, workers, emit)
        for delivery in prepared.book.deliveries:
            run.look_at(delivery)
        run.look_at_takes()
        result = run.finish()
        _keep(prepared, result)
    return result


def measure_piece(file: Path, stretch: Stretch) -> Inspection:
    """Measure a file, or a part of it; what a worker process does."""
    return replace(inspect(file, stretch), constant_bitrate=is_constant(file))


class _Run:
    """One look at everything that was delivered."""

    def __init__(self, prepared: Prepared, workers: Workers, emit: Emit) -> None:
        self._prepared = prepared
        self._workers = workers
        self._emit = emit
        self._measuring: dict[Future[Inspection], _Piece] = {}
        self._takes: list[Future[tuple[Finding, ...]]] = []
        self._findings: list[Finding] = []
        self._rows: list[Row] = []
        pauses = asdict(prepared.book.pauses).values()
        own = [line.pause_before or 0.0 for plan in prepared.plan.chapters for line in plan.script.lines]
        slowest = min(1.0, *(take.pace for plan in prepared.plan.chapters for take in plan.takes), 1.0)
        self._longest_pause = max(*pauses, *own, 0.0) / slowest + _PAUSE_SLACK

    def look_at(self, delivery: Delivery) -> None:
        """Have everything of a delivery measured."""
        folder = self._prepared.output / delivery.name
        report = _read_report(folder)
        if report is None:
            message = "it is not delivered: run fullcast render"
            self._note("not-delivered", message, f"output/{delivery.name}")
            return
        self._check_complete(delivery, report)
        self._check_book(delivery, folder, report)
        for facts in report["files"]:
            self._look_at_file(delivery, folder / str(facts["file"]), facts, self._lengths(delivery, report))

    def _note(self, code: str, message: str, subject: str, severity: Severity = Severity.ERROR) -> None:
        self._findings.append(Finding(code=code, message=message, subject=subject, severity=severity))

    def _check_complete(self, delivery: Delivery, report: Mapping[str, list[Mapping[str, object]]]) -> None:
        told = {int(str(chapter["number"])) for chapter in report["chapters"]}
        for number, chapter in enumerate(self._prepared.book.chapters, 1):
            wanted = delivery.credits or chapter.credit is None
            if wanted and number not in told:
                message = "it is not in the delivery: run fullcast render"
                self._note("missing-chapter", message, f"{delivery.name}: chapter {number} “{chapter.title}”")

    def _lengths(self, delivery: Delivery, report: Mapping[str, list[Mapping[str, object]]]) -> list[Seconds]:
        """Return how long each chapter is by its timeline, in the order in which they are heard."""
        told = {int(str(chapter["number"])): chapter for chapter in report["chapters"]}
        known = {number: item.credit for number, item in enumerate(self._prepared.book.chapters, 1)}
        numbers = [number for number in told if delivery.credits or not known.get(number)]
        ordered = sorted(numbers, key=lambda number: (heard_rank(known.get(number)), number))
        return [Seconds(float(str(told[number]["duration"]))) for number in ordered]

    def _look_at_file(
        self, delivery: Delivery, file: Path, facts: Mapping[str, object], lengths: list[Seconds]
    ) -> None:
        name = f"{delivery.name}/{facts['file']}"
        if not file.is_file():
            self._note("missing-file", "it is not there: run fullcast render", name)
            return
        if file.stat().st_size != facts["size"]:
            message = f"it has {file.stat().st_size} bytes, {facts['size']} were written"
            self._note("changed-file", message, name)
        for note in facts.get("notes", ()):  # type: ignore[attr-defined] # a list by us
            self._note("note", str(note), name, Severity.WARNING)
        if file.suffix in {".epub", ".lpf"}:
            self._check_archive(file, name)
        if file.suffix not in AUDIO or delivery.preset == "daw":
            return
        pieces = (
            self._chapters_of(_whole(delivery, file, name, facts), facts, lengths)
            if file.suffix in _BOOKS
            else [_whole(delivery, file, name, facts)]
        )
        for piece in pieces:
            self._measuring[self._workers.call(measure_piece, piece.file, piece.stretch)] = piece

    def _check_archive(self, file: Path, name: str) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                broken = archive.testzip()
        except (OSError, zipfile.BadZipFile) as error:
            self._note("broken-archive", f"it cannot be read: {error}", name)
            return
        if broken is not None:
            self._note("broken-archive", f"{broken} in it is damaged", name)

    def _chapters_of(
        self, book: _Piece, facts: Mapping[str, object], lengths: list[Seconds]
    ) -> Iterator[_Piece]:
        """Yield the chapters of a book by its own marks, once these are where the report has them."""
        starts = [float(str(start)) for start in facts["starts"]]  # type: ignore[attr-defined] # a list by us
        try:
            marks = read_marks(book.file)
        except AudioError as error:
            self._note("unreadable", error.message, book.name)
            return
        if len(marks) != len(starts):
            self._note("marks", f"it has {len(marks)} chapter marks, {len(starts)} were written", book.name)
        for mark, start in zip(marks, starts, strict=False):
            if abs(mark.start - start) > _AGREE:
                message = f"the mark “{mark.title}” stands at {mark.start:.3f} s, written was {start:.3f}"
                self._note("marks", message, book.name)
        for mark, length in zip(marks, lengths, strict=False):
            stretch = Stretch(start=mark.start, end=mark.end)
            yield replace(book, chapter=mark.title, stretch=stretch, wanted=length)

    def _check_book(
        self, delivery: Delivery, folder: Path, report: Mapping[str, list[Mapping[str, object]]]
    ) -> None:
        """Check what a shop asks of the book as a whole."""
        rules, subject = PRESETS[delivery.preset].rules, f"output/{delivery.name}"
        names = {name: getattr(self._prepared.book.credits, name) for name in rules.names}
        for name in [name for name, value in names.items() if not value]:
            message = f"the {name} is not known: add book.{name} to project.yaml"
            self._note("no-name", message, subject)
        if rules.cover is not None:
            self._check_cover(delivery, subject)
        seconds = sum(float(str(facts.get("duration", 0.0))) for facts in report["files"])
        if rules.total is not None and not rules.total.low <= seconds <= rules.total.high:
            message = f"the book has {seconds / 60:.1f} min, allowed are {rules.total.low / 60:g} and more"
            self._note("total", message, subject)
        sampled = any("Retail Sample" in str(facts["file"]) for facts in report["files"])
        if rules.sample is not None and delivery.sample and not sampled:
            self._note("no-sample", "there is no retail sample", subject)
        del folder

    def _check_cover(self, delivery: Delivery, subject: str) -> None:
        rules, cover = PRESETS[delivery.preset].rules.cover, self._prepared.book.cover
        assert rules is not None
        if cover is None:
            self._note("no-cover", "the book has no cover: add book.cover to project.yaml", subject)
            return
        picture = describe_picture(read_whole(cover))
        if picture is None:
            return
        size = f"the cover has {picture.width} × {picture.height} pixels"
        if min(picture.width, picture.height) < rules.smallest:
            self._note("cover", f"{size}, asked for are at least {rules.smallest}", subject)
        if max(picture.width, picture.height) > rules.largest:
            self._note("cover", f"{size}, allowed are at most {rules.largest}", subject)
        if rules.square and picture.width != picture.height:
            self._note("cover", f"{size}, asked for is a square", subject)

    def look_at_takes(self) -> None:
        """Have the recordings looked at that the book is made of."""
        wanted = list(takes_to_check(self._prepared, Store(self._prepared.cache / "takes")))
        share = 200
        for first in range(0, len(wanted), share):
            batch: tuple[TakeToCheck, ...] = tuple(wanted[first : first + share])
            self._takes.append(self._workers.call(check_takes, batch))

    def finish(self) -> Verification:
        """Wait for the workers and return what was found."""
        left: list[Future[Inspection] | Future[tuple[Finding, ...]]] = [*self._measuring, *self._takes]
        self._emit(Decided(message=f"measuring {len(self._measuring)} files and chapters"))
        while left:
            if not any_finished(left, HEARTBEAT):
                self._emit(Waiting(doing=f"measuring, {len(left)} to go"))
            left = [future for future in left if not future.done()]
        levels: dict[Delivery, dict[str, float]] = {}
        for future, piece in self._measuring.items():
            self._take_in(piece, future, levels.setdefault(piece.delivery, {}))
        for delivery, own in levels.items():
            unit = delivery.target.unit if delivery.target else Unit.LUFS
            self._findings += check_spread(own, "LU" if unit is Unit.LUFS else "dB")
        for takes in self._takes:
            self._findings += takes.result()
        presets = dict.fromkeys(delivery.preset for delivery in self._prepared.book.deliveries)
        notices = tuple(PRESETS[preset].notice for preset in presets if PRESETS[preset].notice)
        return Verification(rows=tuple(self._rows), findings=tuple(self._findings), notices=notices)

    def _take_in(self, piece: _Piece, future: Future[Inspection], levels: dict[str, float]) -> None:
        subject = f"{piece.name}: {piece.chapter}" if piece.chapter else piece.name
        try:
            found = future.result()
        except (AudioError, StoreError) as error:
            self._note("unreadable", error.message, subject)
            return
        own = list(self._judge(piece, found, subject))
        self._findings += own
        target = piece.delivery.target
        if target is not None and not piece.sample:
            levels[subject] = found.loudness if target.unit is Unit.LUFS else found.rms
        self._rows.append(
            Row(
                delivery=piece.delivery.name,
                file=piece.name.partition("/")[2],
                chapter=piece.chapter,
                found=found,
                codes=tuple(dict.fromkeys(finding.code for finding in own)),
            )
        )

    def _judge(self, piece: _Piece, found: Inspection, subject: str) -> Iterator[Finding]:
        rules = PRESETS[piece.delivery.preset].rules
        yield from judge(found, rules, subject)
        yield from check_sound(found, longest_pause=self._longest_pause, subject=subject)
        if piece.delivery.target is not None and not piece.sample:
            yield from check_target(found, piece.delivery.target, piece.delivery.peak, subject)
        if piece.wanted is not None and abs(found.duration - piece.wanted) > _AGREE:
            message = f"it lasts {found.duration:.3f} s, the timeline has {piece.wanted:.3f}"
            yield Finding(code="duration", message=message, subject=subject)
        sample = rules.sample
        if piece.sample and sample is not None and not sample.low <= found.duration <= sample.high:
            message = f"the sample has {found.duration:.0f} s, allowed are {sample.low:g} to {sample.high:g}"
            yield Finding(code="sample", message=message, subject=subject, severity=Severity.WARNING)


def _whole(delivery: Delivery, file: Path, name: str, facts: Mapping[str, object]) -> _Piece:
    wanted = Seconds(float(str(facts["duration"]))) if "duration" in facts else None
    return _Piece(delivery=delivery, file=file, name=name, wanted=wanted, sample=file.stem == "Retail Sample")


def _read_report(folder: Path) -> dict[str, list[Mapping[str, object]]] | None:
    try:
        report = json.loads((folder / REPORT).read_bytes())
        return {name: list(report[name]) for name in ("files", "chapters")}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(prepared: Prepared, result: Verification) -> None:
    """Write what was found into each delivery's report; a run that has nothing to do still sees that."""
    written = []
    for delivery in prepared.book.deliveries:
        file = prepared.output / delivery.name / REPORT
        if not file.is_file():
            continue
        report = json.loads(file.read_bytes())
        report["verified"] = {
            "files": [row.to_json() for row in result.rows if row.delivery == delivery.name],
            "findings": [asdict(item) for item in result.findings if _belongs(item, delivery.name)],
        }
        write_whole(file, json.dumps(report, ensure_ascii=False, indent=2, default=str).encode())
        written.append(file)
    state = read_state(prepared.cache)
    if state is not None:
        outputs = restamped(state.outputs, written, prepared.book.folder)
        write_state(prepared.cache, replace(state, outputs=outputs))


def _belongs(finding: Finding, delivery: str) -> bool:
    return finding.subject.startswith((f"{delivery}/", f"{delivery}:", f"output/{delivery}"))
