"""A book that is one run of blocks (a web page, a DOCX, a PDF): cut into chapters, its front left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fullcast.files.epub_chapters import Cut, cut_chapters, write_aside
from fullcast.files.epub_front import why_unspoken
from fullcast.files.epub_page import Page
from fullcast.files.gutenberg import find_book
from fullcast.files.manuscript import LeftOut, Manuscript, read_language, refuse
from fullcast.files.prose import Block, BlockKind, Phrase, count_words, tidy_line
from fullcast.files.text_headings import Heading, HeadingKind, choose_kind, read_heading
from fullcast.files.titles import title_tokens

_SAMPLE = 4_000
"""Characters that show the script of a text."""

_NEARLY_ALL = 0.8
"""Share of a book that no chapter has."""

_CHAPTERS = frozenset({HeadingKind.CHAPTER, HeadingKind.TITLED, HeadingKind.ROMAN, HeadingKind.NUMBER})

_TITLE_PAGE = 120
"""Words up to which a title with text is a title page."""

_REPEATED = 2
"""Headings of one level that make chapters of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A book as one run of blocks."""

    file: Path
    blocks: tuple[Block, ...]
    places: tuple[str, ...]
    """Where in the file each block stands: ``page 7``."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What the file says of the book: title, author, language …"""
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def make_manuscript(flow: Flow) -> Manuscript:
    """Return the book with its chapters.

    A chapter begins at every heading of the highest level that comes twice. Where the file marks no headings,
    paragraphs that look like some (``Chapter 4``, ``IV``) are taken for them.

    Raises:
        ProjectError: If there is no text in it.
    """
    flow = _without_licence(flow)
    details = dict(flow.details)
    if not any(block.kind is BlockKind.PARAGRAPH for block in flow.blocks):
        message = "there is no text in the file"
        raise refuse(flow.file, "no-text", message, "check that the download is complete")
    flow = replace(flow, blocks=_with_headings(flow.blocks))
    title = details.pop("title", "") or _only_heading(flow.blocks) or flow.file.stem.replace("_", " ").strip()
    words = frozenset(title_tokens(f"{title} {details.get('author', '')} by von de par"))
    spoken, left_out = _sort_out(_cut_pages(flow, words), words)
    cuts = [Cut(page=number, block=0, title="") for number in range(len(spoken))]
    chapters, dangling = cut_chapters(spoken, cuts)
    if not chapters:
        message = "the file is all title page, contents and notes: no chapter is left"
        raise refuse(flow.file, "no-text", message, "give the text as plain text (.txt) or Markdown (.md)")
    if len(chapters) == 1 and not any(block.kind is BlockKind.HEADING for block in spoken[0].blocks):
        chapters = [replace(chapters[0], title=title)]
    sample = " ".join(block.text for block in flow.blocks[:400])[:_SAMPLE]
    details["language"], language_note = read_language(details.get("language", ""), sample)
    heading = [LeftOut(what=dangling, why="it is a heading without text")] if dangling else []
    return Manuscript(
        title=title,
        chapters=tuple(chapters),
        left_out=(*filter(None, [language_note]), *left_out, *flow.left_out, *heading),
        notes=flow.notes,
        cover=None,
        **details,
    )


def _with_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks with paragraphs as headings that look like some, where none are marked."""
    levels = Counter(block.level for block in blocks if block.kind is BlockKind.HEADING)
    if any(count >= _REPEATED for count in levels.values()):
        return blocks
    found = [_heading_of(block) for block in blocks]
    kind = choose_kind(found)
    if kind is None:
        return blocks
    kinds = {kind, HeadingKind.NAMED, HeadingKind.PART}
    return tuple(
        _as_heading(block, heading) if heading and heading.kind in kinds else block
        for block, heading in zip(blocks, found, strict=True)
    )


def _heading_of(block: Block) -> Heading | None:
    if block.kind is not BlockKind.PARAGRAPH or block.quoted:
        return None
    return read_heading(["".join(phrase.text for phrase in line) for line in block.lines])


def _as_heading(block: Block, heading: Heading) -> Block:
    level = 1 if heading.kind is HeadingKind.PART else 2
    return replace(block, kind=BlockKind.HEADING, level=level, lines=(tidy_line([Phrase(heading.title)]),))


def _only_heading(blocks: Sequence[Block]) -> str:
    """Return the heading that stands above all the others: the title of the book."""
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    highest = min((block.level for block in headings), default=0)
    top = [block.text for block in headings if block.level == highest]
    return top[0] if len(top) == 1 and len(headings) > 1 else ""


def _without_licence(flow: Flow) -> Flow:
    """Return the flow without what Project Gutenberg puts around a book."""
    start, end, details = find_book([block.text for block in flow.blocks])
    if start == 0 and end == len(flow.blocks):
        return flow
    own = LeftOut(what="header and licence", why="it is Project Gutenberg's, not the book's")
    return replace(
        flow,
        blocks=flow.blocks[start:end],
        places=flow.places[start:end],
        details={**flow.details, **details},
        left_out=(own, *flow.left_out),
    )


def _cut_pages(flow: Flow, words: frozenset[str]) -> list[Page]:
    """Return the run of blocks as pages, each beginning with the headings of a chapter."""
    starts = _find_starts(flow.blocks, _choose_level(flow.blocks))
    pages = []
    for start, end in zip(starts, [*starts[1:], len(flow.blocks)], strict=True):
        pages += _split_headings(Page(name=flow.places[start], blocks=flow.blocks[start:end]), words)
    return pages


def _choose_level(blocks: Sequence[Block]) -> int:
    """Return the level of heading that begins chapters; 0 where none does.

    It is the highest that says so itself (``Chapter 4``, ``IV``), else the highest that comes twice and does
    not leave nearly all of the book in one piece, as a title does that is there two times.
    """
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    counts = Counter(block.level for block in headings)
    repeated = sorted(level for level, count in counts.items() if count >= _REPEATED)
    for level in repeated:
        found = [_says_chapter(block) for block in headings if block.level == level]
        if sum(found) >= _REPEATED and sum(found) * 2 > len(found):
            return level
    for level in repeated:
        starts = _find_starts(blocks, level)
        sizes = [
            sum(len(block.text) for block in blocks[start:end])
            for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True)
        ]
        if max(sizes) < _NEARLY_ALL * sum(sizes):
            return level
    return repeated[0] if repeated else 0


def _says_chapter(block: Block) -> bool:
    heading = read_heading([block.text]) if block.kind is BlockKind.HEADING else None
    return heading is not None and heading.kind in _CHAPTERS


def _find_starts(blocks: Sequence[Block], level: int) -> list[int]:
    starts = [0]
    for number, block in enumerate(blocks):
        begins = block.kind is BlockKind.HEADING and block.level <= level
        if begins and number and any(_is_text(each) for each in blocks[starts[-1] : number]):
            starts.append(number)
    return starts


def _is_text(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH


def _split_headings(page: Page, words: frozenset[str]) -> list[Page]:
    """Return a page as it is, or in two where it begins with headings of which the first is no chapter's.

    ``Contents`` over a list that was dropped, or the title of the book once more, and ``Chapter 1`` behind it
    are two things.
    """
    headings = 0
    while headings < len(page.blocks) and not _is_text(page.blocks[headings]):
        headings += 1
    first, rest = replace(page, blocks=page.blocks[:1]), replace(page, blocks=page.blocks[1:])
    chapter = count_words(page.text) > _TITLE_PAGE or any(map(_says_chapter, page.blocks[1:headings]))
    titled = chapter and not _opens_chapter(first, words)
    if headings > 1 and (titled or why_unspoken(first, "", frozenset())):
        return [first, *_split_headings(rest, words)]
    return [page]


def _sort_out(pages: Sequence[Page], words: frozenset[str]) -> tuple[list[Page], list[LeftOut]]:
    """Return the pages that are spoken, and the others."""
    whys = [_why_unspoken(page, words) for page in pages]
    first = next((at for at, page in enumerate(pages) if _opens_chapter(page, words) and not whys[at]), 0)
    for number, page in enumerate(pages[:first]):
        if not whys[number] and count_words(page.text) < _TITLE_PAGE:
            whys[number] = "it is short and stands before the first chapter"
    spoken = [page for page, why in zip(pages, whys, strict=True) if not why]
    left_out = [
        _leave_out(page, why, before=sum(not each for each in whys[:number]))
        for number, (page, why) in enumerate(zip(pages, whys, strict=True))
        if why and page.text.strip()
    ]
    return spoken, left_out


def _why_unspoken(page: Page, words: frozenset[str]) -> str:
    if page.heading and not any(map(_is_text, page.blocks)) and not _opens_chapter(page, words):
        return "it is the title of the book"
    return why_unspoken(page, "", frozenset())


def _opens_chapter(page: Page, words: frozenset[str]) -> bool:
    """Return whether a page begins with a heading that is not the book's own title."""
    leading = next((block for block in page.blocks if block.kind is not BlockKind.BREAK), None)
    heading = leading.text if leading and leading.kind is BlockKind.HEADING else ""
    return bool(set(title_tokens(heading)) - words)


def _leave_out(page: Page, why: str, *, before: int) -> LeftOut:
    opening = " ".join(page.text.split())
    label = page.heading or (opening if len(opening) < 48 else f"{opening[:45].rstrip()}…")
    chapter = write_aside(page.blocks, label, page.name)
    return LeftOut(what=f"{label} ({page.name})", why=why, chapter=chapter, before=before)
