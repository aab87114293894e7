"""A W3C Audiobook in the Lightweight Packaging Format, with its table of contents.

Source:
    W3C, Audiobooks (2020), 3 and 4; Lightweight Packaging Format (2020), 3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from fullcast.files.packages import Member, write_package
from fullcast.model import Credits
from fullcast.units import Seconds

_TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".flac": "audio/flac"}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardChapter:
    """A chapter of an audiobook."""

    title: str
    audio: Path
    duration: Seconds


def write_lpf(file: Path, *, about: Credits, cover: bytes | None, chapters: Sequence[HeardChapter]) -> int:
    """Write an audiobook as one package; returns its bytes.

    Args:
        file: Where it goes; replaced only once the new one is whole.
        about: What the manifest says of the book.
        cover: JPEG data.
        chapters: In order.

    Raises:
        StoreError: If the disk refuses.
    """
    return write_package(file, _members(about, cover, chapters))


def _members(about: Credits, cover: bytes | None, chapters: Sequence[HeardChapter]) -> Iterator[Member]:
    manifest = json.dumps(_manifest(about, cover is not None, chapters), ensure_ascii=False, indent=2)
    yield Member(name="publication.json", content=manifest.encode())
    yield Member(name="toc.html", content=_contents(about, chapters).encode())
    if cover is not None:
        yield Member(name="cover.jpg", content=cover, stored=True)
    for number, chapter in enumerate(chapters, 1):
        yield Member(name=_address(number, chapter), content=chapter.audio, stored=True)


def _address(number: int, chapter: HeardChapter) -> str:
    return f"audio/{number:03}{chapter.audio.suffix}"


def iso_duration(seconds: float) -> str:
    """Return a duration as ISO 8601 writes it.

    >>> iso_duration(3725.5)
    'PT3725.500S'
    """
    return f"PT{seconds:.3f}S"


def _manifest(about: Credits, has_cover: bool, chapters: Sequence[HeardChapter]) -> dict[str, object]:  # noqa: FBT001 - one fact of three
    known = {
        "author": about.author,
        "readBy": about.narrator,
        "publisher": about.publisher,
        "description": about.description,
        "datePublished": about.year,
        "id": f"urn:isbn:{about.isbn}" if about.isbn else "",
    }
    order = [
        {
            "url": _address(number, chapter),
            "encodingFormat": _TYPES[chapter.audio.suffix],
            "duration": iso_duration(chapter.duration),
            "name": chapter.title,
        }
        for number, chapter in enumerate(chapters, 1)
    ]
    contents = {"url": "toc.html", "rel": "contents", "encodingFormat": "text/html", "type": "LinkedResource"}
    cover = {"url": "cover.jpg", "rel": "cover", "encodingFormat": "image/jpeg", "type": "LinkedResource"}
    return {
        "@context": ["https://schema.org", "https://www.w3.org/ns/pub-context"],
        "conformsTo": "https://www.w3.org/TR/audiobooks/",
        "type": "Audiobook",
        "name": about.title,
        "inLanguage": about.language,
        "abridged": False,
        **{name: value for name, value in known.items() if value},
        "duration": iso_duration(sum(chapter.duration for chapter in chapters)),
        "readingOrder": order,
        "resources": [contents, *([cover] if has_cover else [])],
    }


def _contents(about: Credits, chapters: Sequence[HeardChapter]) -> str:
    language, title = escape(about.language), escape(about.title)
    entries = "\n".join(
        f'<li><a href="{_address(number, chapter)}">{escape(chapter.title)}</a></li>'
        for number, chapter in enumerate(chapters, 1)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">'
        f'<head><meta charset="utf-8"/><title>{title}</title></head>\n'
        f'<body><nav role="doc-toc"><h1>{title}</h1><ol>\n{entries}\n</ol></nav></body></html>\n'
    )
