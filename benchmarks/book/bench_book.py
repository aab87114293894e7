"""Measure a whole book: wall time and memory of a render, beside eSpeak NG and the encoder alone.

    fullcast new holmes --from holmes.epub
    python benchmarks/book/bench_book.py holmes --processes 2

Renders the project from nothing (its store and its output are removed first), then once more with nothing
changed, then has the same texts spoken by the bare library and the same audio encoded by the bare encoder, in
as many processes. Prints one table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from memory import Peak, run_and_watch

from fullcast.engines.espeak.parameters import read_parameters
from fullcast.engines.espeak.session import as_plain_text
from fullcast.files.coded import decode
from fullcast.files.settings import read_settings
from fullcast.production.preparing import Choices, prepare

HERE = Path(__file__).parent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("project", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    project: Path = options.project
    for left in (".fullcast", "output", "fullcast.lock"):
        shutil.rmtree(project / left) if (project / left).is_dir() else (project / left).unlink(
            missing_ok=True
        )
    program = [sys.executable, "-m", "fullcast", "render", str(project), "--quiet"]
    wall, code, peak = run_and_watch([*program, "--jobs", str(options.processes)])
    again = min(run_and_watch(program)[0] for _ in range(5))
    with tempfile.TemporaryDirectory(dir=project / ".fullcast") as folder:
        spoken = _time("speak", _texts(project), options.processes, Path(folder))
        encoded = _time("encode", _audio(project, Path(folder)), options.processes, Path(folder))
    report = json.loads((project / "output" / "m4b" / "report.json").read_text(encoding="utf-8"))
    _print(report["duration"], (wall, code, again), (spoken, encoded), peak)


def _texts(project: Path) -> list[dict[str, object]]:
    """Return what eSpeak NG is asked for in a render: voice, parameters and text of every take."""
    prepared = prepare(project, Choices(engine="espeak"), read_settings())
    takes = {take.key: take for chapter in prepared.plan.chapters for take in chapter.takes}
    jobs: list[dict[str, object]] = []
    for take in takes.values():
        parameters = read_parameters(take.voice, [str(take.voice.engines["espeak"].get("variant", ""))])
        identifier = parameters.identifier(take.segment.language)
        jobs.append(
            {
                "voice": identifier,
                "parameters": parameters.at_pace(take.pace),
                "text": as_plain_text(take.segment.text),
            }
        )
    return jobs


def _audio(project: Path, folder: Path) -> list[str]:
    """Write the delivered audio as raw samples, a file a chapter."""
    import numpy as np

    names = []
    for number, file in enumerate(sorted((project / ".fullcast" / "encoded").glob("*.m4a"))):
        name = folder / f"{number}.raw"
        with name.open("wb") as stream:
            for audio in decode(file):
                stream.write((audio.samples[0] * 32_767).astype(np.int16).tobytes())
        names.append(str(name))
    return sorted(names, key=lambda name: -Path(name).stat().st_size)


def _time(
    what: str, jobs: list[object] | list[dict[str, object]] | list[str], count: int, folder: Path
) -> float:
    """Return the wall time of doing the jobs in some processes, shared out evenly."""
    children = []
    for number in range(count):
        share = folder / f"{what}{number}.json"
        share.write_text(json.dumps(jobs[number::count]), encoding="utf-8")
        children.append([sys.executable, str(HERE / "alone.py"), what, str(share)])
    began = time.perf_counter()
    running = [subprocess.Popen(child, stdout=subprocess.DEVNULL) for child in children]
    codes = [child.wait() for child in running]
    assert not any(codes), f"{what} failed"
    return time.perf_counter() - began


def _print(seconds: float, walls: tuple[float, int, float], alone: tuple[float, float], peak: Peak) -> None:
    wall, code, again = walls
    spoken, encoded = alone
    rows = [
        ("audio", f"{seconds / 3600:.2f} h"),
        ("render, wall", f"{wall:.1f} s, {seconds / wall:.0f} x real time, exit code {code}"),
        ("render, CPU of all processes", f"{sum(peak.cpu.values()):.1f} s"),
        ("eSpeak NG alone", f"{spoken:.1f} s"),
        ("encoder alone", f"{encoded:.1f} s"),
        ("wall / (eSpeak NG alone + encoder alone)", f"{wall / (spoken + encoded):.2f}"),
        ("second render, nothing changed", f"{again:.2f} s (best of 5)"),
        ("peak memory, sum of RSS", f"{peak.resident:.0f} MB"),
        ("peak memory, sum of PSS", f"{peak.proportional:.0f} MB"),
        *(
            (f"  {name}", f"{size:.0f} MB, {peak.cpu[name]:.1f} s CPU")
            for name, size in peak.processes.items()
        ),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        sys.stdout.write(f"{name:<{width}}  {value}\n")
    marks = [peak.timeline[len(peak.timeline) * part // 10] for part in range(10)]
    sys.stdout.write("sum of RSS over time: " + " ".join(f"{mb:.0f}" for _, mb in marks) + " MB\n")


if __name__ == "__main__":
    main()
