from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from fullcast.audio.rooms import make_response, reverberate
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.model import ROOMS
from fullcast.units import MIX_RATE

Speak = Callable[..., Audio]


def decay_time(response: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    """Measure the reverberation time from the slope of the backward-integrated energy (ISO 3382-1)."""
    left = np.cumsum(response[0, ::-1].astype(np.float64) ** 2)[::-1]
    levels = 10.0 * np.log10(left / left[0])
    begin, end = int(np.argmax(levels < -5.0)), int(np.argmax(levels < -25.0))
    return 3.0 * (end - begin) / MIX_RATE


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_that_the_model_names_can_be_heard(name: str) -> None:
    response = make_response(name)
    assert (response**2).sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-3)
    assert abs(np.corrcoef(response).min()) < 0.3
    assert np.abs(response[:, :60]).max() < 0.02
    assert np.abs(response[:, -50:]).max() < 1e-3
    assert make_response(name) is response


def test_rooms_differ_as_rooms_do() -> None:
    times = {
        name: decay_time(make_response(name)) for name in ("chamber", "cellar", "hall", "cave", "church")
    }
    assert list(times.values()) == sorted(times.values())
    assert times["hall"] == pytest.approx(1.4, rel=0.3)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", ROOMS)
def test_speech_stays_in_front_of_its_room(speechlike: Speak, name: str, channels: int) -> None:
    voice = speechlike(2.0).samples
    answer = reverberate(voice, name, channels)
    assert len(answer) == channels
    against = 10.0 * math.log10(float((answer**2).sum()) / float((voice**2).sum()))
    assert -26.0 < against < -6.0


def test_convolution_is_convolution() -> None:
    response = make_response("chamber")
    voice = np.zeros((1, 100_000), np.float32)
    voice[0, [0, 40_000, 99_999]] = 1.0, -0.5, 0.25
    answer = reverberate(voice, "chamber", 1)[0]
    scale = answer[: response.shape[1]] @ response[0]
    wanted = np.zeros(len(answer))
    for at, factor in ((0, 1.0), (40_000, -0.5), (99_999, 0.25)):
        wanted[at : at + response.shape[1]] += factor * scale * response[0]
    assert np.abs(answer - wanted).max() < 1e-5


def test_an_unknown_room_is_an_error() -> None:
    with pytest.raises(AudioError, match="no room 'attic'"):
        make_response("attic")
