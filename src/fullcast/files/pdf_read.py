"""Reading a PDF of plain prose as a book for the ear: lines become paragraphs again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from fullcast.files.flow import Flow, make_manuscript
from fullcast.files.manuscript import LeftOut, Manuscript, refuse
from fullcast.files.pdf_lines import Line, drop_running, read_lines
from fullcast.files.prose import SCENE_BREAK, Block, BlockKind, Phrase, is_ornament, tidy_line
from fullcast.files.titles import title_tokens

_HEADING = 1.15
"""Size of the type of a heading against that of the text."""

_NOTE = 0.9
"""Size of the type of notes at the foot of a page."""

_INDENT = 0.6
"""Beginning of a paragraph, in ems from the margin."""

_GAP = 1.35
"""Distance of lines against the usual one from which on a paragraph begins."""

_SCENE = 2.2
"""The same for a change of scene, where paragraphs are told by their indents."""

_FULL = 0.88
"""Share of the measure that the last line of a paragraph may fall short of."""

_FEW_LETTERS = 40
"""Letters a page below which a document is pictures."""

_ENDS = re.compile(r"[.!?…:;。！？”’\"'»)\]]\s*$")

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")

_JUNK = re.compile(
    r"^(?:untitled|microsoft word|\(unspecified\)|.*\.(?:docx?|indd|qxd|pdf|tex|odt))\b.*", re.IGNORECASE
)


def read_pdf(file: Path) -> Manuscript:
    """Return what a PDF holds for the ear.

    Running heads, page numbers and notes at the foot of a page are left out; words that a line break divides
    are joined.

    Raises:
        ProjectError: If it is protected, broken, or pictures of pages.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise _refuse_opening(file, str(error)) from error
    with document:
        lines = read_lines(document)
        pages = len(document)
        details = _read_details(document.get_metadata_dict())
        outline = [(mark.get_title(), _page_of(mark), mark.level) for mark in document.get_toc()]
    letters = sum(len(line.text) for line in lines)
    if letters < _FEW_LETTERS * pages:
        message = f"{file.name!r} has {pages} pages and {letters} letters: it is pictures of pages"
        hint = "recognise the text first (OCR): ocrmypdf in.pdf out.pdf"
        raise refuse(file, "pdf-pictures", message, hint)
    lines, dropped = drop_running(lines)
    layout = _measure(lines)
    text, notes = _drop_notes(lines, layout)
    dropped += Counter({"lines of notes": notes} if notes else {})
    blocks = list(_read_blocks(text, layout))
    blocks = _with_outline(blocks, outline)
    return make_manuscript(
        Flow(
            file=file,
            blocks=tuple(block for block, _ in blocks),
            places=tuple(f"page {page + 1}" for _, page in blocks),
            details=details,
            left_out=tuple(
                LeftOut(what=f"{count} × {what}", why="not read aloud") for what, count in dropped.items()
            ),
        )
    )


def _refuse_opening(file: Path, error: str) -> Exception:
    if "password" in error.lower():
        message, hint = f"{file.name!r} is protected by a password", "save a copy without it"
    else:
        message, hint = (
            f"{file.name!r} is no PDF that can be read: {error}",
            "open it and print it to a new PDF",
        )
    return refuse(file, "pdf-unreadable", message, hint)


def _page_of(mark: object) -> int:
    target = mark.get_dest()  # type: ignore[attr-defined] # untyped library
    return -1 if target is None else int(target.get_index() or 0)


def _read_details(found: Mapping[str, str]) -> dict[str, str]:
    named = {"title": found.get("Title", ""), "author": found.get("Author", "")}
    words = {key: " ".join(value.split()) for key, value in named.items()}
    return {key: value for key, value in words.items() if value and not _JUNK.match(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How the text of a document is set."""

    size: float
    leading: float
    """Distance of lines."""
    margins: tuple[float, float]
    """Left margins of even and odd pages."""
    measure: float
    """Length of a full line."""
    indented: bool
    """Whether paragraphs are told by their indents, rather than by the space between them."""
    words: Mapping[str, int]
    """How often each word stands within a line."""


def _measure(lines: Sequence[Line]) -> _Layout:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    size = sizes.most_common(1)[0][0]
    body = [line for line in lines if line.size == size]
    usual = _common([line.left for line in body])
    margins = [_common([line.left for line in body if line.page % 2 == side], usual) for side in (0, 1)]
    steps = [
        before.top - line.top
        for before, line in pairwise(body)
        if before.page == line.page and 0 < before.top - line.top < 4 * size
    ]
    lengths = sorted(line.right - margins[line.page % 2] for line in body)
    indents = sum(_is_indented(line, margins, size) for line in body)
    words = Counter(word.casefold() for line in lines for word in _WORD.findall(line.text)[:-1])
    return _Layout(
        size=size,
        leading=_common(steps, 1.2 * size),
        margins=(margins[0], margins[1]),
        measure=lengths[int(len(lengths) * 0.9)] if lengths else 1.0,
        indented=indents * 25 > len(body),
        words=words,
    )


def _common(values: Sequence[float], otherwise: float = 0.0) -> float:
    """Return the most common value, to half a point; another where there are none."""
    found = Counter(round(value * 2) / 2 for value in values)
    return found.most_common(1)[0][0] if found else otherwise


def _is_indented(line: Line, margins: Sequence[float], size: float) -> bool:
    return _INDENT * size < line.left - margins[line.page % 2] < 6 * size


def _drop_notes(lines: Sequence[Line], layout: _Layout) -> tuple[list[Line], int]:
    """Return the lines without those in small type at the foot of a page that begin with a note's mark."""
    kept: list[Line] = []
    in_notes = False
    for before, line in zip([None, *lines], lines, strict=False):
        small = line.size < _NOTE * layout.size
        if before is None or before.page != line.page:
            in_notes = False
        in_notes = small and (in_notes or re.match(r"[*†‡§\[(]|\d{1,3}\s?\D", line.text) is not None)
        if not in_notes:
            kept.append(line)
    return kept, len(lines) - len(kept)


def _read_blocks(lines: Sequence[Line], layout: _Layout) -> Iterator[tuple[Block, int]]:
    """Yield the blocks of a document, each with its page."""
    group: list[Line] = []
    for line in lines:
        if group and _begins(group, line, layout):
            yield from _write_group(group, layout)
            if _is_scene(group[-1], line, layout):
                yield SCENE_BREAK, line.page
            group = []
        group.append(line)
    if group:
        yield from _write_group(group, layout)


def _begins(group: Sequence[Line], line: Line, layout: _Layout) -> bool:
    """Tell whether a line begins a paragraph or a heading."""
    before = group[-1]
    if (
        abs(line.size - before.size) > 0.05 * layout.size
        or is_ornament(line.text)
        or is_ornament(before.text)
    ):
        return True
    if before.hyphen:
        return False
    if _is_heading(line, layout):
        return before.page != line.page or before.top - line.top > 2 * _GAP * line.size
    if before.page == line.page and before.top - line.top > _GAP * layout.leading:
        return True
    if layout.indented and _is_indented(line, layout.margins, layout.size):
        # Lines of a letter or a verse are all indented: what begins one, is indented further than the last.
        return (
            not _is_indented(before, layout.margins, layout.size)
            or len(group) == 1
            or _is_short(before, layout)
        )
    ended = _ENDS.search(before.text) is not None
    speaks = before.page != line.page and not layout.indented and line.text[:1] in '“"«„‘—'
    return ended and (speaks or _is_short(before, layout))


def _is_short(line: Line, layout: _Layout) -> bool:
    return line.right - layout.margins[line.page % 2] < _FULL * layout.measure


def _is_heading(line: Line, layout: _Layout) -> bool:
    return line.size >= _HEADING * layout.size


def _is_scene(before: Line, line: Line, layout: _Layout) -> bool:
    """Tell whether the space between two paragraphs is a change of scene."""
    if before.page != line.page or _is_heading(before, layout) or _is_heading(line, layout):
        return False
    usual = _SCENE if layout.indented else 1.6 * _SCENE
    return before.top - line.top > usual * layout.leading


def _write_group(group: Sequence[Line], layout: _Layout) -> Iterator[tuple[Block, int]]:
    if _is_heading(group[0], layout):
        level = 1 if group[0].size >= 1.6 * layout.size else 2 if group[0].size >= 1.3 * layout.size else 3
        kind = BlockKind.HEADING
    else:
        kind, level = BlockKind.PARAGRAPH, 0
    text = _join(group, layout)
    if is_ornament(text):
        yield SCENE_BREAK, group[0].page
    elif words := tidy_line([Phrase(text)]):
        yield Block(kind=kind, level=level, lines=(words,)), group[0].page


def _join(lines: Sequence[Line], layout: _Layout) -> str:
    """Return lines as running text, with the words joined that a line break divides."""
    text = lines[0].text
    for before, line in pairwise(lines):
        divided = before.hyphen or text.endswith(("\u00ad", "-"))
        if divided and line.text[:1].isalpha() and re.search(r"\w[-\u00ad]?$", text):
            text = _join_word(text.rstrip("-\u00ad"), line.text, layout.words)
        else:
            text += "-" if before.hyphen and not text.endswith("-") else ""
            # Where a word has a hyphen of its own, some writers repeat it behind the break.
            again = text.endswith("-") and line.text.startswith("-")
            text += line.text[1:] if again else _space(text, line.text) + line.text
    return text


def _space(before: str, after: str) -> str:
    """Return what stands between two lines: nothing between characters of a script without spaces."""
    wide = all("\u2e80" <= letter <= "\uffef" for letter in (before[-1:], after[:1]))
    return "" if wide or before.endswith(("—", "–")) else " "


def _join_word(before: str, after: str, words: Mapping[str, int]) -> str:
    """Join a divided word, with its hyphen where the document writes it so within a line."""
    first = (_WORD.findall(before) or [""])[-1]
    second = (_WORD.findall(after) or [""])[0]
    hyphened, plain = f"{first}-{second}".casefold(), f"{first}{second}".casefold()
    keeps = words.get(hyphened, 0) > words.get(plain, 0) or (second[:1].isupper() and not words.get(plain))
    return f"{before}{'-' if keeps else ''}{after}"


def _with_outline(
    blocks: Sequence[tuple[Block, int]], outline: Sequence[tuple[str, int, int]]
) -> list[tuple[Block, int]]:
    """Return blocks with those as headings that the document's own outline names."""
    marked = list(blocks)
    for title, page, level in outline:
        wanted = title_tokens(title)
        for at, (block, where) in enumerate(marked):
            if (
                where == page
                and wanted
                and title_tokens(block.text) == wanted
                and block.kind is not BlockKind.BREAK
            ):
                marked[at] = (replace(block, kind=BlockKind.HEADING, level=level + 1), where)
                break
    return marked
