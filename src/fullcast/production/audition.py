"""Voices to be heard before they are cast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fullcast.engines.base import Recording, RequestId, SegmentError, SpeechEngine, SpeechRequest
from fullcast.engines.registry import AUTO, choose_speech_engine
from fullcast.errors import EngineError, UsageError
from fullcast.files.voices import find_voice
from fullcast.model import Limits, Settings, Voice
from fullcast.production.asking import ask, open_engine
from fullcast.production.passages import PASSAGES, introduce
from fullcast.text.writing import find_unspeakable
from fullcast.units import Seconds

SUFFIXES = (".wav", ".flac")

GAP = Seconds(0.6)
"""Silence after each voice, long enough to tell them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audition:
    """Who is to be heard, saying what."""

    names: tuple[str, ...]
    text: str | None = None
    language: str | None = None
    engine: str | None = None


def audition(wanted: Audition, output: Path, *, project: Path, settings: Settings) -> float:
    """Have voices say something, one after the other, and write it to a file.

    Returns:
        Duration in seconds.

    Raises:
        ProjectError: If a voice is unknown.
        UsageError: If the file's kind is unknown, or a voice cannot say what is wanted.
        EngineError: If a voice could not be recorded.
    """
    check_output(output)
    engine = choose_speech_engine(wanted.engine or AUTO, settings).engine
    voices = [find_voice(name, project=project, settings=settings) for name in wanted.names]
    requests = [_request(voice, number, wanted, engine.limits) for number, voice in enumerate(voices)]
    return sum(perform(requests, output, engine, settings))


def check_output(output: Path) -> None:
    """Refuse a file that no audition can be written to.

    Raises:
        UsageError: If its kind is unknown.
    """
    if output.suffix.lower() not in SUFFIXES:
        what = output.suffix or "a file without an ending"
        raise UsageError(f"{output}: cannot write {what}", hint=f"use {' or '.join(SUFFIXES)}")


def perform(
    requests: Sequence[SpeechRequest], output: Path, engine: SpeechEngine, settings: Settings
) -> list[float]:
    """Record requests and write them one after the other, with a pause behind each.

    Returns:
        Duration of each in seconds, with its pause.

    Raises:
        UsageError: If one cannot be said.
        EngineError: If one could not be recorded.
    """
    from fullcast.files.sounds import write_sound

    for request in requests:
        _check(request, engine)
    recordings: dict[str, Recording] = {}
    with open_engine(engine, settings) as session:
        for key, result in ask(engine, session, requests):
            if isinstance(result, SegmentError):
                voice = next(request.voice for request in requests if request.id == key)
                raise EngineError(f"{engine.name} could not record {voice.name}: {result.reason}")
            recordings[key] = result
    audio = [recordings[request.id].audio for request in requests]
    write_sound(audio, output, gap=GAP)
    return [item.seconds + GAP for item in audio]


def _request(voice: Voice, number: int, wanted: Audition, limits: Limits) -> SpeechRequest:
    """Return what a voice is to say.

    Raises:
        UsageError: If there is nothing to say.
    """
    language = wanted.language or voice.languages[0]
    text = wanted.text
    if text is None:
        text = introduce(voice.name, language, limits.longest_in(language))
    if not text.strip():
        message = f"{voice.name} has nothing to say in {language!r}"
        raise UsageError(
            message, hint=f"give the words with --text; there is a passage in {', '.join(PASSAGES)}"
        )
    return SpeechRequest(id=RequestId(str(number)), text=text, voice=voice, language=language, seed=number)


def _check(request: SpeechRequest, engine: SpeechEngine) -> None:
    """Find out that an engine cannot say something before it tries.

    Raises:
        UsageError: If it cannot.
    """
    limits = engine.limits
    if why := find_unspeakable(request.text, request.language, limits.languages):
        raise UsageError(
            f"{engine.name} cannot say that: {why}", hint="choose other words or another --language"
        )
    longest = limits.longest_in(request.language)
    if len(request.text) > longest:
        message = f"the text has {len(request.text)} characters; {engine.name} takes {longest} at once"
        raise UsageError(message, hint="a sentence or two are enough to hear a voice")
