"""Recognisers of speech, where they are installed: what is said in a recording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from fullcast.audio.edit import resample
from fullcast.audio.signal import Audio
from fullcast.errors import EngineError, SetupError

_MODEL = {"faster-whisper": "small", "funasr": "iic/SenseVoiceSmall", "pocketsphinx": ""}
WHISPER_RATE = 16_000
"""Hertz that both networks were trained at."""
ENGLISH_ONLY = frozenset({"pocketsphinx"})


def installed_listeners() -> tuple[str, ...]:
    """Return the recognisers that are installed here."""
    packages = {"faster-whisper": "faster_whisper", "funasr": "funasr", "pocketsphinx": "pocketsphinx"}
    return tuple(name for name, package in packages.items() if find_spec(package) is not None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listener:
    """A recogniser that is ready."""

    name: str
    hear: Callable[[Audio, str], str]
    """Returns what is said in a recording in a language."""
    keep: Callable[[str], str] = str
    """Returns the part of a text that the recogniser can hear."""


def open_listener(name: str, *, device: str = "cpu", model: str = "", texts: Iterable[str] = ()) -> Listener:
    """Load a recogniser.

    Args:
        name: ``faster-whisper``, ``funasr`` or ``pocketsphinx``.
        device: ``cpu``, ``cuda`` or ``cuda:1``; a recogniser need not run where engines do.
        model: Its model, by name or folder; the recogniser's usual small one unless given.
        texts: What may be said, for pocketsphinx, which hears English and only such words.

    Raises:
        SetupError: If it is not installed.
        EngineError: If its model cannot be loaded.
    """
    if name not in installed_listeners():
        hint = f"install it: pip install {name}"
        raise SetupError(f"the recogniser {name} is not installed", hint=hint)
    try:
        return _OPEN[name](device, model or _MODEL[name], texts)
    except (OSError, ValueError, RuntimeError) as error:
        hint = "name another recogniser, or do without"
        raise EngineError(f"{name} cannot be loaded: {error}", hint=hint) from error


def _open_whisper(device: str, model: str, texts: Iterable[str]) -> Listener:
    from faster_whisper import WhisperModel

    del texts
    kind, _, index = device.partition(":")
    loaded = WhisperModel(
        model, device=kind, device_index=int(index or 0), compute_type="int8" if kind == "cpu" else "float16"
    )

    def hear(audio: Audio, language: str) -> str:
        sound = resample(audio, WHISPER_RATE).samples[0]
        segments, _ = loaded.transcribe(
            sound, language=language.split("-", maxsplit=1)[0], beam_size=5, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments).strip()

    return Listener(name="faster-whisper", hear=hear)


def _open_funasr(device: str, model: str, texts: Iterable[str]) -> Listener:
    from funasr import AutoModel
    from funasr.utils.postprocess_utils import rich_transcription_postprocess

    del texts
    loaded = AutoModel(model=model, device=device, disable_update=True)

    def hear(audio: Audio, language: str) -> str:
        sound = resample(audio, WHISPER_RATE).samples[0]
        found: list[Mapping[str, Any]] = loaded.generate(
            input=sound, language=language.split("-", maxsplit=1)[0], use_itn=True
        )
        return str(rich_transcription_postprocess(found[0]["text"])).strip()

    return Listener(name="funasr", hear=hear)


def _open_sphinx(device: str, model: str, texts: Iterable[str]) -> Listener:
    from fullcast.assistants.sphinx import Sphinx

    del device, model
    sphinx = Sphinx(texts)
    return Listener(
        name="pocketsphinx",
        hear=lambda audio, _: sphinx.hear(audio),
        keep=lambda text: " ".join(sphinx.keep(text)),
    )


_OPEN: Mapping[str, Callable[[str, str, Iterable[str]], Listener]] = {
    "faster-whisper": _open_whisper,
    "funasr": _open_funasr,
    "pocketsphinx": _open_sphinx,
}
