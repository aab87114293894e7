"""The table of contents of an EPUB, and which of its entries begin a chapter.

Source:
    EPUB 3.3, section 7 (navigation document); OPF 2.0.1, section 2.4.1 (NCX).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fullcast.files.epub_archive import Archive
from fullcast.files.epub_package import Item, Package
from fullcast.files.prose import tidy_characters
from fullcast.files.xhtml import Element, parse_page, parse_xml

_NCX = "application/x-dtbncx+xml"

_PART = re.compile(
    r"(?:part|book|volume|vol\.|act|teil|buch|band|partie|livre|tome|parte|libro|volumen|часть|книга)\b"
    r"|第.{1,6}[部卷编編篇]|[上中下][部卷篇]",
    re.IGNORECASE,
)

_CHAPTER = re.compile(
    r"(?:chapter|kapitel|chapitre|cap[íi]tulo|capitolo|глава|letter|stave|canto)\b|第.{1,7}[章回节節话話]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the table of contents."""

    title: str
    name: str
    """The file it points at; empty for a heading of entries that points nowhere."""
    fragment: str
    kinds: frozenset[str] = frozenset()
    children: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the book says about its own order."""

    entries: tuple[Entry, ...]
    landmarks: tuple[tuple[str, str], ...] = ()
    """Files with what the navigation document says they are."""
    name: str = ""
    """The navigation document."""


def read_contents(archive: Archive, package: Package) -> Contents:
    """Return the table of contents; without entries if the book has none."""
    nav = package.item("nav")
    if nav and nav.name in archive:
        contents = _read_nav(archive, nav)
        if contents.entries:
            return contents
    ncx = package.items.get(package.contents or "") or next(
        (item for item in package.items.values() if item.media_type == _NCX), None
    )
    if ncx is None or ncx.name not in archive:
        return Contents(entries=(), name=nav.name if nav else "")
    root = parse_xml(archive.file, ncx.name, archive.read(ncx.name))
    points = root.find("navmap") or root
    entries = tuple(_read_points(archive, ncx.name, points))
    return Contents(entries=entries, name=nav.name if nav else "")


def _read_nav(archive: Archive, nav: Item) -> Contents:
    root = parse_page(archive.file, nav.name, archive.read(nav.name))
    lists = [each for each in root.walk() if each.name == "nav"]
    toc = next((each for each in lists if "toc" in each.kinds()), lists[0] if lists else root)
    marks = [
        (archive.resolve(nav.name, link.get("href"))[0], kind)
        for each in lists
        if "landmarks" in each.kinds()
        for link in each.walk()
        if link.name == "a"
        for kind in link.kinds()
    ]
    first = toc.find("ol", "ul")
    entries = tuple(_read_list(archive, nav.name, first)) if first else ()
    return Contents(entries=entries, landmarks=tuple(marks), name=nav.name)


def _read_list(archive: Archive, base: str, listed: Element) -> Iterator[Entry]:
    for line in listed.children:
        if not isinstance(line, Element) or line.name != "li":
            continue
        inner = [child for child in line.children if isinstance(child, Element)]
        below = next((child for child in inner if child.name in {"ol", "ul"}), None)
        label = next((child for child in inner if child.name not in {"ol", "ul"}), None)
        link = label.find("a") if label else None
        name, fragment = archive.resolve(base, link.get("href")) if link and link.get("href") else ("", "")
        yield Entry(
            title=_title(label.text if label else ""),
            name=name,
            fragment=fragment,
            kinds=link.kinds() if link else frozenset(),
            children=tuple(_read_list(archive, base, below)) if below else (),
        )


def _read_points(archive: Archive, base: str, element: Element) -> Iterator[Entry]:
    for point in element.children:
        if not isinstance(point, Element) or point.name != "navpoint":
            continue
        own = [child for child in point.children if isinstance(child, Element)]
        label = next((child for child in own if child.name == "navlabel"), None)
        content = next((child for child in own if child.name == "content"), None)
        name, fragment = (
            archive.resolve(base, content.get("src")) if content and content.get("src") else ("", "")
        )
        yield Entry(
            title=_title(label.text if label else ""),
            name=name,
            fragment=fragment,
            children=tuple(_read_points(archive, base, point)),
        )


def _title(text: str) -> str:
    return " ".join(tidy_characters(text).split())


def choose_chapters(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that begin a chapter or a part, in order.

    Entries below another are chapters if they lie in other files, or if one of the two says so (``Part One``,
    ``Chapter 2``). Sections of a story in the story's own file are no chapters.
    """
    chosen: list[Entry] = []
    for entry in entries:
        if entry.name:
            chosen.append(entry)
        if _holds_chapters(entry, alone=len(entries) == 1):
            chosen.extend(choose_chapters(entry.children))
    return chosen


def _holds_chapters(entry: Entry, *, alone: bool) -> bool:
    children = entry.children
    if not children:
        return False
    elsewhere = any(child.name and child.name != entry.name for child in children)
    named = _PART.match(entry.title) or any(_CHAPTER.match(child.title) for child in children)
    return alone or not entry.name or elsewhere or bool(named)
