"""The package document of an EPUB: what the book is called, what it holds, in which order it is read.

Source:
    EPUB 3.3, section 5; OPF 2.0.1, sections 2.1 to 2.6.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fullcast.errors import ProjectError
from fullcast.files.epub_archive import Archive
from fullcast.files.manuscript import Cover, LeftOut, cover_from, refuse
from fullcast.files.xhtml import Element, parse_page, parse_xml

_CONTAINER = "META-INF/container.xml"

_REPAIR = "open and save the book in an EPUB editor (Sigil, calibre), which writes a correct package"

_TAGS = re.compile(r"<[^>]*>")

_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"})

_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file that the package lists."""

    name: str
    """Its path in the archive; empty if it lies elsewhere."""
    media_type: str
    properties: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package document as read."""

    name: str
    metadata: Element
    items: Mapping[str, Item]
    """By their id."""
    spine: tuple[tuple[Item, bool], ...]
    """In reading order; whether each belongs to the main text."""
    guide: tuple[tuple[str, str], ...]
    """Files with what the guide of EPUB 2 says they are."""
    contents: str | None
    """Id of the table of contents of EPUB 2."""

    def item(self, prop: str) -> Item | None:
        """Return the first file with a property."""
        return next((item for item in self.items.values() if prop in item.properties), None)


def read_package(archive: Archive) -> Package:
    """Return the package document.

    Raises:
        ProjectError: If there is none, or nothing in it can be read aloud.
    """
    name = _find_package(archive)
    root = parse_xml(archive.file, name, archive.read(name))
    nothing = Element("none", {}, ())
    manifest, spine = root.find("manifest"), root.find("spine")
    if manifest is None or spine is None:
        raise refuse(
            archive.file,
            "epub-no-package",
            f"{name!r} in the book lists no files or no reading order",
            _REPAIR,
        )
    items = {
        each.get("id"): _read_item(archive, name, each) for each in manifest.walk() if each.name == "item"
    }
    order = tuple(_read_spine(archive, spine, items))
    if not order:
        raise refuse(archive.file, "epub-empty", f"the reading order (spine) in {name!r} is empty", _REPAIR)
    guide = root.find("guide") or nothing
    places = ((archive.resolve(name, each.get("href"))[0], each.get("type").lower()) for each in guide.walk())
    return Package(
        name=name,
        metadata=root.find("metadata") or nothing,
        items=items,
        spine=order,
        guide=tuple(place for place in places if place[0] and place[1]),
        contents=spine.get("toc") or None,
    )


def read_credits(package: Package) -> dict[str, str]:
    """Return what the package says of the book, under the names of :class:`Manuscript`'s fields."""
    elements = [each for each in package.metadata.walk() if each.name != "metadata"]
    values = {
        name: _first(elements, name) for name in ("title", "publisher", "description", "language", "date")
    }
    year = re.search(r"\d{4}", _publication(elements) or values["date"])
    return {
        "title": _main_title(elements) or values["title"],
        "author": ", ".join(_authors(elements)),
        "language": values["language"],
        "publisher": values["publisher"],
        "description": " ".join(_TAGS.sub(" ", values["description"]).split()),
        "year": year.group() if year else "",
    }


def read_cover(archive: Archive, package: Package) -> tuple[Cover | None, LeftOut | None]:
    """Return the cover, or what to say about one that audio players cannot show."""
    found: LeftOut | None = None
    for name in filter(None, _cover_places(archive, package)):
        if name not in archive:
            found = found or LeftOut(what=f"cover {name}", why="the book names it, but does not hold it")
            continue
        content = archive.read(name)
        cover = cover_from(content)
        if cover:
            return cover, None
        if name.lower().endswith((".xhtml", ".html", ".htm", ".xml", ".svg")):
            cover, note = _cover_inside(archive, name, content)
            if cover:
                return cover, note
            found = found or note
        else:
            found = found or LeftOut(what=f"cover {name}", why="audio players show JPEG and PNG only")
    return None, found


def _find_package(archive: Archive) -> str:
    if _CONTAINER in archive:
        root = parse_xml(archive.file, _CONTAINER, archive.read(_CONTAINER))
        paths = [
            each.get("full-path") for each in root.walk() if each.name == "rootfile" and each.get("full-path")
        ]
        if paths:
            name, _ = archive.resolve("", paths[0])
            return name
    guesses = sorted(name for name in archive.members if name.lower().endswith(".opf"))
    if not guesses:
        message = "the archive holds no package document (.opf): it is not an EPUB"
        raise refuse(
            archive.file, "epub-no-package", message, "give an EPUB, a plain text (.txt) or Markdown (.md)"
        )
    return guesses[0]


def _read_item(archive: Archive, base: str, element: Element) -> Item:
    name, _ = archive.resolve(base, element.get("href"))
    properties = frozenset(element.get("properties").split())
    return Item(name=name, media_type=element.get("media-type").lower(), properties=properties)


def _read_spine(archive: Archive, spine: Element, items: Mapping[str, Item]) -> Iterator[tuple[Item, bool]]:
    for reference in spine.walk():
        if reference.name != "itemref":
            continue
        item = items.get(reference.get("idref"))
        if item is None:
            message = f"the reading order names {reference.get('idref')!r}, which the package does not list"
            raise refuse(archive.file, "epub-missing-file", message, _REPAIR)
        yield item, reference.get("linear").lower() != "no"


def is_page(item: Item) -> bool:
    """Tell whether a file is a content document with text."""
    by_name = item.name.lower().endswith((".xhtml", ".html", ".htm"))
    return item.media_type in _PAGES or (by_name and not item.media_type.startswith("image/"))


def _first(elements: list[Element], name: str) -> str:
    return next(
        (" ".join(each.text.split()) for each in elements if each.name == name and each.text.strip()), ""
    )


def _refinements(elements: list[Element], element: Element, prop: str) -> str:
    """Return what EPUB 3 says about a piece of metadata in a ``meta`` beside it."""
    target = f"#{element.get('id')}"
    found = (
        each.text.strip()
        for each in elements
        if each.name == "meta" and each.get("refines") == target and each.get("property") == prop
    )
    return next(found, "") if element.get("id") else ""


def _main_title(elements: list[Element]) -> str:
    titles = [each for each in elements if each.name == "title"]
    main = [each for each in titles if _refinements(elements, each, "title-type") == "main"]
    return " ".join(main[0].text.split()) if main else ""


def _authors(elements: list[Element]) -> list[str]:
    creators = [each for each in elements if each.name == "creator" and each.text.strip()]
    roles = [_refinements(elements, each, "role") or _opf(each, "role") for each in creators]
    authors = [each for each, role in zip(creators, roles, strict=True) if role in {"", "aut"}]
    return [" ".join(each.text.split()) for each in authors or creators]


def _publication(elements: list[Element]) -> str:
    dates = [each for each in elements if each.name == "date"]
    return next(
        (each.text for each in dates if _opf(each, "event") in {"publication", "original-publication"}), ""
    )


def _opf(element: Element, name: str) -> str:
    return element.get(name).lower() or element.get(f"opf:{name}").lower()


def _cover_places(archive: Archive, package: Package) -> Iterator[str]:
    """Yield where a cover may be, the most certain place first."""
    named = package.item("cover-image")
    if named and named.name:
        yield named.name
    for meta in package.metadata.walk():
        if meta.name == "meta" and meta.get("name").lower() == "cover" and meta.get("content"):
            item = package.items.get(meta.get("content"))
            yield item.name if item else archive.resolve(package.name, meta.get("content"))[0]
    yield from (name for name, kind in package.guide if "cover" in kind)
    likely = (
        item for key, item in package.items.items() if "cover" in key.lower() or "cover" in item.name.lower()
    )
    yield from (item.name for item in likely if item.media_type.startswith("image/") and item.name in archive)


def _cover_inside(archive: Archive, name: str, content: bytes) -> tuple[Cover | None, LeftOut | None]:
    """Return the photograph inside a drawn cover or a cover page."""
    root = parse_page(archive.file, name, content)
    drawn = root.name == "svg" and any(each.name in {"path", "text", "polygon"} for each in root.walk())
    for picture in root.walk():
        if picture.name not in {"img", "image"}:
            continue
        inner = _load_picture(archive, name, picture.get("href") or picture.get("src"))
        cover = cover_from(inner) if inner else None
        if cover:
            why = "audio players show no SVG: its picture is the cover, without what is drawn over it"
            return cover, LeftOut(what=f"lettering of {name}", why=why) if drawn else None
    kind = "SVG" if root.name == "svg" else "a page"
    return None, LeftOut(
        what=f"cover {name}", why=f"it is {kind} without a picture that audio players can show"
    )


def _load_picture(archive: Archive, base: str, reference: str) -> bytes | None:
    data = _DATA_URL.fullmatch(reference.strip())
    if data:
        try:
            return base64.b64decode(data.group(1))
        except binascii.Error:
            return None
    name, _ = archive.resolve(base, reference)
    return archive.read(name) if name in archive else None


def missing_page(archive: Archive, item: Item) -> ProjectError:
    """Return the error for a file of the reading order that the book does not hold."""
    message = f"the reading order names {item.name or 'a file elsewhere'!r}, which is not in the book"
    hint = "the download may be incomplete: get the book again"
    return refuse(archive.file, "epub-missing-file", message, hint)
