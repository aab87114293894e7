"""What is measured of recordings that are spoilt in known ways, and what is refused.

Three voices of flite read sentences of a book; each reading is spoilt by noise, clipping, music, a room, a
telephone's band, or another voice after it.

    python benchmarks/cloning/quality.py BOOK.txt
"""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from fullcast.audio.edit import resample
from fullcast.audio.signal import Audio
from fullcast.errors import ProjectError, Severity
from fullcast.production.cloning import Wish, choose_sample
from fullcast.units import Hertz

RATE = 16_000


def say(voice: str, words: str, folder: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return what flite says."""
    text, sound = folder / "text.txt", folder / "said.wav"
    text.write_text(words)
    flite = shutil.which("flite") or "flite"
    subprocess.run([flite, "-voice", voice, "-f", str(text), "-o", str(sound)], check=True)
    samples, _ = soundfile.read(sound, dtype="float32")
    return np.asarray(0.5 * samples, dtype=np.float32)


def spoilt(clean: dict[str, np.ndarray]) -> Iterator[tuple[str, str, np.ndarray, int]]:
    """Yield what was done, to which voice, and what came of it with its rate."""
    rng = np.random.default_rng(1)
    for voice, sound in clean.items():
        power = np.sqrt(np.mean(sound**2))
        time = np.arange(len(sound)) / RATE
        yield "nothing", voice, sound, RATE
        for ratio in (30, 20, 10, 5):
            noise = rng.normal(0, power * 10 ** (-ratio / 20), len(sound))
            yield f"noise, {ratio} dB below", voice, sound + noise, RATE
        for gain in (4, 12):
            yield f"clipped, {gain} times too loud", voice, np.clip(gain * sound, -1, 1), RATE
        chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 277, 330))
        yield "music, 12 dB below", voice, sound + 0.2 * power * chord, RATE
        for seconds in (0.6, 1.5):
            reach = np.arange(int(seconds * RATE))
            room = rng.normal(0, 0.15, len(reach)) * 10 ** (-3 * reach / len(reach))
            room[0] = 1.0
            wet = np.convolve(sound, room)
            yield f"a room of {seconds} s", voice, 0.5 * wet / np.abs(wet).max(), RATE
        narrow = resample(Audio(samples=sound[np.newaxis], rate=Hertz(RATE)), 8_000)
        yield "a telephone's band", voice, narrow.samples[0], 8_000
    for one, other in itertools.permutations(clean, 2):
        yield "another voice after it", one, np.concatenate([clean[one], clean[other]]), RATE


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path)
    options = parser.parse_args()
    words = re.split(r"(?<=[.!?])\s+", " ".join(options.book.read_text(encoding="utf-8").split()))
    plain = [item for item in words if 40 < len(item) < 160 and item.isascii() and '"' not in item]
    told: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        clean = {
            voice: say(voice, " ".join(plain[12 * number : 12 * number + 8]), folder)
            for number, voice in enumerate(("slt", "rms", "awb"))
        }
        for kind, _, sound, rate in spoilt(clean):
            file = folder / "take.wav"
            soundfile.write(file, sound, rate, subtype="FLOAT")
            try:
                sample = choose_sample(Wish(name="x", recordings=(file,), consent="flite"))
                found = [problem.code for problem in sample.warnings] or ["taken"]
            except ProjectError as error:
                wrong = [problem for problem in error.problems if problem.severity is Severity.ERROR]
                found = [f"refused: {problem.code}" for problem in wrong]
            told.setdefault(kind, []).append(" and ".join(found))
    for kind, outcomes in told.items():
        counted = {outcome: outcomes.count(outcome) for outcome in outcomes}
        print(f"| {kind} | {'; '.join(f'{outcome} {count}' for outcome, count in counted.items())} |")


if __name__ == "__main__":
    main()
