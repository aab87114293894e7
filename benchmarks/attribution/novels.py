"""Annotated novels: their texts, made ready, with whom the annotation has speak."""

from __future__ import annotations

import ast
import csv
import functools
import re
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from fullcast.text.novel.book import Book
from fullcast.text.novel.layout import read_layout
from fullcast.text.novel.reading import prepare

TITLES = (
    r"(?:the|a|an|mr|mrs|miss|ms|sir|lady|lord|dr|doctor|captain|colonel|old|young|little|master|m|mme|mlle|"
    r"monsieur|madame|mademoiselle)"
)
TYPES = ("Explicit", "Anaphoric", "Implicit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """An annotated quotation."""

    start: int
    end: int
    speaker: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Novel:
    """A novel with its annotation."""

    name: str
    book: Book
    gold: tuple[Gold, ...]
    answers: dict[int, str]
    """Who says a turn, by its number; turns without an annotated quotation are missing."""
    weights: dict[int, list[Gold]]
    """The annotated quotations that a turn decides."""
    bearers: dict[str, dict[str, frozenset[str]]]

    def means(self, name: str, speaker: str) -> bool:
        """Return whether a name means a character of the annotation."""
        exactly = self.bearers["exact"].get(exact(name), frozenset())
        return (
            speaker in exactly if exactly else self.bearers["fold"].get(fold(name), frozenset()) == {speaker}
        )


@functools.cache
def fold(name: str) -> str:
    """Return a name without case, article and titles."""
    plain = re.sub(r"[^\w\s'-]", " ", name.replace("’", "'").lower())
    return re.sub(r"\s+", " ", re.sub(rf"^(?:{TITLES}\b\s*)+", "", plain.strip())).strip() or plain.strip()


@functools.cache
def exact(name: str) -> str:
    """Return a name without case and marks."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s'-]", " ", name.replace("’", "'").lower())).strip()


def _names_of(folder: Path) -> dict[str, set[str]]:
    names = {}
    with (folder / "character_info.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            try:
                aliases = set(ast.literal_eval(row["Aliases"]))
            except (ValueError, SyntaxError):
                aliases = set()
            names[row["Main Name"]] = aliases | {row["Main Name"]}
    return names


def read_novel_folder(folder: Path) -> Novel:
    """Read a novel in the form of the Project Dialogism Novel Corpus."""
    text = (folder / "novel_text.txt").read_bytes().decode("utf-8")
    names = _names_of(folder)
    bearers: dict[str, dict[str, frozenset[str]]] = {"exact": {}, "fold": {}}
    for how, function in (("exact", exact), ("fold", fold)):
        for main, theirs in names.items():
            for name in theirs:
                key = function(name)
                bearers[how][key] = bearers[how].get(key, frozenset()) | {main}
    book = prepare(read_layout(text))
    gold = tuple(_gold_of(folder, names, bearers["exact"]))
    answers, weights = _match(book, gold)
    return Novel(name=folder.name, book=book, gold=gold, answers=answers, weights=weights, bearers=bearers)


def _gold_of(folder: Path, names: dict[str, set[str]], owners: dict[str, frozenset[str]]):  # noqa: ANN202 - a generator
    with (folder / "quotation_info.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            speaker = row["speaker"]
            if speaker not in names:
                found = owners.get(exact(speaker), frozenset())
                speaker = next(iter(found)) if len(found) == 1 else ""
            if not speaker or speaker.startswith("_") or row["quoteType"] not in TYPES:
                continue
            (start, end), *_ = ast.literal_eval(row["quoteByteSpans"])
            yield Gold(start=start, end=end, speaker=speaker, kind=row["quoteType"])


def _match(book: Book, gold: tuple[Gold, ...]) -> tuple[dict[int, str], dict[int, list[Gold]]]:
    """Return the turn that decides each annotated quotation: the one that overlaps it most."""
    spans = sorted(
        (
            book.survey.paragraphs[turn.paragraph].start + quotation.start,
            book.survey.paragraphs[turn.paragraph].start + quotation.end,
            number,
        )
        for number, turn in enumerate(book.turns)
        for quotation in turn.quotations
    )
    starts = [start for start, _, _ in spans]
    longest = max((end - start for start, end, _ in spans), default=0)
    answers: dict[int, str] = {}
    weights: dict[int, list[Gold]] = {}
    for item in gold:
        best = (0, -1)
        for start, end, number in spans[
            bisect_left(starts, item.start - longest) : bisect_left(starts, item.end)
        ]:
            overlap = min(item.end, end) - max(item.start, start)
            if overlap > best[0]:
                best = (overlap, number)
        if best[1] >= 0:
            answers.setdefault(best[1], item.speaker)
            weights.setdefault(best[1], []).append(item)
    return answers, weights
