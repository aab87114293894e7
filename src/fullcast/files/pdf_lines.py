"""The lines of a PDF with their places on the page, and which of them are no text of the book."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

HYPHEN = "\ufffe"
"""What PDFium makes of a hyphen at the end of a line; the next line follows it without a break."""

_BREAK = re.compile(f"\r\n|\n|{HYPHEN}")

_RAISED = 0.8
"""A figure in smaller type than this share of the line's is the number of a note."""

_NUMBER = re.compile(r"[\[(–—-]*\s*(?:page\s+)?(?:\d{1,4}|[ivxlcdm]{1,7})\s*[\])–—-]*", re.IGNORECASE)

_HEAD_LINES = 2
"""Lines at the top and at the bottom of a page that may belong to all pages."""

_HEAD_PAGES = 3
"""Pages on which the same line at the same height is a running head."""

_SAME_HEIGHT = 4.0
"""Points by which a running head may stand higher or lower on another page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page; lengths in points, from the page's lower left corner."""

    text: str
    page: int
    """Counted from 0."""
    left: float
    right: float
    top: float
    bottom: float
    size: float
    """Of the type."""
    hyphen: bool = False
    """Whether a word goes on in the next line."""


def read_lines(document: PdfDocument) -> list[Line]:
    """Return the lines of a document in reading order."""
    lines: list[Line] = []
    for number in range(len(document)):
        page = document[number]
        text_page = page.get_textpage()
        lines += _read_page(text_page, number)
        text_page.close()
        page.close()
    return lines


def _read_page(page: PdfTextPage, number: int) -> Iterator[Line]:
    text = page.get_text_range()
    # Positions count what PDFium counts: characters beyond U+FFFF are two of them.
    wide = [at for at, letter in enumerate(text) if ord(letter) > 0xFFFF]
    start = 0
    for match in [*_BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        shift = sum(at < start for at in wide)
        line = _read_line(page, text[start:end], start + shift)
        if line is not None:
            yield replace(line, page=number, hyphen=bool(match and match[0] == HYPHEN))
        start = match.end() if match else end


def _read_line(page: PdfTextPage, text: str, start: int) -> Line | None:
    import pypdfium2.raw as pdfium

    inked = [at for at, letter in enumerate(text) if not letter.isspace()]
    if not inked:
        return None
    first, last = page.get_charbox(start + inked[0]), page.get_charbox(start + inked[-1])
    letters = [at for at in inked if text[at].isalpha()] or inked

    def size_of(at: int) -> float:
        return float(pdfium.FPDFText_GetFontSize(page.raw, start + at)) * _scale(page, start + at)

    size = size_of(letters[len(letters) // 2])
    notes = {at for at in inked if text[at].isdigit() and letters != inked and size_of(at) < _RAISED * size}
    middle = page.get_charbox(start + letters[len(letters) // 2])
    return Line(
        text="".join(letter for at, letter in enumerate(text) if at not in notes).strip(),
        page=0,
        left=first[0],
        right=last[2],
        top=middle[3],
        bottom=middle[1],
        size=round(size, 1),
    )


def _scale(page: PdfTextPage, at: int) -> float:
    """Return how far the text's own coordinates are enlarged: some writers set all type at size 1."""
    import ctypes

    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    known = pdfium.FPDFText_GetMatrix(page.raw, at, ctypes.byref(matrix))
    return float((matrix.c**2 + matrix.d**2) ** 0.5) if known else 1.0


def drop_running(lines: Sequence[Line]) -> tuple[list[Line], Counter[str]]:
    """Return the lines without running heads and page numbers, and how many of each were dropped."""
    by_page: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_page[line.page].append(line)
    edges = {page: _edges(each) for page, each in by_page.items()}
    repeated = _repeated([line for each in edges.values() for line in each])
    numbered = sum(any(_is_number(line) for line in each) for each in edges.values())
    kept: list[Line] = []
    dropped: Counter[str] = Counter()
    for line in lines:
        at_edge = line in edges[line.page]
        if at_edge and _is_number(line) and numbered >= _HEAD_PAGES:
            dropped["page numbers"] += 1
        elif at_edge and any(_is_near(line, height) for height in repeated.get(_folded(line), ())):
            dropped["running heads"] += 1
        else:
            kept.append(line)
    return kept, dropped


def _edges(lines: Sequence[Line]) -> list[Line]:
    """Return the highest and the lowest lines of a page."""
    by_height = sorted(lines, key=lambda line: -line.top)
    return (
        by_height
        if len(by_height) <= 2 * _HEAD_LINES
        else [*by_height[:_HEAD_LINES], *by_height[-_HEAD_LINES:]]
    )


def _repeated(lines: Sequence[Line]) -> dict[str, list[float]]:
    """Return the heights at which the same words stand on several pages, figures left out of account."""
    places: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        places[_folded(line)].append(line)
    return {
        words: [line.top for line in each]
        for words, each in places.items()
        if words and _most_at_one_height(each) >= _HEAD_PAGES
    }


def _most_at_one_height(lines: Sequence[Line]) -> int:
    return max(len({other.page for other in lines if _is_near(other, line.top)}) for line in lines)


def _is_near(line: Line, height: float) -> bool:
    return abs(line.top - height) <= _SAME_HEIGHT


def _folded(line: Line) -> str:
    return re.sub(r"[\W\d_]+", "", line.text).casefold()


def _is_number(line: Line) -> bool:
    return _NUMBER.fullmatch(line.text) is not None
