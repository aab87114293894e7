"""Bells, gongs and clocks: modal resonators with the partials of the real things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fullcast.audio.textures.grains import Mode, Note, arrivals, beats, burst, fade, lay, ring
from fullcast.audio.textures.noise import make_wide_noise
from fullcast.audio.textures.space import CHAMBER, HALL, OPEN, Room, recede
from fullcast.audio.textures.stage import RATE, Floats, Stage

_CHURCH: tuple[Mode, ...] = (
    (0.5, 9.0, 0.55),
    (1.0, 6.5, 0.75),
    (1.2, 5.5, 0.85),
    (1.5, 3.6, 0.35),
    (2.0, 4.2, 1.0),
    (2.5, 2.0, 0.30),
    (2.67, 1.8, 0.25),
    (3.0, 1.8, 0.35),
    (4.0, 1.1, 0.22),
    (5.33, 0.6, 0.12),
    (6.7, 0.35, 0.07),
)
"""Partials of a tuned church bell as (ratio to the prime, seconds to 60 dB down, amplitude): hum, prime,
minor third, fifth, nominal and above. Ratios: N. H. Fletcher and T. D. Rossing, The Physics of Musical
Instruments, 2nd ed., chapter 21; decays and amplitudes are ours."""
_SMALL: tuple[Mode, ...] = (
    (1.0, 2.6, 1.0),
    (2.02, 1.4, 0.30),
    (2.74, 1.1, 0.45),
    (5.2, 0.5, 0.16),
    (8.1, 0.2, 0.05),
)
_SHIP: tuple[Mode, ...] = (
    (1.0, 2.8, 1.0),
    (1.19, 2.0, 0.5),
    (2.0, 1.6, 0.8),
    (2.56, 1.0, 0.4),
    (3.3, 0.7, 0.3),
    (4.6, 0.4, 0.18),
)
_GONG: tuple[Mode, ...] = (
    (1.0, 9.0, 1.0), (1.47, 8.0, 0.6), (1.93, 7.0, 0.7), (2.36, 6.0, 0.5), (2.9, 5.0, 0.45), (3.6, 4.2, 0.4),
    (4.4, 3.4, 0.32), (5.3, 2.8, 0.25), (6.4, 2.2, 0.2), (7.9, 1.6, 0.14), (9.6, 1.2, 0.1),
)  # fmt: skip
_COIL: tuple[Mode, ...] = (
    (1.0, 3.4, 1.0),
    (2.32, 2.2, 0.55),
    (4.25, 1.4, 0.35),
    (6.63, 0.8, 0.2),
    (9.4, 0.4, 0.1),
)
_TUBE: tuple[Mode, ...] = ((1.0, 4.0, 1.0), (2.76, 1.6, 0.35), (5.4, 0.7, 0.12))
_STEEPLE = Room(decay=2.6, wet=0.32, delay=0.03, dark=0.35)


def make_church_bell(stage: Stage) -> Floats:
    """Return a church bell that tolls, from its steeple over the roofs."""
    prime = stage.uniform(225, 275)
    period = 2.6 * 2.0 ** (-0.5 * stage.traits.pace)
    bell = _cast(stage, _CHURCH, prime, 8.5)
    clapper = burst(stage, ((150, -12), (600, 0), (2000, -6), (6000, -24)), 0.0015, 0.06)
    notes = []
    for time in _strokes(stage, period, 8.5):
        loud = stage.uniform(0.8, 1.0)
        notes.append(Note(start=time, sound=bell, gain=loud))
        notes.append(Note(start=time, sound=clapper, gain=0.35 * loud))
    return recede(stage, lay(notes, stage.length), _STEEPLE)


def make_ship_bell(stage: Stage) -> Floats:
    """Return a ship's bell: strokes in pairs."""
    bell = _cast(stage, _SHIP, stage.uniform(820, 980), 3.2)
    notes = []
    for time in beats(stage, 2.1, 0.01, 4.0):
        for offset, loud in ((0.0, 0.85), (0.55, 1.0)):
            notes.append(Note(start=time + offset, sound=bell, gain=loud * stage.uniform(0.9, 1.0)))
    return recede(stage, lay(notes, stage.length), OPEN)


def make_hand_bell(stage: Stage) -> Floats:
    """Return a small hand bell that is rung."""
    bell = _cast(stage, _SMALL, stage.uniform(1500, 1900), 1.6)
    notes = [
        Note(start=time, sound=bell, gain=stage.uniform(0.5, 1.0), pan=stage.uniform(-0.2, 0.2))
        for time in beats(stage, 0.26, 0.10, 1.9)
    ]
    return recede(stage, lay(notes, stage.length), CHAMBER)


def make_doorbell(stage: Stage) -> Floats:
    """Return a doorbell: ding, dong, two chime bars in a hallway."""
    high = stage.uniform(620, 700)
    notes = [
        Note(start=0.03, sound=_cast(stage, _TUBE, high, 2.2), gain=0.9, pan=-0.1),
        Note(start=0.03 + stage.uniform(0.5, 0.65), sound=_cast(stage, _TUBE, high * 0.794, 3.0), pan=0.1),
    ]
    return recede(stage, lay(notes, int(4.2 * RATE)), CHAMBER)


def make_gong(stage: Stage) -> Floats:
    """Return a gong: a soft blow that blooms and dies away slowly."""
    modes = [(ratio * stage.uniform(0.98, 1.02), decay, level) for ratio, decay, level in _GONG]
    low = fade(_cast(stage, modes[:4], 92.0, 7.5), 0.03, 0.0)
    bloom = fade(_cast(stage, modes[4:], 92.0, 7.5), 0.25, 0.0)
    notes = [Note(start=0.03, sound=low), Note(start=0.03, sound=bloom, gain=0.8)]
    return fade(recede(stage, lay(notes, 9 * RATE), HALL), 0.0, 1.2)


def make_chimes(stage: Stage) -> Floats:
    """Return wind chimes: tubes of a pentatonic scale, touched when the air moves."""
    scale = [523.25 * ratio for ratio in (1.0, 9 / 8, 5 / 4, 3 / 2, 5 / 3, 2.0, 9 / 4)]
    tubes = [_cast(stage, _TUBE, hertz * 1.5, 3.6) for hertz in scale]
    notes = []
    for time in arrivals(stage, 0.85):
        clock = float(time)
        for _ in range(1 + int(stage.random.poisson(2.0))):
            tube = stage.choose(0, len(tubes) - 1)
            gain = min(1.0, stage.spread(0.4, 1.7))
            notes.append(Note(start=clock, sound=tubes[tube], gain=gain, pan=-0.7 + 0.23 * tube))
            clock += stage.spread(0.22, 1.7)
    air = make_wide_noise(stage, ((60, -8), (200, 0), (700, -6), (2500, -18), (9000, -36)), 0.9) * np.float32(
        0.012
    )
    return recede(stage, lay(notes, stage.length), OPEN) + air


def make_clock(stage: Stage) -> Floats:
    """Return a pendulum clock: tick and tock in a wooden case, once a second."""
    period = 1.0 * 2.0 ** (-0.6 * stage.traits.pace)
    return _tick(stage, period, (1.0, 0.84), Room(decay=0.45, wet=0.3))


def make_watch(stage: Stage) -> Floats:
    """Return a pocket watch: five small beats a second."""
    notes = []
    ticks = [_beat(stage, 2900.0 * ratio, 0.08) for ratio in (1.0, 0.93)]
    for index, time in enumerate(beats(stage, 0.2, 0.006, 0.15)):
        notes.append(Note(start=time, sound=ticks[index % 2], gain=1.0 - 0.25 * (index % 2)))
    return recede(stage, lay(notes, stage.length), Room(decay=0.25, wet=0.12))


def make_clock_strike(stage: Stage) -> Floats:
    """Return a clock that strikes: a coil gong, as many strokes as the prompt says, else three."""
    count = stage.traits.count or 3
    gong = _cast(stage, _COIL, stage.uniform(330, 400), 3.6)
    hammer = burst(stage, ((120, -8), (400, 0), (1500, -8), (5000, -26)), 0.001, 0.04)
    notes = []
    for index in range(count):
        start = 0.05 + index * 1.55
        notes += [
            Note(start=start, sound=gong, gain=stage.uniform(0.9, 1.0)),
            Note(start=start, sound=hammer, gain=0.3),
        ]
    length = int((1.55 * count + 3.6) * RATE)
    return fade(recede(stage, lay(notes, length), Room(decay=0.7, wet=0.3)), 0.0, 0.4)


def _strokes(stage: Stage, period: float, tail: float) -> list[float]:
    """Return the strokes of a bell: as many as the prompt counts, else as many as there is time for."""
    strokes = beats(stage, period, 0.012, tail)
    return strokes[: stage.traits.count] if stage.traits.count and not stage.loop else strokes


def _cast(stage: Stage, partials: Sequence[Mode], hertz: float, seconds: float) -> Floats:
    """Return one stroke of a bell; each partial is two, a little apart, as no bell is perfectly round.

    Shape:
        ``[samples]``, float32, peak 1.
    """
    modes: list[Mode] = []
    for ratio, decay, level in partials:
        apart = stage.uniform(0.15, 0.6)
        modes.append((hertz * ratio, decay, level))
        modes.append((hertz * ratio + apart, decay * 0.85, level * 0.45))
    stroke = ring(modes, seconds, 0.0012)
    return fade(stroke / np.float32(np.max(np.abs(stroke))), 0.0, seconds * 0.3)


def _tick(stage: Stage, period: float, pitches: tuple[float, float], room: Room) -> Floats:
    sounds = [_beat(stage, 1750.0 * ratio, 1.0) for ratio in pitches]
    notes = []
    for index, time in enumerate(beats(stage, period, 0.0015, 0.5)):
        # Tick and tock are never quite even, whoever hung the clock.
        late = 0.012 * (index % 2)
        notes.append(
            Note(start=time + late, sound=sounds[index % 2], gain=stage.uniform(0.93, 1.0), pan=0.05)
        )
    return recede(stage, lay(notes, stage.length), room)


def _beat(stage: Stage, hertz: float, wood: float) -> Floats:
    """Return one beat of an escapement: a pallet's click, the drop a moment later, the case that answers."""
    click = ring([(hertz, 0.018, 0.8), (hertz * 1.57, 0.012, 0.5), (hertz * 2.3, 0.008, 0.2)], 0.05, 0.0006)
    case = ring(
        [(215, 0.07, wood), (390, 0.05, 0.7 * wood), (640, 0.035, 0.5 * wood), (1010, 0.02, 0.3 * wood)], 0.12
    )
    blow = burst(stage, ((400, -14), (1400, 0), (3500, -8), (9000, -30)), 0.0008, 0.012)
    parts = [
        Note(start=0.0, sound=blow, gain=0.4),
        Note(start=0.0, sound=click),
        Note(start=0.001, sound=case, gain=0.8),
    ]
    parts.append(Note(start=0.011, sound=click, gain=0.45))
    beat = lay(parts, int(0.2 * RATE))[0]
    return np.asarray(beat / np.float32(np.max(np.abs(beat))))
