"""Ctrl-C, ``docker stop``, a closed terminal: one clean end for all of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the first signal that asks the program to end raise KeyboardInterrupt inside the block.

    Later ones are ignored: what ends workers and closes the store is not cut off in the middle. A signal that
    whoever started us had set to be ignored stays ignored (``nohup``, jobs in the background).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.getsignal(number) for number in ours}

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in ours:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
