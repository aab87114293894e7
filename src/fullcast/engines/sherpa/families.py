"""The architectures that sherpa-onnx speaks with, and the files that each is made of.

Source:
    k2-fsa/sherpa-onnx, ``sherpa-onnx/python/csrc/offline-tts-*-model-config.cc``: names of the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import SetupError
from fullcast.model import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """An architecture."""

    config: str
    """Name of its configuration in the library."""
    files: tuple[str, ...]
    """Files that it cannot do without, as the library names them."""
    more: tuple[str, ...] = ()
    """Files and folders that some models have; several are divided by commas."""
    numbers: tuple[str, ...] = ()
    reference: bool = False
    """Whether it speaks with the voice of a recording; then it has none of its own."""
    transcript: bool = False
    """Whether it must know what is said in that recording."""


_TEXT = ("lexicon", "data_dir", "dict_dir")

FAMILIES: Mapping[str, Family] = {
    "vits": Family(
        config="OfflineTtsVitsModelConfig",
        files=("model", "tokens"),
        more=_TEXT,
        numbers=("noise_scale", "noise_scale_w", "length_scale"),
    ),
    "matcha": Family(
        config="OfflineTtsMatchaModelConfig",
        files=("acoustic_model", "vocoder", "tokens"),
        more=_TEXT,
        numbers=("noise_scale", "length_scale"),
    ),
    "kokoro": Family(
        config="OfflineTtsKokoroModelConfig",
        files=("model", "voices", "tokens"),
        more=_TEXT,
        numbers=("length_scale",),
    ),
    "kitten": Family(
        config="OfflineTtsKittenModelConfig",
        files=("model", "voices", "tokens"),
        more=("data_dir", "lexicon"),
        numbers=("length_scale",),
    ),
    "supertonic": Family(
        config="OfflineTtsSupertonicModelConfig",
        files=(
            "duration_predictor",
            "text_encoder",
            "vector_estimator",
            "vocoder",
            "tts_json",
            "unicode_indexer",
            "voice_style",
        ),
    ),
    "zipvoice": Family(
        config="OfflineTtsZipvoiceModelConfig",
        files=("tokens", "encoder", "decoder", "vocoder"),
        more=("data_dir", "lexicon"),
        numbers=("feat_scale", "t_shift", "target_rms", "guidance_scale"),
        reference=True,
        transcript=True,
    ),
    "pocket": Family(
        config="OfflineTtsPocketModelConfig",
        files=(
            "lm_flow",
            "lm_main",
            "encoder",
            "decoder",
            "text_conditioner",
            "vocab_json",
            "token_scores_json",
        ),
        reference=True,
    ),
}


def family_of(card: ModelCard) -> Family:
    """Return the family of a model.

    Raises:
        SetupError: If the library has no such family.
    """
    family = FAMILIES.get(card.family)
    if family is None:
        raise SetupError(
            f"the model {card.id} is of the family '{card.family}', which sherpa does not know",
            hint=f"it knows: {', '.join(FAMILIES)}",
        )
    return family


def parameters_of(card: ModelCard, folder: Path) -> dict[str, str | float]:
    """Return what the library's configuration of a model is made with: paths and numbers.

    Raises:
        SetupError: If a file is not named, not there, or outside the model's folder; with every one.
    """
    family = family_of(card)
    named = {name: str(card.options[name]) for name in (*family.files, *family.more) if name in card.options}
    wrong = [f"{name} is not named in its card" for name in family.files if name not in named]
    for name, words in named.items():
        wrong += [f"{name}: {fault}" for fault in _faults(words, folder)]
    if wrong:
        raise SetupError(
            f"the model {card.id} is not whole: {'; '.join(wrong)}",
            hint=f"fetch it again: fullcast models pull {card.id}",
        )
    paths = {name: ",".join(str(folder / part) for part in words.split(",")) for name, words in named.items()}
    numbers = {name: float(card.options[name]) for name in family.numbers if name in card.options}
    return {**paths, **numbers}


def _faults(words: str, folder: Path) -> Iterator[str]:
    """Yield what is wrong with the files that a card names."""
    for part in words.split(","):
        file = (folder / part).resolve()
        if not file.is_relative_to(folder.resolve()):
            yield f"{part} lies outside the model's folder"
        elif not file.exists():
            yield f"{part} is missing"
