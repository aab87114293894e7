"""lexicon.yaml and series: what is read, and what is told of what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fullcast.errors import ProjectError
from fullcast.files.project import look_at_project, read_project
from fullcast.model import Book, Saying, Settings, Voice
from fullcast.units import Seconds

MACHINE = Settings(jobs=1)

PROJECT = """\
fullcast: 1
book: {title: The Lamp}
series: lamps
cast:
  Narrator: alba
  Old Tom: {voice: tom, aliases: [Tom]}
pauses: {scene: 3}
chapters:
  - {title: Dusk, text: dusk.md}
"""

SERIES = """\
fullcast: 1
title: The Lamps
speech: {pace: 0.9, seed: 3}
cast:
  Mara: {voice: mara, pan: 0.2}
  Old Tom: {voice: corin, pan: -0.3}
pauses: {scene: 1, title: 2}
lexicon:
  Eilidh: ˈeɪli
  Corrie: KORR-ee
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "book"
    project.mkdir()
    (project / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (project / "dusk.md").write_text("Eilidh saw Corrie. “Yes,” said Old Tom.\n", encoding="utf-8")
    (tmp_path / "lamps.series.yaml").write_text(SERIES, encoding="utf-8")
    return project


def find_voice(name: str) -> Voice:
    return Voice(name=name)


def read(folder: Path) -> Book:
    book, problems = read_project(folder, MACHINE, find_voice=find_voice)
    assert problems == ()
    return book


def told(folder: Path) -> list[str]:
    _, problems = look_at_project(folder, MACHINE, find_voice=find_voice)
    return [f"{problem.place}: {problem.message}" for problem in problems]


def sayings(book: Book) -> list[tuple[str, str | None, str | None]]:
    return [(saying.word, saying.say, saying.ipa) for saying in book.lexicon]


def test_a_project_goes_before_its_series_key_by_key(folder: Path) -> None:
    book = read(folder)
    assert (book.speech.pace, book.speech.seed) == (0.9, 3)
    assert replace(book.pauses, scene=Seconds(3), title=Seconds(2)) == book.pauses
    assert {name: (each.voice, each.pan) for name, each in book.cast.items()} == {
        "Narrator": ("alba", 0),
        "Old Tom": ("tom", -0.3),
        "Mara": ("mara", 0.2),
    }
    assert book.cast["Old Tom"].aliases == ("Tom",)
    assert set(book.voices) == {"alba", "tom", "mara"}
    assert book.series == (folder.parent / "lamps.series.yaml").resolve()


def test_a_member_that_is_written_as_its_voice_takes_the_rest_from_the_series(folder: Path) -> None:
    text = PROJECT.replace("{voice: tom, aliases: [Tom]}", "tom")
    (folder / "project.yaml").write_text(text, encoding="utf-8")
    assert (read(folder).cast["Old Tom"].voice, read(folder).cast["Old Tom"].pan) == ("tom", -0.3)


def test_words_of_the_project_stand_before_those_of_the_series(folder: Path) -> None:
    (folder / "lexicon.yaml").write_text("fullcast: 1\nwords: {Corrie: /kɒri/}\n", encoding="utf-8")
    assert sayings(read(folder)) == [
        ("Corrie", None, "kɒri"),
        ("Eilidh", None, "ˈeɪli"),
        ("Corrie", "KORR-ee", None),
    ]


LEXICON = """\
fullcast: 1
words:
  Eilidh: {say: AY-lee, ipa: "/ˈeɪli/", language: [en, gd], speaker: tom}
  Corrie:
    - KORR-ee
    - {say: koree, speaker: [Old Tom, Narrator]}
"""


def test_forms_of_a_saying(folder: Path) -> None:
    (folder / "lexicon.yaml").write_text(LEXICON, encoding="utf-8")
    eilidh, corrie, other, *_ = read(folder).lexicon
    assert eilidh == Saying(
        word="Eilidh",
        say="AY-lee",
        ipa="ˈeɪli",
        speakers=("Old Tom",),
        languages=("en", "gd"),
        place=eilidh.place,
    )
    assert str(eilidh.place) == "lexicon.yaml:3:3"
    assert (corrie.say, corrie.speakers, other.speakers) == ("KORR-ee", (), ("Old Tom", "Narrator"))


WRONG = """\
fullcast: 1
words:
  Eilidh: {language: en}
  Corrie: [KORR-ee, {say: koree}, {say: kory, speaker: Tim}]
  "?!": what
  Sea: see
  tom: {sya: tomm}
"""


def test_everything_that_is_wrong_is_told(folder: Path) -> None:
    (folder / "lexicon.yaml").write_text(WRONG, encoding="utf-8")
    assert told(folder) == [
        "lexicon.yaml:7:9: unknown key 'sya' in words.tom",
        "lexicon.yaml:3:3: nothing tells how 'Eilidh' is said",
        "lexicon.yaml:4:21: 'Corrie' is said in two ways",
        "lexicon.yaml:5:9: '?!' is no word that a text could have",
        "lexicon.yaml:7:3: nothing tells how 'tom' is said",
        "lexicon.yaml:6:8: the word 'Sea' stands in no chapter",
        "lexicon.yaml:4:35: nobody in the cast is called 'Tim'",
    ]


def test_a_series_that_is_wrong_is_told_once_and_where(folder: Path) -> None:
    text = SERIES.replace("pan: 0.2", "pan: 7").replace("title: The", "titel: The")
    (folder.parent / "lamps.series.yaml").write_text(text, encoding="utf-8")
    assert told(folder) == [
        "../lamps.series.yaml:2:1: unknown key 'titel'",
        "../lamps.series.yaml:5:28: cast.Mara.pan must be a number from -1 to 1 (left to right), got 7",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lmaps", "project.yaml:3:9: the series 'lmaps' has no file lmaps.series.yaml"),
        ("../lamps", "project.yaml:3:9: series must be the name of a series, got '../lamps'"),
    ],
)
def test_a_series_that_is_not_there(folder: Path, name: str, message: str) -> None:
    text = PROJECT.replace("series: lamps", f"series: {name}")
    (folder / "project.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        read(folder)
    assert [f"{problem.place}: {problem.message}" for problem in caught.value.problems] == [message]
    assert (
        caught.value.problems[0].hint is None
        or "beside the project's folder" in caught.value.problems[0].hint
    )


def test_a_series_is_no_way_out(folder: Path) -> None:
    (folder.parent / "lamps.series.yaml").unlink()
    (folder.parent / "lamps.series.yaml").symlink_to("/etc/hostname")
    assert any("lamps.series.yaml" in message for message in told(folder))
