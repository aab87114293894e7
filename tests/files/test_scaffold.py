"""New projects: what was imported is read back; nothing half-made remains."""

from __future__ import annotations

import tempfile
import unicodedata
from functools import partial
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from fullcast.errors import StoreError, UsageError
from fullcast.files.example import EXAMPLE_TEXT
from fullcast.files.manuscript import Cover, LeftOut, Manuscript, ManuscriptChapter
from fullcast.files.project import read_project
from fullcast.files.scaffold import choose_voices, make_project, make_slug
from fullcast.files.voices import find_voice
from fullcast.files.yaml_scalars import write_scalar
from fullcast.model import Age, Book, Evidence, Settings, Voice
from fullcast.text.script import write_script

MACHINE = Settings(jobs=1)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
TRICKY = st.sampled_from(
    ["No", "on", "1984", "1:30", "~", "a: b", "- x", "# c", "'q'", '"', "\\", "é", "*", "&a", "{x}"]
)


def read(folder: Path) -> Book:
    voices = partial(find_voice, project=folder, settings=MACHINE)
    book, problems = read_project(folder, MACHINE, find_voice=voices)
    assert problems == ()
    return book


def manuscript(*titles: str, **parts: object) -> Manuscript:
    chapters = tuple(
        ManuscriptChapter(title=title, text="It rained.\n", source="a.xhtml") for title in titles
    )
    return Manuscript(title="The Lamp", chapters=chapters, **parts)  # type: ignore[arg-type]


@given(WORDS | TRICKY)
def test_every_string_is_read_back_by_every_parser(text: str) -> None:
    document = f"key: {write_scalar(text)}\n"
    assert yaml.safe_load(document) == {"key": text}
    assert YAML(typ="safe").load(document) == {"key": text}


TIDY = (
    (WORDS | TRICKY).map(lambda text: " ".join("".join(filter(str.isprintable, text)).split())).filter(bool)
)


@settings(max_examples=40)
@given(st.lists(TIDY, min_size=1, max_size=4), TIDY, TIDY)
def test_a_project_is_read_back_as_the_manuscript(titles: list[str], author: str, description: str) -> None:
    def read_form(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    made = manuscript(
        *titles, author=author, description=description, publisher="No", year="1911", language="en-GB"
    )
    with tempfile.TemporaryDirectory() as folder:
        make_project(Path(folder) / "book", made)
        book = read(Path(folder) / "book")
    assert [chapter.title for chapter in book.chapters] == [read_form(title) for title in titles]
    assert [chapter.text for chapter in book.chapters] == ["It rained.\n"] * len(titles)
    said = book.credits
    assert (said.title, said.author, said.description) == (
        "The Lamp",
        read_form(author),
        read_form(description),
    )
    assert (said.publisher, said.year, said.language) == ("No", "1911", "en-GB")


def test_a_book_project_in_full(tmp_path: Path) -> None:
    cover = Cover(content=b"\xff\xd8\xff\xe0picture", suffix=".jpg")
    left = (LeftOut(what="imprint", why="no"),)
    folder = tmp_path / "books" / "lamp"
    made = make_project(
        folder, manuscript("1: The Storm", "Calm", author="Ada Example", cover=cover, left_out=left)
    )
    assert (made.title, made.chapters) == ("The Lamp", (("1: The Storm", 2), ("Calm", 2)))
    assert made.left_out == (("imprint", "no"),)
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    assert files == [
        ".gitignore",
        "chapters/01-1-the-storm.md",
        "chapters/02-calm.md",
        "cover.jpg",
        "project.yaml",
    ]
    assert (folder / "cover.jpg").read_bytes() == cover.content
    assert (folder / ".gitignore").read_text().splitlines()[1:] == [".fullcast/", "output/"]
    assert (
        (folder / "project.yaml").read_text()
        == """\
# The Lamp
# `fullcast check` finds mistakes in this file, `fullcast render` makes the audiobook,
# `fullcast schema` describes every key.
fullcast: 1

book:
  title: The Lamp
  author: Ada Example
  language: en
  cover: cover.jpg

# Who speaks with which voice; `fullcast voices list` names them. Give a character of the book a voice of its
# own by a line such as    Mara: {voice: mara, style: warm and a little hoarse}
cast:
  Narrator: {voice: alba}
  # "*": {voice: extra}   # everyone who is not named above

# In this order. A chapter may have cues: a bed of rain, a door, music. For instance:
#   cues:
#     - {bed: light rain, from: start, to: "a phrase of the text", level: -24}
chapters:
  - title: "1: The Storm"
    text: chapters/01-1-the-storm.md
  - title: Calm
    text: chapters/02-calm.md

# m4b: one book with chapter marks. chapters: one file a chapter.
deliveries: [m4b, chapters]
"""
    )
    assert [item.name for item in folder.parent.iterdir()] == ["lamp"]


def test_the_example_is_a_whole_project_with_two_speakers_and_a_bed(tmp_path: Path) -> None:
    made = make_project(tmp_path / "No: 1", None)
    book = read(tmp_path / "No: 1")
    assert (book.credits.title, made.title) == ("No: 1", "No: 1")
    (chapter,) = book.chapters
    assert chapter.text == EXAMPLE_TEXT
    script, problems = write_script(chapter, book.cast, "en")
    assert problems == ()
    assert {line.speaker for line in script.lines} == {"Narrator", "Mara", "Old Tom"}
    assert not [line for line in script.lines if line.evidence is Evidence.UNKNOWN]
    assert len(script.cues) == 1


def test_a_folder_in_use_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "too.txt").write_text("too")
    with pytest.raises(UsageError) as caught:
        make_project(tmp_path, None)
    assert str(caught.value) == f"the folder {str(tmp_path)!r} is not empty: it holds 'mine.txt' and 1 more"
    assert caught.value.hint == "give the name of a folder that does not exist yet, or empty this one"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.txt", "too.txt"]
    with pytest.raises(UsageError, match="is a file"):
        make_project(tmp_path / "mine.txt", None)


def test_an_empty_folder_stays_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    before = tmp_path.stat().st_ino
    make_project(tmp_path, manuscript("One"))
    assert tmp_path.stat().st_ino == before
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        ".git",
        ".gitignore",
        "chapters",
        "project.yaml",
    ]


def test_nothing_remains_if_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        make_project(tmp_path / ("x" * 300), manuscript("One"))
    with pytest.raises(StoreError):
        make_project(tmp_path / "file" / "under", manuscript("One"))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file"]


@given(WORDS)
def test_slugs_are_safe_names(title: str) -> None:
    slug = make_slug(title)
    assert 0 < len(slug.encode()) <= 200
    assert slug == slug.lower()
    assert all(character.isalnum() or character == "-" for character in slug)


def test_chapters_of_one_title_have_files_of_their_own(tmp_path: Path) -> None:
    make_project(tmp_path / "book", manuscript(*["Night"] * 101))
    names = sorted(file.name for file in (tmp_path / "book" / "chapters").iterdir())
    assert (len(names), names[0], names[-1]) == (101, "001-night.md", "101-night.md")


def test_a_voice_at_home_in_the_language_narrates() -> None:
    voices = [
        Voice(name="alba", languages=("en-GB",)),
        Voice(name="kid", languages=("zh-CN",), age=Age.CHILD),
        Voice(name="lan", languages=("zh-CN",)),
        Voice(name="zhou", languages=("zh-CN",), age=Age.OLD),
        Voice(name="uta", languages=("ja",)),
    ]
    assert choose_voices("en-US", voices) == ("alba", "extra")
    assert choose_voices("zh", voices) == ("lan", "kid")
    assert choose_voices("ja", voices) == ("uta", None)
    assert choose_voices("fi", voices) == ("alba", "extra")


def test_long_titles_are_cut_to_what_a_project_takes(tmp_path: Path) -> None:
    make_project(tmp_path / "book", manuscript("word " * 900))
    assert len(read(tmp_path / "book").chapters[0].title) <= 300
