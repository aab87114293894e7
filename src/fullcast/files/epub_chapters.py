"""Cutting the flow of a book's pages into chapters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fullcast.files.epub_contents import Entry
from fullcast.files.epub_front import KEPT_KINDS
from fullcast.files.epub_page import Page
from fullcast.files.manuscript import ManuscriptChapter
from fullcast.files.prose import Block, BlockKind, write_chapter
from fullcast.files.titles import join_titles, merge_title

_SAYS_CHAPTER = re.compile(
    r"(?:chapter|kapitel|chapitre|cap[íi]tulo|capitolo|глава)\b|第.{1,7}[章回节節话話]|prologue\b|epilogue\b",
    re.IGNORECASE,
)

_FEW_PAGES = 3
"""A book in so few files is cut at its headings, where its contents do not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Where a chapter begins."""

    page: int
    block: int
    """Number of the block within the page."""
    title: str
    """Empty where only the page itself can tell."""


def find_cuts(pages: Sequence[Page], entries: Sequence[Entry]) -> list[Cut]:
    """Return where chapters begin, by the table of contents if it says enough, else by headings.

    Args:
        pages: The pages that are spoken, in reading order.
        entries: The entries that begin chapters, in the order of the contents.
    """
    listed = [cut for entry in entries for cut in _cut_at(pages, entry)]
    by_heading = _cuts_by_headings(pages)
    if len(listed) < 2 and len(by_heading) > max(2, len(listed)):
        return by_heading
    if not listed:
        return [Cut(page=number, block=0, title="") for number in range(len(pages))]
    known = {cut.page for cut in listed}
    first = min(known)
    unlisted = [
        Cut(page=number, block=0, title="")
        for number, page in enumerate(pages)
        if number not in known and (number < first or _begins_chapter(page))
    ]
    return sorted([*listed, *unlisted], key=lambda cut: (cut.page, cut.block))


def cut_chapters(pages: Sequence[Page], cuts: Sequence[Cut]) -> tuple[list[ManuscriptChapter], str]:
    """Return the chapters, and a heading at the end that no text follows.

    A heading without text (the page of a part) is said before the title of the chapter that follows.
    """
    chapters: list[ManuscriptChapter] = []
    parts: list[str] = []
    for number, cut in enumerate(cuts):
        end = cuts[number + 1] if number + 1 < len(cuts) else None
        blocks = list(_blocks_between(pages, cut, end))
        headings = _opening_headings(blocks)
        title, said = merge_title(cut.title or _own_title(pages[cut.page], headings), headings)
        if not any(block.kind is BlockKind.PARAGRAPH for block in blocks):
            parts.append(join_titles([title, *headings[said:]]))
            continue
        text = write_chapter(_drop_headings(blocks, said))
        full = join_titles([*parts, title or f"Chapter {len(chapters) + 1}"])
        chapters.append(ManuscriptChapter(title=full, text=text, source=pages[cut.page].name))
        parts.clear()
    return chapters, join_titles(parts)


def write_aside(blocks: Sequence[Block], label: str, source: str) -> ManuscriptChapter | None:
    """Return a part that is left out as a chapter, for whoever wants to hear it; None if it has no text.

    Args:
        blocks: What it holds.
        label: Its title, where it has no heading.
        source: Where it stands.
    """
    if not any(block.kind is BlockKind.PARAGRAPH for block in blocks):
        return None
    headings = _opening_headings(blocks)
    title, said = merge_title(headings[0], headings) if headings else (label, 0)
    return ManuscriptChapter(title=title, text=write_chapter(_drop_headings(blocks, said)), source=source)


def _cut_at(pages: Sequence[Page], entry: Entry) -> Iterator[Cut]:
    """Yield the place that an entry points at, if it is spoken."""
    for number, page in enumerate(pages):
        if page.name != entry.name:
            continue
        block = next((at for at, block in enumerate(page.blocks) if entry.fragment in block.anchors), 0)
        if entry.fragment in page.trailing:
            block = len(page.blocks)
        yield Cut(page=number, block=block if entry.fragment else 0, title=entry.title)
        return


def _cuts_by_headings(pages: Sequence[Page]) -> list[Cut]:
    if len(pages) <= _FEW_PAGES:
        levels = Counter(
            block.level for page in pages for block in page.blocks if block.kind is BlockKind.HEADING
        )
        level = min((each for each, count in levels.items() if count > 1), default=0)
        return [
            Cut(page=number, block=at, title="")
            for number, page in enumerate(pages)
            for at, block in enumerate(page.blocks)
            if block.kind is BlockKind.HEADING and block.level <= level
        ]
    return [
        Cut(page=number, block=0, title="")
        for number, page in enumerate(pages)
        if _opening_headings(page.blocks)
    ]


def _begins_chapter(page: Page) -> bool:
    headings = _opening_headings(page.blocks)
    named = page.kinds & (KEPT_KINDS.keys() | {"chapter", "part"})
    return bool(headings and (named or _SAYS_CHAPTER.match(headings[0])))


def _blocks_between(pages: Sequence[Page], cut: Cut, end: Cut | None) -> Iterator[Block]:
    for number in range(cut.page, len(pages)):
        blocks = pages[number].blocks
        first = cut.block if number == cut.page else 0
        if end and number == end.page:
            yield from blocks[first : end.block]
            return
        yield from blocks[first:]


def _opening_headings(blocks: Sequence[Block]) -> list[str]:
    """Return the headings before the first paragraph."""
    headings: list[str] = []
    for block in blocks:
        if block.kind is BlockKind.PARAGRAPH:
            break
        if block.kind is BlockKind.HEADING:
            headings.append(join_titles(["".join(phrase.text for phrase in line) for line in block.lines]))
    return headings


def _drop_headings(blocks: Sequence[Block], count: int) -> list[Block]:
    kept: list[Block] = []
    for block in blocks:
        if count and block.kind is BlockKind.HEADING:
            count -= 1
        else:
            kept.append(block)
    return kept


def _own_title(page: Page, headings: Sequence[str]) -> str:
    """Return the title of a chapter that the contents do not name."""
    if headings:
        return headings[0]
    return next((title for kind, title in KEPT_KINDS.items() if kind in page.kinds), "")
