"""From a planned chapter and what the store holds to a job for the workers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from fullcast.audio.balance import DROWNS
from fullcast.audio.excerpts import excerpt, without_rooms
from fullcast.errors import AudioError, Severity
from fullcast.files.disk import explained, write_whole
from fullcast.files.encode import Coding
from fullcast.files.store import Entry, Store
from fullcast.fingerprint import digest, digest_file
from fullcast.model import (
    Book,
    ChapterPlan,
    Delivery,
    Finding,
    Mixing,
    Placed,
    Sound,
    Stem,
    Take,
    Timeline,
    Version,
)
from fullcast.production.preparing import Prepared
from fullcast.production.workshop import ChapterJob, Encoded, Master
from fullcast.timeline import Recorded, make_timeline
from fullcast.units import Lufs, Seconds

REVISION = 2
"""Counts up when mixing, mastering or encoding would give other audio from the same plan."""


RETAIL_SAMPLE = Seconds(240.0)
"""Longest retail sample: shops ask for one to five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelves:
    """What a project's ``.fullcast`` holds."""

    takes: Store
    sounds: Store
    measured: Mapping[str, tuple[int, int, int, float]]
    """Rate, samples, channels and loudness of sounds, by the hash of the file."""
    levels: Mapping[str, Lufs]
    """Loudness of each voice, by the voice's name."""


def take_of(entry: Entry, store: Store) -> Take:
    """Return a take as the timeline wants it."""
    return Take(
        key=entry.key,
        file=store.file_of(entry.key),
        digest=entry.digest,
        rate=entry.rate,
        samples=entry.samples,
        begins=entry.begins,
        ends=entry.ends,
        words=entry.words,
        loudness=entry.loudness,
    )


def sound_sources(chapter: ChapterPlan, shelves: Shelves) -> dict[str, tuple[Path, str]]:
    """Return file and hash of each sound of a chapter, by its name in the timeline.

    Raises:
        StoreError: If a file of the project cannot be read.
    """
    sources: dict[str, tuple[Path, str]] = {}
    for placed, planned in chapter.sounds:
        if planned is None and placed.cue.file is not None:
            with explained(placed.cue.file, "read"):
                sources[str(placed.cue.file)] = (placed.cue.file, digest_file(placed.cue.file))
        elif planned is not None and (entry := shelves.sounds.get(planned.key)) is not None:
            sources[planned.key] = (shelves.sounds.file_of(planned.key), entry.digest)
    return sources


def is_stereo(book: Book, version: Version = Version.IMMERSIVE) -> bool:
    """Return whether a version of a book has anything to hear in stereo."""
    marks = ("pan=",) if version is Version.DRY else ("pan=", "room=")
    if any(mark in chapter.text for chapter in book.chapters for mark in marks):
        return True
    if version is Version.DRY:
        return any(character.pan for character in book.cast.values())
    ambience = book.mixing.ambience > float("-inf")
    cues = ambience and any(chapter.cues or "::" in chapter.text for chapter in book.chapters)
    return cues or any(character.pan or character.room for character in book.cast.values())


def coding_of(book: Book, delivery: Delivery) -> Coding:
    """Return how a delivery is coded."""
    return Coding(
        codec=delivery.codec,
        bitrate=delivery.bitrate,
        channels=delivery.channels or (2 if is_stereo(book, delivery.version) else 1),
        depth=24 if delivery.target is None else 16,
    )


def plan_timeline(
    prepared: Prepared,
    chapter: ChapterPlan,
    shelves: Shelves,
    lost: frozenset[str],
    version: Version = Version.IMMERSIVE,
) -> Timeline:
    """Return a chapter in time, without the takes and sounds that were lost.

    The dry version has no sounds at all, so its words may come earlier: no music holds them up.

    Raises:
        KeyError: If a take is neither recorded nor lost.
        AudioError: If a sound is another than the one that was measured.
    """
    kept = tuple(take for take in chapter.takes if take.key not in lost)
    entries = {take.key: shelves.takes.entries()[take.key] for take in kept}
    dry = version is Version.DRY
    sounds = (
        {}
        if dry
        else {
            name: _sound(name, file, hashed, shelves.measured)
            for name, (file, hashed) in sound_sources(chapter, shelves).items()
        }
    )
    present = tuple(
        (cue, planned)
        for cue, planned in chapter.sounds
        if (planned.key if planned else str(cue.cue.file)) in sounds
    )
    recorded = Recorded(
        takes={key: take_of(entry, shelves.takes) for key, entry in entries.items()},
        sounds=sounds,
        levels=shelves.levels,
    )
    shortened = ChapterPlan(
        number=chapter.number, chapter=chapter.chapter, script=chapter.script, takes=kept, sounds=present
    )
    timeline = make_timeline(prepared.book, shortened, recorded)
    return without_rooms(timeline) if dry else timeline


def left_out(chapter: ChapterPlan, takes: Store) -> Finding:
    """Return the finding for a chapter that could not be mixed."""
    missing = {take.key for take in chapter.takes} - takes.ready()
    message = (
        f"left out: {len(missing)} of {len(chapter.takes)} takes are not recorded"
        if missing
        else "left out: a sound or a voice's level is missing"
    )
    return Finding(code="not-recorded", message=message, subject=f"chapter {chapter.number}")


def drowned_lines(encoded: Encoded) -> tuple[Finding, ...]:
    """Return a finding for each line of a chapter that what sounds with it covers."""
    return tuple(
        Finding(
            code="drowned-line",
            message=(
                f"speech stands only {ratio:.1f} LU above what sounds with it, {DROWNS:.0f} are wanted: "
                "lower the level of the sound, or let it give way more (mix.ducking.depth)"
            ),
            subject=f"chapter {encoded.number}, line {line}",
            severity=Severity.WARNING,
        )
        for line, ratio in encoded.drowned
    )


def _sound(name: str, file: Path, hashed: str, measured: Mapping[str, tuple[int, int, int, float]]) -> Sound:
    if hashed not in measured:
        raise AudioError(f"{file} was changed during the run", hint="run the same command again")
    rate, samples, channels, loudness = measured[hashed]
    return Sound(
        key=name, file=file, digest=hashed, rate=rate, samples=samples, channels=channels, loudness=loudness
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterOrder:
    """A chapter's job, and which of its encodings each delivery takes."""

    job: ChapterJob
    keys: Mapping[str, str]
    """Key of the encoding, by the delivery's name, or by ``name/label`` for what it takes besides; deliveries
    coded alike share one."""
    parts: Mapping[str, Mapping[str, str]]
    """What each key is made of, likewise: ``takes and places``, ``mix``, ``coding`` and ``master``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """An encoding that a delivery wants of a chapter."""

    name: str
    delivery: Delivery
    cut: str
    stem: Stem | None = None


SAMPLE = "sample"
"""Label of a delivery's retail sample, and the name of the timeline that it is made of."""


def versions_of(deliveries: Iterable[Delivery]) -> frozenset[Version]:
    """Return which versions of the book are wanted."""
    return frozenset(delivery.version for delivery in deliveries)


def chapter_order(
    prepared: Prepared,
    chapter: ChapterPlan,
    timelines: Mapping[Version, Timeline],
    deliveries: Iterable[Delivery],
) -> ChapterOrder:
    """Return the job that makes every encoding of a chapter that the deliveries want; equal ones once."""
    cuts: dict[str, Timeline] = {str(version): timeline for version, timeline in timelines.items()}
    wishes = [wish for delivery in deliveries for wish in _wishes(delivery, chapter, cuts)]
    mixing = prepared.book.mixing
    heard = {cut: _heard_parts(timeline, mixing) for cut, timeline in cuts.items()}
    masters: dict[str, Master] = {}
    parts: dict[str, Mapping[str, str]] = {}
    keys: dict[str, str] = {}
    for wish in wishes:
        coding, delivery = coding_of(prepared.book, wish.delivery), wish.delivery
        wanted = digest([delivery.target, delivery.peak, wish.stem])
        own = {**heard[wish.cut], "coding": digest(coding), "master": wanted}
        key = digest(own)
        file = prepared.cache / "encoded" / f"{key}{coding.suffix}"
        masters[key] = Master(
            key=key,
            file=file,
            coding=coding,
            target=delivery.target,
            peak=delivery.peak,
            cut=wish.cut,
            stem=wish.stem,
        )
        keys[wish.name], parts[wish.name] = key, own
    job = ChapterJob(
        number=chapter.number,
        title=chapter.chapter.title,
        timelines={master.cut: cuts[master.cut] for master in masters.values()},
        mixing=mixing,
        masters=tuple(masters.values()),
    )
    return ChapterOrder(job=job, keys=keys, parts=parts)


def _wishes(delivery: Delivery, chapter: ChapterPlan, cuts: dict[str, Timeline]) -> Iterator[_Wish]:
    """Yield what a delivery wants of a chapter; a retail sample gets a timeline of its own."""
    if chapter.chapter.credit and not delivery.credits:
        return
    whole = cuts[delivery.version]
    yield _Wish(name=delivery.name, delivery=delivery, cut=delivery.version)
    if delivery.preset == "daw":
        sounding = {placed.stem for placed in whole.placed} | {Stem.SPEECH}
        for stem in sorted(sounding):
            yield _Wish(name=f"{delivery.name}/{stem}", delivery=delivery, cut=delivery.version, stem=stem)
    if delivery.sample and chapter.number == 1:
        cut = f"{SAMPLE} {delivery.version}"
        cuts[cut] = excerpt(whole, RETAIL_SAMPLE)
        yield _Wish(name=f"{delivery.name}/{SAMPLE}", delivery=delivery, cut=cut)


def _heard_parts(timeline: Timeline, mixing: Mixing) -> Mapping[str, str]:
    return {
        "takes and places": digest([REVISION, _heard(timeline)]),
        "mix": digest(_heard_mixing(mixing, timeline)),
    }


_NOT_HEARD = frozenset({"file"})


def _heard(timeline: Timeline) -> object:
    """Return what of a timeline is heard: hashes instead of paths, no line ids."""
    names = [field.name for field in fields(Placed) if field.name not in _NOT_HEARD]
    placed = [[getattr(item, name) for name in names] for item in timeline.placed]
    return [timeline.length, placed, timeline.speech]


def _heard_mixing(mixing: Mixing, timeline: Timeline) -> object:
    """Return what of the project's mix is heard besides the levels, which the places hold already."""
    return [mixing.room_tone, mixing.ducking if any(placed.duck for placed in timeline.placed) else None]


def read_measured(folder: Path) -> dict[str, tuple[int, int, int, float]]:
    """Return what was measured on sounds in earlier runs, by the hash of the file; empty if unreadable."""
    try:
        stored = json.loads((folder / "measured.json").read_bytes())
        return {str(key): (int(r), int(n), int(c), float(level)) for key, (r, n, c, level) in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_measured(folder: Path, measured: Mapping[str, tuple[int, int, int, float]]) -> None:
    """Keep what was measured on sounds."""
    write_whole(folder / "measured.json", json.dumps(measured, sort_keys=True).encode())
