"""Who speaks in a book: read from a text alone, or from a project with what is known and decided there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import Place, Problem, ProjectError
from fullcast.files.decoding import read_text as read_in_other_encodings
from fullcast.files.disk import explained
from fullcast.files.learned import read_weights
from fullcast.model import Reading
from fullcast.text.normalise import primary_tag

LARGEST = 64 * 2**20
"""Bytes of a text; the longest novels have 10 MB."""

READ = ("en", "zh")
"""Languages whose books are understood."""

_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """A text and what its words tell."""

    text: str
    language: str
    reading: Reading


def read_text(file: Path, language: str | None = None) -> ReadText:
    """Return who speaks in a text file.

    Args:
        file: A plain text or Markdown; offsets are into its characters as they stand.
        language: BCP 47 tag; None tells Chinese by its script from English.

    Raises:
        ProjectError: If it is no text, or its language is not understood.
        StoreError: If it cannot be read.
    """
    with explained(file, "read"):
        raw = file.read_bytes()
    if len(raw) > LARGEST:
        raise _refuse(file, "too-large", f"the text has {len(raw):,} bytes", f"give at most {LARGEST:,}")
    text = _decode(raw, file)
    if not text.strip():
        raise _refuse(file, "empty-file", "the text is empty", "give a book or a chapter")
    tag = primary_tag(language) if language else language_of(text)
    if tag not in READ:
        raise _refuse(
            file,
            "unread-language",
            f"who speaks is found out in English and Chinese, not in {language!r}",
            'mark speakers in the text: [“…”]{as="Name"}',
        )
    return ReadText(text=text, language=tag, reading=_read(text, tag))


def _decode(raw: bytes, file: Path) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return read_in_other_encodings(file)


def language_of(text: str) -> str:
    """Return the language of a text: Chinese where a tenth of it is in its script, else English."""
    return "zh" if len(_HAN.findall(text[:100_000])) * 10 > len(text[:100_000]) else "en"


def _read(text: str, language: str) -> Reading:
    if language == "zh":
        from fullcast.text.chinese_reading import read_chinese

        return read_chinese(text)
    from fullcast.text.novel.reading import read_novel

    return read_novel(text, read_weights())


def _refuse(file: Path, code: str, message: str, hint: str) -> ProjectError:
    return ProjectError(Problem(code=code, message=message, place=Place(file=str(file)), hint=hint))
