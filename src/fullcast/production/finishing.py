"""A chapter's way from its mix to a file that was measured, in steps whose parts any worker can do.

A long chapter is cut into spans. Each is mixed, limited, encoded, and measured after decoding, by whoever is
idle; packets are joined, not audio. Where spans begin depends on the chapter's length alone, so the result is
the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from fullcast.audio.balance import Balance, BalanceMeter, join_balances
from fullcast.audio.curves import make_curves
from fullcast.audio.edit import resample, to_channels
from fullcast.audio.loudness import Figures, Meter, Profile, join_figures, join_profiles
from fullcast.audio.master import highest_gain, level_of, master_blocks, plan_gain
from fullcast.audio.mix import longest_end, mix_blocks, mix_chapter
from fullcast.files.coded import decode, decode_part
from fullcast.files.disk import write_whole
from fullcast.files.encode import encode
from fullcast.files.join import Piece, join_spans
from fullcast.fingerprint import digest_file
from fullcast.model import Codec, Stem, Timeline
from fullcast.production.workshop import (
    ChapterJob,
    Encoded,
    Master,
    findings_of,
    read_placed,
    sidecar_of,
    to_json,
)
from fullcast.units import MIX_RATE, Decibels, to_gain, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

SPAN = 4_515_840
"""Samples of a span, 102.4 s: whole frames of AAC and of the limiter (1,024), whole steps of the meter
(4,410)."""

FEWEST = 4
"""Spans below which a chapter stays whole: of short chapters there are many, and each keeps a worker busy."""

LEAD = 32 * 1024
"""Samples that a span is mixed, limited and encoded before its beginning, 0.74 s: the limiter has recovered,
and the encoder chooses its windows, as if it had begun with the chapter."""

CLOSE = 0.15
"""Deviation from the target loudness that is left alone, in LU: the chapters of a book stay within 0.3 LU of
each other."""

LOSSLESS_MARGIN = Decibels(0.02)
"""Room below the ceiling for what rounding to 16 bits with dither can add."""

LOSSY_MARGIN = Decibels(0.6)
"""Room below the ceiling that a lossy codec gets at the first try: what AAC overshoots on speech."""

HEADROOM = Decibels(-6.0)
"""Gain of a mix that is written unmastered: voices stand at -26 LUFS in it, and nothing clips."""

PASSES = 4
"""How often a chapter is encoded anew to meet loudness and peak after decoding."""

_BEHIND = 4 * 1024
"""Samples that a span is encoded beyond its end: its last packet reaches into the next one, and the encoder
looks ahead."""

Task = Callable[[], Any]
"""A part of a step; can be pickled, and so done in another process."""

Steps = Generator[Sequence[Task], Sequence[Any], tuple[Encoded, ...]]
"""Yields the parts of each step and is sent what they gave, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a chapter, in samples."""

    start: int
    end: int
    """One past the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a chapter's mix is looked at before it is coded."""

    cut: str
    """Which of the job's timelines."""
    channels: int
    alone: bool
    """Whether nothing but speech sounds."""
    plain: bool
    """Whether it is only one voice after another: such a mix need not be made to be foretold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What is known of a chapter's mix before it is coded."""

    profile: Profile
    balance: Balance | None = None
    """None where nothing but speech sounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a pass tries."""

    gain: Decibels
    """What the mix is changed by."""
    ceiling: Decibels | None
    """Of the limiter; None leaves the mix as it is."""


def cut_spans(length: int) -> tuple[Span, ...]:
    """Return a chapter's spans; the last one is half a span to one and a half.

    >>> [span.end - span.start for span in cut_spans(7 * SPAN // 2 + 1)]
    [4515840, 4515840, 4515840, 2257921]
    """
    count = round(length / SPAN)
    count = count if count >= FEWEST else 1
    edges = [*(number * SPAN for number in range(count)), length]
    return tuple(Span(start=start, end=end) for start, end in pairwise(edges))


def produce_chapter(job: ChapterJob) -> Steps:
    """Mix a chapter and encode it for every master, in blocks; no chapter ever lies in memory.

    Raises:
        DamagedError: If a recording is damaged; the caller makes it again.
        StoreError: If the disk refuses.
    """
    wanted = {(master.cut, master.coding.channels) for master in job.masters if master.target is not None}
    mixes: dict[tuple[str, int], Foretold] = {}
    for cut, channels in sorted(wanted):
        look = _look_at(job.timelines[cut], cut, channels)
        spans = cut_spans(job.timelines[cut].length)
        parts = yield [partial(foretell, around(job, cut, span), look, span) for span in spans]
        mixes[cut, channels] = _join(parts)
    lines = [
        _produce(job, master, mixes[master.cut, master.coding.channels] if master.target else None)
        for master in job.masters
    ]
    return tuple((yield from _side_by_side(lines)))


def _side_by_side(
    lines: Sequence[Generator[Sequence[Task], Sequence[Any], Encoded]],
) -> Generator[Sequence[Task], Sequence[Any], list[Encoded]]:
    """Go through the steps of several masters together; the work of one fills the gaps of another."""
    waiting = {number: next(line) for number, line in enumerate(lines)}
    results: dict[int, Encoded] = {}
    while waiting:
        done = iter((yield [task for tasks in waiting.values() for task in tasks]))
        given = {number: [next(done) for _ in tasks] for number, tasks in waiting.items()}
        for number, own in given.items():
            try:
                waiting[number] = lines[number].send(own)
            except StopIteration as end:
                del waiting[number]
                results[number] = end.value
    return [results[number] for number in range(len(lines))]


def carry_out(steps: Steps) -> tuple[Encoded, ...]:
    """Do all that a chapter needs, here."""
    done: Sequence[Any] | None = None
    while True:
        try:
            tasks = next(steps) if done is None else steps.send(done)
        except StopIteration as end:
            result: tuple[Encoded, ...] = end.value
            return result
        done = [task() for task in tasks]


def _produce(
    job: ChapterJob, master: Master, mix: Foretold | None
) -> Generator[Sequence[Task], Sequence[Any], Encoded]:
    """Encode one master; go again with what was measured until level and peak hold."""
    target = master.target if mix else None
    aim = _first_aim(master, mix)
    highest = highest_gain(mix.profile, target) if mix and target else aim.gain
    for _ in range(PASSES):
        figures = yield from _encode(job, master, aim)
        measured = figures.measure()
        over = measured.true_peak - master.peak
        short = 0.0 if target is None else target.level - level_of(measured, target.unit)
        if aim.ceiling is None or not math.isfinite(short) or (over <= 0.0 and abs(short) <= CLOSE):
            break
        aim = Aim(
            ceiling=Decibels(aim.ceiling - (over + 0.1 if over > 0.0 else 0.0)),
            gain=Decibels(min(highest, aim.gain + (short if abs(short) > CLOSE else 0.0))),
        )
    done: Sequence[Encoded] = yield [partial(_close, job, master, mix, aim.gain, figures)]
    return done[0]


def _first_aim(master: Master, mix: Foretold | None) -> Aim:
    if mix is None or master.target is None:
        return Aim(gain=HEADROOM, ceiling=None)
    ceiling = Decibels(master.peak - (LOSSY_MARGIN if master.coding.rate_of_bits else LOSSLESS_MARGIN))
    return Aim(gain=plan_gain(mix.profile, master.target, ceiling), ceiling=ceiling)


def _encode(job: ChapterJob, master: Master, aim: Aim) -> Generator[Sequence[Task], Sequence[Any], Figures]:
    """Encode a chapter and measure what came of it; only packets of AAC can be joined."""
    length = job.timelines[master.cut].length
    spans = cut_spans(length) if master.coding.codec is Codec.AAC else ()
    if len(spans) < 2:
        whole: Sequence[Figures] = yield [partial(encode_whole, job, master, aim)]
        return whole[0]
    near = [(around(job, master.cut, span), span) for span in spans]
    pieces = yield [partial(encode_span, part, master, aim, span) for part, span in near]
    yield [partial(join_spans, pieces, master.file, samples=length)]
    return join_figures((yield [partial(measure_span, master, span) for span in spans]))


def _look_at(timeline: Timeline, cut: str, channels: int) -> Look:
    alone = all(item.stem is Stem.SPEECH for item in timeline.placed)
    changed = any(item.room or item.effect for item in timeline.placed)
    return Look(cut=cut, channels=channels, alone=alone, plain=alone and channels == 1 and not changed)


def around(job: ChapterJob, cut: str, span: Span) -> ChapterJob:
    """Return a job with what is heard around a span alone: of a chapter of hours, no worker need know all."""
    timeline, ducking = job.timelines[cut], job.mixing.ducking
    begin, end = span.start - LEAD, span.end + _BEHIND
    reach = to_samples(2.0 * (ducking.lookahead + ducking.attack + ducking.hold + ducking.release), MIX_RATE)
    placed = tuple(item for item in timeline.placed if item.start < end and longest_end(item) > begin)
    speech = tuple(pair for pair in timeline.speech if pair[0] < end + reach and pair[1] > begin - reach)
    return replace(
        job, timelines={cut: replace(timeline, placed=placed, speech=speech, lines=())}, masters=()
    )


# What workers do


def foretell(job: ChapterJob, look: Look, span: Span) -> Foretold:
    """Measure a span before its gain, to foretell that gain; and how far speech stands above the rest."""
    timeline, channels, within = job.timelines[look.cut], look.channels, (span.start, span.end)
    if look.plain:
        return Foretold(profile=measure_speech(timeline, within))
    meter, sides = Meter(MIX_RATE, channels), BalanceMeter(channels)
    for stems in mix_chapter(timeline, channels=channels, mixing=job.mixing, read=read_placed, within=within):
        meter.add(stems.sum())
        if not look.alone:
            sides.add(stems)
    return Foretold(profile=meter.profile(), balance=None if look.alone else sides.balance())


def _join(parts: Sequence[Foretold]) -> Foretold:
    sides = [part.balance for part in parts if part.balance is not None]
    return Foretold(
        profile=join_profiles([part.profile for part in parts]),
        balance=join_balances(sides) if sides else None,
    )


def measure_speech(timeline: Timeline, within: tuple[int, int] | None = None) -> Profile:
    """Measure a chapter of speech alone at the rate of its takes: a third of the work of its whole mix.

    What comes out is only foretold by this; what is delivered is measured after decoding.

    Args:
        timeline: The chapter.
        within: First sample, and one past the last, of a part of it.
    """
    begin, end = within or (0, timeline.length)
    meter: Meter | None = None
    rate, cursor = int(MIX_RATE), 0
    for placed in timeline.placed:
        first, last = max(0, begin - placed.start), min(placed.length, end - placed.start)
        if first >= last:
            continue
        audio = read_placed(placed)
        rate = rate if meter else audio.rate
        meter = meter or Meter(rate, 1)
        mono = to_channels(resample(audio, rate).samples, 1)
        start, offset, length = (
            round(time * rate / MIX_RATE)
            for time in (placed.start + first - begin, placed.offset + first, last - first)
        )
        meter.add(np.zeros((1, max(0, start - cursor)), np.float32))
        meter.add(mono[:, offset : offset + length] * np.float32(to_gain(placed.gain)))
        cursor = max(cursor, start + length)
    meter = meter or Meter(rate, 1)
    meter.add(np.zeros((1, max(0, round((end - begin) * rate / MIX_RATE) - cursor)), np.float32))
    return meter.profile()


def finished_blocks(job: ChapterJob, master: Master, aim: Aim, within: tuple[int, int]) -> Iterator[Signal]:
    """Yield a part of a chapter as it goes to the encoder."""
    timeline, room_tone = job.timelines[master.cut], job.mixing.room_tone
    if master.stem is not None:
        own = tuple(placed for placed in timeline.placed if placed.stem is master.stem)
        timeline = replace(timeline, placed=own)
        if master.stem is not Stem.SPEECH:  # room tone is part of speech: the stems add up to the mix
            room_tone = Decibels(-math.inf)
    stems = mix_chapter(
        timeline, channels=master.coding.channels, mixing=job.mixing, read=read_placed, within=within
    )
    blocks = mix_blocks(stems, room_tone=room_tone, gain=aim.gain)
    return blocks if aim.ceiling is None else master_blocks(blocks, aim.ceiling)


def encode_whole(job: ChapterJob, master: Master, aim: Aim) -> Figures:
    """Encode a chapter in one, and measure it."""
    within = (0, job.timelines[master.cut].length)
    encode(finished_blocks(job, master, aim, within), master.file, coding=master.coding)
    meter = Meter(master.coding.coded_rate, master.coding.channels)
    for audio in decode(master.file):
        meter.add(audio.samples)
    return meter.figures()


def encode_span(job: ChapterJob, master: Master, aim: Aim, span: Span) -> Piece:
    """Encode a span, with what its neighbours need for a joint that cannot be heard."""
    length = job.timelines[master.cut].length
    begin, end = max(0, span.start - LEAD), min(length, span.end + _BEHIND)
    file = master.file.with_name(f".{master.file.stem}-{span.start}{master.file.suffix}.part")
    encode(finished_blocks(job, master, aim, (begin, end)), file, coding=master.coding)
    return Piece(file=file, lead=span.start - begin, samples=span.end - span.start)


def measure_span(master: Master, span: Span) -> Figures:
    """Measure a span of a chapter that was encoded."""
    meter = Meter(master.coding.rate, master.coding.channels)
    lead = min(span.start, master.coding.rate)  # in which the filters settle
    for audio in decode_part(master.file, span.start - lead, span.end):
        meter.add(audio.samples)
    return meter.figures().after(lead)


def _close(
    job: ChapterJob, master: Master, mix: Foretold | None, gain: Decibels, figures: Figures
) -> Encoded:
    """Write down what an encoding came to."""
    measured = figures.measure()
    encoded = Encoded(
        key=master.key,
        number=job.number,
        title=job.title,
        file=master.file,
        size=master.file.stat().st_size,
        samples=job.timelines[master.cut].length,
        measured=measured,
        gain=Decibels(round(gain, 3)),
        findings=findings_of(job, master, measured),
        digest=digest_file(master.file),
        curves=make_curves(figures.profile(), mix.balance if mix else None),
        drowned=tuple(_drowned(job, master, mix)),
    )
    write_whole(sidecar_of(master.file), to_json(encoded))
    return encoded


def _drowned(job: ChapterJob, master: Master, mix: Foretold | None) -> Iterator[tuple[str, float]]:
    """Yield the lines that what sounds with them covers, with how far they stand above it in LU."""
    if mix is not None and mix.balance is not None:
        for line, ratio in mix.balance.drowned(job.timelines[master.cut].lines):
            yield line, round(max(ratio, -99.0), 1)
