"""Files on which a bound engine's revision hangs: a run that has nothing to do looks at them."""

from __future__ import annotations

import sys
from pathlib import Path

from fullcast.engines.base import decided_by
from fullcast.engines.command import CommandEngine
from fullcast.engines.sherpa import SherpaEngine
from fullcast.engines.tone import ToneEngine
from fullcast.engines.weights import Installed
from fullcast.engines.worker.engine import WorkerEngine
from fullcast.engines.worker.environment import Environment
from fullcast.engines.worker.recipes import RECIPES
from fullcast.model import Command, ModelCard

CARD = ModelCard(id="tiny", engine="sherpa", family="vits", revision="1")


def test_bound_engines_name_what_they_hang_on(tmp_path: Path) -> None:
    assert decided_by(ToneEngine()) == ()
    assert decided_by(CommandEngine(Command(name="py", run=(sys.executable,)))) == (Path(sys.executable),)
    assert decided_by(SherpaEngine(Installed(card=CARD, folder=tmp_path))) == (tmp_path / "model.json",)
    home = tmp_path / "engines" / "f5"
    made = Environment(engine="f5", python=str(home / "venv" / "bin" / "python"), version="3.11")
    worker = WorkerEngine(RECIPES["f5"], made, Installed(card=CARD, folder=tmp_path))
    assert decided_by(worker) == (tmp_path / "model.json", home / "worker.json")
