"""Spoken text against test cases of NVIDIA's NeMo-text-processing.

    python benchmarks/normalisation/score.py en FOLDER
    python benchmarks/normalisation/score.py zh FOLDER

FOLDER is ``tests/nemo_text_processing/LANGUAGE/data_text_normalization`` of that repository. Cases are
compared without case, punctuation and hyphens (in Chinese without spaces);
those with several answers (``with_audio``) are left out. Prints the share of each file, and of all.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fullcast.text.normalise import normalise


def fold(text: str, language: str) -> str:
    """Return a text as it is compared."""
    words = re.sub(r"[^\w\s']", " ", text.lower()).split()
    return ("" if language == "zh" else " ").join(words)


def main() -> None:
    """Compare and print."""
    language, folder = sys.argv[1], Path(sys.argv[2])
    right = total = 0
    for file in sorted(folder.glob("test_cases_*.txt")):
        if "with_audio" in file.name:
            continue
        pairs = [line.split("~", 1) for line in file.read_text(encoding="utf-8").split("\n") if "~" in line]
        hits = sum(fold(normalise(one, language), language) == fold(two, language) for one, two in pairs)
        right, total = right + hits, total + len(pairs)
        print(f"{file.stem:44s} {hits:4d} of {len(pairs)}")
    print(f"{'all':44s} {right:4d} of {total}, {right / max(1, total):.3f}")


if __name__ == "__main__":
    main()
