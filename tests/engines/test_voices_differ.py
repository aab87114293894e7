"""The voices that ship, measured: pitch, colour, rate, level, and how far they are from one another.

The distance is that of ``audio.likeness``. Voices of different languages are not compared: a language changes
the spectrum more than a voice does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pytest

from fullcast.audio.likeness import Likeness, measure_likeness
from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.files.voices import list_voices, shipped_voices
from fullcast.model import Device, Settings, Voice
from fullcast.production.likenesses import count_words
from fullcast.production.passages import PASSAGES

BOUND = 1.25
"""Voices that are closer must say whose variant they are."""


def language_of(voice: Voice) -> str:
    return voice.languages[0].split("-")[0]


@pytest.fixture(scope="module")
def voices() -> Mapping[str, Voice]:
    found, problems = list_voices(project=None, settings=Settings(jobs=1))
    assert not problems
    return {voice.name: voice for voice in found}


@pytest.fixture(scope="module")
def measured(voices: Mapping[str, Voice]) -> Mapping[str, Likeness]:
    requests = [
        SpeechRequest(
            id=RequestId(name),
            text=PASSAGES[language_of(voice)],
            voice=voice,
            language=voice.languages[0],
            seed=0,
        )
        for name, voice in voices.items()
    ]
    found = {}
    with EspeakEngine().open(Device(), Settings(jobs=1)) as session:
        for name, result in session.record(requests):
            assert isinstance(result, Recording), result
            language = language_of(voices[name])
            found[str(name)] = measure_likeness(result.audio, count_words(PASSAGES[language], language))
    return found


def pairs(voices: Mapping[str, Voice], measured: Mapping[str, Likeness]) -> dict[tuple[str, str], float]:
    """Return the distance of every two voices of one language."""
    return {
        (one, two): measured[one].distance(measured[two])
        for one, two in combinations(sorted(voices), 2)
        if language_of(voices[one]) == language_of(voices[two])
    }


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


def test_voices_that_are_close_say_so(voices: Mapping[str, Voice], measured: Mapping[str, Likeness]) -> None:
    for (one, two), distance in pairs(voices, measured).items():
        related = voices[one].variant_of == two or voices[two].variant_of == one
        assert related or distance >= BOUND, (one, two, distance)


def test_voices_are_clean_and_of_one_level(measured: Mapping[str, Likeness]) -> None:
    """None touches full scale, none is lost beside another; narrators take their time."""
    for name, voice in measured.items():
        assert voice.peak < 0.9, name
        assert -27 < voice.level < -19, name
    assert 140 <= measured["alba"].rate <= 170
    assert 200 <= measured["lan"].rate <= 250


def test_ages_and_sexes_are_heard(voices: Mapping[str, Voice], measured: Mapping[str, Likeness]) -> None:
    def median(sex: str, *ages: str) -> float:
        chosen = [measured[n].pitch for n, v in voices.items() if v.sex == sex and v.age in ages]
        return float(np.median(chosen))

    assert median("male", "adult", "old") < 0.75 * median("female", "young", "adult")
    children = [measured[name].pitch for name, voice in voices.items() if voice.age == "child"]
    assert min(children) > max(measured[n].pitch for n, v in voices.items() if v.age != "child")


def test_the_readme_says_what_is_measured(
    voices: Mapping[str, Voice], measured: Mapping[str, Likeness]
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
