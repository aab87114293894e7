"""Recordings and encodings in which bits have flipped: found by their hash, made again, heard by nobody."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
      - {bed: wind, from: start, to: end, level: -24}
      - {effect: door, at: "Nobody came"}
  - {title: Two, text: 2.md}
deliveries: [{preset: chapters, codec: flac}]
"""
TEXTS = ("The lamp was lit at dusk.\n\nNobody came to the harbour.\n", "Then it was dark.\n")


@pytest.fixture
def project(make_project: Any, fullcast: Fullcast) -> Path:
    """A project that was rendered."""
    place: Path = make_project(*TEXTS, yaml=YAML)
    assert fullcast("render", place).code == 0
    return place


def flip(files: list[Path], at: int) -> int:
    """Flip a bit in each file, from its beginning or from its end; returns how many there were."""
    for file in files:
        content = bytearray(file.read_bytes())
        content[at] ^= 0x10
        file.write_bytes(content)
    return len(files)


def takes_of(project: Path) -> list[Path]:
    return list((project / ".fullcast" / "takes").glob("*/*.wav"))


def sounds_of(project: Path) -> list[Path]:
    return list((project / ".fullcast" / "sounds").glob("*/*.wav"))


def heard(project: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((project / "output" / "chapters").glob("*.flac"))]


def forget_what_was_decided(project: Path) -> None:
    for name in ("fullcast.lock", ".fullcast/state.json", ".fullcast/sounds/measured.json"):
        (project / name).unlink(missing_ok=True)
    for file in (project / ".fullcast" / "encoded").iterdir():
        file.unlink()


@pytest.mark.parametrize("at", [2, 30, -1000], ids=["head", "length", "sound"])
@pytest.mark.parametrize("decided", [True, False])
def test_damaged_takes_are_made_again(at: int, decided: bool, project: Path, fullcast: Fullcast) -> None:  # noqa: FBT001 - a case of two
    before, count = heard(project), flip(takes_of(project), at)
    if not decided:
        forget_what_was_decided(project)
    for file in (project / "output" / "chapters").iterdir():
        file.unlink()
    (project / "project.yaml").write_text(YAML.replace("codec: flac", "codec: mp3"), encoding="utf-8")
    said = fullcast("render", project, "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["recorded"] == count
    (project / "project.yaml").write_text(YAML, encoding="utf-8")
    assert fullcast("render", project).code == 0
    assert heard(project) == before


@pytest.mark.parametrize("at", [2, -1000], ids=["head", "sound"])
@pytest.mark.parametrize("decided", [True, False])
def test_damaged_sounds_are_made_again(at: int, decided: bool, project: Path, fullcast: Fullcast) -> None:  # noqa: FBT001 - a case of two
    before = heard(project)
    assert flip(sounds_of(project), at) == 2
    if not decided:
        forget_what_was_decided(project)
    (project / "project.yaml").write_text(YAML.replace("level: -24", "level: -20"), encoding="utf-8")
    assert fullcast("render", project).code == 0
    (project / "project.yaml").write_text(YAML, encoding="utf-8")
    for file in (project / ".fullcast" / "encoded").iterdir():
        file.unlink()
    (project / ".fullcast" / "state.json").unlink()
    for file in (project / "output" / "chapters").iterdir():
        file.unlink()
    assert fullcast("render", project).code == 0
    assert heard(project) == before


def test_damage_is_found_and_mended_by_the_cache_commands(
    project: Path, fullcast: Fullcast, plan: Any
) -> None:
    count = flip(takes_of(project), -10)
    said = fullcast("cache", "verify", project, "--json")
    assert (said.code, len(json.loads(said.out)["damaged"])) == (1, count)
    assert plan(project)["missing"] == count
    assert fullcast("render", project).code == 0
    assert fullcast("cache", "verify", project).code == 0


@pytest.mark.parametrize("size", [0, 100])
def test_a_torn_encoding_is_made_again(size: int, project: Path, fullcast: Fullcast) -> None:
    before = heard(project)
    for file in (*(project / "output" / "chapters").iterdir(), project / ".fullcast" / "state.json"):
        file.unlink()
    for file in (project / ".fullcast" / "encoded").glob("*.flac"):
        file.write_bytes(file.read_bytes()[:size])
    assert fullcast("render", project).code == 0
    assert heard(project) == before


def test_a_damaged_encoding_is_never_delivered(project: Path, fullcast: Fullcast) -> None:
    before = heard(project)
    for file in (*(project / "output" / "chapters").iterdir(), project / ".fullcast" / "state.json"):
        file.unlink()
    assert flip(list((project / ".fullcast" / "encoded").glob("*.flac")), -1000) == 2
    codes = [fullcast("render", project).code for _ in range(3)]
    assert codes == [6, 6, 0]
    assert heard(project) == before


def test_a_file_that_may_not_be_so_large_is_named(make_project: Any, apart: Fullcast) -> None:
    project = make_project("The lamp was lit at dusk. " * 60)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    said = apart("render", project, preexec_fn=limit)
    assert (said.code, "larger than this disk or this user may have" in said.err) == (6, True), said.err
    assert "Traceback" not in said.err
    assert not list(project.rglob(".*.part"))
    assert apart("render", project).code == 0
