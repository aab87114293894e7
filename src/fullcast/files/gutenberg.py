"""Project Gutenberg's texts: the header and the licence, which are not the book."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fullcast.files.manuscript import LeftOut
from fullcast.files.prose import count_words

_START = re.compile(r"^\*{3}\s*START OF (?:THE|THIS) PROJECT GUTENBERG.*$", re.MULTILINE | re.IGNORECASE)

_END = re.compile(
    r"^(?:\*{3}\s*END OF (?:THE|THIS) PROJECT GUTENBERG|End of (?:the )?Project Gutenberg(?:'s|’s)?\b).*",
    re.MULTILINE | re.IGNORECASE | re.DOTALL,
)

_FIELD = re.compile(r"^(Title|Author|Language):\s*(.+)$", re.MULTILINE)

_PRODUCED = re.compile(
    r"\A\s*(?:(?:E-?text (?:prepared|produced)|(?:This )?(?:e-?book|etext) (?:was )?(?:prepared|produced)"
    r"|Produced|Transcribed|Credits:).*?(?:\n\s*\n|\Z))",
    re.IGNORECASE | re.DOTALL,
)

_PICTURE = re.compile(r"\[Illustrations?(?::([^\]]*))?\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """A text without what was put around it."""

    text: str
    first_line: int = 1
    """Number of its first line in the file."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What the header says of the book: ``title``, ``author``, ``language``."""
    left_out: tuple[LeftOut, ...] = ()


def trim_licence(text: str) -> Trimmed:
    """Return the text without Project Gutenberg's header, licence and picture marks; others as they are."""
    start = _START.search(text)
    end = _END.search(text, start.end() if start else 0)
    if not start and not (end and "gutenberg" in text[:3000].lower()):
        return Trimmed(text=text)
    header = text[: start.end()] if start else ""
    body = text[len(header) : end.start() if end else len(text)]
    produced = _PRODUCED.match(body)
    left_out = [
        LeftOut(what=f"{name}, {count_words(part)} words", why="it is Project Gutenberg's, not the book's")
        for name, part in (
            ("header", header),
            ("credits", produced.group() if produced else ""),
            ("licence", end.group() if end else ""),
        )
        if part.strip()
    ]
    if produced:
        header += produced.group()
        body = body[produced.end() :]
    pictures = _PICTURE.findall(body)
    if pictures:
        shown = "; ".join(filter(None, (" ".join(each.split()) for each in pictures[:8])))
        why = f"not read aloud: {shown}" if shown else "not read aloud"
        left_out.append(LeftOut(what=f"{len(pictures)} × pictures", why=why))
    return Trimmed(
        text=_PICTURE.sub(_keep_lines, body),
        first_line=header.count("\n") + 1,
        details=_read_details(header),
        left_out=tuple(left_out),
    )


def find_book(paragraphs: Sequence[str]) -> tuple[int, int, dict[str, str]]:
    """Return the first of the paragraphs that is the book's, one past the last, and what the header says.

    For texts whose paragraphs are known already; without Project Gutenberg's marks, all of them.
    """
    start = next((at for at, each in enumerate(paragraphs) if _START.search(each)), -1) + 1
    end = next(
        (at for at, each in enumerate(paragraphs) if at >= start and _END.match(each.lstrip())),
        len(paragraphs),
    )
    while start and start < end and _PRODUCED.match(paragraphs[start]):
        start += 1
    return start, end, _read_details("\n".join(paragraphs[:start]))


def _keep_lines(found: re.Match[str]) -> str:
    return "\n" * found.group().count("\n")


def _read_details(header: str) -> dict[str, str]:
    return {name.lower(): " ".join(value.split()) for name, value in reversed(_FIELD.findall(header))}
