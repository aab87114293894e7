"""A hum for a text: what the stand-ins speak with."""

import array
import io
import math
import random
import sys
import time
import wave

import numpy as np


def hum(text, rate, pitch=200.0, pace=1.0):
    """Return a tenth of a second a letter; obeys words of the tests."""
    print("loading bar: 100%|#####|", text)
    sys.stdout.write("no line end")
    if "BURST" in text:
        raise RuntimeError("no kernel for " + text)
    if "MEMORY" in text:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
    if "CRASH" in text:
        import os

        print("device-side assert triggered", file=sys.stderr, flush=True)
        os._exit(134)
    if "HANG" in text:
        import os
        import signal

        os.kill(os.getpid(), signal.SIGSTOP)
    if "SLOW" in text:
        time.sleep(3600)
    samples = int(0.1 * rate * len(text) / pace)
    phase = random.random()
    time_axis = np.arange(samples) / rate
    return (0.3 * np.sin(2 * math.pi * pitch * (time_axis + phase))).astype(np.float32)


def wav(samples, rate):
    """Return a WAV file of 16 bits."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(array.array("h", [int(32767 * sample) for sample in samples]).tobytes())
    return stream.getvalue()
