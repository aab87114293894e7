"""Deliveries: the encoded chapters, tagged and joined, with a report of what was measured beside them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fullcast import __version__
from fullcast.files.disk import explained, write_whole
from fullcast.files.join import Part, join_m4b
from fullcast.files.slugs import make_slug
from fullcast.files.tags import ChapterTags, write_chapter_file
from fullcast.fingerprint import digest, digest_file
from fullcast.model import Delivery
from fullcast.production.preparing import Prepared
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A file that a delivery holds."""

    name: str
    key: str
    """Identity of all that decides its bytes."""
    make: Callable[[Path], None]


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
    before = _made_before(folder)
    with explained(folder, "write"):
        folder.mkdir(parents=True, exist_ok=True)
    items = _book(prepared, parts) if delivery.preset == "m4b" else _chapters(prepared, parts)
    for item in items:
        if before.get(item.name) != item.key or not (folder / item.name).is_file():
            item.make(folder / item.name)
    if len(parts) == len(prepared.book.chapters):
        _remove_stale(folder, before.keys() - {item.name for item in items})
    files = tuple(folder / item.name for item in items)
    write_whole(folder / REPORT, _report(delivery, items, files, parts))
    return Result(
        name=delivery.name,
        folder=folder,
        files=files,
        seconds=Seconds(sum(part.measured.duration for part in parts)),
        size=sum(file.stat().st_size for file in files),
    )


def _identity(prepared: Prepared, *what: object) -> str:
    cover = digest_file(prepared.book.cover) if prepared.book.cover else None
    return digest([__version__, prepared.book.credits, cover, *what])


def _book(prepared: Prepared, parts: tuple[Encoded, ...]) -> list[_Item]:
    """Return the one file that holds every chapter."""
    marks = [(part.key, part.title) for part in parts]
    pieces = tuple(Part(file=part.file, title=part.title, samples=part.samples) for part in parts)

    def make(file: Path) -> None:
        join_m4b(pieces, file, credits=prepared.book.credits, cover=prepared.book.cover)

    name = f"{make_slug(prepared.book.credits.title) or 'book'}.m4b"
    return [_Item(name=name, key=_identity(prepared, marks), make=make)]


def _chapters(prepared: Prepared, parts: tuple[Encoded, ...]) -> list[_Item]:
    """Return one file a chapter."""
    digits = max(2, len(str(len(prepared.book.chapters))))
    items = []
    for part in parts:
        tags = ChapterTags(title=part.title, number=part.number, total=len(prepared.book.chapters))
        name = f"{part.number:0{digits}}-{make_slug(part.title) or 'chapter'}{part.file.suffix}"
        key = _identity(prepared, part.key, tags)
        items.append(_Item(name=name, key=key, make=_chapter_maker(prepared, part, tags)))
    return items


def _chapter_maker(prepared: Prepared, part: Encoded, tags: ChapterTags) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        write_chapter_file(
            part.file, file, credits=prepared.book.credits, chapter=tags, cover=prepared.book.cover
        )

    return make


def _made_before(folder: Path) -> Mapping[str, str]:
    """Return the files of the last report with their identities."""
    try:
        files = json.loads((folder / REPORT).read_bytes())["files"]
        return {str(item["file"]): str(item["key"]) for item in files}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _remove_stale(folder: Path, names: set[str]) -> None:
    """Remove files that an earlier run wrote and this delivery no longer holds; nobody else's files."""
    for name in names:
        with explained(folder / name, "remove"):
            (folder / name).unlink(missing_ok=True)


def _report(
    delivery: Delivery, items: list[_Item], files: tuple[Path, ...], parts: tuple[Encoded, ...]
) -> bytes:
    """Return the report: only figures that were measured on the decoded audio."""
    start = 0
    chapters = []
    for part in parts:
        measured = {name: _finite(value) for name, value in asdict(part.measured).items()}
        chapters.append(
            {
                "number": part.number,
                "title": part.title,
                "start": round(start / MIX_RATE, 6),
                **measured,
                "gain": part.gain,
                "findings": [asdict(finding) for finding in part.findings],
            }
        )
        start += part.samples
    document = {
        "delivery": delivery.name,
        "preset": delivery.preset,
        "made_by": f"fullcast {__version__}",
        "wanted": {"loudness": delivery.loudness, "true_peak": delivery.peak},
        "duration": round(sum(part.measured.duration for part in parts), 6),
        "files": [
            {"file": item.name, "key": item.key, "size": file.stat().st_size}
            for item, file in zip(items, files, strict=True)
        ],
        "chapters": chapters,
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _finite(value: float) -> float | None:
    """Return a figure as JSON can hold it: silence measures minus infinity, which JSON lacks."""
    return round(value, 3) if abs(value) != float("inf") else None
