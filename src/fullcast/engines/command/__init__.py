"""Speech by any program that turns text into a WAV."""

from fullcast.engines.command.engine import CommandEngine

__all__ = ["CommandEngine"]
