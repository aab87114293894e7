"""Sounds and covers that are broken, odd or too much: refused before the first take, or heard."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile

Fullcast = Callable[..., Any]

YAML = """\
fullcast: 1
book: {title: Small, author: A. Writer, language: en}
speech: {engine: tone}
sounds: {engine: tone}
cast: {Narrator: alba}
chapters:
  - title: One
    text: 1.md
    cues:
      - {music: m.wav, role: intro}
deliveries: [{preset: chapters, codec: flac}]
"""


def sound(channels: int = 2, rate: int = 44_100, seconds: float = 2.0, value: float | None = None) -> bytes:
    """Return noise, or one value, as a WAV file of floats."""
    shape = (round(rate * seconds), channels)
    samples = np.random.default_rng(0).normal(0, 0.05, shape) if value is None else np.full(shape, value)
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype="FLOAT")
    return buffer.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "m.wav is an empty file"),
    "text": (lambda: b"This is no music.\n" * 50, "cannot decode "),
    "no audio": (lambda: sound(seconds=0), "m.wav holds no audio"),
    "NaN": (lambda: sound(value=float("nan")), "m.wav: audio holds samples that are not finite"),
    "silent": (lambda: sound(value=0.0), "m.wav is silent"),
    "too long": (lambda: sound(1, 1_000, 1_801.0), "m.wav is longer than 30 minutes"),
    "1 Hz": (lambda: sound(1, 1, 5.0), "m.wav has a sampling rate of 1 Hz"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_sound_that_cannot_be_used_stops_the_run_before_it_begins(
    what: str, make_project: Any, fullcast: Fullcast
) -> None:
    make, words = BAD[what]
    project = make_project(yaml=YAML, files={"m.wav": make()})
    said = fullcast("render", project)
    assert (said.code, said.first[:30], words in said.first) == (
        3,
        "error: project.yaml:10:9: " + said.first[26:30],
        True,
    )
    assert "hint:" in said.err
    assert not list(project.glob(".fullcast/takes/*/*.wav"))
    (project / "m.wav").write_bytes(sound())
    assert fullcast("render", project).code == 0


ODD: dict[str, Callable[[], bytes]] = {
    "cut short": lambda: sound()[:20_000],
    "six channels": lambda: sound(6),
    "8 kHz": lambda: sound(1, 8_000),
    "192 kHz": lambda: sound(2, 192_000),
    "one millisecond": lambda: sound(seconds=0.001),
    "above full scale": lambda: sound(value=7.0),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_sound_is_heard(what: str, make_project: Any, fullcast: Fullcast) -> None:
    project = make_project(yaml=YAML, files={"m.wav": ODD[what]()})
    said = fullcast("render", project)
    assert said.code in {0, 1}, said.err
    samples, _ = soundfile.read(next((project / "output").glob("*/*.flac")))
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() > 0.05


@pytest.mark.slow
def test_half_an_hour_of_music_is_taken(make_project: Any, fullcast: Fullcast) -> None:
    yaml = YAML.replace("role: intro", "role: under").replace("under}", "under, from: start, to: end}")
    project = make_project(yaml=yaml, files={"m.wav": sound(1, 8_000, 1_790.0)})
    assert fullcast("render", project).code == 0


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *, rows: bytes | None = None) -> bytes:
    """Return a white picture, or one whose content is something else."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress((b"\0" + b"\xff" * width) * height) if rows is None else rows
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


COVERS: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "text": (lambda: b"no picture", 3, "is no JPEG or PNG, or it is damaged"),
    "empty": (lambda: b"", 3, "is no JPEG or PNG, or it is damaged"),
    "GIF": (lambda: b"GIF89a" + bytes(100), 3, "is no JPEG or PNG, or it is damaged"),
    "a header alone": (lambda: png(600, 600)[:40], 3, "no JPEG or PNG, or it is damaged"),
    "a JPEG cut short": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(50), 3, "or it is damaged"),
    "a bomb": (lambda: png(60_000, 60_000, rows=b""), 3, "is too large: 60000 × 60000 pixels"),
    "rubbish inside": (lambda: png(600, 600, rows=b"rubbish"), 3, "cannot be decoded: it is damaged"),
    "small": (lambda: png(20, 20), 0, "it will look blurred"),
    "oblong": (lambda: png(600, 900), 0, "players show squares"),
    "large": (lambda: png(5_000, 5_000), 0, ""),
}


@pytest.mark.parametrize("what", COVERS)
def test_a_cover_is_judged_before_anything_begins(what: str, make_project: Any, fullcast: Fullcast) -> None:
    make, code, words = COVERS[what]
    name = "cover.jpg" if "JPEG" in what or (code == 3 and "rubbish" not in what) else "cover.png"
    yaml = YAML.replace("language: en", f"language: en, cover: {name}").replace("m.wav", "door")
    project = make_project(yaml=yaml, files={name: make()})
    said = fullcast("render", project)
    assert (said.code, words in said.err) == (code, True), said.err
    assert bool(list(project.glob(".fullcast/takes/*/*.wav"))) == (code == 0)
