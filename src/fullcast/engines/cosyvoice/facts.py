"""What is known of the model before anything of it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from fullcast.units import Hertz, Seconds

QWEN_FOLDER = "CosyVoice-BlankEN"
"""Folder of the language model's configuration and of the text tokenizer."""
EMBEDDER_FILE = "campplus.onnx"
LANGUAGE_FILE = "llm.pt"
FLOW_FILE = "flow.pt"
VOCODER_FILE = "hift.pt"
RATE = Hertz(24_000)
"""Of mel spectrograms and waves."""
LONGEST = Seconds(30.0)
"""Of a recording: the codec takes no more."""
SHORTEST = Seconds(1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What differs between CosyVoice 2 and 3."""

    name: str
    """Of the engine."""
    model_file: str
    """Describes the model."""
    codec_file: str
    language_class: str
    """Of upstream, as the description names it; likewise the next two."""
    flow_class: str
    vocoder_class: str
    languages: tuple[str, ...]
    prefix: str
    """What every instruction begins with; where there is one, a text without an instruction has it too."""
    dialect: str
    """An instruction to speak a dialect, whose name goes into the braces."""
    silent: frozenset[int] = frozenset()
    """Speech tokens of silence and breath, of which a few in a row are enough."""
    example: str
    """A model of it in the catalogue."""

    @property
    def is_third(self) -> bool:
        """Whether it is CosyVoice 3."""
        return self.name == "cosyvoice3"


THIRD = Edition(
    name="cosyvoice3",
    model_file="cosyvoice3.yaml",
    codec_file="speech_tokenizer_v3.onnx",
    language_class="cosyvoice.llm.llm.CosyVoice3LM",
    flow_class="cosyvoice.flow.flow.CausalMaskedDiffWithDiT",
    vocoder_class="cosyvoice.hifigan.generator.CausalHiFTGenerator",
    languages=("zh", "en", "ja", "ko", "de", "es", "fr", "it", "ru", "yue", "gan", "hsn", "nan", "wuu"),
    prefix="You are a helpful assistant.",
    dialect="请用{}表达。",
    silent=frozenset({1, 2, 28, 29, 55, 248, 494, 2241, 2242, 2322, 2323}),
    example="fun-cosyvoice3-0.5b",
)
SECOND = Edition(
    name="cosyvoice2",
    model_file="cosyvoice2.yaml",
    codec_file="speech_tokenizer_v2.onnx",
    language_class="cosyvoice.llm.llm.Qwen2LM",
    flow_class="cosyvoice.flow.flow.CausalMaskedDiffWithXvec",
    vocoder_class="cosyvoice.hifigan.generator.HiFTGenerator",
    languages=("zh", "en", "ja", "ko", "yue", "gan", "hsn", "nan", "wuu"),
    prefix="",
    dialect="用{}说这句话。",
    example="cosyvoice2-0.5b",
)


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
