"""Reading a Word document (DOCX) as a book for the ear.

Mammoth turns it into HTML by the names of its styles, tracked changes as accepted, notes as links; from
there on it is a web page.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

from fullcast.files.decoding import read_bytes
from fullcast.files.flow import make_manuscript
from fullcast.files.html_read import read_flow
from fullcast.files.manuscript import Manuscript, refuse
from fullcast.files.xhtml import Element, parse_html, parse_xml

_STYLES = """
p[style-name='Title'] => p.fullcast-title:fresh
p[style-name='Subtitle'] => p.fullcast-subtitle:fresh
p[style-name='TOC Heading'] => p.fullcast-toc:fresh
p[style-name^='toc '] => p.fullcast-toc:fresh
p[style-name^='TOC '] => p.fullcast-toc:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='Caption'] => p.fullcast-caption:fresh
r[style-name='Emphasis'] => em
r[style-name='Subtle Emphasis'] => em
u => em
"""
"""What styles of Word mean here, in Mammoth's words."""

_LARGEST = 256 * 2**20
"""Bytes that the parts of a document may have when they are unpacked; pictures are not looked at."""

_DOCUMENT = "word/document.xml"

_CORE = "docProps/core.xml"

_AGAIN = "open it in a word processor and save it again as DOCX"


def read_docx(file: Path) -> Manuscript:
    """Return what a Word document holds for the ear.

    Raises:
        ProjectError: If it is no such document, is not to be trusted, or holds no text.
    """
    content = read_bytes(file)
    core = _open_parts(file, content)
    root = parse_html(file, _to_html(file, content))
    titles = [each.text for each in root.walk() if each.get("class") == "fullcast-title"]
    flow = read_flow(file, _without_ours(root))
    titled = {"title": " ".join(titles[0].split())} if titles else {}
    places = tuple(f"paragraph {number}" for number in range(1, len(flow.blocks) + 1))
    return make_manuscript(replace(flow, details=titled | core, places=places))


def _without_ours(root: Element) -> Element:
    """Return a document without the title and the contents, which no narrator reads where they stand."""
    children = (_without_ours(each) if isinstance(each, Element) else each for each in root.children)
    kept = (
        each for each in children if isinstance(each, str) or not each.get("class").startswith("fullcast-")
    )
    return replace(root, children=tuple(kept))


def _open_parts(file: Path, content: bytes) -> dict[str, str]:
    """Check a document before it is trusted, and return what it says of itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            names = set(container.namelist())
            if _DOCUMENT not in names:
                raise refuse(file, "no-docx", f"{file.name!r} is no Word document (DOCX)", _AGAIN)
            size = sum(each.file_size for each in container.infolist() if each.filename.endswith(".xml"))
            if size > _LARGEST:
                message = f"the text of {file.name!r} unpacks to {size / 2**20:,.0f} MiB"
                raise refuse(file, "docx-too-large", message, "do not use this file; no book is as large")
            for name in names:
                if name.endswith((".xml", ".rels")) and b"<!ENTITY" in container.read(name):
                    message = f"{name!r} in the document declares XML entities of its own"
                    raise refuse(file, "docx-entities", message, f"{_AGAIN}; the file may be an attack")
            core = container.read(_CORE) if _CORE in names else b""
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        message = f"{file.name!r} is damaged, or no Word document (DOCX): {error}"
        raise refuse(file, "docx-damaged", message, _AGAIN) from error
    return _read_core(file, core) if core else {}


def _read_core(file: Path, core: bytes) -> dict[str, str]:
    root = parse_xml(file, _CORE, core)
    fields = {"title": "title", "creator": "author", "language": "language", "description": "description"}
    found = {fields[each.name]: " ".join(each.text.split()) for each in root.walk() if each.name in fields}
    return {name: value for name, value in found.items() if value}


def _to_html(file: Path, content: bytes) -> str:
    import mammoth

    try:
        made = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map=_STYLES,
            ignore_empty_paragraphs=False,
            convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
        )
    except Exception as error:  # whatever a broken document breaks in it
        message = f"{file.name!r} cannot be read as a Word document: {error}"
        raise refuse(file, "docx-damaged", message, _AGAIN) from error
    return str(made.value)
