"""New projects: an example or a whole book, ready to render."""

from __future__ import annotations

from pathlib import Path

import pytest

from fullcast.errors import ProjectError, UsageError
from fullcast.model import Settings
from fullcast.production.creation import Source, create, look_into
from fullcast.production.preparing import Choices, prepare


def test_the_example_renders_as_it_is(tmp_path: Path, machine: Settings) -> None:
    made = create(tmp_path / "mybook", None, machine)
    prepared = prepare(made.folder, Choices(), machine)
    assert made.title == prepared.book.credits.title == "mybook"
    assert prepared.warnings == ()
    assert [title for title, _ in made.chapters] == [chapter.title for chapter in prepared.book.chapters]
    assert all(words > 10 for _, words in made.chapters)
    assert made.left_out == ()


def test_a_text_becomes_a_book_that_has_every_word(tmp_path: Path, machine: Settings) -> None:
    source = tmp_path / "story.txt"
    chapters = ["CHAPTER I\n\nThe lamp was lit at dusk.", "CHAPTER II\n\nIn the morning the boat was gone."]
    source.write_text("\n\n\n".join(chapters), encoding="utf-8")
    made = create(tmp_path / "story", Source(file=source), machine)
    prepared = prepare(made.folder, Choices(engine="tone"), machine)
    spoken = " ".join(take.segment.text for chapter in prepared.chapters for take in chapter.takes)
    assert "The lamp was lit at dusk." in spoken
    assert "In the morning the boat was gone." in spoken
    assert len(made.chapters) == len(prepared.chapters) == 2


def test_a_folder_in_use_is_left_alone(tmp_path: Path, machine: Settings) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    with pytest.raises(UsageError, match="is not empty"):
        create(tmp_path, None, machine)
    assert [file.name for file in tmp_path.iterdir()] == ["kept.txt"]


@pytest.mark.parametrize(
    ("name", "content"), [("book.epub", b"no zip"), ("book.txt", b""), ("gone.txt", None)]
)
def test_a_source_that_cannot_be_read_makes_nothing(
    name: str, content: bytes | None, tmp_path: Path, machine: Settings
) -> None:
    source = tmp_path / name
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(ProjectError):
        create(tmp_path / "made", Source(file=source), machine)
    assert not (tmp_path / "made").exists()


STORY = (
    "CHAPTER I\n\nThe lamp was lit.\n\n\nCHAPTER II\n\nIt rained.\n\n\nCHAPTER III\n\nThe boat was gone.\n"
)


def test_a_look_makes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "story.txt"
    source.write_text(STORY, encoding="utf-8")
    found = look_into(Source(file=source, exclude=("2",)))
    assert [(part.number, part.title, part.words, part.why_not) for part in found.parts] == [
        (1, "CHAPTER I", 4, ""),
        (2, "CHAPTER II", 2, "you left it out"),
        (3, "CHAPTER III", 4, ""),
    ]
    assert list(tmp_path.iterdir()) == [source]


def test_what_is_left_out_stands_in_the_project_and_is_not_spoken(tmp_path: Path, machine: Settings) -> None:
    source = tmp_path / "story.txt"
    source.write_text(STORY, encoding="utf-8")
    made = create(tmp_path / "story", Source(file=source, exclude=("2",)), machine)
    assert [title for title, _ in made.chapters] == ["CHAPTER I", "CHAPTER III"]
    assert made.left_out[0] == (
        "CHAPTER II",
        "you left it out; it stands in project.yaml with include: false",
    )
    prepared = prepare(made.folder, Choices(engine="tone"), machine)
    assert [chapter.chapter.title for chapter in prepared.chapters] == ["CHAPTER I", "CHAPTER III"]
    file = made.folder / "project.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("    include: false\n", ""), encoding="utf-8")
    assert len(prepare(made.folder, Choices(engine="tone"), machine).chapters) == 3
    file.write_text(
        file.read_text(encoding="utf-8").replace(".md\n", ".md\n    include: false\n"), encoding="utf-8"
    )
    with pytest.raises(ProjectError, match="every chapter is left out"):
        prepare(made.folder, Choices(engine="tone"), machine)
