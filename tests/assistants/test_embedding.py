"""Who speaks: the mel spectrum by formula, the network on voices of eSpeak."""

from __future__ import annotations

import numpy as np
import pytest

from fullcast.assistants.embedding import SAME, Encoder, find_weights, mel_spectrum
from fullcast.audio.mels import mel_filters
from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.errors import SetupError
from fullcast.model import Device, Settings, Voice
from fullcast.units import Hertz


def test_a_tone_stands_in_its_band() -> None:
    time = np.arange(16_000) / 16_000
    mel = mel_spectrum(np.sin(2 * np.pi * 2_000 * time).astype(np.float32))
    assert mel.shape == (101, 40)
    centre = int(np.argmax(mel[50]))
    assert np.argmax(mel_filters(40, 400, Hertz(16_000))[:, 50]) == centre  # bin 50 of 40 Hz is 2,000 Hz


def _here() -> bool:
    try:
        find_weights()
    except SetupError:
        return False
    return True


@pytest.mark.skipif(not _here(), reason="Resemblyzer's weights or torch are not installed")
def test_a_voice_is_like_itself_with_other_words_and_unlike_others() -> None:
    voices = {
        "nora": Voice(name="nora", engines={"espeak": {"language": "en-GB", "variant": "f2", "pitch": 60}}),
        "otto": Voice(name="otto", engines={"espeak": {"language": "en-GB", "variant": "m1", "pitch": 30}}),
    }
    texts = (
        "The lamp went out, and for a while nobody in the harbour spoke of it again.",
        "She had not thought of the letter since the morning on which it had arrived.",
    )
    requests = [
        SpeechRequest(id=RequestId(f"{name} {number}"), text=text, voice=voice, language="en", seed=1)
        for name, voice in voices.items()
        for number, text in enumerate(texts)
    ]
    encoder = Encoder()
    with EspeakEngine().open(Device(), Settings(jobs=2)) as session:
        heard = {
            str(name): encoder.embed(result.audio)
            for name, result in session.record(requests)
            if isinstance(result, Recording)
        }
    assert all(np.linalg.norm(one) == pytest.approx(1, abs=1e-5) for one in heard.values())
    for name in voices:
        assert heard[f"{name} 0"] @ heard[f"{name} 1"] > SAME
    assert heard["nora 0"] @ heard["otto 0"] < SAME
