"""The review file: quotations that need an eye, as plain text that is edited and read back in."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import Place, Problem
from fullcast.files.sources import LARGEST_TEXT, read_source

UNDECIDED = "?"
"""The name that leaves a quotation undecided."""

_WIDTH = 100
_CONTEXT = 160
"""Characters of the text around a quotation that are shown, on each side."""

_ENTRY = re.compile(r"^@[ \t]*(?P<name>[^#\n]*?)[ \t]*#(?P<id>[0-9a-f]{12})\b", re.MULTILINE)
_BROKEN = re.compile(r"^@(?![^\n]*#[0-9a-f]{12}\b)[^\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A quotation whose speaker is not certain."""

    id: str
    """``fingerprint.quotation_id``."""
    chapter: str
    """Title of the chapter."""
    number: int
    """The chapter, counted from 1."""
    words: str
    speaker: str | None
    """The best guess; None where there is none."""
    confidence: float
    why: str
    before: str = ""
    """The text in front of it."""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided about a quotation."""

    id: str
    speaker: str
    place: Place


def write_review(doubts: Sequence[Doubt], *, title: str, names: Sequence[str], total: int) -> str:
    """Return the text of a review file.

    Args:
        doubts: In the order of the book.
        title: The book's.
        names: Everybody who may be named.
        total: How many quotations the book has.
    """
    head = [
        f"{title}: {len(doubts)} of {total} quotations need an eye.",
        "",
        "Each begins with @ and a name. Write the right name where it is wrong, leave it where it is right.",
        f"@{UNDECIDED} leaves a quotation undecided, and so does deleting its block.",
        "Everything else in this file is for the eye only. Save it, then let fullcast read it:",
        "  fullcast cast PROJECT --accept THIS_FILE",
    ]
    listed = textwrap.fill(", ".join(names), _WIDTH, initial_indent="Names: ", subsequent_indent="  ")
    lines = [*(f"# {line}".rstrip() for line in (*head, "", *listed.splitlines())), ""]
    chapter = 0
    for doubt in doubts:
        if doubt.number != chapter:
            chapter = doubt.number
            lines += [f"=== {doubt.number}. {_one_line(doubt.chapter)} ===", ""]
        lines += [*_block(doubt), ""]
    return "\n".join(lines)


def _block(doubt: Doubt) -> Iterator[str]:
    if before := _one_line(doubt.before)[-_CONTEXT:]:
        yield from _wrapped(f"… {before}", "    ")
    sure = f"  ({doubt.confidence:.0%}: {_one_line(doubt.why)})" if doubt.speaker else "  (nobody found)"
    yield f"@{doubt.speaker or UNDECIDED} #{doubt.id}{sure}"
    yield from _wrapped(_one_line(doubt.words), "  ")
    if after := _one_line(doubt.after)[:_CONTEXT]:
        yield from _wrapped(f"{after} …", "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read_review(file: Path) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Return what a person decided in a review file, and what of it cannot be understood.

    A quotation that stands twice with one name is one decision; with two, a problem.
    """
    source = read_source(file, name=str(file), largest=LARGEST_TEXT)
    if isinstance(source, Problem):
        return (), (source,)
    problems = [
        Problem(
            code="review-entry",
            message=f"{match[0].strip()!r} does not end in the number of a quotation",
            place=source.place_at(match.start()),
            hint="write @Name #0123456789ab as it stood in the file; the number names the quotation",
        )
        for match in _BROKEN.finditer(source.text)
    ]
    decisions = [
        Decision(id=match["id"], speaker=match["name"], place=source.place_at(match.start()))
        for match in _ENTRY.finditer(source.text)
        if match["name"] != UNDECIDED
    ]
    return tuple(decisions), (*problems, *_contradictions(decisions))


def _contradictions(decisions: Iterable[Decision]) -> Iterator[Problem]:
    first: dict[str, Decision] = {}
    for decision in decisions:
        before = first.setdefault(decision.id, decision)
        if before.speaker != decision.speaker:
            where = f"here, and to {before.speaker!r} in line {before.place.line}"
            message = f"#{decision.id} is given to {decision.speaker!r} {where}"
            yield Problem(
                code="review-twice", message=message, place=decision.place, hint="keep one of the two"
            )
