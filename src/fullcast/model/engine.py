"""What engines declare about themselves, and what the machine offers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fullcast.model.command import Command
from fullcast.model.language_model import LanguageModel
from fullcast.units import Hertz, Seconds


class Placement(StrEnum):
    """Where an engine runs."""

    EMBEDDED = "embedded"
    IN_PROCESS = "in-process"
    WORKER = "worker"
    PROGRAM = "program"
    HTTP = "http"


class Ability(StrEnum):
    """What an engine can do beyond speaking text."""

    WORDS = "words"
    """Gives word timings."""
    PRONUNCIATIONS = "pronunciations"
    """Speaks IPA."""
    STYLE = "style"
    CLONING = "cloning"
    SEEDED = "seeded"
    """Equal requests give equal samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an engine can take and give."""

    longest: int
    """Longest text of a request, in characters."""
    longest_of: Mapping[str, int] = field(default_factory=dict)
    """The same for languages, as BCP 47 primary tags, that say more with fewer characters."""
    rate: Hertz
    """Sampling rate of its recordings."""
    languages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Languages as BCP 47 primary tags (or full tags where they differ), each with the scripts that it can
    say in that language (ISO 15924: ``Latn``, ``Hani``, ``Hira``, ``Kana``, ``Cyrl`` …)."""
    abilities: frozenset[Ability] = frozenset()
    batch: int = 1
    """Requests that are worth sending at once."""
    channels: int = 1
    placement: Placement = Placement.EMBEDDED
    cpu: bool = True
    """Whether it may run without a GPU."""
    gpu: bool = False
    """Whether it can use a GPU."""
    memory: int = 0
    """Bytes that one replica takes on its device; 0 where nobody measured."""
    quality: int = 0
    """Rank for ``auto``: the highest that is ready wins; negative is never chosen by ``auto``."""
    licence: str = ""
    install: str = ""
    """What to do for it to be here, as a command where one does it; empty where nothing is to do."""
    rate_of_speech: float = 14.0
    """Characters per second at pace 1, for estimates before anything is recorded."""
    longest_sound: Seconds = Seconds(60.0)
    """Longest recording of a sound engine."""

    def longest_in(self, language: str) -> int:
        """Return the longest text of a request in a language, a BCP 47 tag.

        >>> Limits(longest=200, rate=Hertz(24_000), longest_of={"zh": 80}).longest_in("zh-TW")
        80
        """
        return self.longest_of.get(language.partition("-")[0], self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where an engine's work is done."""

    kind: str = "cpu"
    """``cpu`` or ``cuda``."""
    index: int = 0
    """Of the GPU, as CUDA counts those that this process may see."""
    name: str = ""
    """What its makers call it; empty for the processor."""
    batch: int | None = None
    """Requests that the engine may have in hand at once, where its memory takes fewer than are worth it; None
    is what its limits say."""
    threads: int | None = None
    """Processor threads that it may use; None is all that the settings allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of the machine; they never change how a book sounds."""

    jobs: int
    """Processes that may be busy at once; the number of usable cores unless set."""
    device: str = "auto"
    replicas: int = 1
    """Processes on each GPU; more than one pays only where a measurement says so."""
    voice_folders: tuple[Path, ...] = ()
    """Where voices are looked for, after the project and before those that ship."""
    sound_folders: tuple[Path, ...] = ()
    model_folders: tuple[Path, ...] = ()
    """Where models are looked for, in this order; the first is where they are fetched to."""
    engine_folder: Path | None = None
    """Where engines with a Python environment of their own are installed; None is nowhere."""
    cache_folder: Path | None = None
    """Where engines keep what they derive from voices; None is the platform's cache folder."""
    asr: str = ""
    """Name of the recogniser that hears every take; empty for none."""
    asr_device: str = "cpu"
    asr_model: str = ""
    aligner: str = ""
    """Who finds the words in recordings of engines that do not tell when they say them; empty is nobody."""
    aligner_model: str = ""
    commands: tuple[Command, ...] = ()
    """Programs of this machine that turn text into a WAV."""
    language_model: LanguageModel | None = None
    """Who may be asked who says what; None is nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """When a word is said."""

    start: int
    """Offset of its first character in the request's text."""
    end: int
    begins: Seconds
    """From the beginning of the recording."""
    ends: Seconds
