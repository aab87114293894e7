"""Quantities as types: the unit stands in the signature, not in a comment."""

from typing import NewType

Seconds = NewType("Seconds", float)
"""A duration or a point in time, in seconds."""

Samples = NewType("Samples", int)
"""A duration or a point in time, in samples at a rate that the context names."""

Hertz = NewType("Hertz", int)
"""A sampling rate or a frequency, in hertz."""

Decibels = NewType("Decibels", float)
"""A ratio of levels, or a level relative to full scale where the name says so (dBFS, dBTP)."""

Lufs = NewType("Lufs", float)
"""A loudness in LUFS (ITU-R BS.1770); mono counts as one channel."""

MIX_RATE = Hertz(44_100)
"""The rate of every mix and delivery: what audiobook shops ask for (ACX, Google Play, INaudio)."""


def to_samples(seconds: float, rate: int) -> Samples:
    """Convert a time to the nearest whole sample.

    >>> to_samples(0.5, 44_100)
    22050
    """
    return Samples(round(seconds * rate))


def to_seconds(samples: int, rate: int) -> Seconds:
    """Convert a count of samples to seconds.

    >>> to_seconds(22_050, 44_100)
    0.5
    """
    return Seconds(samples / rate)


def to_gain(level: float) -> float:
    """Convert decibels to a factor of amplitude.

    >>> round(to_gain(-6.0206), 4)
    0.5
    """
    return float(10.0 ** (level / 20.0))
