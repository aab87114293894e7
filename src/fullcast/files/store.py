"""The store: takes and sounds under their keys, with a journal that says what is whole.

A recording counts once its line stands in the journal and its file has the size that the line names; its hash
is checked when it is read. A file without a line, or with another size or hash, is recorded again. So nothing
that ``kill -9`` or a power cut can leave behind is ever taken for a recording. A line follows its file at
once, so that a killed run keeps what it recorded; the journal is forced to the disk once a batch.

The journal is append-only JSON lines. A line torn at the end is dropped; later lines win.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from fullcast.errors import StoreError
from fullcast.files.disk import explained, read_whole, write_whole
from fullcast.fingerprint import digest_bytes
from fullcast.model import Word
from fullcast.units import Seconds

_TORN = "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the journal says of a recording."""

    key: str
    digest: str
    """Hash of the file."""
    size: int
    """Bytes of the file."""
    rate: int
    samples: int
    begins: int = 0
    """First sample of speech."""
    ends: int = 0
    """One past the last sample of speech."""
    channels: int = 1
    loudness: float | None = None
    """Integrated loudness in LUFS where it was measured."""
    words: tuple[Word, ...] = ()
    origin: Mapping[str, str | int | float] = field(default_factory=dict)
    """What was asked for: line, text, voice, engine … for reasons and provenance."""


_PLAIN = ("key", "digest", "size", "rate", "samples", "begins", "ends", "channels", "loudness")


def _as_written(words: Iterable[Word]) -> tuple[Word, ...]:
    """Return words with their times as the journal will say them in the next run, to the last digit.

    With other times than the next run reads, chapters would shift by a sample then.
    """
    return tuple(
        replace(word, begins=Seconds(round(word.begins, 4)), ends=Seconds(round(word.ends, 4)))
        for word in words
    )


def _pack(entry: Entry) -> str:
    """Return an entry as one line of JSON."""
    record = {name: getattr(entry, name) for name in _PLAIN}
    record["words"] = [[word.start, word.end, word.begins, word.ends] for word in entry.words]
    record["origin"] = dict(entry.origin)
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _unpack(line: str) -> Entry | None:
    """Return the entry of a journal line; None if the line is torn or of another version."""
    try:
        record = json.loads(line)
        words = tuple(
            Word(start=start, end=end, begins=Seconds(begins), ends=Seconds(ends))
            for start, end, begins, ends in record.pop("words", ())
        )
        return Entry(words=words, **record)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


class Store:
    """Recordings of one kind under one folder.

    Args:
        folder: Where the recordings lie, ``.fullcast/takes``; made when first written to.

    Raises:
        StoreError: If the journal cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "journal.jsonl"
        self._entries = self._read_journal()
        self._unsaved = 0
        self._present: set[str] | None = None
        self._handle: int | None = None
        """The journal, open while lines are added to it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.commit()

    def _read_journal(self) -> dict[str, Entry]:
        if not self.journal.exists():
            return {}
        content = read_whole(self.journal).decode("utf-8", "replace")
        lines, complete, _ = content.rpartition(_TORN)
        entries: dict[str, Entry] = {}
        for line in lines.split(_TORN) if complete else []:
            entry = _unpack(line)
            if entry is not None:
                entries[entry.key] = entry
        return entries

    @property
    def unsaved(self) -> int:
        """How many recordings wait for :meth:`commit`: a power cut may cost them, nothing else."""
        return self._unsaved

    def file_of(self, key: str) -> Path:
        """Return where the recording of a key lies, whether or not it is there."""
        return self.folder / key[:2] / f"{key}.wav"

    def entries(self) -> Mapping[str, Entry]:
        """Return what the journal says, by key; the files may be missing."""
        return self._entries

    def ready(self) -> set[str]:
        """Return the keys whose recordings are there in full size; the disk is looked at once."""
        if self._present is None:
            sizes = dict(self._sizes())
            self._present = {key for key, entry in self._entries.items() if sizes.get(key) == entry.size}
        return self._present

    def _sizes(self) -> Iterable[tuple[str, int]]:
        if not self.folder.is_dir():
            return
        with explained(self.folder, "read"), os.scandir(self.folder) as shelves:
            for shelf in shelves:
                if shelf.is_dir():
                    with os.scandir(shelf.path) as files:
                        yield from _sizes_of(files)

    def get(self, key: str) -> Entry | None:
        """Return the entry of a recording that is there in full size."""
        return self._entries[key] if key in self.ready() else None

    def add(self, entry: Entry, content: bytes) -> Entry:
        """Put a recording into the store; :meth:`commit` forces it to the disk.

        Args:
            entry: What to write into the journal; digest and size are filled in here.
            content: The whole file.

        Raises:
            StoreError: If the disk refuses; what was added before stays.
        """
        words = _as_written(entry.words)
        whole = replace(entry, digest=digest_bytes(content), size=len(content), words=words)
        file = self.file_of(entry.key)
        write_whole(file, content)
        try:
            self._append(f"{_pack(whole)}\n".encode())
        except StoreError:
            with suppress(OSError):
                file.unlink()
            raise
        self._entries[entry.key] = whole
        self.ready().add(entry.key)
        self._unsaved += 1
        return whole

    def read(self, key: str) -> bytes:
        """Return a recording whose hash was checked.

        Raises:
            StoreError: If it is missing or damaged.
        """
        entry = self.get(key)
        if entry is None:
            raise StoreError(f"the store has no recording {key}", hint="render the project again")
        content = read_whole(self.file_of(key))
        if digest_bytes(content) != entry.digest:
            message = f"{self.file_of(key)} is damaged: its content does not match the journal"
            raise StoreError(message, hint="render the project again: this recording alone is made anew")
        return content

    def forget(self, keys: Iterable[str]) -> None:
        """Remove recordings; files first, so that nothing is left that no line names."""
        for key in keys:
            with explained(self.file_of(key), "remove"):
                self.file_of(key).unlink(missing_ok=True)
            self._entries.pop(key, None)
            self.ready().discard(key)
        lines = "".join(f"{_pack(entry)}\n" for entry in self._entries.values())
        self._close()
        self._unsaved = 0
        write_whole(self.journal, lines.encode(), sync=True)

    def discard(self, key: str) -> None:
        """Treat a recording as not there: it was found damaged and will be made again."""
        self.ready().discard(key)

    def commit(self) -> None:
        """Force the journal to the disk: once a batch.

        Raises:
            StoreError: If the disk refuses.
        """
        if self._handle is not None:
            with explained(self.journal, "write"):
                os.fsync(self._handle)
            self._close()
        self._unsaved = 0

    def _append(self, line: bytes) -> None:
        """Write a line at the end of the journal; all of it or nothing."""
        with explained(self.journal, "write"):
            if self._handle is None:
                self._handle = os.open(self.journal, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
                end = os.fstat(self._handle).st_size
                # After a power cut the last line may be torn: the new one must not be joined to it.
                if end > 0 and os.pread(self._handle, 1, end - 1) != b"\n":
                    line = b"\n" + line
            _write_all(self._handle, line, os.fstat(self._handle).st_size)

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _sizes_of(files: Iterable[os.DirEntry[str]]) -> Iterable[tuple[str, int]]:
    """Yield key and size of each recording; what another run renames or removes meanwhile is passed over."""
    for item in files:
        if item.name.endswith(".wav"):
            with suppress(FileNotFoundError):
                yield item.name[:-4], item.stat().st_size


def _write_all(handle: int, content: bytes, end: int) -> None:
    """Write at the end of a file, or leave it as long as it was."""
    left = memoryview(content)
    try:
        while left:
            left = left[os.write(handle, left) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(handle, end)
        raise
