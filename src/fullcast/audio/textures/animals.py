"""Insects, frogs and beasts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fullcast.audio.textures.birds import make_owl
from fullcast.audio.textures.calls import Call, resonate, sing
from fullcast.audio.textures.grains import Note, fade, lay
from fullcast.audio.textures.noise import Colour, make_noise, make_whistle, make_wide_noise, sway, wander
from fullcast.audio.textures.space import OPEN, VALLEY, Room, recede, rest, veil
from fullcast.audio.textures.stage import RATE, Floats, Stage

_NIGHT_AIR: Colour = ((30, -8), (90, 0), (250, -5), (800, -14), (2500, -26), (9000, -44))
_FIELD = Room(decay=0.7, wet=0.15, delay=0.03, dark=0.4)


def make_crickets(stage: Stage) -> Floats:
    """Return crickets in a summer meadow: chirps near and far, a soft trill behind them."""
    notes = [note for index in range(9) for note in _chirp(stage, index)]
    trill = _hum(stage, 2900.0, 42.0) * np.float32(0.05)
    air = make_wide_noise(stage, _NIGHT_AIR, 0.9) * np.float32(0.015)
    return recede(stage, lay(notes, stage.length) + trill, _FIELD) + air


def make_night(stage: Stage) -> Floats:
    """Return a quiet night: cool air, a few crickets a long way off, rarely an owl."""
    air = make_wide_noise(stage, _NIGHT_AIR, 0.9) * sway(stage, 3.0, 1.8) * np.float32(0.09)
    insects = [note for index in (4, 6, 8) for note in _chirp(stage, index)]
    calm = veil(lay(insects, stage.length), 0.35) * np.float32(0.5)
    if stage.seconds < 12.0:
        return air + calm
    owl = veil(make_owl(stage), 0.55)
    moments = np.arange(0.0, stage.seconds - 8.0, 23.0) + stage.uniform(1.0, 7.0)
    hoots = [
        Note(start=float(moment), sound=owl, gain=0.30, pan=stage.uniform(-0.7, 0.7)) for moment in moments
    ]
    return air + calm + lay(hoots, stage.length)


def make_cicadas(stage: Stage) -> Floats:
    """Return cicadas in the heat: rasping choirs that swell and sink."""
    total = np.zeros((2, stage.length), dtype=np.float32)
    for index in range(4):
        centre = stage.uniform(3100, 4700)
        rasp = _hum(stage, centre, stage.uniform(70, 140))
        swell = 1.0 / (1.0 + np.exp(-1.6 * wander(stage, 2.4)))
        gain = 0.9 - 0.13 * index
        total += veil(rasp * swell.astype(np.float32) * np.float32(gain), 0.15 + 0.1 * index)
    air = make_wide_noise(
        stage, ((60, -22), (300, -26), (1500, -22), (3800, 0), (5500, -10), (12000, -34)), 0.9
    )
    return recede(stage, total + air * np.float32(0.18), _FIELD)


def make_frogs(stage: Stage) -> Floats:
    """Return frogs at a pond: a dozen voices that answer each other, over still water."""
    notes = [note for index in range(11) for note in _croak(stage, index)]
    air = make_wide_noise(stage, _NIGHT_AIR, 0.9) * np.float32(0.02)
    return recede(stage, lay(notes, stage.length), _FIELD) + air


def make_dog(stage: Stage) -> Floats:
    """Return a dog that barks a few times."""
    base = stage.uniform(320, 470)
    rich = tuple(0.88**number for number in range(18))
    notes = []
    clock = 0.03
    for _ in range(stage.traits.count or stage.choose(3, 5)):
        lift = stage.uniform(0.92, 1.1)
        call = Call(
            hertz=(base * 0.8 * lift, base * 1.25 * lift, base * 0.7 * lift),
            seconds=stage.uniform(0.15, 0.21),
            attack=0.18,
            harmonics=rich,
            rough=0.45,
        )
        bark = resonate(sing(stage, call), ((700, 350), (1350, 450), (2600, 700)), -26.0)
        notes.append(
            Note(start=clock, sound=bark, gain=stage.uniform(0.75, 1.0), pan=stage.uniform(-0.1, 0.1))
        )
        clock += stage.uniform(0.3, 0.75)
    return recede(stage, rest(lay(notes, int((clock + 0.3) * RATE)), 1.6), OPEN)


def make_wolf(stage: Stage) -> Floats:
    """Return wolves: one howls, another joins, the valley answers."""
    notes = []
    for index in range(3):
        base = stage.uniform(360, 520)
        seconds = stage.uniform(2.6, 3.6)
        call = Call(
            hertz=(base * 0.62, base, base * 1.04, base * 1.0, base * 0.94, base * 0.66),
            seconds=seconds,
            attack=0.2,
            harmonics=(1.0, 0.32, 0.16, 0.06, 0.02),
            vibrato=0.006,
            rate=4.5,
        )
        howl = resonate(sing(stage, call), ((500, 500), (1000, 700)), -20.0)
        start = 0.03 + index * stage.uniform(1.0, 1.9)
        pan = stage.uniform(-0.7, 0.7)
        notes.append(Note(start=start, sound=veil(howl, 0.25 * index), gain=1.0 - 0.28 * index, pan=pan))
    return fade(recede(stage, rest(lay(notes, int(7.6 * RATE)), 3.4), VALLEY), 0.0, 1.0)


def _chirp(stage: Stage, index: int) -> Iterator[Note]:
    """Yield one field cricket: chirps of three or four pulses, pauses; higher indices sit farther."""
    far = 0.15 + 0.085 * index
    hertz = stage.uniform(3700, 4700)
    rate = stage.uniform(1.7, 2.9)
    pan = stage.uniform(-0.95, 0.95)
    pulses = stage.choose(3, 4)
    pulse = Call(hertz=(hertz * 1.015, hertz, hertz * 0.985), seconds=0.017, attack=0.45, harmonics=(1.0,))
    chirp = [
        Note(start=number * 0.030, sound=sing(stage, pulse), gain=0.6 + 0.13 * number)
        for number in range(pulses)
    ]
    sound = veil(lay(chirp, int(0.16 * RATE))[0], far * 0.6)
    gain = 0.55 * (1.0 - far)
    clock = stage.uniform(0.0, 1.0)
    end = clock + stage.seconds - 0.2
    while clock < end:
        for _ in range(stage.choose(4, 18)):
            if clock < end:
                yield Note(start=clock, sound=sound, gain=gain * stage.uniform(0.75, 1.0), pan=pan)
            clock += stage.uniform(0.82, 1.25) / rate
        clock += stage.uniform(0.4, 2.8)


def _hum(stage: Stage, hertz: float, rate: float) -> Floats:
    """Return a continuous trill of many insects: narrow noise beaten at a wing rate that is never exact."""
    pitch = hertz * (1.0 + np.float32(0.006) * wander(stage, 1.2))
    wings = rate * (1.0 + np.float32(0.05) * wander(stage, 0.4))
    turns = np.cumsum(wings, dtype=np.float64) / RATE
    turns *= round(turns[-1]) / turns[-1]
    beat = (0.5 + 0.5 * np.sin(2.0 * np.pi * turns)).astype(np.float32)
    return np.stack([make_whistle(stage, pitch, 60.0) * beat, make_whistle(stage, pitch, 60.0) * beat])


def _croak(stage: Stage, index: int) -> Iterator[Note]:
    """Yield one frog: a croak is a train of pulses in a throat; it waits, then calls a few times."""
    hertz = stage.uniform(650, 1500)
    rate = stage.uniform(32, 60)
    seconds = stage.uniform(0.16, 0.42)
    length = int(seconds * RATE)
    time = np.arange(length) / RATE
    pulses = np.maximum(0.0, np.sin(2 * np.pi * rate * time * (1.0 + 0.25 * time / seconds))) ** 5
    carrier = np.sin(2 * np.pi * hertz * time * (1.0 + 0.06 * time / seconds)) + 0.4 * make_noise(
        stage, ((hertz / 2, -20), (hertz, 0), (hertz * 2, -10), (hertz * 4, -34)), length
    )
    shape = np.sin(np.pi * np.linspace(0, 1, length)) ** 0.6
    voice = resonate((carrier * pulses * shape).astype(np.float32), ((hertz, 300), (hertz * 2.2, 600)), -24.0)
    far = index / 14.0
    sound = veil(voice, far * 0.6)
    pan = stage.uniform(-0.95, 0.95)
    clock = stage.uniform(0.0, 2.0)
    end = clock + stage.seconds - 0.5
    while clock < end:
        for _ in range(stage.choose(1, 4)):
            if clock < end:
                yield Note(start=clock, sound=sound, gain=(1 - far) * stage.uniform(0.5, 0.9), pan=pan)
            clock += seconds + stage.uniform(0.12, 0.65)
        clock += stage.uniform(0.5, 4.0)
