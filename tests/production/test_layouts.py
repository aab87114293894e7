"""Deliveries to shops, shelves, feeds and workstations: what lies there, read by other libraries."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree

from fullcast.audio.signal import Audio
from fullcast.errors import ProjectError
from fullcast.files.coded import decode
from fullcast.model import PRESETS, Settings
from fullcast.production.preparing import Choices
from fullcast.production.remembering import Report, run_and_remember

Run = Callable[..., Report]

BOOK = """\
fullcast: 1
book:
  title: "The Lamp & the Sea"
  subtitle: A test
  author: A. Writer
  narrator: Nobody Real
  year: "2026"
  isbn: "9780000000002"
  description: A lamp, and a sea.
speech: {engine: tone}
sounds: {engine: tone}
pauses: {scene: 1.5}
cast:
  Narrator: alba
  Mara: {voice: mara, pan: 0.2, room: hall}
chapters:
  - title: "Dusk: #1"
    text: chapters/01.md
    cues:
      - {bed: wind, from: start, to: end, level: -24}
      - {effect: door, at: "closed the door"}
  - title: Dawn
    text: chapters/02.md
"""

DUSK = """\
The lamp was lit at dusk, and the harbour lay still, as it had lain for years and years.

“Is anybody there?” asked Mara. “I heard a boat.”

***

Nobody answered. She closed the door and went home at 7 o'clock.
"""

DAWN = "In the morning the boat was gone.\n\n“Then it was nothing,” said Mara.\n"

DELIVERIES = """\
deliveries:
  - {preset: chapters, codec: wav, subtitles: [vtt, srt, lrc], words: true}
  - acx
  - google
  - abs
  - {preset: podcast, url: "https://example.org/lamp"}
  - daw
  - {preset: acx, name: quiet, rms: -22, credits: false, sample: false}
"""


def write_book(folder: Path, deliveries: str = DELIVERIES, book: str = BOOK) -> Path:
    (folder / "chapters").mkdir(parents=True)
    (folder / "project.yaml").write_text(book + deliveries, encoding="utf-8")
    (folder / "chapters" / "01.md").write_text(DUSK, encoding="utf-8")
    (folder / "chapters" / "02.md").write_text(DAWN, encoding="utf-8")
    return folder


def go(folder: Path) -> Report:
    return run_and_remember(folder, "render", (Choices(), Settings(jobs=1)), lambda _: None)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_book(tmp_path_factory.mktemp("layouts") / "lamp")
    report = go(folder)
    assert report.findings == ()
    return folder / "output"


def names(folder: Path) -> list[str]:
    files = (str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    return sorted(file for file in files if file != "report.json")


def samples(file: Path) -> np.ndarray:
    blocks: list[Audio] = list(decode(file))
    return np.concatenate([block.samples for block in blocks], axis=1).astype(np.float64)


def test_a_shop_gets_credits_chapters_and_a_sample(output: Path) -> None:
    assert names(output / "acx") == [
        "01 - Opening Credits.mp3",
        "02 - Dusk #1.mp3",
        "03 - Dawn.mp3",
        "04 - Closing Credits.mp3",
        "Retail Sample.mp3",
    ]
    assert names(output / "quiet") == ["01 - Dusk #1.mp3", "02 - Dawn.mp3"]


def test_a_copied_preset_has_its_own_level(output: Path) -> None:
    for name, wanted in (("acx", -20.5), ("quiet", -22.0)):
        report = json.loads((output / name / "report.json").read_bytes())
        assert report["wanted"]["rms"] == wanted
        for chapter in report["chapters"]:
            assert chapter["rms"] == pytest.approx(wanted, abs=0.5)
            assert chapter["true_peak"] <= -3.0
            assert chapter["noise_floor"] <= -60.0


def test_the_dry_master_has_nothing_but_voices(output: Path) -> None:
    """Between the lines of the dry version only room tone is left; the immersive one has wind there."""
    dry = json.loads((output / "acx" / "report.json").read_bytes())["chapters"][0]
    wet = json.loads((output / "chapters" / "report.json").read_bytes())["chapters"][0]
    assert dry["noise_floor"] < -70.0
    assert wet["noise_floor"] > dry["noise_floor"] + 5.0


def test_stems_add_up_to_the_mix(output: Path) -> None:
    for chapter in ("01 - Dusk #1", "02 - Dawn"):
        folder = output / "daw" / chapter
        mix = samples(folder / "mix.flac")
        stems = [samples(file) for file in sorted(folder.glob("*.flac")) if file.stem != "mix"]
        assert len(stems) == (3 if chapter.startswith("01") else 1)
        left = mix - np.sum(stems, axis=0)
        assert 20 * np.log10(np.sqrt(np.mean(left**2)) + 1e-12) < -90.0
        assert np.sqrt(np.mean(mix**2)) > 1e-3


def test_labels_and_regions_say_who_speaks_when(output: Path) -> None:
    folder = output / "daw" / "01 - Dusk #1"
    labels = [line.split("\t") for line in (folder / "labels.txt").read_text().splitlines()]
    spoken = [label for _, _, label in labels if not label.startswith("[")]
    assert spoken[1] == f"Narrator: {DUSK.splitlines()[0]}"
    assert [label for _, _, label in labels if label.startswith("[")] == ["[ambience]", "[effects]"]
    assert all(float(start) < float(end) for start, end, _ in labels)
    rows = list(csv.DictReader((folder / "regions.csv").read_text().splitlines()))
    assert [row["Name"] for row in rows] == [label for _, _, label in labels]
    assert re.fullmatch(r"\d+:\d\d\.\d{3}", rows[0]["Start"])


def test_google_sorts_files_by_their_names(output: Path) -> None:
    assert [name for name in names(output / "google") if name.endswith(".mp3")] == [
        f"9780000000002_{number}of4.mp3" for number in range(1, 5)
    ]


def test_audiobookshelf_finds_author_title_narrator_and_chapters(output: Path) -> None:
    (book,) = (output / "abs").rglob("*.m4b")
    assert book.parent.relative_to(output / "abs").parts == (
        "A. Writer",
        "2026 - The Lamp & the Sea - A test {Nobody Real}",
    )
    about = json.loads((book.parent / "metadata.json").read_bytes())
    assert about["title"] == "The Lamp & the Sea"
    assert about["authors"] == ["A. Writer"]
    assert about["narrators"] == ["Nobody Real"]
    assert [chapter["title"] for chapter in about["chapters"]] == ["Dusk: #1", "Dawn"]
    first, second = about["chapters"]
    assert first["end"] == second["start"] > 0.0
    assert (book.parent / "reader.txt").read_text() == "Nobody Real"
    tags: Any = pytest.importorskip("mutagen", reason="mutagen judges tags").File(book)
    assert second["end"] == pytest.approx(tags.info.length, abs=0.05)


def test_a_feed_names_its_episodes_with_size_and_address(output: Path) -> None:
    folder = output / "podcast"
    items = etree.parse(str(folder / "feed.xml")).findall(".//item")
    assert [item.findtext("title") for item in items] == ["Dusk: #1", "Dawn"]
    for item in items:
        enclosure = item.find("enclosure")
        assert enclosure is not None
        address = enclosure.get("url", "")
        assert address.startswith("https://example.org/lamp/")
        file = folder / address.rpartition("/")[2].replace("%23", "#")
        assert str(file.stat().st_size) == enclosure.get("length")
    told = json.loads((folder / "01-Dusk-#1.chapters.json").read_bytes())
    assert [chapter["title"] for chapter in told["chapters"]] == ["Dusk: #1 (1)", "Dusk: #1 (2)"]
    assert told["chapters"][0]["startTime"] == 0.0
    tags: Any = pytest.importorskip("mutagen", reason="mutagen judges tags").File(folder / "01-Dusk-#1.mp3")
    marks = tags.tags.getall("CHAP")
    assert [str(mark.sub_frames["TIT2"]) for mark in marks] == ["Dusk: #1 (1)", "Dusk: #1 (2)"]
    assert marks[1].start_time == pytest.approx(1000 * told["chapters"][1]["startTime"], abs=1)
    assert tags.tags.getall("CTOC")[0].child_element_ids == ["chp0", "chp1"]


def test_ffprobe_reads_the_marks_of_an_episode_and_of_a_book(output: Path) -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("ffprobe is not installed: nothing independent to judge by")
    (book,) = (output / "abs").rglob("*.m4b")
    wanted = {
        output / "podcast" / "01-Dusk-#1.mp3": ["Dusk: #1 (1)", "Dusk: #1 (2)"],
        book: ["Dusk: #1", "Dawn"],
    }
    for file, titles in wanted.items():
        command = [ffprobe, "-v", "error", "-show_chapters", "-of", "json", str(file)]
        told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["chapters"]
        assert [chapter["tags"]["title"] for chapter in told] == titles
        assert all(float(chapter["start_time"]) < float(chapter["end_time"]) for chapter in told)


def test_an_episode_keeps_its_date(tmp_path: Path) -> None:
    folder = write_book(tmp_path / "lamp", 'deliveries: [{preset: podcast, url: "https://example.org/"}]\n')
    go(folder)
    feed = folder / "output" / "podcast" / "feed.xml"
    old = feed.read_text()
    dated = re.sub(r"<pubDate>.*?</pubDate>", "<pubDate>Thu, 01 Jan 2026 00:00:00 +0000</pubDate>", old)
    feed.write_text(dated)
    (folder / "chapters" / "02.md").write_text(DAWN + "\nThe end.\n", encoding="utf-8")
    go(folder)
    assert feed.read_text().count("01 Jan 2026") == 2


def test_subtitles_hold_the_words_of_the_source_in_order(output: Path) -> None:
    vtt = (output / "chapters" / "01 - Dusk #1.vtt").read_text()
    assert "<v Mara>“Is <" in vtt
    assert vtt.startswith("WEBVTT\n")
    shown = re.sub(r"<[^>]*>", "", vtt)
    words = " ".join(line for line in shown.splitlines()[1:] if line and "-->" not in line)
    assert words == " ".join(("Dusk: #1 " + DUSK.replace("***", "")).split())
    times = [float(a) * 60 + float(b) for a, b in re.findall(r"\n\d\d:(\d\d):(\d\d\.\d{3}) -->", vtt)]
    assert times == sorted(times)
    srt = (output / "chapters" / "01 - Dusk #1.srt").read_text()
    assert re.search(r"-->.*\n7\n", srt)
    lrc = (output / "chapters" / "01 - Dusk #1.lrc").read_text()
    assert re.match(r"\[\d\d:\d\d\.\d\d\]<\d\d:\d\d\.\d\d> Dusk:", lrc)


def test_every_file_discloses_a_synthetic_narration(output: Path) -> None:
    mutagen: Any = pytest.importorskip("mutagen", reason="mutagen judges tags")
    mp3 = mutagen.File(output / "acx" / "03 - Dawn.mp3")
    assert "synthetic voices (tone/" in str(mp3.tags.getall("COMM")[0])
    assert str(mp3.tags.getall("TXXX:NARRATION")[0]) == "synthetic"
    wav = mutagen.File(output / "chapters" / "02 - Dawn.wav")
    assert "synthetic voices" in str(wav.tags.getall("COMM")[0])
    (book,) = (output / "abs").rglob("*.m4b")
    assert "synthetic voices" in mutagen.File(book).tags["\xa9cmt"][0]
    told = json.loads((output / "daw" / "report.json").read_bytes())["provenance"]
    assert told["speech"]["engine"] == "tone"
    assert {sound["prompt"] for sound in told["sounds"]} == {"wind", "door"}
    assert all("seed" in sound for sound in told["sounds"])


def test_a_language_without_words_for_credits_says_so_before_anything_is_recorded(tmp_path: Path) -> None:
    folder = write_book(
        tmp_path / "lamp", "deliveries: [acx]\n", BOOK.replace('title: "The', 'language: sv\n  title: "The')
    )
    with pytest.raises(ProjectError) as caught:
        go(folder)
    assert [problem.code for problem in caught.value.problems] == ["no-credits", "no-credits"]
    text = (folder / "project.yaml").read_text()
    own = "opening: Lampan, en berättelse av A. Writer\n  closing: Slut på berättelsen om lampan\n  title:"
    (folder / "project.yaml").write_text(text.replace("title:", own, 1))
    assert go(folder).findings == ()


def test_each_preset_is_laid_out() -> None:
    from fullcast.production.layouts import LAYOUTS

    assert set(LAYOUTS) >= set(PRESETS)
