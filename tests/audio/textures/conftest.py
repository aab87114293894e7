"""Recordings of every kind, made once: three seeds, short."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from fullcast.audio.textures.catalogue import RECIPES, Nature
from fullcast.audio.textures.prompt import Layer
from fullcast.audio.textures.render import Wanted, render_layers

SEEDS = (0, 1, 2)
SECONDS = 5.0
FIRST_SECONDS = 10.0


def _record(kind: str, seed: int) -> NDArray[np.float32]:
    nature = RECIPES[kind].nature
    if nature is Nature.EVENT:
        wanted = Wanted(seed=seed)
    else:
        long = nature is Nature.BED and seed == SEEDS[0]
        wanted = Wanted(seed=seed, seconds=FIRST_SECONDS if long else SECONDS, loop=True)
    return render_layers([Layer(kind=kind)], wanted).samples


@pytest.fixture(scope="session")
def recordings() -> Mapping[str, tuple[NDArray[np.float32], ...]]:
    """Beds and rhythms as loops (the first seed of a bed 10 s, else 5 s), events in their natural length."""
    return {kind: tuple(_record(kind, seed) for seed in SEEDS) for kind in RECIPES}
