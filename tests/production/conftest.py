"""Small projects that render in a moment, with the engines for tests."""

import shutil
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from fullcast.model import Settings
from fullcast.production.events import Event
from fullcast.production.preparing import Choices
from fullcast.production.remembering import Report, remembered, run_and_remember


@pytest.fixture(scope="session")
def hub_server() -> ModuleType:
    """Return a hub that can be served on this machine."""
    where = Path(__file__).with_name("hub_server.py")
    spec = spec_from_file_location("hub_server", where)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules["hub_server"] = module  # dataclasses look for their module
    spec.loader.exec_module(module)
    return module


PROJECT = """\
fullcast: 1
book: {title: The Lamp, author: A. Writer, language: en}
speech: {engine: tone}
sounds: {engine: tone}
cast:
  Narrator: alba
  Mara: {voice: mara, pan: 0.2}
chapters:
  - title: Dusk
    text: chapters/01-dusk.md
    cues:
      - {bed: wind, from: start, to: "went home", level: -24}
      - {effect: door, at: "closed the door"}
  - title: Dawn
    text: chapters/02-dawn.md
deliveries: [m4b, {preset: chapters, codec: flac}]
"""

DUSK = """\
The lamp was lit at dusk, and the harbour lay still.

“Is anybody there?” asked Mara. “I heard a boat.”

Nobody answered. She closed the door and went home.
"""

DAWN = """\
In the morning the boat was gone.

“Then it was nothing,” said Mara.
"""

Render = Callable[..., Report]


def write_project(folder: Path) -> Path:
    (folder / "chapters").mkdir(parents=True)
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "chapters" / "01-dusk.md").write_text(DUSK, encoding="utf-8")
    (folder / "chapters" / "02-dawn.md").write_text(DAWN, encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "lamp")


@pytest.fixture(scope="session")
def once_rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("rendered") / "lamp")
    report = run_and_remember(folder, "render", (Choices(), Settings(jobs=1)), lambda _: None)
    assert not report.findings
    return folder


@pytest.fixture
def rendered(once_rendered: Path, tmp_path: Path) -> Path:
    """A copy of a project that was rendered; what lies in its store counts, its state names other paths."""
    return Path(shutil.copytree(once_rendered, tmp_path / "lamp"))


@pytest.fixture
def machine() -> Settings:
    return Settings(jobs=1)


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def run(machine: Settings, events: list[Event]) -> Render:
    """Run a command on a project as the command line does."""

    def call(folder: Path, command: str = "render", **choices: object) -> Report:
        chosen = Choices(**choices)  # type: ignore[arg-type]
        report = remembered(folder, command, chosen, machine)
        return report or run_and_remember(folder, command, (chosen, machine), events.append)

    return call
