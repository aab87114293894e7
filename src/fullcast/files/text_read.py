"""Reading a plain text as a book for the ear: paragraphs from lines, chapters from headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.files.decoding import decode_file
from fullcast.files.gutenberg import trim_licence
from fullcast.files.manuscript import LeftOut, Manuscript, ManuscriptChapter, read_language, refuse
from fullcast.files.prose import (
    SCENE_BREAK,
    Block,
    BlockKind,
    Phrase,
    count_words,
    is_ornament,
    tidy_line,
    write_chapter,
)
from fullcast.files.text_headings import Heading, HeadingKind, choose_kind, read_heading
from fullcast.files.titles import join_titles, title_tokens

_NARROW = 100
_FILLED = 50
"""Columns: a text is wrapped by hand if its lines stay below the first, and most reach the second."""

_VERSE = 46
"""Columns: lines of verse stay below it."""

_SAMPLE = 4000
_LAST_ENTRY_WORDS = 12
_FRONT_WORDS = 250
"""Words before the first chapter that are a title page, not a part of the book."""

_ITALIC = re.compile(r"(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Lines between blank lines."""

    lines: tuple[str, ...]
    number: int
    """Number of its first line in the file, from 1."""
    gap: int
    """Blank lines in front of it."""

    @property
    def heading(self) -> Heading | None:
        """What kind of heading the paragraph could be."""
        return read_heading([line.strip() for line in self.lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A heading and the paragraphs that follow it."""

    title: str
    number: int
    paragraphs: tuple[Paragraph, ...]


def read_plain_text(file: Path, encoding: str = "") -> Manuscript:
    """Return what a plain text holds for the ear.

    Args:
        file: The text.
        encoding: Its encoding, if somebody says it.

    Raises:
        ProjectError: If the characters cannot be decoded or there are none.
    """
    decoded = decode_file(file, encoding)
    trimmed = trim_licence(decoded.text)
    paragraphs = _read_paragraphs(trimmed.text, trimmed.first_line)
    if not paragraphs:
        raise refuse(
            file, "text-empty", "there is no text in the file", "check that the download is complete"
        )
    parts, left_out = _cut_parts(paragraphs)
    wide = _is_wrapped(paragraphs)
    details = dict(trimmed.details)
    title = details.pop("title", "") or file.stem.replace("_", " ").strip()
    chapters = tuple(
        ManuscriptChapter(
            title=part.title or (title if len(parts) == 1 else f"Chapter {number}"),
            text=write_chapter(list(_read_blocks(part.paragraphs, wrapped=wide))),
            source=f"line {part.number}",
        )
        for number, part in enumerate(parts, 1)
    )
    details["language"], note = read_language(details.get("language", ""), trimmed.text[:_SAMPLE])
    notes = [note] if note else []
    return Manuscript(
        title=title,
        chapters=chapters,
        left_out=(*notes, *trimmed.left_out, *left_out),
        notes=(decoded.note,) if decoded.note else (),
        cover=None,
        **details,
    )


def _read_paragraphs(text: str, first_line: int) -> list[Paragraph]:
    """Return the paragraphs; where no blank lines separate them, every line is one."""
    lines = text.split("\n")
    blank = sum(not line.strip() for line in lines)
    by_line = blank * 12 < len(lines) and not _is_narrow(lines)
    indented = sum(line.startswith(("\u3000", "    ")) for line in lines)
    by_line = by_line or indented * 2 > len(lines) - blank > 3
    found: list[Paragraph] = []
    gap, waiting = 0, list[str]()
    for number, line in enumerate([*lines, ""], first_line):
        if line.strip():
            waiting.append(line.rstrip())
        if waiting and (by_line or not line.strip()):
            found.append(
                Paragraph(lines=tuple(waiting), number=number - len(waiting) + bool(line.strip()), gap=gap)
            )
            gap, waiting = 0, []
        gap += not line.strip()
    return found


def _is_narrow(lines: Sequence[str]) -> bool:
    widths = sorted(_width(line) for line in lines if line.strip())
    if not widths:
        return False
    return widths[-1] <= _NARROW and widths[len(widths) * 3 // 4] >= _FILLED


def _is_wrapped(paragraphs: Sequence[Paragraph]) -> bool:
    """Tell whether line breaks inside paragraphs only fit the text to a page."""
    longest = sorted(max(map(_width, each.lines)) for each in paragraphs if len(each.lines) > 1)
    return bool(longest) and longest[len(longest) // 2] <= _NARROW


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line.strip())


def _cut_parts(paragraphs: Sequence[Paragraph]) -> tuple[list[_Part], list[LeftOut]]:
    """Return the chapters, and the title page and the contents that stand before them."""
    kind = choose_kind([each.heading for each in paragraphs])
    parts = [_Part(title="", number=paragraphs[0].number, paragraphs=())]
    for paragraph in paragraphs:
        heading = paragraph.heading
        if kind and heading and heading.kind in {kind, HeadingKind.NAMED, HeadingKind.PART}:
            parts.append(_Part(title=heading.title, number=paragraph.number, paragraphs=()))
        else:
            last = parts[-1]
            parts[-1] = replace(last, paragraphs=(*last.paragraphs, paragraph))
    parts, listed = _drop_contents([_take_subtitle(part) for part in parts])
    front = parts[0] if parts and not parts[0].title else None
    left_out: list[LeftOut] = []
    if front and len(parts) > 1:
        words = count_words(_plain(front.paragraphs))
        if words < _FRONT_WORDS:
            parts = parts[1:]
            opening = " ".join(_plain(front.paragraphs).split())[:60]
            left_out += (
                [LeftOut(what=f"title page, {words} words: {opening}", why="it is no chapter")]
                if words
                else []
            )
    left_out += (
        [LeftOut(what=f"contents, {listed} entries", why="a list of chapters is not read aloud")]
        if listed
        else []
    )
    return _join_parts(parts), left_out


def _take_subtitle(part: _Part) -> _Part:
    """Join a short line of its own after a bare ``CHAPTER IV`` to the title."""
    first = part.paragraphs[0] if part.paragraphs else None
    if not part.title or first is None or len(part.paragraphs) < 2 or len(first.lines) > 2:
        return part
    line = " ".join(line.strip() for line in first.lines)
    bare = len(title_tokens(part.title)) <= 2
    if (
        not bare
        or len(line) > 60
        or line[-1] in '.,;:!?…。，！？”’"—-'
        or is_ornament(line)
        or not _is_title(line)
    ):
        return part
    return replace(part, title=join_titles([part.title, line]), paragraphs=part.paragraphs[1:])


def _is_title(line: str) -> bool:
    words = re.findall(r"[^\W\d_]{4,}", line)
    return bool(words) and all(not word[0].islower() for word in words)


def _drop_contents(parts: Sequence[_Part]) -> tuple[list[_Part], int]:
    """Drop the headings of a table of contents: those without text that return later."""
    kept: list[_Part] = []
    in_list = False
    for number, part in enumerate(parts):
        tokens = title_tokens(part.title)[:2]
        returns = any(title_tokens(later.title)[:2] == tokens for later in parts[number + 1 :])
        # Behind the last entry stands what is left of the title page, not a chapter of a few words.
        last = in_list and count_words(_plain(part.paragraphs)) < _LAST_ENTRY_WORDS
        in_list = bool(part.title) and returns and (not part.paragraphs or last)
        if not in_list:
            kept.append(part)
    return kept, len(parts) - len(kept)


def _join_parts(parts: Sequence[_Part]) -> list[_Part]:
    """Return parts with a heading that no text follows joined to the next title."""
    joined: list[_Part] = []
    waiting = ""
    for part in parts:
        if not part.paragraphs:
            waiting = join_titles([waiting, part.title])
            continue
        joined.append(replace(part, title=join_titles([waiting, part.title])))
        waiting = ""
    return joined


def _plain(paragraphs: Sequence[Paragraph]) -> str:
    return "\n".join(line for each in paragraphs for line in each.lines)


def _read_blocks(paragraphs: Sequence[Paragraph], *, wrapped: bool) -> Iterator[Block]:
    """Yield the blocks of a chapter; two blank lines are a scene break where one is the rule."""
    wide_gaps = sum(each.gap > 1 for each in paragraphs[1:])
    rare = wide_gaps * 8 < len(paragraphs)
    for number, paragraph in enumerate(paragraphs):
        if number and paragraph.gap > 1 and rare:
            yield SCENE_BREAK
        text = " ".join(line.strip() for line in paragraph.lines)
        heading = paragraph.heading
        if is_ornament(text):
            yield SCENE_BREAK
        elif heading and heading.kind in {
            HeadingKind.NUMBER,
            HeadingKind.ROMAN,
            HeadingKind.CHAPTER,
            HeadingKind.PART,
        }:
            yield Block(kind=BlockKind.HEADING, level=2, lines=(tidy_line([Phrase(heading.title)]),))
        else:
            lines = paragraph.lines if not wrapped or _is_verse(paragraph) else (_unwrap(paragraph.lines),)
            yield Block(
                kind=BlockKind.PARAGRAPH, lines=tuple(tidy_line(_read_italics(line)) for line in lines)
            )


def _is_verse(paragraph: Paragraph) -> bool:
    """Tell whether the lines of a paragraph are the author's: verse, an address, a signature."""
    lines = paragraph.lines
    short = all(_width(line) < _VERSE for line in lines)
    indented = all(line.startswith(("  ", "\t")) for line in lines)
    capitals = all(not line.strip(" \t“\"‘'(_")[:1].islower() for line in lines)
    return len(lines) > 1 and short and (indented or capitals)


def _unwrap(lines: Sequence[str]) -> str:
    """Return the lines as one; no space between two characters of a script without spaces."""
    whole = lines[0].strip()
    for line in lines[1:]:
        following = line.strip()
        wide = all(unicodedata.east_asian_width(each) in "WF" for each in (whole[-1], following[0]))
        whole += following if wide else f" {following}"
    return whole


def _read_italics(line: str) -> Iterator[Phrase]:
    """Yield a line with ``_words_`` between underscores as emphasis, as Project Gutenberg writes it."""
    for number, text in enumerate(_ITALIC.split(line)):
        yield Phrase(text, emphasis=bool(number % 2))
