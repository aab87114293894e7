"""How many quotations of the hand-annotated Chinese passages get their speaker, by passage and kind.

    python benchmarks/attribution/chinese.py [--errors]

A passage is a text file under tests/text/chinese: lines that begin with ``#`` say what it is, lines that
begin with ``@`` name a person (``@name=alias/alias sex``), the rest is prose. Behind each quotation stand its
speaker and its kind in braces: ``{name e}`` has a tag with a name, ``a`` a tag with a pronoun, a
description or no subject, ``i`` none; ``{+}`` goes on with the utterance before. ``seen`` was looked at while
the reader was made, ``unseen`` was written first and only measured.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fullcast.model.reading import Heard, Reading
from fullcast.text.chinese_reading import read_chinese

FOLDER = Path(__file__).parents[2] / "tests" / "text" / "chinese"

KINDS = ("e", "a", "i")

_OPENINGS = {"”": "“", "」": "「", '"': '"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A quotation as a person annotated it."""

    start: int
    end: int
    speaker: str
    """Empty where it goes on with the one before."""
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text with what a person says of it."""

    name: str
    text: str
    gold: tuple[Gold, ...]
    people: dict[str, frozenset[str]]

    def judge(self, reading: Reading) -> Iterator[tuple[Gold, Heard | None, bool]]:
        """Yield each quotation of a named person, what was heard there, and whether that is right."""
        for gold in self.gold:
            if gold.speaker not in self.people:
                continue
            heard = max(reading.quotations, key=lambda each: _overlap(gold, each), default=None)
            if heard is not None and _overlap(gold, heard) <= 0:
                heard = None
            yield gold, heard, heard is not None and heard.speaker in self.people[gold.speaker]

    def count_spurious(self, reading: Reading) -> int:
        """Return how many quotations were found where there is none."""
        return sum(not any(_overlap(gold, heard) > 0 for gold in self.gold) for heard in reading.quotations)

    def count_found(self, reading: Reading) -> int:
        """Return how many quotations were found."""
        return sum(any(_overlap(gold, heard) > 0 for heard in reading.quotations) for gold in self.gold)


def _overlap(gold: Gold, heard: Heard) -> int:
    return min(gold.end, heard.end) - max(gold.start, heard.start)


def load_passages(folder: str) -> list[Passage]:
    """Return the passages of ``seen`` or ``unseen``, by name."""
    return [_parse(path) for path in sorted((FOLDER / folder).glob("*.txt"))]


def _parse(path: Path) -> Passage:
    people: dict[str, frozenset[str]] = {}
    body: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            name, _, rest = line[1:].partition("=")
            people[name] = frozenset({name, *rest.rsplit(" ", 1)[0].split("/")})
        elif not line.startswith("#"):
            body.append(line)
    text, gold = "", []
    for piece in re.split(r"(\{[^}]*\})", "\n".join(body).strip() + "\n"):
        if piece.startswith("{"):
            speaker, _, kind = piece[1:-1].rpartition(" ")
            gold.append(Gold(start=_find_start(text), end=len(text), speaker=speaker, kind=kind))
        else:
            text += piece
    return Passage(name=path.stem, text=text, gold=tuple(gold), people=people)


def _find_start(text: str) -> int:
    """Return where the quotation opens that ends a text."""
    line = text.rfind("\n") + 1
    opening = _OPENINGS.get(text[-1])
    if opening is None or opening == text[-1]:
        return max(text.rfind(mark, line, len(text) - 1) for mark in '“「"')
    depth = 0
    for at in range(len(text) - 1, line - 1, -1):
        depth += (text[at] == text[-1]) - (text[at] == opening)
        if depth == 0:
            return at
    return line


def _row(name: str, right: Counter[str], whole: Counter[str], rest: str) -> str:
    cells = [f"{right.total()}/{whole.total()} = {right.total() / max(1, whole.total()):.3f}"]
    cells += [f"{right[kind]}/{whole[kind]}" for kind in KINDS]
    return f"| {name} | " + " | ".join(cells) + f" | {rest} |"


def main() -> None:
    """Print a table for each folder."""
    for folder in ("seen", "unseen"):
        print(f"\n| {folder} | right | explicit | anaphoric | implicit | found | spurious | ms |")
        print("|---|---|---|---|---|---|---|---|")
        right_in_all: Counter[str] = Counter()
        in_all: Counter[str] = Counter()
        for passage in load_passages(folder):
            began = time.perf_counter()
            reading = read_chinese(passage.text)
            taken = 1000 * (time.perf_counter() - began)
            right, whole = _count(passage, reading)
            found = passage.count_found(reading)
            rest = f"{found}/{len(passage.gold)} | {passage.count_spurious(reading)} | {taken:.0f}"
            print(_row(passage.name, right, whole, rest))
            right_in_all += right
            in_all += whole
        print(_row("in all", right_in_all, in_all, " | | "))


def _count(passage: Passage, reading: Reading) -> tuple[Counter[str], Counter[str]]:
    """Return how many quotations of each kind are right, and how many there are; show the wrong ones."""
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for gold, heard, is_right in passage.judge(reading):
        whole[gold.kind] += 1
        right[gold.kind] += is_right
        if not is_right and "--errors" in sys.argv:
            said = passage.text[gold.start : gold.end][:24]
            got = heard.speaker if heard else None
            print(f"  {gold.kind} {said} is {gold.speaker}, not {got}", file=sys.stderr)
    return right, whole


if __name__ == "__main__":
    main()
