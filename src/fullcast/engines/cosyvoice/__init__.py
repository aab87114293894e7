"""CosyVoice 2 and 3, batched: speech with the voice of a recording, many texts at once."""

from fullcast.engines.cosyvoice.engine import COSYVOICE2, COSYVOICE3, CosyVoiceEngine

__all__ = ["COSYVOICE2", "COSYVOICE3", "CosyVoiceEngine"]
