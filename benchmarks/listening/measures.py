"""What can be measured on a chapter that a listener would notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from heard import Heard, SpokenTake, to_time
from numpy.typing import NDArray
from scipy.signal import lfilter

from fullcast.audio.filters import Cascade, make_k_weighting
from fullcast.audio.loudness import measure_loudness
from fullcast.audio.signal import Audio
from fullcast.model import LineKind, Stem
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

Curve = NDArray[np.float64]

STEP = MIX_RATE // 10
FLOOR = -100.0


def weigh(samples: Signal) -> Curve:
    """Return the K-weighted energy of each 100 ms, summed over the channels."""
    whole = samples.shape[1] // STEP * STEP
    weighted = Cascade(make_k_weighting(MIX_RATE), len(samples)).filter(_padded(samples))[:, :whole]
    steps: Curve = (weighted.astype(np.float64) ** 2).reshape(len(samples), -1, STEP).mean(axis=2).sum(axis=0)
    return steps


def _padded(samples: Signal) -> Signal:
    """Return a signal of whole frames, which the filter asks for."""
    frame = 4096
    return np.pad(samples, ((0, 0), (0, -samples.shape[1] % frame)))


def to_loudness(energy: Curve | float) -> Curve:
    """Return LUFS of energies."""
    level: Curve = -0.691 + 10.0 * np.log10(np.maximum(energy, 1e-12))
    return np.maximum(level, FLOOR)


def slide(steps: Curve, count: int) -> Curve:
    """Return the running mean over neighbouring steps, as long as the input."""
    mean: Curve = np.convolve(steps, np.ones(count) / count, mode="same")
    return mean


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLevel:
    """How a line stands against what sounds under it."""

    number: int
    speaker: str
    voice: str
    text: str
    start: int
    end: int
    speech: float
    """Ungated loudness of the speech stem over the line, LUFS."""
    beds: float
    """Likewise of everything else."""
    worst: float
    """Smallest difference in any 400 ms in which the line is spoken loudly enough to count, in LU."""

    @property
    def ratio(self) -> float:
        """Speech above everything else, in LU."""
        return self.speech - self.beds


def level_lines(heard: Heard) -> list[LineLevel]:
    """Return how each line stands against what sounds under it."""
    speech, beds = weigh(heard.stems[Stem.SPEECH]), weigh(heard.beds)
    texts = {item.line.id: item for item in heard.spoken}
    levels = []
    for number, time in enumerate(heard.timeline.lines):
        item = texts[time.line]
        first, last = time.start // STEP, max(time.start // STEP + 1, time.end // STEP)
        said, under = speech[first:last], beds[first:last]
        levels.append(
            LineLevel(
                number=number,
                speaker=item.planned.speaker,
                voice=item.planned.voice.name,
                text=item.line.text,
                start=time.start,
                end=time.end,
                speech=float(to_loudness(said.mean())),
                beds=float(to_loudness(under.mean())),
                worst=_worst(said, under),
            )
        )
    return levels


def _worst(said: Curve, under: Curve) -> float:
    if len(said) < 4:
        return float(to_loudness(said.mean()) - to_loudness(under.mean()))
    said, under = slide(said, 4)[2:-2], slide(under, 4)[2:-2]
    loud = said > said.mean() / 10.0 if said.size else said > 0
    if not loud.any():
        return float("inf")
    return float((to_loudness(said) - to_loudness(under))[loud].min())


def level_voices(heard: Iterable[Heard]) -> dict[str, tuple[float, float, float, int]]:
    """Return loudness, spread over the lines, seconds and lines of each voice, over several chapters."""
    parts: dict[str, list[Signal]] = defaultdict(list)
    lines: dict[str, list[float]] = defaultdict(list)
    for chapter in heard:
        speech = chapter.stems[Stem.SPEECH]
        for item in chapter.spoken:
            start = item.placed.start
            parts[item.planned.speaker].append(speech[:, start : start + item.placed.length])
        for level in level_lines(chapter):
            lines[level.speaker].append(level.speech)
    return {
        name: (
            float(measure_loudness(Audio(samples=np.concatenate(own, axis=1), rate=MIX_RATE))),
            float(np.std(lines[name])),
            sum(part.shape[1] for part in own) / MIX_RATE,
            len(lines[name]),
        )
        for name, own in parts.items()
    }


def kind_of_pause(before: SpokenTake, after: SpokenTake) -> str:
    """Return what stands between two takes."""
    if before.line.id != after.line.id and after.line.pause_before is not None:
        return "directive"
    if before.line.id == after.line.id:
        return "sentence" if before.planned.segment.ends_sentence else "clause"
    if before.line.kind is LineKind.TITLE:
        return "title"
    if before.line.scene != after.line.scene:
        return "scene"
    if before.line.paragraph != after.line.paragraph:
        return "paragraph"
    return "line" if before.planned.segment.ends_sentence else "line, mid-sentence"


def list_pauses(heard: Heard) -> dict[str, list[float]]:
    """Return the seconds between takes by kind."""
    pauses: dict[str, list[float]] = defaultdict(list)
    for before, after in pairwise(heard.spoken):
        gap = after.placed.start - before.placed.start - before.placed.length
        pauses[kind_of_pause(before, after)].append(gap / MIX_RATE)
    return pauses


def list_pauses_inside(heard: Heard, *, shortest: float = 0.12) -> list[float]:
    """Return the seconds of near-silence inside takes: the pauses that the engine itself makes."""
    speech = heard.stems[Stem.SPEECH]
    found: list[float] = []
    for item in heard.spoken:
        own = speech[:, item.placed.start : item.placed.start + item.placed.length]
        found += [length for _, length in quiet_runs(own, level=-50.0) if length >= shortest]
    return found


def quiet_runs(samples: Signal, *, level: float, frame: float = 0.01) -> list[tuple[float, float]]:
    """Return start and length, in seconds, of the stretches whose 10 ms frames stay under a level in dBFS."""
    size = round(frame * MIX_RATE)
    whole = samples.shape[1] // size * size
    power = (samples[:, :whole].astype(np.float64) ** 2).mean(axis=0).reshape(-1, size).mean(axis=1)
    quiet = np.concatenate([[False], 10 * np.log10(power + 1e-12) < level, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(int)))
    return [(float(a) * frame, float(b - a) * frame) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def zero_runs(samples: Signal, *, shortest: float = 0.01) -> list[tuple[int, int]]:
    """Return where, and for how many samples, every channel is exactly zero."""
    silent = np.concatenate([[False], (samples == 0.0).all(axis=0), [False]])
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    least = shortest * MIX_RATE
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A place where the signal jumps as its surroundings do not."""

    at: int
    ratio: float
    """Jump against the usual one of the 40 ms around it."""
    level: float
    """Size of the jump in dBFS."""

    def __str__(self) -> str:
        return f"{to_time(self.at)} x{self.ratio:.0f} {self.level:.0f} dB"


def find_clicks(samples: Signal, *, ratio: float = 25.0, level: float = -50.0) -> list[Click]:
    """Return jumps that stand out: large against the mean of the second difference around them.

    A plosive rises over milliseconds and carries its surroundings along; a join that clicks is one sample
    wide. The surroundings are 40 ms before the place: what follows a click is not its fault.
    """
    jumps = np.abs(np.diff(samples.mean(axis=0).astype(np.float64), n=2, prepend=0.0, append=0.0))
    window = round(0.04 * MIX_RATE)
    forget = 1.0 - 1.0 / window
    before = lfilter([1.0 - forget], [1.0, -forget], jumps)
    after = lfilter([1.0 - forget], [1.0, -forget], jumps[::-1])[::-1]
    around = np.maximum(np.roll(before, 3), np.roll(after, -3)) + 1e-6
    outstanding = jumps / around
    found: list[Click] = []
    for at in np.flatnonzero((outstanding > ratio) & (jumps > 10 ** (level / 20.0))):
        if not found or at - found[-1].at > window:
            found.append(
                Click(at=int(at), ratio=float(outstanding[at]), level=float(20 * np.log10(jumps[at])))
            )
    return found


def count_clipped(samples: Signal) -> int:
    """Return how many samples stand at full scale, or in flat tops of three and more near it."""
    peak = np.abs(samples)
    flat = (peak[:, 2:] == peak[:, 1:-1]) & (peak[:, 1:-1] == peak[:, :-2]) & (peak[:, 1:-1] > 0.7)
    return int((peak >= 0.9999).sum() + flat.sum())
