"""Calls: sines and harmonics that glide, the building blocks of animals' voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft

from fullcast.audio.textures.grains import fade
from fullcast.audio.textures.noise import draw_curve
from fullcast.audio.textures.stage import RATE, Floats, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One voiced sound."""

    hertz: tuple[float, ...]
    """Pitch at evenly spaced moments; between them it glides."""
    seconds: float
    vibrato: float = 0.0
    """Deviation of the pitch, as a part of it."""
    rate: float = 25.0
    """Vibrato in hertz."""
    attack: float = 0.25
    """Part of the length during which it swells."""
    harmonics: tuple[float, ...] = (1.0, 0.08)
    """Amplitudes of the fundamental and its multiples."""
    rough: float = 0.0
    """Depth of a random tremble of the level, for hoarse voices."""


def glide(hertz: Sequence[float], length: int) -> Floats:
    """Return a pitch curve through evenly spaced corners, smooth between them."""
    count = len(hertz)
    if count == 1:
        return np.full(length, hertz[0])
    position = np.linspace(0.0, count - 1.0, length)
    index = np.minimum(position.astype(int), count - 2)
    part = position - index
    smooth = part * part * (3.0 - 2.0 * part)
    corners = np.asarray(hertz, dtype=np.float64)
    return np.asarray(corners[index] * (1.0 - smooth) + corners[index + 1] * smooth)


def sing(stage: Stage, call: Call) -> Floats:
    """Return a call, swelling and dying without a click.

    Shape:
        ``[samples]``, float32, peak about 1.
    """
    length = max(64, int(call.seconds * RATE))
    time = np.arange(length) / RATE
    pitch = glide(call.hertz, length)
    if call.vibrato:
        pitch = pitch * (1.0 + call.vibrato * np.sin(2.0 * np.pi * call.rate * time + stage.uniform(0, 6.28)))
    angle = 2.0 * np.pi * np.cumsum(pitch) / RATE
    sound = np.zeros(length)
    for number, amplitude in enumerate(call.harmonics, 1):
        if max(call.hertz) * number < RATE * 0.42:
            sound += amplitude * np.sin(number * angle)
    if call.rough:
        tremble = np.interp(
            time * 90.0,
            np.arange(int(call.seconds * 90) + 2),
            stage.random.standard_normal(int(call.seconds * 90) + 2),
        )
        sound *= np.maximum(0.0, 1.0 + call.rough * tremble)
    part = np.linspace(0.0, 1.0, length)
    rise = np.clip(part / call.attack, 0.0, 1.0)
    fall = np.clip((1.0 - part) / (1.0 - call.attack), 0.0, 1.0)
    shape = np.square(np.sin(0.5 * np.pi * rise)) * np.sin(0.5 * np.pi * fall) ** 1.3
    return fade((sound * shape / max(1.0, sum(call.harmonics) * 0.6)).astype(np.float32), 0.002, 0.004)


def resonate(sound: Floats, formants: Sequence[tuple[float, float]], floor: float = -30.0) -> Floats:
    """Return a sound through a throat: peaks at ``(hertz, width)``, the rest ``floor`` decibels lower."""
    count = fft.next_fast_len(len(sound) + 256, real=True)
    spectrum = fft.rfft(sound, n=count)
    hertz = np.arange(len(spectrum)) * (RATE / count)
    gain = np.full(len(spectrum), 10.0 ** (floor / 20.0))
    for order, (centre, width) in enumerate(formants):
        gain += (0.75**order) / np.sqrt(1.0 + np.square((hertz - centre) / (0.5 * width)))
    # A throat lets no energy through below its first resonance's skirt or far above its last.
    gain *= draw_curve(count, ((60, -30), (150, 0), (4500, 0), (9000, -18), (16000, -40)))
    shaped = np.asarray(fft.irfft(spectrum * gain, n=count)[: len(sound)])
    peak = float(np.max(np.abs(shaped)))
    return fade((shaped / peak if peak else shaped).astype(np.float32), 0.002, 0.008)
