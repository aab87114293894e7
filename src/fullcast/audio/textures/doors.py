"""Doors: creaks, slams, knocks, latches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fullcast.audio.textures.calls import glide, resonate
from fullcast.audio.textures.grains import Note, burst, fade, lay, ring
from fullcast.audio.textures.noise import make_noise
from fullcast.audio.textures.space import CHAMBER, Room, recede
from fullcast.audio.textures.stage import RATE, Floats, Stage

_HALLWAY = Room(decay=0.9, wet=0.3, delay=0.008)


def make_creak(stage: Stage) -> Floats:
    """Return a door that opens: the latch, the hinge that creaks, a soft stop."""
    heavy = stage.traits.strength
    seconds = 1.9 * 2.0 ** (-0.5 * stage.traits.pace) * (1.0 + 0.25 * max(0.0, heavy))
    creak = make_groan(stage, 115.0 * 2.0 ** (-0.7 * heavy), seconds)
    second = make_groan(stage, 165.0 * 2.0 ** (-0.7 * heavy), seconds * 0.5)
    stop = ring([(stage.uniform(80, 105), 0.16, 1.0), (210, 0.1, 0.5), (360, 0.06, 0.3)], 0.25, 0.004)
    notes = [*_clack(stage, 0.03, 0.4)]
    notes.append(Note(start=0.32, sound=creak, gain=0.9))
    notes.append(Note(start=0.32 + seconds * stage.uniform(0.55, 0.8), sound=second, gain=0.45, pan=0.1))
    notes.append(Note(start=0.45 + seconds * 1.35, sound=stop, gain=0.35, pan=0.15))
    return recede(stage, lay(notes, int((seconds * 1.4 + 2.0) * RATE)), _HALLWAY)


def make_slam(stage: Stage) -> Floats:
    """Return a door that slams: the panel's boom, the frame, the latch that rattles, the room."""
    low = stage.uniform(50, 88)
    panel = ((1.0, 0.30, 0.8), (1.7, 0.26, 0.8), (2.9, 0.18, 0.7), (4.3, 0.12, 0.5), (7.1, 0.08, 0.35))
    boom = ring(
        [(low * ratio * stage.spread(1, 1.08), decay, level) for ratio, decay, level in panel], 0.5, 0.002
    )
    blow = burst(stage, ((60, -4), (180, 0), (600, -3), (1800, -9), (5000, -20), (12000, -38)), 0.002, 0.16)
    rattle = [_metal(stage, stage.uniform(900, 2400)) for _ in range(6)]
    notes = [Note(start=0.03, sound=boom, gain=1.0), Note(start=0.03, sound=blow, gain=0.9)]
    times = 0.05 + stage.random.exponential(0.06, len(rattle))
    notes.extend(
        Note(start=float(time), sound=sound, gain=0.16, pan=0.2)
        for time, sound in zip(times, rattle, strict=True)
    )
    return recede(stage, lay(notes, int(2.4 * RATE)), Room(decay=1.2, wet=0.45))


def make_knock(stage: Stage) -> Floats:
    """Return knuckles on a door, three times unless the prompt counts."""
    low = stage.uniform(150, 190)
    panel = [
        (low, 0.10, 1.0),
        (low * 1.9, 0.075, 0.8),
        (low * 3.1, 0.05, 0.55),
        (low * 4.7, 0.035, 0.35),
        (low * 7.3, 0.02, 0.2),
    ]
    count = stage.traits.count or 3
    period = stage.uniform(0.21, 0.27) * 2.0 ** (-0.6 * stage.traits.pace)
    notes = []
    for index in range(count):
        start = 0.03 + index * period * stage.uniform(0.97, 1.04)
        modes = [
            (hertz * stage.uniform(0.99, 1.01), decay, level * stage.uniform(0.7, 1.0))
            for hertz, decay, level in panel
        ]
        knuckle = burst(stage, ((250, -8), (800, 0), (1900, -8), (5000, -28)), 0.001, 0.02)
        loud = stage.uniform(0.8, 1.0)
        notes += [
            Note(start=start, sound=ring(modes, 0.16, 0.0012), gain=loud),
            Note(start=start, sound=knuckle, gain=0.4 * loud),
        ]
    return recede(stage, lay(notes, int((count * period + 1.3) * RATE)), _HALLWAY)


def make_latch(stage: Stage) -> Floats:
    """Return a key in a lock: it finds the hole, turns, the bolt goes over."""
    notes = []
    for _ in range(5):
        gain = stage.uniform(0.08, 0.25)
        notes.append(
            Note(start=stage.uniform(0.03, 0.45), sound=_metal(stage, stage.uniform(2000, 3900)), gain=gain)
        )
    turned = stage.uniform(0.88, 1.02)
    notes += [
        Note(start=0.62 + 0.055 * index, sound=_metal(stage, 1800 + 160 * index), gain=0.22)
        for index in range(4)
    ]
    notes += [*_clack(stage, turned, 1.0), *_clack(stage, turned + stage.uniform(0.11, 0.18), 0.55)]
    return recede(stage, lay(notes, int(2.1 * RATE)), CHAMBER)


def make_groan(stage: Stage, rate: float, seconds: float) -> Floats:
    """Return wood or a hinge that sticks and slips: pulses at a wandering rate, sung by the wood.

    Args:
        stage: Randomness.
        rate: Typical slips a second; 30 groans, 150 squeaks.
        seconds: How long the movement lasts.

    Shape:
        ``[samples]``, float32, peak about 1.
    """
    length = int(seconds * RATE)
    corners = [rate * stage.spread(1.0, 1.45) for _ in range(max(4, int(seconds * 4)))]
    # A slip is never quite as long as the last one: without the jitter it would be a trumpet.
    jitter = np.repeat(stage.random.standard_normal(length // 200 + 1), 200)[:length]
    turns = np.cumsum(glide(corners, length) * (1.0 + 0.10 * jitter)) / RATE
    slips = np.diff(np.floor(turns), prepend=0.0)
    slips *= 0.5 + np.abs(make_noise(stage, ((1, 0), (40, 0), (90, -20)), length))
    scrape = make_noise(stage, ((300, -20), (900, 0), (2500, -8), (8000, -30)), length) * 0.012
    wood = tuple(
        (hertz * stage.uniform(0.9, 1.12), hertz * 0.14) for hertz in (320.0, 610.0, 980.0, 1480.0, 2300.0)
    )
    voice = resonate(slips + scrape, wood, -34.0)
    moves = glide([0.0, *(stage.uniform(0.25, 1.0) for _ in range(max(3, int(seconds * 3)))), 0.0], length)
    groan = voice * moves.astype(np.float32)
    return fade(groan / np.float32(max(1e-6, float(np.max(np.abs(groan))))), 0.03, 0.06)


def _clack(stage: Stage, start: float, gain: float) -> Iterator[Note]:
    """Yield a bolt that falls: iron, and the door that takes the blow."""
    low = stage.uniform(160, 290)
    wood = ring([(low, 0.06, 1.0), (low * 2.2, 0.04, 0.6), (low * 4.3, 0.025, 0.3)], 0.1, 0.001)
    blow = burst(stage, ((500, -12), (1500, 0), (3500, -7), (9000, -28)), 0.0008, 0.02)
    yield Note(start=start, sound=wood, gain=0.8 * gain)
    yield Note(start=start, sound=blow, gain=0.5 * gain)
    yield Note(start=start + 0.004, sound=_metal(stage, 1500.0), gain=0.35 * gain)


def _metal(stage: Stage, hertz: float) -> Floats:
    modes = [
        (hertz * ratio * stage.uniform(0.97, 1.03), 0.09 / ratio, 1.0 / ratio)
        for ratio in (1.0, 1.53, 2.27, 3.1)
    ]
    return ring(modes, 0.12, 0.0008)
