"""Takes as they are kept: clean below, and cut where speech begins and ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording
from fullcast.engines.tone import ToneEngine, ToneSession
from fullcast.files.sounds import read_take
from fullcast.files.store import Store
from fullcast.model import PlannedTake, Segment, Voice
from fullcast.production.judging import Judge
from fullcast.production.recording import Recorded, _Desk
from fullcast.units import Seconds

RATE = 22_050


def test_what_stands_still_beside_one_sided_speech_is_cut_away(tmp_path: Path) -> None:
    """Formant voices swing to one side; the mean of that must not make silence look like sound."""
    time = np.arange(RATE) / RATE
    voice = 0.3 * np.maximum(0.0, np.sin(2 * np.pi * 200 * time)) ** 4
    silence = np.zeros(RATE // 2)
    samples = np.concatenate([silence, voice, silence])[None].astype(np.float32)
    segment = Segment(line="l", number=0, text="Who is there?", start=0, end=13, language="en")
    take = PlannedTake(
        key="k",
        seed=0,
        segment=segment,
        speaker="Narrator",
        voice=Voice(name="alba"),
        pace=1.0,
        engine="espeak/1",
        estimate=Seconds(1.0),
    )
    recording = Recording(audio=Audio(samples=samples, rate=RATE))
    with Store(tmp_path) as store:
        desk = _Desk(
            engine=ToneEngine(), session=ToneSession(longest=99), store=store, judge=Judge(rate=14.0)
        )
        kept = desk._keep(take, recording, desk.judge.judge(take, recording.audio))
    assert isinstance(kept, Recorded)
    assert kept.entry is not None
    assert kept.entry.begins / RATE == pytest.approx(0.5, abs=0.05)
    assert kept.entry.ends / RATE == pytest.approx(1.5, abs=0.1)
    stored = read_take(Store(tmp_path).file_of("k")).samples[0]
    assert abs(float(stored[RATE // 2 : 3 * RATE // 2].mean())) < 0.01 * float(voice.mean())
