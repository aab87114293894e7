"""A book as it was found in a file: what every importer returns and ``fullcast new`` writes out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import Place, Problem, ProjectError

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

_LANGUAGES = {
    name: tag
    for tag, names in {
        "en": "eng english",
        "de": "ger deu german deutsch",
        "fr": "fre fra french français",
        "es": "spa spanish español",
        "it": "ita italian italiano",
        "pt": "por portuguese",
        "nl": "dut nld dutch",
        "sv": "swe swedish",
        "fi": "fin finnish",
        "pl": "pol polish",
        "ru": "rus russian",
        "zh": "chi zho chinese 中文",
        "ja": "jpn japanese 日本語",
        "ko": "kor korean",
    }.items()
    for name in names.split()
}
"""Codes of three letters (ISO 639-2) and names that stand where a tag belongs."""

_SCRIPTS = {
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}
"""Scripts that one language alone is written in; Japanese, by its kana, before Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A cover picture that audio players show."""

    content: bytes
    suffix: str
    """``.jpg`` or ``.png``, from the content itself, not from the name it had in the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManuscriptChapter:
    """A chapter as chapter text: Markdown in which the book's own characters are escaped."""

    title: str
    text: str
    source: str
    """Where in the book it was found: file of the EPUB, first line of a text, page of a PDF."""
    include: bool = True
    """Whether it will be heard; the person who imports the book may leave it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something of the book that will not be heard."""

    what: str
    why: str
    chapter: ManuscriptChapter | None = None
    """Its text, where it has one that somebody could want to hear after all."""
    before: int = 0
    """How many chapters stand in front of it."""


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
    notes: tuple[str, ...] = ()
    """What was guessed and should be looked at, as whole clauses."""


def refuse(file: Path, code: str, message: str, hint: str) -> ProjectError:
    """Return the error for a book file that cannot be read.

    Args:
        file: The file as the person named it.
        code: Stable identifier in kebab case.
        message: What is wrong, with the offending value.
        hint: What to do.
    """
    return ProjectError(Problem(code=code, message=message, place=Place(file=str(file)), hint=hint))


def read_language(written: str, text: str = "") -> tuple[str, LeftOut | None]:
    """Return a language as a BCP 47 tag, and what to say if the book's own word for it is none.

    Args:
        written: What the book says.
        text: Some of its text: where nothing is written, its script may tell.

    >>> read_language("ger"), read_language("en_US"), read_language("English")
    (('de', None), ('en-US', None), ('en', None))
    """
    tag = written.strip().replace("_", "-")
    known = _LANGUAGES.get(tag.lower(), tag)
    if _TAG.fullmatch(known) and known.lower() != "und":
        return known, None
    by_script = next(
        (each for each, script in _SCRIPTS.items() if len(script.findall(text)) * 5 > len(text)), ""
    )
    if by_script and not tag:
        return by_script, None
    what = f"language {written!r}" if tag else "language: the book does not say it"
    return "en", LeftOut(what=what, why="English is assumed: write the right tag at book.language")


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
