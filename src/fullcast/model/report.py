"""What was measured, and what was found wrong."""

from __future__ import annotations

from dataclasses import dataclass

from fullcast.errors import Severity
from fullcast.units import Decibels, Hertz, Lufs, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A measured fault in a take, a mix or a delivery."""

    code: str
    message: str
    """What was measured, what was expected."""
    subject: str
    """Chapter, line id or file."""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a recording measures; every figure is read from the audio itself."""

    duration: Seconds
    loudness: Lufs
    """Integrated loudness (ITU-R BS.1770-4); minus infinity where nothing passes the gate."""
    rms: Decibels
    """Over the whole recording, dBFS; a full-scale sine reads -3.01."""
    true_peak: Decibels
    """dBTP, four times oversampled."""
    noise_floor: Decibels
    """RMS of the quietest half second, dBFS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found in a delivered file, or in one chapter of it, by decoding it from end to end."""

    codec: str
    rate: Hertz
    channels: int
    duration: Seconds
    loudness: Lufs
    rms: Decibels
    true_peak: Decibels
    sample_peak: Decibels
    noise_floor: Decibels
    """RMS of the quietest half second, dBFS."""
    head: Seconds
    """Before the first sound."""
    tail: Seconds
    """After the last sound."""
    longest_silence: Seconds
    """Between the first sound and the last."""
    longest_zero: Seconds
    """Longest run of samples that are exactly zero: digital silence."""
    longest_clip: int
    """Largest number of neighbouring samples on one rail."""
    bitrate: int
    """Bits per second, on average."""
    constant_bitrate: bool | None = None
    """Whether every frame has the same; None where the codec does not say."""
