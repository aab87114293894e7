"""Fire and storm: flames, embers, thunder, blasts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fullcast.audio.textures.grains import Note, arrivals, burst, fade, lay, ring
from fullcast.audio.textures.noise import Colour, make_noise, make_wide_noise, sway
from fullcast.audio.textures.space import CHAMBER, OPEN, VALLEY, Room, recede, rest, reverberate, veil
from fullcast.audio.textures.stage import RATE, Floats, Stage

_BLAST = Room(decay=2.8, wet=0.3, delay=0.06, dark=0.25)
_FLAME: Colour = ((25, -14), (60, -2), (130, 0), (300, -10), (900, -24), (4000, -46))
_BREATH: Colour = ((150, -24), (500, -6), (1200, 0), (3000, -6), (7000, -16), (15000, -34))
_FLUTTER: Colour = ((25, -6), (60, 0), (160, -3), (400, -14), (1500, -30), (6000, -50))


def make_fire(stage: Stage) -> Floats:
    """Return a hearth fire: a soft low flame, crackle in clusters, now and then a log that pops."""
    crackle = lay(_crackle(stage, 7.0 + 2.5 * stage.traits.strength, 1.6), stage.length)
    return recede(stage, _flame(stage, 0.12, 0.04) + crackle, CHAMBER)


def make_campfire(stage: Stage) -> Floats:
    """Return a fire in the open: a broader flame, more and drier crackle."""
    crackle = lay(_crackle(stage, 13.0 + 4.0 * stage.traits.strength, 2.2), stage.length)
    return recede(stage, _flame(stage, 0.20, 0.24) + crackle, OPEN)


def make_candle(stage: Stage) -> Floats:
    """Return a candle: a flame that flutters, hardly more than a breath."""
    flame = make_wide_noise(stage, _FLUTTER, 0.4)
    flame *= sway(stage, 0.06, 2.6) * sway(stage, 1.5, 2.5)
    air = make_wide_noise(stage, _BREATH, 0.9) * np.float32(0.08)
    return flame + air + lay(_crackle(stage, 0.25, 0.25), stage.length)


def make_match(stage: Stage) -> Floats:
    """Return a match: a scrape, the flare, a flame that steadies and is gone."""
    scrape = burst(stage, ((900, -24), (2500, -4), (5000, 0), (9000, -8), (15000, -26)), 0.10, 0.30)
    grit = 0.6 + 0.4 * np.abs(make_noise(stage, ((40, 0), (180, 0), (600, -30)), len(scrape)))
    flare = burst(stage, ((120, -18), (500, -3), (1500, 0), (4000, -6), (9000, -18)), 0.07, 1.1)
    flame = burst(stage, _FLUTTER, 0.15, 2.2)
    notes = [
        Note(start=0.02, sound=(scrape * grit).astype(np.float32), gain=0.8, pan=-0.1),
        Note(start=0.24, sound=flare, gain=1.5, pan=0.05),
        Note(start=0.30, sound=flame, gain=0.9),
    ]
    return recede(stage, lay(notes, int(3.4 * RATE)), CHAMBER)


def make_thunder(stage: Stage) -> Floats:
    """Return thunder: near, a tearing crack and a long roll; far, only the roll over the hills.

    The channel of lightning is kilometres long: its parts are heard one after the other, each farther part
    duller, which is why thunder rolls.
    """
    distance = max(stage.traits.distance, 0.35 if stage.traits.strength < 0 else 0.0)
    seconds = 7.5 + 2.0 * distance
    roll = _roll(stage, seconds, distance)
    if distance < 0.3:
        crack = lay(_crack(stage), roll.shape[1]) * np.float32(12.0)
        roll += crack
    heard = reverberate(stage, rest(roll, 3.2), VALLEY)
    return fade(veil(heard, distance * 0.8), 0.0, 2.5)


def make_explosion(stage: Stage) -> Floats:
    """Return a blast: a blow in the chest, debris, and the land answering."""
    deep = burst(stage, ((25, -4), (45, 0), (110, -4), (300, -16), (1200, -34)), 0.012, 2.6)
    body = burst(stage, ((60, -10), (200, 0), (700, -4), (2500, -14), (8000, -30)), 0.006, 1.1)
    notes = [Note(start=0.02, sound=deep, gain=2.2), Note(start=0.02, sound=body, gain=1.2)]
    for time in np.sort(stage.random.exponential(0.5, 26)):
        piece = burst(stage, ((300, -20), (900, 0), (2200, -8), (7000, -26)), 0.004, 0.12)
        gain = 0.4 * float(np.exp(-time))
        notes.append(Note(start=0.15 + float(time), sound=piece, gain=gain, pan=stage.uniform(-0.9, 0.9)))
    return fade(recede(stage, rest(lay(notes, 4 * RATE), 2.5), _BLAST), 0.0, 1.5)


def make_gunshot(stage: Stage) -> Floats:
    """Return a shot: a short sharp blow and its echo between the houses."""
    crack = burst(
        stage, ((80, -12), (250, -2), (900, 0), (3000, -4), (7000, -14), (15000, -30)), 0.0012, 0.22
    )
    boom = burst(stage, ((35, -6), (80, 0), (220, -8), (800, -24)), 0.004, 0.5)
    notes = [Note(start=0.02, sound=crack, gain=1.4), Note(start=0.02, sound=boom, gain=1.3)]
    for delay, gain, pan in ((0.17, 0.22, -0.7), (0.29, 0.15, 0.8), (0.47, 0.09, -0.3)):
        late = delay * stage.spread(1.0, 1.15)
        notes.append(Note(start=0.02 + late, sound=veil(crack, 0.45), gain=gain, pan=pan))
    return fade(recede(stage, rest(lay(notes, int(1.5 * RATE)), 2.0), OPEN), 0.0, 1.0)


def _flame(stage: Stage, low: float, high: float) -> Floats:
    """Return the flame itself: a low flutter and a breath above."""
    flame = make_wide_noise(stage, _FLAME, 0.6) * np.float32(low)
    flame *= sway(stage, 0.14, 2.0) * sway(stage, 1.8, 1.4)
    breath = make_wide_noise(stage, _BREATH, 0.9) * np.float32(high)
    breath *= sway(stage, 0.5, 1.6)
    return flame + breath


def _crackle(stage: Stage, rate: float, gain: float) -> Iterator[Note]:
    """Yield crackle in clusters: small ticks, fewer snaps, rarely a pop with the log's body in it."""
    ticks = [_snap(stage, stage.uniform(1100, 5200), stage.uniform(0.004, 0.014)) for _ in range(48)]
    pops = [_pop(stage) for _ in range(10)]
    for time in arrivals(stage, rate / 2.5):
        pan = stage.uniform(-0.75, 0.75)
        for _ in range(1 + int(stage.random.poisson(1.5))):
            start = float(time) + float(stage.random.exponential(0.09))
            loud = gain * min(2.6, stage.spread(0.5, 2.0))
            tick = ticks[stage.choose(0, len(ticks) - 1)]
            yield Note(start=start, sound=tick, gain=loud, pan=pan + stage.uniform(-0.15, 0.15))
    for time in arrivals(stage, rate * 0.06):
        loud = gain * min(2.0, stage.spread(1.0, 1.5))
        yield Note(start=float(time), sound=pops[stage.choose(0, 9)], gain=loud, pan=stage.uniform(-0.6, 0.6))


def _snap(stage: Stage, hertz: float, decay: float) -> Floats:
    return burst(
        stage,
        ((hertz / 5, -24), (hertz / 1.5, -2), (hertz, 0), (hertz * 2, -14), (hertz * 4, -40)),
        0.0006,
        decay,
    )


def _pop(stage: Stage) -> Floats:
    hertz = stage.uniform(180, 420)
    body = ring([(hertz, 0.05, 1.0), (hertz * 2.3, 0.03, 0.5), (hertz * 4.1, 0.02, 0.35)], 0.09)
    snap = _snap(stage, stage.uniform(900, 2400), 0.02)
    shared = min(len(snap), len(body))
    body[:shared] += snap[:shared]
    return body


def _roll(stage: Stage, seconds: float, distance: float) -> Floats:
    """Return the roll: claps from farther and farther along the channel, in four bands."""
    length = int(seconds * RATE)
    time = np.arange(int(seconds * 500) + 2) / 500
    moments = np.arange(length) / RATE
    claps = np.sort(stage.random.exponential(seconds * 0.22, stage.choose(9, 14)))
    claps[0] = 0.0 if distance < 0.3 else claps[0] * 0.5
    pans = stage.random.uniform(-0.7, 0.7, len(claps))
    roll = np.zeros((2, length), dtype=np.float32)
    bands: tuple[tuple[Colour, float, float], ...] = (
        (((22, -10), (40, 0), (90, 0), (180, -24)), 1.3, 1.0),
        (((70, -20), (130, 0), (260, -2), (500, -26)), 0.9, 0.8),
        (((220, -20), (400, 0), (900, -6), (1800, -30)), 0.5, 0.42 * (1 - distance)),
        (((800, -20), (1600, 0), (3500, -8), (9000, -34)), 0.28, 0.20 * (1 - distance) ** 2),
    )
    for colour, decay, gain in bands:
        for channel, side in enumerate((-1.0, 1.0)):
            shape = np.zeros(len(time))
            for clap, pan in zip(claps, pans, strict=True):
                height = stage.spread(1.0, 1.5) * np.exp(-clap / (seconds * 0.42)) * (1.0 + 0.5 * side * pan)
                since = np.maximum(time - clap, 0.0)
                attack = 0.02 + 0.12 * distance + 0.03 * clap
                shape += height * np.exp(-since / decay) * (1.0 - np.exp(-since / attack))
            level = np.interp(moments, time, gain * shape).astype(np.float32)
            roll[channel] += make_noise(stage, colour, length) * level
    return fade(roll, 0.005, 1.5)


def _crack(stage: Stage) -> Iterator[Note]:
    """Yield the tearing of a near stroke: dozens of short claps within half a second."""
    for time in np.sort(stage.random.beta(1.1, 2.2, 34)) * 0.75:
        hertz = stage.uniform(700, 2600)
        colour = ((hertz / 8, -12), (hertz / 3, 0), (hertz, 0), (hertz * 2.5, -14), (hertz * 6, -38))
        sound = burst(stage, colour, 0.003, stage.uniform(0.05, 0.25))
        gain = 1.3 * float(np.exp(-time * 2.0)) * stage.spread(0.8, 1.6)
        yield Note(start=float(time), sound=sound, gain=gain, pan=stage.uniform(-0.6, 0.6))
