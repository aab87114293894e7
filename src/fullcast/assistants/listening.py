"""Recognisers of speech, where they are installed: what is said in a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fullcast.errors import EngineError, SetupError

_MODEL = {"faster-whisper": "small", "funasr": "iic/SenseVoiceSmall"}


def installed_listeners() -> tuple[str, ...]:
    """Return the recognisers that are installed here."""
    packages = {"faster-whisper": "faster_whisper", "funasr": "funasr"}
    return tuple(name for name, package in packages.items() if find_spec(package) is not None)


def hear(file: Path, language: str, *, listener: str, device: str = "cpu", model: str = "") -> str:
    """Return what is said in a recording.

    Args:
        file: The recording.
        language: As a BCP 47 tag.
        listener: ``faster-whisper`` or ``funasr``.
        device: ``cpu``, ``cuda`` or ``cuda:1``; a recogniser need not run where engines do.
        model: Its model, by name or folder; the recogniser's usual small one unless given.

    Raises:
        SetupError: If the recogniser is not installed, or its model is not here.
        EngineError: If it fails.
    """
    if listener not in installed_listeners():
        hint = f"install it: pip install {listener}; or give the words with --transcript"
        raise SetupError(f"the recogniser {listener} is not installed", hint=hint)
    try:
        return _HEAR[listener](file, language.split("-", maxsplit=1)[0], device, model or _MODEL[listener])
    except (OSError, ValueError, RuntimeError) as error:
        hint = "name another: --asr, --asr-model; or give the words with --transcript"
        raise EngineError(f"{listener} could not hear {file.name}: {error}", hint=hint) from error


def _with_whisper(file: Path, language: str, device: str, model: str) -> str:
    from faster_whisper import WhisperModel

    kind, _, index = device.partition(":")
    loaded = WhisperModel(
        model, device=kind, device_index=int(index or 0), compute_type="int8" if kind == "cpu" else "float16"
    )
    segments, _ = loaded.transcribe(
        str(file), language=language, beam_size=5, condition_on_previous_text=False
    )
    return " ".join(segment.text.strip() for segment in segments).strip()


def _with_funasr(file: Path, language: str, device: str, model: str) -> str:
    from funasr import AutoModel
    from funasr.utils.postprocess_utils import rich_transcription_postprocess

    loaded = AutoModel(model=model, device=device, disable_update=True)
    found: list[Mapping[str, Any]] = loaded.generate(input=str(file), language=language, use_itn=True)
    words: str = rich_transcription_postprocess(found[0]["text"])
    return words.strip()


_HEAR: Mapping[str, Callable[[Path, str, str, str], str]] = {
    "faster-whisper": _with_whisper,
    "funasr": _with_funasr,
}
