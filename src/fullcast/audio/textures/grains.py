"""Short sounds, and their placing: drops, clicks, blows, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from fullcast.audio.textures.noise import Colour, make_noise
from fullcast.audio.textures.stage import RATE, Floats, Stage

Mode: TypeAlias = tuple[float, float, float]
"""One resonance: hertz, seconds until it is 60 dB down, amplitude."""

_LN_1000 = 6.9078
_ATTACK = 0.0008
_HIGHEST = 18_000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Note:
    """A sound at a place."""

    start: float
    """Seconds."""
    sound: Floats
    """Mono or stereo."""
    gain: float = 1.0
    pan: float = 0.0
    """From left (-1) to right (1)."""


def lay(notes: Iterable[Note], length: int) -> Floats:
    """Return the notes laid on a circle of ``length`` samples: what rings over the end begins anew.

    Shape:
        ``[2, length]``, float32.
    """
    laid = list(notes)
    longest = max((note.sound.shape[-1] for note in laid), default=0)
    paper = np.zeros((2, length + longest), dtype=np.float32)
    for note in laid:
        begin = int(note.start * RATE) % length
        angle = (note.pan + 1.0) * np.pi / 4.0
        left, right = note.sound if note.sound.ndim == 2 else (note.sound, note.sound)
        end = begin + left.shape[0]
        paper[0, begin:end] += np.float32(note.gain * np.cos(angle) * np.sqrt(2.0)) * left
        paper[1, begin:end] += np.float32(note.gain * np.sin(angle) * np.sqrt(2.0)) * right
    circle = paper[:, :length].copy()
    for begin in range(length, length + longest, length):
        rest = paper[:, begin : begin + length]
        circle[:, : rest.shape[1]] += rest
    return circle


def ring(modes: Sequence[Mode], seconds: float, attack: float = _ATTACK) -> Floats:
    """Return decaying sines: what a struck thing sings.

    Args:
        modes: Resonances; those above hearing are left out.
        seconds: Length; the end is faded so that it never cuts.
        attack: Seconds over which the blow rises.

    Shape:
        ``[samples]``, float32.
    """
    time = np.arange(int(seconds * RATE)) / RATE
    total = np.zeros(len(time))
    for hertz, decay, amplitude in modes:
        if hertz < _HIGHEST:
            # Each mode is computed until it is 84 dB down: high partials are gone long before the hum.
            part = time[: int(1.4 * decay * RATE)]
            sine = np.sin(2.0 * np.pi * hertz * part)
            total[: len(part)] += amplitude * np.exp(-_LN_1000 / decay * part) * sine
    total *= 1.0 - np.exp(-time / attack * 3.0)
    return fade(total, 0.0, min(0.05, seconds / 4)).astype(np.float32)


def fade(signal: Floats, begin: float, end: float) -> Floats:
    """Return the signal with raised-cosine fades of so many seconds at its ends."""
    shaped = signal.copy()
    count = signal.shape[-1]
    for seconds, reverse in ((begin, False), (end, True)):
        length = min(count, int(seconds * RATE))
        if length:
            ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)
            part = slice(count - length, count) if reverse else slice(0, length)
            shaped[..., part] *= (ramp[::-1] if reverse else ramp).astype(signal.dtype)
    return shaped


def burst(stage: Stage, colour: Colour, attack: float, decay: float) -> Floats:
    """Return a breath of coloured noise: rises within ``attack`` seconds, 60 dB down after ``decay``.

    Shape:
        ``[samples]``, float32, peak about 1.
    """
    length = max(64, int((attack + decay) * RATE))
    time = np.arange(length) / RATE
    shape = (1.0 - np.exp(-3.0 * time / attack)) * np.exp(-_LN_1000 * time / decay)
    sound = make_noise(stage, colour, length) * (shape / np.max(shape)).astype(np.float32)
    return fade(sound * np.float32(0.35), 0.0, decay / 6)


def bubble(hertz: float, decay: float, rise: float = 0.15) -> Floats:
    """Return the sound of an air bubble under water: a short sine that rises as the bubble nears the surface.

    Args:
        hertz: Minnaert frequency; about 3.26 m/s divided by the radius.
        decay: Seconds to 60 dB down.
        rise: How far the pitch has risen at the end of ``decay``, as a part of ``hertz``.

    Source:
        K. van den Doel, Physically based models for liquid sounds, ACM TAP 2(4), 2005, section 3.
    """
    time = np.arange(int(decay * 1.2 * RATE) + 32) / RATE
    turns = hertz * (time + 0.5 * rise * np.square(time) / decay)
    shape = np.exp(-_LN_1000 * time / decay) * (1.0 - np.exp(-time / 0.0007))
    return fade((shape * np.sin(2.0 * np.pi * turns)).astype(np.float32), 0.0, decay / 5)


def arrivals(stage: Stage, rate: float) -> Floats:
    """Return times of a Poisson process with ``rate`` arrivals a second over the stage's circle."""
    count = int(stage.random.poisson(rate * stage.seconds))
    return np.sort(stage.random.uniform(0.0, stage.seconds, count))


def beats(stage: Stage, period: float, jitter: float, tail: float) -> list[float]:
    """Return the times of a rhythm: whole periods around a loop, else until ``tail`` before the end.

    Args:
        stage: Length and randomness.
        period: Seconds from beat to beat, fitted to the circle of a loop.
        jitter: Deviation of each beat, as a part of the period.
        tail: Seconds that the last beat needs to die away.
    """
    room = stage.seconds if stage.loop else max(0.0, stage.seconds - tail)
    count = max(1, round(room / period) if stage.loop else int(room / period) + 1)
    step = stage.seconds / count if stage.loop else period
    offsets = stage.random.standard_normal(count) * jitter * period
    if not stage.loop:
        offsets[0] = abs(offsets[0])
    # A loop begins between two beats: the seam is the wrong place for a blow.
    first = stage.uniform(0.25, 0.6) * step if stage.loop else 0.02
    return [max(0.0, first + index * step + float(offset)) for index, offset in enumerate(offsets)]
