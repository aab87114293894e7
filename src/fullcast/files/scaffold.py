"""Making a project: an example that renders at once, or a whole book from a manuscript.

All is written under a temporary name first, and moved into place when it is whole.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import UsageError
from fullcast.files.disk import explained
from fullcast.files.example import EXAMPLE_CHAPTER, EXAMPLE_FILES, EXAMPLE_TEXT
from fullcast.files.manuscript import Manuscript, ManuscriptChapter
from fullcast.files.prose import count_words
from fullcast.files.voices import list_voices
from fullcast.files.yaml_scalars import write_scalar
from fullcast.model import Age, Settings, Voice
from fullcast.text.normalise import primary_tag

_LONGEST_SLUG = 48
_LONGEST_TITLE = 300
_LONGEST_DESCRIPTION = 4000

_HARMLESS = frozenset({".git", ".DS_Store"})

_IGNORED = "# what fullcast makes: safe to delete, made again by `fullcast render`\n.fullcast/\noutput/\n"

_HEAD = """\
# {title}
# `fullcast check` finds mistakes in this file, `fullcast render` makes the audiobook,
# `fullcast schema` describes every key.
fullcast: 1

book:
{book}

# Who speaks with which voice; `fullcast voices list` names them. Give a character of the book a voice of its
# own by a line such as    Mara: {{voice: mara, style: warm and a little hoarse}}
cast:
{cast}

# In this order. A chapter may have cues: a bed of rain, a door, music. For instance:
#   cues:
#     - {{bed: light rain, from: start, to: "a phrase of the text", level: -24}}
chapters:
{chapters}

# m4b: one book with chapter marks. chapters: one file a chapter.
deliveries: [m4b, chapters]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """A project that was made."""

    folder: Path
    title: str
    chapters: tuple[tuple[str, int], ...]
    """Title and number of words of each that is heard."""
    left_out: tuple[tuple[str, str], ...]
    """What of the manuscript is not in the project, and why."""


def make_project(
    folder: Path, manuscript: Manuscript | None, *, voices: Sequence[Voice] | None = None
) -> Scaffold:
    """Make a project in a new or empty folder.

    Args:
        folder: Where.
        manuscript: The book; None makes an example of one chapter.
        voices: Voices to choose from; those that ship unless given.

    Raises:
        UsageError: If the folder is a file or in use.
        StoreError: If the disk refuses; nothing half-made remains.
    """
    _check_free(folder)
    if manuscript:
        if voices is None:
            voices, _ = list_voices(project=None, settings=Settings(jobs=1))
        files = _write_files(manuscript, voices)
        title = _bounded(manuscript.title, _LONGEST_TITLE)
        chapters = tuple((each.title, count_words(each.text)) for each in manuscript.chapters if each.include)
    else:
        title = folder.resolve().name
        files = {
            name: text.replace("{title}", write_scalar(title)).encode()
            for name, text in EXAMPLE_FILES.items()
        }
        chapters = ((EXAMPLE_CHAPTER, count_words(EXAMPLE_TEXT)),)
    _write_project(folder, {**files, ".gitignore": _IGNORED.encode()})
    left_out = tuple(_list_left_out(manuscript)) if manuscript else ()
    return Scaffold(folder=folder, title=title, chapters=chapters, left_out=left_out)


def _list_left_out(manuscript: Manuscript) -> Iterator[tuple[str, str]]:
    for each in manuscript.chapters:
        if not each.include:
            yield each.title, "you left it out; it stands in project.yaml with include: false"
    yield from ((each.what, each.why) for each in manuscript.left_out)


def make_slug(title: str) -> str:
    """Return a title as part of a file name: small letters, hyphens, accents dropped, other scripts kept.

    >>> make_slug("Épilogue: What’s left?"), make_slug("第一章 风暴"), make_slug("***")
    ('epilogue-whats-left', '第一章-风暴', 'chapter')
    """
    plain = unicodedata.normalize("NFKD", title.replace("’", "").replace("'", "").replace("ß", "ss"))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    # NFKD takes Hangul syllables apart; NFC puts them together again, and the accents are gone by now.
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", letters).lower())
    return "-".join(words)[:_LONGEST_SLUG].strip("-") or "chapter"


def choose_voices(language: str, voices: Sequence[Voice]) -> tuple[str, str | None]:
    """Return the narrator's voice for a language and another for everyone who is not named.

    English is read by ``alba``. Without a voice that is at home in the language ``alba`` reads too, in the
    engine's own pronunciation of it; what an engine cannot say at all, ``fullcast check`` finds.
    """
    tag = primary_tag(language)
    at_home = [each for each in voices if any(primary_tag(known) == tag for known in each.languages)]
    grown = [each for each in at_home if each.age is Age.ADULT] or at_home
    if tag == "en" or not grown:
        return "alba", "extra"
    others = [each for each in [*grown, *at_home] if each.name != grown[0].name]
    return grown[0].name, others[0].name if others else None


def _check_free(folder: Path) -> None:
    with explained(folder, "write"):
        is_file = folder.is_file()
        inside = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    if is_file:
        message = f"{str(folder)!r} is a file"
        raise UsageError(message, hint="give the name of a folder that does not exist yet")
    used = [name for name in inside if name not in _HARMLESS]
    if used:
        message = f"the folder {str(folder)!r} is not empty: it holds {used[0]!r}"
        message += f" and {len(used) - 1} more" if len(used) > 1 else ""
        raise UsageError(message, hint="give the name of a folder that does not exist yet, or empty this one")


def _write_files(manuscript: Manuscript, voices: Sequence[Voice]) -> dict[str, bytes]:
    """Return the files of a book's project, by their paths in it."""
    digits = max(2, len(str(len(manuscript.chapters))))
    names = [
        f"chapters/{number:0{digits}}-{make_slug(each.title)}.md"
        for number, each in enumerate(manuscript.chapters, 1)
    ]
    files = {name: each.text.encode() for name, each in zip(names, manuscript.chapters, strict=True)}
    cover = f"cover{manuscript.cover.suffix}" if manuscript.cover else ""
    if manuscript.cover:
        files[cover] = manuscript.cover.content
    listed = (_write_entry(each, name) for each, name in zip(manuscript.chapters, names, strict=True))
    project = _HEAD.format(
        title=" ".join(_bounded(manuscript.title, 90).split()),
        book=_write_book(manuscript, cover),
        cast=_write_cast(manuscript.language, voices),
        chapters="\n".join(listed),
    )
    return {**files, "project.yaml": project.encode()}


def _write_entry(chapter: ManuscriptChapter, name: str) -> str:
    title = _bounded(chapter.title, _LONGEST_TITLE)
    entry = f"  - title: {write_scalar(title)}\n    text: {write_scalar(name)}"
    return entry if chapter.include else f"{entry}\n    include: false"


def _write_book(manuscript: Manuscript, cover: str) -> str:
    fields: Mapping[str, str] = {
        "title": _bounded(manuscript.title, _LONGEST_TITLE),
        "author": _bounded(manuscript.author, _LONGEST_TITLE),
        "language": manuscript.language,
        "cover": cover,
        "year": manuscript.year,
        "publisher": _bounded(manuscript.publisher, _LONGEST_TITLE),
        "description": _bounded(manuscript.description, _LONGEST_DESCRIPTION),
    }
    return "\n".join(f"  {key}: {write_scalar(value)}" for key, value in fields.items() if value)


def _write_cast(language: str, voices: Sequence[Voice]) -> str:
    narrator, other = choose_voices(language, voices)
    lines = [f"  Narrator: {{voice: {write_scalar(narrator)}}}"]
    if other:
        # One voice for all who are not named would turn most books into a duet: left to the author.
        lines.append(f'  # "*": {{voice: {write_scalar(other)}}}   # everyone who is not named above')
    return "\n".join(lines)


def _bounded(text: str, limit: int) -> str:
    """Return a text that the project file takes: an unclosed tag can make a title of a whole chapter."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _write_project(folder: Path, files: Mapping[str, bytes]) -> None:
    with explained(folder, "write"), _whole_folder(folder) as part:
        for name, content in files.items():
            file = part / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


@contextmanager
def _whole_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that becomes ``folder`` at the end, or vanishes if anything fails.

    An empty folder that exists stays the same folder: it may be a mount point, or the one a shell stands in.
    """
    exists = folder.is_dir()
    part = (folder if exists else folder.parent) / f".{folder.resolve().name}.{os.getpid()}.part"
    moved: list[Path] = []
    try:
        part.mkdir(parents=True)
        yield part
        if not exists:
            part.rename(folder)
            return
        # project.yaml comes last: without it the folder is no project.
        for entry in sorted(part.iterdir(), key=lambda each: each.name == "project.yaml"):
            target = entry.rename(folder / entry.name)
            moved.append(target)
        part.rmdir()
    except BaseException:
        for path in (part, *moved):
            _remove(path)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
