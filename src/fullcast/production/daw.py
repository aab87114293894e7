"""Stems for a workstation: each layer of a chapter, and who says what where.

Source:
    Audacity manual, Importing and Exporting Labels; Reaper, Region/Marker Manager, CSV export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fullcast.files.chapter_files import write_chapter_file
from fullcast.files.join import Joined
from fullcast.files.store import Store
from fullcast.files.tags import Labels
from fullcast.model import Stem
from fullcast.production.pieces import Item, Piece, Work, part_of, safe_name
from fullcast.production.workshop import Encoded
from fullcast.units import MIX_RATE, Seconds, to_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A stretch of a chapter with a name."""

    start: Seconds
    end: Seconds
    name: str


def lay_out_stems(work: Work, takes: Store) -> Iterator[Item]:
    """Yield a folder a chapter: its mix, the stems that add up to it, labels and regions."""
    del takes
    digits = max(2, len(str(len(work.prepared.book.chapters))))
    for piece in work.pieces:
        folder = f"{piece.number:0{digits}} - {safe_name(piece.title)}"
        for label, encoded in {"mix": piece.encoded, **piece.extras}.items():
            yield _stem_item(work, piece, encoded, f"{folder}/{label}")
        regions = find_regions(piece)
        yield work.text(f"{folder}/labels.txt", to_labels(regions))
        yield work.text(f"{folder}/regions.csv", to_reaper(regions))


def _stem_item(work: Work, piece: Piece, encoded: Encoded, name: str) -> Item:
    labels = Labels(credits=work.credits, number=piece.number, total=len(work.prepared.book.chapters))

    def make(file: Path) -> Joined:
        return write_chapter_file(part_of(encoded), file, labels=labels)

    return Item(name=f"{name}{encoded.file.suffix}", key=work.identity(encoded.key, piece.title), make=make)


def find_regions(piece: Piece) -> list[Region]:
    """Return who says what where, and which sounds are heard, in order of time."""
    lines = {line.id: line for line in piece.plan.script.lines}
    regions = [
        Region(
            start=to_seconds(time.start, MIX_RATE),
            end=to_seconds(time.end, MIX_RATE),
            name=f"{lines[time.line].speaker}: {lines[time.line].text}",
        )
        for time in piece.timeline.lines
    ]
    regions += [
        Region(
            start=to_seconds(placed.start, MIX_RATE),
            end=to_seconds(placed.start + placed.length, MIX_RATE),
            name=f"[{placed.stem}]",
        )
        for placed in piece.timeline.placed
        if placed.stem is not Stem.SPEECH
    ]
    return sorted(regions, key=lambda region: (region.start, region.end))


def to_labels(regions: list[Region]) -> str:
    """Return regions as a label track of Audacity: start, end and name, parted by tabs."""
    return "".join(
        f"{region.start:.6f}\t{region.end:.6f}\t{' '.join(region.name.split())}\n" for region in regions
    )


def to_reaper(regions: list[Region]) -> str:
    """Return regions as Reaper reads them: number, name, start, end and length in minutes and seconds."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["#", "Name", "Start", "End", "Length"])
    for number, region in enumerate(regions, 1):
        times = (region.start, region.end, region.end - region.start)
        writer.writerow([f"R{number}", " ".join(region.name.split()), *map(_minutes, times)])
    return table.getvalue()


def _minutes(time: float) -> str:
    """Return a time as Reaper writes it.

    >>> _minutes(75.25)
    '1:15.250'
    """
    thousandths = round(time * 1000)
    return f"{thousandths // 60_000}:{thousandths // 1000 % 60:02}.{thousandths % 1000:03}"
