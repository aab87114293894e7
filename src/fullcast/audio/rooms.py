"""Rooms: small made-up reverberations that put a character somewhere else."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.errors import AudioError
from fullcast.model import ROOMS
from fullcast.units import MIX_RATE, Decibels, Seconds, to_gain, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What makes a room recognisable."""

    first: Seconds
    """When the first reflection comes back: the way to the nearest wall."""
    spread: Seconds
    """How long single reflections can be told apart."""
    decay: Seconds
    """Reverberation time: how long it takes to fall by 60 dB."""
    bright: float
    """Hertz above which walls and air swallow the sound."""
    wet: Decibels
    """Level of the reverberation against the voice; speech stays clear below about -6 dB."""
    diffuse: float = 1.0
    """Share of the dense tail against the single reflections."""


_ROOMS = {
    "cellar": Room(
        first=Seconds(0.004),
        spread=Seconds(0.03),
        decay=Seconds(0.7),
        bright=2_200.0,
        wet=Decibels(-9.0),
    ),
    "chamber": Room(
        first=Seconds(0.005),
        spread=Seconds(0.025),
        decay=Seconds(0.35),
        bright=5_000.0,
        wet=Decibels(-12.0),
    ),
    "hall": Room(
        first=Seconds(0.015),
        spread=Seconds(0.06),
        decay=Seconds(1.4),
        bright=4_500.0,
        wet=Decibels(-12.0),
    ),
    "cave": Room(
        first=Seconds(0.022),
        spread=Seconds(0.12),
        decay=Seconds(1.8),
        bright=2_800.0,
        wet=Decibels(-9.5),
    ),
    "church": Room(
        first=Seconds(0.025),
        spread=Seconds(0.09),
        decay=Seconds(2.6),
        bright=4_000.0,
        wet=Decibels(-13.0),
    ),
    "outdoors": Room(
        first=Seconds(0.045),
        spread=Seconds(0.2),
        decay=Seconds(0.25),
        bright=3_000.0,
        wet=Decibels(-19.0),
        diffuse=0.2,
    ),
}

_REFLECTIONS = 14


@lru_cache(maxsize=len(_ROOMS))
def make_response(name: str) -> Signal:
    """Return a room's impulse response without the direct sound, at ``MIX_RATE``.

    Single reflections at random times that grow denser and weaker, and a tail of noise that decays
    exponentially; left and right independent, so that the room lies around the voice. Always the same for a
    name.

    Returns:
        The response, its energy one in each channel, so that noise keeps its level.

    Shape:
        ``[2, samples]``, read-only.

    Raises:
        AudioError: If there is no such room.
    """
    if name not in _ROOMS:
        message = f"there is no room {name!r}"
        raise AudioError(message, hint=f"rooms are {', '.join(ROOMS)}")
    room, chance = _ROOMS[name], np.random.default_rng(zlib.crc32(name.encode()))
    length = to_samples(room.first + max(room.decay, room.spread), MIX_RATE)
    tail = chance.standard_normal((2, length)) * _decay(room, length)
    raw = _colour(tail / np.sqrt((tail**2).sum(axis=1, keepdims=True)) * room.diffuse, room.bright)
    raw += _colour(_reflections(room, length, chance), 2.0 * room.bright)
    raw[:, : to_samples(room.first, MIX_RATE) // 2] = 0.0
    response: Signal = (raw / np.sqrt((raw**2).sum(axis=1, keepdims=True))).astype(np.float32)
    response.flags.writeable = False
    return response


def _decay(room: Room, length: int) -> NDArray[np.float64]:
    """Return the level of the tail: it builds up while single reflections last, then falls by 60 dB."""
    time = np.arange(length) / MIX_RATE - room.first
    building = np.clip(time / room.spread, 0.0, 1.0)
    decay: NDArray[np.float64] = building * 10.0 ** (-3.0 * np.maximum(time, 0.0) / room.decay)
    # The last tenth is faded: 54 dB down, but a reverberation that stops is heard as a gate.
    ending = length // 10
    decay[-ending:] *= np.linspace(1.0, 0.0, ending)
    return decay


def _reflections(room: Room, length: int, chance: np.random.Generator) -> NDArray[np.float64]:
    """Return single reflections, weaker with the way that they went, their energy about one."""
    single = np.zeros((2, length))
    for channel in range(2):
        when = room.first + room.spread * np.sort(chance.random(_REFLECTIONS)) ** 0.8
        strength = chance.choice([-1.0, 1.0], _REFLECTIONS) * room.first / when
        np.add.at(single[channel], (when * MIX_RATE).astype(int), strength)
    scaled: NDArray[np.float64] = single / np.sqrt((single**2).sum(axis=1, keepdims=True))
    return scaled


def _colour(signal: NDArray[np.float64], bright: float) -> NDArray[np.float64]:
    """Return a signal without rumble, and darker above a frequency."""
    frequency = np.fft.rfftfreq(2 * signal.shape[1], 1.0 / MIX_RATE)
    shape = frequency / np.hypot(frequency, 150.0) / np.hypot(1.0, frequency / bright)
    coloured = np.fft.irfft(np.fft.rfft(signal, 2 * signal.shape[1]) * shape)[:, : signal.shape[1]]
    return np.asarray(coloured, np.float64)


def longest_answer() -> int:
    """Return the longest time in samples at ``MIX_RATE`` that a room sounds on."""
    return max(to_samples(room.first + max(room.decay, room.spread), MIX_RATE) for room in _ROOMS.values())


def reverberate(voice: Signal, name: str, channels: int) -> Signal:
    """Return what a room answers to a voice, without the voice itself.

    Args:
        voice: One channel at ``MIX_RATE``.
        name: The room.
        channels: 1 or 2; the power of the answer is the same for both.

    Shape:
        ``[1, samples]`` to ``[channels, samples + response]``.

    Raises:
        AudioError: If there is no such room.
    """
    response = make_response(name)[:channels]
    level = to_gain(_ROOMS[name].wet) / np.sqrt(channels)
    return _convolve(voice[0], response * np.float32(level))


def _convolve(voice: Signal, responses: Signal) -> Signal:
    """Return the convolution of one signal with each response, by overlap-add of transforms."""
    size = 1 << (2 * responses.shape[1] - 1).bit_length()
    hop = size - responses.shape[1]
    spectrum = np.fft.rfft(responses, size)
    answer = np.zeros((len(responses), len(voice) + responses.shape[1]), np.float32)
    for start in range(0, len(voice), hop):
        part = np.fft.irfft(np.fft.rfft(voice[start : start + hop], size) * spectrum, size)
        end = min(answer.shape[1], start + size)
        answer[:, start:end] += part[:, : end - start]
    return answer
