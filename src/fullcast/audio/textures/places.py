"""Places and machines that go on: rooms, cellars, kettles, mills, ships."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fullcast.audio.textures.doors import make_groan
from fullcast.audio.textures.grains import Note, arrivals, beats, bubble, burst, lay, ring
from fullcast.audio.textures.noise import Colour, make_wide_noise, sway
from fullcast.audio.textures.space import CAVE, CHAMBER, HALL, Room, recede, veil
from fullcast.audio.textures.stage import RATE, Floats, Stage

_ROOM: Colour = ((20, -6), (50, 0), (120, -5), (300, -14), (1000, -26), (4000, -42), (14000, -62))
_DAMP: Colour = ((25, -6), (60, 0), (150, -4), (400, -14), (1500, -30), (6000, -52))
_STEAM: Colour = ((300, -30), (1000, -12), (3000, -2), (5000, 0), (8000, -8), (14000, -26))
_HUM: Colour = ((30, -14), (60, 0), (130, -3), (350, -12), (1200, -26), (6000, -48))


def make_room(stage: Stage) -> Floats:
    """Return room tone: the air of a quiet room, which is better than nothing at all."""
    low = make_wide_noise(stage, _ROOM, 0.6) * sway(stage, 3.0, 0.5)
    return low + make_wide_noise(stage, ((800, -20), (2500, 0), (7000, -12), (14000, -30)), 1.0) * np.float32(
        0.012
    )


def make_cellar(stage: Stage) -> Floats:
    """Return a cellar or a cave: damp air, drops that fall far apart and ring in the vault."""
    air = make_wide_noise(stage, _DAMP, 0.8) * sway(stage, 2.5, 1.2) * np.float32(0.025)
    drops = lay(_fall(stage, 0.75), stage.length)
    return recede(stage, drops, CAVE) + air


def make_kettle(stage: Stage) -> Floats:
    """Return a kettle on the boil: a rolling rumble of bubbles, lid and steam."""
    boil = make_wide_noise(stage, ((60, -18), (180, -3), (420, 0), (900, -5), (2500, -20), (9000, -44)), 0.5)
    boil *= sway(stage, 0.09, 2.2) * sway(stage, 1.2, 0.8) * np.float32(0.4)
    steam = make_wide_noise(stage, _STEAM, 0.8) * sway(stage, 0.6, 0.9) * np.float32(0.10)
    lid = [
        ring([(hertz, 0.07, 1.0), (hertz * 1.7, 0.05, 0.5), (hertz * 2.6, 0.03, 0.3)], 0.12)
        for hertz in (1250, 1390, 1520)
    ]
    notes = [
        Note(start=float(time), sound=lid[stage.choose(0, 2)], gain=0.30 * stage.spread(1, 1.6), pan=0.15)
        for time in arrivals(stage, 6.0)
    ]
    return recede(stage, boil + steam + lay(notes, stage.length), CHAMBER)


def make_machinery(stage: Stage) -> Floats:
    """Return old machinery: a shaft that hums, cogs that clank in turn, a valve that sighs."""
    hum = make_wide_noise(stage, _HUM, 0.5) * np.float32(0.10)
    period = 0.62 * 2.0 ** (-0.6 * stage.traits.pace)
    clanks = [_clank(stage, 1.0 + 0.22 * index) for index in range(4)]
    thump = ring([(62, 0.22, 1.0), (118, 0.16, 0.6), (205, 0.1, 0.3)], 0.3, 0.004)
    sigh = burst(stage, _STEAM, 0.10, 0.45)
    notes = []
    for index, time in enumerate(beats(stage, period, 0.008, 0.5)):
        notes.append(Note(start=time, sound=thump, gain=0.9 * stage.uniform(0.85, 1.0), pan=-0.1))
        notes.append(
            Note(
                start=time + period * 0.5, sound=clanks[index % 4], gain=0.55 * stage.uniform(0.7, 1), pan=0.3
            )
        )
        notes.append(Note(start=time + period * 0.27, sound=clanks[(index + 1) % 4], gain=0.22, pan=-0.4))
        if index % 4 == 2:
            notes.append(Note(start=time, sound=sigh, gain=0.28, pan=0.5))
    works = recede(stage, lay(notes, stage.length), HALL)
    return works + veil(hum * sway(stage, 0.4, 0.6), stage.traits.distance)


def make_timbers(stage: Stage) -> Floats:
    """Return a wooden ship at sea, below deck: timbers that groan with the roll, water along the hull."""
    water = make_wide_noise(stage, ((30, -8), (80, 0), (220, -3), (600, -14), (2000, -30), (8000, -50)), 0.8)
    water *= sway(stage, 1.7, 2.2) * np.float32(0.10)
    groans = [make_groan(stage, stage.uniform(60, 150), stage.uniform(0.6, 1.5)) for _ in range(7)]
    notes = []
    for time in arrivals(stage, 0.85):
        sound = groans[stage.choose(0, len(groans) - 1)]
        notes.append(
            Note(
                start=float(time),
                sound=sound,
                gain=0.8 * stage.spread(0.7, 1.5),
                pan=stage.uniform(-0.8, 0.8),
            )
        )
    for time in arrivals(stage, 0.5):
        knock = ring([(stage.uniform(90, 160), 0.14, 1.0), (stage.uniform(220, 380), 0.09, 0.5)], 0.2, 0.003)
        notes.append(Note(start=float(time), sound=knock, gain=0.5, pan=stage.uniform(-0.8, 0.8)))
    return recede(stage, lay(notes, stage.length), Room(decay=0.6, wet=0.35, dark=0.4)) + water


def make_drip(stage: Stage) -> Floats:
    """Return a drop of water, or several: a plink that rises and rings."""
    count = stage.traits.count or 3
    notes = []
    clock = 0.03
    for _ in range(count):
        notes += [
            Note(start=clock + note.start, sound=note.sound, gain=note.gain, pan=note.pan)
            for note in _drop(stage)
        ]
        clock += stage.uniform(0.55, 1.25)
    return recede(stage, lay(notes, int((clock + 1.2) * RATE)), Room(decay=0.9, wet=0.35))


def _fall(stage: Stage, rate: float) -> Iterator[Note]:
    for time in arrivals(stage, rate):
        pan, gain = stage.uniform(-0.85, 0.85), stage.spread(0.6, 1.6)
        for note in _drop(stage):
            yield Note(start=float(time) + note.start, sound=note.sound, gain=note.gain * gain, pan=pan)


def _drop(stage: Stage) -> Iterator[Note]:
    """Yield one drop: the tap of the impact and the bubble that it drags down, 20 ms later, often twice."""
    tap = burst(stage, ((500, -20), (1800, 0), (4000, -10), (9000, -30)), 0.0008, 0.012)
    yield Note(start=0.0, sound=tap, gain=0.22)
    hertz = stage.uniform(850, 1900)
    yield Note(start=0.018, sound=bubble(hertz, stage.uniform(0.06, 0.12), 0.25), gain=0.9)
    if stage.uniform(0, 1) < 0.6:
        yield Note(start=stage.uniform(0.07, 0.11), sound=bubble(hertz * 1.35, 0.05, 0.2), gain=0.35)


def _clank(stage: Stage, ratio: float) -> Floats:
    iron = (
        (310.0, 0.22, 1.0),
        (745.0, 0.18, 0.7),
        (1240.0, 0.14, 0.5),
        (1930.0, 0.10, 0.3),
        (2850.0, 0.07, 0.16),
    )
    modes = [(hertz * ratio * stage.uniform(0.97, 1.03), decay, level) for hertz, decay, level in iron]
    return ring(modes, 0.32, 0.0015)
