"""On the way: trains, carts, boats, horns."""

from __future__ import annotations

import numpy as np

from fullcast.audio.textures.calls import glide
from fullcast.audio.textures.doors import make_groan
from fullcast.audio.textures.grains import Note, arrivals, beats, bubble, burst, fade, lay, ring
from fullcast.audio.textures.noise import Colour, make_noise, make_wide_noise, sway
from fullcast.audio.textures.space import OPEN, VALLEY, Room, recede, rest, reverberate, veil, widen
from fullcast.audio.textures.stage import RATE, Floats, Stage

_RUMBLE: Colour = ((25, -12), (60, -1), (130, 0), (300, -6), (800, -16), (2500, -28), (9000, -46))
_RATTLE: Colour = ((150, -24), (500, -4), (1200, 0), (2600, -6), (6000, -20), (14000, -38))


def make_train(stage: Stage) -> Floats:
    """Return a train, heard from a carriage: the rumble, and the rail joints in pairs."""
    rumble = make_wide_noise(stage, _RUMBLE, 0.6)
    rumble *= sway(stage, 0.5, 1.0) * sway(stage, 2.5, 0.9)
    rattle = make_wide_noise(stage, _RATTLE, 0.9) * np.float32(0.03)
    rattle *= sway(stage, 0.2, 1.6)
    period = 1.32 * 2.0 ** (-0.5 * stage.traits.pace)
    joint = ring(
        [(95, 0.12, 1.0), (185, 0.09, 0.8), (340, 0.06, 0.6), (720, 0.04, 0.35), (1450, 0.02, 0.15)],
        0.2,
        0.002,
    )
    clack = burst(stage, ((200, -10), (600, 0), (1600, -6), (5000, -26)), 0.0015, 0.05)
    notes = []
    for time in beats(stage, period, 0.006, 0.9):
        # Two axles of one bogie, then the two of the next carriage's.
        for offset, loud in ((0.0, 1.0), (0.115, 0.85), (0.36, 0.7), (0.475, 0.6)):
            moment = time + offset * period / 1.32 + stage.uniform(-0.004, 0.004)
            gain = loud * stage.uniform(0.85, 1.0)
            notes += [
                Note(start=moment, sound=joint, gain=gain * 1.3),
                Note(start=moment, sound=clack, gain=gain * 0.9, pan=0.1),
            ]
    wheels = reverberate(stage, lay(notes, stage.length), Room(decay=0.35, wet=0.25))
    return veil(rumble * np.float32(0.15) + rattle + wheels, stage.traits.distance)


def make_whistle_blast(stage: Stage) -> Floats:
    """Return a steam whistle: a chord out of breath, over the land."""
    base = stage.uniform(290, 330)
    total = np.zeros(int(3.0 * RATE), dtype=np.float32)
    for start, seconds in ((0.05, stage.uniform(1.4, 1.7)), (2.1, 0.6)):
        blast = _pipe(stage, [base, base * 1.26, base * 1.5, base * 1.89], seconds)
        first = int(start * RATE)
        total[first : first + len(blast)] += blast[: len(total) - first]
    return fade(recede(stage, rest(widen(total), 3.4), VALLEY), 0.0, 0.8)


def make_foghorn(stage: Stage) -> Floats:
    """Return a foghorn: one long low note, a grunt at its end, and the fog."""
    base = stage.uniform(112, 128)
    length = int(3.4 * RATE)
    time = np.arange(length) / RATE
    pitch = glide([base * 0.985, base, base, base, base * 0.97, base * 0.82], length)
    angle = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = sum(
        level * np.sin(number * angle)
        for number, level in enumerate((1.0, 0.75, 0.55, 0.36, 0.24, 0.14, 0.09, 0.05), 1)
    )
    air = make_noise(stage, ((80, -20), (240, 0), (700, -10), (2500, -30)), length) * 0.10
    shape = np.clip(time / 0.22, 0, 1) * np.clip((3.4 - time) / 0.35, 0, 1)
    wobble = 1.0 + 0.04 * np.sin(2 * np.pi * 5.3 * time)
    horn = ((tone + air) * shape**1.5 * wobble).astype(np.float32)
    return fade(recede(stage, rest(widen(fade(horn, 0.02, 0.05)), 3.6), VALLEY), 0.0, 0.8)


def make_cart(stage: Stage) -> Floats:
    """Return a cart on a country road: iron tyres that grind, a body that rattles, an axle that complains."""
    rumble = make_wide_noise(
        stage, ((40, -10), (110, 0), (300, -3), (900, -8), (2500, -18), (9000, -40)), 0.6
    )
    rumble *= sway(stage, 0.12, 2.0) * sway(stage, 1.0, 1.6) * np.float32(0.13)
    notes = []
    for time in arrivals(stage, 9.0):
        low = stage.uniform(160, 520)
        knock = ring([(low, 0.06, 1.0), (low * 2.3, 0.04, 0.5), (low * 4.4, 0.02, 0.25)], 0.1, 0.0015)
        notes.append(
            Note(
                start=float(time),
                sound=knock,
                gain=0.5 * stage.spread(0.6, 1.8),
                pan=stage.uniform(-0.5, 0.5),
            )
        )
    axle = [make_groan(stage, stage.uniform(140, 230), stage.uniform(0.25, 0.5)) for _ in range(5)]
    notes += [
        Note(start=float(time), sound=axle[stage.choose(0, 4)], gain=0.22, pan=stage.uniform(-0.3, 0.3))
        for time in arrivals(stage, 0.6)
    ]
    return recede(stage, rumble + lay(notes, stage.length), Room(decay=0.4, wet=0.10))


def make_oars(stage: Stage) -> Floats:
    """Return a rowing boat: the rowlock creaks, the blades dip and pull, drops run off."""
    period = 2.7 * 2.0 ** (-0.5 * stage.traits.pace)
    water = make_wide_noise(
        stage, ((80, -18), (250, -4), (600, 0), (1500, -6), (5000, -22), (12000, -40)), 0.9
    )
    water *= sway(stage, 1.1, 1.8) * np.float32(0.035)
    creaks = [make_groan(stage, stage.uniform(70, 110), 0.45) for _ in range(4)]
    notes = []
    for time in beats(stage, period, 0.02, 2.4):
        dip = burst(stage, ((120, -12), (400, 0), (1200, -5), (4000, -16), (11000, -36)), 0.07, 0.5)
        pull = burst(stage, ((150, -14), (500, 0), (1100, -3), (3000, -14), (9000, -32)), 0.35, 0.8)
        notes += [
            Note(start=time, sound=dip, gain=0.8, pan=-0.15),
            Note(start=time + 0.15, sound=pull, gain=0.45, pan=0.1),
        ]
        notes.append(
            Note(
                start=time + 0.1, sound=creaks[stage.choose(0, 3)], gain=0.35 * stage.uniform(0.6, 1), pan=0.2
            )
        )
        for _ in range(stage.choose(9, 15)):
            sound = bubble(stage.uniform(600, 2300), stage.uniform(0.025, 0.06), 0.2)
            start = time + 1.15 + float(stage.random.exponential(0.32))
            notes.append(
                Note(start=start, sound=sound, gain=stage.uniform(0.05, 0.22), pan=stage.uniform(-0.6, 0.6))
            )
    return recede(stage, lay(notes, stage.length), Room(decay=0.5, wet=0.08)) + water


def make_splash(stage: Stage) -> Floats:
    """Return something that falls into water: the slap, the hollow that closes, the drops that come down."""
    slap = burst(stage, ((80, -10), (250, 0), (900, -3), (3000, -10), (9000, -28)), 0.008, 0.45)
    plume = burst(stage, ((300, -18), (1200, 0), (3500, -4), (8000, -16), (14000, -34)), 0.10, 0.9)
    gulp = bubble(stage.uniform(120, 230), 0.24, 0.9)
    notes = [
        Note(start=0.03, sound=slap),
        Note(start=0.05, sound=plume, gain=0.6),
        Note(start=stage.uniform(0.12, 0.22), sound=gulp, gain=0.9),
    ]
    for _ in range(70):
        time = 0.2 + float(stage.random.gamma(2.0, 0.24))
        sound = bubble(stage.uniform(400, 2800), stage.uniform(0.02, 0.07), stage.uniform(0.1, 0.4))
        gain = 0.4 * float(np.exp(-time)) * stage.spread(0.6, 1.6)
        notes.append(Note(start=time, sound=sound, gain=gain, pan=stage.uniform(-0.8, 0.8)))
    return recede(stage, lay(notes, int(3.6 * RATE)), OPEN)


def _pipe(stage: Stage, pitches: list[float], seconds: float) -> Floats:
    """Return pipes blown together: each with few harmonics and the breath that feeds it."""
    length = int(seconds * RATE)
    total = np.zeros(length)
    for base in pitches:
        hertz = glide([base * 0.93, base, base, base * 1.003, base * 0.95], length)
        angle = 2 * np.pi * np.cumsum(hertz * stage.uniform(0.996, 1.004)) / RATE
        total += (
            np.sin(angle) + 0.35 * np.sin(2 * angle) + 0.14 * np.sin(3 * angle) + 0.05 * np.sin(4 * angle)
        )
    breath = make_noise(stage, ((300, -18), (800, 0), (2000, -5), (5000, -18), (12000, -38)), length)
    part = np.arange(length) / RATE
    shape = np.clip(part / 0.12, 0, 1) ** 1.5 * np.clip((seconds - part) / 0.22, 0, 1) ** 1.5
    return ((total / len(pitches) + 0.16 * breath) * shape).astype(np.float32)
