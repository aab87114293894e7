"""The voices that ship, measured: pitch, colour, rate, level, and how far they are from one another.

The distance of two voices is the root of the sum of three squares: of their median pitches in units of three
semitones, of their long-term spectra in units of three decibels, of their rates in units of 15 %. Each unit
is a difference that is clearly heard by itself. The spectrum is that of sounding frames in third-octave bands
from 200 Hz to 6.4 kHz, levels removed, compared as root mean square. Voices of different languages are not
compared: a language changes the spectrum more than a voice does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.files.voices import list_voices, shipped_voices
from fullcast.model import Device, Settings, Voice

BOUND = 1.25
"""Voices that are closer must say whose variant they are."""

TEXTS = {
    "en": "The keeper climbed the hundred and nine steps with the lantern in his hand, while the wind shook "
    "every pane of glass. Nobody had come to the island since the autumn, and the boy wondered whether the "
    "boat would ever return. “Who goes there?” he called, and waited. Only the sea answered, as it always "
    "did, with one long breath after another.",
    "zh": "守灯的人提着灯笼，一步一步走上石阶，海风吹得窗户直响。自从秋天以后，再也没有人来过这座小岛。"
    "孩子问爷爷，那条船什么时候才会回来。只有大海回答他，像往常一样，长长地叹了一口气。",
}
"""What they say; rates are words a minute, in Chinese characters a minute."""

BANDS = 200.0 * 2.0 ** (np.arange(16) / 3)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
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
    colour: Floats
    """Long-term spectrum in third-octave bands, in decibels, without its mean."""

    def distance(self, other: Measured) -> float:
        """Return the distance as the module defines it."""
        pitch = 12 * np.log2(self.pitch / other.pitch) / 3
        colour = float(np.sqrt(np.mean((self.colour - other.colour) ** 2))) / 3
        rate = np.log(self.rate / other.rate) / np.log(1.15)
        return float(np.sqrt(pitch**2 + colour**2 + rate**2))


def windows(sound: Floats, length: int, hop: int) -> Floats:
    """Return the sounding windows of a signal: those within 20 dB of the loudest."""
    cut = np.lib.stride_tricks.sliding_window_view(sound, length)[::hop]
    power = np.mean(cut**2, axis=1)
    return np.asarray(cut[power > 0.01 * np.percentile(power, 95)])


def measure_pitch(sound: Floats, rate: int) -> float:
    """Return the median fundamental: the first strong peak of each window's autocorrelation."""
    length = rate // 20
    window = np.hanning(length)
    spectra = np.fft.rfft(windows(sound, length, length // 2) * window, 4 * length)
    same = np.fft.irfft(np.abs(spectra) ** 2)[:, :length]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * length)) ** 2)[:length]
    low, high = rate // 500, rate // 60
    agreement = (same / same[:, :1] / (own / own[0]))[:, low:high]
    found = []
    for row in agreement[agreement.max(axis=1) > 0.45]:
        peaks = (row[1:-1] > row[:-2]) & (row[1:-1] >= row[2:]) & (row[1:-1] > 0.85 * row.max())
        if peaks.any():
            found.append(rate / (low + 1 + int(np.argmax(peaks))))
    return float(np.median(found))


def measure_spectrum(sound: Floats, rate: int) -> tuple[Floats, float]:
    """Return the long-term spectrum in bands, and its centroid."""
    power = np.mean(np.abs(np.fft.rfft(windows(sound, 1024, 512) * np.hanning(1024))) ** 2, axis=0)
    pitches = np.fft.rfftfreq(1024, 1 / rate)
    edge = 2 ** (1 / 6)
    bands = [power[(pitches >= middle / edge) & (pitches < middle * edge)].sum() for middle in BANDS]
    levels = 10 * np.log10(np.array(bands) + 1e-12)
    return levels - levels.mean(), float((power * pitches).sum() / power.sum())


def measure(made: Recording, words: int) -> Measured:
    """Measure a recording of so many words."""
    sound = made.audio.samples[0].astype(np.float64)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    colour, centre = measure_spectrum(sound, made.audio.rate)
    sounding = windows(sound, made.audio.rate // 20, made.audio.rate // 40)
    return Measured(
        pitch=measure_pitch(sound, made.audio.rate),
        rate=60 * words * made.audio.rate / (loud[-1] - loud[0]),
        centre=centre,
        peak=float(np.abs(sound).max()),
        level=float(10 * np.log10(np.mean(sounding**2))),
        colour=colour,
    )


def language_of(voice: Voice) -> str:
    return voice.languages[0].split("-")[0]


@pytest.fixture(scope="module")
def voices() -> Mapping[str, Voice]:
    found, problems = list_voices(project=None, settings=Settings(jobs=1))
    assert not problems
    return {voice.name: voice for voice in found}


@pytest.fixture(scope="module")
def measured(voices: Mapping[str, Voice]) -> Mapping[str, Measured]:
    requests = [
        SpeechRequest(
            id=RequestId(name),
            text=TEXTS[language_of(voice)],
            voice=voice,
            language=voice.languages[0],
            seed=0,
        )
        for name, voice in voices.items()
    ]
    counts = {"en": len(TEXTS["en"].split()), "zh": sum(letter.isalnum() for letter in TEXTS["zh"])}
    found = {}
    with EspeakEngine().open(Device(), Settings(jobs=1)) as session:
        for name, result in session.record(requests):
            assert isinstance(result, Recording), result
            found[str(name)] = measure(result, counts[language_of(voices[name])])
    return found


def pairs(voices: Mapping[str, Voice], measured: Mapping[str, Measured]) -> dict[tuple[str, str], float]:
    """Return the distance of every two voices of one language."""
    return {
        (one, two): measured[one].distance(measured[two])
        for one, two in combinations(sorted(voices), 2)
        if language_of(voices[one]) == language_of(voices[two])
    }


def test_the_yardstick_measures_what_it_says() -> None:
    """A pulse train of 150 Hz through a known slope: pitch within 1 %, and a raised level changes nothing."""
    rate, seconds = 22_050, 3
    time = np.arange(rate * seconds) / rate
    tones = [np.cos(2 * np.pi * 150 * number * time) / number for number in range(1, 60)]
    sound = 0.1 * np.sum(tones, axis=0)
    assert measure_pitch(sound, rate) == pytest.approx(150, rel=0.01)
    quiet, loud = (measure_spectrum(level * sound, rate)[0] for level in (0.1, 1.0))
    assert np.allclose(quiet, loud, atol=0.01)


def test_enough_voices_ship(voices: Mapping[str, Voice]) -> None:
    originals = [voice for voice in voices.values() if voice.variant_of is None]
    assert sum(language_of(voice) == "en" for voice in originals) >= 8
    assert sum(language_of(voice) == "zh" for voice in originals) >= 3
    assert {"alba", "mara", "tom", "extra"} <= set(voices)
    for voice in voices.values():
        assert voice.description
        assert voice.licence
        assert "espeak" in voice.engines
        assert voice.variant_of is None or voice.variant_of in voices
    assert len({(voice.sex, voice.age) for voice in originals}) >= 8


def test_voices_that_are_close_say_so(voices: Mapping[str, Voice], measured: Mapping[str, Measured]) -> None:
    for (one, two), distance in pairs(voices, measured).items():
        related = voices[one].variant_of == two or voices[two].variant_of == one
        assert related or distance >= BOUND, (one, two, distance)


def test_voices_are_clean_and_of_one_level(measured: Mapping[str, Measured]) -> None:
    """None touches full scale, none is lost beside another; narrators take their time."""
    for name, voice in measured.items():
        assert voice.peak < 0.9, name
        assert -27 < voice.level < -19, name
    assert 140 <= measured["alba"].rate <= 170
    assert 200 <= measured["lan"].rate <= 250


def test_ages_and_sexes_are_heard(voices: Mapping[str, Voice], measured: Mapping[str, Measured]) -> None:
    def median(sex: str, *ages: str) -> float:
        chosen = [measured[n].pitch for n, v in voices.items() if v.sex == sex and v.age in ages]
        return float(np.median(chosen))

    assert median("male", "adult", "old") < 0.75 * median("female", "young", "adult")
    children = [measured[name].pitch for name, voice in voices.items() if voice.age == "child"]
    assert min(children) > max(measured[n].pitch for n, v in voices.items() if v.age != "child")


def test_the_readme_says_what_is_measured(
    voices: Mapping[str, Voice], measured: Mapping[str, Measured]
) -> None:
    page = (shipped_voices() / "README.md").read_text(encoding="utf-8")
    table = page[page.index("## Measured") :]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|(.*)\|$", table, flags=re.MULTILINE))
    assert set(rows) == set(voices)
    distances = pairs(voices, measured)
    for name, row in rows.items():
        pitch, rate, centre, nearest, distance = (cell.strip() for cell in row.split("|")[2:])
        voice = measured[name]
        assert float(pitch) == pytest.approx(voice.pitch, rel=0.05), name
        assert float(rate) == pytest.approx(voice.rate, rel=0.05), name
        assert float(centre) == pytest.approx(voice.centre, rel=0.1), name
        assert float(distance) == pytest.approx(
            min(value for pair, value in distances.items() if name in pair), abs=0.3
        ), name
        assert float(distance) == pytest.approx(
            distances.get((name, nearest), distances.get((nearest, name))), abs=0.3
        ), name
