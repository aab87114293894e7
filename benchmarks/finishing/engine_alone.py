"""Have the tone engine say a book's words by itself, in its session; prints the seconds that takes.

python benchmarks/finishing/engine_alone.py PROJECT
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from fullcast.files.settings import read_settings
from fullcast.production.asking import open_engine
from fullcast.production.preparing import Choices, prepare
from fullcast.production.recording import request_of

if __name__ == "__main__":
    prepared = prepare(Path(sys.argv[1]), Choices(), read_settings())
    takes = [take for chapter in prepared.plan.chapters for take in chapter.takes]
    with open_engine(prepared.speech, read_settings()) as session:
        began = time.perf_counter()
        spoken = sum(1 for _ in session.record(request_of(take, 0) for take in takes))
        ended = time.perf_counter()
    assert spoken == len(takes)
    sys.stdout.write(f"{ended - began}\n")
