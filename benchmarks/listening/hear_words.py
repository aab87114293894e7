"""Have a recogniser listen: which words it gets, voice by voice, dry and in the finished chapter.

``python benchmarks/listening/hear_words.py projects/lantern`` reads a rendered book in English. The
recogniser is pocketsphinx with the acoustic model of its wheel and a language model made of the chapter's own
text. So biased, it hears what it expects: its errors compare voices and mixes with each other, they are no
measure of what people understand. A word that it misses in the mix and gets in the dry take was masked.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import soxr
from heard import Heard, SpokenTake, hear, to_time
from pocketsphinx import Decoder, get_model_path
from pocketsphinx.lm import ArpaBoLM

from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

RATE = 16_000
EDGE = 0.12
"""Seconds of surroundings on both sides of a line: the recogniser wants to hear silence first."""

TAIL = 1.0
"""Seconds after a take that is aligned: without them the aligner does not reach its last word."""

HUSH = 2e-3
"""Noise under a dry take, of full scale: the acoustic model never heard digital silence and fails on it."""

WIDE = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80, "lw": 10.0}
"""Beams for recognition: the usual ones lose synthetic speech. The language model counts for more."""

OPEN = {"beam": 1e-300, "wbeam": 1e-300, "pbeam": 1e-300}
"""Beams for alignment."""


def find_words(text: str) -> list[str]:
    """Return the words of a text as the dictionary writes them."""
    plain = text.lower().replace("’", "'")
    return [word.strip("'") for word in re.findall(r"[a-zà-ÿ']+", plain) if word.strip("'")]


class Listener:
    """A recogniser that knows one text."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory()
        known = _read_dictionary()
        words = {word for text in texts for word in find_words(text)}
        added = {word: spelt for word in words - known.keys() if (spelt := _join_known(word, known))}
        self.unknown = words - known.keys() - added.keys()
        """Words that the dictionary lacks; they are left out of everything."""
        lines = [" ".join(self.keep(text)) for text in texts]
        folder = Path(self._folder.name)
        lm = ArpaBoLM(text="\n".join(f"<s> {line} </s>" for line in lines if line))
        lm.compute()
        lm.write_file(str(folder / "text.lm"))
        dictionary = Path(get_model_path("en-us/cmudict-en-us.dict"))
        extra = "".join(f"{word} {spelt}\n" for word, spelt in sorted(added.items()))
        (folder / "words.dict").write_text(dictionary.read_text(encoding="utf-8") + extra, encoding="utf-8")
        usual = {"samprate": RATE, "dict": str(folder / "words.dict"), "loglevel": "FATAL"}
        self._decoder = Decoder(lm=str(folder / "text.lm"), **usual, **WIDE)
        self._aligner = Decoder(lm=None, **usual, **OPEN)

    def keep(self, text: str) -> list[str]:
        """Return the words of a text that the recogniser can know."""
        return [word for word in find_words(text) if word not in self.unknown]

    def hear(self, samples: Signal) -> list[str]:
        """Return the words heard in a mono recording at ``RATE``."""
        self._decoder.start_utt()
        self._decoder.process_raw(_to_bytes(samples), full_utt=True)
        self._decoder.end_utt()
        heard = self._decoder.hyp()
        return heard.hypstr.split() if heard else []

    def align(self, samples: Signal, text: str) -> list[tuple[str, float, float]]:
        """Return each word with begin and end in seconds; empty if the text does not fit the recording."""
        self._aligner.set_align_text(" ".join(self.keep(text)))
        self._aligner.start_utt()
        self._aligner.process_raw(_to_bytes(samples), full_utt=True)
        self._aligner.end_utt()
        segments: Any = self._aligner.seg() if self._aligner.hyp() else ()
        return [
            (re.sub(r"\(\d+\)", "", part.word), part.start_frame / 100, (part.end_frame + 1) / 100)
            for part in segments
            if not part.word.startswith(("<", "["))
        ]


def _read_dictionary() -> dict[str, str]:
    file = Path(get_model_path("en-us/cmudict-en-us.dict"))
    entries = (line.split(maxsplit=1) for line in file.read_text(encoding="utf-8").splitlines())
    return {entry[0]: entry[1] for entry in entries if len(entry) == 2}


def _join_known(word: str, known: dict[str, str]) -> str:
    """Return how a compound of two known words is said; nothing if it is none."""
    halves = (
        (word[:at], word[at:]) for at in range(3, len(word) - 2) if word[:at] in known and word[at:] in known
    )
    return next((f"{known[first]} {known[second]}" for first, second in halves), "")


def _to_bytes(samples: Signal) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2").tobytes()


def count_errors(said: Sequence[str], heard: Sequence[str]) -> tuple[int, list[str]]:
    """Return the least number of words to change, and which of the words said were not heard."""
    cost = np.zeros((len(said) + 1, len(heard) + 1), int)
    cost[:, 0], cost[0, :] = np.arange(len(said) + 1), np.arange(len(heard) + 1)
    for i, word in enumerate(said, 1):
        for j, other in enumerate(heard, 1):
            cost[i, j] = min(cost[i - 1, j - 1] + (word != other), cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    missed, i, j = [], len(said), len(heard)
    while i:
        if j and cost[i, j] == cost[i - 1, j - 1] + (said[i - 1] != heard[j - 1]):
            missed += [said[i - 1]] if said[i - 1] != heard[j - 1] else []
            i, j = i - 1, j - 1
        elif cost[i, j] == cost[i - 1, j] + 1:
            missed.append(said[i - 1])
            i -= 1
        else:
            j -= 1
    return int(cost[-1, -1]), missed[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was heard of a line."""

    chapter: int
    speaker: str
    text: str
    start: int
    words: int
    dry: int
    """Words wrong in the takes as recorded."""
    mixed: int
    """Words wrong in the finished chapter."""
    masked: tuple[str, ...]
    """Words that were heard dry and not in the mix."""


def cut_mixed(heard: Heard, items: Sequence[SpokenTake]) -> Signal:
    """Return a line with its surroundings from the finished file, mono, at ``RATE``."""
    edge = round(EDGE * MIX_RATE)
    start, end = items[0].placed.start - edge, items[-1].placed.start + items[-1].placed.length + edge
    part = heard.finished[:, max(0, start) : end].mean(axis=0)
    resampled: Signal = soxr.resample(part, MIX_RATE, RATE)
    return resampled


def cut_dry(items: Sequence[SpokenTake], *, tail: float = EDGE) -> Signal:
    """Return takes as recorded, one after the other, mono, at ``RATE``, over a little noise."""
    gap = np.zeros(round(EDGE * RATE), np.float32)
    parts = [gap]
    for item in items:
        samples, rate = soundfile.read(item.take.file, dtype="float32")
        parts += [soxr.resample(samples[item.take.begins : item.take.ends], rate, RATE), gap]
    clean = np.concatenate([*parts, np.zeros(round((tail - EDGE) * RATE), np.float32)])
    noise = np.random.default_rng(0).standard_normal(len(clean)) * HUSH
    quiet: Signal = (clean + noise).astype(np.float32)
    return quiet


def understand(heard: Heard, listener: Listener) -> list[Understood]:
    """Return what the recogniser gets of each line of a chapter."""
    results = []
    for _, group in groupby(heard.spoken, key=lambda item: item.line.id):
        items = list(group)
        text = " ".join(item.planned.segment.text for item in items)
        said = listener.keep(text)
        dry, missed = count_errors(said, listener.hear(cut_dry(items)))
        mixed, lost = count_errors(said, listener.hear(cut_mixed(heard, items)))
        results.append(
            Understood(
                chapter=heard.number,
                speaker=items[0].planned.speaker,
                text=text,
                start=items[0].placed.start,
                words=len(said),
                dry=dry,
                mixed=mixed,
                masked=tuple(word for word in lost if word not in missed),
            )
        )
    return results


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """How a take lies against its text."""

    item: SpokenTake
    fits: bool
    """Whether every word was found in its order."""
    shifts: tuple[float, ...]
    """Seconds by which the engine's own word times differ from the recogniser's."""


def align(heard: Heard, listener: Listener) -> list[Aligned]:
    """Lay the text of each take of a chapter against its recording."""
    results = []
    for item in heard.spoken:
        text = item.planned.segment.text
        found = listener.align(cut_dry([item], tail=TAIL), text)
        fits = [word for word, _, _ in found] == listener.keep(text)
        results.append(Aligned(item=item, fits=fits, shifts=_shifts(item, found)))
    return results


def _shifts(item: SpokenTake, found: Sequence[tuple[str, float, float]]) -> tuple[float, ...]:
    """Return the differences at words that both name, taken in order."""
    origin = item.take.begins / item.take.rate - EDGE
    text, at, shifts = item.planned.segment.text, 0, []
    for word, begins, _ in found:
        for index in range(at, len(item.take.words)):
            timed = item.take.words[index]
            if find_words(text[timed.start : timed.end])[:1] == [word]:
                shifts.append(timed.begins - origin - begins)
                at = index + 1
                break
    return tuple(shifts)


def _table(results: Iterable[Understood], name: Callable[[Understood], str]) -> None:
    groups: dict[str, list[Understood]] = defaultdict(list)
    for result in results:
        groups[name(result)].append(result)
    print(f"{'':12} words  wrong dry  wrong in the mix")
    for key, group in sorted(groups.items()):
        words = sum(item.words for item in group)
        dry, mixed = sum(item.dry for item in group), sum(item.mixed for item in group)
        print(f"{key:12} {words:5}  {dry / words:8.1%}  {mixed / words:8.1%}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("--chapter", type=int, action="append", default=[])
    parser.add_argument("--worst", type=int, default=12, help="how many lines to list")
    asked = parser.parse_args()
    results: list[Understood] = []
    aligned: list[Aligned] = []
    for heard in hear(asked.project, frozenset(asked.chapter)):
        listener = Listener([item.planned.segment.text for item in heard.spoken])
        print(f"chapter {heard.number}, not in the dictionary: {' '.join(sorted(listener.unknown))}")
        results += understand(heard, listener)
        aligned += align(heard, listener)
    _table(results, lambda result: result.speaker)
    _table(results, lambda result: f"chapter {result.chapter}")
    print("\nmasked in the mix:")
    for result in sorted(results, key=lambda item: item.dry - item.mixed)[: asked.worst]:
        print(f"{_where(result)}: {' '.join(result.masked)} | {result.text[:90]}")
    print("\nhardest dry:")
    for result in sorted(results, key=lambda item: -item.dry / max(4, item.words))[: asked.worst]:
        print(f"{_where(result)}: {result.dry} of {result.words} | {result.text[:90]}")
    _print_alignment(aligned)


def _where(result: Understood) -> str:
    return f"{result.chapter} {to_time(result.start)} {result.speaker}"


def _text(item: SpokenTake) -> str:
    return " ".join(item.planned.segment.text.split())[:90]


def _print_alignment(aligned: Sequence[Aligned]) -> None:
    shifts = np.abs([shift for item in aligned for shift in item.shifts])
    print(
        f"\naligned {sum(item.fits for item in aligned)} of {len(aligned)} takes; word times differ by "
        f"{median(shifts) * 1000:.0f} ms (median), {np.quantile(shifts, 0.9) * 1000:.0f} ms (90 %), "
        f"{shifts.max() * 1000:.0f} ms (most)"
    )
    for item in aligned:
        if not item.fits:
            print(f"does not fit: {item.item.planned.speaker}: {_text(item.item)}")


if __name__ == "__main__":
    main()
