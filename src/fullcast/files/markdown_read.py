"""Reading a Markdown text as a book: its words are chapter text already, only the chapters are cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from fullcast.files.decoding import decode_file
from fullcast.files.manuscript import Manuscript, ManuscriptChapter, read_language, refuse

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")

_FENCE = re.compile(r"[ ]{0,3}(?:```|~~~)")

_UNESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_MARKS = re.compile(r"(?<!\\)[*_]+")

_FIELDS = ("title", "author", "language", "publisher", "description", "year")

_OTHER_NAMES = {"lang": "language", "date": "year", "creator": "author", "abstract": "description"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """A heading and the lines that follow it."""

    title: str
    level: int
    number: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as chapter text, without blank lines around."""
        body = "\n".join(self.lines).strip("\n")
        return f"{body}\n" if body.strip() else ""


def read_markdown(file: Path, encoding: str = "") -> Manuscript:
    """Return a Markdown text as a book, one chapter for each heading of the highest level.

    A single ``#`` above ``##`` headings is the title of the book.

    Args:
        file: The text.
        encoding: Its encoding, if somebody says it.

    Raises:
        ProjectError: If it cannot be decoded, holds no text, or its front matter is wrong.
    """
    decoded = decode_file(file, encoding)
    text = decoded.text.removeprefix("\ufeff")
    found = _FRONT_MATTER.match(text)
    details = _read_front_matter(file, found.group(1)) if found else {}
    body = text[found.end() :] if found else text
    first_line = found.group().count("\n") + 1 if found else 1
    sections = _cut_sections(body.split("\n"), first_line)
    heads = [section for section in sections if section.level == 1]
    below = [section for section in sections if section.level == 2]
    own_title = ""
    level = 1 if heads else 2
    if len(heads) == 1 and below and sections.index(heads[0]) <= 1 and len(below) > 1:
        own_title, level = heads[0].title, 2
    chapters = _join_sections(sections, level, own_title)
    if not chapters:
        raise refuse(file, "text-empty", "there is no text in the file", "check that it is the right file")
    title = str(details.pop("title", "")) or own_title or file.stem
    named = [
        ManuscriptChapter(
            title=each.title or _default_title(title, chapters, number), text=each.text, source=each.source
        )
        for number, each in enumerate(chapters, 1)
    ]
    details["language"], note = read_language(details.get("language", ""), body[:4000])
    return Manuscript(
        title=title,
        chapters=tuple(named),
        cover=None,
        left_out=(note,) if note else (),
        notes=(decoded.note,) if decoded.note else (),
        **details,
    )


def _default_title(title: str, chapters: Sequence[ManuscriptChapter], number: int) -> str:
    return title if len(chapters) == 1 else f"Chapter {number}"


def _read_front_matter(file: Path, text: str) -> dict[str, str]:
    """Return what the YAML block at the top says of the book; every value as it is written.

    Raises:
        ProjectError: If it is no YAML mapping, or uses anchors: a few lines of them expand to gigabytes.
    """
    hint = (
        "write one `title: …` a line between the two --- lines, with quotes around values that hold a colon"
    )
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise refuse(file, "front-matter", "the front matter uses YAML aliases", hint)
        values = yaml.load(text, yaml.BaseLoader)  # noqa: S506 (BaseLoader makes strings, lists and mappings only)
    except yaml.YAMLError as error:
        raise refuse(file, "front-matter", f"the front matter is no YAML: {error}", hint) from error
    if not isinstance(values, Mapping):
        raise refuse(file, "front-matter", "the front matter holds no `key: value` lines", hint)
    plain = {_OTHER_NAMES.get(str(key), str(key)): _as_words(value) for key, value in values.items()}
    if "year" in plain:
        year = re.search(r"\d{4}", plain["year"])
        plain["year"] = year.group() if year else ""
    return {key: value for key, value in plain.items() if key in _FIELDS and value}


def _as_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_as_words(each) for each in value)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _cut_sections(lines: Sequence[str], first_line: int) -> list[_Section]:
    sections: list[_Section] = []
    title, level, number, waiting = "", 0, first_line, list[str]()
    fenced = False
    for at, line in enumerate(lines, first_line):
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading and len(heading.group(1)) <= 2:
            sections.append(_Section(title=title, level=level, number=number, lines=tuple(waiting)))
            title, level, number, waiting = _plain(heading.group(2)), len(heading.group(1)), at, []
        else:
            waiting.append(line)
    sections.append(_Section(title=title, level=level, number=number, lines=tuple(waiting)))
    return sections


def _join_sections(sections: Sequence[_Section], level: int, own_title: str) -> list[ManuscriptChapter]:
    """Return the chapters: a heading of the level begins one, lower headings stay inside."""
    chapters: list[ManuscriptChapter] = []
    for group in _groups(sections, level):
        first = group[0]
        text = first.text
        for each in group[1:]:
            text = f"{text}\n" if text else ""
            text += f"{'#' * each.level} {each.title}\n\n{each.text}"
        title = "" if first.title == own_title else first.title
        if text.strip():
            chapters.append(ManuscriptChapter(title=title, text=text, source=f"line {first.number}"))
    return chapters


def _groups(sections: Sequence[_Section], level: int) -> Iterator[list[_Section]]:
    waiting: list[_Section] = []
    for section in sections:
        if waiting and 0 < section.level <= level:
            yield waiting
            waiting = []
        waiting.append(section)
    yield waiting


def _plain(title: str) -> str:
    """Return a heading without its marks, as a title is written in the project file."""
    return _UNESCAPED.sub(r"\1", _MARKS.sub("", title)).strip()
