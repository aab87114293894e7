"""The encodings of a run: which chapter has which, and what each delivery takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fullcast.model import Delivery, Timeline, Version
from fullcast.production.events import ChapterEncoded
from fullcast.production.pieces import Piece
from fullcast.production.preparing import Prepared
from fullcast.production.workshop import Encoded


@dataclass(slots=True, kw_only=True)
class Encodings:
    """What was encoded, chapter by chapter."""

    made: dict[int, dict[str, Encoded]] = field(default_factory=dict)
    """By the chapter's number, then by key."""
    keys: dict[int, Mapping[str, str]] = field(default_factory=dict)
    """Key of what a delivery takes of a chapter: by the chapter's number, then by the name of the wish."""
    timelines: dict[int, Mapping[Version, Timeline]] = field(default_factory=dict)

    def count(self) -> int:
        """Return how many encodings there are."""
        return sum(map(len, self.made.values()))

    def find(self, number: int, name: str) -> Encoded | None:
        """Return a chapter as a delivery wants it, if it is made."""
        key = self.keys.get(number, {}).get(name)
        return self.made[number].get(key) if key else None

    def told(self, encoded: Encoded, chapters: int) -> ChapterEncoded:
        """Return the event of an encoding that was made, of a run of so many chapters."""
        return ChapterEncoded(
            number=encoded.number,
            title=encoded.title,
            codec=encoded.file.suffix.removeprefix("."),
            done=self.count(),
            total=chapters * len({*self.keys[encoded.number].values()}),
            seconds=encoded.measured.duration,
            loudness=encoded.measured.loudness,
            true_peak=encoded.measured.true_peak,
        )

    def pieces(self, prepared: Prepared, delivery: Delivery) -> tuple[Piece, ...]:
        """Return the chapters that a delivery holds, as far as they are made."""
        found = {number: self.find(number, delivery.name) for number in chapters_of(prepared, delivery)}
        return tuple(
            Piece(
                encoded=part,
                plan=prepared.plan.chapters[number - 1],
                timeline=self.timelines[number][delivery.version],
                extras=self._extras(number, delivery.name),
            )
            for number, part in found.items()
            if part is not None
        )

    def _extras(self, number: int, name: str) -> dict[str, Encoded]:
        """Return what a delivery takes of a chapter besides the chapter itself, by label."""
        labels = [key.partition("/")[2] for key in self.keys[number] if key.startswith(f"{name}/")]
        found = {label: self.find(number, f"{name}/{label}") for label in labels}
        return {label: part for label, part in found.items() if part is not None}


def chapters_of(prepared: Prepared, delivery: Delivery) -> list[int]:
    """Return the numbers of the chapters that a delivery holds once it is complete."""
    return [
        number
        for number, chapter in enumerate(prepared.book.chapters, 1)
        if delivery.credits or chapter.credit is None
    ]
