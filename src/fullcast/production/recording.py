"""Recording: what is missing in the store is made by the engines."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import isfinite

from fullcast.batches import arrange
from fullcast.engines.base import (
    Recording,
    RequestId,
    SegmentError,
    SoundEngine,
    SoundRequest,
    SpeechEngine,
    SpeechRequest,
)
from fullcast.errors import Severity
from fullcast.files.store import Entry, Store
from fullcast.model import Finding, Placement, PlannedSound, PlannedTake, Settings
from fullcast.plan import origin_of
from fullcast.production.asking import ask, open_engine

TRIES = 3
"""How often a take is asked for before it is given up and listed."""

COMMIT_EVERY = 64
"""Takes for which the journal is forced to the disk once: what a power cut can cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A take stands in the store."""

    key: str
    entry: Entry
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A take could not be made; its neighbours are not touched."""

    key: str
    finding: Finding


def record_takes(
    engine: SpeechEngine, takes: Sequence[PlannedTake], store: Store, settings: Settings
) -> Generator[Recorded | Lost]:
    """Record takes; yields each as soon as it stands in the store, in any order.

    Args:
        engine: Who speaks.
        takes: What is missing, in the order in which it is wanted; keys are unique.
        store: Where takes go; its journal is committed once a batch and at the end.
        settings: The machine.

    Raises:
        EngineError: If the engine itself breaks; finished takes are kept.
        StoreError: If the disk refuses.
    """
    with store, open_engine(engine, settings) as session:
        pending = {take.key: take for take in takes}
        for attempt in range(TRIES):
            failed: dict[str, str] = {}
            order = arrange(
                list(pending.values()),
                voice=lambda take: take.voice.name,
                length=lambda take: take.estimate,
                batch=engine.limits.batch if engine.limits.placement is not Placement.EMBEDDED else 1,
            )
            requests = (request_of(take, attempt) for take in order)
            with closing(ask(engine, session, requests)) as answers:
                for asked, result in answers:
                    kept = _keep_take(pending[asked], result, store)
                    if isinstance(kept, str):
                        failed[asked] = kept
                    else:
                        del pending[asked]
                        yield kept
            if not pending:
                return
        for key, take in pending.items():
            yield Lost(key=key, finding=_lost(take, f"{failed.get(key, 'no result')} ({TRIES} tries)"))


def request_of(take: PlannedTake, attempt: int) -> SpeechRequest:
    """Return what an engine is asked for; another attempt has another seed."""
    segment = take.segment
    return SpeechRequest(
        id=RequestId(take.key),
        text=segment.text,
        voice=take.voice,
        language=segment.language,
        seed=take.seed + attempt,
        pace=take.pace,
        style=segment.style,
        pronunciations=segment.pronunciations,
    )


def _keep_take(take: PlannedTake, result: Recording | SegmentError, store: Store) -> Recorded | Lost | str:
    """Put a result into the store; a string says why it should be asked for again."""
    if isinstance(result, SegmentError):
        return result.reason if result.retry else Lost(key=take.key, finding=_lost(take, result.reason))
    # numpy comes with the first recording, not with the module: planning must stay light.
    from fullcast.audio.check import check_take
    from fullcast.audio.edit import find_speech, remove_rumble
    from fullcast.files.sounds import encode_take

    findings = check_take(result.audio, take.segment.text)
    broken = next((finding for finding in findings if finding.severity is Severity.ERROR), None)
    if broken is not None:
        return broken.message
    audio = remove_rumble(result.audio)
    begins, ends = find_speech(audio)
    if begins == ends:
        return "the take is silent: nobody speaks in it"
    entry = Entry(
        key=take.key,
        digest="",
        size=0,
        rate=audio.rate,
        samples=audio.length,
        begins=begins,
        ends=ends,
        channels=audio.channels,
        words=result.words,
        origin=origin_of(take),
    )
    kept = store.add(entry, encode_take(audio))
    if store.unsaved >= COMMIT_EVERY:
        store.commit()
    named = tuple(replace(finding, subject=take.segment.line) for finding in findings)
    return Recorded(key=take.key, entry=kept, findings=named)


def _lost(take: PlannedTake, reason: str) -> Finding:
    words = take.segment.text if len(take.segment.text) <= 60 else f"{take.segment.text[:57]}…"
    return Finding(
        code="lost-take", message=f"“{words}” was not recorded: {reason}", subject=take.segment.line
    )


def record_sounds(
    engine: SoundEngine, sounds: Iterable[PlannedSound], store: Store, settings: Settings
) -> Generator[Recorded | Lost]:
    """Make sounds; yields each as soon as it stands in the store, in any order.

    Raises:
        EngineError: If the engine itself breaks; finished sounds are kept.
        StoreError: If the disk refuses.
    """
    wanted = {sound.key: sound for sound in sounds}
    requests = (
        SoundRequest(
            id=RequestId(sound.key),
            prompt=sound.prompt,
            seed=sound.seed,
            seconds=sound.seconds,
            loop=sound.loop,
        )
        for sound in wanted.values()
    )
    with (
        store,
        open_engine(engine, settings) as session,
        closing(ask(engine, session, requests)) as answers,
    ):
        for asked, result in answers:
            yield _keep_sound(wanted[asked], result, store)


def _keep_sound(sound: PlannedSound, result: Recording | SegmentError, store: Store) -> Recorded | Lost:
    if isinstance(result, SegmentError):
        return _lost_sound(sound, result.reason)
    from fullcast.audio.check import check_take
    from fullcast.audio.loudness import measure_loudness
    from fullcast.files.sounds import encode_take

    for finding in check_take(result.audio, ""):
        if finding.severity is Severity.ERROR:
            return _lost_sound(sound, finding.message)
    if not isfinite(measure_loudness(result.audio)):
        return _lost_sound(sound, "it is silent")
    origin: dict[str, str | int | float] = {
        "prompt": sound.prompt,
        "engine": sound.engine,
        "seed": sound.seed,
    }
    entry = Entry(
        key=sound.key,
        digest="",
        size=0,
        rate=result.audio.rate,
        samples=result.audio.length,
        channels=result.audio.channels,
        origin=origin,
    )
    return Recorded(key=sound.key, entry=store.add(entry, encode_take(result.audio)))


def _lost_sound(sound: PlannedSound, reason: str) -> Lost:
    message = f"“{sound.prompt}” was not made: {reason}"
    return Lost(key=sound.key, finding=Finding(code="lost-sound", message=message, subject=sound.prompt))
