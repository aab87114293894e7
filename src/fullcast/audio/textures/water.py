"""Water: waves on a shore, lapping, brooks, rivers, falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fullcast.audio.textures.grains import Note, arrivals, bubble, burst, lay
from fullcast.audio.textures.noise import Colour, expand, make_wide_noise, sway
from fullcast.audio.textures.space import OPEN, recede, veil
from fullcast.audio.textures.stage import Floats, Stage

_CONTROL = 100.0
_SWELL: Colour = ((25, -16), (70, -2), (180, 0), (400, -8), (1000, -22), (4000, -50))
_BREAK: Colour = ((80, -24), (250, -5), (600, 0), (1500, -3), (3500, -10), (8000, -22), (16000, -38))
_FOAM: Colour = ((500, -30), (1500, -8), (3500, 0), (6000, -3), (9000, -10), (16000, -26))
_WATER: Colour = ((80, -20), (250, -6), (600, 0), (1400, -3), (3000, -10), (7000, -22), (14000, -38))
_FALL: Colour = ((30, -14), (100, -4), (300, 0), (1000, -3), (3000, -8), (7000, -15), (16000, -30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """How waves come in."""

    period: float
    """Mean seconds from wave to wave."""
    swell: float
    crash: float
    foam: float
    """Gains of the deep swell, the breaking and the water running back."""
    floor: float
    """Level between the waves."""


def make_sea(stage: Stage) -> Floats:
    """Return waves on a calm shore: each swells, breaks softly and runs back over the sand."""
    calm = Waves(period=7.5, swell=0.5, crash=0.55, foam=0.36, floor=0.16)
    return _break(stage, calm)


def make_surf(stage: Stage) -> Floats:
    """Return surf in a storm: heavy breakers, one over the other."""
    return _break(stage, Waves(period=4.2, swell=1.5, crash=0.85, foam=0.26, floor=0.4))


def make_harbour(stage: Stage) -> Floats:
    """Return water lapping against a quay or a hull: slaps, gulps, a soft bed."""
    bed = make_wide_noise(stage, _WATER, 0.8) * np.float32(0.06)
    bed *= sway(stage, 1.5, 2.0)
    return recede(stage, bed + lay(_lap(stage), stage.length), OPEN)


def make_lake(stage: Stage) -> Floats:
    """Return a lake's edge: small waves that hardly break, now and then a gulp under the bank."""
    soft = _break(stage, Waves(period=3.1, swell=0.12, crash=0.20, foam=0.05, floor=0.35))
    return soft + lay(
        _bubble(stage, _Bubbles(rate=5.0, low=380, high=1300, decay=0.05, gain=0.35)), stage.length
    )


def make_brook(stage: Stage) -> Floats:
    """Return a brook: thousands of bubbles over stones."""
    wash = make_wide_noise(stage, _WATER, 0.9) * np.float32(0.35)
    wash *= sway(stage, 0.4, 1.0)
    small = _Bubbles(rate=105, low=500, high=3000, decay=0.028, gain=0.75)
    large = _Bubbles(rate=16, low=260, high=700, decay=0.07, gain=1.0)
    water = lay(_bubble(stage, small), stage.length) + lay(_bubble(stage, large), stage.length)
    return recede(stage, wash + water, OPEN) if stage.traits.distance else wash + water


def make_river(stage: Stage) -> Floats:
    """Return a river: a broad rush with deep gurgles."""
    wash = make_wide_noise(stage, _FALL, 0.9)
    for channel in range(2):
        wash[channel] *= sway(stage, 0.3, 1.0)
    wash *= sway(stage, 1.8, 1.2)
    gurgle = _Bubbles(rate=48, low=170, high=900, decay=0.075, gain=1.3)
    return veil(wash * np.float32(0.8) + lay(_bubble(stage, gurgle), stage.length), stage.traits.distance)


def make_waterfall(stage: Stage) -> Floats:
    """Return a waterfall: a dense roar with a mist of highs, never still."""
    roar = make_wide_noise(stage, _FALL, 1.0)
    for channel in range(2):
        roar[channel] *= sway(stage, 0.12, 0.8) * sway(stage, 1.2, 0.6)
    mist = make_wide_noise(stage, _FOAM, 1.0) * np.float32(0.28)
    return veil(roar + mist, stage.traits.distance)


def _break(stage: Stage, waves: Waves) -> Floats:
    """Return waves that come in: swell, crash and foam follow one another, and wander across the shore."""
    strength = 1.0 + 0.25 * stage.traits.strength
    shapes = _shapes(stage, waves)
    total = np.zeros((2, stage.length), dtype=np.float32)
    for colour, gain, shape, floor in (
        (_SWELL, waves.swell * strength, shapes[0], waves.floor * 1.2),
        (_BREAK, waves.crash * strength, shapes[1], waves.floor * 0.7),
        (_FOAM, waves.foam, shapes[2], waves.floor * 0.8),
    ):
        band = make_wide_noise(stage, colour, 0.9)
        for channel in range(2):
            envelope = expand(shape[channel], stage.length) + np.float32(floor)
            band[channel] *= envelope * sway(stage, 0.25, 0.9) * np.float32(gain)
        total += band
    return veil(total, stage.traits.distance)


def _shapes(stage: Stage, waves: Waves) -> Floats:
    """Return the envelopes of swell, crash and foam at the control rate: ``[3, 2, controls]``.

    Each wave has its own height, speed and place; the shore's two sides hear it at different moments.
    """
    count = max(64, round(stage.seconds * _CONTROL))
    shapes = np.zeros((3, 2, count))
    waited = 0.0
    begin = stage.uniform(0.0, waves.period)
    while waited < stage.seconds - 0.5 * waves.period:
        height = stage.spread(0.9, 1.35)
        speed = stage.spread(waves.period / 7.5, 1.15)
        lead = stage.uniform(-0.45, 0.45)
        pan = stage.uniform(-0.5, 0.5)
        for channel, side in enumerate((-1.0, 1.0)):
            moment = begin + waited + side * lead
            near = height * (1.0 + side * pan * 0.6)
            _add(shapes[0, channel], moment - 0.8 * speed, near, (1.9 * speed, 1.5 * speed))
            _add(shapes[1, channel], moment, near, (0.7 * speed, 1.5 * speed))
            _add(shapes[2, channel], moment + 0.9 * speed, near, (1.0 * speed, 2.6 * speed))
        waited += waves.period * stage.uniform(0.55, 1.45)
    return shapes


def _add(shape: Floats, moment: float, height: float, sides: tuple[float, float]) -> None:
    """Add one wave to an envelope, in place, around the circle: ``sides`` are rise and fall in seconds."""
    count = len(shape)
    rise, fall = sides
    time = np.arange(-int(2.5 * rise * _CONTROL), int(4.0 * fall * _CONTROL)) / _CONTROL
    wave = np.where(time < 0, np.exp(-np.square(time / rise) * 1.5), np.exp(-np.maximum(time, 0) / fall))
    places = (np.arange(len(time)) + int((moment + time[0]) * _CONTROL)) % count
    # A wave that is longer than the circle meets itself: every turn is added.
    np.add.at(shape, places, height * wave)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bubbles:
    rate: float
    low: float
    high: float
    decay: float
    gain: float


def _bubble(stage: Stage, bubbles: _Bubbles) -> Iterator[Note]:
    """Yield bubbles; they come in clumps, as water falls in gulps, each clump at its own stone."""
    span = np.log(bubbles.high / bubbles.low)
    prototypes = []
    for _ in range(64):
        hertz = bubbles.low * float(np.exp(span * stage.random.beta(1.6, 2.2)))
        decay = bubbles.decay * (bubbles.low * 2.0 / hertz) ** 0.4 * stage.spread(1.0, 1.3)
        prototypes.append(bubble(hertz, decay, stage.uniform(0.05, 0.35)))
    for time in arrivals(stage, bubbles.rate / 5.0):
        pan = stage.uniform(-0.9, 0.9)
        first = stage.choose(0, len(prototypes) - 1)
        loud = bubbles.gain * stage.spread(0.6, 1.8)
        for step in range(1 + int(stage.random.poisson(4.0))):
            sound = prototypes[(first + step * stage.choose(0, 7)) % len(prototypes)]
            start = float(time) + stage.uniform(0.0, 0.22)
            yield Note(start=start, sound=sound, gain=loud * stage.uniform(0.3, 1.0), pan=pan)


def _lap(stage: Stage) -> Iterator[Note]:
    """Yield slaps of small waves against wood or stone, each with its gulps."""
    slaps = [
        burst(
            stage, ((90, -16), (260, 0), (700, -3), (1800, -12), (5000, -28)), stage.uniform(0.05, 0.14), 0.45
        )
        for _ in range(16)
    ]
    for time in arrivals(stage, 1.5):
        pan = stage.uniform(-0.8, 0.8)
        loud = min(1.6, stage.spread(0.55, 1.6))
        yield Note(start=float(time), sound=slaps[stage.choose(0, 15)], gain=loud, pan=pan)
        for _ in range(stage.choose(1, 5)):
            sound = bubble(stage.uniform(220, 800), stage.uniform(0.05, 0.12), stage.uniform(0.1, 0.5))
            start = float(time) + stage.uniform(0.08, 0.5)
            yield Note(start=start, sound=sound, gain=loud * stage.uniform(0.1, 0.45), pan=pan)
