"""Folders and files that stand beside a book in a library of Audiobookshelf.

Source:
    Audiobookshelf: server/utils/scandir.js (names of folders), server/models/Book.js (metadata.json).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from fullcast.model import Credits
from fullcast.production.pieces import Work, safe_name
from fullcast.units import Seconds


def book_folder(credits: Credits) -> str:  # noqa: A002 - the word for it; the builtin is for shells
    """Return the folder of a book, as Audiobookshelf reads author, series, year and narrator from it.

    >>> book_folder(Credits(title="The Lantern", author="Ada Example", year="2026", narrator="Alba"))
    'Ada Example/2026 - The Lantern {Alba}'
    """
    volume = f"Book {credits.volume}" if credits.series and credits.volume else ""
    names = [credits.year, volume, credits.title, credits.subtitle]
    title = " - ".join(name for name in names if name)
    narrator = f" {{{credits.narrator}}}" if credits.narrator else ""
    folders = [credits.author or "Unknown", credits.series, title + narrator]
    return "/".join(safe_name(folder) for folder in folders if folder)


def shelf_sidecars(work: Work, starts: list[Seconds]) -> Iterator[tuple[str, str]]:
    """Yield name and content of each text beside the book.

    Args:
        work: The delivery.
        starts: Where each chapter begins in the book.
    """
    about = work.credits
    yield "metadata.json", json.dumps(_metadata(work, starts), ensure_ascii=False, indent=2)
    if about.description:
        yield "desc.txt", about.description
    if about.narrator:
        yield "reader.txt", about.narrator


def _metadata(work: Work, starts: list[Seconds]) -> dict[str, object]:
    about = work.credits
    ends = [start + piece.duration for start, piece in zip(starts[-1:], work.pieces[-1:], strict=True)]
    spans = zip(work.pieces, starts, [*starts[1:], *ends], strict=True)
    volume = f" #{about.volume}" if about.volume else ""
    return {
        "tags": ["AI narration"] if about.disclosure else [],
        "chapters": [
            {"id": number, "start": round(start, 3), "end": round(end, 3), "title": piece.title}
            for number, (piece, start, end) in enumerate(spans)
        ],
        "title": about.title,
        "subtitle": about.subtitle or None,
        "authors": [about.author] if about.author else [],
        "narrators": [about.narrator] if about.narrator else [],
        "series": [f"{about.series}{volume}"] if about.series else [],
        "genres": [about.genre] if about.genre else [],
        "publishedYear": about.year or None,
        "publishedDate": None,
        "publisher": about.publisher or None,
        "description": about.description or None,
        "isbn": about.isbn or None,
        "asin": None,
        "language": about.language,
        "explicit": False,
        "abridged": False,
    }
