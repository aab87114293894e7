"""Deliveries: the encoded chapters, tagged and joined, with a report of what was measured beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from fullcast import __version__
from fullcast.files.disk import explained, write_whole
from fullcast.files.store import Store
from fullcast.model import Delivery, Unit
from fullcast.production.events import Delivered
from fullcast.production.layouts import LAYOUTS
from fullcast.production.layouts import WHOLE_BOOKS as WHOLE_BOOKS  # noqa: PLC0414 - whoever delivers asks which are whole
from fullcast.production.pieces import Item, Piece, Work, in_heard_order
from fullcast.production.preparing import Prepared
from fullcast.production.provenance import provenance
from fullcast.production.workshop import Encoded
from fullcast.units import MIX_RATE, Seconds

REPORT = "report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A delivery that is complete."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    seconds: Seconds
    size: int
    """Bytes of all files."""


def delivered(result: Result) -> Delivered:
    """Return the event that tells of a finished delivery."""
    return Delivered(
        name=result.name,
        folder=str(result.folder),
        files=tuple(file.relative_to(result.folder).as_posix() for file in result.files),
        seconds=result.seconds,
        size=result.size,
    )


Facts = Mapping[str, object]
"""What the report says of a chapter, or of a file: ``file``, ``key``, ``size``, ``duration``, ``starts``."""


def deliver(prepared: Prepared, delivery: Delivery, pieces: tuple[Piece, ...], *, complete: bool) -> Result:
    """Write a delivery's files; those that are there already, made from the same parts, are left alone.

    Args:
        prepared: The project.
        delivery: What is wanted.
        pieces: The encoded chapters.
        complete: Whether these are all that the delivery holds; otherwise files of others stay.

    Raises:
        StoreError: If the output cannot be written.
    """
    folder = prepared.output / delivery.name
    before, chapters = _made_before(folder)
    with explained(folder, "write"):
        folder.mkdir(parents=True, exist_ok=True)
    work = Work(prepared=prepared, delivery=delivery, pieces=in_heard_order(pieces))
    items = list(LAYOUTS[delivery.preset](work, Store(prepared.cache / "takes")))
    files = [_bring(folder, item, before.get(item.name)) for item in items]
    others = before.keys() - {item.name for item in items}
    if complete:
        _remove_stale(folder, others)
        others, chapters = set(), {}
    told = chapters | {piece.number: _measured(piece.encoded) for piece in pieces}
    kept = [before[name] for name in others if (folder / name).is_file()]
    write_whole(folder / REPORT, _report(work, [*kept, *files], told))
    return Result(
        name=delivery.name,
        folder=folder,
        files=tuple(folder / item.name for item in items),
        seconds=Seconds(sum(piece.duration for piece in pieces)),
        size=sum(int(str(facts["size"])) for facts in files),
    )


def _bring(folder: Path, item: Item, before: Facts | None) -> Facts:
    """Make a file if it is not there as it should be; return what the report says of it."""
    file = folder / item.name
    same = before is not None and before["key"] == item.key and file.is_file()
    if before is not None and same and file.stat().st_size == before["size"]:
        return before
    with explained(file, "write"):
        file.parent.mkdir(parents=True, exist_ok=True)
    made = item.make(file)
    heard = {
        "duration": round(made.samples / MIX_RATE, 6),
        "starts": [round(start / MIX_RATE, 6) for start in made.starts],
    }
    told = {**(heard if made.samples else {}), **({"notes": list(made.notes)} if made.notes else {})}
    return {"file": item.name, "key": item.key, "size": made.size, **told}


def _made_before(folder: Path) -> tuple[dict[str, Facts], dict[int, Facts]]:
    """Return what the last report says of each file, and of each chapter; a run of some keeps the others."""
    try:
        report = json.loads((folder / REPORT).read_bytes())
        files = {str(facts["file"]): facts for facts in report["files"] if facts["key"] and facts["size"]}
        return files, {int(chapter["number"]): chapter for chapter in report["chapters"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}, {}


def _remove_stale(folder: Path, names: set[str]) -> None:
    """Remove files that an earlier run wrote and this delivery no longer holds; nobody else's files."""
    for name in names:
        with explained(folder / name, "remove"):
            (folder / name).unlink(missing_ok=True)
        for parent in (folder / name).parents:
            if parent == folder or not parent.is_relative_to(folder):
                break
            with suppress(OSError):  # what somebody else put there keeps its folder
                parent.rmdir()


def _report(work: Work, files: list[Facts], chapters: Mapping[int, Facts]) -> bytes:
    """Return the report: only figures that were measured on the decoded audio."""
    delivery, plans = work.delivery, work.prepared.plan.chapters
    target = delivery.target
    document = {
        "delivery": delivery.name,
        "preset": delivery.preset,
        "version": delivery.version,
        "made_by": f"fullcast {__version__}",
        "wanted": {
            "loudness": target.level if target and target.unit is Unit.LUFS else None,
            "rms": target.level if target and target.unit is Unit.RMS else None,
            "true_peak": delivery.peak,
        },
        "duration": round(sum(float(str(facts.get("duration", 0.0))) for facts in files), 6),
        "files": sorted(files, key=lambda facts: str(facts["file"])),
        "chapters": [chapters[number] for number in sorted(chapters)],
        "provenance": provenance(work.prepared, (plans[number - 1] for number in sorted(chapters))),
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=str).encode()


def _measured(part: Encoded) -> Facts:
    """Return what the report says of a chapter."""
    return {
        "number": part.number,
        "title": part.title,
        **{name: _finite(value) for name, value in asdict(part.measured).items()},
        "gain": part.gain,
        "findings": [asdict(finding) for finding in part.findings],
    }


def _finite(value: float) -> float | None:
    """Return a figure as JSON can hold it: silence measures minus infinity, which JSON lacks."""
    return round(value, 3) if abs(value) != float("inf") else None
