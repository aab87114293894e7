"""Worker processes end with their block, whatever happens to one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# In a process of its own: what must not happen is that it never ends.
PROGRAM = """
import os, signal, sys, time
from contextlib import suppress
from fullcast.errors import EngineError
from fullcast.production.scheduling import open_workers

if __name__ == "__main__":
    try:
        with open_workers(2) as workers:
            first, second = workers.call(time.sleep, 0.2), workers.call(time.sleep, 0.2)
            first.result(), second.result()
            victim = sorted(workers._pool._processes)[int(sys.argv[1])]
            os.kill(victim, signal.SIGKILL)
            with suppress(ChildProcessError):  # the pool may have been told before us
                os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
            while True:
                workers.call(os.getpid).result()
    except EngineError as error:
        print(error.message)
"""


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="needs waitid")
@pytest.mark.parametrize("victim", [0, 1])
def test_a_worker_that_is_killed_while_idle_ends_the_run_with_words(victim: int, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    ran = subprocess.run(
        [sys.executable, program, str(victim)], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("a worker process that mixes and encodes died")
