"""Rain: a wash of far drops, grains of near ones, and what they fall on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fullcast.audio.textures.grains import Note, arrivals, bubble, burst, lay, ring
from fullcast.audio.textures.noise import Colour, make_wide_noise, sway
from fullcast.audio.textures.space import CHAMBER, OPEN, recede, reverberate, veil
from fullcast.audio.textures.stage import Floats, Stage

_GROUND: Colour = ((60, -30), (250, -13), (900, -3), (2000, 0), (4200, -4), (8000, -12), (16000, -28))
_MIST: Colour = ((150, -30), (700, -12), (2200, -1), (3800, 0), (7000, -9), (14000, -26))
_DEEP: Colour = ((40, -26), (160, -10), (500, -3), (1500, 0), (4000, -5), (8000, -13), (16000, -28))
_METAL: Colour = (
    (80, -26),
    (300, -8),
    (700, 0),
    (1600, -3),
    (2600, 0),
    (5000, -8),
    (9000, -18),
    (16000, -34),
)
_FOLIAGE: Colour = ((100, -30), (400, -14), (1200, -2), (3000, 0), (4500, -6), (8000, -14), (16000, -30))
_OUTSIDE: Colour = ((50, -22), (150, -6), (400, 0), (900, -3), (2000, -12), (5000, -26), (12000, -46))
_CANVAS: Colour = ((50, -24), (150, -4), (350, 0), (900, -5), (2500, -12), (6000, -20), (14000, -36))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drops:
    """Near drops that are heard one by one."""

    rate: float
    """Drops a second at medium strength."""
    low: float
    high: float
    """Hertz between which a drop's resonance lies."""
    decay: float
    """Seconds until a drop is 60 dB down."""
    tone: float
    """From a dull pat (0) to a ringing one (1)."""
    gain: float
    """Level beside a wash of RMS 1."""


_PATTER = Drops(rate=170, low=1100, high=6500, decay=0.016, tone=0.25, gain=1.5)


def make_rain(stage: Stage) -> Floats:
    """Return rain on open ground; light rain has single drops and puddles, heavy rain a deep roar."""
    strength = stage.traits.strength
    colour = _DEEP if strength > 0 else _GROUND
    wash = _wash(stage, colour, 1.2)
    patter = _drop(stage, _PATTER, 1.0 + 0.8 * strength)
    puddles = _plink(stage, 7.0 + 3.0 * strength, 0.55 - 0.25 * strength)
    return _settle(stage, wash * np.float32(0.75 + 0.5 * strength) + patter + puddles)


def make_drizzle(stage: Stage) -> Floats:
    """Return drizzle: a thin high wash and now and then a drop from the eaves."""
    wash = _wash(stage, _MIST, 1.0)
    patter = _drop(stage, Drops(rate=70, low=1800, high=5500, decay=0.009, tone=0.1, gain=0.7), 1.0)
    return _settle(stage, wash + patter + _plink(stage, 1.6, 0.9))


def make_tin_rain(stage: Stage) -> Floats:
    """Return rain on a tin roof, heard from below: a hundred small pings in a metallic roar."""
    strength = stage.traits.strength
    wash = _wash(stage, _METAL, 1.4)
    pings = _drop(
        stage, Drops(rate=210, low=350, high=3800, decay=0.07, tone=0.85, gain=1.5), 1 + 0.7 * strength
    )
    under = reverberate(stage, wash * np.float32(0.55 + 0.3 * strength) + pings, CHAMBER)
    return veil(under, max(0.12, stage.traits.distance))


def make_leaf_rain(stage: Stage) -> Floats:
    """Return rain in leaves: soft pats and slow drips under a wash that moves with the crowns."""
    wash = _wash(stage, _FOLIAGE, 2.4)
    pats = _drop(stage, Drops(rate=120, low=600, high=3000, decay=0.028, tone=0.1, gain=2.0), 1.0)
    drips = _drop(stage, Drops(rate=9, low=350, high=900, decay=0.05, tone=0.35, gain=3.0), 1.0)
    return _settle(stage, wash * np.float32(0.7) + pats + drips)


def make_window_rain(stage: Stage) -> Floats:
    """Return rain on a window, heard from indoors: a dull wash outside, ticks on the glass."""
    wash = _wash(stage, _OUTSIDE, 1.6)
    glass = Drops(rate=26, low=1500, high=4200, decay=0.022, tone=0.7, gain=1.9)
    ticks = _drop(stage, glass, 1.0 + 0.6 * stage.traits.strength)
    sill = _drop(stage, Drops(rate=2.5, low=300, high=700, decay=0.06, tone=0.6, gain=2.2), 1.0)
    return veil(reverberate(stage, wash + ticks + sill, CHAMBER), stage.traits.distance)


def make_umbrella_rain(stage: Stage) -> Floats:
    """Return rain on an umbrella or a tent: near, low, drumming."""
    wash = _wash(stage, _CANVAS, 1.2)
    thumps = Drops(rate=75, low=160, high=900, decay=0.04, tone=0.5, gain=2.6)
    drumming = _drop(stage, thumps, 1.0 + 0.6 * stage.traits.strength)
    around = _wash(stage, _GROUND, 1.0) * np.float32(0.16)
    return veil(wash * np.float32(0.6) + drumming + around, stage.traits.distance)


def _settle(stage: Stage, signal: Floats) -> Floats:
    return recede(stage, signal, OPEN) if stage.traits.distance > 0 else signal


def _wash(stage: Stage, colour: Colour, depth: float) -> Floats:
    """Return the roar of drops too many to be told apart, in slow and fast movement."""
    wash = make_wide_noise(stage, colour, 0.85)
    for channel in range(2):
        wash[channel] *= sway(stage, 0.35, 0.5 * depth)
    wash *= sway(stage, 2.2, 0.7 * depth)
    return wash


def _drop(stage: Stage, drops: Drops, density: float) -> Floats:
    """Return drops that fall at random times and places, few of them near and loud."""
    prototypes = [_make_drop(stage, drops) for _ in range(int(48 + 80 * drops.tone))]
    times = arrivals(stage, drops.rate * density)
    count = len(times)
    which = stage.random.integers(0, len(prototypes), count)
    # Levels of drops spread by about 6 dB; the cut keeps a single drop from sounding like a stone.
    gains = drops.gain * np.minimum(np.exp(stage.random.standard_normal(count) * 0.7), 3.2)
    pans = stage.random.uniform(-0.95, 0.95, count)
    notes = (
        Note(start=float(time), sound=prototypes[index], gain=float(gain), pan=float(pan))
        for time, index, gain, pan in zip(times, which, gains, pans, strict=True)
    )
    return lay(notes, stage.length)


def _make_drop(stage: Stage, drops: Drops) -> Floats:
    hertz = float(np.exp(stage.uniform(np.log(drops.low), np.log(drops.high))))
    decay = stage.spread(drops.decay, 1.4)
    # The blow itself: noise around the resonance, without the highs that would make it a click.
    blow = burst(stage, ((hertz / 4, -20), (hertz, 0), (hertz * 2.2, -12), (hertz * 5, -36)), 0.0008, decay)
    modes = [
        (hertz * stage.spread(ratio, 1.05), decay * 1.6 / ratio, 1.0 / ratio) for ratio in (1.0, 1.62, 2.41)
    ]
    sung = ring(modes, decay * 1.8)
    length = max(len(blow), len(sung))
    mixed = np.zeros(length, dtype=np.float32)
    mixed[: len(blow)] += np.float32(1.0 - drops.tone) * blow
    mixed[: len(sung)] += np.float32(0.5 * drops.tone) * sung
    return mixed


def _plink(stage: Stage, rate: float, gain: float) -> Floats:
    """Return drops in puddles: bubbles that ring."""
    return lay(_plinks(stage, rate, gain), stage.length)


def _plinks(stage: Stage, rate: float, gain: float) -> Iterator[Note]:
    for time in arrivals(stage, rate):
        hertz = min(3200.0, stage.spread(1300.0, 1.5))
        sound = bubble(hertz, stage.spread(0.035, 1.3), 0.2)
        level = gain * stage.spread(1.0, 1.6)
        yield Note(start=float(time), sound=sound, gain=level, pan=stage.uniform(-0.9, 0.9))
