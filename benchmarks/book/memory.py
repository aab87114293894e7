"""Peak memory of a command and of every process it starts, from ``/proc``."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.2
"""Seconds between two looks."""


@dataclass(slots=True)
class Peak:
    """What a command and its processes held at most, in MB."""

    resident: float = 0.0
    """Sum over the processes of what each has in memory (RSS); shared pages count once for each."""
    proportional: float = 0.0
    """Sum of the proportional set sizes (PSS): shared pages count once in all."""
    processes: dict[str, float] = field(default_factory=dict)
    """Peak RSS of each process, by its number and command."""
    cpu: dict[str, float] = field(default_factory=dict)
    """CPU seconds of each process, user and system, by its number and command."""
    timeline: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the start with the sum of RSS."""


def run_and_watch(command: Sequence[str]) -> tuple[float, int, Peak]:
    """Run a command; return its wall time in seconds, its exit code and its peak memory."""
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr)
    peak = Peak()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(INTERVAL):
            _look(child.pid, peak, time.perf_counter() - began)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = child.wait()
    wall = time.perf_counter() - began
    done.set()
    watcher.join()
    return wall, code, peak


def _family(root: int) -> list[int]:
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    family = [root]
    for member in family:
        family += [process for process, parent in parents.items() if parent == member]
    return family


def _look(root: int, peak: Peak, seconds: float) -> None:
    resident = proportional = 0.0
    for process in _family(root):
        folder = Path("/proc") / str(process)
        try:
            lines = (folder / "smaps_rollup").read_text().splitlines()[1:]
            rollup = dict(line.split(":", 1) for line in lines if ":" in line)
            times = (folder / "stat").read_text().rpartition(")")[2].split()
            name = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:60]
        except (OSError, ValueError):
            continue
        rss = int(rollup.get("Rss", "0 kB").split()[0]) / 1000
        resident += rss
        proportional += int(rollup.get("Pss", "0 kB").split()[0]) / 1000
        label = f"{process} {name}"
        peak.cpu[label] = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
        peak.processes[label] = max(peak.processes.get(label, 0.0), rss)
    peak.resident = max(peak.resident, resident)
    peak.proportional = max(peak.proportional, proportional)
    peak.timeline.append((seconds, resident))
