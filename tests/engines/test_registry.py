"""Finding engines, with packages that are broken in the ways of strangers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fullcast.engines.registry import (
    choose_sound_engine,
    choose_speech_engine,
    load_sound_engines,
    load_speech_engines,
)
from fullcast.errors import SetupError, UsageError
from fullcast.model import Settings

MACHINE = Settings(jobs=1)

STRANGER = """
from contextlib import contextmanager
from fullcast.model import Limits
from fullcast.errors import SetupError

class Good:
    name = "good"
    revision = "1"
    limits = Limits(longest=100, rate=16000, quality=99)
    def check(self):
        raise SetupError("good: its model is missing")
    @contextmanager
    def open(self, device, settings):
        yield None

class Half:
    name = "half"

class Angry:
    def __init__(self):
        raise RuntimeError("not today")
"""

ENTRY_POINTS = """[fullcast.speech]
good = a_stranger:Good
half = a_stranger:Half
angry = a_stranger:Angry
gone = a_stranger_who_left:Engine
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package of a stranger."""
    (tmp_path / "a_stranger.py").write_text(STRANGER)
    about = tmp_path / "strange_voices-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-voices\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "a_stranger", raising=False)


def test_ours_are_found() -> None:
    assert {"espeak", "tone"} <= set(load_speech_engines())
    assert {"texture", "tone"} <= set(load_sound_engines())


def test_auto_takes_the_best_that_is_ready() -> None:
    chosen = choose_speech_engine("auto", MACHINE)
    assert chosen.engine.name == "espeak"
    assert chosen.reason == "the best speech engine that is ready here"
    assert choose_sound_engine("auto", MACHINE).engine.name == "texture"


def test_a_name_takes_its_engine_even_if_auto_never_would() -> None:
    assert choose_speech_engine("tone", MACHINE).engine.name == "tone"
    assert choose_sound_engine("tone", MACHINE).engine.name == "tone"


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError, match="no speech engine 'espaek'") as raised:
        choose_speech_engine("espaek", MACHINE)
    assert "did you mean 'espeak'?" in (raised.value.hint or "")
    assert "tone" in (raised.value.hint or "")


@pytest.mark.usefixtures("stranger")
def test_broken_engines_harm_nobody_who_does_not_ask() -> None:
    engines = load_speech_engines()
    assert {"good", "espeak", "tone"} <= set(engines)
    assert not {"half", "angry", "gone"} & set(engines)
    assert choose_speech_engine("auto", MACHINE).engine.name == "espeak"  # "good" is better, but not ready


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("name", ["half", "angry", "gone"])
def test_a_broken_engine_names_its_package(name: str) -> None:
    with pytest.raises(SetupError, match=f"'{name}' of the package strange-voices"):
        choose_speech_engine(name, MACHINE)


@pytest.mark.usefixtures("stranger")
def test_an_engine_that_is_not_ready_says_why() -> None:
    with pytest.raises(SetupError, match="its model is missing"):
        choose_speech_engine("good", MACHINE)


def test_nothing_ready_says_what_each_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    from fullcast.engines.espeak import EspeakEngine

    def lacks(_: EspeakEngine) -> None:
        raise SetupError("espeak: the library is missing")

    monkeypatch.setattr(EspeakEngine, "check", lacks)
    monkeypatch.setenv("PATH", "")  # no program that speaks
    with pytest.raises(SetupError, match="espeak: the library is missing"):
        choose_speech_engine("auto", MACHINE)
