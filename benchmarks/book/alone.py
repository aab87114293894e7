"""What the two heavy libraries cost by themselves: eSpeak NG on a book's words, the encoder on its audio.

Run as a program it does one process's share:

    python benchmarks/book/alone.py speak SHARE.json
    python benchmarks/book/alone.py encode SHARE.json
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "range": 4, "gap": 7}
"""``espeak_PARAMETER`` of ``speak_lib.h``."""


def speak(jobs: list[dict[str, object]]) -> int:
    """Have the library say every text, with a callback that drops the samples; return their number."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(2, 0, os.fsencode(espeakng_loader.get_data_path()), 0x8000)
    spoken = 0

    def count(_wave: object, samples: int, _events: object) -> int:
        nonlocal spoken
        spoken += samples
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(count)
    library.espeak_SetSynthCallback(callback)
    for job in jobs:
        library.espeak_SetVoiceByName(str(job["voice"]).encode())
        for name, value in dict(job["parameters"]).items():  # type: ignore[call-overload]
            library.espeak_SetParameter(PARAMETERS[name], value, 0)
        content = str(job["text"]).encode() + b"\0"
        library.espeak_Synth(content, len(content), 0, 1, 0, 1, None, None)
    library.espeak_Synchronize()
    return spoken


def encode_all(files: list[str]) -> int:
    """Encode raw 16-bit audio with the settings of the ``m4b`` delivery; return the number of samples."""
    from fullcast.files.encode import Coding, encode
    from fullcast.model import Codec

    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            made = encode(_blocks(Path(name)), Path(folder) / "x.m4a", coding=Coding(codec=Codec.AAC))
            total += made.samples
    return total


def _blocks(file: Path) -> Iterator[Signal]:
    import numpy as np

    with file.open("rb") as stream:
        while content := stream.read(441_000):
            yield (np.frombuffer(content, np.int16).astype(np.float32) / 32_768)[None]


if __name__ == "__main__":
    share = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    sys.stdout.write(f"{speak(share) if sys.argv[1] == 'speak' else encode_all(share)}\n")
