"""How many spoilt takes are found, and how many good ones are suspected.

Sentences of a book are spoken by an engine of this machine in three voices, good and spoilt in ways that
engines have: a loop is spoken as one, with the words said again; the rest is done to good takes. All of it is
seeded. The check learns the voices from other sentences first, as it does in a run.

    python benchmarks/checking/defects.py BOOK.txt [--engine command:flite] [--sentences 60]
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.registry import choose_speech_engine
from fullcast.model import Device, PlannedTake, Segment, Settings, Sex, Voice
from fullcast.production.judging import Judge
from fullcast.units import Hertz, Seconds

FLITE = {"a": ("slt", Sex.FEMALE), "b": ("rms", Sex.MALE), "c": ("awb", Sex.MALE)}
SPOILT = ("loop", "lost end", "lost middle", "long silence", "silent", "leak", "wrong rate", "noise only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A sentence, as it was spoken."""

    voice: Voice
    text: str
    audio: Audio
    looped: Audio


def sentences(book: Path, count: int, rng: random.Random) -> list[str]:
    """Return sentences of a book, of a length at which something can be told."""
    text = " ".join(book.read_text(encoding="utf-8").split())
    found = [item for item in re.split(r"(?<=[.!?])\s+", text) if 40 < len(item) < 220]
    plain = [item for item in found if item.isascii() and not re.search(r"[\d\"_*]", item)]
    rng.shuffle(plain)
    return plain[:count]


def looped(text: str, rng: random.Random) -> str:
    """Return a text with two to four of its words said once or twice more."""
    words = text.split()
    size = rng.choice((2, 3, 4))
    start = rng.randrange(1, max(2, len(words) - size))
    again = words[start : start + size] * rng.choice((1, 2))
    return " ".join([*words[: start + size], *again, *words[start + size :]])


def speak(engine_name: str, texts: list[str], rng: random.Random) -> list[Spoken]:
    """Have every text spoken, as it is and with a loop."""
    machine = Settings(jobs=2)
    engine = choose_speech_engine(engine_name, machine).engine
    voices = [Voice(name=n, sex=sex, engines={"command": {"flite": own}}) for n, (own, sex) in FLITE.items()]
    requests = []
    for number, text in enumerate(texts):
        voice = voices[number % len(voices)]
        for kind, words in (("good", text), ("loop", looped(text, rng))):
            name = RequestId(f"{kind}{number}")
            requests.append(SpeechRequest(id=name, text=words, voice=voice, language="en", seed=number))
    made = {}
    with engine.open(Device(), machine) as session:
        for name, result in session.record(requests):
            assert isinstance(result, Recording), result
            made[name] = result.audio
    return [
        Spoken(
            voice=voices[number % len(voices)],
            text=text,
            audio=made[RequestId(f"good{number}")],
            looped=made[RequestId(f"loop{number}")],
        )
        for number, text in enumerate(texts)
    ]


def spoil(kind: str, spoken: Spoken, reference: Audio, rng: random.Random) -> Audio:  # noqa: PLR0911 - a way each
    """Return a take that is wrong in one way."""
    sound, rate = spoken.audio.samples, spoken.audio.rate
    length = sound.shape[1]
    if kind == "loop":
        return spoken.looped
    if kind == "lost end":
        return Audio(samples=sound[:, : int(length * rng.uniform(0.4, 0.6))], rate=rate)
    if kind == "lost middle":
        lost = int(length * rng.uniform(0.38, 0.5))
        start = rng.randrange(length // 10, length - lost - length // 10)
        return Audio(samples=np.delete(sound, slice(start, start + lost), axis=1), rate=rate)
    if kind == "long silence":
        place = rng.randrange(length // 4, 3 * length // 4)
        gap = np.zeros((1, int(rng.uniform(2.8, 5.0) * rate)), dtype=np.float32)
        return Audio(samples=np.concatenate([sound[:, :place], gap, sound[:, place:]], axis=1), rate=rate)
    if kind == "silent":
        return Audio(samples=sound * np.float32(1e-4), rate=rate)
    if kind == "leak":
        size = int(rng.uniform(0.8, 1.6) * rate)
        start = rng.randrange(0, max(1, reference.length - size))
        part = reference.samples[:, start : start + size]
        return Audio(samples=np.concatenate([part, sound], axis=1), rate=rate)
    if kind == "wrong rate":
        return Audio(samples=sound, rate=Hertz(round(rate * rng.choice((0.5, 0.6, 1.6, 2.0)))))
    noise = np.random.default_rng(rng.randrange(1 << 30)).normal(0, 0.05, (1, int(0.4 * length)))
    return Audio(samples=noise.astype(np.float32), rate=rate)


def planned(spoken: Spoken, number: int, voice: Voice) -> PlannedTake:
    """Return the take that a sentence should be."""
    segment = Segment(
        line=str(number), number=0, text=spoken.text, start=0, end=len(spoken.text), language="en"
    )
    return PlannedTake(
        key=str(number),
        seed=number,
        segment=segment,
        speaker="Narrator",
        voice=voice,
        pace=1.0,
        engine="bench/1",
        estimate=Seconds(1.0),
    )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path)
    parser.add_argument("--engine", default="command:flite")
    parser.add_argument("--sentences", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    spoken = speak(options.engine, sentences(options.book, options.sentences + 30, rng), rng)
    known, tried = spoken[:30], spoken[30:]
    references = {}
    folder = Path(tempfile.mkdtemp())
    for item in known[:3]:
        file = folder / f"{item.voice.name}.wav"
        soundfile.write(file, item.audio.samples.T, item.audio.rate)
        references[item.voice.name] = replace(item.voice, reference=file)
    judge = Judge(rate=14.0)
    for number, item in enumerate(known):
        judge.judge(planned(item, number, references[item.voice.name]), item.audio)
    found: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    begun, judged = time.perf_counter(), 0
    for number, item in enumerate(tried):
        reference = next(other.audio for other in known[:3] if other.voice.name == item.voice.name)
        take = planned(item, number, references[item.voice.name])
        for kind in ("good", *SPOILT):
            audio = item.audio if kind == "good" else spoil(kind, item, reference, rng)
            fault = judge.judge(take, audio).fault
            judged += 1
            if fault is not None:
                found[kind] += 1
                codes[f"{kind}: {fault.code}"] += 1
    seconds = (time.perf_counter() - begun) / judged
    print(f"{options.engine}, {len(tried)} sentences of {options.book.name}, {1000 * seconds:.1f} ms a take")
    for kind in ("good", *SPOILT):
        told = ", ".join(
            f"{code.split(': ')[1]} {n}" for code, n in codes.items() if code.startswith(f"{kind}: ")
        )
        print(f"| {kind} | {found[kind]} of {len(tried)} | {told} |")
    right = sum(found[kind] for kind in SPOILT)
    recall, precision = right / (len(SPOILT) * len(tried)), right / max(1, right + found["good"])
    print(f"recall {recall:.3f}, precision {precision:.3f}")


if __name__ == "__main__":
    main()
