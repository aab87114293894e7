"""How fast mixing, measuring and limiting are on one core, stage by stage, and what memory they hold.

Run it with the project's Python: ``python benchmarks/mastering/bench_mix.py``. Stages are interleaved, so
that a busy machine slows all of them alike; figures are CPU time, minimum and median of the repeats. The last
rows are the whole way of a chapter: mix, measure, mix again with the gain, limit, measure the result.
"""

from __future__ import annotations

import os

# Threads of a matrix library would hide work from a figure "on one core".
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.edit import resample
from fullcast.audio.loudness import Meter
from fullcast.audio.master import master_blocks, plan_gain
from fullcast.audio.mix import BLOCK, mix_blocks, mix_chapter
from fullcast.audio.signal import Audio
from fullcast.model import Mixing, Placed, Stem, Target, Timeline
from fullcast.units import MIX_RATE, Decibels, Samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

CEILING = Decibels(-2.1)
TAKE_RATE = 24_000


def memory(what: str) -> float:
    """Return the memory of this process in MB: ``VmRSS`` now, ``VmHWM`` at its highest."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith(what)).split()[1]) / 1024


IMPORTED = memory("VmRSS")


def make_take(seconds: float, seed: int) -> Audio:
    """Return noise with the syllables and the crest of speech."""
    chance, length = np.random.default_rng(seed), round(seconds * TAKE_RATE)
    syllables = np.maximum(0.0, np.sin(np.arange(length) * (2.0 * np.pi * 3.7 / TAKE_RATE))) ** 2
    wave = chance.standard_normal(length) * syllables * 0.12 * chance.uniform(0.6, 1.4)
    return Audio(samples=wave[None].astype(np.float32), rate=TAKE_RATE)


TAKES = {f"take{seed}": make_take(3.0, seed) for seed in range(8)}
BED = Audio(
    samples=np.random.default_rng(99).standard_normal((2, 40 * MIX_RATE), np.float32) * np.float32(0.02),
    rate=MIX_RATE,
)


def read(placed: Placed) -> Audio:
    """Give a source, as if it had just been decoded."""
    return TAKES.get(placed.file.name, BED)


def make_timeline(seconds: float, *, bed: bool) -> Timeline:
    """Return takes of 3 s with pauses of 0.5 s, over a bed or not."""
    length, grid, spoken = round(seconds * MIX_RATE), round(3.5 * MIX_RATE), 3 * MIX_RATE
    placed = [
        place(f"take{number % 8}", start, min(spoken, length - start), fade_in=132, fade_out=529)
        for number, start in enumerate(range(0, length, grid))
    ]
    speech = tuple((item.start, Samples(item.start + item.length)) for item in placed)
    if bed:
        sound = {"stem": Stem.AMBIENCE, "loop": True, "duck": True, "fade_in": 88_200, "fade_out": 88_200}
        placed.append(place("bed", 0, length, **sound))
    return Timeline(length=Samples(length), placed=tuple(placed), speech=speech)


def place(name: str, start: int, length: int, **changes: object) -> Placed:
    """Return a placed source."""
    values = {"file": Path(name), "digest": name, "stem": Stem.SPEECH, **changes}
    return Placed(start=Samples(start), length=Samples(length), **values)


def consume(blocks: Iterable[Signal], meter: Meter | None = None) -> None:
    """Go through blocks, measuring them where a meter is given."""
    for block in blocks:
        if meter is not None:
            meter.add(block)


def whole_way(timeline: Timeline, channels: int) -> None:
    """Bring a chapter to -18 LUFS, as production does."""
    meter = Meter(MIX_RATE, channels)
    consume(mix(timeline, channels), meter)
    gain = plan_gain(meter.profile(), Target(level=-18.0), CEILING)
    final = Meter(MIX_RATE, channels)
    consume(master_blocks(mix(timeline, channels, gain), CEILING), final)


def mix(timeline: Timeline, channels: int, gain: Decibels = Decibels(0.0)) -> Iterator[Signal]:
    """Return the blocks of a chapter."""
    stems = mix_chapter(timeline, channels=channels, mixing=Mixing(), read=read)
    return mix_blocks(stems, room_tone=Mixing().room_tone, gain=gain)


def stages(seconds: float) -> dict[str, Callable[[], None]]:
    """Return what is measured, by name."""
    speech, drama = make_timeline(seconds, bed=False), make_timeline(seconds, bed=True)
    mixed = [*mix(speech, 1)]
    loud = [block * np.float32(2.5) for block in mixed]
    takes = [TAKES[f"take{number % 8}"] for number in range(round(seconds / 3.5))]

    def resampling() -> None:
        for take in takes:
            resample(take, MIX_RATE)

    return {
        "resample takes 24k to 44.1k": resampling,
        "mix, mono speech (with resampling)": lambda: consume(mix(speech, 1)),
        "mix, stereo with ducked bed": lambda: consume(mix(drama, 2)),
        "measure, mono": lambda: consume(mixed, Meter(MIX_RATE, 1)),
        "limit, mono, nothing to do": lambda: consume(master_blocks(mixed, Decibels(6.0))),
        "limit, mono, peaks 6 dB over": lambda: consume(master_blocks(loud, CEILING)),
        "whole way, mono speech": lambda: whole_way(speech, 1),
        "whole way, stereo with bed": lambda: whole_way(drama, 2),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--repeats", type=int, default=7)
    chosen = parser.parse_args()
    print(f"memory after imports: {IMPORTED:.0f} MB; block {BLOCK / MIX_RATE:.1f} s")
    work = stages(chosen.seconds)
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(chosen.repeats):
        for name, run in work.items():
            begin = time.process_time()
            run()
            times[name].append((time.process_time() - begin) / chosen.seconds)
    print(f"{'stage':38} {'ms/s min':>9} {'median':>8} {'x real time':>12}")
    for name, spent in times.items():
        best, middle = min(spent) * 1e3, statistics.median(spent) * 1e3
        print(f"{name:38} {best:9.3f} {middle:8.3f} {1e3 / middle:12,.0f}")
    print(f"highest memory: {memory('VmHWM'):.0f} MB")


if __name__ == "__main__":
    main()
