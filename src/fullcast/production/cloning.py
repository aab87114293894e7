"""A voice from recordings: cleaned, measured, cut to what shows it best, with consent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.errors import AudioError, Place, Problem, ProjectError, Severity, StoreError, UsageError
from fullcast.files.disk import explained, write_whole
from fullcast.fingerprint import digest_file
from fullcast.model import Age, Sex

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio, Signal
    from fullcast.audio.voice_sample import Quality

SUFFIXES = frozenset(
    {
        ".wav",
        ".flac",
        ".mp3",
        ".m4a",
        ".aac",
        ".ogg",
        ".opus",
        ".oga",
        ".aif",
        ".aiff",
        ".wma",
        ".webm",
        ".mp4",
    }
)
MOST_SECONDS = 600.0
"""Of all recordings together that are listened to: of longer ones, stretches spread over the whole."""
_STRETCH = 30.0
_LEVEL = -23.0
"""LUFS of a reference."""
_PEAK = -3.0
"""dBFS that a reference does not exceed."""
_RATE = 24_000
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
LEAST_SPEECH = 3.0
LEAST_RATIO, GOOD_RATIO = 12.0, 25.0
"""Decibels of speech above noise: less is refused, less than the second is warned of."""
MOST_CLIPPED = 0.002
"""Share of clipped samples beyond which a recording is refused: ten in a second of speech are heard."""
PHONE = 4_500
"""Hertz below which a recording is that of a telephone."""
NARROW = 7_000
ROOMY = 0.6
"""Seconds of decay from which a room is heard in every word that a clone says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for."""

    name: str
    recordings: tuple[Path, ...]
    consent: str
    """Who agreed that this voice may be cloned."""
    language: str = "en"
    description: str = ""
    sex: Sex | None = None
    age: Age = Age.ADULT
    accent: str = ""
    licence: str = ""
    force: bool = False
    """Whether faults that are refused are only warned of, and an older voice of the name is replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What was chosen of the recordings."""

    audio: Audio
    """As it becomes the reference."""
    file: Path
    begins: float
    ends: float
    """In the recording, in seconds."""
    quality: Quality
    whole: bool
    """Whether all that is said in the recording is in it: then its words are the recording's."""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    file: Path
    audio: Audio
    """Mono, at its own rate or 48 kHz at most."""
    offset: float
    """Where it begins in the recording, in seconds."""
    speech: list[tuple[float, float]]
    complete: bool
    """Whether it is all of the recording."""
    quality: Quality


def check_name(name: str) -> None:
    """Refuse a name that no folder should have.

    Raises:
        UsageError: If it has other signs than small letters, digits, dashes and underscores.
    """
    if not name or not set(name) <= _NAME or name[0] in "-_":
        raise UsageError(
            f"{name!r} cannot be the name of a voice",
            hint="small letters, digits, - and _: for instance aunt-mary",
        )


def choose_sample(wish: Wish) -> Sample:
    """Listen to recordings and choose what shows the voice best.

    Raises:
        UsageError: If there is no recording.
        ProjectError: If none can be used, with what was measured.
        SetupError: If what finds speech is not installed.
    """
    from fullcast.assistants.speech_finder import check_speech_finder
    from fullcast.audio.voice_sample import find_sample

    check_speech_finder()
    files = list(_files(wish.recordings))
    if not files:
        endings = ", ".join(sorted(SUFFIXES))
        raise UsageError("there is no recording", hint=f"name files, or folders that hold some: {endings}")
    heard = [part for file in files for part in _listen(file, MOST_SECONDS / len(files))]
    able = [part for part in heard if part.quality.speech >= 1.0]
    if not able:
        raise _refusal(
            files[0], "no-speech", "nobody speaks in it", "record 10 to 30 s of speech in a quiet room"
        )
    best = max(able, key=_worth)
    stretch = find_sample(best.audio, best.speech)
    assert stretch is not None
    problems = list(_faults(best, sum(part.quality.speech for part in able)))
    problems += _strangers(able)
    wrong = [problem for problem in problems if problem.severity is Severity.ERROR]
    if wrong and not wish.force:
        raise ProjectError(*problems)
    used = sum(
        min(b, stretch[1]) - max(a, stretch[0]) for a, b in best.speech if a < stretch[1] and b > stretch[0]
    )
    return Sample(
        audio=_polish(best.audio, stretch),
        file=best.file,
        begins=best.offset + stretch[0],
        ends=best.offset + stretch[1],
        quality=best.quality,
        whole=len(files) == 1 and best.complete and used >= 0.97 * best.quality.speech,
        warnings=tuple(problems),
    )


def _files(named: Sequence[Path]) -> Iterator[Path]:
    for path in named:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        elif path.exists():
            yield path
        else:
            raise UsageError(f"{path}: there is no such file or folder")


def _listen(file: Path, most: float) -> Iterator[_Heard]:
    """Yield a recording as parts of which it is known where somebody speaks; of a long one, some of it."""
    from fullcast.assistants.speech_finder import RATE, find_speech_in
    from fullcast.audio.edit import resample
    from fullcast.audio.voice_sample import measure_quality

    parts = list(_read(file, most))
    for offset, audio, complete in parts:
        speech = find_speech_in(resample(audio, RATE))
        quality = measure_quality(audio, speech)
        yield _Heard(file=file, audio=audio, offset=offset, speech=speech, complete=complete, quality=quality)


def _read(file: Path, most: float) -> Iterator[tuple[float, Audio, bool]]:
    """Yield a recording, mono: whole, or stretches of it spread over the whole, never much in memory."""
    from fullcast.files.coded import probe, stream_sound

    try:
        every = max(1, math.ceil(probe(file).seconds / most))
        blocks = (_mono(audio) for audio in stream_sound(file, seconds=_STRETCH))
        if every > 1:
            chosen = ((number * _STRETCH, block) for number, block in enumerate(blocks) if not number % every)
            yield from ((offset, block, False) for offset, block in chosen)
        elif gathered := list(islice(blocks, math.ceil(most / _STRETCH))):
            yield 0.0, _together(gathered), True
    except AudioError as error:
        raise _refusal(file, "not-audio", error.message, "name a recording of somebody who speaks") from error


def _mono(audio: Audio) -> Audio:
    """Return one channel: the mean, or the louder where the mean cancels."""
    import numpy as np

    from fullcast.audio.signal import Audio as Sound

    if audio.channels == 1:
        return audio
    mean: Signal = audio.samples.mean(axis=0, keepdims=True, dtype=np.float32)
    powers = (audio.samples**2).mean(axis=1)
    louder = int(np.argmax(powers))
    cancels = float((mean**2).mean()) < 0.25 * float(powers[louder])
    return Sound(samples=audio.samples[louder : louder + 1].copy() if cancels else mean, rate=audio.rate)


def _together(parts: Iterable[Audio]) -> Audio:
    import numpy as np

    from fullcast.audio.signal import Audio as Sound

    several = list(parts)
    return Sound(samples=np.concatenate([part.samples for part in several], axis=1), rate=several[0].rate)


def _worth(part: _Heard) -> float:
    """Return how much a recording is worth as a source: clean, unclipped, wide, and long enough."""
    quality = part.quality
    return (
        min(quality.ratio, 50.0)
        - 10_000.0 * min(quality.clipped, 0.01)
        + min(quality.bandwidth, 12_000) / 500.0
        + min(quality.speech, 10.0) * 2.0
        - 20.0 * (quality.speakers > 1)
    )


def _faults(part: _Heard, speech: float) -> Iterator[Problem]:
    """Yield what is wrong with the recording that was chosen, with what was measured."""
    quality, place = part.quality, Place(file=str(part.file))

    def tell(code: str, message: str, hint: str, severity: Severity) -> Problem:
        return Problem(code=code, message=message, place=place, hint=hint, severity=severity)

    error, warning = Severity.ERROR, Severity.WARNING
    if speech < LEAST_SPEECH:
        words = f"only {speech:.1f} s of speech; engines need {LEAST_SPEECH:g} s and do best with 5 to 12"
        yield tell("little-speech", words, "record more", error)
    if quality.ratio < GOOD_RATIO:
        bad = quality.ratio < LEAST_RATIO
        words = f"speech stands {quality.ratio:.0f} dB above what sounds between words (noise, music)"
        hint = f"record in a quiet room, without music: {GOOD_RATIO:g} dB and more"
        yield tell("noisy", words, hint, error if bad else warning)
    if quality.clipped > 0.0002:
        words = f"{100 * quality.clipped:.2f} % of its samples are clipped"
        hint = "turn the microphone down and record again"
        yield tell("clipped", words, hint, error if quality.clipped > MOST_CLIPPED else warning)
    if quality.speakers > 1:
        words = "several people speak in it, as far as pitch and colour tell"
        yield tell("several-speakers", words, "name recordings of one person, or cut the others out", error)
    if quality.bandwidth < NARROW:
        kind = "as by telephone" if quality.bandwidth < PHONE else "a little dull"
        words = f"it holds nothing above {quality.bandwidth / 1000:.1f} kHz: the clone will sound {kind}"
        yield tell("narrow", words, "record anew, or find the original: 44.1 kHz, not compressed", warning)
    if quality.decay > ROOMY:
        words = f"its room sounds for {quality.decay:.1f} s: every word of the clone will be heard in it"
        yield tell("reverberant", words, "record near the microphone, among soft things", warning)


def _strangers(parts: Sequence[_Heard]) -> list[Problem]:
    """Return a problem where recordings are of voices that no one person has."""
    pitches = [
        (part.quality.pitch, part) for part in parts if part.quality.pitch and part.quality.speech >= 3.0
    ]
    if len(pitches) < 2:
        return []
    low, high = min(pitches, key=lambda item: item[0]), max(pitches, key=lambda item: item[0])
    apart = 12 * math.log2(high[0] / low[0])
    if apart < 7.0 or low[1].file == high[1].file:
        return []
    message = (
        f"its voice lies {apart:.0f} semitones above that of {low[1].file.name}: several people, perhaps"
    )
    hint = "name recordings of one person"
    place = Place(file=str(high[1].file))
    return [
        Problem(code="several-speakers", message=message, place=place, hint=hint, severity=Severity.WARNING)
    ]


def _refusal(file: Path, code: str, message: str, hint: str) -> ProjectError:
    return ProjectError(Problem(code=code, message=message, place=Place(file=str(file)), hint=hint))


def _polish(audio: Audio, stretch: tuple[float, float]) -> Audio:
    """Return a stretch as it becomes the reference: without rumble, at its level, with soft edges."""
    import numpy as np

    from fullcast.audio.edit import remove_rumble, resample
    from fullcast.audio.loudness import measure_loudness
    from fullcast.audio.signal import Audio as Sound
    from fullcast.units import to_gain

    begins, ends = (max(0, round(at * audio.rate)) for at in stretch)
    part = Sound(samples=audio.samples[:, begins : min(ends, audio.length)].copy(), rate=audio.rate)
    part = resample(remove_rumble(part), _RATE)
    gain = to_gain(_LEVEL - measure_loudness(part))
    peak = float(np.abs(part.samples).max())
    gain = min(gain, to_gain(_PEAK) / peak) if peak > 0 else gain
    samples = part.samples * np.float32(gain)
    edge = min(samples.shape[1] // 4, _RATE // 50)
    ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
    samples[:, :edge] *= ramp
    samples[:, samples.shape[1] - edge :] *= ramp[::-1]
    return Sound(samples=samples, rate=part.rate)


def _described(wish: Wish, sample: Sample, transcript: str) -> dict[str, object]:
    """Return what ``voice.yaml`` says."""
    sex = wish.sex or guess_sex(sample.quality.pitch)
    return {
        "fullcast": 1,
        "description": wish.description or f"Cloned from {sample.file.name}.",
        "sex": sex.value,
        "age": wish.age.value,
        **({"accent": wish.accent} if wish.accent else {}),
        "languages": [wish.language],
        "reference": "reference.wav",
        **({"transcript": transcript} if transcript else {}),
        **({"licence": wish.licence} if wish.licence else {}),
        "consent": {"by": wish.consent, "date": datetime.now(UTC).date().isoformat()},
        "source": {
            "file": sample.file.name,
            "hash": digest_file(sample.file),
            "begins": round(sample.begins, 3),
            "ends": round(sample.ends, 3),
        },
    }


def write_voice(wish: Wish, sample: Sample, transcript: str, home: Path) -> Path:
    """Write a voice: its recording and what is known of it; whole or not at all.

    Args:
        wish: What was asked for.
        sample: What was chosen.
        transcript: What is said in it; empty where nobody knows.
        home: The folder of voices.

    Returns:
        The voice's folder.

    Raises:
        UsageError: If there is a voice of that name, and it shall not be replaced.
        StoreError: If the disk refuses.
    """
    import io

    import soundfile
    import yaml

    check_name(wish.name)
    folder = home / wish.name
    if folder.exists() and not wish.force:
        raise UsageError(f"there is a voice {wish.name} in {home}", hint="choose another name, or --force")
    content = io.BytesIO()
    soundfile.write(content, sample.audio.samples.T, int(sample.audio.rate), format="WAV", subtype="PCM_16")
    try:
        with explained(folder, "write"):
            folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "reference.wav", content.getvalue())
        text = yaml.safe_dump(
            _described(wish, sample, transcript), allow_unicode=True, sort_keys=False, width=100
        )
        write_whole(folder / "voice.yaml", text.encode())
    except StoreError:
        if not (folder / "voice.yaml").exists():
            (folder / "reference.wav").unlink(missing_ok=True)
        raise
    return folder


def guess_sex(pitch: float) -> Sex:
    """Return what a listener takes a voice for by its pitch; neutral where that tells nothing.

    Source:
        H. Traunmüller, A. Eriksson, The frequency range of the voice fundamental (1995): 120 and 210 Hz.
    """
    if not pitch:
        return Sex.NEUTRAL
    if pitch < 145:
        return Sex.MALE
    return Sex.FEMALE if pitch > 165 else Sex.NEUTRAL
