"""Tones: quick, the same every time, one pitch a voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fullcast.engines.base import Recording, RequestId, SoundRequest, SpeechRequest
from fullcast.engines.tone import ToneEngine, ToneSoundEngine, pitch_of
from fullcast.model import Device, Settings, Sex, Voice

Ask = Callable[..., SpeechRequest]


def record(engine: Any, request: Any) -> Recording:
    with engine.open(Device(), Settings(jobs=1)) as session:
        ((_, result),) = session.record([request])
    assert isinstance(result, Recording)
    return result


def test_a_voice_is_heard_at_its_own_pitch(ask: Ask) -> None:
    voice = Voice(name="mara", sex=Sex.FEMALE)
    made = record(ToneEngine(), ask("A long and even sentence, to be hummed.", voice=voice, seed=3))
    spectrum = np.abs(np.fft.rfft(made.audio.samples[0]))
    loudest = np.argmax(spectrum) * made.audio.rate / made.audio.length
    assert loudest == pytest.approx(pitch_of(voice), rel=0.1)


def test_voices_differ_and_keep_to_their_sex() -> None:
    women = {pitch_of(Voice(name=name, sex=Sex.FEMALE)) for name in ("ann", "bea", "cleo", "dora")}
    men = {pitch_of(Voice(name=name, sex=Sex.MALE)) for name in ("ann", "bea", "cleo", "dora")}
    assert len(women) == len(men) == 4
    assert max(men) < min(women)


def test_the_seed_is_heard(ask: Ask) -> None:
    one, two = (record(ToneEngine(), ask("Hello there.", seed=seed)).audio.samples for seed in (1, 2))
    assert one.shape == two.shape
    assert not np.allclose(one, two)


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [
        ("The keeper climbed the stairs with the lantern in his hand, and stopped. " * 5, "en", 22, 34),
        ("守灯的人提着灯笼，一步一步走上石阶，海风吹得窗户直响。" * 4, "zh", 18, 30),
    ],
)
def test_texts_take_the_time_that_readers_take(
    ask: Ask, text: str, language: str, low: float, high: float
) -> None:
    """150 to 190 English words a minute, 3.5 to 5 Chinese characters a second."""
    assert low < record(ToneEngine(), ask(text, language=language)).audio.seconds < high


def test_every_word_has_its_time(ask: Ask) -> None:
    text = "“Zoë’s lamp,” said the 3rd man — 他 说 — and left."
    words = [text[word.start : word.end] for word in record(ToneEngine(), ask(text)).words]
    assert words == ["Zoë’s", "lamp", "said", "the", "3rd", "man", "他", "说", "and", "left"]


def test_a_loop_has_no_seam() -> None:
    request = SoundRequest(id=RequestId("x"), prompt="rain", seed=5, seconds=None, loop=True)
    sound = record(ToneSoundEngine(), request).audio.samples
    steps = np.abs(np.diff(np.concatenate([sound, sound[:, :100]], axis=1)))
    assert steps[:, sound.shape[1] - 2 :].max() <= steps[:, : sound.shape[1] - 2].max() * 1.01


def test_prompts_and_seeds_differ() -> None:
    def sound(prompt: str, seed: int) -> Any:
        request = SoundRequest(id=RequestId("x"), prompt=prompt, seed=seed)
        return record(ToneSoundEngine(), request).audio.samples

    assert not np.allclose(sound("rain", 1), sound("wind", 1))
    assert not np.allclose(sound("rain", 1), sound("rain", 2))
