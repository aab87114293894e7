"""The process in an engine's own environment: JSON lines in, JSON lines out, sound as files.

It is run as a script with the adapter's file as its argument, by whatever Python the engine wants (3.9 or
later), and imports the standard library, the adapter, and what the adapter imports. Standard output
belongs to the protocol: whatever libraries print goes to standard error.
"""

from __future__ import annotations

import array
import importlib.util
import io
import json
import os
import random
import sys
import threading
import time
import wave

VERSION = 1
"""Of the protocol; the parent ends a child of another."""
BEAT = 5.0
"""Seconds between two signs of life."""


class Channel:
    """Says things to the parent, from any thread."""

    def __init__(self, stream):
        self._stream = stream
        self._lock = threading.Lock()

    def say(self, **message):
        """Send a message."""
        line = json.dumps(message)
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()


def main():
    """Answer until the parent closes standard input."""
    channel = Channel(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what C libraries print; below, what Python prints
    sys.stdout = sys.stderr
    adapter = load(sys.argv[1])
    threading.Thread(target=beat, args=(channel,), daemon=True).start()
    speaker, scratch = None, "."
    for line in sys.stdin:
        message = json.loads(line)
        if message["do"] == "open":
            scratch = message["scratch"]
            speaker = adapter.open_engine(message["options"])
            channel.say(
                say="ready", version=VERSION, python=sys.version.split()[0], packages=packages(adapter)
            )
        elif message["do"] == "record":
            record(speaker, message["batch"], scratch, channel)
            channel.say(say="done", batch=message["number"])
    sys.stderr.flush()
    os._exit(0)


def load(file):
    """Import the adapter from its file."""
    spec = importlib.util.spec_from_file_location("adapter", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["adapter"] = module
    spec.loader.exec_module(module)
    return module


def packages(adapter):
    """Return the versions of the packages that the adapter speaks with."""
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in getattr(adapter, "PACKAGES", ()):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


def beat(channel):
    """Tell the parent that the process lives."""
    while True:
        time.sleep(BEAT)
        channel.say(say="alive")


def record(speaker, batch, scratch, channel):
    """Record a batch, group by group: each item is answered once, whatever happens to the others."""
    for group in speaker.groups(batch):
        try:
            sounds = list(speaker.record(group))
        except Exception as error:
            sounds = [error] * len(group)
        sounds += [RuntimeError("the engine gave back nothing for it")] * (len(group) - len(sounds))
        for item, sound in zip(group, sounds):  # noqa: B905 - Python 3.9 has no strict
            tell(item["id"], sound, scratch, channel)


class OneByOne:
    """An engine that takes one text at a time."""

    order = None
    """By what items are sorted; as they come, unless an engine says otherwise."""

    def groups(self, batch):
        """Return the items of a batch, each by itself, in the order that suits the engine."""
        return [[item] for item in (sorted(batch, key=self.order) if self.order else batch)]

    def record(self, items):
        """Return the sound of an item."""
        return [self.record_one(item) for item in items]


def tell(name, result, scratch, channel):
    """Send a result: a sound, or why there is none."""
    if isinstance(result, Exception):
        channel.say(
            say="failed", id=name, reason=describe(result), retry=not isinstance(result, ValueError),
            memory=is_memory(result),
        )  # fmt: skip
        return
    sound, rate = result
    samples = as_floats(sound)
    file = os.path.join(scratch, "%s.f32" % name)
    with open(file, "wb") as stream:
        samples.tofile(stream)
    channel.say(say="sound", id=name, file=file, rate=int(rate), samples=len(samples))


def describe(error):
    """Return an error in a line."""
    return ("%s: %s" % (type(error).__name__, error)).strip().split("\n")[0][:500]


def is_memory(error):
    """Return whether an error says that memory was short."""
    words = ("%s %s" % (type(error).__name__, error)).lower()
    return isinstance(error, MemoryError) or "out of memory" in words or "outofmemory" in words


def as_floats(sound):
    """Return samples as 32-bit floats: from a tensor, an array of numpy, a list, of whole numbers too."""
    for step in ("detach", "cpu", "float", "numpy"):  # a tensor, on any device and of any precision
        if type(sound).__module__.split(".")[0] == "torch" and hasattr(sound, step):
            sound = getattr(sound, step)()
    if hasattr(sound, "dtype"):
        scale = 1.0
        if sound.dtype.kind == "i":
            scale = 1.0 / float(2 ** (8 * sound.dtype.itemsize - 1))
        flat = (sound.astype("float32") * scale).reshape(-1)
        return array.array("f", flat.astype("<f4").tobytes())
    return array.array("f", [float(sample) for sample in sound])


def read_wav(content):
    """Return the samples of a WAV of whole numbers, mono, and its rate."""
    with wave.open(io.BytesIO(content)) as sound:
        width, channels, rate = sound.getsampwidth(), sound.getnchannels(), sound.getframerate()
        frames = sound.readframes(sound.getnframes())
    if width != 2:
        raise RuntimeError("a WAV of %d bits cannot be read" % (8 * width))
    whole = array.array("h", frames)
    if sys.byteorder == "big":
        whole.byteswap()
    mono = whole if channels == 1 else whole[::channels]
    return array.array("f", [sample / 32768.0 for sample in mono]), rate


def seed_all(seed):
    """Seed whatever draws numbers: the item's own seed, whatever was recorded before it."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed % 2**63)
    if "langdetect" in sys.modules:
        sys.modules["langdetect"].DetectorFactory.seed = seed % 2**31


if __name__ == "__main__":
    sys.modules.setdefault("loop", sys.modules["__main__"])  # adapters import it by this name
    main()
