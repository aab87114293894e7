"""Environments of engines are made from local packages: no network is needed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fullcast.engines.worker.environment import find_environment
from fullcast.engines.worker.recipes import RECIPES, Recipe
from fullcast.errors import SetupError, UsageError
from fullcast.model import Settings
from fullcast.production.installing import Install, install_engine, remove_engine

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def machine(tmp_path: Path) -> Settings:
    return Settings(jobs=1, engine_folder=tmp_path / "engines")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that needs no backend: pip takes a wheel as it is."""
    import zipfile

    wheel = tmp_path / "small_voice-1.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("small_voice.py", "SAYS = 'hello'\n")
        info = "small_voice-1.2.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: small-voice\nVersion: 1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def asked(recipe: Recipe, **changes: object) -> Install:
    return Install(engine=recipe.name, recipes={recipe.name: recipe}, **changes)  # type: ignore[arg-type]


def from_packages(*packages: str) -> Recipe:
    return replace(RECIPES["f5"], pythons=(HERE,), packages=("--no-index", *packages))


@pytest.mark.slow
def test_an_environment_is_made_from_packages(
    machine: Settings, package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[str] = []
    made = install_engine(asked(from_packages(str(package))), machine, steps.append)
    assert made == find_environment("f5", machine)
    assert made.packages["small-voice"] == "1.2"
    assert made.version_of("small-voice") == "1.2"
    assert made.version == HERE
    assert len(steps) == 2
    assert capsys.readouterr().out == ""
    remove_engine("f5", machine)
    with pytest.raises(SetupError, match="f5 is not installed"):
        find_environment("f5", machine)


@pytest.mark.slow
def test_what_pip_cannot_install_leaves_nothing_that_counts(machine: Settings, package: Path) -> None:
    with pytest.raises(SetupError, match="this failed with code 1") as raised:
        install_engine(asked(from_packages(str(package), "no-such-package")), machine, lambda _: None)
    assert "no-such-package" in raised.value.message
    assert "install.log" in (raised.value.hint or "")
    with pytest.raises(SetupError, match="f5 is not installed"):
        find_environment("f5", machine)


@pytest.mark.slow
def test_a_source_is_known_by_its_commit(machine: Settings, tmp_path: Path) -> None:
    source = tmp_path / "MegaTTS3"
    (source / "tts").mkdir(parents=True)
    (source / "tts" / "infer_cli.py").write_text("")
    (source / "requirements.txt").write_text("# nothing\n")
    (source / ".git" / "refs").mkdir(parents=True)
    (source / ".git" / "HEAD").write_text("ref: refs/main\n")
    (source / ".git" / "refs" / "main").write_text("f506233000000000000000000000000000000000\n")
    recipe = replace(RECIPES["megatts3"], pythons=(HERE,))
    made = install_engine(asked(recipe, source=source), machine, lambda _: None)
    assert made.commit.startswith("f506233")
    assert made.version_of(recipe.package) == "f50623300000"
    assert made.checkout == str(source)


@pytest.mark.parametrize(
    ("name", "source", "told"),
    [
        ("megatts3", None, "wants its makers' source"),
        ("megatts3", "other", "that is not MegaTTS 3, it has no tts/infer_cli.py"),
        ("f5", "other", "is installed from packages"),
        ("f6", None, "there is no engine 'f6' to install"),
    ],
)
def test_a_wrong_call_says_what_is_wanted(
    machine: Settings, tmp_path: Path, name: str, source: str | None, told: str
) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match=told):
        install_engine(
            Install(engine=name, source=tmp_path / source if source else None), machine, lambda _: None
        )
    assert machine.engine_folder
    assert not machine.engine_folder.exists()


def test_a_python_that_the_engine_does_not_take_is_refused(machine: Settings) -> None:
    recipe = replace(from_packages(), pythons=("2.7",))
    with pytest.raises(SetupError, match=r"runs on Python 2\.7, and there is none") as raised:
        install_engine(asked(recipe, python=sys.executable), machine, lambda _: None)
    assert HERE in raised.value.message
    assert "--python" in (raised.value.hint or "")


def test_what_is_not_installed_cannot_be_removed(machine: Settings) -> None:
    with pytest.raises(UsageError, match="f5 is not installed"):
        remove_engine("f5", machine)
