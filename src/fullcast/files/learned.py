"""What was learned from annotated novels, as it ships with the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fullcast.text.novel.model import Weights

FILE = Path(__file__).parent / "learned" / "attribution-en.json"


def read_weights() -> Weights:
    """Return the weights of the evidence for who speaks in English novels."""
    from fullcast.text.novel.model import Weights

    record = json.loads(FILE.read_text(encoding="utf-8"))
    return Weights(
        features=record["features"],
        certainty=tuple((float(chance), float(share)) for chance, share in record["certainty"]),
    )
