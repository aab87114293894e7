"""How fast a text is cut into sentences and segments, beside other splitters where they are installed.

    python benchmarks/splitting/speed.py FILE [LANGUAGE]

FILE is a plain text with blank lines between its paragraphs; LANGUAGE is ``en`` unless said. Prints millions
of characters a second of processor time, the best of three.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from fullcast.model import Line, LineKind, Run
from fullcast.text.normalise import normalise
from fullcast.text.sentences import find_sentences
from fullcast.text.split import split_line

LONGEST = 600
ROUNDS = 3


def measure(work: Callable[[], object]) -> float:
    """Return the seconds of processor time of the quickest of several rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def others(paragraphs: list[str], language: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the splitters that are installed beside fullcast."""
    if find_spec("syntok"):
        from syntok import segmenter

        yield (
            "syntok",
            lambda: [list(map(list, part)) for text in paragraphs for part in segmenter.process(text)],
        )
    if find_spec("pysbd"):
        import pysbd

        splitter = pysbd.Segmenter(language=language, clean=False)
        yield "pysbd", lambda: [splitter.segment(text) for text in paragraphs]


def main() -> None:
    """Measure and print."""
    file, language = Path(sys.argv[1]), (sys.argv[2:] or ["en"])[0]
    blocks = file.read_text(encoding="utf-8").split("\n\n")
    paragraphs = [" ".join(block.split()) for block in blocks if block.strip()]
    lines = [
        Line(
            id=str(number),
            speaker="Narrator",
            kind=LineKind.NARRATION,
            runs=(Run(text=text, start=0),),
            paragraph=number,
            scene=1,
        )
        for number, text in enumerate(paragraphs, 1)
    ]
    work: list[tuple[str, Callable[[], object]]] = [
        ("sentences", lambda: [find_sentences(text, language) for text in paragraphs]),
        ("in words", lambda: [normalise(text, language) for text in paragraphs]),
        (
            "segments in words",
            lambda: [split_line(line, longest=LONGEST, language=language) for line in lines],
        ),
        *others(paragraphs, language),
    ]
    size = sum(map(len, paragraphs))
    print(f"{file.name}: {size} characters")
    for name, each in work:
        print(f"{name:20s} {size / measure(each) / 1e6:6.2f} Mchar/s")


if __name__ == "__main__":
    main()
