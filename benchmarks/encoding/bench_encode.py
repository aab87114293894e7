"""Measure encoders alone, decoders, joining and the noise that coding adds.

    python benchmarks/encoding/bench_encode.py --seconds 600 --processes 2
    python benchmarks/encoding/bench_encode.py --quality
    python benchmarks/encoding/bench_encode.py --join 10

The speed of the encoders alone, in as many processes as a render has, is what a whole
render is compared with. ``--source FILE`` takes real audio; without it a buzz with syllables in noise
stands for speech.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import soundfile

from fullcast.files.coded import decode
from fullcast.files.encode import Coding, encode
from fullcast.files.join import Part, join_m4b
from fullcast.model import Codec, Credits
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fullcast.audio.signal import Signal

WINDOW, HOP = 2_048, 1_024
CODERS = {
    "twoloop": {"aac_coder": "twoloop"},
    "fast": {"aac_coder": "fast"},
    "fast, no TNS, no PNS": {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"},
}


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=300, help="audio for each process")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--source", type=Path, help="a sound file instead of the synthetic voice")
    parser.add_argument("--quality", action="store_true", help="compare AAC coders by the noise they add")
    parser.add_argument("--join", type=int, metavar="HOURS", help="join half-hour chapters into a book")
    asked = parser.parse_args()
    print(f"resident after imports: {_memory()} MB")
    if asked.quality:
        compare_coders(asked.source)
    elif asked.join:
        time_joining(asked.join)
    else:
        time_codings(asked.seconds, asked.processes, asked.source)


def _memory() -> int:
    """Return the most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def make_sound(channels: int, seconds: int, source: Path | None) -> Signal:
    """Return a piece of a sound file, or a voice in noise."""
    if source:
        sound, rate = soundfile.read(source, dtype="float32", always_2d=True, frames=seconds * MIX_RATE)
        if rate != MIX_RATE:
            raise SystemExit(f"{source} has {rate} Hz, expected {MIX_RATE}")
        rows: Signal = np.resize(sound.T, (channels, sound.shape[0])).astype(np.float32)
        return rows
    generator = np.random.default_rng(0)
    at = np.arange(seconds * MIX_RATE) / MIX_RATE
    phase = 2 * np.pi * (120 * at + 15 * np.sin(2 * np.pi * 0.7 * at))
    voice = sum(np.sin(k * phase) / k**1.3 for k in range(1, 40)) * (0.5 - 0.5 * np.cos(6 * np.pi * at))
    noise = generator.standard_normal((channels, len(at)))
    signal: Signal = (0.1 * voice + 0.004 * noise).astype(np.float32)
    return signal


# Speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process encodes."""

    coding: Coding
    seconds: int
    source: Path | None
    file: Path


def _encode(job: Job) -> tuple[float, float, float, int]:
    """Encode and decode; returns wall seconds of each, CPU seconds of encoding and the process's memory."""
    block = make_sound(job.coding.channels, 20, job.source)
    began, busy = time.perf_counter(), time.process_time()
    encode(repeat(block, max(1, job.seconds * MIX_RATE // block.shape[1])), job.file, coding=job.coding)
    middle, busy = time.perf_counter(), time.process_time() - busy
    for _ in decode(job.file):
        pass
    return middle - began, time.perf_counter() - middle, busy, _memory()


def time_codings(seconds: int, processes: int, source: Path | None) -> None:
    """Print the speed of every coding in so many processes at once."""
    print(
        f"{processes} process(es), {seconds} s of audio each, {os.cpu_count()} cores; x: audio per wall time"
    )
    print(f"{'coding':24} {'encode':>10} {'decode':>10} {'CPU / hour':>11} {'memory':>9}")
    context = get_context("spawn")
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(processes, mp_context=context) as pool:
        list(pool.map(_memory_after, range(processes)))
        for codec in Codec:
            for channels in (1, 2):
                coding = Coding(codec=codec, channels=channels)
                files = [Path(name) / f"{n}{coding.suffix}" for n in range(processes)]
                jobs = [Job(coding=coding, seconds=seconds, source=source, file=file) for file in files]
                times = list(pool.map(_encode, jobs))
                coded, decoded, busy, held = (max(column) for column in zip(*times, strict=True))
                rate = f"{(coding.rate_of_bits or 0) // 1000}k" if coding.rate_of_bits else "lossless"
                total = seconds * processes
                print(
                    f"{codec} {rate} {channels} ch".ljust(24)
                    + f" {total / coded:9.0f}x {total / decoded:9.0f}x"
                    f" {3600 * busy / seconds:9.1f} s {held:6.0f} MB"
                )


def _memory_after(_: int) -> int:
    return _memory()


def time_joining(hours: int) -> None:
    """Print what joining half-hour chapters into a book costs."""
    coding = Coding(codec=Codec.AAC, bitrate=80_000)
    block = make_sound(1, 20, None)
    with tempfile.TemporaryDirectory() as name:
        encoded = encode(repeat(block, 90), Path(name) / "half.m4a", coding=coding)
        part = Part(file=encoded.file, title="Half an hour", samples=encoded.samples)
        before = _memory()
        for _ in range(3):
            began, busy = time.perf_counter(), time.process_time()
            book = join_m4b([part] * (2 * hours), Path(name) / "book.m4b", credits=Credits(title="Book"))
            wall, cpu = time.perf_counter() - began, time.process_time() - busy
            print(
                f"{hours} h, {book.size >> 20} MB: {wall:.2f} s wall, {cpu / hours:.3f} CPU-s an hour, "
                f"memory {before} -> {_memory()} MB"
            )


# Quality


def compare_coders(source: Path | None) -> None:
    """Print speed, size and audible noise of the AAC coders.

    Noise to mask is the mean over frames and bands of noise power above a masking threshold (spread
    excitation minus 3 dB to 0.25 dB a Bark, and the threshold of hearing at 96 dB full scale), a simple form
    of ITU-R BS.1387's NMR: lower is better, below 0 is mostly masked.
    """
    header = ("sound", "bit rate", "coder", "speed", "actual", "noise to mask", "segmental SNR", "spectrum")
    print("{:8} {:>8} {:22} {:>6} {:>8} {:>14} {:>14} {:>9}".format(*header))
    for name, sound, rate in _cases(source):
        for coder, options in CODERS.items():
            coded, size, speed = _code(sound, rate, options)
            marks = np.mean([measure(*pair) for pair in zip(sound, coded, strict=True)], axis=0)
            actual = 8 * size * MIX_RATE / sound.shape[1] / 1000
            print(
                f"{name:8} {rate // 1000:7}k {coder:22} {speed:5.0f}x {actual:7.1f}k "
                f"{marks[0]:11.2f} dB {marks[1]:11.2f} dB {marks[2]:6.2f} dB"
            )


def _cases(source: Path | None) -> list[tuple[str, Signal, int]]:
    """Return sounds and bit rates: speech mono, speech with rain mono and stereo, rain alone."""
    voice = make_sound(1, 60, source)
    generator = np.random.default_rng(1)
    bins = np.maximum(np.fft.rfftfreq(voice.shape[1], 1 / MIX_RATE), 40) ** -0.35
    rain = np.fft.irfft(np.fft.rfft(generator.standard_normal((2, voice.shape[1]))) * bins, voice.shape[1])
    rain = (0.03 * rain / rain.std()).astype(np.float32)
    mixed = (0.4 * rain + voice).astype(np.float32)
    mono = [("speech", voice, rate) for rate in (64_000, 80_000, 96_000)]
    both = [("mix", mixed[:1], rate) for rate in (64_000, 80_000, 96_000)]
    return [*mono, *both, ("mix", mixed, 128_000), ("rain", rain, 128_000)]


def _code(sound: Signal, rate: int, options: dict[str, str]) -> tuple[Signal, int, float]:
    """Encode with a coder's options and decode; returns samples, bytes and speed."""
    with tempfile.NamedTemporaryFile(suffix=".m4a") as file:
        began = time.process_time()
        with av.open(file.name, "w", format="mp4", options={"movie_timescale": str(MIX_RATE)}) as container:
            stream = container.add_stream("aac", rate=MIX_RATE, layout=("mono", "stereo")[len(sound) - 1])
            stream.codec_context.options = options
            stream.bit_rate = rate
            for at in range(0, sound.shape[1], MIX_RATE):
                piece = np.ascontiguousarray(sound[:, at : at + MIX_RATE])
                frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=stream.layout.name)
                frame.sample_rate, frame.pts = MIX_RATE, at
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        spent = time.process_time() - began
        coded = np.concatenate([audio.samples for audio in decode(Path(file.name))], axis=1)
        return coded, Path(file.name).stat().st_size, sound.shape[1] / MIX_RATE / spent


def measure(clean: NDArray[np.float32], coded: NDArray[np.float32]) -> tuple[float, float, float]:
    """Return noise to mask, segmental SNR and mean difference of the band levels, in dB."""
    bands, mask, hearing = _bands()
    signal, noise, heard = (_spectra(x) @ bands.T for x in (clean, coded - clean, coded))
    loud = signal.sum(1) > 1e-6
    signal, noise, heard = signal[loud], noise[loud], heard[loud]
    threshold = np.maximum(signal @ mask.T, hearing)
    ratio = 10 * np.log10((noise / threshold).mean())
    snr = np.clip(10 * np.log10(signal.sum(1) / noise.sum(1)), -10, 35).mean()
    floor = 0.1 * threshold
    return ratio, snr, np.abs(10 * np.log10((heard + floor) / (signal + floor))).mean()


def _spectra(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP] * np.hanning(WINDOW)
    return np.abs(np.fft.rfft(frames, axis=1)) ** 2 * (8 / 3 / WINDOW**2)


def _bands() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return half-Bark bands below 16 kHz, what each masks, and the threshold of hearing in each."""
    bins = np.fft.rfftfreq(WINDOW, 1 / MIX_RATE)
    bark = 13 * np.arctan(0.00076 * bins) + 3.5 * np.arctan((bins / 7_500) ** 2)
    number = (bark / 0.5).astype(int)
    used = [band for band in np.unique(number) if bins[number == band].mean() < 16_000]
    bands = np.array([(number == band).astype(float) for band in used])
    centre = 0.5 * np.array(used) + 0.25
    apart = centre[:, np.newaxis] - centre
    spread = 10 ** (np.where(apart >= 0, -10 * apart, 27 * apart) / 10)
    offset = 10 ** (-np.where(centre < 12, 3, 0.25 * centre) / 10 - 0.3)
    khz = np.maximum([bins[number == band].mean() for band in used], 30) / 1_000
    quiet = 3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4
    return bands, offset[:, np.newaxis] * spread / spread.sum(0), 10 ** ((np.minimum(quiet, 90) - 96) / 10)


if __name__ == "__main__":
    main()
