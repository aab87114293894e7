"""A chapter from its takes to mastered PCM, beside a graph of ffmpeg with two-pass loudnorm.

    python benchmarks/mastering/beside_ffmpeg.py PROJECT --chapter 1 --processes 2

Both resample the takes of a rendered chapter, place them, loop and fade a stereo bed, duck it under speech,
mix, bring the whole to -18 LUFS under -1.5 dBTP and throw the PCM away. Ours measures what it made once more;
ffmpeg is believed. Turn by turn; the table has the least and the median, and what ffmpeg's own meter says of
both results.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import soundfile

from fullcast.audio.loudness import Figures, Meter, join_figures, join_profiles
from fullcast.audio.master import plan_gain
from fullcast.files.encode import Coding
from fullcast.files.settings import read_settings
from fullcast.files.store import Store
from fullcast.fingerprint import digest_file
from fullcast.model import ChapterPlan, Codec, Placed, Stem, Target, Timeline, Version
from fullcast.production.chapters import Shelves, plan_timeline, read_measured
from fullcast.production.finishing import LEAD, Aim, Look, Span, cut_spans, finished_blocks, foretell
from fullcast.production.levels import known_levels
from fullcast.production.preparing import Choices, prepare
from fullcast.production.workshop import ChapterJob, Master
from fullcast.units import MIX_RATE, Decibels, Samples

LEVEL, PEAK = -18.0, -1.5
MARGIN = 0.1
"""dB that the limiter stays below the peak: PCM adds nothing to it."""


def make_bed(file: Path) -> None:
    """Write half a minute of something like wind."""
    rng = np.random.default_rng(1)
    spectrum = np.fft.rfft(rng.standard_normal((2, 30 * MIX_RATE)))
    frequency = np.fft.rfftfreq(30 * MIX_RATE, 1 / MIX_RATE)
    wind = np.fft.irfft(spectrum / np.maximum(frequency, 80.0) ** 0.8)
    soundfile.write(file, (0.05 * wind / wind.std()).T.astype(np.float32), MIX_RATE, subtype="PCM_16")


def make_job(project: Path, number: int, bed: Path) -> ChapterJob:
    """Return the chapter with a bed under all of it, as a run would finish it."""
    prepared = prepare(project, Choices(), read_settings())
    sounds = Store(prepared.cache / "sounds")
    shelves = Shelves(
        takes=Store(prepared.cache / "takes"),
        sounds=sounds,
        measured=read_measured(sounds.folder),
        levels=known_levels(prepared),
    )
    chapter: ChapterPlan = prepared.plan.chapters[number - 1]
    speech = plan_timeline(prepared, chapter, shelves, frozenset(), Version.DRY)
    under = Placed(
        file=bed,
        digest=digest_file(bed),
        stem=Stem.AMBIENCE,
        start=Samples(0),
        length=speech.length,
        fade_in=Samples(2 * MIX_RATE),
        fade_out=Samples(2 * MIX_RATE),
        loop=True,
        duck=True,
    )
    timeline = replace(speech, placed=(under, *speech.placed))
    master = Master(
        key="",
        file=Path(),
        coding=Coding(codec=Codec.WAV, channels=2),
        target=Target(level=LEVEL),
        peak=Decibels(PEAK),
        cut="all",
    )
    return ChapterJob(
        number=number, title="", timelines={"all": timeline}, mixing=prepared.book.mixing, masters=(master,)
    )


def finish(job: ChapterJob, aim: Aim, out: Path | None, span: Span) -> Figures:
    """Make the PCM of a span, and measure it."""
    lead = min(span.start, LEAD)
    meter = Meter(MIX_RATE, 2)
    target = Path(f"{out}.{span.start:010d}") if out else Path("/dev/null")
    skipped = 0
    with target.open("wb") as stream:
        for block in finished_blocks(job, job.masters[0], aim, (span.start - lead, span.end)):
            own = block[:, max(0, lead - skipped) :]
            skipped += block.shape[1]
            meter.add(own)
            stream.write((np.clip(own, -1.0, 1.0) * 32_767.0).astype("<i2").T.tobytes())
    return meter.figures()


def ours(job: ChapterJob, pool: ProcessPoolExecutor, out: Path | None = None) -> Figures:
    """Master a chapter in spans, and measure the result."""
    spans = cut_spans(job.timelines["all"].length)
    look = Look(cut="all", channels=2, alone=False, plain=False)
    parts = list(pool.map(partial(foretell, job, look), spans))
    profile = join_profiles([part.profile for part in parts])
    ceiling = Decibels(PEAK - MARGIN)
    aim = Aim(gain=plan_gain(profile, Target(level=LEVEL), ceiling), ceiling=ceiling)
    return join_figures(list(pool.map(partial(finish, job, aim, out), spans)))


def write_list(timeline: Timeline, folder: Path) -> Path:
    """Write what ffmpeg's concat reads: takes, and silence between them."""
    lines, cursor = ["ffconcat version 1.0"], 0
    for number, placed in enumerate(item for item in timeline.placed if item.stem is Stem.SPEECH):
        audio, rate = soundfile.read(placed.file, dtype="int16")
        gap = round(max(0, placed.start - cursor) * rate / MIX_RATE)
        begin, length = (round(value * rate / MIX_RATE) for value in (placed.offset, placed.length))
        file = folder / f"{number}.wav"
        whole = np.concatenate([np.zeros(gap, np.int16), audio[begin : begin + length]])
        soundfile.write(file, whole, rate, subtype="PCM_16")
        lines.append(f"file {file.name}")
        cursor = placed.start + placed.length
    listed = folder / "takes.txt"
    listed.write_text("\n".join(lines))
    return listed


def ffmpeg(listed: Path, bed: Path, seconds: float, out: str = "/dev/null") -> None:
    """Do the same by a graph: a pass that measures, and one that applies."""
    graph = (
        f"[0:a]aresample={MIX_RATE},pan=stereo|c0=c0|c1=c0,asplit[speech][key];"
        f"[1:a]atrim=0:{seconds},afade=in:d=2,afade=out:st={seconds - 2}:d=2[bed];"
        "[bed][key]sidechaincompress=threshold=0.02:ratio=8:attack=250:release=700[low];"
        "[speech][low]amix=inputs=2:normalize=0:duration=first[mix];"
    )
    start = ["ffmpeg", "-hide_banner", "-nostats", "-y", "-f", "concat", "-safe", "0", "-i", str(listed)]
    start += ["-stream_loop", "-1", "-i", str(bed)]
    norm = f"loudnorm=I={LEVEL}:TP={PEAK}:LRA=20"
    first = f"{graph}[mix]{norm}:print_format=json[out]"
    told = subprocess.run(
        [*start, "-filter_complex", first, "-map", "[out]", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr
    found = json.loads(told[told.rindex("{") : told.rindex("}") + 1])
    measured = ":".join(
        f"measured_{name}={found[f'input_{key}']}"
        for name, key in (("I", "i"), ("TP", "tp"), ("LRA", "lra"), ("thresh", "thresh"))
    )
    second = (
        f"{graph}[mix]{norm}:{measured}:offset={found['target_offset']}:linear=true,aresample={MIX_RATE}[out]"
    )
    subprocess.run(
        [*start, "-filter_complex", second, "-map", "[out]", "-f", "s16le", out],
        check=True,
        capture_output=True,
    )


def judge(raw: Path) -> tuple[str, str]:
    """Return loudness and true peak of PCM by ffmpeg's meter."""
    read = ["-f", "s16le", "-ar", str(MIX_RATE), "-ac", "2", "-i", str(raw)]
    meter = ["-af", "ebur128=peak=true", "-f", "null", "-"]
    told = subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostats", *read, *meter], check=True, capture_output=True, text=True
    ).stderr
    summary = told[told.rindex("Summary:") :]
    loudness, peak = re.search(r"I:\s+(\S+)", summary), re.search(r"Peak:\s+(\S+)", summary)
    assert loudness
    assert peak
    return loudness[1], peak[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("project", type=Path)
    parser.add_argument("--chapter", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        bed = folder / "bed.wav"
        make_bed(bed)
        job = make_job(options.project, options.chapter, bed)
        seconds = job.timelines["all"].length / MIX_RATE
        listed = write_list(job.timelines["all"], folder)
        spent: dict[str, list[float]] = {"fullcast": [], "ffmpeg": []}
        with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
            figures = ours(job, pool, folder / "ours")
            for _ in range(options.repeats):
                for name, run in (
                    ("fullcast", partial(ours, job, pool)),
                    ("ffmpeg", partial(ffmpeg, listed, bed, seconds)),
                ):
                    began = time.perf_counter()
                    run()
                    spent[name].append(time.perf_counter() - began)
        ffmpeg(listed, bed, seconds, str(folder / "theirs"))
        whole = folder / "whole"
        whole.write_bytes(b"".join(part.read_bytes() for part in sorted(folder.glob("ours.*"))))
        print(f"{seconds / 60:.1f} minutes of stereo, {options.processes} processes")
        for name, raw in (("fullcast", whole), ("ffmpeg", folder / "theirs")):
            least, usual = min(spent[name]), statistics.median(spent[name])
            loudness, peak = judge(raw)
            print(f"| {name} | {usual:.2f} s, least {least:.2f} s | {seconds / usual:.0f} x real time "
                  f"| {loudness} LUFS, {peak} dBTP |")  # fmt: skip
        own = figures.measure()
        print(f"| fullcast's own meter | {own.loudness:.2f} LUFS, {own.true_peak:.2f} dBTP |")


if __name__ == "__main__":
    main()
