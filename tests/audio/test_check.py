from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fullcast.audio.check import check_take
from fullcast.audio.signal import Audio
from fullcast.errors import Severity

Speak = Callable[..., Audio]

TEXT = "The lamp went out, and for a while nobody spoke."


def codes(audio: Audio, text: str = TEXT) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in check_take(audio, text)]


def settle(audio: Audio, seconds: float = 0.2) -> Audio:
    """End a take as voices do: in silence."""
    tail = round(seconds * audio.rate)
    return Audio(samples=np.pad(audio.samples, ((0, 0), (0, tail))), rate=audio.rate)


def test_a_good_take_has_no_findings(speechlike: Speak) -> None:
    assert codes(settle(speechlike(3.0, rate=24_000))) == []


@pytest.mark.parametrize("samples", [np.zeros((1, 48_000)), np.zeros((1, 0)), np.full((1, 48_000), 5e-4)])
def test_silence_is_an_error(samples: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    audio = Audio(samples=samples.astype(np.float32), rate=24_000)
    assert codes(audio) == [("silent-take", Severity.ERROR)]


def test_clipping_is_a_warning(speechlike: Speak) -> None:
    samples = settle(speechlike(3.0)).samples.copy()
    samples[0, 5_000:5_004] = 32_767 / 32_768
    assert codes(Audio(samples=samples, rate=44_100)) == [("clipped-take", Severity.WARNING)]
    samples[0, 5_000:5_004] = [1.0, -1.0, 1.0, -1.0]
    assert codes(Audio(samples=samples, rate=44_100)) == []


def test_a_sound_cut_in_its_middle_is_a_warning(speechlike: Speak) -> None:
    audio = speechlike(3.0)
    loudest = int(np.argmax(np.convolve(audio.samples[0] ** 2, np.ones(441), "same")))
    assert loudest > 44_100
    cut = Audio(samples=audio.samples[:, : loudest + 100], rate=44_100)
    assert codes(cut) == [("cut-take", Severity.WARNING)]


def test_an_offset_is_a_warning(speechlike: Speak) -> None:
    audio = settle(speechlike(3.0, level=0.3))
    shifted = Audio(samples=audio.samples + np.float32(0.03), rate=44_100)
    assert ("offset-take", Severity.WARNING) in codes(shifted)


@pytest.mark.parametrize(
    ("seconds", "text", "expected"),
    [
        (0.3, TEXT * 3, ["short-take"]),
        (60.0, "Yes.", ["long-take"]),
        (0.3, "Yes.", []),
        (2.0, "Oh …", []),
        (1.0, "灯塔在风雨中亮着。", []),
        (1.0, "灯塔在风雨中亮着。" * 10, ["short-take"]),
        (8.0, "…", []),
    ],
)
def test_length_must_fit_the_words(speechlike: Speak, seconds: float, text: str, expected: list[str]) -> None:
    found = codes(settle(speechlike(seconds, rate=16_000)), text)
    assert [code for code, severity in found if severity is Severity.ERROR] == expected
