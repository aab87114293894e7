"""Importing a book: an EPUB, a text, Markdown, a web page, a DOCX or a PDF becomes a manuscript."""

from __future__ import annotations

import zipfile
from pathlib import Path

from fullcast.files.manuscript import Manuscript, refuse

_TEXT = frozenset({".txt", ".text"})

_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})

_PAGES = frozenset({".html", ".htm", ".xhtml"})

_WORD = frozenset({".docx", ".docm"})

_EPUB = frozenset({".epub", ".kepub"})

_ZIP = b"PK"

KINDS = "an EPUB, a text (.txt), Markdown (.md), HTML, DOCX or PDF file"
"""What is read, as messages call it."""


def read_manuscript(file: Path, encoding: str = "") -> Manuscript:
    """Return what a book file holds for the ear: chapters as chapter text, and what was left out.

    Args:
        file: An EPUB 2 or 3, a plain text (``.txt``), Markdown (``.md``), HTML, DOCX or PDF.
        encoding: The encoding of a text or a web page, if somebody says it.

    Raises:
        ProjectError: If it cannot be read as such a book; nothing is written in any case.
    """
    try:
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "does not exist"
            hint = f"give the path of {KINDS}"
            raise refuse(file, "no-such-file", f"{file.name!r} {what}", hint)
        return _read(file, encoding, _kind(file))
    except OSError as error:
        hint = "check that the file can be read"
        raise refuse(file, "unreadable", f"{file.name!r} cannot be read: {error.strerror}", hint) from error


def _kind(file: Path) -> str:
    """Return what a file is: by its first bytes where they tell, else by its suffix."""
    suffix = file.suffix.lower()
    with file.open("rb") as stream:
        head = stream.read(1024)
    if head.startswith(_ZIP):
        return "docx" if suffix in _WORD or (suffix != ".epub" and is_word_file(file)) else "epub"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"%PDF-") or suffix == ".pdf":
        return "pdf"
    by_suffix = ((_TEXT, "text"), (_MARKDOWN, "markdown"), (_PAGES, "html"), (_WORD, "docx"), (_EPUB, "epub"))
    return next((kind for suffixes, kind in by_suffix if suffix in suffixes), "")


def _read(file: Path, encoding: str, kind: str) -> Manuscript:
    """Read a file of a kind; the parsers are loaded only when they are needed."""
    if encoding and kind not in {"text", "markdown", "html"}:
        message = f"--encoding is for texts and web pages; {file.name!r} says itself how it is encoded"
        raise refuse(file, "needless-encoding", message, "leave --encoding out")
    match kind:
        case "markdown":
            from fullcast.files.markdown_read import read_markdown

            return read_markdown(file, encoding)
        case "text":
            from fullcast.files.text_read import read_plain_text

            return read_plain_text(file, encoding)
        case "html":
            from fullcast.files.html_read import read_html

            return read_html(file, encoding)
        case "docx":
            from fullcast.files.docx_read import read_docx

            return read_docx(file)
        case "pdf":
            from fullcast.files.pdf_read import read_pdf

            return read_pdf(file)
        case "epub":
            from fullcast.files.epub_read import read_epub

            return read_epub(file)
        case _:
            hint = f"give {KINDS}; calibre converts other formats to EPUB"
            found = f"books of the kind {file.suffix.lower() or 'without a suffix'!r} are not read"
            raise refuse(file, "unknown-format", found, hint)


def is_word_file(file: Path) -> bool:
    """Tell whether a ZIP file is a Word document, whatever its suffix says."""
    try:
        with zipfile.ZipFile(file) as container:
            return "word/document.xml" in container.namelist()
    except (zipfile.BadZipFile, OSError):
        return False
