"""The engines that speak with CosyVoice 2 and 3."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.cosyvoice.facts import (
    EMBEDDER_FILE,
    FLOW_FILE,
    LANGUAGE_FILE,
    QWEN_FOLDER,
    RATE,
    SECOND,
    THIRD,
    VOCODER_FILE,
    Edition,
    wrong_length,
)
from fullcast.engines.cosyvoice.texts import wrong_style
from fullcast.engines.scripts import with_scripts
from fullcast.engines.weights import find_model
from fullcast.errors import SetupError
from fullcast.model import CARD_FILE, Ability, Limits, Placement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fullcast.engines.base import SpeechRequest
    from fullcast.engines.cosyvoice.session import CosyVoiceSession
    from fullcast.engines.weights import Installed
    from fullcast.model import Device, Settings, Voice

ADAPTER = 1
"""Counts what changes here that is heard: it is part of every key."""
LONGEST = 200
"""Characters: the model was trained on texts of about 80 tokens."""
LONGEST_OF = {"zh": 80, "yue": 80, "gan": 80, "hsn": 80, "nan": 80, "wuu": 80, "ja": 100, "ko": 100}
"""Likewise, where a character is a syllable."""
SLOTS = 64
"""Texts that are spoken at once on a GPU."""
SLOTS_CPU = 8
"""Likewise on a processor, which gains little from more."""
_NEEDS = ("torch", "tokenizers", "safetensors", "onnxruntime", "kaldi_native_fbank")
_FILES = (
    FLOW_FILE,
    VOCODER_FILE,
    EMBEDDER_FILE,
    f"{QWEN_FOLDER}/config.json",
    f"{QWEN_FOLDER}/vocab.json",
    f"{QWEN_FOLDER}/merges.txt",
)


class CosyVoiceEngine:
    """CosyVoice 2 or 3: speaks with the voice of a recording, follows instructions, many texts at once.

    Which weights it has is its model: ``cosyvoice3:fun-cosyvoice3-0.5b``.
    """

    def __init__(self, edition: Edition, installed: Installed | None = None) -> None:
        self.edition, self._installed = edition, installed
        self.name = edition.name
        self.revision = f"none-{ADAPTER}"
        scripts = with_scripts(edition.languages)
        scripts |= {"ja": frozenset({"Hira", "Kana", "Latn"})}  # it reads no kanji aloud
        scripts |= dict.fromkeys(("gan", "hsn", "nan", "wuu"), scripts["zh"])
        self.limits = Limits(
            longest=LONGEST,
            longest_of={tag: count for tag, count in LONGEST_OF.items() if tag in scripts},
            rate=RATE,
            languages=scripts,
            abilities=frozenset({Ability.CLONING, Ability.STYLE}),
            batch=SLOTS,
            placement=Placement.IN_PROCESS,
            gpu=True,
            quality=-1,  # who has no recordings is not given it by chance
            licence="Apache-2.0",
            install=f"pip install 'fullcast[gpu]', then fullcast models pull {edition.example}",
        )
        self.files = () if installed is None else (installed.folder / CARD_FILE,)
        if installed is not None:
            card = installed.card
            self.revision = f"{card.id}@{card.revision[:12]}-{ADAPTER}"
            self.limits = replace(
                self.limits, memory=card.memory, licence=card.licence or self.limits.licence
            )

    @property
    def language_file(self) -> str:
        """Name of the language model's weights: the card may choose those of reinforcement learning."""
        return str(self._bound().card.options.get("language", LANGUAGE_FILE))

    def bind(self, model: str, settings: Settings) -> CosyVoiceEngine:
        """Return the engine with one model of this machine.

        Raises:
            SetupError: If it is not there.
        """
        return CosyVoiceEngine(self.edition, find_model(model, self.name, settings))

    def check(self) -> None:
        """Find out whether the libraries and every file of the model are there.

        Raises:
            SetupError: If not.
        """
        missing = [name for name in _NEEDS if find_spec(name) is None]
        if missing:
            hint = "install them: pip install 'fullcast[gpu]'"
            raise SetupError(f"{self.name}: not installed: {', '.join(missing)}", hint=hint)
        installed = self._bound()
        files = (self.edition.model_file, self.edition.codec_file, *_FILES, self.language_file)
        absent = [name for name in files if not (installed.folder / name).is_file()]
        if absent:
            raise SetupError(
                f"the model {installed.card.id} lacks {', '.join(absent)}",
                hint=f"fetch it again: fullcast models pull {installed.card.id}",
            )

    def check_voice(self, voice: Voice, language: str) -> str | None:
        """Return why the engine cannot speak with a voice; None where it can."""
        del language
        if voice.reference is None:
            return f"{self.name} speaks with the voice of a recording, and the voice has none (reference)"
        import soundfile

        try:
            info = soundfile.info(voice.reference)
        except (soundfile.LibsndfileError, OSError) as error:
            return f"its recording {voice.reference} cannot be read: {error}"
        wrong = wrong_length(info.frames / info.samplerate)
        return None if wrong is None else f"its recording {voice.reference.name}: {wrong}"

    def check_style(self, style: str) -> str | None:
        """Return why a style cannot be an instruction; None where it can."""
        return wrong_style(style)

    def refusal(self, request: SpeechRequest) -> str | None:
        """Return why a request cannot be recorded; None where it can."""
        known = self.limits.languages
        if request.language not in known and request.language.split("-")[0] not in known:
            return f"{self.name} does not speak the language '{request.language}'"
        longest = self.limits.longest_in(request.language)
        if len(request.text) > longest:
            return f"the text has {len(request.text)} characters; {self.name} takes {longest} at once"
        return self.check_voice(request.voice, request.language) or self.check_style(request.style)

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[CosyVoiceSession]:
        """Load the model.

        Raises:
            SetupError: If a file of it is missing or another model's.
        """
        from fullcast.engines.cosyvoice.session import load

        self.check()
        most = SLOTS if device.kind == "cuda" else SLOTS_CPU
        slots = min(device.batch or most, most)
        threaded = device if device.threads else replace(device, threads=settings.jobs)
        yield load(self, self._bound().folder, threaded, slots=slots, kept=_kept(settings) / self.name)

    def _bound(self) -> Installed:
        if self._installed is None:
            hint = f"fullcast models pull {self.edition.example}, then --engine {self.name}"
            raise SetupError(f"{self.name}: no model is chosen", hint=hint)
        return self._installed


def _kept(settings: Settings) -> Path:
    """Return the folder of what is derived from voices."""
    from platformdirs import user_cache_path

    return settings.cache_folder or user_cache_path("fullcast", appauthor=False)


COSYVOICE2 = partial(CosyVoiceEngine, SECOND)
COSYVOICE3 = partial(CosyVoiceEngine, THIRD)
