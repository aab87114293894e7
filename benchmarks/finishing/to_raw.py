"""Write the encoded chapters of a book as raw 16-bit samples, a file a chapter.

python benchmarks/finishing/to_raw.py PROJECT FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from fullcast.files.coded import decode

if __name__ == "__main__":
    book, folder = map(Path, sys.argv[1:])
    for number, file in enumerate(sorted((book / ".fullcast" / "encoded").glob("*.m4a"))):
        with (folder / f"{number:03}.raw").open("wb") as stream:
            for audio in decode(file):
                stream.write((audio.samples[0] * 32_767).astype(np.int16).tobytes())
