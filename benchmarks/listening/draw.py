"""Pictures of a chapter: who speaks when, what sounds beneath, what the finished file looks like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from heard import Heard, SpokenTake, to_time
from measures import STEP, Curve, slide, to_loudness, weigh
from scipy.signal import spectrogram

from fullcast.model import Stem
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from fullcast.audio.signal import Signal

_COLOURS = ("#1f4e79", "#c0392b", "#1e8449", "#b9770e", "#7d3c98", "#117a65", "#5d6d7e", "#a04000")
_LANES = {Stem.AMBIENCE: "#a9d5b5", Stem.EFFECTS: "#e8a79f", Stem.MUSIC: "#cdb0dd"}


def draw_chapter(heard: Heard, file: Path, *, begins: float = 0.0, ends: float | None = None) -> None:
    """Draw a chapter, or a stretch of it, in four rows: waveform, loudness, lanes, spectrogram.

    Args:
        heard: The chapter.
        file: PNG to write.
        begins: First second.
        ends: Last second; None is the end.
    """
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams["font.family"] = ["DejaVu Sans"]
    length = heard.timeline.length / MIX_RATE
    ends = min(length, ends or length)
    figure, rows = plt.subplots(4, 1, figsize=(20, 13), sharex=True, height_ratios=[2, 2, 2, 2.4])
    figure.suptitle(f"chapter {heard.number}, {begins:.1f} to {ends:.1f} s of {length:.1f} s")
    _draw_wave(rows[0], heard, begins, ends)
    _draw_loudness(rows[1], heard, begins, ends)
    _draw_lanes(rows[2], heard, begins, ends)
    _draw_spectrum(rows[3], heard.finished, begins, ends)
    rows[3].set_xlim(begins, ends)
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    plt.close(figure)


def _draw_wave(row: Axes, heard: Heard, begins: float, ends: float) -> None:
    """Draw the finished file, coloured by speaker."""
    names = sorted({item.planned.speaker for item in heard.spoken})
    first, last = round(begins * MIX_RATE), round(ends * MIX_RATE)
    size = max(64, (last - first) // 4000)
    _draw_band(row, heard.finished, (first, last), "#b8b8b8", size)
    for index, name in enumerate(names):
        colour = _COLOURS[index % len(_COLOURS)]
        row.plot([], [], color=colour, label=_plain(name, "speaker", index))
        for item in heard.spoken:
            start = max(first, item.placed.start)
            end = min(last, item.placed.start + item.placed.length)
            if item.planned.speaker == name and start < end:
                _draw_band(row, heard.finished, (start // size * size, end), colour, size)
    row.legend(loc="upper right", ncols=len(names), fontsize=8)
    row.set_ylim(-1, 1)
    row.set_ylabel("delivered file")


def _draw_band(row: Axes, samples: Signal, span: tuple[int, int], colour: str, size: int) -> None:
    """Draw the extremes of each few samples: both channels, peaks and all."""
    part = samples[:, span[0] : span[1]]
    if size == 64:
        time = (span[0] + np.arange(part.shape[1])) / MIX_RATE
        row.plot(time, part.mean(axis=0), color=colour, linewidth=0.6)
        return
    shaped = np.pad(part, ((0, 0), (0, -part.shape[1] % size))).reshape(len(part), -1, size)
    time = (span[0] + size * np.arange(shaped.shape[1])) / MIX_RATE
    row.fill_between(time, shaped.min(axis=(0, 2)), shaped.max(axis=(0, 2)), color=colour, linewidth=0.2)


def _draw_loudness(row: Axes, heard: Heard, begins: float, ends: float) -> None:
    """Draw the loudness of each stem: momentary, and of speech short-term too."""
    curves = (
        ("speech", heard.layer(Stem.SPEECH), "#1f4e79"),
        ("beds", heard.layer(Stem.AMBIENCE), "#1e8449"),
        ("effects", heard.layer(Stem.EFFECTS), "#c0392b"),
        ("music", heard.layer(Stem.MUSIC), "#7d3c98"),
    )
    for name, samples, colour in curves:
        energy = weigh(samples)
        time = np.arange(len(energy)) * STEP / MIX_RATE
        row.plot(time, to_loudness(slide(energy, 4)), color=colour, linewidth=0.9, label=f"{name}, 400 ms")
    row.set_ylim(-75, -8)
    row.set_xlim(begins, ends)
    row.grid(visible=True, alpha=0.3)
    row.legend(loc="lower right", ncols=4, fontsize=8)
    row.set_ylabel("stems, LUFS before master")


def _draw_lanes(row: Axes, heard: Heard, begins: float, ends: float) -> None:
    """Draw what the timeline holds, and words at their places where there is room for them."""
    for item in heard.spoken:
        start, length = item.placed.start / MIX_RATE, item.placed.length / MIX_RATE
        row.barh(0, length, left=start, height=0.7, color="#9fb8d0", edgecolor="black", linewidth=0.3)
        if ends - begins < 40:
            _write_words(row, item, begins)
    number = 0
    for sound in heard.sounds:
        start, length = sound.placed.start / MIX_RATE, sound.placed.length / MIX_RATE
        if start + length < begins or start > ends:
            continue
        number += 1
        colour = _LANES[sound.placed.stem]
        row.barh(number, length, left=start, height=0.8, color=colour, edgecolor="black", linewidth=0.4)
        label = f" {_plain(sound.cue.cue.sound, 'sound', number)} {to_time(sound.placed.start)}"
        row.text(max(start, begins), number, label, fontsize=8, clip_on=True)
    row.set_yticks([])
    row.set_ylabel("timeline")


def _plain(name: str, kind: str, number: int) -> str:
    """Return a name as the font can write it."""
    return name if name.isascii() else f"{kind} {number}"


def _write_words(row: Axes, item: SpokenTake, begins: float) -> None:
    origin = item.placed.start / MIX_RATE - item.take.begins / item.take.rate
    text = item.planned.segment.text
    for index, word in enumerate(item.take.words):
        at = origin + word.begins
        if at >= begins and text[word.start : word.end].isascii():
            row.text(at, -0.35 + 0.35 * (index % 3), text[word.start : word.end], fontsize=7, clip_on=True)


def _draw_spectrum(row: Axes, samples: Signal, begins: float, ends: float) -> None:
    part = samples[:, round(begins * MIX_RATE) : round(ends * MIX_RATE)].mean(axis=0)
    size = 2048 if ends - begins > 10 else 1024
    step = max(size // 4, len(part) // 3000)
    bands, time, power = spectrogram(part, MIX_RATE, nperseg=size, noverlap=max(0, size - step))
    level: Curve = 10 * np.log10(power + 1e-14)
    row.pcolormesh(time + begins, bands / 1000, level, vmin=-120, vmax=-40, cmap="magma", shading="auto")
    row.set_ylabel("kHz")
    row.set_xlabel("s")
