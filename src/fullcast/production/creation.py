"""New projects: an example, or a whole book; and a look at what a book file holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fullcast.files.book_import import read_manuscript
from fullcast.files.manuscript import Manuscript
from fullcast.files.scaffold import make_project
from fullcast.files.selection import Part, choose_parts, list_parts
from fullcast.files.voices import list_voices
from fullcast.model import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A book file, and what of it shall be heard."""

    file: Path
    encoding: str = ""
    """Of a text; empty where the text tells it."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A project that was made."""

    folder: Path
    title: str
    chapters: tuple[tuple[str, int], ...]
    """Title and number of words of each that is heard."""
    left_out: tuple[tuple[str, str], ...]
    """What of the manuscript is not heard, and why."""
    notes: tuple[str, ...] = ()
    """What was guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a book file holds, before anything is made of it."""

    title: str
    author: str
    language: str
    parts: tuple[Part, ...]
    left_out: tuple[tuple[str, str], ...]
    """What has no text of its own, or is never read: pictures, numbers of notes."""
    notes: tuple[str, ...]


def create(folder: Path, source: Source | None, settings: Settings) -> Created:
    """Make a project.

    Args:
        folder: Where; must not exist, or be empty.
        source: The book; None makes an example to start from.
        settings: The machine: where voices are looked for.

    Raises:
        ProjectError: If the source cannot be read; nothing is written.
        UsageError: If the folder is in use, or the choice of chapters names none.
        StoreError: If the disk refuses.
    """
    manuscript = _read(source) if source else None
    voices, _ = list_voices(project=None, settings=settings)
    made = make_project(folder, manuscript, voices=voices)
    return Created(
        folder=folder,
        title=made.title,
        chapters=made.chapters,
        left_out=made.left_out,
        notes=manuscript.notes if manuscript else (),
    )


def look_into(source: Source) -> Listing:
    """Return what a book file holds and what would become of it; nothing is written.

    Args:
        source: The book.

    Raises:
        ProjectError: If it cannot be read.
        UsageError: If the choice of chapters names none.
    """
    manuscript = _read(source)
    return Listing(
        title=manuscript.title,
        author=manuscript.author,
        language=manuscript.language,
        parts=list_parts(manuscript),
        left_out=tuple((each.what, each.why) for each in manuscript.left_out if each.chapter is None),
        notes=manuscript.notes,
    )


def _read(source: Source) -> Manuscript:
    manuscript = read_manuscript(source.file, source.encoding)
    return choose_parts(manuscript, include=source.include, exclude=source.exclude)
