"""Speech by eSpeak NG, from the PyPI wheel, in processes of its own.

The library is under the GPL and not thread-safe: fullcast talks to it through a pipe (``child.py``) and never
loads it into its own process.
"""

from fullcast.engines.espeak.engine import EspeakEngine

__all__ = ["EspeakEngine"]
