"""How well slots and batches are used on the lengths of a real book, and what a segment costs.

Lengths are those of the segments of a project, as it plans them. Slots: an autoregressive engine decodes
a token a step for each slot; a slot is useful while its item is not finished. Padding: a flow or vocoder
works on whole batches, each as long as its longest item. Overhead: an engine that makes batches of 8 at a
stated speed records a book through processes, checks and store.

    python benchmarks/scheduling/simulate.py PROJECT [--slots 32] [--overhead [--speed 300]]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from heapq import heappop, heappush
from pathlib import Path

from fullcast.batches import arrange, padding
from fullcast.engines.replicas import Crew, open_replicas
from fullcast.files.settings import read_settings
from fullcast.files.store import Store
from fullcast.model import Device, PlannedTake, Settings
from fullcast.production.preparing import Choices, prepare
from fullcast.production.recording import record_takes, request_of

TOKENS_A_SECOND = 25

ENGINE = '''
import time
from contextlib import contextmanager
import numpy as np
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording
from fullcast.model import Limits, Placement
from fullcast.units import Hertz

class Steady:
    """Makes a batch of 8 SPEED times as fast as it is heard."""
    name, revision = "steady", "1"
    limits = Limits(longest=2000, rate=Hertz(24000), batch=8, placement=Placement.IN_PROCESS)
    def check(self): pass
    @contextmanager
    def open(self, device, settings): yield self
    def record(self, requests):
        batch = []
        for request in requests:
            batch.append(request)
            if len(batch) == 8:
                yield from self.finish(batch); batch = []
        yield from self.finish(batch)
    def finish(self, batch):
        if not batch: return
        seconds = [max(0.5, len(item.text) / 14) for item in batch]
        until = time.perf_counter() + sum(seconds) / SPEED
        rng = np.random.default_rng(1)
        noise = rng.normal(0, 0.05, (1, int(24000 * max(seconds)))).astype(np.float32)
        time.sleep(max(0.0, until - time.perf_counter()))
        for item, length in zip(batch, seconds):
            yield item.id, Recording(audio=Audio(samples=noise[:, : int(24000 * length)], rate=Hertz(24000)))
'''


def naive_slots(lengths: list[int], slots: int) -> float:
    """Return the useful share where a batch runs until its longest item ends."""
    batches = [lengths[start : start + slots] for start in range(0, len(lengths), slots)]
    return sum(lengths) / sum(max(batch) * slots for batch in batches)


def refilled_slots(lengths: list[int], slots: int) -> float:
    """Return the useful share where a finished item makes room for the next at once."""
    running: list[int] = []
    for length in lengths:
        begins = heappop(running) if len(running) == slots else 0
        heappush(running, begins + length)
    return sum(lengths) / (max(running) * slots)


def show_slots(takes: list[PlannedTake], slots: int) -> None:
    """Print how slots and batches are used."""
    lengths = [max(1, round(TOKENS_A_SECOND * take.estimate)) for take in takes]
    print(f"{len(lengths)} segments, {sum(lengths) / TOKENS_A_SECOND / 3600:.2f} h, {slots} slots")
    print(f"| batches as they come | {100 * naive_slots(lengths, slots):.1f} % of slots useful |")
    print(f"| batches sorted by length | {100 * naive_slots(sorted(lengths)[::-1], slots):.1f} % |")
    print(f"| slots refilled as items finish | {100 * refilled_slots(lengths, slots):.1f} % |")
    for batch in (8, 16, 32):
        come = [takes[start : start + batch] for start in range(0, len(takes), batch)]
        ordered = list(arrange(takes, length=_length, batch=batch))
        near = [ordered[start : start + batch] for start in range(0, len(ordered), batch)]
        longest = sorted(takes, key=_length, reverse=True)
        whole = [longest[start : start + batch] for start in range(0, len(longest), batch)]
        shares = [100 * padding(batches, _length) for batches in (come, near, whole)]
        print(f"| padding, batches of {batch} | {shares[0]:.1f} % as they come | {shares[1]:.1f} % arranged "
              f"| {shares[2]:.1f} % over the whole book |")  # fmt: skip


def _length(take: PlannedTake) -> float:
    return take.estimate


def show_overhead(takes: list[PlannedTake], speed: float) -> None:
    """Print what a run costs beside an engine of a speed."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "steady_engine.py").write_text(f"SPEED = {speed}\n{ENGINE}")
        about = folder / "steady-1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: steady\nVersion: 1\n")
        (about / "entry_points.txt").write_text("[fullcast.speech]\nsteady = steady_engine:Steady\n")
        sys.path.insert(0, scratch)
        from fullcast.engines.registry import choose_speech_engine

        machine = Settings(jobs=1, cache_folder=folder / "cache")
        engine = choose_speech_engine("steady", machine).engine
        order = list(arrange(takes, length=_length, batch=8))
        with engine.open(Device(), machine) as session:
            begun = time.perf_counter()
            for _ in session.record(request_of(take, 0) for take in order):
                pass
            bare = time.perf_counter() - begun
        crew = Crew(engine="steady", devices=(Device(),), settings=machine, batch=8)
        with open_replicas(crew) as session:
            list(session.record(_first(order)))
            begun = time.perf_counter()
            for _ in session.record(request_of(take, 0) for take in order):
                pass
            elsewhere = time.perf_counter() - begun
        begun = time.perf_counter()
        with closing(record_takes(engine, order, Store(folder / "takes"), machine)) as results:
            next(results)
            opened = time.perf_counter() - begun
            kept = 1 + sum(1 for _ in results)
        whole = time.perf_counter() - begun - opened
    each = 1000 * bare / kept
    print(f"{kept} segments, an engine of {speed:g} x real time that needs {each:.2f} ms for each")
    print(f"| opening it and recording the first | {opened:.2f} s |")
    print(f"| the engine by itself | {bare:.2f} s |")
    print(f"| in a process of its own | {elsewhere:.2f} s, {100 * bare / elsewhere:.1f} % of its speed |")
    print(f"| recorded: judged, encoded, stored | {whole:.2f} s, {100 * bare / whole:.1f} % |")
    print(f"| a segment costs beside its engine | {1000 * (whole - bare) / kept:.2f} ms |")


def _first(takes: list[PlannedTake]) -> Iterator[object]:
    return (request_of(take, 0) for take in takes[:8])


def main() -> None:
    """Print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--overhead", action="store_true")
    parser.add_argument("--speed", type=float, default=300.0)
    parser.add_argument("--segments", type=int, default=2_000)
    options = parser.parse_args()
    prepared = prepare(options.project, Choices(engine="tone"), read_settings())
    takes = [take for chapter in prepared.plan.chapters for take in chapter.takes]
    unique = list({take.key: take for take in takes}.values())
    show_slots(unique, options.slots)
    if options.overhead:
        random.Random(1).shuffle(unique)
        show_overhead(unique[: options.segments], options.speed)


if __name__ == "__main__":
    main()
