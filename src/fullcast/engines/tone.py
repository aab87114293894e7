"""Engines that make tones: for tests, and for drafts in which only lengths and cues matter.

They are quick, take every voice, language and prompt, and give equal samples for equal requests.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fullcast.engines.base import Recording, SegmentError
from fullcast.fingerprint import voice_fingerprint
from fullcast.model import Ability, Limits, Sex, Word
from fullcast.units import Hertz, Seconds, to_samples, to_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from fullcast.engines.base import RequestId, SoundRequest, SpeechRequest
    from fullcast.model import Device, Settings, Voice

    Floats = NDArray[np.float64]

SPEECH_RATE = Hertz(24_000)
"""What most neural engines give, so that drafts meet the same resampling."""
SOUND_RATE = Hertz(44_100)
_CHARACTERS_PER_SECOND = 14.0
_IDEOGRAPHS_PER_SECOND = 4.2
_PAUSES = {",": 0.15, ";": 0.25, ":": 0.25, ".": 0.35, "!": 0.35, "?": 0.35, "，": 0.2, "。": 0.4, "…": 0.4}
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SYLLABLE = re.compile(r"[aeiouyäöüàâéèêëîïôûáíóúаеёиоуыэюя]+", re.IGNORECASE)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_PITCH = {Sex.FEMALE: (165.0, 260.0), Sex.MALE: (80.0, 150.0), Sex.NEUTRAL: (120.0, 220.0)}
"""Range of the fundamental in hertz."""
_PEAK = 0.25
_OVERTONES = (1.0, 0.45, 0.22, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Syllable:
    begins: float
    seconds: float


class ToneEngine:
    """Hums every text in the rhythm of its syllables, each voice at a pitch of its own."""

    name: str = "tone"
    revision: str = "1"

    def __init__(self) -> None:
        self.limits = Limits(
            longest=2_000,
            rate=SPEECH_RATE,
            abilities=frozenset({Ability.WORDS, Ability.SEEDED}),
            quality=-1,
            licence="Apache-2.0",
            rate_of_speech=_CHARACTERS_PER_SECOND,
        )

    def check(self) -> None:
        """Do nothing: it is always ready."""

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[ToneSession]:
        """Make ready to hum."""
        del device, settings
        yield ToneSession(longest=self.limits.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneSession:
    """An opened tone engine."""

    longest: int

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests, one after the other."""
        for request in requests:
            if len(request.text) > self.longest:
                reason = f"the text has {len(request.text)} characters; tone takes {self.longest} at once"
                yield request.id, SegmentError(reason=reason, retry=False)
            else:
                yield request.id, _hum(request)


def _hum(request: SpeechRequest) -> Recording:
    import numpy as np

    from fullcast.audio.signal import Audio

    words, syllables, seconds = _lay_out(request.text, request.pace)
    samples = to_samples(seconds, SPEECH_RATE)
    envelope = np.zeros(samples)
    for syllable in syllables:
        start = to_samples(syllable.begins, SPEECH_RATE)
        bump = np.sin(np.linspace(0.0, np.pi, to_samples(syllable.seconds, SPEECH_RATE))) ** 0.7
        end = min(samples, start + len(bump))
        envelope[start:end] = bump[: end - start]
    pitch = pitch_of(request.voice) * 2.0 ** ((request.seed % 7 - 3) / 60.0)
    fall = np.linspace(1.06, 0.92, samples)  # pitch sinks over a phrase
    phase = 2.0 * np.pi * np.cumsum(pitch * fall) / SPEECH_RATE
    sound = sum(level * np.sin(number * phase) for number, level in enumerate(_OVERTONES, 1))
    scaled = (_PEAK / sum(_OVERTONES) * envelope * sound).astype(np.float32)
    return Recording(audio=Audio(samples=scaled[np.newaxis], rate=SPEECH_RATE), words=words)


def pitch_of(voice: Voice) -> float:
    """Return the fundamental at which a voice hums, in hertz: fixed by what the engine hears of it."""
    low, high = _PITCH[voice.sex]
    place = int(voice_fingerprint(voice, "tone")[:8], 16) / 0xFFFF_FFFF
    return float(low * (high / low) ** place)


def _lay_out(text: str, pace: float) -> tuple[tuple[Word, ...], list[_Syllable], Seconds]:
    """Return the words of a text with their times, its syllables, and its length."""
    words: list[Word] = []
    syllables: list[_Syllable] = []
    now, said = 0.05, 0
    for found in _WORD.finditer(text):
        now += _silence(text[said : found.start()]) / pace
        said = found.end()
        seconds, count = _measure_word(found.group())
        seconds /= pace
        syllables += [
            _Syllable(begins=now + seconds * number / count, seconds=0.9 * seconds / count)
            for number in range(count)
        ]
        ends = Seconds(now + seconds)
        words.append(Word(start=found.start(), end=found.end(), begins=Seconds(now), ends=ends))
        now = ends
    rest = _silence(text[said:]) / pace
    return tuple(words), syllables, Seconds(max(0.2, now + rest + 0.05))


def _measure_word(word: str) -> tuple[float, int]:
    """Return how long a word takes at pace 1, and in how many syllables."""
    ideographs = len(_IDEOGRAPH.findall(word))
    letters = len(word) - ideographs
    seconds = ideographs / _IDEOGRAPHS_PER_SECOND + letters / _CHARACTERS_PER_SECOND
    spoken = len(_SYLLABLE.findall(word)) or -(-letters // 3)
    return seconds, max(1, ideographs + (spoken if letters else 0))


def _silence(between: str) -> float:
    """Return how long nothing is heard between two words."""
    return max((_PAUSES.get(mark, 0.0) for mark in between), default=0.0) + 0.03 * between.count(" ")


class ToneSoundEngine:
    """Makes a chord of every prompt; each prompt its own."""

    name: str = "tone"
    revision: str = "1"

    def __init__(self) -> None:
        self.limits = Limits(
            longest=2_000,
            rate=SOUND_RATE,
            abilities=frozenset({Ability.SEEDED}),
            channels=2,
            quality=-1,
            licence="Apache-2.0",
        )

    def check(self) -> None:
        """Do nothing: it is always ready."""

    def check_prompt(self, prompt: str) -> str | None:
        """Return None: there is a chord for everything."""
        del prompt
        return None

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[ToneSoundSession]:
        """Make ready."""
        del device, settings
        yield ToneSoundSession(longest=self.limits.longest_sound)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneSoundSession:
    """An opened tone engine for sounds."""

    longest: Seconds

    def record(
        self, requests: Iterable[SoundRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Make sounds, one after the other."""
        for request in requests:
            if request.seconds is not None and not 0 < request.seconds <= self.longest:
                reason = f"{request.seconds:g} s were asked for; tone makes up to {self.longest:g} s"
                yield request.id, SegmentError(reason=reason, retry=False)
            else:
                yield request.id, _chord(request)


def _chord(request: SoundRequest) -> Recording:
    import numpy as np

    from fullcast.audio.signal import Audio

    samples = to_samples(request.seconds or Seconds(2.0), SOUND_RATE)
    seconds = to_seconds(samples, SOUND_RATE)
    mark = hashlib.blake2b(f"{request.prompt}\0{request.seed}".encode(), digest_size=4).digest()
    time = np.arange(samples) / SOUND_RATE
    sides = [np.zeros(samples), np.zeros(samples)]
    for number, byte in enumerate(mark):
        # Whole periods, so that a loop has no seam.
        pitch = max(1, round((110 + 3 * byte) * seconds)) / seconds
        sides[number % 2] += np.sin(2.0 * np.pi * pitch * time)
    sound = np.stack(sides).astype(np.float32) * np.float32(_PEAK / 2)
    if not request.loop:
        edge = min(samples // 4, SOUND_RATE // 50)
        ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
        sound[:, :edge] *= ramp
        sound[:, samples - edge :] *= ramp[::-1]
    return Recording(audio=Audio(samples=sound, rate=SOUND_RATE))
