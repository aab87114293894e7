"""The project's ``.fullcast``: how large, how sound, what of it is no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fullcast.files.disk import explained, read_whole
from fullcast.files.runlock import run_lock
from fullcast.files.store import Store
from fullcast.fingerprint import digest_bytes
from fullcast.model import Settings
from fullcast.production.chapters import Shelves, read_measured
from fullcast.production.levels import known_levels
from fullcast.production.preparing import Choices, Prepared, prepare
from fullcast.production.reasons import planned_order
from fullcast.production.summary import open_stores
from fullcast.production.workshop import sidecar_of

_SHELVES = ("takes", "sounds", "encoded", "logs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A part of the store."""

    name: str
    files: int
    size: int
    """Bytes."""


def measure_cache(project: Path) -> tuple[Shelf, ...]:
    """Return how much each part of a project's store holds."""
    return tuple(_measure(name, _files(project / ".fullcast" / name)) for name in _SHELVES)


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []


def _measure(name: str, files: list[Path]) -> Shelf:
    return Shelf(name=name, files=len(files), size=sum(file.stat().st_size for file in files))


def verify_cache(project: Path) -> tuple[int, tuple[str, ...]]:
    """Check every recording against its hash; remove what is damaged.

    Returns:
        How many were checked, and the keys that were removed.

    Raises:
        LockedError: If a run is going on.
        StoreError: If the disk cannot be read.
    """
    cache = project / ".fullcast"
    if not cache.is_dir():
        return 0, ()
    checked = 0
    damaged: list[str] = []
    with run_lock(cache):
        for name in ("takes", "sounds"):
            store = Store(cache / name)
            wrong = [key for key in sorted(store.entries()) if not _is_sound(store, key)]
            checked += len(store.entries())
            damaged += wrong
            if wrong:
                store.forget(wrong)
    return checked, tuple(damaged)


def _is_sound(store: Store, key: str) -> bool:
    """Return whether a recording is there as it was written; a disk that cannot be read says so itself."""
    entry = store.get(key)
    return entry is not None and digest_bytes(read_whole(store.file_of(key))) == entry.digest


def prune_cache(project: Path, choices: Choices, settings: Settings, *, dry_run: bool) -> Shelf:
    """Remove what the project does not use: recordings, encodings, unfinished files.

    What the plan names stays, and so do the encodings from which the deliveries are joined: a change to one
    chapter shall not have the others encoded again.

    Args:
        project: The project's folder.
        choices: What the command line says: another engine wants other recordings.
        settings: The machine.
        dry_run: Whether only to say what would be removed.

    Returns:
        What was removed.

    Raises:
        ProjectError: If the project is wrong: nobody can tell what it needs.
        LockedError: If a run is going on.
    """
    prepared = prepare(project, choices, settings)
    if not prepared.cache.is_dir():
        return _measure("unused", [])
    with run_lock(prepared.cache):
        takes, sounds = open_stores(prepared)
        wanted = {take.key for chapter in prepared.plan.chapters for take in chapter.takes}
        heard = {sound.key for chapter in prepared.plan.chapters for _, sound in chapter.sounds if sound}
        unused = [*_unused(takes, wanted), *_unused(sounds, heard)]
        unused += sorted({*_files(prepared.cache / "encoded")} - _wanted_encodings(prepared, takes, sounds))
        unused += sorted({*prepared.cache.rglob(".*.part")} - {*unused})
        shelf = _measure("unused", unused)
        if not dry_run:
            takes.forget(sorted(takes.entries().keys() - wanted))
            sounds.forget(sorted(sounds.entries().keys() - heard))
            for file in unused:
                with explained(file, "remove"):
                    file.unlink(missing_ok=True)
    return shelf


def remove_unfinished(prepared: Prepared) -> None:
    """Remove what killed runs left half written beside books and encodings; call it with the project locked.

    Raises:
        StoreError: If the disk refuses.
    """
    left = [*(prepared.cache / "encoded").glob(".*.part"), *prepared.output.rglob(".*.part")]
    for file in left:
        with explained(file, "remove"):
            file.unlink(missing_ok=True)


def _unused(store: Store, wanted: set[str]) -> list[Path]:
    """Return the recordings that nobody wants, also those that no line of the journal names."""
    return sorted(file for file in store.folder.glob("*/*.wav") if file.stem not in wanted)


def _wanted_encodings(prepared: Prepared, takes: Store, sounds: Store) -> set[Path]:
    """Return the encodings that the deliveries are joined from, with what was measured on them."""
    measured = read_measured(sounds.folder)
    shelves = Shelves(takes=takes, sounds=sounds, measured=measured, levels=known_levels(prepared))
    ready = takes.ready() | sounds.ready()
    orders = [
        planned_order(prepared, chapter, shelves)
        for chapter in prepared.plan.chapters
        if ready.issuperset(take.key for take in chapter.takes)
        and ready.issuperset(sound.key for _, sound in chapter.sounds if sound)
    ]
    files = [master.file for order in orders if order for master in order.job.masters]
    return {*files, *map(sidecar_of, files)}
