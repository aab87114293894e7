"""How good a recording of a voice is, and which stretch of it shows the voice best.

Everything here is measured on mono sound of which somebody else said where speech is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.audio.likeness import find_colour, find_pitch
from fullcast.units import Decibels, Hertz, Seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fullcast.audio.signal import Audio

Floats = NDArray[np.float64]
Stretch = tuple[float, float]
"""Beginning and end in seconds."""

SHORTEST, LONGEST = 5.0, 12.0
"""Seconds of a good sample: engines want 3 s at least and use 10 to 15 at most."""
BEST = 9.0
_FRAME = 0.02
_RAIL = 0.985
_LONGEST_PAUSE = 0.9
"""Seconds between two phrases of one sample."""
_FALL = 0.16
"""Seconds over which falls of the level are looked at: a voice stops within them, few rooms do."""
_LOUD, _ABOVE = 12.0, 18.0
"""Decibels under the loudest, and above the softest, from where a fall is looked at."""
_FALLS = 25
"""Frames of 20 ms from where one may fall that must be there."""
_EDGE = 0.12
"""Seconds that are kept before and after speech."""
_APART = 6.0
"""Semitones by which the pitches of two stretches of one speaker rarely differ; see benchmarks/cloning."""
_APART_PITCH, _APART_COLOUR = 3.5, 6.0
"""Semitones and decibels by which they rarely differ together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was measured of a recording of a voice."""

    speech: Seconds
    """Of speech, in all."""
    level: Decibels
    """Of speech, dBFS."""
    noise: Decibels
    """Of what is heard between words, dBFS."""
    clipped: float
    """Share of the samples of speech that stand at the rail."""
    bandwidth: Hertz
    """Up to where speech is heard."""
    decay: Seconds
    """How long what sounds needs to fall by 60 dB: a third of a second for a voice alone, in a room as long
    as the room sounds; 0 where noise hides it."""
    speakers: int
    """How many voices there are: 1, or 2 for several."""
    pitch: Hertz
    """Median of the fundamental; 0 where there is none."""

    @property
    def ratio(self) -> Decibels:
        """Speech above noise, in decibels."""
        return Decibels(self.level - self.noise)


def measure_quality(audio: Audio, speech: Sequence[Stretch]) -> Quality:
    """Measure a recording.

    Args:
        audio: Mono.
        speech: Where somebody speaks.
    """
    sound = audio.samples[0].astype(np.float64)
    frame = round(_FRAME * audio.rate)
    levels = _levels(sound, frame)
    spoken = np.zeros(len(levels), dtype=bool)
    near = np.zeros(len(levels), dtype=bool)
    for begins, ends in speech:
        spoken[int(begins / _FRAME) : int(np.ceil(ends / _FRAME))] = True
        near[max(0, int((begins - 0.1) / _FRAME)) : int(np.ceil((ends + 0.25) / _FRAME))] = True
    inside = np.concatenate(
        [sound[_at(a, audio.rate) : _at(b, audio.rate)] for a, b in speech] or [sound[:0]]
    )
    quiet = levels[~near] if (~near).sum() >= 5 else np.sort(levels)[: max(1, len(levels) // 20)]
    return Quality(
        speech=Seconds(sum(ends - begins for begins, ends in speech)),
        level=Decibels(_decibels(float(np.mean(inside**2))) if len(inside) else -120.0),
        noise=Decibels(_decibels(float(np.mean(quiet**2))) if len(quiet) else -120.0),
        clipped=_clipped(inside),
        bandwidth=_bandwidth(inside, audio.rate),
        decay=_decay(levels),
        speakers=_speakers(sound, audio.rate, speech),
        pitch=Hertz(round(find_pitch(inside, audio.rate) or 0)),
    )


def find_sample(audio: Audio, speech: Sequence[Stretch]) -> Stretch | None:
    """Return the stretch that shows a voice best; None where less than a second is spoken.

    It begins and ends in pauses, holds no long one, and is chosen for its level above noise, for steady
    levels, for sound that is not clipped, and for a length of about nine seconds.

    Args:
        audio: Mono.
        speech: Where somebody speaks, in order.
    """
    candidates = list(_candidates(speech))
    if not candidates:
        return None
    sound = audio.samples[0].astype(np.float64)
    floor = np.percentile(_levels(sound, round(_FRAME * audio.rate)), 5)
    return max(candidates, key=lambda stretch: _worth(sound, audio.rate, stretch, float(floor)))


def _candidates(speech: Sequence[Stretch]) -> list[Stretch]:
    """Return stretches of whole phrases; where none is long enough, the longest there is."""
    found: list[Stretch] = []
    shorter: list[Stretch] = []
    for first, (begins, _) in enumerate(speech):
        for last in range(first, len(speech)):
            if last > first and speech[last][0] - speech[last - 1][1] > _LONGEST_PAUSE:
                break
            ends = speech[last][1]
            stretch = (max(0.0, begins - _EDGE), ends + _EDGE)
            if ends - begins > LONGEST:
                if last == first:  # one phrase without a pause: its beginning
                    found.append((stretch[0], begins + LONGEST))
                break
            (found if ends - begins >= SHORTEST else shorter).append(stretch)
    longest = [max(shorter, key=lambda item: item[1] - item[0])] if shorter else []
    return found or [item for item in longest if item[1] - item[0] > 1.0]


def _worth(sound: Floats, rate: int, stretch: Stretch, floor: float) -> float:
    part = sound[_at(stretch[0], rate) : _at(stretch[1], rate)]
    levels = _levels(part, round(_FRAME * rate))
    loud = levels[levels > 0.1 * levels.max()] if len(levels) and levels.max() > 0 else levels
    ratio = _decibels(float(np.mean(part**2))) - _decibels(floor**2)
    unsteady = float(np.std(20 * np.log10(loud + 1e-9))) if len(loud) else 60.0
    length = abs(stretch[1] - stretch[0] - BEST)
    return 0.5 * min(ratio, 60.0) - unsteady - 2_000.0 * _clipped(part) - 0.8 * length


def _levels(sound: Floats, frame: int) -> Floats:
    """Return the RMS of each frame."""
    count = len(sound) // frame
    shaped = sound[: count * frame].reshape(count, frame)
    levels: Floats = np.sqrt(np.mean((shaped - shaped.mean(axis=1, keepdims=True)) ** 2, axis=1))
    return levels


def _clipped(sound: Floats) -> float:
    """Return which share of samples stands at the rail of this recording, three or more in a row."""
    if not len(sound):
        return 0.0
    peak = float(np.abs(sound).max())
    if peak < 0.25:
        return 0.0
    rail = np.abs(sound) >= _RAIL * peak
    flat = rail[2:] & rail[1:-1] & rail[:-2] & (np.sign(sound[2:]) == np.sign(sound[:-2]))
    return float(flat.mean())


def _bandwidth(sound: Floats, rate: int) -> Hertz:
    """Return up to where a voice is heard: 55 dB below its loudest third of an octave."""
    size = 2_048
    if len(sound) < size:
        return Hertz(0)
    count = len(sound) // size
    shaped = sound[: count * size].reshape(count, size) * np.hanning(size)
    power = np.mean(np.abs(np.fft.rfft(shaped, axis=1)) ** 2, axis=0)
    smooth = np.convolve(power, np.ones(9) / 9, "same")
    heard = np.flatnonzero(smooth > 10**-5.5 * smooth[3:].max())
    return Hertz(round(int(heard[-1]) * rate / size)) if len(heard) else Hertz(0)


def _decay(levels: Floats) -> Seconds:
    """Return the time in which sound falls by 60 dB, as fast as it falls when it falls fast.

    A dry voice falls by 25 dB and more in 160 ms, again and again; in a room nothing falls faster than the
    room lets it, and where it never is silent that shows all the same.
    """
    decibels = 20 * np.log10(levels + 1e-9)
    span = round(_FALL / _FRAME)
    if len(decibels) <= span:
        return Seconds(0.0)
    floor, top = np.percentile(decibels, (3, 95))
    before = decibels[:-span]
    free = (before > top - _LOUD) & (before > floor + _ABOVE)
    if free.sum() < _FALLS:
        return Seconds(0.0)
    fall = float(np.percentile((before - decibels[span:])[free], 95))
    return Seconds(60.0 * _FALL / max(fall, 1.0))


def _speakers(sound: Floats, rate: int, speech: Sequence[Stretch]) -> int:
    """Return 2 where two stretches differ in pitch and colour as two speakers do, 1 otherwise."""
    heard: list[tuple[float, Floats]] = []
    for begins, ends in _pieces(speech):
        part = sound[_at(begins, rate) : _at(ends, rate)]
        pitch = find_pitch(part, rate)
        if pitch:
            heard.append((pitch, find_colour(part, rate)[0]))
    apart = 0
    for index, (pitch, colour) in enumerate(heard):
        for other_pitch, other_colour in heard[index + 1 :]:
            semitones = abs(12 * np.log2(pitch / other_pitch))
            decibels = float(np.sqrt(np.mean((colour - other_colour) ** 2)))
            apart += semitones > _APART or (semitones > _APART_PITCH and decibels > _APART_COLOUR)
    pairs = len(heard) * (len(heard) - 1) / 2
    return 2 if pairs and apart / pairs > 0.12 else 1


def _pieces(speech: Sequence[Stretch]) -> list[Stretch]:
    """Return stretches of 2 to 4 s of what is spoken, 24 at most, spread over all."""
    pieces: list[Stretch] = []
    for begins, ends in speech:
        count = int((ends - begins) // 2.0)
        step = (ends - begins) / count if count else 0.0
        pieces += [(begins + number * step, begins + (number + 1) * step) for number in range(count)]
    return (
        pieces
        if len(pieces) <= 24
        else [pieces[round(index)] for index in np.linspace(0, len(pieces) - 1, 24)]
    )


def _at(seconds: float, rate: int) -> int:
    return max(0, round(seconds * rate))


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power + 1e-12))
