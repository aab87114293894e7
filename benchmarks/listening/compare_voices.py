"""How well a recogniser follows each voice: the same sentences, spoken by everyone, and by what you try.

``python benchmarks/listening/compare_voices.py alba mara`` compares voices of the library as espeak speaks
them; ``--try alba:variant=f5,rate=140`` adds a voice with some of its parameters changed. The text is the
narration of a chapter, the language model is made of it (see hear_words.py). The acoustic model learnt
American speakers: an accent costs words here that it would not cost a listener, so compare within one accent.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soxr
from hear_words import EDGE, HUSH, RATE, Listener, count_errors

from fullcast.engines.base import Recording, RequestId, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.files.voices import find_voice, list_voices
from fullcast.model import NARRATOR, Device, Scalar, Settings, Voice
from fullcast.production.preparing import Choices, prepare

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

LANTERN = Path(__file__).parents[2] / "projects" / "lantern"


def choose_sentences(project: Path, chapter: int, words: int) -> list[str]:
    """Return the narrator's first segments of a chapter, up to so many words."""
    plan = prepare(project, Choices(), Settings(jobs=1)).plan.chapters[chapter - 1]
    chosen: list[str] = []
    for take in plan.takes:
        if take.speaker == NARRATOR and sum(len(text.split()) for text in chosen) < words:
            chosen.append(take.segment.text)
    return chosen


def change(voice: Voice, changes: Mapping[str, Scalar]) -> Voice:
    """Return a voice with other parameters for espeak."""
    entry = dict(voice.engines.get("espeak", {})) | dict(changes)
    return replace(voice, name=f"{voice.name} {changes}", engines={"espeak": entry})


def read_try(asked: str, settings: Settings) -> Voice:
    """Return the voice that ``NAME:key=value,key=value`` asks for."""
    name, _, changes = asked.partition(":")
    voice = find_voice(name, project=None, settings=settings)
    pairs = (item.split("=", 1) for item in changes.split(","))
    return change(voice, {key: int(value) if value.isdigit() else value for key, value in pairs})


def record(voice: Voice, texts: Sequence[str], settings: Settings) -> list[Recording]:
    """Return a voice saying texts, in their order."""
    requests = [
        SpeechRequest(id=RequestId(str(number)), text=text, voice=voice, language="en", seed=0)
        for number, text in enumerate(texts)
    ]
    with EspeakEngine().open(Device(), settings) as session:
        made = {int(key): result for key, result in session.record(requests)}
    return [result for _, result in sorted(made.items()) if isinstance(result, Recording)]


def for_recogniser(recording: Recording) -> Signal:
    """Return a recording at the recogniser's rate, as loud as every other, over a little noise."""
    samples = soxr.resample(recording.audio.samples[0], recording.audio.rate, RATE)
    samples = np.pad(samples * (0.07 / np.std(samples)), round(EDGE * RATE))
    noise = np.random.default_rng(0).standard_normal(len(samples)) * HUSH
    quiet: Signal = (samples + noise).astype(np.float32)
    return quiet


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", nargs="*", help="names; none means every English voice that ships")
    parser.add_argument("--try", dest="tries", action="append", default=[], metavar="NAME:KEY=VALUE,…")
    parser.add_argument("--words", type=int, default=250)
    parser.add_argument("--project", type=Path, default=LANTERN)
    parser.add_argument("--chapter", type=int, default=1)
    asked = parser.parse_args()
    settings = Settings(jobs=1)
    names = asked.voices or ([] if asked.tries else _english(settings))
    voices = [find_voice(name, project=None, settings=settings) for name in names]
    voices += [read_try(item, settings) for item in asked.tries]
    texts = choose_sentences(asked.project, asked.chapter, asked.words)
    listener = Listener(texts)
    for voice in voices:
        recordings = record(voice, texts, settings)
        said = [listener.keep(text) for text in texts]
        wrong = sum(
            count_errors(words, listener.hear(for_recogniser(recording)))[0]
            for words, recording in zip(said, recordings, strict=True)
        )
        total = sum(map(len, said))
        seconds = sum(recording.audio.seconds for recording in recordings)
        print(
            f"{wrong / total:6.1%} wrong  {60 * total / seconds:4.0f} words a minute  {voice.name}",
            flush=True,
        )


def _english(settings: Settings) -> list[str]:
    found, _ = list_voices(project=None, settings=settings)
    return [voice.name for voice in found if voice.languages[0].startswith("en")]


if __name__ == "__main__":
    main()
