"""Reading a web page as a book for the ear: one long page, as Project Gutenberg and others have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fullcast.files.decoding import decode_bytes, read_bytes
from fullcast.files.epub_elements import is_note_reference, linked_share
from fullcast.files.epub_page import Page, read_page
from fullcast.files.flow import Flow, make_manuscript
from fullcast.files.manuscript import LeftOut, Manuscript
from fullcast.files.xhtml import Element, declared_encoding, parse_html

_BOILERPLATE = re.compile(r"\bpg[-_](?:header|footer|boilerplate|machine-header)\b", re.IGNORECASE)
"""How Project Gutenberg names what it puts around a book."""

_AROUND = frozenset({"nav", "header", "footer", "form", "dialog"})
"""What web sites put around a text."""

_WAY_BACK = re.compile(
    r"[\[(]?(?:toc|top|contents|index|[↑^]|(?:back|return)(?: to (?:the )?(?:top|contents|text))?)[\])]?",
    re.IGNORECASE,
)

_LISTED = 0.7
"""Share of the letters in links above which a list, a table or a paragraph is a table of contents."""

_ENTRIES = 3


def read_html(file: Path, encoding: str = "") -> Manuscript:
    """Return what a web page holds for the ear.

    Args:
        file: HTML or XHTML.
        encoding: Its encoding, if somebody says it; else what the page says counts, then what its bytes tell.

    Raises:
        ProjectError: If it cannot be decoded, or holds no text.
    """
    content = read_bytes(file)
    decoded = decode_bytes(file, content, encoding or declared_encoding(content))
    root = parse_html(file, decoded.text)
    return make_manuscript(read_flow(file, root, notes=(decoded.note,) if decoded.note else ()))


def read_flow(file: Path, root: Element, *, notes: tuple[str, ...] = ()) -> Flow:
    """Return the blocks of a page and what it says of itself.

    Args:
        file: The book, for messages.
        root: The tree of the whole page.
        notes: What was guessed so far.
    """
    kept, dropped = _without_surroundings(root)
    page = read_page(kept, file.name, frozenset(_note_targets(kept)))
    return Flow(
        file=file,
        blocks=page.blocks,
        places=tuple(f"block {number}" for number in range(1, len(page.blocks) + 1)),
        details=_read_details(root),
        left_out=(*dropped, *_passed_over(page)),
        notes=notes,
    )


def _passed_over(page: Page) -> Iterator[LeftOut]:
    for what, count in page.passed_over.items():
        shown = f": {'; '.join(page.pictures[:8])}" if what == "pictures" and page.pictures else ""
        yield LeftOut(what=f"{count} × {what}", why=f"not read aloud{shown}")


def _without_surroundings(root: Element) -> tuple[Element, list[LeftOut]]:
    """Return a page without licences, menus and tables of contents, and what was dropped."""
    dropped: list[LeftOut] = []
    linked = len(_links(root)) >= _ENTRIES

    def keep(element: Element) -> Element | None:
        named = f"{element.get('id')} {element.get('class')}"
        if _BOILERPLATE.search(named):
            dropped.append(LeftOut(what=named.strip(), why="it is Project Gutenberg's, not the book's"))
            return None
        if element.name in _AROUND or (element.name == "a" and _is_way_back(element)):
            return None
        if linked and _is_contents(element):
            dropped.append(LeftOut(what="table of contents", why="a list of chapters is not read aloud"))
            return None
        children = (keep(child) if isinstance(child, Element) else child for child in element.children)
        return replace(element, children=tuple(child for child in children if child is not None))

    return keep(root) or replace(root, children=()), dropped


def _is_way_back(link: Element) -> bool:
    """Tell whether a link only leads about the page, to its top or its contents."""
    return link.get("href").startswith("#") and _WAY_BACK.fullmatch(link.text.strip()) is not None


def _is_contents(element: Element) -> bool:
    if element.name not in {"table", "ul", "ol", "dl", "div", "p", "section"}:
        return False
    if sum(not is_note_reference(link) for link in _links(element)) < _ENTRIES:
        return False
    return linked_share(element) > _LISTED


def _links(element: Element) -> list[Element]:
    """Return the links to places in the page."""
    return [each for each in element.walk() if each.name == "a" and each.get("href").startswith("#")]


def _note_targets(root: Element) -> Iterator[str]:
    """Yield the ids that numbers of notes point at, further on in the page."""
    order = list(root.walk())
    places = {
        name: at for at, each in enumerate(order) for name in (each.get("id"), each.get("name")) if name
    }
    for at, element in enumerate(order):
        link = element.find("a") if is_note_reference(element) else None
        target = link.get("href").rpartition("#")[2] if link else ""
        if places.get(target, -1) > at:
            yield target


def _read_details(root: Element) -> dict[str, str]:
    """Return what a page says of itself, by the names of a manuscript's fields."""
    details: dict[str, str] = {}
    for element in root.walk():
        if element.name == "html" and (language := element.get("lang") or element.get("xml:lang")):
            details["language"] = language
        if element.name == "meta" and element.get("name").lower() in _METAS:
            details.setdefault(_METAS[element.get("name").lower()], " ".join(element.get("content").split()))
        if element.name == "title" and element.text.strip():
            details.setdefault("title", _clean_title(element.text))
    return {name: value for name, value in details.items() if value}


_METAS = {
    "author": "author",
    "dc.creator": "author",
    "dc.title": "title",
    "dc.language": "language",
    "description": "description",
    "dc.publisher": "publisher",
}


_AROUND_TITLE = re.compile(
    r"^The Project Gutenberg e-?(?:book|text) of |,? a Project Gutenberg e-?(?:book|text)\.?$"
    r"|\s*\|\s*Project Gutenberg$",
    re.IGNORECASE,
)


def _clean_title(title: str) -> str:
    """Return a page's title without what Project Gutenberg writes around it.

    >>> _clean_title("The Project Gutenberg eBook of The Lamp, by Ada Example")
    'The Lamp'
    """
    whole = " ".join(title.split())
    plain = _AROUND_TITLE.sub("", whole)
    return re.sub(r",? by .*$", "", plain) if plain != whole else whole
