"""Kill a render at random moments, tear its files, fill its disk, and see what the next run makes of it.

    python benchmarks/survival/kill_rounds.py --rounds 200

Each round: a render in a process group of its own is killed with SIGKILL as a whole, or its files are torn,
or its disk is full, or a file may not grow; then the same command runs again. What it delivers must be what
an undisturbed run delivers, bit by bit; the store must be whole; nothing that was finished may be recorded
anew. Exit code 1 if a round shows otherwise. A round can be repeated by its seed: ``--first 17 --rounds 1``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "finishing"))

from make_book import write_book

FULLCAST = [sys.executable, "-m", "fullcast"]
HOURS = 0.1
LARGEST_FILE = 40_000
"""Bytes beyond which a file may not grow, in the rounds in which writing fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a round showed."""

    kind: str
    finished: int
    """Takes that stood in the journal when the run ended."""
    again: int
    """Takes that were recorded though they were finished; torn ones do not count."""
    plan: float
    """Seconds that planning the rest took."""
    wrong: str = ""


def main() -> int:
    """Run the rounds and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="Seed of the first round.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fullcast-kills-") as name:
        work = Path(name)
        wanted, whole = _undisturbed(work)
        outcomes = []
        for seed in range(options.first, options.first + options.rounds):
            outcome = _round(seed, work, wanted, whole)
            outcomes.append(outcome)
            if outcome.wrong:
                sys.stdout.write(f"round {seed} ({outcome.kind}): {outcome.wrong}\n")
    return _report(outcomes)


def _report(outcomes: list[Outcome]) -> int:
    counts = Counter(outcome.kind for outcome in outcomes)
    finished, again = sum(one.finished for one in outcomes), sum(one.again for one in outcomes)
    wrong = [one for one in outcomes if one.wrong]
    rows = [
        ("rounds", ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))),
        ("finished takes when it ended", str(finished)),
        ("recorded again", f"{again}, {100 * again / max(1, finished):.3f} %"),
        ("planning the rest, longest", f"{max(one.plan for one in outcomes):.2f} s"),
        ("rounds with something corrupt or lost", str(len(wrong))),
    ]
    for row in rows:
        sys.stdout.write(f"| {row[0]} | {row[1]} |\n")
    return int(bool(wrong) or again > 0.003 * finished)


def _undisturbed(work: Path) -> tuple[dict[str, str], float]:
    """Return what a render delivers, and how long it takes."""
    book = work / "reference"
    write_book(book, HOURS, deliveries="[m4b, {preset: chapters, codec: flac}]")
    began = time.perf_counter()
    assert subprocess.run([*FULLCAST, "render", str(book), "--quiet"], check=False).returncode == 0
    whole = time.perf_counter() - began
    wanted = _delivered(book)
    shutil.copytree(book, work / "source", ignore=shutil.ignore_patterns(".fullcast", "output", "*.lock"))
    return wanted, whole


def _delivered(book: Path) -> dict[str, str]:
    files = sorted(file for file in (book / "output").rglob("*") if file.suffix in {".m4b", ".flac"})
    return {str(file.relative_to(book)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _round(seed: int, work: Path, wanted: dict[str, str], whole: float) -> Outcome:
    chance = random.Random(seed)
    kinds = ["kill", "kill", "kill", "tear", "no growth"] + (["full disk"] if os.geteuid() == 0 else [])
    kind = chance.choice(kinds)
    book = work / "book"
    book.mkdir()
    mounted = kind == "full disk" and _mount(book, chance.randint(1, 12))
    if kind == "full disk" and not mounted:
        kind = "kill"
    try:
        shutil.copytree(work / "source", book, dirs_exist_ok=True)
        code = _disturb(book, kind, chance, whole)
        torn = _tear(book, chance) if kind == "tear" else 0
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=1g", str(book)], check=True)
        return _look(book, kind, (code, torn), wanted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(book)], check=False)
        shutil.rmtree(book, ignore_errors=True)


def _mount(folder: Path, megabytes: int) -> bool:
    """Give a folder a disk of its own that is soon full."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def _hold_small() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _disturb(book: Path, kind: str, chance: random.Random, whole: float) -> int:
    """Run a render that does not come to its end; returns its exit code."""
    before: Callable[[], None] | None = _hold_small if kind == "no growth" else None
    child = subprocess.Popen(
        [*FULLCAST, "render", str(book), "--quiet"],
        start_new_session=True,
        preexec_fn=before,  # noqa: PLW1509 - no other thread runs here
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if kind in {"kill", "tear"}:
        time.sleep(chance.uniform(0.2, whole))
        with suppress(ProcessLookupError):  # it may be done already
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def _tear(book: Path, chance: random.Random) -> int:
    """Cut files of the store short, or turn bytes of them over; returns how many takes that may have cost."""
    files = sorted(file for file in (book / ".fullcast").rglob("*") if file.is_file() and file.stat().st_size)
    victims = chance.sample(files, min(len(files), chance.randint(1, 4)))
    cost = 0
    for file in victims:
        content = bytearray(file.read_bytes())
        if chance.random() < 0.5:
            content = content[: chance.randrange(len(content))]
        else:
            content[chance.randrange(len(content))] ^= 0xFF
        file.write_bytes(bytes(content))
        cost += 10**6 if file.name == "journal.jsonl" else 1
    return cost


def _finished(book: Path) -> int:
    journal = book / ".fullcast" / "takes" / "journal.jsonl"
    content = journal.read_bytes() if journal.is_file() else b""
    whole, _, _ = content.rpartition(b"\n")
    keys = set()
    for line in whole.splitlines():
        try:
            keys.add(json.loads(line)["key"])
        except (ValueError, KeyError, TypeError):
            continue
    return len(keys)


def _verify(book: Path) -> int:
    return subprocess.run(
        [*FULLCAST, "cache", "verify", str(book)], check=False, capture_output=True
    ).returncode


def _look(book: Path, kind: str, ended: tuple[int, int], wanted: dict[str, str]) -> Outcome:
    """Run again and compare."""
    code, torn = ended
    finished = _finished(book)
    wrong = []
    allowed = {"full disk": {0, 6}, "no growth": {6}}.get(kind, {0, -signal.SIGKILL})
    if code not in allowed:
        wrong.append(f"the disturbed run ended with {code}")
    began = time.perf_counter()
    plan = subprocess.run([*FULLCAST, "plan", str(book), "--json"], check=False, capture_output=True)
    planned = time.perf_counter() - began
    missing = json.loads(plan.stdout)["takes"]["missing"] if plan.returncode == 0 else -1
    again = subprocess.run([*FULLCAST, "render", str(book), "--json"], check=False, capture_output=True)
    recorded = json.loads(again.stdout)["recorded"] if again.returncode == 0 else 0
    if plan.returncode or again.returncode:
        wrong.append(
            f"the next run ended with {plan.returncode}, {again.returncode}: {again.stderr[-300:]!r}"
        )
    checked = _verify(book)
    if checked and kind == "tear":
        # A torn take of a chapter that stood already is not read again: the check finds and removes it, and
        # the next run makes it anew.
        again_whole = subprocess.run([*FULLCAST, "render", str(book)], check=False, capture_output=True)
        checked = again_whole.returncode or _verify(book)
    if checked:
        wrong.append("the store is not whole")
    if _delivered(book) != wanted:
        wrong.append("the deliveries are others than those of an undisturbed run")
    lost = max(0, recorded - missing)
    total = int(json.loads(plan.stdout)["takes"]["total"]) if plan.returncode == 0 else 0
    again_recorded = max(0, recorded - (total - finished) - torn) if total else 0
    if lost > torn:
        wrong.append(f"{lost} takes were recorded that the plan had not named")
    return Outcome(kind=kind, finished=finished, again=again_recorded, plan=planned, wrong="; ".join(wrong))


if __name__ == "__main__":
    sys.exit(main())
