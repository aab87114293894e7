"""``fullcast cast``: of a text, and of a project."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from fullcast.cli.app import run

NOVEL = """\
Mara and Old Tom sat on the wall above the harbour.

"It will rain," said Mara.

"It will not," said Old Tom.

"It always rains on Fridays."

"Then it is a good thing that it is Thursday, Mara."

The skipper came up the steps. "Have you seen my boy?" asked the skipper.

"Not since noon," Mara answered.

"Nor I," said Old Tom.
"""

CHAPTER = NOVEL.replace('"', "”").replace("\n\n”", "\n\n“").replace(" ”H", " “H")

PROJECT = """\
# my book
fullcast: 1
book: {title: The Wall}
speech: {engine: tone}

cast:
  Narrator: alba
  Mara: mara      # she
  "*": extra
chapters:
  - {title: The Wall, text: one.md}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "wall"
    folder.mkdir()
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "one.md").write_text(CHAPTER, encoding="utf-8")
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run(["cast", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def speakers_of(folder: Path) -> list[tuple[str, str]]:
    """Return who speaks which line, as the plan has it."""
    from fullcast.files.settings import read_settings
    from fullcast.production.preparing import Choices, prepare

    prepared = prepare(folder, Choices(), read_settings())
    lines = prepared.plan.chapters[0].script.lines
    return [(line.speaker, line.text) for line in lines if line.kind == "quotation"]


def test_a_text_as_json(tmp_path: Path, call: Callable[..., tuple[int, str, str]]) -> None:
    file = tmp_path / "novel.txt"
    file.write_text(NOVEL, encoding="utf-8")
    code, out, _ = call(file, "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"characters", "quotes"}
    assert [quote["speaker"] for quote in found["quotes"]] == [
        "Mara",
        "Old Tom",
        "Mara",
        "Old Tom",
        "the skipper",
        "Mara",
        "Old Tom",
    ]
    first = found["quotes"][0]
    assert NOVEL[first["start"] : first["end"]].startswith('"It will rain')
    assert {person["name"]: person["lines"] for person in found["characters"]}["Mara"] == 3


def test_a_text_as_a_table(tmp_path: Path, call: Callable[..., tuple[int, str, str]]) -> None:
    file = tmp_path / "novel.txt"
    file.write_text(NOVEL, encoding="utf-8")
    code, out, _ = call(file)
    assert code == 0
    assert "Old Tom" in out
    assert "7 quotations" in out


def test_a_chinese_text_is_known_by_its_script(
    tmp_path: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    file = tmp_path / "novel.txt"
    file.write_text("王掌柜笑道：“请坐。”\n“不坐了。”李四说。\n", encoding="utf-8")
    _, out, _ = call(file, "--json")
    assert [quote["speaker"] for quote in json.loads(out)["quotes"]] == ["王掌柜", "李四"]


def test_what_cannot_be_read_is_told(tmp_path: Path, call: Callable[..., tuple[int, str, str]]) -> None:
    file = tmp_path / "novel.txt"
    file.write_text(" \n", encoding="utf-8")
    assert call(file)[0] == 3
    file.write_bytes(bytes(range(256)))
    assert call(file)[0] == 3
    file.write_text("Bonjour", encoding="utf-8")
    code, _, err = call(file, "--language", "fr")
    assert (code, "English and Chinese" in err) == (3, True)
    assert call(file, "--write")[0] == 2
    assert call(tmp_path / "nothing.txt")[0] == 2


def test_a_project_shows_who_speaks(project: Path, call: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = call(project)
    assert code == 0
    rows = {line.split("  ")[0]: line for line in out.splitlines()}
    assert "mara" in rows["Mara"]
    assert " -  " in rows["Old Tom"]
    assert "7 quotations need an eye" in out


def test_write_adds_voices_and_touches_nothing_else(
    project: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    assert call(project, "--write")[0] == 0
    text = (project / "project.yaml").read_text(encoding="utf-8")
    added = [line for line in text.splitlines() if line not in PROJECT.splitlines()]
    assert [line for line in text.splitlines() if line not in added] == PROJECT.splitlines()
    cast = yaml.safe_load(text)["cast"]
    assert cast["Old Tom"] not in {"alba", "mara"}
    assert list(cast)[-1] == "*"
    assert ("Old Tom", "“Then it is a good thing that it is Thursday, Mara.”") in speakers_of(project)
    before = text
    assert call(project, "--write")[0] == 0
    assert (project / "project.yaml").read_text(encoding="utf-8") == before


def test_voices_can_be_written_for_every_book_of_a_series(
    project: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, err = call(project, "--write", "--series")
    assert (code, "the project is of no series" in err) == (2, True)
    series = tmp_path / "harbours.series.yaml"
    series.write_text("fullcast: 1\n# shared\ncast: {Mara: {voice: mara, pan: 0.1}}\n", encoding="utf-8")
    file = project / "project.yaml"
    file.write_text(PROJECT.replace("\ncast:", "\nseries: harbours\ncast:"), encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    code, out, _ = call(project, "--write", "--series")
    assert (code, f"1 member added to {series}" in out) == (0, True)
    assert file.read_text(encoding="utf-8") == before
    written = yaml.safe_load(series.read_text(encoding="utf-8"))["cast"]
    assert written["Mara"] == {"voice": "mara", "pan": 0.1}
    assert written["Old Tom"] not in {"alba", "mara"}
    assert ("Old Tom", "“Then it is a good thing that it is Thursday, Mara.”") in speakers_of(project)


def test_marks_are_written_where_the_text_does_not_tell(
    project: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    before = speakers_of(project)
    assert call(project, "--write", "--marks")[0] == 0
    text = (project / "one.md").read_text(encoding="utf-8")
    assert '[“Then it is a good thing that it is Thursday, Mara.”]{as="Old Tom"}' in text
    assert "“It will rain,” said Mara." in text
    assert [words for _, words in speakers_of(project)] == [words for _, words in before]


def test_a_review_goes_out_comes_back_and_is_kept(
    project: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    call(project, "--write")
    from fullcast.files.settings import read_settings
    from fullcast.production.reviewing import look_at_cast

    table = look_at_cast(project, read_settings())
    item = next(item for item in table.speakers.quoted if "Fridays" in _words(table.speakers.drafts, item))
    review = tmp_path / "review.txt"
    review.write_text(f"@Old Tom #{item.id}\n  whatever stands here\n", encoding="utf-8")
    code, out, _ = call(project, "--accept", review)
    assert (code, "1 quotation decided" in out) == (0, True)
    assert ("Old Tom", "“It always rains on Fridays.”") in speakers_of(project)
    # An edit elsewhere leaves the decision where it is.
    chapter = project / "one.md"
    chapter.write_text("A paragraph before it.\n\n" + chapter.read_text(encoding="utf-8"), encoding="utf-8")
    assert ("Old Tom", "“It always rains on Fridays.”") in speakers_of(project)
    doubts = json.loads(call(project, "--json")[1])["doubts"]
    assert item.id not in {doubt["id"] for doubt in doubts}


def _words(drafts: object, item: object) -> str:
    return str(drafts[item.chapter].passage.text(item.stretch))  # type: ignore[attr-defined, index]


def test_a_wrong_review_changes_nothing(
    project: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    review = tmp_path / "review.txt"
    review.write_text(
        "@Nobody #0123456789ab\n@Mara #ffffffffffff\n@Mara without a number\n", encoding="utf-8"
    )
    code, _, err = call(project, "--accept", review)
    assert code == 3
    assert "nobody is called 'Nobody'" in err
    assert "no quotation is #ffffffffffff" in err
    assert "does not end in the number of a quotation" in err
    assert not (project / "fullcast.lock").exists()


def test_a_review_that_is_there_is_not_written_over(
    project: Path, tmp_path: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    review = tmp_path / "review.txt"
    assert call(project, "--review", review)[0] == 0
    assert "quotations need an eye" in review.read_text(encoding="utf-8")
    assert call(project, "--review", review)[0] == 2


@pytest.mark.parametrize(
    "options", [["--marks"], ["--series"], ["--language", "en"], ["--write", "--review", "x.txt"]]
)
def test_options_that_do_not_go_together(
    options: list[str], project: Path, call: Callable[..., tuple[int, str, str]]
) -> None:
    assert call(project, *options)[0] == 2


def test_a_language_model_is_asked_only_if_it_is_asked_for(
    project: Path,
    call: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    model_server: Any,
) -> None:
    code, _, err = call(project, "--ask")
    assert (code, "no language model is set" in err) == (4, True)
    monkeypatch.setenv("FULLCAST_LLM_URL", model_server.url)
    monkeypatch.setenv("FULLCAST_LLM_MODEL", "small")
    monkeypatch.setenv("FULLCAST_CACHE", str(project / "cache"))
    assert call(project)[0] == 0
    assert model_server.requests == []
    model_server.answering = lambda _: '{"labels": {"1": 1}}'
    code, _, err = call(project, "--ask", "--write")
    assert (code, "language model: " in err, " request" in err) == (0, True, True)
    file = project / "novel.txt"
    file.write_text(NOVEL, encoding="utf-8")
    count = len(model_server.requests)
    code, out, err = call(file, "--ask", "--json")
    assert code == 0
    assert len(json.loads(out)["quotes"]) == 7
    assert json.loads(err)["event"] == "asked"
    assert len(model_server.requests) > count
