"""How long the program takes to start, beside a bare interpreter and the smallest typer program.

Run it with the project's Python: ``python benchmarks/startup/bench_startup.py``. Every repeat starts each
program once, in turn, so that a busy machine slows all of them alike; figures are wall time in milliseconds,
minimum and median of the repeats, and the ratio of the minima. ``status`` is asked of a book of ten hours
that a run has left its state for: 40 chapters, made here by the program's own code (``export``, which leaves
the same state as ``render`` and records nothing). *hello, plain* is the same peer without rich, which typer
loads for help pages unless told otherwise.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HELLO = '''\
import typer

app = typer.Typer()


@app.command()
def hello(name: str) -> None:
    """Say hello."""
    print(f"Hello {name}")


@app.command()
def goodbye(name: str, formal: bool = False) -> None:
    """Say goodbye."""
    print(f"Goodbye {name}")


app()
'''

CHAPTERS = 40
PARAGRAPHS = 130
PARAGRAPH = (
    "On evening {0}.{1} the lamp was lit, and the boats came home. “Is it late?” asked Mara, and nobody knew."
)

GOALS = {"--version": ("bare", 3.0), "--help": ("hello", 1.2), "status": ("hello", 2.0)}


def make_book(folder: Path) -> Path:
    """Write a book of ten hours, and have a run leave its state."""
    (folder / "chapters").mkdir(parents=True)
    head = "fullcast: 1\nbook: {title: Ten Hours}\ncast: {Narrator: alba, Mara: mara}\nchapters:\n"
    names = [f"chapters/{number:02}.md" for number in range(1, CHAPTERS + 1)]
    listed = "".join(
        f"  - {{title: Evening {number}, text: {name}}}\n" for number, name in enumerate(names, 1)
    )
    (folder / "project.yaml").write_text(head + listed, encoding="utf-8")
    for number, name in enumerate(names):
        text = "\n\n".join(PARAGRAPH.format(number, line) for line in range(PARAGRAPHS))
        (folder / name).write_text(text + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "fullcast", "export", str(folder), "--engine", "tone", "--quiet"]
    subprocess.run(command, capture_output=True, check=False)
    assert (folder / ".fullcast" / "state.json").is_file()
    return folder


def milliseconds(command: list[str]) -> float:
    """Return how long a program takes from start to end."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return (time.perf_counter() - begun) * 1000.0


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    program = str(Path(sys.executable).with_name("fullcast"))
    with tempfile.TemporaryDirectory() as scratch:
        hello = Path(scratch, "hello.py")
        hello.write_text(HELLO, encoding="utf-8")
        book = make_book(Path(scratch, "book"))
        commands = {
            "bare": [sys.executable, "-c", "pass"],
            "hello": [sys.executable, str(hello), "--help"],
            "hello, plain": ["env", "TYPER_USE_RICH=0", sys.executable, str(hello), "--help"],
            "--version": [program, "--version"],
            "--help": [program, "--help"],
            "status": [program, "status", str(book), "--engine", "tone"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(repeats + 1):
            for name, command in commands.items():
                times[name].append(milliseconds(command))
    # The first round fills caches.
    best = {name: min(several[1:]) for name, several in times.items()}
    print("| program | min ms | median ms | ratio | goal |\n|---|---|---|---|---|")
    for name, several in times.items():
        peer, goal = GOALS.get(name, ("bare", 0.0))
        aim = f"≤ {goal:g} x {peer}" if goal else ""
        ratio = f"{best[name] / best[peer]:.2f} x {peer}"
        print(f"| {name} | {best[name]:.1f} | {statistics.median(several[1:]):.1f} | {ratio} | {aim} |")


if __name__ == "__main__":
    main()
