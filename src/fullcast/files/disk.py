"""Writing that is whole or not there at all, and disk errors put into words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fullcast.errors import StoreError

_WORDS = {
    errno.ENOSPC: (
        "the disk is full",
        "free some space and run the same command again; finished takes are kept",
    ),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run the same command again"),
    errno.EFBIG: (
        "the file would be larger than this disk or this user may have",
        "use a disk without that limit, or raise it (ulimit -f); finished takes are kept",
    ),
    errno.EROFS: ("the disk is read-only", "mount the project folder with write access"),
    errno.EACCES: ("permission denied", "give the user who runs fullcast write access to the project folder"),
    errno.EPERM: ("not permitted", "give the user who runs fullcast write access to the project folder"),
    errno.EIO: ("the disk reports an input/output error", "check the disk, then run the same command again"),
    errno.EISDIR: ("a folder stands where the file should be", "move the folder away"),
    errno.ENOTDIR: ("a file stands where a folder should be", "move the file away"),
}


def explain_disk_error(error: OSError, file: Path, doing: str) -> StoreError:
    """Put an operating system's error into words.

    Args:
        error: What the system said.
        file: What was being written or read.
        doing: The attempt, ``write`` or ``read``.
    """
    what, hint = _WORDS.get(error.errno or 0, (error.strerror or str(error), None))
    return StoreError(f"cannot {doing} {file}: {what}", hint=hint)


@contextmanager
def explained(file: Path, doing: str) -> Iterator[None]:
    """Turn the system's errors inside the block into :class:`StoreError`.

    Raises:
        StoreError: If the block raises OSError.
    """
    try:
        yield
    except OSError as error:
        raise explain_disk_error(error, file, doing) from error


def temporary_name(file: Path) -> Path:
    """Return the name under which a file is written before it is whole: hidden, beside it, by process."""
    return file.with_name(f".{file.name}.{os.getpid()}.part")


def write_whole(file: Path, content: bytes, *, sync: bool = False) -> None:
    """Write a file under a temporary name, then rename it.

    Args:
        file: The final name; its folder is made where missing.
        content: All of it.
        sync: Whether to force it to the disk before the rename, for files that no hash guards.

    Raises:
        StoreError: If the disk refuses; nothing half-written remains.
    """
    part = temporary_name(file)
    with explained(file, "write"):
        try:
            try:
                stream = part.open("wb")
            except FileNotFoundError:
                file.parent.mkdir(parents=True, exist_ok=True)
                stream = part.open("wb")
            with stream:
                stream.write(content)
                if sync:
                    stream.flush()
                    os.fsync(stream.fileno())
            part.replace(file)
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def read_whole(file: Path) -> bytes:
    """Read a file.

    Raises:
        StoreError: If the disk refuses.
    """
    with explained(file, "read"):
        return file.read_bytes()
