"""What is known of the model before anything of it is loaded."""

from __future__ import annotations

from fullcast.units import Seconds

MODEL_FILE = "cosyvoice3.yaml"
"""Describes the model."""
QWEN_FOLDER = "CosyVoice-BlankEN"
"""Folder of the language model's configuration and of the text tokenizer."""
EMBEDDER_FILE = "campplus.onnx"
CODEC_FILE = "speech_tokenizer_v3.onnx"
LANGUAGE_FILE = "llm.pt"
FLOW_FILE = "flow.pt"
VOCODER_FILE = "hift.pt"
LONGEST = Seconds(30.0)
"""Of a recording: the codec takes no more."""
SHORTEST = Seconds(1.0)


def wrong_length(seconds: float) -> str | None:
    """Return why a recording of a length cannot be used; None where it can.

    >>> wrong_length(8.0)
    >>> wrong_length(0.5)
    'it lasts 0.5 s; CosyVoice needs 1 s at least'
    """
    if seconds > LONGEST:
        return (
            f"it lasts {seconds:.1f} s; CosyVoice takes {LONGEST:g} s at most (fullcast clone chooses a part)"
        )
    if seconds < SHORTEST:
        return f"it lasts {seconds:.1f} s; CosyVoice needs {SHORTEST:g} s at least"
    return None
