"""The project's ``.fullcast``: how large, how sound, what of it is no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import StoreError
from fullcast.files.disk import explained
from fullcast.files.runlock import run_lock
from fullcast.files.store import Store
from fullcast.model import Settings
from fullcast.production.preparing import Choices, prepare

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
    """
    cache = project / ".fullcast"
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
    try:
        store.read(key)
    except StoreError:
        return False
    return True


def prune_cache(project: Path, choices: Choices, settings: Settings, *, dry_run: bool) -> Shelf:
    """Remove recordings that the plan does not name, encodings that no delivery holds, and unfinished files.

    Encodings are copies of what stands in the deliveries: they are made again when they are wanted.

    Raises:
        ProjectError: If the project is wrong: nobody can tell what it needs.
        LockedError: If a run is going on.
    """
    prepared = prepare(project, choices, settings)
    takes = {take.key for chapter in prepared.plan.chapters for take in chapter.takes}
    sounds = {sound.key for chapter in prepared.plan.chapters for _, sound in chapter.sounds if sound}
    with run_lock(prepared.cache):
        unused = [
            (store, sorted(store.entries().keys() - wanted))
            for store, wanted in (
                (Store(prepared.cache / "takes"), takes),
                (Store(prepared.cache / "sounds"), sounds),
            )
        ]
        files = [store.file_of(key) for store, keys in unused for key in keys]
        loose = _files(prepared.cache / "encoded") + sorted(prepared.cache.rglob(".*.part"))
        shelf = _measure("unused", [file for file in {*files, *loose} if file.exists()])
        if not dry_run:
            for store, keys in unused:
                store.forget(keys)
            for file in loose:
                with explained(file, "remove"):
                    file.unlink(missing_ok=True)
    return shelf
