"""Disks that are full, closed or read-only: exit code 6, the file named, and nothing lost."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fullcast.files.store import Store

Fullcast = Callable[..., Any]

LONG = "\n\n".join(
    f"This is lamp {number}, which was lit at dusk and went out at dawn." for number in range(20)
)


def takes_of(project: Path) -> set[str]:
    """Return the keys of the takes whose content is as the journal says."""
    store = Store(project / ".fullcast" / "takes")
    return {key for key in store.ready() if store.read(key)}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def parts_of(project: Path) -> list[Path]:
    return list(project.rglob(".*.part"))


def free_of(place: Path) -> int:
    state = os.statvfs(place)
    return state.f_bavail * state.f_frsize


def test_a_disk_that_fills_while_takes_are_recorded(
    small_disk: Callable[[str], Path], make_project: Any, fullcast: Fullcast, plan: Any
) -> None:
    disk = small_disk("1m")
    project = make_project(LONG, folder=disk / "book")
    said = fullcast("render", project)
    assert (said.code, "the disk is full" in said.err) == (6, True), said.err
    assert "finished takes are kept" in said.err
    assert "Traceback" not in said.err
    assert not parts_of(project)
    kept = takes_of(project)
    assert len(kept) > 3
    # What is in the store is all that the disk could hold: no finished take was thrown away.
    assert len(list((project / ".fullcast" / "takes").glob("*/*.wav"))) == len(kept)
    _make_room(disk, "64m")
    counts = plan(project)
    again = fullcast("render", project, "--json")
    assert again.code == 0, again.err
    assert json.loads(again.out)["recorded"] == counts["total"] - len(kept)


def _make_room(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def _fill(disk: Path, left: int) -> Path:
    """Fill a disk up to some bytes; returns the file that does it."""
    ballast = disk / "ballast"
    with ballast.open("wb") as stream:
        stream.write(bytes(max(0, free_of(disk) - left)))
    return ballast


@pytest.mark.parametrize("left", [0, 60_000, 150_000])
def test_a_disk_that_fills_after_the_takes_keeps_what_was_delivered_before(
    left: int, small_disk: Callable[[str], Path], make_project: Any, fullcast: Fullcast
) -> None:
    disk = small_disk("24m")
    project = make_project(LONG, folder=disk / "book")
    assert fullcast("render", project).code == 0
    before, kept = files_of(project / "output"), takes_of(project)
    text = (project / "project.yaml").read_text(encoding="utf-8")
    (project / "project.yaml").write_text(f"{text}pauses: {{paragraph: 2}}\n", encoding="utf-8")
    ballast = _fill(disk, left)
    said = fullcast("render", project)
    assert (said.code, "the disk is full" in said.err) == (6, True), said.err
    assert "Traceback" not in said.err
    assert not parts_of(project)
    after = files_of(project / "output")
    for name in before:  # each file is the old one or the new one, whole
        assert name.endswith(".json") or len(after[name]) > 10_000
    assert takes_of(project) == kept
    ballast.unlink()
    again = fullcast("render", project, "--json")
    assert (again.code, json.loads(again.out)["recorded"]) == (0, 0)
    assert files_of(project / "output") != before


def test_a_full_disk_of_a_new_project(
    small_disk: Callable[[str], Path], tmp_path: Path, fullcast: Fullcast
) -> None:
    disk = small_disk("200k")
    book = tmp_path / "novel.txt"
    book.write_text("CHAPTER I\n\n" + "The lamp was lit at dusk.\n\n" * 8_000, encoding="utf-8")
    said = fullcast("new", disk / "novel", "--from", book)
    assert (said.code, "the disk is full" in said.err) == (6, True), said.err
    assert not (disk / "novel").exists()


def test_a_full_disk_of_an_audition(small_disk: Callable[[str], Path], fullcast: Fullcast) -> None:
    disk = small_disk("64k")
    words = ("voices", "audition", "alba", "--engine", "tone", "--text", "The lamp was lit. " * 20)
    said = fullcast(*words, "-o", disk / "a.wav")
    assert (said.code, "a.wav" in said.err) == (6, True), said.err
    assert not list(disk.iterdir())


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Return a function that makes a folder read-only, for root as well."""
    mounted: list[Path] = []

    def close(folder: Path) -> None:
        program = shutil.which("mount")
        if program is None or os.geteuid() != 0:
            pytest.skip("needs the right to mount a folder read-only")
        bound = subprocess.run(
            [program, "--bind", str(folder), str(folder)], check=False, capture_output=True
        )
        if bound.returncode:
            pytest.skip("this machine lets nobody mount a folder read-only")
        mounted.append(folder)
        subprocess.run([program, "-o", "remount,bind,ro", str(folder)], check=True)

    del tmp_path
    yield close
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _open_again(folder: Path) -> None:
    subprocess.run(["mount", "-o", "remount,bind,rw", str(folder)], check=True)


def test_an_output_that_is_read_only_keeps_every_take(
    read_only: Callable[[Path], None], make_project: Any, fullcast: Fullcast, plan: Any
) -> None:
    project = make_project()
    (project / "output").mkdir()
    read_only(project / "output")
    said = fullcast("render", project)
    assert (said.code, "output" in said.first or "the disk is read-only" in said.err) == (6, True), said.err
    assert plan(project)["missing"] == 0
    _open_again(project / "output")
    again = fullcast("render", project, "--json")
    assert (again.code, json.loads(again.out)["recorded"]) == (0, 0)


def test_a_store_that_is_read_only_is_named_before_anything_begins(
    read_only: Callable[[Path], None], make_project: Any, fullcast: Fullcast
) -> None:
    project = make_project()
    read_only(project)
    said = fullcast("render", project)
    assert (said.code, "the disk is read-only" in said.err, ".fullcast" in said.err) == (6, True, True)
    for command in ("check", "plan", "status"):
        assert fullcast(command, project).code == 0
    assert fullcast("cache", "show", project).code == 0


def test_read_only_voices_and_a_read_only_home_are_enough(
    read_only: Callable[[Path], None], make_project: Any, apart: Fullcast, tmp_path: Path
) -> None:
    voices = tmp_path / "voices"
    shutil.copytree(Path(__file__).parents[2] / "voices" / "mara", voices / "mine")
    home = tmp_path / "home"
    home.mkdir()
    project = make_project()
    text = (project / "project.yaml").read_text(encoding="utf-8")
    (project / "project.yaml").write_text(text.replace("alba", "mine"), encoding="utf-8")
    for folder in (voices, home):
        read_only(folder)
    settings = {"FULLCAST_VOICES": str(voices), "HOME": str(home), "FULLCAST_JOBS": "1"}
    said = apart("render", project, "--engine", "espeak", env=os.environ | settings)
    assert said.code == 0, said.err


def without_privileges() -> None:
    """Let root be bound by the rights of files as everybody else is (capabilities 1 and 2 of Linux)."""
    library = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):
        library.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: holds from the next program on


CLOSED = [".", ".fullcast", ".fullcast/takes", "output", "1.md", "project.yaml", "fullcast.lock"]


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="needs the capabilities of Linux to bind root"
)
@pytest.mark.parametrize("closed", CLOSED)
def test_what_nobody_may_touch_is_named(closed: str, make_project: Any, apart: Fullcast) -> None:
    project = make_project()
    for folder in (".fullcast", ".fullcast/takes", "output"):
        (project / folder).mkdir()
    (project / "fullcast.lock").write_text("lock: 1\n", encoding="utf-8")
    place = project / closed
    is_file, rights = place.is_file(), place.stat().st_mode
    place.chmod(0o000 if is_file else 0o555)
    said = apart("render", project, preexec_fn=without_privileges)
    place.chmod(rights)
    assert said.code == (3 if is_file else 6), said.err
    assert "Traceback" not in said.err
    assert "permission denied" in said.err.lower()
    assert closed == "." or closed in said.err
    again = apart("render", project, preexec_fn=without_privileges)
    assert again.code == 0, again.err


def test_a_file_where_a_folder_should_be_is_named(make_project: Any, fullcast: Fullcast, plan: Any) -> None:
    project = make_project()
    (project / "output").write_text("my notes", encoding="utf-8")
    said = fullcast("render", project)
    assert (said.code, "a file stands where a folder should be" in said.err) == (6, True)
    assert (project / "output").read_text(encoding="utf-8") == "my notes"
    assert plan(project)["missing"] == 0
    (project / "output").unlink()
    assert fullcast("render", project).code == 0
    other = make_project(folder=project.parent / "other", files={".fullcast": b"my notes"})
    assert fullcast("render", other).code == 6


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_results_that_cannot_be_written_are_no_success(make_project: Any, apart: Fullcast) -> None:
    project = make_project()
    with Path("/dev/full").open("wb") as full:
        for words in (("status", project), ("plan", project, "--json"), ("voices", "list"), ("schema",)):
            said = apart(*words, stdout=full)
            assert said.code == 6, (words, said.err)
            assert "Traceback" not in said.err
