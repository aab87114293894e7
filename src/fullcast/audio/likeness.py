"""How far two voices are from each other, as a listener would tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.errors import AudioError

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio

Floats = NDArray[np.float64]

BANDS: Floats = 200.0 * 2.0 ** (np.arange(16) / 3)
"""Middles of the third-octave bands in which voices are compared, in hertz: 200 to 6,400."""

_SEMITONES, _COLOUR, _RATE = 3.0, 3.0, 1.15
"""Units of the distance: semitones of pitch, decibels of colour, factor of rate. Each is a difference that is
clearly heard by itself."""

_WINDOW = 1024
_SOUNDING = 0.01
"""Power beside the loudest windows from which a window counts as sounding: -20 dB."""

_VOICED = 0.45
"""Correlation above which a window has a pitch."""

_FIRST_PEAK = 0.85
"""Share of the highest peak that the first one must reach, so that no octave below is taken for the pitch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What is heard of a voice."""

    pitch: float
    """Median of the fundamental, in hertz."""
    rate: float
    """Words, in Chinese characters, a minute."""
    centre: float
    """Centroid of the spectrum, in hertz."""
    peak: float
    """Highest sample, of 1."""
    level: float
    """Level of the sounding part, in dBFS."""
    colour: tuple[float, ...]
    """Long-term spectrum in the bands of ``BANDS``, in decibels, without its mean."""

    def distance(self, other: Likeness) -> float:
        """Return how far another voice is, in units of a clearly heard difference.

        The root of the sum of three squares: of the difference of median pitches in units of three semitones,
        of long-term spectra (root mean square over the bands) in units of three decibels, and of rates in
        units of 15 %. Voices must have said the same words: another language changes the spectrum more than
        another voice does.
        """
        pitch = 12 * np.log2(self.pitch / other.pitch) / _SEMITONES
        apart = np.array(self.colour) - np.array(other.colour)
        colour = float(np.sqrt(np.mean(apart**2))) / _COLOUR
        rate = np.log(self.rate / other.rate) / np.log(_RATE)
        return float(np.sqrt(pitch**2 + colour**2 + rate**2))


def measure_likeness(audio: Audio, words: int) -> Likeness:
    """Measure what is heard of a voice.

    Args:
        audio: A recording of the voice alone, a few sentences long; its first channel counts.
        words: How many words, in Chinese characters, are said in it.

    Raises:
        AudioError: If nothing in it has a pitch.
    """
    sound = audio.samples[0].astype(np.float64)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    pitch = find_pitch(sound, audio.rate) if loud.size else None
    if pitch is None:
        raise AudioError("no voice can be heard in the recording")
    colour, centre = find_colour(sound, audio.rate)
    sounding = _windows(sound, audio.rate // 20, audio.rate // 40)
    return Likeness(
        pitch=pitch,
        rate=60 * words * audio.rate / max(int(loud[-1] - loud[0]), 1),
        centre=centre,
        peak=float(np.abs(sound).max()),
        level=float(10 * np.log10(np.mean(sounding**2))),
        colour=tuple(float(band) for band in colour),
    )


def find_pitch(sound: Floats, rate: int) -> float | None:
    """Return the median fundamental in hertz, 60 to 500; None where nothing has one.

    Each window's pitch is the first strong peak of its autocorrelation, divided by the window's own.

    Shape:
        ``sound``: ``[samples]``.

    Source:
        P. Boersma, Accurate short-term analysis of the fundamental frequency, IFA Proceedings 17 (1993).
    """
    length = rate // 20
    if sound.size < length:
        return None
    window = np.hanning(length)
    spectra = np.fft.rfft(_windows(sound, length, length // 2) * window, 4 * length)
    same = np.fft.irfft(np.abs(spectra) ** 2)[:, :length]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * length)) ** 2)[:length]
    low, high = rate // 500, rate // 60
    agreement = same[:, low:high] / np.maximum(same[:, :1], 1e-12) / (own[low:high] / own[0])
    found = []
    for row in agreement[agreement.max(axis=1) > _VOICED]:
        peaks = (row[1:-1] > row[:-2]) & (row[1:-1] >= row[2:]) & (row[1:-1] > _FIRST_PEAK * row.max())
        if peaks.any():
            found.append(rate / (low + 1 + int(np.argmax(peaks))))
    return float(np.median(found)) if found else None


def find_colour(sound: Floats, rate: int) -> tuple[Floats, float]:
    """Return the long-term spectrum in bands, in decibels without its mean, and its centroid in hertz.

    Shape:
        ``sound``: ``[samples]``; the spectrum: ``[16]``.
    """
    windows = _windows(sound, _WINDOW, _WINDOW // 2) * np.hanning(_WINDOW)
    power = np.mean(np.abs(np.fft.rfft(windows)) ** 2, axis=0)
    pitches = np.fft.rfftfreq(_WINDOW, 1 / rate)
    edge = 2 ** (1 / 6)
    bands = [power[(pitches >= middle / edge) & (pitches < middle * edge)].sum() for middle in BANDS]
    levels = 10 * np.log10(np.array(bands) + 1e-12)
    return levels - levels.mean(), float((power * pitches).sum() / power.sum())


def _windows(sound: Floats, length: int, hop: int) -> Floats:
    """Return the sounding windows of a signal: those within 20 dB of the loudest."""
    cut = np.lib.stride_tricks.sliding_window_view(sound, length)[::hop]
    power = np.mean(cut**2, axis=1)
    return np.asarray(cut[power > _SOUNDING * np.percentile(power, 95)])
