"""CosyVoice 3, batched: speech with the voice of a recording, many texts at once."""

from fullcast.engines.cosyvoice.engine import CosyVoice3Engine

__all__ = ["CosyVoice3Engine"]
