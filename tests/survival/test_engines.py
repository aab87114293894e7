"""Whatever a stranger's engine does: its neighbours' takes stay, the fault is named, the next run goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Fullcast = Callable[..., Any]

TEXT = "The lamp was lit at dusk.\n\nSomebody put poison into the well.\n\nNobody came that night.\n"
TAKES = 4
"""The spoken title and three paragraphs."""

ROGUES = Path(__file__).with_name("rogues.py")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages in which the rogues are installed."""
    place = tmp_path / "site"
    package = place / "rogues-1.0.dist-info"
    package.mkdir(parents=True)
    shutil.copy(ROGUES, place)
    lines = "".join(f"{name} = rogues:make_{name.replace('-', '_')}\n" for name in (*BAD, "good", "stuck"))
    (package / "entry_points.txt").write_text(f"[fullcast.speech]\n{lines}", encoding="utf-8")
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: rogues\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(place))
    return place


LOST = "was not recorded: "

BAD: dict[str, tuple[int, int, str]] = {
    # engine: exit code, takes that stand in the store, words of the message
    "nan": (1, 3, LOST + "the engine nan broke: audio holds samples that are not finite"),
    "late-nan": (1, 3, LOST + "audio holds samples that are not finite"),
    "always-nan": (5, 0, "the engine always-nan broke: audio holds samples that are not finite"),
    "silent": (1, 3, LOST + "the take is silent"),
    "empty": (1, 3, LOST + "the take is silent"),
    "short": (1, 3, LOST + "the take is far too short"),
    "endless": (1, 3, LOST + "the take is far too long"),
    "wrong-rate": (5, 2, "gave back 1 channel(s) at 16000 Hz; it declares 1 at 24000 Hz"),
    "stereo": (5, 2, "gave back 2 channel(s) at 24000 Hz; it declares 1 at 24000 Hz"),
    "misplaced": (5, 2, "gave back a word that is not in its text or not in its time"),
    "no-audio": (5, 2, "gave back list instead of audio"),
    "text": (5, 2, "instead of an id with a recording or an error"),
    "burst": (1, 3, LOST + "the engine burst broke: RuntimeError: no kernel for 34 characters"),
    "always-burst": (5, 0, "the engine always-burst broke: RuntimeError: no kernel for"),
    "batch-burst": (1, 3, LOST + "the engine batch-burst broke: RuntimeError"),
    "leave": (1, 3, LOST + "the engine leave broke: SystemExit: 0"),
    "twice": (5, 1, "which nobody waits for, or a second one"),
    "unasked": (5, 0, 'gave back a result for "somebody else\'s"'),
    "forgetful": (1, 3, LOST + "the engine gave back nothing for it"),
    "lazy": (1, 3, LOST + "the engine gave back nothing for it"),
    "mute": (1, 0, LOST + "the engine gave back nothing for it"),
    "bare": (5, 0, "gave back Recording instead of an id with a recording or an error"),
    "refused": (1, 3, LOST + "no such word: poison"),
    "unlucky": (1, 3, LOST + "out of memory (3 tries)"),
    "unchecked": (4, 0, "ZeroDivisionError"),
    "unopened": (5, 0, "cannot be opened: OSError: libcuda.so.1: cannot open shared object file"),
    "unclosed": (5, 4, "cannot be closed: RuntimeError: device is gone"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_engine_is_named_and_costs_nothing_but_its_own(
    name: str, site: Path, make_project: Any, fullcast: Fullcast, plan: Callable[..., dict[str, int]]
) -> None:
    del site
    code, kept, words = BAD[name]
    project = make_project(TEXT, more="deliveries: [{preset: chapters, codec: flac}]\n")
    said = fullcast("render", project, "--engine", name)
    assert (said.code, words in said.out + said.err) == (code, True), said.out + said.err
    assert "Traceback" not in said.out + said.err
    assert plan(project, "--engine", name)["ready"] == kept if name != "unchecked" else True
    if name in {"unchecked", "unclosed", "always-nan", "mute"}:
        assert fullcast("render", project).code == 0


@pytest.mark.usefixtures("site")
def test_a_voice_that_loses_its_first_takes_is_levelled_by_its_others(
    make_project: Any, fullcast: Fullcast
) -> None:
    poisoned = "\n\n".join(f"Drop {number} of the poison fell into the well." for number in range(15))
    project = make_project(f"{poisoned}\n\nNobody came that night.\n", titles={1: "A poison"})
    said = fullcast("render", project, "--engine", "refused", "--json")
    assert (said.code, said.out.count(LOST)) == (1, 16)
    assert (project / "output" / "m4b" / "Small.m4b").exists()


@pytest.mark.usefixtures("site")
def test_a_voice_is_levelled_by_takes_that_were_there_before_its_first_were_lost(
    make_project: Any, fullcast: Fullcast
) -> None:
    poisoned = "\n\n".join(f"Drop {number} of the poison fell into the well." for number in range(7))
    project = make_project(f"{poisoned}\n\nNobody came that night.\n", titles={1: "A poison"})
    for _ in range(2):
        said = fullcast("render", project, "--engine", "refused", "--json")
        assert (said.code, "left out" in said.out) == (1, False)


@pytest.mark.usefixtures("site")
def test_a_lost_take_is_asked_for_again_by_the_next_run(make_project: Any, fullcast: Fullcast) -> None:
    project = make_project(TEXT)
    assert fullcast("render", project, "--engine", "unlucky").code == 1
    again = fullcast("render", project, "--engine", "unlucky", "--json")
    assert (again.code, '"unchanged": false' in again.out) == (1, True)


def test_an_engine_that_never_answers_can_be_stopped(site: Path, make_project: Any, plan: Any) -> None:
    project = make_project(TEXT)
    child = subprocess.Popen(
        [sys.executable, "-m", "fullcast", "render", str(project), "--engine", "stuck", "--jobs", "1"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])},
        stderr=subprocess.PIPE,
        text=True,
    )
    journal = project / ".fullcast" / "takes" / "journal.jsonl"
    deadline = time.monotonic() + 60
    while not (journal.exists() and journal.read_bytes().count(b"\n") == 2) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, "interrupted" in err) == (130, True)
    assert plan(project, "--engine", "stuck")["ready"] == 2


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("name", ["nan", "burst", "mute", "twice", "unopened", "unclosed"])
def test_an_audition_names_what_an_engine_did(name: str, fullcast: Fullcast, tmp_path: Path) -> None:
    said = fullcast(
        "voices", "audition", "alba", "--engine", name, "--text", "poison", "-o", tmp_path / "a.wav"
    )
    assert said.code == 5
    assert "Traceback" not in said.err
