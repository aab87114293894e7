"""Recording: what is missing in the store is made by the engines."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from math import isfinite

from fullcast.assistants.aligning import Aligner, open_aligner
from fullcast.assistants.listening import Listener, open_listener
from fullcast.batches import arrange, group_voices
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
from fullcast.model import Finding, Limits, Placement, PlannedSound, PlannedTake, Settings
from fullcast.plan import origin_of
from fullcast.production.asking import Session, ask, open_engine
from fullcast.production.judging import COMPARED, HOPELESS, Judge, Verdict, named
from fullcast.production.splitting import halve, join

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
    engine: SpeechEngine,
    takes: Sequence[PlannedTake],
    store: Store,
    settings: Settings,
    known: Iterable[PlannedTake] = (),
) -> Generator[Recorded | Lost]:
    """Record takes; yields each as soon as it stands in the store, in any order.

    What is not as it should be is asked for again with another seed, together with the others of its round;
    then in two halves. Of takes that never become right the best one is kept, with a warning; what cannot be
    the words that were asked for is lost.

    Args:
        engine: Who speaks.
        takes: What is missing, in the order in which it is wanted; keys are unique.
        store: Where takes go; its journal is committed once a batch and at the end.
        settings: The machine.
        known: Takes that stand in the store: what is usual for their voices.

    Raises:
        EngineError: If the engine itself breaks; finished takes are kept.
        StoreError: If the disk refuses.
    """
    limits = engine.limits
    compares = limits.placement is not Placement.EMBEDDED or settings.asr != ""
    judge = Judge(rate=limits.rate_of_speech, compares=compares, listener=_listener(takes, settings))
    if judge.compares:
        judge.learn((take, store.get(take.key)) for take in known)
    aligner = _aligner(limits, settings)
    with store, open_engine(engine, settings) as session:
        desk = _Desk(engine=engine, session=session, store=store, judge=judge, aligner=aligner)
        pending = {take.key: take for take in takes}
        for attempt in range(TRIES):
            yield from desk.record_round(pending, attempt)
            if not pending:
                return
        if judge.compares:  # an engine that makes no mistakes of hearing says halves no better
            yield from desk.record_halves(pending)
        for key, take in pending.items():
            yield desk.keep_best(key, take)


def _listener(takes: Sequence[PlannedTake], settings: Settings) -> Listener | None:
    """Return the recogniser that hears every take; None where the machine's settings name none."""
    if not settings.asr:
        return None
    texts = dict.fromkeys(take.segment.text for take in takes)
    return open_listener(settings.asr, device=settings.asr_device, model=settings.asr_model, texts=texts)


def _aligner(limits: Limits, settings: Settings) -> Aligner | None:
    """Return who finds words in recordings; None where nobody was named, or the engine tells them itself."""
    if not settings.aligner or limits.placement is Placement.EMBEDDED:
        return None
    return open_aligner(settings.aligner, model=settings.aligner_model, device=settings.asr_device)


@dataclass(slots=True, kw_only=True, eq=False)
class _Desk:
    """Takes in what an engine gives back."""

    engine: SpeechEngine
    session: Session
    store: Store
    judge: Judge
    aligner: Aligner | None = None
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a take is not there yet, by its key."""
    best: dict[str, tuple[Verdict, Recording]] = field(default_factory=dict)
    """The least bad of those that are not right, by the take's key."""

    def record_round(self, pending: dict[str, PlannedTake], attempt: int) -> Iterator[Recorded | Lost]:
        """Ask for all that is pending once; what is right or hopeless is yielded and pending no more."""
        for key, result in self._ask(list(pending.values()), attempt):
            take = pending[key]
            if isinstance(result, SegmentError):
                if not result.retry:
                    del pending[key]
                    yield Lost(key=key, finding=_lost(take, result.reason))
                self.reasons[key] = result.reason
                continue
            verdict = self.judge.judge(take, result.audio)
            if verdict.fault is None:
                del pending[key]
                yield self._keep(take, result, verdict)
            else:
                self._remember(key, verdict, result)

    def record_halves(self, pending: dict[str, PlannedTake]) -> Iterator[Recorded | Lost]:
        """Have what no try got right said in two; it is right if both halves are."""
        halves = {key: pair for key, take in pending.items() if (pair := halve(take)) is not None}
        asked = {half.key: half for pair in halves.values() for half in pair}
        good = {
            key: result
            for key, result in self._ask(list(asked.values()), TRIES)
            if isinstance(result, Recording) and self.judge.judge(asked[key], result.audio).fault is None
        }
        for key, (first, second) in halves.items():
            if first.key in good and second.key in good:
                whole = join(good[first.key], good[second.key], len(first.segment.text))
                take = pending[key]
                verdict = self.judge.judge(take, whole.audio)
                if verdict.fault is None:
                    del pending[key]
                    yield self._keep(take, whole, verdict)
                else:
                    self._remember(key, verdict, whole)

    def keep_best(self, key: str, take: PlannedTake) -> Recorded | Lost:
        """Keep the least bad of the tries of a take, with a warning; it is lost if all were hopeless."""
        if key not in self.best:
            return Lost(key=key, finding=_lost(take, f"{self.reasons.get(key, 'no result')} ({TRIES} tries)"))
        verdict, recording = self.best[key]
        kept = self._keep(take, recording, verdict)
        self.reasons.pop(key, None)
        return replace(kept, findings=tuple(_doubted(found, take) for found in kept.findings))

    def _ask(self, takes: list[PlannedTake], attempt: int) -> Iterator[tuple[str, Recording | SegmentError]]:
        requests = (request_of(take, attempt) for take in self._in_order(takes))
        with closing(ask(self.engine, self.session, requests)) as answers:
            yield from answers

    def _in_order(self, takes: list[PlannedTake]) -> Iterable[PlannedTake]:
        """Return takes in the order that suits the engine."""
        limits = self.engine.limits
        if limits.placement is Placement.EMBEDDED:
            return takes
        if limits.batch == 1:
            return group_voices(takes, voice=lambda take: take.voice.name)
        return arrange(takes, length=lambda take: take.estimate, batch=limits.batch)

    def _remember(self, key: str, verdict: Verdict, recording: Recording) -> None:
        """Note why a take is not right, and keep it if it is the best so far."""
        assert verdict.fault is not None
        self.reasons[key] = verdict.fault.message
        hopeful = all(found.code not in HOPELESS for found in verdict.findings)
        if hopeful and (key not in self.best or verdict.badness < self.best[key][0].badness):
            self.best[key] = (verdict, recording)

    def _keep(self, take: PlannedTake, recording: Recording, verdict: Verdict) -> Recorded:
        """Put a take into the store."""
        # numpy comes with the first recording, not with the module: planning must stay light.
        from fullcast.files.sounds import encode_take

        audio = verdict.clean
        words = recording.words
        if self.aligner is not None and not words:
            words = self.aligner.align(audio, take.segment.text, take.segment.language)
        entry = Entry(
            key=take.key,
            digest="",
            size=0,
            rate=audio.rate,
            samples=audio.length,
            begins=verdict.begins,
            ends=verdict.ends,
            channels=audio.channels,
            words=words,
            origin=origin_of(take),
        )
        kept = self.store.add(entry, encode_take(audio))
        if self.store.unsaved >= COMMIT_EVERY:
            self.store.commit()
        return Recorded(key=take.key, entry=kept, findings=named(verdict.findings, take))


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


def _lost(take: PlannedTake, reason: str) -> Finding:
    message = f"“{_start_of(take)}” was not recorded: {reason}"
    return Finding(code="lost-take", message=message, subject=take.segment.line)


def _doubted(found: Finding, take: PlannedTake) -> Finding:
    """Return what is wrong with a take that was kept because no try was better."""
    if found.severity is not Severity.ERROR:
        return found
    message = f"“{_start_of(take)}” is in doubt, {TRIES} tries were no better: {found.message}"
    certain = Severity.WARNING if found.code in COMPARED else Severity.ERROR
    return replace(found, message=message, severity=certain)


def _start_of(take: PlannedTake) -> str:
    return take.segment.text if len(take.segment.text) <= 60 else f"{take.segment.text[:57]}…"


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
