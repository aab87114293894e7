"""The recordings that a book is made of, looked at once more: clipped, cut off, silent, damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.errors import FullcastError, Severity
from fullcast.files.store import Store
from fullcast.fingerprint import digest_bytes
from fullcast.model import Finding
from fullcast.production.preparing import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeToCheck:
    """A recording, and what it should say."""

    file: Path
    digest: str
    text: str
    subject: str
    """Chapter and line, as findings name it."""


def takes_to_check(prepared: Prepared, takes: Store) -> Iterator[TakeToCheck]:
    """Yield every recording of a book once."""
    seen: set[str] = set()
    for chapter in prepared.plan.chapters:
        for take in chapter.takes:
            entry = takes.get(take.key)
            if entry is not None and take.key not in seen:
                seen.add(take.key)
                yield TakeToCheck(
                    file=takes.file_of(take.key),
                    digest=entry.digest,
                    text=take.segment.text,
                    subject=f"chapter {chapter.number}, line {take.segment.line}",
                )


def check_takes(wanted: tuple[TakeToCheck, ...]) -> tuple[Finding, ...]:
    """Return what is wrong with recordings; what a worker process does."""
    from fullcast.audio.check import check_take
    from fullcast.files.disk import read_whole
    from fullcast.files.sounds import decode_take

    found: list[Finding] = []
    for take in wanted:
        try:
            content = read_whole(take.file)
            if digest_bytes(content) != take.digest:
                message = "its recording is damaged: run fullcast render, which makes it again"
                found.append(Finding(code="damaged-take", message=message, subject=take.subject))
                continue
            faults = check_take(decode_take(content), take.text)
        except FullcastError as error:
            found.append(Finding(code="damaged-take", message=error.message, subject=take.subject))
            continue
        found += [replace(fault, subject=take.subject, severity=Severity.WARNING) for fault in faults]
    return tuple(found)
