"""A piece of the demo, rendered and judged by programs that know nothing of us: what a listener gets."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fullcast.audio.filters import Cascade, make_k_weighting
from fullcast.audio.mix import mix_chapter
from fullcast.files.store import Store
from fullcast.model import Settings, Stem
from fullcast.production.chapters import Shelves, plan_timeline, read_measured
from fullcast.production.levels import known_levels
from fullcast.production.preparing import Choices, prepare
from fullcast.production.remembering import run_and_remember
from fullcast.production.workshop import read_placed
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

pytestmark = pytest.mark.slow

LANTERN = Path(__file__).parents[2] / "projects" / "lantern"

PROJECT = """\
fullcast: 1
book: {title: A Piece of the Lantern, author: The fullcast authors, cover: cover.jpg}
speech: {engine: espeak, seed: 7}
sounds: {engine: texture, seed: 7}
cast:
  Narrator: {voice: alba}
  Mara: {voice: mara, pan: -0.08}
  Old Tom: {voice: tom, aliases: [Tom], pace: 0.95, pan: 0.14}
  Pip: {voice: pip, pan: -0.16}
mix: {ducking: {depth: 3}}
chapters:
  - title: The Lamp
    text: first.md
    cues:
      - {music: music/theme.ogg, role: intro, level: -2, fade: 6}
      - {bed: wind round a tower, from: start, to: end, level: -19, fade: 3}
      - {effect: slow footsteps on stone, at: "There were a hundred and twelve", level: -18}
  - title: The Name
    text: last.md
    cues:
      - {bed: harbour water lapping, from: start, to: end, level: -20, fade: 3}
deliveries: [m4b, chapters]
"""

LEAST = 12.0
"""LU that every line stands above all that sounds with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    folder: Path
    report: dict[str, Any]
    """Of the delivery of chapters."""
    book: dict[str, Any]
    """Of the delivery of one book."""

    def files(self) -> list[Path]:
        return [self.folder / "output" / "chapters" / part["file"] for part in self.report["files"]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    folder = tmp_path_factory.mktemp("piece") / "lantern"
    shutil.copytree(LANTERN / "music", folder / "music")
    shutil.copy(LANTERN / "cover.jpg", folder / "cover.jpg")
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    lamp = (LANTERN / "chapters" / "01-the-lamp.md").read_text(encoding="utf-8").split("\n\n")
    name = (LANTERN / "chapters" / "04-the-name.md").read_text(encoding="utf-8").split("\n\n")
    (folder / "first.md").write_text("\n\n".join(lamp[:5]), encoding="utf-8")
    thunder = "::effect[distant thunder]{level=-14}\n\n::pause[2.2s]"
    (folder / "last.md").write_text("\n\n".join([*lamp[9:11], thunder, *name[-2:]]), encoding="utf-8")
    run = run_and_remember(folder, "render", (Choices(), Settings(jobs=2)), lambda _: None)
    assert not run.findings
    reports = [json.loads((folder / "output" / d / "report.json").read_bytes()) for d in ("chapters", "m4b")]
    return Rendered(folder=folder, report=reports[0], book=reports[1])


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: nothing independent to judge by")
    return found


def measured_by_ffmpeg(file: Path) -> tuple[float, float]:
    """Return integrated loudness in LUFS and true peak in dBTP."""
    command = [program("ffmpeg"), "-nostats", "-i", str(file), "-map", "0:a", "-af", "ebur128=peak=true"]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    summary = done.stderr[done.stderr.rindex("Summary:") :]
    loudness, peak = re.search(r"I:\s+(-?[\d.]+)", summary), re.search(r"Peak:\s+(-?[\d.]+)", summary)
    assert loudness
    assert peak
    return float(loudness[1]), float(peak[1])


def decoded_by_ffmpeg(file: Path) -> Signal:
    command = [
        program("ffmpeg"),
        "-v",
        "error",
        "-i",
        str(file),
        "-map",
        "0:a",
        "-f",
        "f32le",
        "-ac",
        "2",
        "-",
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2).T


def shown_by_ffprobe(file: Path) -> dict[str, Any]:
    command = [program("ffprobe"), "-v", "error", "-of", "json", "-show_chapters", "-show_format"]
    done = subprocess.run([*command, "-show_streams", str(file)], capture_output=True, check=True)
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_loudness_and_peak_are_what_was_promised_and_what_the_report_says(rendered: Rendered) -> None:
    for file, chapter in zip(rendered.files(), rendered.report["chapters"], strict=True):
        loudness, peak = measured_by_ffmpeg(file)
        assert loudness == pytest.approx(-18.0, abs=0.5)
        assert peak <= -1.5
        assert loudness == pytest.approx(chapter["loudness"], abs=0.1)
        assert peak == pytest.approx(chapter["true_peak"], abs=0.2)


def test_nowhere_is_digital_silence_and_nothing_clips(rendered: Rendered) -> None:
    for file in rendered.files():
        samples = decoded_by_ffmpeg(file)
        silent = np.concatenate([[False], (samples == 0.0).all(axis=0), [False]])
        edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
        assert (edges[1::2] - edges[::2]).max(initial=0) < 0.01 * MIX_RATE
        assert np.abs(samples).max() < 0.9
        assert np.abs(samples.mean(axis=1)).max() < 0.0003


def test_the_book_holds_its_chapters_cover_and_tags(rendered: Rendered) -> None:
    part = rendered.book["files"][0]
    shown = shown_by_ffprobe(rendered.folder / "output" / "m4b" / part["file"])
    marks = shown["chapters"]
    assert [mark["tags"]["title"] for mark in marks] == ["The Lamp", "The Name"]
    assert [float(mark["start_time"]) for mark in marks] == pytest.approx(part["starts"], abs=0.005)
    assert float(shown["format"]["duration"]) == pytest.approx(part["duration"], abs=0.05)
    assert shown["format"]["tags"]["title"] == "A Piece of the Lantern"
    kinds = {stream["codec_name"]: stream for stream in shown["streams"]}
    assert kinds["aac"]["channels"] == 2
    assert kinds["mjpeg"]["disposition"]["attached_pic"] == 1


def test_durations_are_what_the_report_says(rendered: Rendered) -> None:
    for file, chapter in zip(rendered.files(), rendered.report["chapters"], strict=True):
        seconds = decoded_by_ffmpeg(file).shape[1] / MIX_RATE
        assert seconds == pytest.approx(chapter["duration"], abs=0.05)


def loudness_of(layers: list[Signal]) -> float:
    """Return the loudness of a stretch, not gated: a quiet bed must count."""
    total = np.sum(layers, axis=0, dtype=np.float32)
    weighted = Cascade(make_k_weighting(MIX_RATE), 2).filter(
        np.pad(total, ((0, 0), (0, -total.shape[1] % 4096)))
    )
    energy = float((weighted.astype(np.float64) ** 2).sum()) / total.shape[1]
    return float(-0.691 + 10 * np.log10(max(energy, 1e-12)))


def test_every_line_stands_above_what_sounds_with_it(rendered: Rendered) -> None:
    prepared = prepare(rendered.folder, Choices(), Settings(jobs=1))
    takes, sounds = Store(prepared.cache / "takes"), Store(prepared.cache / "sounds")
    shelves = Shelves(
        takes=takes, sounds=sounds, measured=read_measured(sounds.folder), levels=known_levels(prepared)
    )
    ratios = []
    for chapter in prepared.chapters:
        timeline = plan_timeline(prepared, chapter, shelves, frozenset())
        stems = {stem: np.zeros((2, timeline.length), np.float32) for stem in Stem}
        for block in mix_chapter(timeline, channels=2, mixing=prepared.book.mixing, read=read_placed):
            for stem, layer in block.layers.items():
                stems[stem][:, block.start : block.start + block.length] = layer
        for line in timeline.lines:
            parts = {stem: layer[:, line.start : line.end] for stem, layer in stems.items()}
            speech = loudness_of([parts.pop(Stem.SPEECH)])
            ratios.append(speech - loudness_of(list(parts.values())))
    assert len(ratios) > 8
    assert min(ratios) >= LEAST
    # A bed of the usual level lies 22 LU under speech, and gives way by 4 more: it is there to be heard.
    assert np.median(ratios) < 26.0
