"""A book as it was found in a file: what every importer returns and ``fullcast new`` writes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import Place, Problem, ProjectError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A cover picture that audio players show."""

    content: bytes
    suffix: str
    """``.jpg`` or ``.png``, from the content itself, not from the name it had in the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something of the book that will not be heard."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManuscriptChapter:
    """A chapter as chapter text: Markdown in which the book's own characters are escaped."""

    title: str
    text: str
    source: str
    """Where in the book it was found: the file inside the EPUB, or the first line in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """What a book file holds for the ear."""

    title: str
    chapters: tuple[ManuscriptChapter, ...]
    author: str = ""
    language: str = "en"
    year: str = ""
    publisher: str = ""
    description: str = ""
    cover: Cover | None = None
    left_out: tuple[LeftOut, ...] = ()
    """In the order of the book: whoever imports a book must be able to see what is missing."""


def refuse(file: Path, code: str, message: str, hint: str) -> ProjectError:
    """Return the error for a book file that cannot be read.

    Args:
        file: The file as the person named it.
        code: Stable identifier in kebab case.
        message: What is wrong, with the offending value.
        hint: What to do.
    """
    return ProjectError(Problem(code=code, message=message, place=Place(file=str(file)), hint=hint))


def cover_from(content: bytes) -> Cover | None:
    """Return the picture as a cover, or None if it is neither JPEG nor PNG.

    >>> cover_from(b"GIF89a") is None
    True

    Source:
        The signatures: ITU-T T.81 (JPEG), Annex B; ISO/IEC 15948 (PNG), 5.2.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return Cover(content=content, suffix=".jpg")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Cover(content=content, suffix=".png")
    return None
