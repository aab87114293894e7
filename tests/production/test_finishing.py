"""Chapters that are finished in spans: nobody can tell from what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.audio.loudness import Meter, join_figures
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError, DamagedError
from fullcast.files.coded import decode, decode_part
from fullcast.files.encode import Coding
from fullcast.files.join import join_spans
from fullcast.files.sounds import encode_take
from fullcast.fingerprint import digest_bytes
from fullcast.model import Codec, Mixing, Placed, Stem, Target, Timeline
from fullcast.production import finishing
from fullcast.production.finishing import (
    FEWEST,
    LEAD,
    Aim,
    Steps,
    around,
    carry_out,
    cut_spans,
    encode_span,
    encode_whole,
    finished_blocks,
    produce_chapter,
)
from fullcast.production.workshop import ChapterJob, Encoded, Master
from fullcast.units import MIX_RATE, Decibels, Samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

SPAN = finishing.SPAN // 2
"""Half of what it is, for shorter tests."""
FRAME = 1024
RATE = 24_000


@pytest.fixture(scope="module", autouse=True)
def _shorter_spans() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finishing, "SPAN", SPAN)
        yield


def talk(folder: Path, seconds: float, seed: int) -> Placed:
    """A take like speech: syllables of a voice with overtones, and breath."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * (3.0 + 0.2 * seed) * time), 0, None)
    voiced = sum(np.sin(2 * np.pi * 110 * n * time) / n for n in range(1, 12))
    samples = (0.1 * syllables * (voiced + 0.3 * random.standard_normal(len(time)))).astype(np.float32)
    content = encode_take(Audio(samples=samples[None], rate=RATE))
    file = folder / f"{seed}.wav"
    file.write_bytes(content)
    return Placed(
        file=file,
        digest=digest_bytes(content),
        stem=Stem.SPEECH,
        start=Samples(0),
        length=Samples(round(seconds * MIX_RATE)),
    )


def chapter(folder: Path, length: int) -> Timeline:
    """Takes that follow one another to the end; one of them lies over each joint."""
    takes = [talk(folder, 4.0 + seed / 2, seed) for seed in range(4)]
    placed, cursor = [], 65_000
    for number in range(10_000):
        take = takes[number % 4]
        if cursor + take.length > length:
            break
        placed.append(
            Placed(
                file=take.file,
                digest=take.digest,
                stem=Stem.SPEECH,
                start=Samples(cursor),
                length=take.length,
                gain=Decibels(0.0),
                fade_in=Samples(132),
                fade_out=Samples(529),
            )
        )
        cursor += take.length + 9_000
    speech = tuple((item.start, Samples(item.start + item.length)) for item in placed)
    return Timeline(length=Samples(length), placed=tuple(placed), speech=speech)


def job_of(folder: Path, length: int, *codecs: Codec) -> ChapterJob:
    masters = tuple(
        Master(
            key=codec,
            file=folder / f"{codec}{Coding(codec=codec).suffix}",
            coding=Coding(codec=codec),
            target=Target(level=-18.0),
            peak=Decibels(-1.5),
            cut="all",
        )
        for codec in codecs
    )
    timelines = {"all": chapter(folder, length)}
    return ChapterJob(number=1, title="One", timelines=timelines, mixing=Mixing(), masters=masters)


def samples_of(file: Path) -> np.ndarray:
    return np.concatenate([audio.samples for audio in decode(file)], axis=1)


@given(length=st.integers(1, 100 * SPAN))
def test_spans_cover_a_chapter(length: int) -> None:
    spans = cut_spans(length)
    assert spans[0].start == 0
    assert spans[-1].end == length
    assert all(before.end == after.start for before, after in pairwise(spans))
    assert all(span.start % 1024 == 0 and span.start % 4_410 == 0 for span in spans)
    assert all(span.end - span.start == SPAN for span in spans[:-1])
    assert len(spans) == 1 or len(spans) >= FEWEST
    assert len(spans) > 1 or length <= (FEWEST - 0.5) * SPAN
    assert len(spans) == 1 or SPAN // 2 <= spans[-1].end - spans[-1].start <= SPAN * 3 // 2


@pytest.fixture(scope="module")
def long_job(tmp_path_factory: pytest.TempPathFactory) -> ChapterJob:
    return job_of(tmp_path_factory.mktemp("long"), 4 * SPAN + 700_001, Codec.AAC)


@pytest.fixture(scope="module")
def encoded(long_job: ChapterJob) -> Encoded:
    (made,) = carry_out(produce_chapter(long_job))
    return made


def test_what_was_measured_span_by_span_is_what_the_file_holds(encoded: Encoded) -> None:
    samples = samples_of(encoded.file)
    assert samples.shape == (1, encoded.samples)
    meter = Meter(MIX_RATE, 1)
    meter.add(samples)
    assert asdict(encoded.measured) == pytest.approx(asdict(meter.measure()), abs=1e-3)
    assert encoded.findings == ()
    assert encoded.measured.loudness == pytest.approx(-18.0, abs=0.2)


AIM = Aim(gain=Decibels(9.5), ceiling=Decibels(-2.1))


@pytest.fixture(scope="module")
def mix(long_job: ChapterJob) -> Signal:
    (master,) = long_job.masters
    length = long_job.timelines["all"].length
    return np.concatenate([*finished_blocks(long_job, master, AIM, (0, length))], axis=1)


def join(job: ChapterJob, file: Path, *, moved: int = 0) -> Signal:
    """Encode a chapter in spans and return what is heard; the last may be cut at the wrong packet."""
    master, length = replace(job.masters[0], file=file), job.timelines["all"].length
    *others, last = (encode_span(job, master, AIM, span) for span in cut_spans(length))
    pieces = [*others, replace(last, lead=last.lead - moved, samples=last.samples + moved)]
    join_spans(pieces, file, samples=length + moved)
    return samples_of(file)[:, :length]


def test_a_joint_is_no_louder_in_errors_than_what_is_around_it(
    long_job: ChapterJob, mix: Signal, tmp_path: Path
) -> None:
    one = replace(long_job.masters[0], file=tmp_path / "one.m4a")
    encode_whole(long_job, one, AIM)
    errors, usual = join(long_job, tmp_path / "two.m4a") - mix, samples_of(one.file) - mix
    joints = [span.start for span in cut_spans(mix.shape[1])[1:]]
    assert len(joints) == 3
    for joint in joints:
        near = slice(joint - 3 * FRAME, joint + 3 * FRAME)
        assert np.std(errors[:, near]) < 1.4 * np.std(usual[:, near])
        assert np.abs(errors[:, near]).max() < 2.0 * np.abs(usual[:, near]).max()
    assert np.array_equal(errors[:, : joints[0] - FRAME], usual[:, : joints[0] - FRAME])


def test_a_packet_at_the_wrong_place_would_be_heard(
    long_job: ChapterJob, mix: Signal, tmp_path: Path
) -> None:
    wrong = join(long_job, tmp_path / "wrong.m4a", moved=FRAME) - mix
    right = join(long_job, tmp_path / "right.m4a") - mix
    joint = cut_spans(mix.shape[1])[-1].start
    near = slice(joint - FRAME, joint + 3 * FRAME)
    assert np.std(mix[:, near]) > 0.03  # somebody speaks over the joint
    assert np.std(wrong[:, near]) > 5.0 * np.std(right[:, near])


def test_what_is_around_a_span_is_all_that_it_needs(tmp_path: Path) -> None:
    length = 4 * SPAN
    bed = tmp_path / "bed.wav"
    noise = np.random.default_rng(3).standard_normal((1, 6 * RATE)).astype(np.float32)
    bed.write_bytes(encode_take(Audio(samples=0.05 * noise, rate=RATE)))
    job = job_of(tmp_path, length, Codec.AAC)
    timeline = job.timelines["all"]
    sounds = [
        Placed(
            file=bed,
            digest=digest_bytes(bed.read_bytes()),
            stem=stem,
            start=Samples(start),
            length=Samples(until - start),
            loop=True,
            duck=True,
            fade_in=Samples(90_000),
            fade_out=Samples(90_000),
        )
        for stem, start, until in [(Stem.AMBIENCE, 0, length), (Stem.MUSIC, SPAN // 2, SPAN + 400_000)]
    ]
    spoken = [replace(item, room="hall" if n % 5 == 0 else None) for n, item in enumerate(timeline.placed)]
    job = replace(job, timelines={"all": replace(timeline, placed=(*sounds, *spoken))})
    (master,) = job.masters
    wide = replace(master, coding=Coding(codec=Codec.AAC, channels=2))
    span = cut_spans(length)[1]
    near = around(job, "all", span)
    assert len(near.timelines["all"].placed) < len(spoken) // 2
    within = (span.start - LEAD, span.end)
    part, whole = (np.concatenate([*finished_blocks(one, wide, AIM, within)], axis=1) for one in (near, job))
    assert np.array_equal(part, whole)


def test_a_piece_that_was_cut_short_is_refused(
    long_job: ChapterJob, encoded: Encoded, tmp_path: Path
) -> None:
    (master,) = long_job.masters
    here = replace(master, file=tmp_path / "short.m4a")
    piece = encode_span(long_job, here, AIM, cut_spans(encoded.samples)[0])
    with pytest.raises(AudioError, match=r"holds \d+ packets, expected"):
        join_spans([replace(piece, samples=piece.samples + 9 * FRAME)], here.file, samples=encoded.samples)
    assert not here.file.exists()


def test_any_part_decodes_as_in_the_whole(encoded: Encoded) -> None:
    whole = samples_of(encoded.file)
    for start, end in [(0, 5_000), (FRAME, 90_000), (SPAN - 7, SPAN + 9_000), (SPAN, encoded.samples)]:
        part = np.concatenate([audio.samples for audio in decode_part(encoded.file, start, end)], axis=1)
        assert np.array_equal(part, whole[:, start:end])
    with pytest.raises(AudioError, match="before its stated length"):
        list(decode_part(encoded.file, SPAN, encoded.samples + FRAME * 9))


def test_several_masters_go_side_by_side_and_come_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finishing, "FEWEST", 2)
    job = job_of(tmp_path, 3 * SPAN // 2, Codec.FLAC, Codec.AAC, Codec.MP3)
    widths = []

    def watch(steps: Steps) -> Steps:
        done = None
        while True:
            try:
                tasks = next(steps) if done is None else steps.send(done)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return] # what the steps return
            widths.append(len(tasks))
            done = yield tasks

    results = carry_out(watch(produce_chapter(job)))
    assert [result.key for result in results] == [Codec.FLAC, Codec.AAC, Codec.MP3]
    assert widths[:2] == [2, 4]  # foretold in two spans; then FLAC and MP3 whole beside two spans of AAC
    assert len({result.samples for result in results}) == 1
    assert max(abs(result.measured.loudness + 18.0) for result in results) < 0.2


def test_a_damaged_take_ends_a_span_in_the_middle(tmp_path: Path) -> None:
    job = job_of(tmp_path, 4 * SPAN, Codec.AAC)
    (tmp_path / "2.wav").write_bytes(b"RIFF")
    with pytest.raises(DamagedError, match="does not match its hash"):
        carry_out(produce_chapter(job))


@given(cuts=st.lists(st.integers(1, 30), max_size=4), seed=st.integers(0, 99), rest=st.integers(0, 4_409))
def test_figures_of_parts_join_to_those_of_the_whole(cuts: list[int], seed: int, rest: int) -> None:
    lengths = [4_410 * steps for steps in cuts] + [4_410 * 7 + rest]
    sound = 0.3 * np.random.default_rng(seed).standard_normal((1, sum(lengths))).astype(np.float32)
    whole = Meter(MIX_RATE, 1)
    whole.add(sound)
    parts, start = [], 0
    for length in lengths:
        lead = min(start, 44_100)
        meter = Meter(MIX_RATE, 1)
        meter.add(sound[:, start - lead : start + length])
        parts.append(meter.figures().after(lead))
        start += length
    assert asdict(join_figures(parts).measure()) == pytest.approx(asdict(whole.measure()), abs=0.01)
