"""A content document of an EPUB as a small tree, whoever parsed it.

Well-formed XHTML is read by lxml; what is not, as browsers read HTML, by selectolax. Either way the result
is the same frozen tree without namespaces, comments and entities.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from pathlib import Path

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode

from fullcast.files.manuscript import refuse

_DEEPEST = 150
"""Books nest some 20 elements; deeper ones (unclosed tags of old converters) are laid flat into this one."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)

_DECLARED = re.compile(r"""\bencoding\s*=\s*["']([\w.:-]+)["']""")

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")

_OWN_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})

_NAMESPACES = {
    "http://www.idpf.org/2007/ops": "epub:",
    "http://www.w3.org/1999/xlink": "",
    "http://www.w3.org/XML/1998/namespace": "",
}
"""Prefixes under which attributes of these namespaces stand in the tree."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a document: names in lower case, attributes with ``epub:`` as their only prefix."""

    name: str
    attributes: Mapping[str, str]
    children: tuple[Element | str, ...]

    def get(self, attribute: str) -> str:
        """Return an attribute, or nothing if it is not set."""
        return self.attributes.get(attribute, "")

    @property
    def text(self) -> str:
        """All characters inside."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find(self, *names: str) -> Element | None:
        """Return the first element below (or this one) with one of the names."""
        return next((each for each in self.walk() if each.name in names), None)

    def kinds(self) -> frozenset[str]:
        """Return what the element says it is: its ``epub:type`` and ARIA role, without prefixes.

        >>> sorted(Element("section", {"epub:type": "se:x chapter", "role": "doc-chapter"}, ()).kinds())
        ['chapter', 'x']
        """
        words = (self.get("epub:type") + " " + self.get("role").replace("doc-", "")).lower().split()
        return frozenset(word.rpartition(":")[2] for word in words)


def parse_xml(file: Path, name: str, content: bytes) -> Element:
    """Return the tree of a package, contents or container file.

    Raises:
        ProjectError: If it is not well-formed, or declares entities.
    """
    text = decode_markup(file, name, content)
    try:
        return _from_lxml(_parse(text), 0)
    except (etree.XMLSyntaxError, ValueError) as error:
        hint = "open and save the book in an EPUB editor (Sigil, calibre), which mends such files"
        raise refuse(
            file, "epub-malformed", f"{name!r} in the book is not well-formed XML: {error}", hint
        ) from error


def parse_page(file: Path, name: str, content: bytes) -> Element:
    """Return the tree of a content document, read as HTML if it is not well-formed XHTML.

    Raises:
        ProjectError: If it declares entities, or its characters cannot be decoded.
    """
    text = decode_markup(file, name, content)
    try:
        return _from_lxml(_parse(text), 0)
    except (etree.XMLSyntaxError, ValueError):
        root = LexborHTMLParser(text).root
        return _from_selectolax(root, 0) if root is not None else Element("html", {}, ())


def parse_html(file: Path, text: str) -> Element:
    """Return the tree of a web page, as browsers read it.

    Args:
        file: Where it is from.
        text: Its characters.

    Raises:
        ProjectError: If it declares entities.
    """
    _refuse_entities(file, file.name, text)
    root = LexborHTMLParser(_DECLARATION.sub("", text, count=1)).root
    return _from_selectolax(root, 0) if root is not None else Element("html", {}, ())


def declared_encoding(content: bytes) -> str:
    """Return the encoding that markup says it is in, or nothing.

    >>> declared_encoding(b'<meta charset="koi8-r">'), declared_encoding(b"<p>")
    ('koi8-r', '')
    """
    declaration = _DECLARATION.match(content[:200].decode("latin-1"))
    declared = _DECLARED.search(declaration.group()) if declaration else None
    if declared:
        return declared.group(1)
    charset = _CHARSET.search(content[:2000])
    return charset.group(1).decode("ascii") if charset else ""


def decode_markup(file: Path, name: str, content: bytes) -> str:
    """Return the characters of a document, without its XML declaration, HTML's named entities resolved.

    Raises:
        ProjectError: If the bytes are not in the encoding that they claim, or entities are declared: a few
            lines of declarations can expand to gigabytes.
    """
    encoding = _find_encoding(content)
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        hint = "open and save the book in an EPUB editor (Sigil, calibre)"
        raise refuse(
            file, "epub-encoding", f"{name!r} in the book is not {encoding}: {error}", hint
        ) from error
    _refuse_entities(file, name, text)
    text = _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)
    return _ENTITY.sub(_resolve_entity, text)


def _refuse_entities(file: Path, name: str, text: str) -> None:
    if "<!ENTITY" in text:
        hint = "open and save the book in an EPUB editor (Sigil, calibre); the file may be an attack"
        raise refuse(file, "epub-entities", f"{name!r} in the book declares XML entities of its own", hint)


def _find_encoding(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return encoding
    return declared_encoding(content) or "utf-8"


def _resolve_entity(found: re.Match[str]) -> str:
    name = found.group(1)
    return found.group() if name in _OWN_ENTITIES else html5.get(f"{name};", found.group())


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(text, parser)


def _from_lxml(node: etree._Element, depth: int) -> Element:
    children: list[Element | str] = [node.text] if node.text else []
    for child in node:
        if isinstance(child.tag, str):
            below = _from_lxml(child, depth + 1)
            children.extend(_lay_flat(below) if depth >= _DEEPEST else [below])
        if child.tail:
            children.append(child.tail)
    attributes = {_plain_name(str(key)): str(value) for key, value in node.attrib.items()}
    return Element(etree.QName(node).localname.lower(), attributes, tuple(children))


def _lay_flat(element: Element) -> list[Element | str]:
    """Return an element's content beside it: it still ends a paragraph, but holds nothing."""
    return [Element(element.name, element.attributes, ()), *element.children]


def _plain_name(name: str) -> str:
    namespace, _, local = name.rpartition("}")
    return _NAMESPACES.get(namespace[1:], "") + local.lower()


def _from_selectolax(node: LexborNode, depth: int) -> Element:
    name, attributes = _describe(node)
    if depth >= _DEEPEST:
        inner = [each for each in node.traverse(include_text=True) if each.mem_id != node.mem_id]
        flat = [_text_of(each) if each.tag == "-text" else Element(*_describe(each), ()) for each in inner]
        return Element(name, attributes, tuple(flat))
    children: list[Element | str] = []
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            children.append(_text_of(child))
        elif child.tag and child.tag[0] not in "-_!":
            children.append(_from_selectolax(child, depth + 1))
    return Element(name, attributes, tuple(children))


def _text_of(node: LexborNode) -> str:
    """Return a text node's characters; those of scripts and styles are no text of the book."""
    silent = node.parent is not None and node.parent.tag in {"script", "style"}
    return "" if silent else node.text_content or ""


def _describe(node: LexborNode) -> tuple[str, dict[str, str]]:
    given = node.attributes.items()
    attributes = {key.removeprefix("xlink:").removeprefix("xml:"): value or "" for key, value in given}
    return (node.tag or "").lower(), attributes
