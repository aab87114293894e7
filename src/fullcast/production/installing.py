"""Engines that live elsewhere are installed: a Python environment of their own, from a recipe."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fullcast.engines.worker.environment import RECORD, Environment, write_record
from fullcast.engines.worker.recipes import RECIPES, Recipe
from fullcast.errors import SetupError, UsageError
from fullcast.files.disk import explained
from fullcast.files.kinds import suggest
from fullcast.model import Settings

_SHOWN = 12
"""Last lines of pip that an error shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """What is asked for."""

    engine: str
    source: Path | None = None
    """Folder of the engine's own source, as its makers publish it."""
    python: str | None = None
    """The Python to use; None is looked for."""
    recipes: Mapping[str, Recipe] = field(default_factory=lambda: RECIPES)


def install_engine(asked: Install, settings: Settings, tell: Callable[[str], None]) -> Environment:
    """Make an engine's environment anew; until it is whole it does not count.

    Args:
        asked: Which engine, and from what.
        settings: The machine, with the folder of engines.
        tell: Told of each step.

    Raises:
        UsageError: If there is no such engine, or its source is not named or is something else.
        SetupError: If there is no Python that it takes, or pip fails.
    """
    recipe = _recipe(asked.engine, asked.recipes)
    source = _check_source(recipe, asked.source)
    python, version = _find_python(recipe, asked.python)
    if settings.engine_folder is None:
        raise SetupError("there is no folder for engines", hint="name one: FULLCAST_ENGINES=FOLDER")
    home = settings.engine_folder / recipe.name
    with explained(home, "write"):
        if home.exists():
            shutil.rmtree(home)
        home.mkdir(parents=True)
    log = home / "install.log"
    tell(f"{recipe.title}: an environment of Python {version} in {home}")
    _run([python, "-m", "venv", str(home / "venv")], log)
    own = home / "venv" / "bin" / "python"
    tell(f"{recipe.title}: what it requires; this takes minutes, and gigabytes where torch is among it")
    _run([str(own), "-m", "pip", "install", "--disable-pip-version-check", *_wanted(recipe, source)], log)
    packages = _frozen(own)
    environment = Environment(
        engine=recipe.name,
        python=str(own),
        version=version,
        checkout=str(source) if source else "",
        commit=_commit_of(source) if source else "",
        packages=packages,
    )
    write_record(environment, home)
    return environment


def _recipe(engine: str, recipes: Mapping[str, Recipe]) -> Recipe:
    if engine not in recipes:
        raise UsageError(
            f"there is no engine '{engine}' to install",
            hint=suggest(engine, recipes, "these can be installed"),
        )
    return recipes[engine]


def _check_source(recipe: Recipe, source: Path | None) -> Path | None:
    """Return the folder of an engine's source; None where its packages are enough."""
    if not recipe.checkout:
        if source is not None:
            raise UsageError(f"{recipe.name} is installed from packages", hint="leave --source out")
        return None
    if source is None:
        raise UsageError(
            f"{recipe.name} wants its makers' source",
            hint=f"git clone --recursive {recipe.checkout}, then: --source FOLDER",
        )
    if not (source / recipe.proof).is_file():
        raise UsageError(
            f"--source {source}: that is not {recipe.title}, it has no {recipe.proof}",
            hint=f"git clone --recursive {recipe.checkout}",
        )
    return source.resolve()


def _find_python(recipe: Recipe, named: str | None) -> tuple[str, str]:
    """Return a Python that an engine takes, and its version."""
    candidates = (
        [named] if named else [*(f"python{version}" for version in recipe.pythons[::-1]), sys.executable]
    )
    seen = []
    for candidate in candidates:
        program = shutil.which(candidate)
        version = _version_of(program) if program else None
        if program and version and version in recipe.pythons:
            return program, version
        if version:
            seen.append(f"{candidate} is {version}")
    wanted = " or ".join(recipe.pythons)
    found = f" ({'; '.join(seen)})" if seen else ""
    raise SetupError(
        f"{recipe.title} runs on Python {wanted}, and there is none{found}",
        hint=f"install one, as in uv python install {recipe.pythons[-1]}, and name it: --python PROGRAM",
    )


def _version_of(program: str) -> str | None:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        said = subprocess.run([program, "-c", code], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - a Python that the user named or has
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.fullmatch(r"\d+\.\d+", said.stdout.strip())
    return found[0] if found else None


def _wanted(recipe: Recipe, source: Path | None) -> list[str]:
    """Return what pip is told to install."""
    wanted = list(recipe.packages)
    if source is not None and recipe.requirements == "pyproject.toml":
        wanted.append(str(source))
    elif source is not None:
        wanted += ["--requirement", str(source / recipe.requirements)]
    return wanted


def _run(call: list[str], log: Path) -> None:
    """Run a step, its talk into the log.

    Raises:
        SetupError: If it fails, with its last words.
    """
    with log.open("ab") as stream:
        stream.write(f"$ {' '.join(call)}\n".encode())
        stream.flush()
        code = subprocess.run(call, stdout=stream, stderr=subprocess.STDOUT, check=False).returncode  # noqa: S603 - made above
    if code:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_SHOWN:]
        raise SetupError(
            f"this failed with code {code}: {' '.join(call)}\n" + "\n".join(f"  {line}" for line in lines),
            hint=f"all that was said stands in {log}",
        )


def _frozen(python: Path) -> dict[str, str]:
    said = subprocess.run(  # noqa: S603 - the environment that was just made
        [str(python), "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.partition("==") for line in said.stdout.splitlines())
    return {name: version for name, equals, version in rows if equals}


def _commit_of(source: Path) -> str:
    """Return the commit of a checkout; empty where it is none."""
    head = source / ".git" / "HEAD"
    try:
        words = head.read_text().strip()
        if words.startswith("ref: "):
            ref = source / ".git" / words.removeprefix("ref: ")
            words = ref.read_text().strip() if ref.exists() else _packed(source, words.removeprefix("ref: "))
    except OSError:
        return ""
    return words if re.fullmatch(r"[0-9a-f]{40}", words) else ""


def _packed(source: Path, ref: str) -> str:
    for line in (source / ".git" / "packed-refs").read_text().splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return commit
    return ""


def remove_engine(engine: str, settings: Settings) -> Path:
    """Remove an engine's environment.

    Raises:
        UsageError: If it is not there.
    """
    _recipe(engine, RECIPES)
    home = settings.engine_folder / engine if settings.engine_folder else None
    if home is None or not home.is_dir():
        raise UsageError(f"{engine} is not installed", hint="fullcast engines list")
    with explained(home, "remove"):
        (home / RECORD).unlink(missing_ok=True)
        shutil.rmtree(home)
    return home
