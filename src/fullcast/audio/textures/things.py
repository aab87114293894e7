"""Small things on a table or in a hand: glass, paper, pens, coins, blades, a heart."""

from __future__ import annotations

import numpy as np

from fullcast.audio.textures.grains import Note, beats, burst, lay, ring
from fullcast.audio.textures.noise import make_noise, make_wide_noise
from fullcast.audio.textures.space import CHAMBER, Room, recede
from fullcast.audio.textures.stage import RATE, Floats, Stage

_DESK = Room(decay=0.3, wet=0.12, delay=0.004)
_SHEET = ((400, -26), (1200, -6), (2800, 0), (5000, -3), (8500, -13), (14000, -30))


def make_clink(stage: Stage) -> Floats:
    """Return two glasses that touch."""
    notes = []
    for start, low, gain, pan in ((0.03, 1750.0, 1.0, -0.15), (0.034, 2050.0, 0.8, 0.15)):
        hertz = low * stage.uniform(0.95, 1.1)
        modes = [
            (hertz, 1.5, 1.0),
            (hertz * 1.004, 1.2, 0.4),
            (hertz * 1.86, 0.9, 0.5),
            (hertz * 2.95, 0.5, 0.25),
            (hertz * 4.2, 0.2, 0.1),
        ]
        notes.append(Note(start=start, sound=ring(modes, 1.6, 0.001), gain=gain, pan=pan))
    return recede(stage, lay(notes, int(2.3 * RATE)), CHAMBER)


def make_shatter(stage: Stage) -> Floats:
    """Return glass that breaks: the blow, a burst of shards, a few that settle."""
    blow = burst(stage, ((200, -10), (800, 0), (2500, -2), (6000, -10), (13000, -30)), 0.001, 0.12)
    notes = [Note(start=0.03, sound=blow, gain=0.9)]
    for _ in range(90):
        start = 0.035 + float(stage.random.gamma(0.9, 0.17))
        hertz = stage.uniform(1500, 6200)
        decay = stage.uniform(0.03, 0.22)
        shard = ring(
            [(hertz, decay, 1.0), (hertz * 1.47, decay * 0.7, 0.6), (hertz * 2.09, decay * 0.5, 0.3)],
            decay * 1.3,
            0.0008,
        )
        gain = 0.24 * stage.spread(0.8, 1.7) * float(np.exp(-start * 1.4)) * (2500.0 / hertz) ** 0.5
        notes.append(Note(start=start, sound=shard, gain=gain, pan=stage.uniform(-0.8, 0.8)))
    return recede(stage, lay(notes, int(2.6 * RATE)), CHAMBER)


def make_page(stage: Stage) -> Floats:
    """Return a page that is turned: fingers, the sweep of the sheet, it lies down."""
    sweep = _rustle(stage, 0.55, 34)
    lift = _rustle(stage, 0.18, 9)
    lay_down = burst(stage, ((150, -10), (500, 0), (1500, -4), (4000, -12), (10000, -30)), 0.03, 0.16)
    notes = [
        Note(start=0.03, sound=lift, gain=0.5, pan=0.35),
        Note(start=0.25, sound=sweep, gain=1.0, pan=0.05),
        Note(start=0.72, sound=lay_down, gain=0.45, pan=-0.3),
    ]
    return recede(stage, lay(notes, int(1.5 * RATE)), _DESK)


def make_paper(stage: Stage) -> Floats:
    """Return paper that is unfolded and handled."""
    notes = []
    clock = 0.03
    for _ in range(4):
        seconds = stage.uniform(0.22, 0.6)
        notes.append(
            Note(
                start=clock,
                sound=_rustle(stage, seconds, int(60 * seconds)),
                gain=stage.uniform(0.5, 1.0),
                pan=stage.uniform(-0.3, 0.3),
            )
        )
        clock += seconds * stage.uniform(0.8, 1.5)
    return recede(stage, lay(notes, int((clock + 0.7) * RATE)), _DESK)


def make_pen(stage: Stage) -> Floats:
    """Return a pen that writes: strokes of a word, a pause, the next."""
    notes = []
    clock = 0.03
    while clock < stage.seconds - 0.35:
        for _ in range(stage.choose(4, 12)):
            if clock > stage.seconds - 0.3:
                break
            notes.append(
                Note(
                    start=clock,
                    sound=_stroke(stage),
                    gain=stage.uniform(0.45, 1.0),
                    pan=stage.uniform(-0.15, 0.15),
                )
            )
            clock += stage.uniform(0.07, 0.19)
        clock += stage.uniform(0.18, 0.9)
    air = make_wide_noise(stage, ((40, 0), (200, -6), (900, -20), (5000, -40)), 0.8) * np.float32(0.006)
    return recede(stage, lay(notes, stage.length), _DESK) + air


def make_typewriter(stage: Stage) -> Floats:
    """Return a typewriter: type bars against the platen, words and pauses, rarely the bell."""
    keys = [_type(stage) for _ in range(12)]
    bell = ring([(2350, 0.9, 1.0), (2361, 0.8, 0.4), (5100, 0.4, 0.2)], 1.0, 0.001)
    notes = []
    clock, typed = 0.05, 0
    while clock < stage.seconds - 1.3:
        for _ in range(stage.choose(3, 9)):
            notes.append(
                Note(
                    start=clock,
                    sound=keys[stage.choose(0, 11)],
                    gain=stage.uniform(0.6, 1.0),
                    pan=stage.uniform(-0.2, 0.2),
                )
            )
            clock += stage.uniform(0.09, 0.2)
            typed += 1
        if typed > 52:
            notes.append(Note(start=clock, sound=bell, gain=0.25, pan=0.2))
            typed, clock = 0, clock + 0.8
        clock += stage.uniform(0.1, 0.5)
    return recede(stage, lay(notes, stage.length), CHAMBER)


def make_coins(stage: Stage) -> Floats:
    """Return coins that are counted onto a table."""
    notes = []
    clock = 0.03
    for _ in range(stage.traits.count or stage.choose(5, 8)):
        hertz = stage.uniform(3400, 4800)
        modes = [(hertz, 0.30, 1.0), (hertz * 1.48, 0.22, 0.6), (hertz * 2.4, 0.10, 0.3)]
        wood = ring([(stage.uniform(280, 420), 0.05, 1.0), (900, 0.03, 0.4)], 0.08)
        pan = stage.uniform(-0.3, 0.3)
        bounce = 0.0
        for number in range(stage.choose(1, 4)):
            loud = 0.7 * 0.55**number
            notes.append(Note(start=clock + bounce, sound=ring(modes, 0.32, 0.001), gain=0.6 * loud, pan=pan))
            notes.append(Note(start=clock + bounce, sound=wood, gain=0.25 * loud, pan=pan))
            bounce += 0.09 * 0.7**number
        clock += stage.uniform(0.16, 0.4)
    return recede(stage, lay(notes, int((clock + 1.0) * RATE)), CHAMBER)


def make_swords(stage: Stage) -> Floats:
    """Return blades that meet: blows of steel, one that slides along the other."""
    notes = []
    clock = 0.03
    for index in range(stage.traits.count or stage.choose(3, 5)):
        base = stage.uniform(620, 900)
        modes = [
            (base * ratio * stage.uniform(0.98, 1.02), 0.9 / ratio**0.5, 1.0 / ratio**0.6)
            for ratio in (1.0, 1.83, 2.76, 3.91, 5.4, 6.9)
        ]
        blow = burst(stage, ((400, -12), (1500, 0), (4000, -4), (9000, -18), (15000, -36)), 0.0008, 0.05)
        pan = stage.uniform(-0.4, 0.4)
        notes += [
            Note(start=clock, sound=ring(modes, 0.95, 0.001), gain=0.6, pan=pan),
            Note(start=clock, sound=blow, gain=0.6, pan=pan),
        ]
        if index % 3 == 1:
            slide = burst(stage, ((900, -24), (2600, 0), (4200, -2), (8000, -14), (14000, -34)), 0.2, 0.35)
            notes.append(Note(start=clock + 0.05, sound=slide, gain=0.3, pan=pan))
        clock += stage.uniform(0.35, 0.85)
    return recede(stage, lay(notes, int((clock + 1.5) * RATE)), Room(decay=1.0, wet=0.25))


def make_heartbeat(stage: Stage) -> Floats:
    """Return a heart: two soft low blows, a pause."""
    period = 0.92 * 2.0 ** (-0.7 * stage.traits.pace)
    low = stage.uniform(40, 56)
    first = ring([(low, 0.20, 1.0), (low * 1.7, 0.13, 0.7), (low * 2.6, 0.08, 0.25)], 0.32, 0.02)
    second = ring([(low * 1.25, 0.15, 1.0), (low * 2.1, 0.10, 0.6), (low * 3.2, 0.06, 0.2)], 0.25, 0.015)
    notes = []
    for time in beats(stage, period, 0.02, 1.0):
        notes.append(Note(start=time, sound=first, gain=stage.uniform(0.9, 1.0)))
        notes.append(Note(start=time + 0.31 * min(1.0, period), sound=second, gain=0.65))
    return recede(stage, lay(notes, stage.length), Room(decay=0.25, wet=0.05))


def _rustle(stage: Stage, seconds: float, count: int) -> Floats:
    """Return a sheet that moves: a soft rush, and the creases that snap over."""
    length = int(seconds * RATE)
    part = np.linspace(0.0, 1.0, length)
    rush = make_noise(stage, _SHEET, length) * np.sin(np.pi * part**0.8) ** 1.6
    rough = 0.4 + 0.6 * np.abs(make_noise(stage, ((10, 0), (120, 0), (400, -20)), length))
    notes = [Note(start=0.0, sound=(rush * rough * 0.28).astype(np.float32))]
    for _ in range(count):
        hertz = stage.uniform(900, 4500)
        snap = burst(
            stage,
            ((hertz / 4, -20), (hertz, 0), (hertz * 2, -10), (hertz * 4, -34)),
            0.0008,
            stage.uniform(0.005, 0.02),
        )
        place = seconds * float(stage.random.beta(1.8, 1.8))
        notes.append(Note(start=place, sound=snap, gain=min(0.8, stage.spread(0.16, 1.9))))
    return np.asarray(lay(notes, length + RATE // 20)[0])


def _stroke(stage: Stage) -> Floats:
    """Return one stroke of a nib: noise that follows the speed of the hand."""
    length = int(stage.uniform(0.05, 0.17) * RATE)
    centre = stage.uniform(2300, 4300)
    colour = ((centre / 6, -30), (centre / 2, -9), (centre, 0), (centre * 1.9, -10), (centre * 3.6, -32))
    speed = np.sin(np.pi * np.linspace(0, 1, length)) ** 1.3
    grain = 0.5 + 0.5 * np.abs(make_noise(stage, ((30, 0), (250, 0), (700, -20)), length))
    stroke: Floats = (make_noise(stage, colour, length) * speed * grain * 0.3).astype(np.float32)
    return stroke


def _type(stage: Stage) -> Floats:
    blow = burst(stage, ((250, -8), (900, 0), (2400, -3), (5500, -14), (12000, -34)), 0.001, 0.035)
    frame = ring(
        [(stage.uniform(170, 220), 0.06, 1.0), (520, 0.04, 0.6), (1350, 0.03, 0.45), (2700, 0.02, 0.25)],
        0.1,
        0.001,
    )
    key = burst(stage, ((300, -10), (1200, 0), (4000, -14), (9000, -34)), 0.001, 0.015)
    parts = [
        Note(start=0.0, sound=key, gain=0.25),
        Note(start=0.022, sound=blow, gain=0.7),
        Note(start=0.022, sound=frame, gain=0.6),
    ]
    return np.asarray(lay(parts, int(0.2 * RATE))[0])
