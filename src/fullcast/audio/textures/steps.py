"""Feet and hooves: a rhythm of two blows, on whatever lies underneath."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fullcast.audio.textures.grains import Note, beats, bubble, burst, lay, ring
from fullcast.audio.textures.noise import make_noise
from fullcast.audio.textures.space import CHAMBER, Room, recede
from fullcast.audio.textures.stage import RATE, Floats, Stage

_PATH = Room(decay=0.6, wet=0.08, delay=0.02, dark=0.4)
Foot = Callable[[Stage], Floats]
"""Makes one step; each is another."""


def make_wood_steps(stage: Stage) -> Floats:
    """Return footsteps on floorboards: heel, sole, the hollow under them."""
    return _walk(stage, _wood, CHAMBER)


def make_stone_steps(stage: Stage) -> Floats:
    """Return footsteps on stone: a hard heel, and the walls."""
    return _walk(stage, _stone, Room(decay=1.3, wet=0.22, delay=0.012))


def make_gravel_steps(stage: Stage) -> Floats:
    """Return footsteps on gravel: pebbles that shift under the sole."""
    return _walk(stage, _gravel, _PATH)


def make_snow_steps(stage: Stage) -> Floats:
    """Return footsteps in snow: a creaking crunch, no echo."""
    return _walk(stage, _snow, Room(decay=0.2, wet=0.03))


def make_leaf_steps(stage: Stage) -> Floats:
    """Return footsteps in dry leaves or grass."""
    return _walk(stage, _leaves, Room(decay=0.5, wet=0.08))


def make_puddle_steps(stage: Stage) -> Floats:
    """Return footsteps through mud and puddles."""
    return _walk(stage, _puddle, _PATH)


def make_hooves(stage: Stage) -> Floats:
    """Return a horse on a road: a walk, or a trot if it is quick."""
    quick = stage.traits.pace > 0
    stride = 0.72 if quick else 1.15
    pattern = ((0.0, 1.0), (0.5, 0.95)) if quick else ((0.0, 1.0), (0.24, 0.75), (0.5, 0.95), (0.74, 0.7))
    return _ride(stage, stride, pattern)


def make_gallop(stage: Stage) -> Floats:
    """Return a horse at a gallop: three beats and a breath."""
    return _ride(stage, 0.52, ((0.0, 0.75), (0.22, 0.85), (0.42, 1.0)))


def _walk(stage: Stage, foot: Foot, room: Room) -> Floats:
    """Return steps left and right, each another, at the pace of the traits."""
    period = 0.58 * 2.0 ** (-0.65 * stage.traits.pace)
    weight = 1.0 + 0.3 * stage.traits.strength
    notes = []
    for index, time in enumerate(beats(stage, period, 0.025, 0.75)):
        side = 0.12 if index % 2 else -0.12
        loud = weight * stage.uniform(0.75, 1.0) * (1.0 - 0.08 * (index % 2))
        notes.append(Note(start=time, sound=foot(stage), gain=loud, pan=side))
    return recede(stage, lay(notes, stage.length), room)


def _ride(stage: Stage, stride: float, pattern: tuple[tuple[float, float], ...]) -> Floats:
    notes = []
    for time in beats(stage, stride, 0.012, 0.5):
        for offset, loud in pattern:
            moment = time + offset * stride + stage.uniform(-0.008, 0.008)
            pan = stage.uniform(-0.2, 0.2)
            notes.append(
                Note(start=max(0.0, moment), sound=_hoof(stage), gain=loud * stage.uniform(0.8, 1.0), pan=pan)
            )
    return recede(stage, lay(notes, stage.length), Room(decay=0.7, wet=0.16, delay=0.015, dark=0.4))


def _mix(parts: list[tuple[float, Floats, float]], seconds: float) -> Floats:
    notes = [Note(start=start, sound=sound, gain=gain) for start, sound, gain in parts]
    return np.asarray(lay(notes, int(seconds * RATE))[0])


def _wood(stage: Stage) -> Floats:
    low = stage.uniform(85, 115)
    board = [
        (low, 0.16, 1.0),
        (low * 2.1, 0.11, 0.7),
        (low * 3.4, 0.07, 0.45),
        (low * 5.3, 0.045, 0.3),
        (low * 8.2, 0.03, 0.16),
    ]
    heel = burst(stage, ((200, -10), (700, 0), (1700, -6), (5000, -26)), 0.0012, 0.03)
    sole = burst(stage, ((120, -8), (350, 0), (1000, -10), (4000, -30)), 0.008, 0.07)
    gap = stage.uniform(0.07, 0.11)
    return _mix(
        [
            (0, ring(board, 0.25, 0.002), 1.0),
            (0, heel, 0.5),
            (gap, sole, 0.35),
            (gap, ring(board, 0.2, 0.005), 0.3),
        ],
        0.45,
    )


def _stone(stage: Stage) -> Floats:
    hertz = stage.uniform(1300, 1750)
    heel = burst(
        stage, ((250, -12), (hertz / 1.6, -2), (hertz, 0), (hertz * 2.2, -10), (11000, -34)), 0.0008, 0.022
    )
    body = ring(
        [(stage.uniform(150, 190), 0.05, 1.0), (hertz * 0.62, 0.025, 0.5), (hertz * 1.4, 0.015, 0.3)], 0.08
    )
    scuff = burst(stage, ((700, -18), (2200, 0), (4500, -6), (11000, -26)), 0.02, 0.07)
    gap = stage.uniform(0.08, 0.12)
    return _mix([(0, heel, 0.85), (0, body, 0.25), (gap, heel, 0.28), (gap, scuff, 0.13)], 0.3)


def _grit(stage: Stage, count: int, band: tuple[float, float], span: float) -> Iterator[Note]:
    """Yield the small blows of stones or leaves under a sole: dense as the weight comes and goes."""
    for _ in range(count):
        hertz = stage.uniform(*band)
        sound = burst(
            stage,
            ((hertz / 4, -22), (hertz, 0), (hertz * 2.1, -12), (hertz * 4, -34)),
            0.0008,
            stage.uniform(0.006, 0.022),
        )
        place = span * float(
            stage.random.beta(1.6, 2.6) if stage.uniform(0, 1) < 0.65 else 0.5 + 0.5 * stage.random.beta(2, 2)
        )
        yield Note(start=place, sound=sound, gain=min(1.2, stage.spread(0.32, 1.8)))


def _gravel(stage: Stage) -> Floats:
    crunch = lay(_grit(stage, stage.choose(42, 60), (1100, 4300), 0.30), int(0.42 * RATE))[0]
    thump = ring([(stage.uniform(75, 100), 0.09, 1.0), (190, 0.05, 0.4)], 0.14, 0.006)
    return _mix([(0, crunch, 1.0), (0.02, thump, 0.35)], 0.45)


def _leaves(stage: Stage) -> Floats:
    rustle = lay(_grit(stage, stage.choose(50, 75), (2100, 6500), 0.36), int(0.5 * RATE))[0]
    swish = burst(stage, ((900, -20), (2800, 0), (5200, -2), (9000, -12), (14000, -28)), 0.09, 0.34)
    thump = ring([(stage.uniform(65, 85), 0.08, 1.0)], 0.12, 0.008)
    return _mix([(0, rustle, 0.55), (0, swish, 0.35), (0.03, thump, 0.35)], 0.55)


def _snow(stage: Stage) -> Floats:
    """Return one step in snow: grains that break in rapid succession, which is heard as a creak."""
    length = int(0.34 * RATE)
    part = np.linspace(0.0, 1.0, length)
    rate = stage.uniform(120, 170) * (1.0 + 0.5 * part)
    pulses = np.maximum(0.0, np.sin(2 * np.pi * np.cumsum(rate) / RATE)) ** 3
    creak = make_noise(
        stage, ((250, -18), (700, -3), (1400, 0), (2600, -7), (6000, -22), (14000, -40)), length
    )
    rough = 0.35 + 0.65 * pulses * np.abs(make_noise(stage, ((5, 0), (60, 0), (160, -20)), length))
    shape = np.sin(np.pi * part**0.6) ** 1.4
    soft = burst(stage, ((50, -8), (110, 0), (300, -10), (1200, -30)), 0.03, 0.2)
    return _mix([(0, (creak * rough * shape * 0.5).astype(np.float32), 1.0), (0.02, soft, 0.5)], 0.5)


def _puddle(stage: Stage) -> Floats:
    slap = burst(stage, ((120, -12), (350, 0), (1200, -4), (4000, -14), (11000, -34)), 0.006, 0.16)
    parts = [(0.0, slap, 0.8)]
    for _ in range(stage.choose(7, 13)):
        sound = bubble(stage.uniform(450, 2400), stage.uniform(0.02, 0.06), stage.uniform(0.1, 0.5))
        parts.append((stage.uniform(0.02, 0.30), sound, stage.uniform(0.08, 0.35)))
    return _mix(parts, 0.5)


def _hoof(stage: Stage) -> Floats:
    """Return one hoof on a road: the hollow of the horn, iron, the ground."""
    hertz = stage.uniform(520, 720)
    horn = ring(
        [
            (hertz, 0.05, 1.0),
            (hertz * 1.72, 0.035, 0.6),
            (hertz * 2.65, 0.02, 0.3),
            (hertz * 4.6, 0.012, 0.15),
        ],
        0.09,
    )
    iron = burst(stage, ((700, -14), (2100, 0), (4000, -8), (10000, -30)), 0.0008, 0.018)
    ground = ring([(stage.uniform(80, 110), 0.09, 1.0), (200, 0.05, 0.5)], 0.14, 0.003)
    return _mix([(0, horn, 0.8), (0, iron, 0.35), (0.002, ground, 0.7)], 0.3)
