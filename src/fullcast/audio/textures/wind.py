"""Wind: bands of noise that follow the gusts, and gaps that sing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fullcast.audio.textures.noise import Colour, make_noise, make_whistle, make_wide_noise, sway, wander
from fullcast.audio.textures.space import veil
from fullcast.audio.textures.stage import Floats, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Air:
    """How a wind blows."""

    low: float
    middle: float
    high: float
    """Gains of the three bands."""
    gust: float
    """Seconds that a gust lasts."""
    depth: float
    """Decibels of a gust in the low band (one deviation); higher bands move more."""


_LOW: Colour = ((20, -14), (60, -2), (140, 0), (320, -9), (800, -24), (3000, -50), (12000, -80))
_MIDDLE: Colour = ((80, -30), (250, -6), (500, 0), (1000, -6), (2500, -20), (8000, -44))
_HIGH: Colour = ((300, -40), (1000, -12), (2200, -2), (4200, 0), (7000, -10), (14000, -30))
_LEAVES: Colour = ((300, -34), (1200, -12), (2800, -1), (4500, 0), (7500, -7), (14000, -24))


def make_wind(stage: Stage) -> Floats:
    """Return wind over open country."""
    return _blow(stage, Air(low=1.0, middle=0.6, high=0.07, gust=2.8, depth=3.0))


def make_breeze(stage: Stage) -> Floats:
    """Return a breeze: soft, slow, more air than wind."""
    return _blow(stage, Air(low=0.30, middle=0.75, high=0.26, gust=3.6, depth=2.6))


def make_gale(stage: Stage) -> Floats:
    """Return a gale: a deep roar with hard gusts, and a moan above it."""
    body = _blow(stage, Air(low=1.2, middle=1.3, high=0.34, gust=2.2, depth=3.0))
    return body + veil(_sing(stage, 290.0, 0.4), stage.traits.distance)


def make_howling(stage: Stage) -> Floats:
    """Return wind that howls round a house: gaps that sing as the gusts rise."""
    body = _blow(stage, Air(low=0.5, middle=0.35, high=0.07, gust=2.4, depth=3.0))
    voices = _sing(stage, 420.0, 0.55) + _sing(stage, 640.0, 0.42) + _sing(stage, 1080.0, 0.13)
    return body + veil(voices, stage.traits.distance)


def make_rustling(stage: Stage) -> Floats:
    """Return wind in trees: a rush of leaves that comes and goes through the crowns."""
    breath = wander(stage, 2.6)
    leaves = make_wide_noise(stage, _LEAVES, 0.95)
    for channel in range(2):
        own = 0.8 * breath + 0.5 * wander(stage, 0.8)
        flutter = wander(stage, 0.06) * np.float32(0.20)
        leaves[channel] *= np.exp(np.float32(0.55) * own + flutter)
    body = _blow(stage, Air(low=0.20, middle=0.26, high=0.0, gust=2.6, depth=2.2))
    return veil(leaves, stage.traits.distance) + body


def _blow(stage: Stage, air: Air) -> Floats:
    """Return noise in three bands; a gust lifts the higher ones more, as a harder wind sounds brighter."""
    strength = stage.traits.strength
    depth = air.depth * (1.0 + 0.3 * strength)
    gust = wander(stage, air.gust)
    total = np.zeros((2, stage.length), dtype=np.float32)
    for colour, gain, rise, width in (
        (_LOW, air.low, 1.0, 0.5),
        (_MIDDLE, air.middle, 1.5, 0.8),
        (_HIGH, air.high * (1.0 + 0.4 * strength), 2.0, 1.0),
    ):
        if gain:
            band = make_wide_noise(stage, colour, width)
            for channel in range(2):
                moved = gust * np.float32(0.85) + wander(stage, air.gust * 0.3) * np.float32(0.5)
                band[channel] *= np.exp(np.float32(depth * rise * 0.1151) * moved) * np.float32(gain)
            total += band
    return veil(total, stage.traits.distance * 0.6)


def _sing(stage: Stage, hertz: float, gain: float) -> Floats:
    """Return a gap that sings: narrow noise whose pitch and level rise with its own gusts."""
    gust = wander(stage, 2.2)
    pitch = hertz * np.exp(np.float32(0.16) * gust + np.float32(0.015) * wander(stage, 0.3))
    level = np.float32(gain) * np.exp(np.float32(0.75) * gust - np.float32(0.3))
    tone = make_whistle(stage, pitch, 14.0) + np.float32(0.25) * make_whistle(stage, pitch * 2.01, 30.0)
    breath = make_noise(stage, ((hertz / 3, -40), (hertz, 0), (hertz * 2, -20), (hertz * 6, -50)))
    voice = (tone + np.float32(0.3) * breath) * level
    side = np.float32(0.5) + np.float32(0.12) * np.clip(wander(stage, 3.0), -2, 2)
    return np.asarray(np.stack([voice * np.sqrt(side), voice * np.sqrt(1 - side)]) * sway(stage, 0.5, 0.8))
