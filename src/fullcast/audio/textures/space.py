"""Rooms and distance: early reflections, a tail, the air between."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as altered

import numpy as np
from scipy import fft

from fullcast.audio.textures.noise import Colour, make_noise
from fullcast.audio.textures.stage import RATE, Floats, Stage

_LN_1000 = 6.9078
_SMEAR = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How a place answers."""

    decay: float
    """Seconds until middle frequencies are 60 dB down."""
    wet: float
    """RMS of the answer beside the direct sound, as a factor."""
    delay: float = 0.008
    """Seconds until the first reflection."""
    dark: float = 0.5
    """Decay of the highs as a part of the decay of the middle."""


CHAMBER = Room(decay=0.4, wet=0.25, delay=0.004)
HALL = Room(decay=1.5, wet=0.4, delay=0.012)
CAVE = Room(decay=2.6, wet=0.7, delay=0.02, dark=0.4)
STREET = Room(decay=0.8, wet=0.22, delay=0.018, dark=0.4)
OPEN = Room(decay=1.6, wet=0.22, delay=0.03, dark=0.3)
VALLEY = Room(decay=3.2, wet=0.6, delay=0.05, dark=0.25)


def _answer(stage: Stage, room: Room) -> Floats:
    """Return a room's impulse response without the direct sound, at a gain of 1 per channel for noise."""
    length = int(room.decay * 1.1 * RATE)
    time = np.arange(length) / RATE
    bands: tuple[tuple[Colour, float], ...] = (
        (((40, -30), (120, 0), (500, 0), (1000, -24)), 1.15),
        (((250, -30), (700, 0), (2200, 0), (4500, -24)), 1.0),
        (((2000, -30), (4000, -4), (9000, -10), (16000, -30)), room.dark),
    )
    answer = np.zeros((2, length))
    for colour, part in bands:
        shape = np.exp(-_LN_1000 * time / (room.decay * part))
        for channel in range(2):
            answer[channel] += make_noise(stage, colour, length) * shape
    answer *= np.clip((time - room.delay) / 0.004, 0.0, 1.0)
    for _ in range(6):
        tap = int((room.delay + stage.uniform(0.0, 0.035)) * RATE)
        answer[stage.choose(0, 1), min(tap, length - 1)] += stage.uniform(4.0, 9.0)
    return np.asarray(answer / np.sqrt(np.mean(np.sum(np.square(answer), axis=1))))


def reverberate(stage: Stage, signal: Floats, room: Room) -> Floats:
    """Return the signal in a room; on a circle, so an effect must leave silence for the tail (:func:`rest`).

    Shape:
        ``signal``: ``[2, samples]``; the same comes back.
    """
    count = signal.shape[-1]
    answer = _answer(stage, room)[:, :count].astype(np.float32)
    spectrum = fft.rfft(signal) * fft.rfft(answer, n=count)
    wet = np.asarray(fft.irfft(spectrum, n=count)) * np.float32(room.wet)
    return wet + signal


def recede(stage: Stage, signal: Floats, room: Room) -> Floats:
    """Return the signal as far away as the stage's traits say: less high, more room."""
    distance = stage.traits.distance
    if distance <= 0.0:
        return reverberate(stage, signal, room)
    farther = altered(
        room,
        wet=room.wet * (1.0 + 2.0 * distance) + 0.3 * distance,
        decay=room.decay * (1.0 + 0.6 * distance),
    )
    return reverberate(stage, veil(signal, distance), farther)


def veil(signal: Floats, distance: float) -> Floats:
    """Return the signal through air: the farther, the fewer highs. 0 changes nothing.

    A stereo signal is taken as a circle; a mono one is a grain and comes back a little longer.
    """
    if distance <= 0.0:
        return signal
    count = signal.shape[-1]
    if signal.ndim == 1:
        count = fft.next_fast_len(count + _SMEAR, real=True)
        signal = np.pad(signal, (_SMEAR // 2, count - len(signal) - _SMEAR // 2))
    corner = 14_000.0 * (900.0 / 14_000.0) ** distance
    spectrum = fft.rfft(signal)
    hertz = np.arange(spectrum.shape[-1], dtype=np.float32) * (RATE / count)
    spectrum /= 1.0 + np.square(hertz / corner)
    return np.asarray(fft.irfft(spectrum, n=count))


def rest(signal: Floats, seconds: float) -> Floats:
    """Return a stereo signal with silence after it, room for a tail, at a length that transforms fast."""
    count = fft.next_fast_len(signal.shape[1] + int(seconds * RATE), real=True)
    return np.pad(signal, [(0, 0), (0, count - signal.shape[1])])


def widen(signal: Floats, pan: float = 0.0) -> Floats:
    """Return a mono signal as stereo at a place between left (-1) and right (1), at equal power."""
    angle = (pan + 1.0) * np.pi / 4.0
    gains = np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32) * np.float32(np.sqrt(2.0))
    return np.asarray(gains * signal[None, :])
