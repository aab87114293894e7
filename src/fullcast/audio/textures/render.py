"""From the sounds of a prompt to one recording."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import fft

from fullcast.audio.signal import Audio
from fullcast.audio.textures.catalogue import RECIPES, Nature
from fullcast.audio.textures.grains import Note, fade, lay
from fullcast.audio.textures.noise import Colour, draw_curve
from fullcast.audio.textures.prompt import Layer
from fullcast.audio.textures.stage import RATE, Floats, Stage
from fullcast.units import to_gain

_K_WEIGHT: Colour = (
    (10, -26), (20, -14), (38, -6), (60, -3), (100, -1), (200, -0.2), (700, 0.2), (1000, 0.7),
    (1500, 2.1), (2000, 3.0), (3000, 3.7), (5000, 4.0), (22050, 4.0),
)  # fmt: skip
"""The weighting of ITU-R BS.1770-4, Annex 1, read at corners: enough to set levels, not to certify them."""
_SUBSONIC: Colour = ((12, -40), (18, -14), (25, -3), (35, 0), (22050, 0))
_CEILING = 0.68
_KNEE = 0.5
_SILENCE = 2e-4
_MOMENT = 0.4
_VARIANTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What recording is asked for."""

    seed: int
    seconds: float | None = None
    """None: the natural length of the first sound."""
    loop: bool = False


def render_layers(layers: Sequence[Layer], wanted: Wanted) -> Audio:
    """Return the sounds of a prompt as one stereo recording at 44.1 kHz.

    The first sound leads: a bed or a rhythm gives the length (30 s for beds), and events happen within it; an
    event is heard once, what else is named sounds around or after it. With ``loop`` the end joins the
    beginning.

    Args:
        layers: The sounds; at least one.
        wanted: Seed, length, loop. Equal values give equal samples.

    Shape:
        ``[2, samples]``, float32, peak below -3 dBFS.
    """
    lasting = wanted.loop or RECIPES[layers[0].kind].nature is not Nature.EVENT
    if not lasting:
        mixed = _stage_events(layers, wanted)
    else:
        length = _choose_length(layers[0], wanted)
        mixed = np.zeros((2, length), dtype=np.float32)
        for index, layer in enumerate(layers):
            mixed += _make_lasting(layer, _enter(layer, index, length, wanted))
        if not wanted.loop:
            mixed = _finish(mixed, layers, wanted)
    return Audio(samples=_limit(mixed), rate=RATE)


def _choose_length(layer: Layer, wanted: Wanted) -> int:
    if wanted.seconds is not None:
        return max(1, round(wanted.seconds * RATE))
    recipe = RECIPES[layer.kind]
    if recipe.nature is Nature.EVENT:
        return int(30.0 * RATE)
    counted = recipe.beat * (layer.traits.count or 0)
    return int(max(recipe.seconds, counted + 8.5 if counted else 0.0) * RATE)


def _enter(layer: Layer, index: int, length: int, wanted: Wanted) -> Stage:
    """Return the stage of a layer; its chance depends on seed, kind and place in the prompt alone."""
    entropy = [wanted.seed & (2**64 - 1), index, zlib.crc32(layer.kind.encode())]
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    return Stage(random=random, length=length, loop=wanted.loop, traits=layer.traits)


def _make_lasting(layer: Layer, stage: Stage) -> Floats:
    """Return a layer as long as its stage."""
    recipe = RECIPES[layer.kind]
    made = _scatter(layer, stage) if recipe.nature is Nature.EVENT else recipe.make(stage)
    return _set_level(made, layer)


def _scatter(layer: Layer, stage: Stage) -> Floats:
    """Return an event that happens again and again: a few variants at uneven pauses, levels and places."""
    recipe = RECIPES[layer.kind]
    variants = [_clean(recipe.make(stage)) for _ in range(_VARIANTS)]
    mean = recipe.seconds + sum(variant.shape[1] for variant in variants) / _VARIANTS / RATE * 0.6
    count = max(1, round(stage.seconds / mean))
    step = stage.seconds / count
    notes = []
    for index in range(count):
        chosen = variants[stage.choose(0, _VARIANTS - 1)]
        start = (index + stage.uniform(0.05, 0.55)) * step
        if not stage.loop:
            start = max(0.0, min(start, stage.seconds - chosen.shape[1] / RATE))
        notes.append(
            Note(start=start, sound=chosen, gain=stage.spread(0.8, 1.3), pan=stage.uniform(-0.35, 0.35))
        )
    return lay(notes, stage.length)


def _stage_events(layers: Sequence[Layer], wanted: Wanted) -> Floats:
    """Return events one after the other, with the beds of the prompt swelling around them."""
    notes: list[Note] = []
    clock = 0.0
    for index, layer in enumerate(layers):
        if RECIPES[layer.kind].nature is Nature.EVENT:
            stage = _enter(layer, index, RATE, wanted)
            sound = _trim(_set_level(_clean(RECIPES[layer.kind].make(stage)), layer))
            # People are never on the dot either; and two seeds are two takes from the first sample on.
            clock += stage.uniform(0.0, 0.06)
            notes.append(Note(start=clock, sound=sound))
            clock += sound.shape[1] / RATE * 0.6
    ends = max(int(note.start * RATE) + note.sound.shape[1] for note in notes)
    mixed = lay(notes, ends)
    for index, layer in enumerate(layers):
        if RECIPES[layer.kind].nature is not Nature.EVENT:
            around = _make_lasting(layer, _enter(layer, index, ends, wanted))
            mixed += fade(around, 0.2 * ends / RATE, 0.4 * ends / RATE)
    return mixed if wanted.seconds is None else _fit(mixed, max(1, round(wanted.seconds * RATE)))


def _finish(mixed: Floats, layers: Sequence[Layer], wanted: Wanted) -> Floats:
    """Return what is heard once with its own end: beds fade, rhythms of natural length lose their silence."""
    seconds = mixed.shape[1] / RATE
    nature = RECIPES[layers[0].kind].nature
    if nature is Nature.BED:
        return fade(mixed, min(0.3, seconds / 4), min(2.0, seconds / 4))
    return (
        _trim(mixed)
        if wanted.seconds is None and len(layers) == 1
        else fade(mixed, 0.0, min(0.3, seconds / 4))
    )


def _fit(signal: Floats, length: int) -> Floats:
    """Return an event in another length: silence after it, or a fade where it is cut."""
    if signal.shape[1] <= length:
        return np.pad(signal, [(0, 0), (0, length - signal.shape[1])])
    return fade(signal[:, :length], 0.0, min(1.5, 0.4 * length / RATE))


def _trim(signal: Floats) -> Floats:
    """Return a sound without the silence at its end; the last 50 ms fade into it."""
    loud = np.flatnonzero(np.max(np.abs(signal), axis=0) > _SILENCE)
    end = min(signal.shape[1], int(loud[-1]) + RATE // 10) if len(loud) else signal.shape[1]
    return fade(signal[:, :end], 0.0, 0.05)


def _clean(signal: Floats) -> Floats:
    """Return an event without rumble below hearing; its length stays."""
    count = fft.next_fast_len(signal.shape[1] + RATE // 4, real=True)
    spectrum = fft.rfft(signal, n=count) * draw_curve(count, _SUBSONIC)
    cleaned = np.asarray(fft.irfft(spectrum, n=count)[:, : signal.shape[1]])
    return fade(cleaned.astype(np.float32), 0.004, 0.1)


def _set_level(signal: Floats, layer: Layer) -> Floats:
    """Return a sound at the loudness of its kind; a heavy one stands higher in a mixture, a far one lower."""
    recipe = RECIPES[layer.kind]
    aim = recipe.loudness + 3.0 * layer.traits.strength - 7.0 * layer.traits.distance
    count = signal.shape[1]
    spectrum = fft.rfft(signal)
    if recipe.nature is not Nature.EVENT:
        spectrum *= draw_curve(count, _SUBSONIC)
        signal = np.asarray(fft.irfft(spectrum, n=count), dtype=np.float32)
    spectrum *= draw_curve(count, _K_WEIGHT)
    if recipe.nature is Nature.BED:
        power = 2.0 * float(np.sum(np.square(np.abs(spectrum), dtype=np.float64))) / count / count
    else:
        power = _find_loudest(np.asarray(fft.irfft(spectrum, n=count)))
    loudness = -0.691 + 10.0 * np.log10(max(power, 1e-20))
    return signal * np.float32(to_gain(aim - loudness))


def _find_loudest(weighted: Floats) -> float:
    """Return the power of the loudest 400 ms, both channels."""
    power = np.sum(np.square(weighted, dtype=np.float64), axis=0)
    window = min(len(power), int(_MOMENT * RATE))
    total = np.concatenate([[0.0], np.cumsum(power)])
    return float(np.max(total[window:] - total[:-window])) / window


def _limit(signal: Floats) -> Floats:
    """Return the signal with its rare peaks bent under the ceiling; below the knee nothing changes."""
    size = np.abs(signal)
    over = size > _KNEE
    if over.any():
        room = _CEILING - _KNEE
        signal[over] = np.sign(signal[over]) * (_KNEE + room * np.tanh((size[over] - _KNEE) / room))
    return np.ascontiguousarray(signal, dtype=np.float32)
