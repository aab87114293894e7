"""What worker processes do: measure voices and sounds, mix, master, encode and measure chapters.

Every function here runs in a process of its own, takes a value and gives back a value.
"""

from __future__ import annotations

import json
import math
import signal
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.balance import Balance, BalanceMeter
from fullcast.audio.curves import Curves, make_curves
from fullcast.audio.edit import resample, to_channels
from fullcast.audio.loudness import ABSOLUTE_GATE, Meter, Profile, measure_loudness
from fullcast.audio.master import check_master, highest_gain, level_of, master_blocks, plan_gain
from fullcast.audio.mix import mix_blocks, mix_chapter
from fullcast.audio.signal import Audio
from fullcast.engines.processes import end_with_parent
from fullcast.errors import DamagedError
from fullcast.files.coded import decode
from fullcast.files.disk import read_whole, write_whole
from fullcast.files.encode import Coding, encode
from fullcast.files.sounds import decode_take, read_sound
from fullcast.fingerprint import digest_bytes, digest_file
from fullcast.model import Finding, Measurement, Mixing, Placed, Stem, Target, Timeline, Version
from fullcast.units import MIX_RATE, Decibels, to_gain

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

CLOSE = 0.15
"""Deviation from the target loudness that is left alone, in LU: the chapters of a book stay within 0.3 LU of
each other."""

LOSSLESS_MARGIN = Decibels(0.02)
"""Likewise for FLAC: what rounding to 16 bits with dither can add."""

HEADROOM = Decibels(-6.0)
"""Gain of a mix that is written unmastered: voices stand at -26 LUFS in it, and nothing clips."""

PASSES = 4
"""How often a chapter is encoded anew to meet loudness and peak after decoding."""

LOSSY_MARGIN = Decibels(0.6)
"""Room below the ceiling that a lossy codec gets at the first try: what AAC overshoots on speech."""


def begin_work() -> None:
    """Prepare a worker process: signals are for its parent, which ends it, and which it never outlives."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_with_parent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A recording to be read, with the hash that it must have."""

    file: Path
    digest: str


def _checked(file: Path, digest: str) -> bytes:
    content = read_whole(file)
    if digest_bytes(content) != digest:
        message = f"{file} is damaged or was changed: its content does not match its hash"
        raise DamagedError(message, hint="run the same command again", file=str(file))
    return content


def read_placed(placed: Placed) -> Audio:
    """Read a take or a sound that is wanted in a mix.

    Raises:
        DamagedError: If its content does not match its hash.
        AudioError: If it cannot be decoded.
    """
    content = _checked(placed.file, placed.digest)
    return decode_take(content) if placed.stem is Stem.SPEECH else read_sound(placed.file)


def measure_voice(sources: tuple[Source, ...]) -> float:
    """Measure how loud a voice is over several takes, in LUFS; what is under the gate counts as the gate."""
    meter: Meter | None = None
    for source in sources:
        audio = resample(decode_take(_checked(source.file, source.digest)), MIX_RATE)
        meter = meter or Meter(MIX_RATE, audio.channels)
        meter.add(audio.samples)
    assert meter is not None
    return round(max(float(meter.measure().loudness), ABSOLUTE_GATE), 2)


def measure_sound(source: Source) -> tuple[int, int, int, float]:
    """Measure a sound: rate, samples, channels and the loudness of its sounding part in LUFS.

    Raises:
        DamagedError: If its content does not match its hash.
        AudioError: If it cannot be decoded.
    """
    _checked(source.file, source.digest)
    audio = read_sound(source.file)
    return audio.rate, audio.length, audio.channels, round(float(measure_loudness(audio)), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """One encoding that a chapter is wanted in."""

    key: str
    """Identity of everything that decides the bytes."""
    file: Path
    coding: Coding
    target: Target | None
    """None leaves the mix as it is, but for the headroom."""
    peak: Decibels
    cut: str = Version.IMMERSIVE
    """Which of the job's timelines it is made of."""
    stem: Stem | None = None
    """One layer instead of the whole mix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterJob:
    """A chapter to be mixed and encoded."""

    number: int
    title: str
    timelines: Mapping[str, Timeline]
    """By version; a retail sample is one of its own."""
    mixing: Mixing
    masters: tuple[Master, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A chapter as a file of one codec, measured after decoding."""

    key: str
    number: int
    title: str
    file: Path
    size: int
    samples: int
    """Length at ``MIX_RATE``."""
    measured: Measurement
    gain: Decibels
    """What the mix was changed by."""
    findings: tuple[Finding, ...] = ()
    digest: str = ""
    """Hash of the file: what is joined into books later must be what was measured."""
    curves: Curves = field(default_factory=Curves)
    """What it looks like."""
    drowned: tuple[tuple[str, float], ...] = ()
    """Lines that stand too little above what sounds with them, and by how many LU they do."""


def produce_chapter(job: ChapterJob) -> tuple[Encoded, ...]:
    """Mix a chapter and encode it for every master, in blocks; no chapter ever lies in memory.

    Raises:
        DamagedError: If a recording is damaged; the caller makes it again.
        StoreError: If the disk refuses.
    """
    mixes: dict[tuple[str, int], Foretold] = {}
    encoded: list[Encoded] = []
    for master in job.masters:
        source = (master.cut, master.coding.channels)
        if master.target is not None and source not in mixes:
            mixes[source] = _measure_mix(job, *source)
        encoded.append(_encode(job, master, mixes.get(source)))
    return tuple(encoded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What is known of a chapter's mix before it is coded."""

    profile: Profile
    balance: Balance | None = None
    """None where nothing but speech sounds."""


def _measure_mix(job: ChapterJob, cut: str, channels: int) -> Foretold:
    """Measure a chapter before its gain, to foretell that gain; and how far speech stands above the rest."""
    timeline = job.timelines[cut]
    alone = all(item.stem is Stem.SPEECH for item in timeline.placed)
    if channels == 1 and alone and not any(item.room or item.effect for item in timeline.placed):
        return Foretold(profile=measure_speech(timeline))
    meter, sides = Meter(MIX_RATE, channels), BalanceMeter(channels)
    for stems in mix_chapter(timeline, channels=channels, mixing=job.mixing, read=read_placed):
        meter.add(stems.sum())
        if not alone:
            sides.add(stems)
    return Foretold(profile=meter.profile(), balance=None if alone else sides.balance())


def measure_speech(timeline: Timeline) -> Profile:
    """Measure a chapter of speech alone at the rate of its takes: a third of the work of its whole mix.

    What comes out is only foretold by this; what is delivered is measured after decoding.
    """
    meter: Meter | None = None
    cursor = rate = 0
    for placed in timeline.placed:
        audio = read_placed(placed)
        rate = rate or audio.rate
        meter = meter or Meter(rate, 1)
        mono = to_channels(resample(audio, rate).samples, 1)
        start, offset, length = (
            round(time * rate / MIX_RATE) for time in (placed.start, placed.offset, placed.length)
        )
        meter.add(np.zeros((1, max(0, start - cursor)), np.float32))
        meter.add(mono[:, offset : offset + length] * np.float32(to_gain(placed.gain)))
        cursor = max(cursor, start + length)
    assert meter is not None
    meter.add(np.zeros((1, max(0, round(timeline.length * rate / MIX_RATE) - cursor)), np.float32))
    return meter.profile()


def _mixed(job: ChapterJob, master: Master, gain: Decibels) -> Iterator[Signal]:
    timeline, mixing = job.timelines[master.cut], job.mixing
    if master.stem is not None:
        own = tuple(placed for placed in timeline.placed if placed.stem is master.stem)
        timeline = replace(timeline, placed=own)
        if master.stem is not Stem.SPEECH:  # room tone is part of speech: the stems add up to the mix
            mixing = replace(mixing, room_tone=Decibels(-math.inf))
    return mix_blocks(timeline, channels=master.coding.channels, mixing=mixing, read=read_placed, gain=gain)


def _encode(job: ChapterJob, master: Master, mix: Foretold | None) -> Encoded:
    """Encode one master; go again with what was measured until level and peak hold."""
    profile = mix.profile if mix else None
    target = master.target if profile is not None else None
    ceiling = Decibels(master.peak - (LOSSY_MARGIN if master.coding.rate_of_bits else LOSSLESS_MARGIN))
    gain = plan_gain(profile, target, ceiling) if profile and target else HEADROOM
    highest = highest_gain(profile, target) if profile and target else gain
    for _ in range(PASSES):
        blocks = _mixed(job, master, gain)
        encode(
            blocks if target is None else master_blocks(blocks, ceiling), master.file, coding=master.coding
        )
        measured, coded = _measure_file(master)
        over = measured.true_peak - master.peak
        short = 0.0 if target is None else target.level - level_of(measured, target.unit)
        if target is None or not math.isfinite(short) or (over <= 0.0 and abs(short) <= CLOSE):
            break
        ceiling = Decibels(ceiling - (over + 0.1 if over > 0.0 else 0.0))
        gain = Decibels(min(highest, gain + (short if abs(short) > CLOSE else 0.0)))
    encoded = Encoded(
        key=master.key,
        number=job.number,
        title=job.title,
        file=master.file,
        size=master.file.stat().st_size,
        samples=job.timelines[master.cut].length,
        measured=measured,
        gain=Decibels(round(gain, 3)),
        findings=_findings(job, master, measured),
        digest=digest_file(master.file),
        curves=make_curves(coded, mix.balance if mix else None),
        drowned=tuple(_drowned(job, master, mix)),
    )
    write_whole(sidecar_of(master.file), _to_json(encoded))
    return encoded


def _drowned(job: ChapterJob, master: Master, mix: Foretold | None) -> Iterator[tuple[str, float]]:
    """Yield the lines that what sounds with them covers, with how far they stand above it in LU."""
    if mix is not None and mix.balance is not None:
        for line, ratio in mix.balance.drowned(job.timelines[master.cut].lines):
            yield line, round(max(ratio, -99.0), 1)


def _measure_file(master: Master) -> tuple[Measurement, Profile]:
    meter = Meter(master.coding.coded_rate, master.coding.channels)
    for audio in decode(master.file):
        meter.add(audio.samples)
    return meter.measure(), meter.profile()


def _findings(job: ChapterJob, master: Master, measured: Measurement) -> tuple[Finding, ...]:
    if master.target is None:
        return ()
    subject = f"chapter {job.number} ({master.coding.codec})"
    return check_master(measured, target=master.target, ceiling=master.peak, subject=subject)


def sidecar_of(file: Path) -> Path:
    """Return the file that holds what was measured on an encoding; it is written last."""
    return file.with_suffix(f"{file.suffix}.json")


def _to_json(encoded: Encoded) -> bytes:
    record = asdict(replace(encoded, file=Path(encoded.file.name)))
    return json.dumps(record, default=str).encode()


def read_encoded(file: Path) -> Encoded | None:
    """Return an encoding that is there whole, None if it is missing, torn or of another size."""
    try:
        record = json.loads(sidecar_of(file).read_bytes())
        size = file.stat().st_size
        measured = Measurement(**record.pop("measured"))
        findings = tuple(Finding(**item) for item in record.pop("findings"))
        curves = Curves(**record.pop("curves"))
        drowned = tuple((str(line), float(ratio)) for line, ratio in record.pop("drowned"))
        made = {"file": file, "measured": measured, "findings": findings, "curves": curves}
        encoded = Encoded(**{**record, **made, "drowned": drowned})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return encoded if encoded.size == size else None


def find_encoded(job: ChapterJob, master: Master) -> Encoded | None:
    """Return an encoding that is there whole, as this chapter's; None if it must be made.

    Number and title are not heard, so they are not in the key: the file may have been made when the chapter
    had others, or for another chapter of the same words.
    """
    there = read_encoded(master.file)
    if there is None:
        return None
    findings = _findings(job, master, there.measured)
    return replace(there, key=master.key, number=job.number, title=job.title, findings=findings)
