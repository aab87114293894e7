"""One run at a time on a project."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from fullcast.errors import LockedError
from fullcast.files.disk import explained


@contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold a project for the length of a ``with``; the system lets go of it whatever happens to the process.

    Args:
        folder: The project's ``.fullcast``; made where missing.

    Raises:
        LockedError: If another run holds it, with who and since when.
        StoreError: If the folder cannot be written to.
    """
    file = folder / "lock"
    with explained(file, "write"):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _locked(handle, folder) from None
        os.ftruncate(handle, 0)
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()} since {since}".encode(), 0)
        yield
    finally:
        os.close(handle)


def _locked(handle: int, folder: Path) -> LockedError:
    holder = os.pread(handle, 200, 0).decode("utf-8", "replace") or "another process"
    return LockedError(
        f"{folder.parent} is being worked on by {holder}",
        hint="wait until it ends, or stop it: the project resumes where it was",
    )
