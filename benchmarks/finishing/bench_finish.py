"""Measure what happens around the engine: nothing to do, one edit, the last take, the closing of a book.

    python benchmarks/finishing/bench_finish.py --hours 10

Writes a book (``--work`` keeps it for the next time), renders it with the ``tone`` engine, and prints a table
with the goals. Peers run in the same minutes on the same machine, turn by turn: ninja on a graph of the same
size, encoders in processes of their own, and three ways in which other tools finish a book, with ffmpeg.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "book"))

import av
from make_book import write_book
from memory import run_and_watch

FULLCAST = [sys.executable, "-m", "fullcast"]
HERE = Path(__file__).parent
REPEATS = 5

Row = tuple[str, str, str, str]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=10.0)
    parser.add_argument("--work", type=Path, default=None, help="Folder that is kept.")
    parser.add_argument("--short", action="store_true", help="Leave out the peers that take minutes.")
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp(prefix="fullcast-bench-"))
    book = work / f"book-{options.hours:g}"
    rows: list[Row] = []
    rows += _render(book, options.hours)
    rows += _nothing(book, work)
    rows += _edit(book)
    rows += _close(book, work)
    if not options.short:
        rows += _peers(book, work)
    if options.work is None:
        shutil.rmtree(work)
    _print(rows)


def _print(rows: list[Row]) -> None:
    for row in [("what", "measured", "beside it", "goal"), *rows]:
        sys.stdout.write("| " + " | ".join(row) + " |\n")


def _time(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _run(*command: str | Path) -> None:
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _seconds_of(book: Path) -> float:
    report = json.loads((book / "output" / "m4b" / "report.json").read_text(encoding="utf-8"))
    return float(report["duration"])


def _events(*arguments: str | Path) -> tuple[float, list[tuple[float, dict[str, object]]], float]:
    """Run fullcast with events; return its start, each event with its time, and its end."""
    command = [*FULLCAST, *map(str, arguments), "--json"]
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    seen = [(time.perf_counter(), json.loads(line)) for line in child.stderr if line.startswith("{")]
    assert child.wait() == 0, "the render failed"
    return began, seen, time.perf_counter()


def _render(book: Path, hours: float) -> list[Row]:
    """Render from nothing: the whole, what a segment costs, what comes after the last take, and memory."""
    if not (book / "project.yaml").is_file():
        write_book(book, hours)
    for left in (".fullcast", "output", "fullcast.lock"):
        path = book / left
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    began, seen, ended = _events("render", book)
    takes = [(when, event) for when, event in seen if event.get("event") == "take-recorded"]
    first, last = takes[0][0], takes[-1][0]
    alone = float(
        subprocess.run(
            [sys.executable, str(HERE / "engine_alone.py"), str(book)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    audio = _seconds_of(book)
    each = 1000 * (last - first - alone) / len(takes)
    rows = [
        ("book", f"{audio / 3600:.2f} h, {len(takes)} segments", "", ""),
        ("render from nothing", f"{ended - began:.1f} s, {audio / (ended - began):.0f} x", "", ""),
        (
            "G9 overhead a segment",
            f"{each:.3f} ms",
            f"engine alone {1000 * alone / len(takes):.3f} ms",
            "0.15",
        ),
    ]
    shutil.rmtree(book / ".fullcast" / "encoded")
    wall, _, peak = run_and_watch([*FULLCAST, "export", str(book), "--quiet"])
    rows.append(
        (
            "G7 memory of all processes",
            f"{peak.resident:.0f} MB RSS, {peak.proportional:.0f} MB PSS",
            f"{3600 * wall / audio:.2f} s an hour of audio",
            "250 MB",
        )
    )
    return rows


def _nothing(book: Path, work: Path) -> list[Row]:
    """Run with nothing to do, turn by turn with ninja on as many files."""
    graph = work / "ninja"
    _write_graph(graph, book)
    ours, theirs = [], []
    for _ in range(REPEATS):
        ours.append(_time(lambda: _run(*FULLCAST, "render", book, "--quiet")))
        theirs.append(_time(lambda: _run("ninja", "-C", graph)))
    asked = subprocess.run(["ninja", "--version"], capture_output=True, text=True, check=True)
    version = asked.stdout.strip()
    own, other = statistics.median(ours), statistics.median(theirs)
    return [
        (
            "G1 nothing changed",
            f"{own:.3f} s (least {min(ours):.3f})",
            f"ninja {version}: {other:.3f} s (least {min(theirs):.3f})",
            f"≤ 1.0 x, is {own / other:.2f} x",
        )
    ]


def _write_graph(graph: Path, book: Path) -> None:
    """Write a graph of as many files as the book has takes and chapters, and build it once."""
    takes = sum(1 for _ in (book / ".fullcast" / "takes").rglob("*.wav"))
    chapters = len(list((book / "chapters").glob("*.md")))
    shutil.rmtree(graph, ignore_errors=True)
    graph.mkdir(parents=True)
    lines = ["rule touch", "  command = touch $out"]
    outs: list[list[str]] = [[] for _ in range(chapters)]
    for number in range(takes):
        (graph / f"s{number}.txt").touch()
        lines.append(f"build t{number}.wav: touch s{number}.txt")
        outs[number % chapters].append(f"t{number}.wav")
    for number, own in enumerate(outs):
        lines.append(f"build c{number}.m4a: touch {' '.join(own)}")
    lines.append(f"build book.m4b: touch {' '.join(f'c{number}.m4a' for number in range(chapters))}")
    (graph / "build.ninja").write_text("\n".join(lines) + "\n")
    _run("ninja", "-C", graph)


def _packets(file: Path) -> list[str]:
    """Return a hash of the coded packets of each chapter of a book, but for the first and the last two.

    Chapters begin on whole frames, so one that moves by a part of a frame may keep one more or one less of
    the chapter before it: 23 ms of its room tone.
    """
    with av.open(str(file)) as container:
        marks = [float(chapter["start"] * chapter["time_base"]) for chapter in container.chapters()]  # type: ignore[operator]
        packets: list[list[bytes]] = [[] for _ in marks]
        for packet in container.demux(audio=0):
            if packet.size and packet.pts is not None and packet.time_base is not None:
                when = float(packet.pts * packet.time_base) + 0.05
                inside = sum(mark <= when for mark in marks) - 1
                packets[max(0, inside)].append(bytes(packet))
    return [hashlib.blake2b(b"".join(one[2:-2])).hexdigest() for one in packets]


def _edit(book: Path) -> list[Row]:
    """Edit one sentence in the middle of the book, a few times."""
    chapters = sorted((book / "chapters").glob("*.md"))
    middle, m4b = chapters[len(chapters) // 2], book / "output" / "m4b" / "Bench.m4b"
    walls, kept = [], []
    for turn in range(3):
        before = _packets(m4b)
        text = middle.read_text(encoding="utf-8")
        first, _, rest = text.partition(".")
        middle.write_text(f"{first} {turn + 2} times.{rest}", encoding="utf-8")
        walls.append(_time(lambda: _run(*FULLCAST, "render", book, "--quiet")))
        after = _packets(m4b)
        kept.append(sum(one == other for one, other in zip(before, after, strict=True)))
    same = f"{min(kept)} of {len(chapters)} chapters bit-identical"
    final = chapters[-1]
    final.write_text(final.read_text(encoding="utf-8") + "\nThe very last words.\n", encoding="utf-8")
    _, seen, ended = _events("render", book)
    last = max(when for when, event in seen if event.get("event") == "take-recorded")
    return [
        ("G2 one sentence edited → M4B", f"{statistics.median(walls):.2f} s", same, "8 s (3 s)"),
        ("G6 last take → book closed", f"{ended - last:.2f} s", "the last chapter's", "10 s (5 s)"),
    ]


def _close(book: Path, work: Path) -> list[Row]:
    """Mix, master and encode everything from the takes, beside the bare encoder on the same audio."""
    raw = work / "raw"
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir()
    _run(sys.executable, HERE / "to_raw.py", book, raw)
    ours, theirs = [], []
    for _ in range(2):
        shutil.rmtree(book / ".fullcast" / "encoded")
        shutil.rmtree(book / "output")
        ours.append(_time(lambda: _run(*FULLCAST, "export", book, "--quiet")))
        theirs.append(_time(lambda: _encode_alone(raw)))
    audio, own, other = _seconds_of(book), min(ours), min(theirs)
    return [
        (
            "G5 takes → mastered M4B",
            f"{own:.1f} s, {audio / own:.0f} x",
            f"encoder alone in 2 processes: {other:.1f} s, {audio / other:.0f} x",
            f"≤ 1.05 x, is {own / other:.2f} x",
        )
    ]


def _encode_alone(raw: Path) -> None:
    files = sorted(str(file) for file in raw.glob("*.raw"))
    alone = Path(__file__).parents[1] / "book" / "alone.py"
    children = []
    for number in range(2):
        share = raw / f"share{number}.json"
        share.write_text(json.dumps(files[number::2]))
        children.append(subprocess.Popen([sys.executable, alone, "encode", share], stdout=subprocess.DEVNULL))
    assert not any(child.wait() for child in children)


def _peers(book: Path, work: Path) -> list[Row]:
    """Finish one chapter as other tools do, and say what the book would take."""
    raw = min((work / "raw").glob("*.raw"))
    seconds = raw.stat().st_size / 2 / 44_100
    pcm = ["-f", "s16le", "-ar", "44100", "-ac", "1", "-i", str(raw)]
    quiet = ["ffmpeg", "-y", "-v", "error"]
    out = str(work / "peer.m4a")
    aac = ["-ar", "44100", "-c:a", "aac", "-b:a", "96k", out]
    loud, even = "loudnorm=I=-18:TP=-1.5", "agate,acompressor,highpass=f=60,dynaudnorm"
    chains = {
        "two-pass loudnorm, AAC": [
            [*quiet, *pcm, "-af", f"{loud}:print_format=json", "-f", "null", "-"],
            [*quiet, *pcm, "-af", loud, *aac],
        ],
        "dynaudnorm and filters, AAC (ebook2audiobook's way)": [[*quiet, *pcm, "-af", even, *aac]],
        "plain AAC (audiblez's way)": [[*quiet, *pcm, *aac]],
    }
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    rows: list[Row] = [("peers", version.stdout.splitlines()[0], f"on {seconds / 60:.1f} min, scaled", "")]
    audio = _seconds_of(book)
    for name, commands in chains.items():
        wall = min(_time(lambda: [_run(*command) for command in commands]) for _ in range(2))  # noqa: B023 - called at once
        rows.append((name, f"{seconds / wall:.0f} x", f"the book: {audio / seconds * wall:.0f} s", ""))
    return rows


if __name__ == "__main__":
    main()
