"""Deliveries: every file under its own chapter's number and title, and nothing that an earlier run left."""

import json
from collections.abc import Callable
from pathlib import Path

from fullcast.production.remembering import Report

Run = Callable[..., Report]


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def report_of(project: Path, delivery: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(
        (project / "output" / delivery / "report.json").read_bytes()
    )
    return found


def test_a_title_that_nobody_speaks_is_new_in_the_files_though_the_audio_is_not(
    rendered: Path, run: Run
) -> None:
    edit(rendered / "project.yaml", "title: Dawn\n", "title: Dawn\n    speak_title: false\n")
    run(rendered)
    edit(rendered / "project.yaml", "title: Dawn\n", "title: Daybreak\n")
    report = run(rendered)
    assert report.encoded == 0
    assert report.deliveries[1].files == ("01 - Dusk.flac", "02 - Daybreak.flac")
    assert [chapter["title"] for chapter in report_of(rendered, "m4b")["chapters"]] == ["Dusk", "Daybreak"]


def test_a_chapter_that_moves_up_takes_its_new_number(rendered: Path, run: Run) -> None:
    text = (rendered / "project.yaml").read_text(encoding="utf-8")
    head, dawn, tail = text.partition("  - title: Dawn\n    text: chapters/02-dawn.md\n")
    (rendered / "project.yaml").write_text(
        head.replace("chapters:\n", f"chapters:\n{dawn}") + tail, encoding="utf-8"
    )
    report = run(rendered)
    assert report.encoded == 0
    assert report.deliveries[1].files == ("01 - Dawn.flac", "02 - Dusk.flac")


def test_a_run_of_one_chapter_forgets_nothing_of_the_others(rendered: Path, run: Run) -> None:
    before = report_of(rendered, "chapters")
    edit(rendered / "chapters" / "02-dawn.md", "In the morning", "At sunrise")
    run(rendered, chapters=frozenset({2}))
    after = report_of(rendered, "chapters")
    assert [item["file"] for item in after["files"]] == ["01 - Dusk.flac", "02 - Dawn.flac"]
    assert [item["number"] for item in after["chapters"]] == [1, 2]
    assert after["files"][0] == before["files"][0]
    edit(rendered / "project.yaml", "title: Dusk", "title: Nightfall")
    run(rendered)
    there = sorted(file.name for file in (rendered / "output" / "chapters").glob("*.flac"))
    assert there == ["01 - Nightfall.flac", "02 - Dawn.flac"]
