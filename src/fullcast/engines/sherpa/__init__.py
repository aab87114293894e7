"""Speech by sherpa-onnx: neural voices on the processor, without torch."""

from fullcast.engines.sherpa.engine import SherpaEngine

__all__ = ["SherpaEngine"]
