"""New projects: an example, or a whole book."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fullcast.files.book_import import read_manuscript
from fullcast.files.scaffold import make_project
from fullcast.files.voices import list_voices
from fullcast.model import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A project that was made."""

    folder: Path
    title: str
    chapters: tuple[tuple[str, int], ...]
    """Title and number of words."""
    left_out: tuple[tuple[str, str], ...]
    """What of the manuscript is not in the project, and why."""


def create(folder: Path, source: Path | None, settings: Settings) -> Created:
    """Make a project.

    Args:
        folder: Where; must not exist, or be empty.
        source: EPUB, text or Markdown; None makes an example to start from.
        settings: The machine: where voices are looked for.

    Raises:
        ProjectError: If the source cannot be read; nothing is written.
        UsageError: If the folder is in use.
        StoreError: If the disk refuses.
    """
    manuscript = read_manuscript(source) if source else None
    voices, _ = list_voices(project=None, settings=settings)
    made = make_project(folder, manuscript, voices=voices)
    return Created(folder=folder, title=made.title, chapters=made.chapters, left_out=made.left_out)
