"""What ``verify`` finds: nothing in what was made well, and each fault that is put into it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fullcast.files.encode import Coding, encode
from fullcast.model import Codec, Settings
from fullcast.production.preparing import Choices
from fullcast.production.remembering import remembered, run_and_remember
from fullcast.production.verifying import Verification, verify

PROJECT = """\
fullcast: 1
book: {title: The Lamp, author: A. Writer, narrator: Nobody, language: en}
speech: {engine: tone}
cast: {Narrator: alba, Mara: mara}
chapters:
  - {title: Dusk, text: chapters/01.md}
  - {title: Dawn, text: chapters/02.md}
deliveries: [m4b, {preset: acx, sample: false}, {preset: chapters, codec: flac}]
"""

TEXTS = ("The lamp was lit.\n\n“Is anybody there?” asked Mara.\n", "In the morning the boat was gone.\n")

Check = Callable[[Path], Verification]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "lamp"
    (folder / "chapters").mkdir(parents=True)
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    for number, text in enumerate(TEXTS, 1):
        (folder / "chapters" / f"0{number}.md").write_text(text, encoding="utf-8")
    run_and_remember(folder, "render", (Choices(), Settings(jobs=1)), lambda _: None)
    return folder


@pytest.fixture
def book(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "lamp"))


def check(folder: Path) -> Verification:
    return verify(folder, Settings(jobs=1), lambda _: None)


def codes(result: Verification) -> list[tuple[str, str]]:
    return [(finding.subject, finding.code) for finding in result.findings]


def test_what_was_made_well_lacks_only_its_cover(book: Path) -> None:
    result = check(book)
    assert codes(result) == [("output/acx", "no-cover")]
    assert [row.chapter or row.file for row in result.rows if row.delivery == "m4b"] == ["Dusk", "Dawn"]
    assert any("ACX" in notice and "promises" in notice for notice in result.notices)
    report = json.loads((book / "output" / "m4b" / "report.json").read_bytes())
    assert [row["chapter"] for row in report["verified"]["files"]] == ["Dusk", "Dawn"]
    for row in report["verified"]["files"]:
        assert row["loudness"] == pytest.approx(-18.0, abs=0.5)


def test_a_verified_book_is_still_up_to_date(made: Path) -> None:
    check(made)
    report = remembered(made, "render", Choices(), Settings(jobs=1))
    assert report is not None
    assert report.unchanged


def swap(file: Path, signal: np.ndarray, codec: Codec, **coding: int) -> None:
    """Put other audio in a file's place, and let the report have its size: only the ears can tell."""
    wanted = Coding(codec=codec, channels=len(signal), **coding)
    made = encode([signal.astype(np.float32)], file.with_name(f"swap{file.suffix}"), coding=wanted)
    made.file.replace(file)
    report = file.parent / "report.json"
    document = json.loads(report.read_bytes())
    for facts in document["files"]:
        if facts["file"] == file.name:
            facts["size"] = file.stat().st_size
    report.write_text(json.dumps(document))


def voice(seconds: float, level: float) -> np.ndarray:
    time = np.arange(round(seconds * 44_100)) / 44_100
    hiss = 1e-4 * np.random.default_rng(0).standard_normal(len(time))
    sound = level * np.sin(2 * np.pi * 300 * time) + hiss
    return np.asarray(sound[None])


def found_in(book: Path, name: str) -> set[str]:
    return {code for subject, code in codes(check(book)) if subject.startswith(f"acx/{name}")}


def test_a_chapter_that_is_too_loud_is_told_with_every_rule_it_breaks(book: Path) -> None:
    swap(book / "output/acx/02 - Dusk.mp3", voice(10.0, 0.9), Codec.MP3, bitrate=192_000)
    found = found_in(book, "02 - Dusk")
    assert {"rms", "true-peak", "head", "tail", "level", "duration", "noise-floor"} <= found


def test_a_wrong_coding_is_told(book: Path) -> None:
    swap(book / "output/acx/02 - Dusk.mp3", voice(10.0, 0.1), Codec.MP3, bitrate=64_000)
    assert "bitrate" in found_in(book, "02 - Dusk")


def test_a_silent_chapter_and_a_clipped_one_are_told(book: Path) -> None:
    swap(book / "output/acx/02 - Dusk.mp3", np.zeros((1, 441_000)), Codec.MP3, bitrate=192_000)
    clipped = np.clip(voice(8.0, 3.0), -1.0, 1.0)
    swap(book / "output/chapters/02 - Dawn.flac", clipped, Codec.FLAC, depth=24)
    found = codes(check(book))
    assert ("acx/02 - Dusk.mp3", "silent") in found
    assert ("chapters/02 - Dawn.flac", "clipped") in found


def test_a_hole_in_a_chapter_is_told(book: Path) -> None:
    sound = voice(20.0, 0.1)
    sound[:, 5 * 44_100 : 14 * 44_100] = 0.0
    swap(book / "output/chapters/01 - Dusk.flac", sound, Codec.FLAC, depth=24)
    found = {code for subject, code in codes(check(book)) if subject == "chapters/01 - Dusk.flac"}
    assert {"long-silence", "digital-silence"} <= found


def test_files_that_are_gone_changed_or_cut_are_told(book: Path) -> None:
    (book / "output/chapters/01 - Dusk.flac").unlink()
    cut = book / "output/chapters/02 - Dawn.flac"
    cut.write_bytes(cut.read_bytes()[:-1000])
    m4b = book / "output/m4b/The Lamp.m4b"
    content = m4b.read_bytes()
    m4b.write_bytes(content[: len(content) * 3 // 4] + b"\0" * (len(content) - len(content) * 3 // 4))
    found = codes(check(book))
    assert ("chapters/01 - Dusk.flac", "missing-file") in found
    assert ("chapters/02 - Dawn.flac", "changed-file") in found
    assert any(subject.startswith("m4b/The Lamp.m4b: Dawn") for subject, _ in found)


def test_a_delivery_that_was_never_made_is_told(book: Path) -> None:
    shutil.rmtree(book / "output" / "acx")
    assert ("output/acx", "not-delivered") in codes(check(book))


def test_a_chapter_that_is_missing_is_told(book: Path) -> None:
    report = book / "output" / "chapters" / "report.json"
    document = json.loads(report.read_bytes())
    document["chapters"] = document["chapters"][:1]
    report.write_text(json.dumps(document))
    assert ("chapters: chapter 2 “Dawn”", "missing-chapter") in codes(check(book))


def test_a_damaged_take_is_told(book: Path) -> None:
    take = min((book / ".fullcast" / "takes").rglob("*.wav"))
    take.write_bytes(take.read_bytes()[:-2] + b"xx")
    assert "damaged-take" in {code for _, code in codes(check(book))}
