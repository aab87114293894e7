"""The log of a project: every event of every run, in files that turn over by themselves."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from fullcast.errors import FullcastError
from fullcast.files.disk import explained
from fullcast.production.events import Event, TakeRecorded

LOG_BYTES = 1_000_000
LOG_FILES = 5


class _File(RotatingFileHandler):
    """A log file that never ends or drowns a run."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Let the line be lost: a disk that is full is reported where it stops the work itself."""
        del record


@contextmanager
def keeping_log(cache: Path) -> Iterator[Callable[[Event], None]]:
    """Keep a log for the length of a ``with``; what ends the block is its last line.

    Args:
        cache: The project's ``.fullcast``; the log is ``logs/fullcast.log`` in it.

    Raises:
        StoreError: If the log cannot be opened.
    """
    log = logging.Logger("fullcast.run", logging.INFO)  # noqa: LOG001 - one for each run: nothing global is left
    handler = _open(cache / "logs" / "fullcast.log")
    log.addHandler(handler)
    try:
        yield lambda event: _keep(event, log)
    except FullcastError as error:
        log.error("%s", error.message)  # noqa: TRY400 - expected: its words say more than a trace
        raise
    except KeyboardInterrupt:
        log.warning("interrupted")
        raise
    except Exception:
        log.exception("a bug in fullcast")
        raise
    finally:
        handler.close()


def _open(file: Path) -> logging.Handler:
    with explained(file, "write"):
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    return handler


def _keep(event: Event, log: logging.Logger) -> None:
    if not isinstance(event, TakeRecorded):
        # Thousands a run; the journal of the store names each.
        log.info("%s", json.dumps(event.to_json(), ensure_ascii=False, default=str))
