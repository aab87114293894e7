"""The EPUB that a book was made from, read aloud: its own pages with ids on the words, and overlays.

Words are found in the pages in the order in which they are read; white space and soft hyphens do not count.
What is found is wrapped in spans with ids; nothing else of a page changes, and no other file but the package.

Source:
    W3C, EPUB 3.3, 9 (media overlays).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from fullcast.files.epub_archive import Archive, open_archive
from fullcast.files.epub_package import Package, read_package
from fullcast.files.epub_write import Fragment, ReadBook, ReadChapter, overlay_metadata
from fullcast.files.packages import Member, write_package
from fullcast.units import Seconds

if TYPE_CHECKING:
    from lxml.etree import _Element as Node

_OPF = "{http://www.idpf.org/2007/opf}"
_XHTML = "{http://www.w3.org/1999/xhtml}"

_UNSEEN = re.compile(r"[\s\u00ad\u200b\u2060\ufeff]+")
"""What does not count when words are looked for: layout, and signs that nobody sees."""

_FAR = 30_000
"""Letters that are searched for the next words: past notes and pages that are not read."""

_TELLING = 30
"""Letters of words that stand once in a book."""

_TITLE = 400
"""Letters of a title and a motto, at most."""

_FOLDER = "fullcast-audio"
"""Folder beside the package for what is added."""

_SILENT_TAGS = frozenset({"head", "script", "style", "title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """A book that was written."""

    size: int
    """Bytes."""
    found: int
    """Fragments whose words stand in the pages."""
    missing: tuple[str, ...]
    """Ids of those whose words do not."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """Where a letter that counts stands."""

    page: int
    node: int
    """Which piece of text of the page."""
    offset: int


@dataclass(slots=True, kw_only=True)
class _Page:
    """A page of the source."""

    name: str
    root: Node
    texts: list[tuple[Node, bool]] = field(default_factory=list)
    """Each piece of text: its element, and whether it stands behind it (``tail``) instead of in it."""
    wraps: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)
    """What is wrapped of each piece of text: from, to, id."""
    clips: list[tuple[str, str, Seconds, Seconds]] = field(default_factory=list)
    """Id, sound, from, to."""


def can_overlay(source: Path) -> bool:
    """Return whether an EPUB is of version 3: pages of version 2 would not be right in a book with overlays.

    Raises:
        ProjectError: If it is no EPUB.
    """
    with open_archive(source) as archive:
        package = read_package(archive)
        root = _parse(archive.read(package.name))
    return root.get("version", "").startswith("3")


def write_overlaid(file: Path, source: Path, book: ReadBook) -> Overlaid:
    """Write the source with overlays.

    Args:
        file: Where it goes; replaced only once the new one is whole.
        source: The EPUB 3 that the book was made from.
        book: What is read, when.

    Raises:
        ProjectError: If the source cannot be read.
        StoreError: If the disk refuses.
    """
    with open_archive(source) as archive:
        package = read_package(archive)
        pages = list(_read_pages(archive, package))
        missing, found = _find_words(pages, book.chapters, package)
        for page in pages:
            _wrap(page)
        size = write_package(file, _members(archive, package, pages, book))
    return Overlaid(size=size, found=found, missing=tuple(missing))


def _parse(content: bytes) -> Node:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_blank_text=False, huge_tree=False
    )
    return etree.fromstring(content, parser)


def _read_pages(archive: Archive, package: Package) -> Iterator[_Page]:
    """Yield the pages in reading order; one that is no XML is left as it is."""
    for item, _ in package.spine:
        if item.name not in archive:
            continue
        try:
            root = _parse(archive.read(item.name))
        except etree.XMLSyntaxError:
            continue
        page = _Page(name=item.name, root=root)
        _gather(root, page.texts)
        yield page


def _gather(element: Node, texts: list[tuple[Node, bool]]) -> None:
    """List the pieces of text of an element in the order of reading."""
    name = etree.QName(element).localname if isinstance(element.tag, str) else ""
    if name and name not in _SILENT_TAGS:
        if element.text:
            texts.append((element, False))
        for child in element:
            _gather(child, texts)
            if child.tail:
                texts.append((child, True))


def _find_words(
    pages: Sequence[_Page], chapters: Iterable[ReadChapter], package: Package
) -> tuple[list[str], int]:
    """Note on the pages where each fragment stands; return the ids of those that do not, and how many do."""
    letters: list[str] = []
    places: list[_Letter] = []
    for number, page in enumerate(pages):
        for node, (element, behind) in enumerate(page.texts):
            text = (element.tail if behind else element.text) or ""
            for offset, sign in enumerate(text):
                if not _UNSEEN.fullmatch(sign):
                    letters.append(sign)
                    places.append(_Letter(number, node, offset))
    whole, cursor, found = "".join(letters), 0, 0
    missing: list[str] = []
    for chapter in chapters:
        sound = _sound_name(package, chapter)
        cursor = _chapter_start(whole, cursor, chapter)
        for fragment in chapter.fragments():
            wanted = _UNSEEN.sub("", fragment.text)
            at = whole.find(wanted, cursor, cursor + _FAR) if wanted else -1
            if at < 0:
                missing.append(fragment.id)
                continue
            cursor = at + len(wanted)
            found += 1
            _note(pages, places[at:cursor], fragment, sound)
    return missing, found


def _chapter_start(whole: str, cursor: int, chapter: ReadChapter) -> int:
    """Return from where on a chapter is looked for: chapters may be left out between two that are read.

    Its first long words decide; what stands shortly before them, its title, belongs to it as well.
    """
    for fragment in chapter.fragments():
        wanted = _UNSEEN.sub("", fragment.text)
        if len(wanted) >= _TELLING:
            at = whole.find(wanted, cursor)
            return max(cursor, at - _TITLE)
    return cursor


def _note(pages: Sequence[_Page], places: Sequence[_Letter], fragment: Fragment, sound: str) -> None:
    """Note where a fragment is wrapped, and which part of the sound belongs to each piece of text of it.

    Words that begin and end within different elements get a span in each; they share the time by their
    letters.
    """
    pieces: list[tuple[_Letter, _Letter, int]] = []
    for place in places:
        if pieces and (pieces[-1][1].page, pieces[-1][1].node) == (place.page, place.node):
            pieces[-1] = (pieces[-1][0], place, pieces[-1][2] + 1)
        else:
            pieces.append((place, place, 1))
    done, span = 0, fragment.end - fragment.start
    for number, (first, last, count) in enumerate(pieces):
        name = fragment.id if number == 0 else f"{fragment.id}-{number}"
        start = fragment.start + span * done / len(places)
        done += count
        end = fragment.start + span * done / len(places)
        page = pages[first.page]
        page.wraps.setdefault(first.node, []).append((first.offset, last.offset + 1, name))
        page.clips.append((name, sound, Seconds(start), Seconds(end)))


def _wrap(page: _Page) -> None:
    """Put spans with ids around what was found; the text of the page stays what it is."""
    for node, wraps in page.wraps.items():
        element, behind = page.texts[node]
        text = (element.tail if behind else element.text) or ""
        parent = element.getparent() if behind else element
        assert parent is not None
        index = parent.index(element) + 1 if behind else 0
        before = text[: wraps[0][0]]
        if behind:
            element.tail = before
        else:
            element.text = before
        for number, (first, last, name) in enumerate(wraps):
            span = etree.Element(f"{_XHTML}span", id=name)
            span.text = text[first:last]
            following = wraps[number + 1][0] if number + 1 < len(wraps) else len(text)
            span.tail = text[last:following]
            parent.insert(index + number, span)


def _sound_name(package: Package, chapter: ReadChapter) -> str:
    return posixpath.join(posixpath.dirname(package.name), _FOLDER, f"{chapter.number:03}.m4a")


def _overlay_name(package: Package, number: int) -> str:
    return posixpath.join(posixpath.dirname(package.name), _FOLDER, f"page{number:03}.smil")


def _members(archive: Archive, package: Package, pages: Sequence[_Page], book: ReadBook) -> Iterator[Member]:
    """Yield the files of the source in their order, changed pages in place, then what is added."""
    read = {page.name: (number, page) for number, page in enumerate(pages, 1) if page.clips}
    yield Member(name="mimetype", content=b"application/epub+zip", stored=True)
    for name in archive.members:
        if name == "mimetype":
            continue
        if name == package.name:
            yield Member(name=name, content=_package(archive, package, read, book))
        elif name in read:
            yield Member(name=name, content=_serialise(read[name][1].root))
        else:
            yield Member(name=name, content=archive.read(name))
    for number, page in read.values():
        yield Member(name=_overlay_name(package, number), content=_overlay(package, number, page))
    for chapter in book.chapters:
        yield Member(name=_sound_name(package, chapter), content=chapter.audio, stored=True)


def _serialise(root: Node) -> bytes:
    tree = root.getroottree()
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True))


def _relative(name: str, base: str) -> str:
    return posixpath.relpath(name, posixpath.dirname(base) or ".")


def _overlay(package: Package, number: int, page: _Page) -> bytes:
    name = _overlay_name(package, number)
    text = _relative(page.name, name)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0"><body>\n',
    ]
    for count, (fragment, sound, start, end) in enumerate(page.clips, 1):
        clip = f'clipBegin="{start:.3f}s" clipEnd="{end:.3f}s"'
        address = _relative(sound, name)
        parts.append(
            f'<par id="par{count}"><text src="{text}#{fragment}"/><audio src="{address}" {clip}/></par>\n'
        )
    return "".join([*parts, "</body></smil>\n"]).encode()


def _package(
    archive: Archive, package: Package, read: Mapping[str, tuple[int, _Page]], book: ReadBook
) -> bytes:
    """Return the package with what was added: sounds, overlays, durations."""
    root = _parse(archive.read(package.name))
    manifest, metadata = root.find(f"{_OPF}manifest"), root.find(f"{_OPF}metadata")
    assert manifest is not None
    assert metadata is not None
    by_name = {item.name: key for key, item in package.items.items()}
    durations: dict[str, Seconds] = {}
    for name, (number, page) in read.items():
        item = next(each for each in manifest if each.get("id") == by_name[name])
        key = f"fullcast-overlay-{number}"
        item.set("media-overlay", key)
        overlay = _relative(_overlay_name(package, number), package.name)
        _add_item(manifest, key, overlay, "application/smil+xml")
        durations[key] = Seconds(sum(end - start for _, _, start, end in page.clips))
    for chapter in book.chapters:
        sound = _relative(_sound_name(package, chapter), package.name)
        _add_item(manifest, f"fullcast-audio-{chapter.number}", sound, "audio/mp4")
    lines = "".join(overlay_metadata(durations, book.about.narrator))
    added = _parse(f'<metadata xmlns="http://www.idpf.org/2007/opf">{lines}</metadata>'.encode())
    for element in list(added):
        metadata.append(element)
    return _serialise(root)


def _add_item(manifest: Node, key: str, address: str, kind: str) -> None:
    item = etree.SubElement(manifest, f"{_OPF}item")
    for name, value in (("id", key), ("href", address), ("media-type", kind)):
        item.set(name, value)
