"""From a content document of an EPUB to the blocks that are spoken.

Spoken is what a reader sees, minus what a narrator passes over: notes and their numbers, page numbers,
pictures, pronunciation above the line. All of that is counted, so that an import can say what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from fullcast.files.epub_elements import (
    BLOCKS,
    EMPHASIS,
    LONGEST_NOTE,
    NOTE_KINDS,
    NOTHING,
    UNSPOKEN_KINDS,
    count_notes,
    heading_level,
    is_break_class,
    is_heading,
    is_invisible,
    is_note_reference,
    is_page_number,
    is_verse,
    is_verse_line,
    linked_share,
    page_kinds,
    points_at,
    words_of_picture,
)
from fullcast.files.prose import SCENE_BREAK, Block, BlockKind, Phrase, is_ornament, tidy_line
from fullcast.files.xhtml import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A content document as it will be spoken."""

    name: str
    blocks: tuple[Block, ...]
    unspoken: tuple[Block, ...] = ()
    """What a page holds that says as a whole that no narrator reads it."""
    trailing: tuple[str, ...] = ()
    """Names of places behind the last block."""
    kinds: frozenset[str] = frozenset()
    """What the document says it is as a whole."""
    linked: float = 0.0
    """Share of the characters that stand in links: near 1 in a table of contents."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """How many notes, pictures … inside it are not spoken."""
    pictures: tuple[str, ...] = ()
    """What the pictures show, where the book says so."""

    @property
    def text(self) -> str:
        """The words, one line a block."""
        return "\n".join(block.text for block in self.blocks)

    @property
    def heading(self) -> str:
        """The first heading, or nothing."""
        return next((block.text for block in self.blocks if block.kind is BlockKind.HEADING), "")


@dataclass(frozen=True, slots=True)
class _Style:
    """What holds inside an element."""

    emphasis: bool = False
    quoted: bool = False
    verse: bool = False
    keep_lines: bool = False
    level: int = 0
    painted: bool = False
    """In a heading that has no letters: its picture is the heading."""


def read_page(root: Element, name: str, notes: frozenset[str]) -> Page:
    """Return a document as blocks.

    Args:
        root: Its tree.
        name: Its path in the book.
        notes: Ids of elements in it that note numbers of the book point at.
    """
    body = root.find("body") or root
    kinds = page_kinds(body)
    builder = _build(body, notes, whole=False)
    aside = kinds & UNSPOKEN_KINDS.keys() and not any(block.text for block in builder.blocks)
    return Page(
        name=name,
        blocks=tuple(_without_spacing(builder.blocks)),
        unspoken=tuple(_without_spacing(_build(body, notes, whole=True).blocks)) if aside else (),
        trailing=tuple(builder.anchors),
        kinds=kinds,
        linked=linked_share(body),
        passed_over=dict(builder.passed_over),
        pictures=tuple(builder.pictures),
    )


def _build(body: Element, notes: frozenset[str], *, whole: bool) -> _Builder:
    builder = _Builder(notes=notes, whole=whole)
    builder.walk(body, _Style())
    builder.flush(_Style())
    return builder


def _without_spacing(blocks: list[Block]) -> list[Block]:
    """Return blocks without the empty paragraphs that only space the page: those that are everywhere."""
    paragraphs = sum(block.kind is BlockKind.PARAGRAPH for block in blocks)
    empty = sum(block is _GAP for block in blocks)
    too_many = empty > max(1, paragraphs // 6)
    return [SCENE_BREAK if block is _GAP else block for block in blocks if not (block is _GAP and too_many)]


_GAP = replace(SCENE_BREAK, level=1)
"""An empty paragraph: a scene break where it is rare."""


@dataclass(slots=True)
class _Builder:
    """The blocks of a document while it is walked through."""

    notes: frozenset[str]
    whole: bool = False
    """Whether parts are taken too that no narrator reads."""
    blocks: list[Block] = field(default_factory=list)
    lines: list[list[Phrase]] = field(default_factory=lambda: [[]])
    anchors: list[str] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    pictures: list[str] = field(default_factory=list)

    def walk(self, element: Element, style: _Style) -> None:
        """Add what is inside an element."""
        if self._is_passed_over(element):
            return
        special = _SPECIAL.get(element.name)
        if special:
            special(self, element, style)
        elif element.name in BLOCKS or is_heading(element):
            self._add_block(element, style)
        else:
            self._mark_places(element)
            emphasis = style.emphasis or element.name in EMPHASIS
            self._add_children(element, replace(style, emphasis=emphasis))

    def flush(self, style: _Style) -> bool:
        """End the paragraph that is being written; tell whether there was one."""
        groups: list[list[tuple[Phrase, ...]]] = [[]]
        for line in map(tidy_line, self.lines):
            if line:
                groups[-1].append(line)
            elif groups[-1] and not style.level:
                groups.append([])
        self.lines = [[]]
        written = [tuple(group) for group in groups if group]
        for lines in written:
            self._finish(lines, style)
        return bool(written)

    def _finish(self, lines: tuple[tuple[Phrase, ...], ...], style: _Style) -> None:
        kind = BlockKind.HEADING if style.level else BlockKind.PARAGRAPH
        block = Block(
            kind=kind,
            lines=lines,
            level=style.level,
            quoted=style.quoted and not style.level,
            anchors=tuple(self.anchors),
        )
        if is_ornament(block.text):
            block = replace(SCENE_BREAK, anchors=block.anchors)
        self.anchors.clear()
        self.blocks.append(block)

    def _add_children(self, element: Element, style: _Style) -> None:
        for child in element.children:
            if isinstance(child, Element):
                self.walk(child, style)
            elif style.keep_lines:
                first, *more = child.split("\n")
                self.lines[-1].append(Phrase(first, style.emphasis))
                self.lines.extend([Phrase(line, style.emphasis)] for line in more)
            else:
                self.lines[-1].append(Phrase(child, style.emphasis))

    def _add_block(self, element: Element, style: _Style) -> None:
        if style.verse and is_verse_line(element):
            self._mark_places(element)
            self._add_children(element, style)
            self.lines.append([])
            return
        self.flush(style)
        self._mark_places(element)
        if is_break_class(element):
            self.blocks.append(SCENE_BREAK)
        inner = _inner_style(element, style)
        before = len(self.blocks)
        self._add_children(element, inner)
        if not self.flush(inner) and element.name == "p" and len(self.blocks) == before:
            self.blocks.append(_GAP)

    def _mark_places(self, element: Element) -> None:
        names = [element.get("id"), element.get("name") if element.name == "a" else ""]
        self.anchors.extend(name for name in names if name)

    def _is_passed_over(self, element: Element) -> bool:
        kinds = element.kinds()
        what = ""
        if element.name in NOTHING or "hidden" in element.attributes or is_invisible(element):
            self._mark_places(element)
            return True
        if is_note_reference(element):
            what = "numbers of notes"
        elif "pagebreak" in kinds or (element.name in {"span", "a", "div", "p"} and is_page_number(element)):
            what = "page numbers"
        elif kinds & NOTE_KINDS or self._is_note(element):
            what = "notes"
        elif part := "" if self.whole or element.name == "body" else _unspoken_part(kinds):
            what = "notes" if part.endswith("notes") else UNSPOKEN_KINDS[part]
        if what:
            self._mark_places(element)
            self.passed_over[what] += count_notes(element) if what == "notes" else bool(element.text.strip())
        return bool(what)

    def _is_note(self, element: Element) -> bool:
        if element.name not in {"aside", "li", "p", "div", "dd", "tr"} or not self.notes:
            return False
        return points_at(element, self.notes) and len(element.text) < LONGEST_NOTE

    def add_line_break(self, _element: Element, style: _Style) -> None:
        """End a line that the book ends itself."""
        if style.level:
            self.lines[-1].append(Phrase(" "))
        self.lines.append([])

    def add_scene_break(self, element: Element, style: _Style) -> None:
        """Add a change of scene."""
        self.flush(style)
        self._mark_places(element)
        self.blocks.append(SCENE_BREAK)

    def add_cell(self, element: Element, style: _Style) -> None:
        """Add a cell of a table: a line of its row."""
        if any(self.lines[-1]):
            self.lines.append([])
        self._mark_places(element)
        self._add_children(element, style)

    def add_quotation(self, element: Element, style: _Style) -> None:
        """Add an inline quotation; its marks are not in the text, but every reader shows them."""
        self.lines[-1].append(Phrase("“", style.emphasis))
        self._add_children(element, style)
        self.lines[-1].append(Phrase("”", style.emphasis))

    def add_picture(self, element: Element, style: _Style) -> None:
        """Pass over a picture, unless it is a painted heading, or the painted first letter of a word."""
        self._mark_places(element)
        words = words_of_picture(element)
        if words and (style.painted or (len(words) == 1 and words.isalpha() and element.name == "img")):
            self.lines[-1].append(Phrase(words, style.emphasis))
        elif is_ornament(words) or is_break_class(element) or "separator" in element.kinds():
            self.add_scene_break(element, style)
        else:
            self.passed_over["pictures"] += 1
            self.pictures.extend([words] if words else [])

    def add_figure(self, element: Element, style: _Style) -> None:
        """Pass over a picture together with its caption; read a figure of anything else."""
        picture = element.find("img", "svg", "picture")
        caption = element.find("figcaption")
        own = element.text.replace(caption.text if caption else "", "").strip()
        if picture is None or own:
            self._add_block(element, style)
            return
        self.flush(style)
        self._mark_places(element)
        self.passed_over["pictures"] += 1
        words = words_of_picture(picture) or " ".join((caption.text if caption else "").split())
        self.pictures.extend([words] if words else [])

    def pass_formula(self, element: Element, _style: _Style) -> None:
        """Pass over a formula: nobody can say how it is read."""
        self._mark_places(element)
        self.passed_over["formulas"] += 1


def _unspoken_part(kinds: frozenset[str]) -> str:
    return next((each for each in UNSPOKEN_KINDS if each in kinds), "")


_SPECIAL: Mapping[str, Callable[[_Builder, Element, _Style], None]] = {
    "br": _Builder.add_line_break,
    "hr": _Builder.add_scene_break,
    "td": _Builder.add_cell,
    "th": _Builder.add_cell,
    "q": _Builder.add_quotation,
    "img": _Builder.add_picture,
    "svg": _Builder.add_picture,
    "image": _Builder.add_picture,
    "figure": _Builder.add_figure,
    "math": _Builder.pass_formula,
}


def _inner_style(element: Element, style: _Style) -> _Style:
    verse = style.verse or is_verse(element)
    quoted = style.quoted or element.name == "blockquote" or (verse and not style.verse)
    level = style.level or (heading_level(element) if is_heading(element) else 0)
    return _Style(
        verse=verse,
        quoted=quoted,
        keep_lines=style.keep_lines or element.name == "pre",
        level=level,
        painted=bool(level) and not element.text.strip(),
    )
