"""The store can be measured, verified and pruned; pruning never costs work that the project still needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fullcast.errors import LockedError, ProjectError
from fullcast.files.runlock import run_lock
from fullcast.model import Settings
from fullcast.production.caching import Shelf, measure_cache, prune_cache, verify_cache
from fullcast.production.preparing import Choices
from fullcast.production.remembering import Report

Run = Callable[..., Report]


def takes(project: Path) -> list[Path]:
    return sorted((project / ".fullcast" / "takes").glob("*/*.wav"))


def files(project: Path) -> set[Path]:
    return {file for file in (project / ".fullcast").rglob("*") if file.is_file()}


def prune(project: Path, machine: Settings, *, dry_run: bool = False) -> Shelf:
    return prune_cache(project, Choices(), machine, dry_run=dry_run)


def test_the_shelves_hold_what_lies_on_the_disk(rendered: Path) -> None:
    shelves = {shelf.name: shelf for shelf in measure_cache(rendered)}
    for name, shelf in shelves.items():
        lying = [file for file in (rendered / ".fullcast" / name).rglob("*") if file.is_file()]
        assert (shelf.files, shelf.size) == (len(lying), sum(file.stat().st_size for file in lying))
    assert shelves["takes"].files > 0
    assert shelves["encoded"].size > 0


def test_a_project_that_was_never_rendered_has_an_empty_store(project: Path, machine: Settings) -> None:
    assert {shelf.files for shelf in measure_cache(project)} == {0}
    assert verify_cache(project) == (0, ())
    assert prune(project, machine).files == 0
    assert not (project / ".fullcast").exists()


def test_a_sound_store_is_left_as_it_is(rendered: Path, machine: Settings) -> None:
    checked, damaged = verify_cache(rendered)
    assert checked >= len(takes(rendered)) > 0
    assert damaged == ()
    before = files(rendered)
    assert prune(rendered, machine) == Shelf(name="unused", files=0, size=0)
    assert files(rendered) - before <= {rendered / ".fullcast" / "lock"}
    assert before <= files(rendered)


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes()[:-1] + b"\xff"),
        lambda file: file.unlink(),
    ],
    ids=["emptied", "cut", "changed", "gone"],
)
def test_what_is_damaged_is_removed_and_only_that_is_made_again(
    harm: Callable[[Path], object], rendered: Path, run: Run
) -> None:
    victim, *others = takes(rendered)
    harm(victim)
    _, damaged = verify_cache(rendered)
    assert damaged == (victim.stem,)
    assert takes(rendered) == others
    assert verify_cache(rendered)[1] == ()
    assert run(rendered).recorded == 1
    assert takes(rendered) == [victim, *others]


def test_pruning_removes_what_an_edit_left_and_nothing_else(
    rendered: Path, run: Run, machine: Settings
) -> None:
    before = files(rendered)
    chapter = rendered / "chapters" / "02-dawn.md"
    chapter.write_text(chapter.read_text().replace("boat was gone", "boat was back"))
    run(rendered)
    would = prune(rendered, machine, dry_run=True)
    assert would.files > 0
    assert before <= files(rendered)
    assert prune(rendered, machine) == would
    gone = before - files(rendered)
    assert len(gone) == would.files
    assert {file.parts[-3 if file.suffix == ".wav" else -2] for file in gone} == {"takes", "encoded"}
    again = run(rendered, "render", chapters=frozenset({1, 2}))
    assert (again.recorded, again.encoded) == (0, 0)


def test_unfinished_files_and_recordings_without_a_line_are_removed(
    rendered: Path, machine: Settings
) -> None:
    folder = takes(rendered)[0].parent
    strays = [folder / f"{'0' * 40}.wav", folder / ".left.wav.123.part"]
    for stray in strays:
        stray.write_bytes(b"12345")
    assert prune(rendered, machine) == Shelf(name="unused", files=2, size=10)
    assert not any(stray.exists() for stray in strays)


def test_a_run_removes_what_a_killed_one_left_however_deep_it_lies(rendered: Path, run: Run) -> None:
    strays = [
        rendered / ".fullcast" / "encoded" / ".x.m4a.1.part",
        rendered / "output" / "m4b" / ".The Lamp.m4b.1.part",
        rendered / "output" / "abs" / "A. Writer" / "The Lamp" / ".The Lamp.m4b.1.part",
    ]
    for stray in strays:
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(b"12345")
    edited = rendered / "chapters" / "02-dawn.md"
    edited.write_text(edited.read_text().replace("gone", "back"))
    run(rendered)
    assert not any(stray.exists() for stray in strays)


def test_another_engine_wants_other_takes(rendered: Path, machine: Settings) -> None:
    count = len(takes(rendered))
    removed = prune_cache(rendered, Choices(engine="espeak"), machine, dry_run=True)
    assert removed.files >= count


def test_nobody_prunes_while_a_run_goes_on_or_the_project_is_wrong(rendered: Path, machine: Settings) -> None:
    with run_lock(rendered / ".fullcast"):
        with pytest.raises(LockedError):
            prune(rendered, machine)
        with pytest.raises(LockedError):
            verify_cache(rendered)
    project = rendered / "project.yaml"
    project.write_text(project.read_text().replace("voice: mara", "voice: marra"))
    before = files(rendered)
    with pytest.raises(ProjectError):
        prune(rendered, machine)
    assert files(rendered) == before
