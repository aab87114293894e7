"""Importing a book: an EPUB, a plain text or Markdown becomes a manuscript."""

from __future__ import annotations

from pathlib import Path

from fullcast.files.manuscript import Manuscript, refuse

_TEXT = frozenset({".txt", ".text"})

_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})

_ZIP = b"PK"


def read_manuscript(file: Path) -> Manuscript:
    """Return what a book file holds for the ear: chapters as chapter text, and what was left out.

    Args:
        file: An EPUB 2 or 3, a plain text (``.txt``) or Markdown (``.md``).

    Raises:
        ProjectError: If it cannot be read as such a book; nothing is written in any case.
    """
    try:
        if not file.is_file():
            what = "is a folder" if file.is_dir() else "does not exist"
            hint = "give the path of an EPUB, a .txt or a .md file"
            raise refuse(file, "no-such-file", f"{file.name!r} {what}", hint)
        return _read(file, file.suffix.lower())
    except OSError as error:
        hint = "check that the file can be read"
        raise refuse(file, "unreadable", f"{file.name!r} cannot be read: {error.strerror}", hint) from error


def _read(file: Path, suffix: str) -> Manuscript:
    """Read by the suffix where it is clear; the parsers are loaded only when they are needed."""
    if suffix in _MARKDOWN:
        from fullcast.files.markdown_read import read_markdown

        return read_markdown(file)
    with file.open("rb") as stream:
        zipped = stream.read(2) == _ZIP
    if suffix in _TEXT and not zipped:
        from fullcast.files.text_read import read_plain_text

        return read_plain_text(file)
    if suffix not in _TEXT | {".epub", ".kepub"} and not zipped:
        hint = "give an EPUB, a plain text (.txt) or Markdown (.md); calibre converts other formats to EPUB"
        raise refuse(
            file, "unknown-format", f"books of the kind {suffix or 'without a suffix'!r} are not read", hint
        )
    from fullcast.files.epub_read import read_epub

    return read_epub(file)
