"""Listen to a rendered book without ears: tables of what can be measured, pictures of what can be seen.

``python benchmarks/listening/listen.py projects/lantern --draw FOLDER``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from draw import draw_chapter
from heard import Heard, hear, to_time
from measures import (
    LineLevel,
    count_clipped,
    find_clicks,
    level_lines,
    level_voices,
    list_pauses,
    list_pauses_inside,
    quiet_runs,
    to_loudness,
    weigh,
    zero_runs,
)

from fullcast.audio.loudness import measure
from fullcast.audio.signal import Audio
from fullcast.model import Stem
from fullcast.units import MIX_RATE

LEAST = 12.0
"""LU that speech must stand above everything else, line by line, to be followed without effort."""


def describe(heard: Heard, *, every_line: bool) -> list[LineLevel]:
    """Print what was measured on a chapter; return its lines."""
    print(f"\n== chapter {heard.number} “{heard.title}”, {heard.file.name}")
    _print_file(heard)
    lines = level_lines(heard)
    _print_lines(lines, every_line=every_line)
    _print_pauses(heard)
    _print_sounds(heard)
    _print_clicks(heard)
    return lines


def _print_file(heard: Heard) -> None:
    figures = measure(Audio(samples=heard.finished, rate=MIX_RATE))
    offset = 20 * np.log10(np.abs(heard.finished.mean(axis=1)).max() + 1e-12)
    print(
        f"{figures.duration:.2f} s, {figures.loudness:.2f} LUFS, true peak {figures.true_peak:.2f} dBTP, "
        f"RMS {figures.rms:.1f} dB, floor {figures.noise_floor:.1f} dB, DC {offset:.0f} dB, "
        f"clipped {count_clipped(heard.finished)}"
    )
    first, last = heard.timeline.speech[0][0], heard.timeline.speech[-1][1]
    tail = (heard.timeline.length - last) / MIX_RATE
    quiet = sorted(quiet_runs(heard.finished, level=-60.0), key=lambda run: -run[1])[:3]
    print(
        f"first word at {to_time(first)}, {tail:.2f} s after the last; zeros over 10 ms: "
        f"{len(zero_runs(heard.finished))}; longest stretches under -60 dBFS: "
        + ", ".join(f"{length:.2f} s at {to_time(round(at * MIX_RATE))}" for at, length in quiet)
    )


def _print_lines(lines: Sequence[LineLevel], *, every_line: bool) -> None:
    ratios = sorted(line.ratio for line in lines)
    print(
        f"speech above the rest, LU: least {ratios[0]:.1f}, median {median(ratios):.1f}, "
        f"most {ratios[-1]:.1f}; 400 ms at worst {min(line.worst for line in lines):.1f}"
    )
    for line in lines:
        if every_line or line.ratio < LEAST or line.worst < LEAST / 2:
            mark = "!!" if line.ratio < LEAST else " !" if line.worst < LEAST / 2 else "  "
            print(
                f"{mark} {to_time(line.start)} {line.speaker:11} {line.speech:6.1f} "
                f"{line.beds:6.1f} {line.ratio:5.1f} {line.worst:5.1f}  {line.text[:64]}"
            )


def _print_pauses(heard: Heard) -> None:
    for kind, gaps in sorted(list_pauses(heard).items()):
        print(f"pause, {kind}: {len(gaps)} of {min(gaps):.2f} to {max(gaps):.2f} s")
    inside = list_pauses_inside(heard)
    if inside:
        longest = f"median {median(inside):.2f}, longest {max(inside):.2f} s"
        print(f"pauses inside takes: {len(inside)}, {longest}")


def _print_sounds(heard: Heard) -> None:
    speech = weigh(heard.stems[Stem.SPEECH])
    usual = float(to_loudness(speech[speech > speech.mean() / 10].mean()))
    for item in heard.sounds:
        start, end = item.placed.start, item.placed.start + item.placed.length
        energy = weigh(heard.layer(item.placed.stem)[:, start:end])
        loudest = float(to_loudness(energy.max(initial=1e-12))) - usual
        print(
            f"{item.placed.stem:9} {to_time(start)}-{to_time(end)} {item.cue.cue.sound[:34]:34} "
            f"loudest 100 ms of the stem {loudest:+.1f} LU to speech; “{_phrase(heard, item.cue.start)}”"
        )


def _phrase(heard: Heard, offset: int) -> str:
    return " ".join(heard.source[offset : offset + 40].split())


def _print_clicks(heard: Heard) -> None:
    joins = np.array(
        [
            edge
            for item in heard.spoken
            for edge in (item.placed.start, item.placed.start + item.placed.length)
        ]
    )
    for name, samples in [("delivered", heard.finished), *heard.stems.items()]:
        clicks = find_clicks(samples)
        if clicks:
            near = sum(np.abs(joins - click.at).min() < 0.005 * MIX_RATE for click in clicks)
            worst = sorted(clicks, key=lambda click: -click.ratio)[:4]
            print(f"jumps in {name}: {len(clicks)}, {near} at joins: {', '.join(map(str, worst))}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--chapter", type=int, action="append", default=[])
    parser.add_argument("--lines", action="store_true", help="print every line, not only doubtful ones")
    parser.add_argument("--draw", type=Path, help="folder for pictures")
    parser.add_argument("--zoom", type=float, nargs=2, help="draw these seconds only")
    asked = parser.parse_args()
    chapters = []
    for heard in hear(asked.project, frozenset(asked.chapter)):
        describe(heard, every_line=asked.lines)
        if asked.draw:
            asked.draw.mkdir(parents=True, exist_ok=True)
            begins, ends = asked.zoom or (0.0, None)
            name = f"{asked.project.resolve().name}-{heard.number}-{begins:.0f}.png"
            draw_chapter(heard, asked.draw / name, begins=begins, ends=ends)
        chapters.append(heard)
    print("\nvoice        LUFS   spread of lines   seconds  lines")
    for name, (loudness, spread, seconds, count) in sorted(level_voices(chapters).items()):
        print(f"{name:11} {loudness:6.2f}   {spread:5.2f}            {seconds:7.1f}  {count:4}")


if __name__ == "__main__":
    main()
