"""Deliveries: the encoded chapters, tagged and joined, with a report of what was measured beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fullcast import __version__
from fullcast.errors import DamagedError
from fullcast.files.chapter_files import write_chapter_file
from fullcast.files.disk import explained, write_whole
from fullcast.files.join import Joined, Part, join_m4b
from fullcast.files.pictures import prepare_cover
from fullcast.files.tags import Labels
from fullcast.fingerprint import digest, digest_file
from fullcast.model import Delivery
from fullcast.production.events import Delivered
from fullcast.production.preparing import Prepared
from fullcast.production.workshop import Encoded, sidecar_of
from fullcast.units import MIX_RATE, Seconds

LONGEST_NAME = 150
"""Bytes of a file's stem: file systems take 255, and players' own folders add to it."""

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
        files=tuple(file.name for file in result.files),
        seconds=result.seconds,
        size=result.size,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A file that a delivery holds."""

    name: str
    key: str
    """Identity of all that decides its bytes."""
    make: Callable[[Path], Joined]


Facts = Mapping[str, object]
"""What the report says of a chapter, or of a file: ``file``, ``key``, ``size``, ``duration``, ``starts``."""


def deliver(prepared: Prepared, delivery: Delivery, parts: tuple[Encoded, ...]) -> Result:
    """Write a delivery's files; those that are there already, made from the same parts, are left alone.

    Args:
        prepared: The project.
        delivery: What is wanted.
        parts: The encoded chapters, in order.

    Raises:
        StoreError: If the output cannot be written.
    """
    folder = prepared.output / delivery.name
    before, chapters = _made_before(folder)
    with explained(folder, "write"):
        folder.mkdir(parents=True, exist_ok=True)
    items = _book(prepared, parts) if delivery.preset == "m4b" else _chapters(prepared, parts)
    files = [_bring(folder, item, before.get(item.name)) for item in items]
    others = before.keys() - {item.name for item in items}
    if len(parts) == len(prepared.book.chapters):
        _remove_stale(folder, others)
        others, chapters = set(), {}
    told = chapters | {part.number: _measured(part) for part in parts}
    kept = [before[name] for name in others if (folder / name).is_file()]
    write_whole(folder / REPORT, _report(delivery, [*kept, *files], told))
    return Result(
        name=delivery.name,
        folder=folder,
        files=tuple(folder / item.name for item in items),
        seconds=Seconds(sum(part.measured.duration for part in parts)),
        size=sum(int(str(facts["size"])) for facts in files),
    )


def _bring(folder: Path, item: _Item, before: Facts | None) -> Facts:
    """Make a file if it is not there as it should be; return what the report says of it."""
    file = folder / item.name
    same = before is not None and before["key"] == item.key and file.is_file()
    if before is not None and same and file.stat().st_size == before["size"]:
        return before
    joined = item.make(file)
    return {
        "file": item.name,
        "key": item.key,
        "size": joined.size,
        "duration": round(joined.samples / MIX_RATE, 6),
        "starts": [round(start / MIX_RATE, 6) for start in joined.starts],
    }


def _identity(prepared: Prepared, *what: object) -> str:
    cover = digest_file(prepared.book.cover) if prepared.book.cover else None
    return digest([__version__, prepared.book.credits, cover, *what])


def _part(encoded: Encoded) -> Part:
    """Return an encoding as it is joined or copied.

    Raises:
        DamagedError: If it is not what was measured; it is removed, so that the next run makes it anew.
    """
    if digest_file(encoded.file) != encoded.digest:
        sidecar_of(encoded.file).unlink(missing_ok=True)
        message = f"{encoded.file} is damaged: its content does not match its hash"
        hint = "run the same command again: the chapter is encoded anew"
        raise DamagedError(message, hint=hint, file=str(encoded.file))
    return Part(file=encoded.file, title=encoded.title, samples=encoded.samples)


def _book(prepared: Prepared, parts: tuple[Encoded, ...]) -> list[_Item]:
    """Return the one file that holds every chapter."""
    book = prepared.book

    def make(file: Path) -> Joined:
        return join_m4b([_part(part) for part in parts], file, credits=book.credits, cover=book.cover)

    marks = [(part.key, part.title) for part in parts]
    return [_Item(name=f"{safe_name(book.credits.title)}.m4b", key=_identity(prepared, marks), make=make)]


def _chapters(prepared: Prepared, parts: tuple[Encoded, ...]) -> list[_Item]:
    """Return one file a chapter."""
    total = len(prepared.book.chapters)
    cover = prepare_cover(prepared.book.cover) if prepared.book.cover else None
    digits = max(2, len(str(total)))
    items = []
    for part in parts:
        labels = Labels(credits=prepared.book.credits, number=part.number, total=total, cover=cover)
        name = f"{part.number:0{digits}} - {safe_name(part.title)}{part.file.suffix}"
        key = _identity(prepared, part.key, part.title, part.number, total)
        items.append(_Item(name=name, key=key, make=_chapter_maker(part, labels)))
    return items


def _chapter_maker(part: Encoded, labels: Labels) -> Callable[[Path], Joined]:
    return lambda file: write_chapter_file(_part(part), file, labels=labels)


def safe_name(title: str) -> str:
    """Return a title as the stem of a file that every file system and every shop takes.

    >>> safe_name("Who? What/Where: an end...")
    'Who What Where an end'
    """
    plain = re.sub(r'[\x00-\x1f\x7f"*/:<>?\\|]+', " ", title)
    words = " ".join(plain.split())
    while len(words.encode()) > LONGEST_NAME:
        words = words[:-1]
    return words.strip(" .") or "untitled"


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


def _report(delivery: Delivery, files: list[Facts], chapters: Mapping[int, Facts]) -> bytes:
    """Return the report: only figures that were measured on the decoded audio."""
    document = {
        "delivery": delivery.name,
        "preset": delivery.preset,
        "made_by": f"fullcast {__version__}",
        "wanted": {"loudness": delivery.loudness, "true_peak": delivery.peak},
        "duration": round(sum(float(str(facts["duration"])) for facts in files), 6),
        "files": sorted(files, key=lambda facts: str(facts["file"])),
        "chapters": [chapters[number] for number in sorted(chapters)],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


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
