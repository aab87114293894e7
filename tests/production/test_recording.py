"""Takes as they are kept: clean below, and cut where speech begins and ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fullcast.assistants.aligning import Aligner, Spelt
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording
from fullcast.engines.registry import choose_speech_engine
from fullcast.engines.tone import ToneEngine, ToneSession
from fullcast.files.sounds import read_take
from fullcast.files.store import Store
from fullcast.model import PlannedTake, Segment, Settings, Voice, Word
from fullcast.production import recording
from fullcast.production.judging import Judge
from fullcast.production.recording import Recorded, _Desk
from fullcast.units import Seconds

RATE = 22_050


def test_words_that_an_engine_does_not_tell_are_found_by_the_aligner(tmp_path: Path) -> None:
    asked = []

    def find(audio: Audio, words: tuple[Spelt, ...]) -> list[tuple[float, float]]:
        asked.append((audio.length, [word.plain for word in words]))
        return [(0.1 * at, 0.1 * at + 0.1) for at in range(len(words))]

    text = "Who is there?"
    told = (Word(start=0, end=3, begins=Seconds(0.2), ends=Seconds(0.4)),)
    time = np.arange(RATE) / RATE
    audio = Audio(samples=(0.3 * np.sin(2 * np.pi * 200 * time))[None].astype(np.float32), rate=RATE)
    with Store(tmp_path) as store:
        desk = _Desk(
            engine=ToneEngine(),
            session=ToneSession(longest=99),
            store=store,
            judge=Judge(rate=14.0),
            aligner=Aligner(name="test", languages=("en",), find=find),
        )
        kept = {}
        for key, words, language in (("a", (), "en"), ("b", told, "en"), ("c", (), "zh")):
            take = take_of(key, text, language)
            verdict = desk.judge.judge(take, audio)
            kept[key] = desk._keep(take, Recording(audio=audio, words=words), verdict).entry.words
    assert [(text[word.start : word.end], word.begins) for word in kept["a"]] == [
        ("Who", 0.0),
        ("is", 0.1),
        ("there", 0.2),
    ]
    assert kept["b"] == told
    assert kept["c"] == ()
    assert asked == [(RATE, ["who", "is", "there"])]


@pytest.mark.parametrize(("name", "opened"), [("espeak", 0), ("command:flite", 1)])
def test_an_aligner_is_opened_for_engines_that_need_one(
    monkeypatch: pytest.MonkeyPatch, name: str, opened: int
) -> None:
    seen = []
    monkeypatch.setattr(recording, "open_aligner", lambda *words, **more: seen.append((words, more)))
    settings = Settings(jobs=1, aligner="pocketsphinx", asr_device="cuda:1")
    recording._aligner(choose_speech_engine(name, settings).engine.limits, settings)
    recording._aligner(choose_speech_engine(name, settings).engine.limits, Settings(jobs=1))
    assert seen == [(("pocketsphinx",), {"model": "", "device": "cuda:1"})] * opened


def take_of(key: str, text: str, language: str = "en") -> PlannedTake:
    segment = Segment(line="l", number=0, text=text, start=0, end=len(text), language=language)
    return PlannedTake(
        key=key,
        seed=0,
        segment=segment,
        speaker="Narrator",
        voice=Voice(name="alba"),
        pace=1.0,
        engine="espeak/1",
        estimate=Seconds(1.0),
    )


def test_what_stands_still_beside_one_sided_speech_is_cut_away(tmp_path: Path) -> None:
    """Formant voices swing to one side; the mean of that must not make silence look like sound."""
    time = np.arange(RATE) / RATE
    voice = 0.3 * np.maximum(0.0, np.sin(2 * np.pi * 200 * time)) ** 4
    silence = np.zeros(RATE // 2)
    samples = np.concatenate([silence, voice, silence])[None].astype(np.float32)
    take = take_of("k", "Who is there?")
    recorded = Recording(audio=Audio(samples=samples, rate=RATE))
    with Store(tmp_path) as store:
        desk = _Desk(
            engine=ToneEngine(), session=ToneSession(longest=99), store=store, judge=Judge(rate=14.0)
        )
        kept = desk._keep(take, recorded, desk.judge.judge(take, recorded.audio))
    assert isinstance(kept, Recorded)
    assert kept.entry is not None
    assert kept.entry.begins / RATE == pytest.approx(0.5, abs=0.05)
    assert kept.entry.ends / RATE == pytest.approx(1.5, abs=0.1)
    stored = read_take(Store(tmp_path).file_of("k")).samples[0]
    assert abs(float(stored[RATE // 2 : 3 * RATE // 2].mean())) < 0.01 * float(voice.mean())
