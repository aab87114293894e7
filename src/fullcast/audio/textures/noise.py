"""Noise with a chosen spectrum, and slow chance: everything is circular, so it loops without a seam."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from scipy import fft

from fullcast.audio.textures.stage import RATE, Floats, Stage

Colour: TypeAlias = tuple[tuple[float, float], ...]
"""A spectrum as corners ``(hertz, decibels)`` with straight lines between them over log frequency."""

_GRID = 400
_LOWEST = 10.0
_SKIRT = 12.0
"""Decibels an octave by which a colour falls beyond its first and last corner: nothing natural ends flat."""
_CONTROL = 50.0
_CONTROLS_PER_TIME = 16.0


def draw_curve(length: int, colour: Colour) -> Floats:
    """Return a colour as amplitudes of the bins of a real transform of ``length`` samples; zero at 0 Hz.

    Shape:
        ``[length // 2 + 1]``, float32.
    """
    grid = np.geomspace(_LOWEST, RATE / 2, _GRID)
    corners = np.array([corner for corner, _ in colour], dtype=np.float64)
    decibels = np.interp(np.log(grid), np.log(corners), [level for _, level in colour])
    outside = np.maximum(np.log2(corners[0] / grid), np.log2(grid / corners[-1]))
    decibels -= _SKIRT * np.maximum(0.0, outside)
    amplitudes = 10.0 ** (decibels / 20.0)
    curve: Floats = np.interp(
        np.arange(length // 2 + 1) * (RATE / length),
        np.concatenate([[0.0], grid]),
        np.concatenate([[0.0], amplitudes]),
    ).astype(np.float32)
    return curve


def make_noise(stage: Stage, colour: Colour, length: int | None = None) -> Floats:
    """Return mono noise with a spectrum, at an RMS of 1.

    Args:
        stage: Randomness and length.
        colour: Spectrum.
        length: Another length than the stage's, for a piece that is not closed to a circle.

    Shape:
        ``[samples]``, float32.
    """
    count = stage.length if length is None else fft.next_fast_len(length, real=True)
    bins = count // 2 + 1
    spectrum = stage.random.standard_normal(2 * bins, dtype=np.float32).view(np.complex64)
    spectrum *= draw_curve(count, colour)
    return level_rms(fft.irfft(spectrum, n=count, overwrite_x=True)[:length])


def make_wide_noise(stage: Stage, colour: Colour, width: float = 1.0) -> Floats:
    """Return stereo noise at an RMS of 1; ``width`` 0 is mono, with 1 nothing is shared.

    Shape:
        ``[2, samples]``, float32.
    """
    left = make_noise(stage, colour)
    other = make_noise(stage, colour)
    same = 1.0 - width
    other *= np.float32(np.sqrt(1.0 - same * same))
    other += np.float32(same) * left
    return np.stack([left, other])


def level_rms(signal: Floats) -> Floats:
    """Return the signal scaled to an RMS of 1; silence stays silence."""
    power = float(np.sqrt(np.mean(np.square(signal), dtype=np.float64)))
    return signal * np.float32(1.0 / power) if power > 0 else signal


def filter_circular(signal: Floats, colour: Colour) -> Floats:
    """Return the signal with its spectrum shaped; what runs over the end comes in at the beginning."""
    count = signal.shape[-1]
    spectrum = fft.rfft(signal) * draw_curve(count, colour)
    return np.asarray(fft.irfft(spectrum, n=count))


def expand(control: Floats, length: int) -> Floats:
    """Return a control curve drawn out to ``length`` samples, circular.

    Shape:
        ``[samples]``, float32.
    """
    count = len(control)
    closed = np.concatenate([control, control[:1]]).astype(np.float32)
    position = np.arange(length, dtype=np.float64) * (count / length)
    return np.interp(position, np.arange(count + 1), closed).astype(np.float32)


def wander(stage: Stage, seconds: float) -> Floats:
    """Return a smooth random curve with mean 0 and deviation 1 that forgets itself within ``seconds``.

    Shape:
        ``[samples]``, float32.
    """
    rate = max(_CONTROL, _CONTROLS_PER_TIME / seconds)
    count = max(16, round(stage.seconds * rate))
    spectrum = fft.rfft(stage.random.standard_normal(count))
    hertz = np.arange(len(spectrum)) * (1.0 / stage.seconds)
    spectrum *= np.exp(-np.square(hertz * seconds))
    spectrum[0] = 0.0
    control = fft.irfft(spectrum, n=count)
    deviation = float(np.std(control))
    return expand(control / deviation if deviation > 1e-9 else control, stage.length)


def sway(stage: Stage, seconds: float, depth: float) -> Floats:
    """Return a gain that wanders around 1 by ``depth`` decibels (one standard deviation)."""
    swayed: Floats = np.exp(wander(stage, seconds) * np.float32(depth * np.log(10.0) / 20.0))
    return swayed


def make_whistle(stage: Stage, hertz: Floats, width: float) -> Floats:
    """Return narrow noise whose centre follows a curve: wind in a gap, a howl.

    Noise around 0 Hz is moved to the wanted frequency by a carrier; the carrier is tuned to a whole number of
    turns around the circle, so the loop has no seam.

    Args:
        stage: Randomness and length.
        hertz: Centre frequency at each sample.
        width: Bandwidth in hertz.
    """
    turns = np.cumsum(hertz, dtype=np.float64) / RATE
    turns *= round(turns[-1]) / turns[-1]
    real, imaginary = wander(stage, 1.0 / width), wander(stage, 1.0 / width)
    angle = 2.0 * np.pi * turns
    return level_rms((real * np.cos(angle) - imaginary * np.sin(angle)).astype(np.float32))
