"""Models come to this machine: fetched from a hub, or taken over from a folder.

A model appears whole: its files gather in a folder beside, where a stopped run goes on later, and the folder
gets its name when every file is there and matches its hash.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from fullcast.engines.weights import Installed, installed_models, read_model
from fullcast.errors import SetupError, Severity, StoreError, UsageError
from fullcast.files.catalogue import Listed, Origin, find_listed
from fullcast.files.disk import explained, write_whole
from fullcast.files.hub import Hub, Remote, hash_file
from fullcast.files.runlock import run_lock
from fullcast.model import CARD_FILE, ModelCard, ModelFile, Settings, card_to_json
from fullcast.production.events import Emit, Fetching
from fullcast.production.modelkeeping import check_model

AT_ONCE = 4
"""Files that are fetched at once."""
LOCKS = ".locks"
"""Folder beside models in which whoever fetches one says so."""
_SPARE = 1 << 30
"""Bytes that shall stay free on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """What is asked for."""

    name: str
    source: str | None = None
    """``hf`` or ``modelscope``; None is the first that the catalogue names."""
    folder: Path | None = None
    """A folder or an archive that holds the files already."""
    accept_licence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A file on its way."""

    remote: Remote
    origin: Origin
    file: Path
    repository: str


def pull_model(asked: Pull, settings: Settings, hub: Hub, emit: Emit) -> Installed:
    """Fetch a model, or take it over from a folder; one that is there at the same revision is left as it is.

    Raises:
        UsageError: If the catalogue has no such model, or its licence must be accepted first.
        SetupError: If it may not be read, or there is no place for it.
        DownloadError: If the hub fails; what was fetched is kept for the next try.
        LockedError: If somebody else fetches it now.
    """
    listed = find_listed(asked.name)
    accepted = _accept(listed.card, asked, settings)
    home = _home(settings)
    with run_lock(home / LOCKS / asked.name):
        return _pull(asked, listed, accepted, (home, hub, emit))


def _pull(asked: Pull, listed: Listed, accepted: str, to: tuple[Path, Hub, Emit]) -> Installed:
    home, hub, emit = to
    partial = home / f".{asked.name}.partial"
    if asked.folder is not None:
        revision = _take_over(asked.folder, listed, partial)
    else:
        there = _same_revision(listed, asked, hub, home)
        if isinstance(there, Installed):
            return _with_acceptance(there, accepted)
        revision = _fetch(there, partial, hub, emit)
    card = replace(listed.card, revision=revision, accepted=accepted, files=_files_in(partial))
    return _finish(card, partial, home)


def _accept(card: ModelCard, asked: Pull, settings: Settings) -> str:
    """Return when somebody accepted a licence that forbids selling; empty where none must be.

    Raises:
        UsageError: If nobody did.
    """
    if card.commercial:
        return ""
    if asked.accept_licence:
        return datetime.now(UTC).isoformat(timespec="seconds")
    before = next((item.card for item in installed_models(settings) if item.card.id == card.id), None)
    if before is not None and before.accepted:
        return before.accepted
    raise UsageError(
        f"the model {card.id} is not for commercial use: {card.licence}",
        hint=f"if that suits you: fullcast models pull {card.id} --accept-licence",
    )


def _home(settings: Settings) -> Path:
    """Return the folder that models are fetched to, made if it is missing."""
    if not settings.model_folders:
        raise SetupError("there is no folder for models", hint="name one: FULLCAST_MODELS=FOLDER")
    home = settings.model_folders[0]
    with explained(home, "make"):
        home.mkdir(parents=True, exist_ok=True)
    return home


def _same_revision(listed: Listed, asked: Pull, hub: Hub, home: Path) -> Installed | tuple[list[_Piece], str]:
    """Return the model if it is there as the hub has it; otherwise what to fetch, and its revision."""
    partial = home / f".{asked.name}.partial"
    pieces: list[_Piece] = []
    revisions: list[str] = []
    for origin in listed.origins:
        if origin.address:
            name = PurePosixPath(origin.address).name
            remote = Remote(name=name, address=origin.address)
            pieces.append(_piece(remote, origin, partial, origin.address))
            revisions.append(name)
            continue
        source = _source_of(origin, asked)
        repository = hub.list_repository(source, origin.hubs[source], origin.revision)
        revisions.append(repository.revision)
        wanted = [remote for remote in repository.files if origin.wants(remote.name)]
        if not wanted:
            patterns = ", ".join(origin.patterns)
            raise SetupError(
                f"{origin.hubs[source]} holds none of the files of {asked.name}: {patterns}",
                hint="the repository may have changed; try another --source, or report it",
            )
        pieces += [_piece(remote, origin, partial, origin.hubs[source]) for remote in wanted]
    revision = "+".join(word.removesuffix(".tar.bz2") for word in revisions)
    there = home / asked.name
    if (there / CARD_FILE).exists():
        installed = read_model(there)
        damaged = any(found.severity is Severity.ERROR for found in check_model(installed))
        if installed.card.revision == revision and not damaged:
            return installed
    return pieces, revision


def _source_of(origin: Origin, asked: Pull) -> str:
    if asked.source is None:
        return next(iter(origin.hubs))
    if asked.source not in origin.hubs:
        there = ", ".join(origin.hubs)
        raise UsageError(f"{asked.name} does not lie on {asked.source}", hint=f"it lies on: {there}")
    return asked.source


def _piece(remote: Remote, origin: Origin, partial: Path, repository: str) -> _Piece:
    return _Piece(
        remote=remote, origin=origin, file=partial / origin.place_of(remote.name), repository=repository
    )


def _fetch(found: tuple[list[_Piece], str], partial: Path, hub: Hub, emit: Emit) -> str:
    """Fetch files, several at once; returns the revision."""
    pieces, revision = found
    _begin(partial, revision)
    begun = (file for piece in pieces for file in (piece.file, _waiting(piece.file)) if file.exists())
    done = sum(file.stat().st_size for file in begun)
    total = sum(piece.remote.size or 0 for piece in pieces)
    _check_room(partial, total - done)
    count = _Count(
        total=total, done=done, emit=emit, name=partial.name.removeprefix(".").removesuffix(".partial")
    )
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
        jobs = [pool.submit(_fetch_piece, piece, hub, count) for piece in pieces]
        try:
            for job in as_completed(jobs):
                job.result()
        finally:  # one failed, or somebody pressed Ctrl-C: the others end at their next block
            count.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return revision


def _begin(partial: Path, revision: str) -> None:
    """Make the folder in which files gather; what lies there of another revision is of no use."""
    mark = partial / ".revision"
    if partial.exists() and (not mark.exists() or mark.read_text() != revision):
        shutil.rmtree(partial)
    partial.mkdir(parents=True, exist_ok=True)
    mark.write_text(revision)


def _check_room(partial: Path, needed: int) -> None:
    free = shutil.disk_usage(partial).free
    if needed + _SPARE > free:
        left, takes = f"{free / 1e9:.1f} GB", f"{needed / 1e9:.1f} GB"
        raise StoreError(
            f"the disk of {partial.parent} has {left} left; the model takes {takes}",
            hint="free some space, or fetch it to another disk: FULLCAST_MODELS=FOLDER",
        )


class _StoppedError(Exception):
    """Another file failed, or the run was interrupted."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Count:
    """Bytes that came, over all files."""

    name: str
    total: int
    done: int
    emit: Emit
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, count: int) -> None:
        """Take in bytes that came; ends the thread if the others stopped."""
        if self.stop.is_set():
            raise _StoppedError
        with self.lock:
            self.done += count
            self.emit(Fetching(model=self.name, done=self.done, total=max(self.total, self.done)))


def _waiting(file: Path) -> Path:
    """Return where a file gathers until it is whole."""
    return file.with_name(f"{file.name}.fetching")


def _fetch_piece(piece: _Piece, hub: Hub, count: _Count) -> None:
    """Fetch a file and, if it is an archive, take out what is in it."""
    piece.file.parent.mkdir(parents=True, exist_ok=True)
    unpacked = piece.file.with_name(f".{piece.file.name}.unpacked")
    if piece.origin.archive and unpacked.exists():
        return
    waiting = _waiting(piece.file)
    if not piece.file.exists():
        hub.fetch(piece.remote, waiting, tell=count.add, repository=piece.repository)
        waiting.rename(piece.file)
    if piece.origin.archive:
        _unpack(piece.file, piece.file.parent)
        piece.file.unlink()
        unpacked.touch()


def _unpack(archive: Path, folder: Path) -> None:
    """Take out what is in an archive, without its outermost folder; nothing lands outside.

    Raises:
        SetupError: If it is no archive, or would write elsewhere.
    """

    def inside(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        parts = PurePosixPath(member.name).parts
        parts = parts[1:] if parts and parts[0] == "." else parts
        if len(parts) < 2:
            return None  # the outermost folder itself
        return tarfile.data_filter(member.replace(name="/".join(parts[1:])), path)

    try:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter=inside)  # noqa: S202 - filtered
    except (tarfile.TarError, EOFError, OSError) as error:
        archive.unlink(missing_ok=True)
        raise SetupError(f"{archive.name} is no archive that can be unpacked: {error}") from error


def _take_over(source: Path, listed: Listed, partial: Path) -> str:
    """Copy a model's files from a folder or an archive; returns a revision of their content.

    Raises:
        UsageError: If they are not there.
    """
    if not source.exists():
        raise UsageError(f"--from {source}: there is no such folder or file")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    with explained(partial, "write"):
        if source.is_dir():
            shutil.copytree(
                source, partial, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", CARD_FILE)
            )
        else:
            _unpack_copy(source, partial)
    missing = list(_missing(listed, partial))
    if missing:
        shutil.rmtree(partial)
        raise UsageError(
            f"--from {source}: it does not hold {', '.join(missing)}", hint="name the folder that does"
        )
    files = _files_in(partial)
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:40]


def _unpack_copy(source: Path, partial: Path) -> None:
    copy = partial / source.name
    shutil.copyfile(source, copy)
    _unpack(copy, partial)
    copy.unlink(missing_ok=True)


def _missing(listed: Listed, folder: Path) -> Iterator[str]:
    """Yield what a model needs by its catalogue and is not in a folder."""
    for origin in listed.origins:
        for pattern in origin.patterns if origin.hubs else ():
            if not any(folder.glob(origin.place_of(pattern))):
                yield origin.place_of(pattern)
        if (
            origin.address
            and not origin.archive
            and not (folder / PurePosixPath(origin.address).name).exists()
        ):
            yield PurePosixPath(origin.address).name
    for name, words in listed.card.options.items():
        if listed.card.engine == "sherpa" and name != "speakers" and isinstance(words, str):
            yield from (part for part in words.split(",") if not (folder / part).exists())


def _files_in(folder: Path) -> tuple[ModelFile, ...]:
    """Return a model's files with their hashes."""
    found = sorted(file for file in folder.rglob("*") if file.is_file() and not file.name.startswith("."))
    return tuple(
        ModelFile(name=file.relative_to(folder).as_posix(), size=file.stat().st_size, sha256=hash_file(file))
        for file in found
    )


def _finish(card: ModelCard, partial: Path, home: Path) -> Installed:
    """Give the folder its name; one that had it before goes."""
    for mark in [file for file in partial.rglob(".*") if file.is_file()]:
        mark.unlink()
    write_whole(partial / CARD_FILE, json.dumps(card_to_json(card), indent=1).encode())
    folder, old = home / card.id, home / f".{card.id}.old"
    with explained(folder, "write"):
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return read_model(folder)


def _with_acceptance(there: Installed, accepted: str) -> Installed:
    """Note in a model's card that its licence was accepted now."""
    if not accepted or there.card.accepted:
        return there
    card = replace(there.card, accepted=accepted)
    write_whole(there.folder / CARD_FILE, json.dumps(card_to_json(card), indent=1).encode())
    return read_model(there.folder)
