"""What workers are told of a chapter and what they tell of it; how they measure voices and sounds."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from fullcast.audio.curves import Curves
from fullcast.audio.edit import resample
from fullcast.audio.loudness import ABSOLUTE_GATE, Meter, measure_loudness
from fullcast.audio.master import check_master
from fullcast.audio.signal import Audio
from fullcast.engines.processes import end_with_parent
from fullcast.errors import DamagedError
from fullcast.files.disk import read_whole
from fullcast.files.encode import Coding
from fullcast.files.sounds import decode_take, read_sound
from fullcast.fingerprint import digest_bytes
from fullcast.model import Finding, Measurement, Mixing, Placed, Stem, Target, Timeline, Version
from fullcast.units import MIX_RATE, Decibels


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


def sidecar_of(file: Path) -> Path:
    """Return the file that holds what was measured on an encoding; it is written last."""
    return file.with_suffix(f"{file.suffix}.json")


def to_json(encoded: Encoded) -> bytes:
    """Return what is written beside an encoding."""
    record = asdict(replace(encoded, file=Path(encoded.file.name)))
    return json.dumps(record, default=str).encode()


def findings_of(job: ChapterJob, master: Master, measured: Measurement) -> tuple[Finding, ...]:
    """Return where an encoding misses what its delivery asks for."""
    if master.target is None:
        return ()
    subject = f"chapter {job.number} ({master.coding.codec})"
    return check_master(measured, target=master.target, ceiling=master.peak, subject=subject)


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
    findings = findings_of(job, master, there.measured)
    return replace(there, key=master.key, number=job.number, title=job.title, findings=findings)
