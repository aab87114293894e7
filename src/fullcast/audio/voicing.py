"""Effects on a voice: heard by telephone or radio, thought, near by or far away.

A take comes out as loud as it went in, so that voices stay matched; only ``far`` is softer, as it should be.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from fullcast.audio.filters import FRAME, Cascade, make_k_weighting
from fullcast.audio.rooms import reverberate
from fullcast.errors import AudioError
from fullcast.model import EFFECTS
from fullcast.units import MIX_RATE, to_gain

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

_TELEPHONE = (300.0, 3_400.0)
"""The band of a telephone line in hertz (ITU-T G.712)."""

_RADIO = (250.0, 4_500.0)
"""The band of a medium-wave broadcast, as receivers pass it."""

_FAR_SOFTER = 5.0
"""dB that a far voice loses: what a listener takes for three to four times the distance."""

_SMOOTHING = 0.02
"""Seconds over which the radio's compressor follows the voice."""


def voice_through(voice: Signal, effect: str) -> Signal:
    """Return a voice as an effect lets it be heard.

    Args:
        voice: A take at ``MIX_RATE``, one channel.
        effect: One of ``EFFECTS``.

    Shape:
        ``[1, samples]`` to ``[1, samples or more]``: what rings out is kept.

    Raises:
        AudioError: If there is no such effect.
    """
    if effect not in _EFFECTS:
        message = f"there is no effect {effect!r}"
        raise AudioError(message, hint=f"effects are {', '.join(EFFECTS)}")
    heard = _EFFECTS[effect](voice[0].astype(np.float64))
    softer = _FAR_SOFTER if effect == "far" else 0.0
    factor = math.sqrt(_power(voice[0]) / max(_power(heard), 1e-20)) * to_gain(-softer)
    loud: Signal = (heard * factor).astype(np.float32)[None]
    return loud


Floats = NDArray[np.float64]


def _power(samples: NDArray[np.floating]) -> float:
    """Return the energy of a sound as the ear weighs it."""
    padded = np.pad(np.asarray(samples, np.float32), (0, -len(samples) % FRAME))[None]
    weighted = Cascade(make_k_weighting(MIX_RATE), 1).filter(padded)
    return float(np.vdot(weighted, weighted))


@lru_cache(maxsize=16)
def _band(low: float, high: float, order: int = 4) -> Floats:
    return cast("Floats", signal.butter(order, (low, high), "bandpass", fs=MIX_RATE, output="sos"))


@lru_cache(maxsize=16)
def _edge(cutoff: float, kind: str, order: int = 1) -> Floats:
    return cast("Floats", signal.butter(order, cutoff, kind, fs=MIX_RATE, output="sos"))


def _filter(shape: Floats, samples: Floats) -> Floats:
    return cast("Floats", signal.sosfilt(shape, samples))


def _level(samples: Floats) -> float:
    """Return the RMS of the sounding part."""
    heard = samples[np.abs(samples) > 0.02 * max(1e-9, float(np.abs(samples).max()))]
    return float(np.sqrt(np.mean(heard**2))) if heard.size else 1e-9


def _noise(length: int, seed: int) -> Floats:
    return np.random.default_rng([seed, length]).standard_normal(length)


def _saturate(samples: Floats, drive: float) -> Floats:
    """Return samples bent as a small loudspeaker bends them: the louder, the more."""
    scale = drive / max(4.0 * _level(samples), 1e-9)
    return np.asarray(np.tanh(samples * scale) / scale)


def _telephone(voice: Floats) -> Floats:
    line = _saturate(_filter(_band(*_TELEPHONE), voice), 1.6)
    hiss = _filter(_band(*_TELEPHONE, order=2), _noise(len(line), 1))
    gate = _envelope(np.abs(voice), 0.15) > 0.02 * np.abs(voice).max(initial=0.0)
    return _filter(_band(*_TELEPHONE), line + hiss * gate * _level(line) * to_gain(-38.0))


def _radio(voice: Floats) -> Floats:
    band = _filter(_band(*_RADIO, order=3), voice)
    follow = _envelope(np.abs(band), _SMOOTHING)
    level = max(_level(band), 1e-9)
    pressed = band / np.maximum(follow / level, 0.35) ** 0.5
    bent = _saturate(pressed, 2.2)
    hiss = _filter(_band(900.0, 4_500.0, order=2), _noise(len(bent), 2))
    crackle = np.where(np.random.default_rng([3, len(bent)]).random(len(bent)) < 12.0 / MIX_RATE, 1.0, 0.0)
    crackle *= np.sign(_noise(len(bent), 4))
    faults = hiss * to_gain(-34.0) + _filter(_band(800.0, 4_000.0, order=1), crackle) * 1.2
    return _filter(_band(*_RADIO, order=2), bent + faults * _level(bent))


def _thought(voice: Floats) -> Floats:
    """Return a voice inside a head: close, without edges, and with a soft halo."""
    warm = voice + 0.5 * _filter(_edge(220.0, "lowpass"), voice)
    soft = 0.75 * _filter(_edge(3_200.0, "lowpass"), warm) + 0.25 * warm
    halo = reverberate(soft.astype(np.float32)[None], "hall", 1)[0].astype(np.float64)
    heard: Floats = halo * to_gain(2.0)
    heard[: len(soft)] += soft
    return heard


def _near(voice: Floats) -> Floats:
    """Return a voice close to the microphone: more of its chest (proximity effect) and of its breath."""
    return (
        voice
        + 0.7 * _filter(_edge(180.0, "lowpass", 2), voice)
        + 0.2 * _filter(_edge(6_000.0, "high"), voice)
    )


def _far(voice: Floats) -> Floats:
    """Return a voice from far: air takes its brilliance, the surroundings answer louder than it speaks."""
    thin = _filter(_edge(180.0, "high"), _filter(_edge(2_600.0, "lowpass"), voice))
    answer = reverberate(thin.astype(np.float32)[None], "outdoors", 1)[0].astype(np.float64)
    hall = reverberate(thin.astype(np.float32)[None], "hall", 1)[0].astype(np.float64)
    heard = np.zeros(max(len(answer), len(hall)))
    heard[: len(answer)] += answer * to_gain(9.0)
    heard[: len(hall)] += hall * to_gain(5.0)
    heard[: len(thin)] += thin
    return heard


def _envelope(samples: Floats, seconds: float) -> Floats:
    """Return a level that follows samples with a time constant."""
    pole = math.exp(-1.0 / (seconds * MIX_RATE))
    return cast("Floats", signal.lfilter([1.0 - pole], [1.0, -pole], samples))


_EFFECTS = {"telephone": _telephone, "radio": _radio, "thought": _thought, "near": _near, "far": _far}
