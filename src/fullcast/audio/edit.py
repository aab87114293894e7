"""Cutting, fading, placing between left and right, resampling; and the room tone that fills silence."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import soxr

from fullcast.audio.filters import FRAME, Cascade, make_highpass
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.units import MIX_RATE, Decibels, Seconds, to_gain, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

_FRAMES_PER_SECOND = 100
"""Speech is looked for in frames of 10 ms."""

_BELOW_SPEECH = 42.0
"""dB under the loud parts at which a frame still counts as speech: fricatives at the edge of a word lie 25 to
35 dB under its vowels, the noise of a good recording 50 and more."""

_SILENT = to_gain(-66.0)
"""RMS below which nothing counts as speech, however quiet the take."""

_ONSET = Seconds(0.025)
"""Kept in front of the first frame of speech: the breath of an aspirated onset."""

_DECAY = Seconds(0.06)
"""Kept behind the last one: the reverberation of a final vowel."""

_RUMBLE = 60.0
"""Hertz; the lowest male voices begin at 75 Hz."""

_TONE = 2**19
"""Samples after which room tone repeats: 12 s, too long to be recognised 50 dB under speech."""


def resample(audio: Audio, rate: int) -> Audio:
    """Return the audio at another rate, in the same place in time; as it is where the rate is right already.

    Shape:
        ``[channels, round(samples * rate / audio.rate)]``.
    """
    if audio.rate == rate:
        return audio
    length = round(audio.length * rate / audio.rate)
    if not audio.length:
        return Audio(samples=audio.samples, rate=rate)
    # soxr is twice as fast on a single row as on a column of one.
    source = audio.samples[0] if audio.channels == 1 else np.ascontiguousarray(audio.samples.T)
    changed = np.atleast_2d(soxr.resample(source, audio.rate, rate, quality="HQ").T)
    if changed.shape[1] < length:
        changed = np.pad(changed, ((0, 0), (0, length - changed.shape[1])))
    return Audio(samples=np.ascontiguousarray(changed[:, :length], np.float32), rate=rate)


def find_speech(audio: Audio) -> tuple[int, int]:
    """Find where speech begins and ends, with margins that keep soft onsets and endings.

    The threshold follows the take: so far under its loud parts as the softest consonants are, but never under
    what is silence anyway.

    Returns:
        The first sample, and one past the last one, at the audio's own rate; ``(0, 0)`` where nothing sounds.
    """
    frame = max(1, round(audio.rate / _FRAMES_PER_SECOND))
    levels = _frame_levels(audio, frame)
    if not levels.size:
        return 0, 0
    # The 90th percentile of what sounds at all: long silences around a short word do not lower it.
    sounding = levels[levels > _SILENT]
    if not sounding.size:
        return 0, 0
    threshold = max(_SILENT, float(np.percentile(sounding, 90)) * to_gain(-_BELOW_SPEECH))
    heard = np.flatnonzero(levels > threshold)
    begins = int(heard[0]) * frame - to_samples(_ONSET, audio.rate)
    ends = (int(heard[-1]) + 1) * frame + to_samples(_DECAY, audio.rate)
    return max(0, begins), min(audio.length, ends)


def _frame_levels(audio: Audio, frame: int) -> Signal:
    """Return the RMS of each frame, the loudest channel's; a constant offset does not count as sound."""
    frames = -(-audio.length // frame)
    centred = audio.samples - audio.samples.mean(axis=1, keepdims=True) if audio.length else audio.samples
    padded = np.pad(centred, ((0, 0), (0, frames * frame - audio.length)))
    shaped = padded.reshape(audio.channels, frames, frame)
    levels: Signal = np.sqrt(np.vecdot(shaped, shaped).max(axis=0) / np.float32(frame))
    return levels


def remove_rumble(audio: Audio) -> Audio:
    """Return the audio without its constant offset and what lies under the lowest voices."""
    padded = np.pad(audio.samples, ((0, 0), (0, -audio.length % FRAME)))
    cascade = Cascade((make_highpass(_RUMBLE, audio.rate),), audio.channels)
    return Audio(samples=cascade.filter(padded)[:, : audio.length], rate=audio.rate)


@lru_cache(maxsize=32)
def fade_curve(length: int) -> Signal:
    """Return an equal-power fade in: its square and that of its reverse add up to one.

    Shape:
        ``[length]``, read-only.
    """
    curve: Signal = np.sin((np.arange(length) + 0.5) * (np.pi / 2.0 / max(1, length))).astype(np.float32)
    curve.flags.writeable = False
    return curve


def fade(samples: Signal, *, start: int, length: int, fade_in: int, fade_out: int) -> Signal:
    """Return a block of a sound with the parts of its fades that fall into the block.

    Args:
        samples: The block.
        start: Where in the sound the block begins.
        length: Length of the whole sound.
        fade_in: Length of the fade at the sound's beginning, in samples.
        fade_out: Length of the fade at its end.

    Shape:
        ``samples``: ``[channels, samples]``; the result likewise; the block itself where no fade touches it.
    """
    end, leaves = start + samples.shape[1], length - fade_out
    if start >= fade_in and end <= leaves:
        return samples
    faded = samples.copy()
    if start < fade_in:
        curve = fade_curve(fade_in)[start:end]
        faded[:, : len(curve)] *= curve
    if end > leaves:
        first = max(0, leaves - start)
        begun = start + first - leaves
        faded[:, first:] *= fade_curve(fade_out)[::-1][begun : begun + samples.shape[1] - first]
    return faded


def pan_gains(pan: float, source: int, channels: int) -> tuple[float, ...]:
    """Return the factor of each output channel for a sound between left (-1) and right (1).

    One channel is spread with equal power: the loudness, a sum of powers, is the same everywhere, and the
    same as in a mono mix. Two channels keep their picture and lose the side that they are moved from.

    Args:
        pan: -1 to 1.
        source: Channels of the sound.
        channels: Channels of the mix; a mono mix knows no place.

    Raises:
        AudioError: If the place lies outside.
    """
    if not -1.0 <= pan <= 1.0:
        message = f"a sound cannot be placed at {pan}: left is -1, right is 1"
        raise AudioError(message)
    if channels == 1:
        return (1.0,)
    angle = (pan + 1.0) * math.pi / 4.0
    left, right = math.cos(angle), math.sin(angle)
    if source == 1:
        return left, right
    return min(1.0, math.sqrt(2.0) * left), min(1.0, math.sqrt(2.0) * right)


def to_channels(samples: Signal, channels: int) -> Signal:
    """Return a sound with one or two channels, at the loudness that it had.

    Two channels are added and scaled so that their power stays: by 0.71 where both are the same, not at all
    where they have nothing in common, and never up, where they cancel each other.

    Shape:
        ``[1 or 2, samples]`` to ``[channels, samples]``.

    Raises:
        AudioError: If there are more than two channels.
    """
    if not {len(samples), channels} <= {1, 2}:
        message = f"cannot turn {len(samples)} channels into {channels}; mono and stereo are known"
        raise AudioError(message)
    if len(samples) == channels:
        return samples
    if channels == 2:
        return np.repeat(samples * np.float32(math.sqrt(0.5)), 2, axis=0)
    added: Signal = samples.sum(axis=0, keepdims=True, dtype=np.float32)
    before, after = float(np.vecdot(samples, samples).sum()), float(np.vecdot(added, added)[0])
    return added if after <= before else added * np.float32(math.sqrt(before / after))


@lru_cache(maxsize=4)
def make_room_tone(level: Decibels, channels: int, seed: int = 0) -> Signal:
    """Return soft noise that can be repeated end to start without a seam.

    It is made from its spectrum, and so is periodic by construction: falling by 3 dB an octave as rooms do,
    without rumble, rolled off above 8 kHz so that it does not hiss. Channels are independent.

    Args:
        level: RMS in dBFS.
        channels: Number of channels.
        seed: Decides the noise.

    Shape:
        ``[channels, 2**19]``, 12 s at ``MIX_RATE``, read-only.
    """
    frequency = np.fft.rfftfreq(_TONE, 1.0 / MIX_RATE)
    frequency[0] = 1.0
    shape = frequency**-0.5 / np.sqrt((1.0 + (_RUMBLE / frequency) ** 4) * (1.0 + (frequency / 8000.0) ** 4))
    shape[0] = 0.0
    angles = np.random.default_rng(seed).random((channels, len(shape)), np.float32) * np.float32(2.0 * np.pi)
    tone = np.fft.irfft(shape.astype(np.float32) * np.exp(1j * angles), axis=1)
    level_of_tone = np.sqrt(np.mean(tone**2, axis=1, keepdims=True))
    result: Signal = (tone * (to_gain(level) / level_of_tone)).astype(np.float32)
    result.flags.writeable = False
    return result


def tile(source: Signal, start: int, length: int) -> Signal:
    """Return a stretch of the endless repetition of a seamless sound; the sound itself where it suffices.

    Args:
        source: The sound.
        start: Where the stretch begins, counted from the beginning of the first repetition.
        length: Samples that are wanted.

    Shape:
        ``[channels, samples]`` to ``[channels, length]``.
    """
    period = source.shape[1]
    first = start % period
    if first + length <= period:
        return source[:, first : first + length]
    pieces, missing = [source[:, first:]], length - (period - first)
    pieces += [source] * (missing // period)
    return np.concatenate([*pieces, source[:, : missing % period]], axis=1)


def close_loop(samples: Signal, seam: int) -> Signal:
    """Return a sound that can be repeated without a seam: its end is crossfaded into its beginning.

    Args:
        samples: The sound.
        seam: Length of the crossfade, equal-power; the result is shorter by it.

    Shape:
        ``[channels, samples]`` to ``[channels, samples - seam]``.
    """
    seam = min(seam, samples.shape[1] // 2)
    period = samples.shape[1] - seam
    closed = samples[:, :period].copy()
    curve = fade_curve(seam)
    closed[:, :seam] *= curve
    closed[:, :seam] += samples[:, period:] * curve[::-1]
    return closed
