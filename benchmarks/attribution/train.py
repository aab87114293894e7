"""Learn what evidence weighs, from annotated novels, and write it where the program reads it.

    python benchmarks/attribution/train.py PDNC_FOLDER

PDNC_FOLDER holds folders in the form of the Project Dialogism Novel Corpus. The weights are learned from all
of them; how sure the program may be is learned from novels that were left out. Nothing of the novels but the
weights is written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from learning import certainty, learn, trust
from novels import read_novel_folder

from fullcast.files.learned import FILE
from fullcast.text.novel.model import Weights, read_turns

FOLDS = 5


def main() -> None:
    """Learn and write."""
    novels = [read_novel_folder(folder) for folder in sorted(Path(sys.argv[1]).iterdir()) if folder.is_dir()]
    sure: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        weights = Weights(features=learn([n for i, n in enumerate(novels) if i % FOLDS != fold]))
        for novel in novels[fold::FOLDS]:
            sure += trust(novel, read_turns(novel.book, weights))
    features = learn(novels)
    record = {
        "what": "what evidence for the speaker of a quotation weighs; see docs/explanation/attribution.md",
        "source": "benchmarks/attribution/train.py on the Project Dialogism Novel Corpus (arXiv 2204.05836)",
        "certainty": certainty(sure),
        "features": dict(sorted(features.items())),
    }
    FILE.write_text(json.dumps(record, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{FILE}: {len(features)} weights")


if __name__ == "__main__":
    main()
