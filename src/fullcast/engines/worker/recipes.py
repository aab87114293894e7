"""Engines that live elsewhere: what each needs, takes and gives.

Facts of each engine stand in its own source; its adapter under ``child`` names the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fullcast.units import Hertz


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """An engine that lives in a Python environment of its own."""

    name: str
    title: str
    adapter: str
    """File under ``child``."""
    pythons: tuple[str, ...]
    """Versions of Python that its requirements take."""
    packages: tuple[str, ...] = ()
    """What pip installs, beside the requirements of a checkout."""
    checkout: str = ""
    """Address of the repository that must lie on the machine; empty where packages do."""
    proof: str = ""
    """File that a checkout has."""
    requirements: str = "requirements.txt"
    """File of a checkout that pip reads."""
    rate: Hertz = Hertz(24_000)
    longest: int = 200
    """Characters that it takes at once."""
    languages: tuple[str, ...] = ("zh", "en")
    batch: int = 1
    reference: bool = True
    """Whether it speaks with the voice of a recording."""
    reference_rate: Hertz = Hertz(24_000)
    reference_longest: float = 15.0
    """Seconds of a recording that it uses."""
    transcript: bool = False
    """Whether it must know what is said in the recording."""
    latent: bool = False
    """Whether it needs a latent beside the recording."""
    style: bool = False
    pace: bool = False
    """Whether it speaks quicker and slower by itself; for others the sound is stretched afterwards."""
    cpu: bool = False
    memory: int = 0
    """Bytes on its device; 0 where nobody says."""
    licence: str = ""
    quality: int = 60
    speakers: tuple[str, ...] = ()
    """Voices of its own."""

    @property
    def package(self) -> str:
        """Name of the package that is the engine; empty where its source is."""
        return self.packages[0].partition("==")[0] if self.packages else ""


_COSY = ("中文女", "中文男", "日语男", "粤语女", "英文女", "英文男", "韩语女")
_QWEN = ("Vivian", "Serena", "Uncle_Fu", "Dylan", "Eric", "Ryan", "Aiden", "Ono_Anna", "Sohee")

RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="megatts3",
            title="MegaTTS 3",
            adapter="adapter_megatts3.py",
            pythons=("3.10",),
            checkout="https://github.com/bytedance/MegaTTS3",
            proof="tts/infer_cli.py",
            longest=130,
            reference_longest=24.0,
            latent=True,
            pace=True,
            cpu=True,
            memory=6_000_000_000,
            licence="Apache-2.0",
        ),
        Recipe(
            name="indextts2",
            title="IndexTTS 2",
            adapter="adapter_indextts2.py",
            pythons=("3.10", "3.11"),
            checkout="https://github.com/index-tts/index-tts",
            proof="indextts/infer_v2.py",
            requirements="pyproject.toml",
            rate=Hertz(22_050),
            reference_rate=Hertz(22_050),
            style=True,
            licence="bilibili Model Use License",
        ),
        Recipe(
            name="glm-tts",
            title="GLM-TTS",
            adapter="adapter_glm_tts.py",
            pythons=("3.10", "3.11", "3.12"),
            checkout="https://github.com/zai-org/GLM-TTS",
            proof="glmtts_inference.py",
            longest=60,
            reference_longest=10.0,
            transcript=True,
            licence="see the card of the weights",
        ),
        Recipe(
            name="cosyvoice1",
            title="CosyVoice 1",
            adapter="adapter_cosyvoice1.py",
            pythons=("3.10",),
            checkout="https://github.com/FunAudioLLM/CosyVoice",
            proof="cosyvoice/cli/cosyvoice.py",
            rate=Hertz(22_050),
            languages=("zh", "en", "ja", "yue", "ko"),
            reference=False,
            pace=True,
            cpu=True,
            speakers=_COSY,
            licence="Apache-2.0",
        ),
        Recipe(
            name="qwen3-tts",
            title="Qwen3-TTS",
            adapter="adapter_qwen3_tts.py",
            pythons=("3.9", "3.10", "3.11", "3.12", "3.13"),
            packages=("qwen-tts==0.1.1",),
            longest=300,
            languages=("zh", "en", "ja", "ko", "de", "fr", "ru", "pt", "es", "it"),
            batch=8,
            transcript=False,
            style=True,
            cpu=True,
            speakers=_QWEN,
            licence="Apache-2.0",
        ),
        Recipe(
            name="chatterbox",
            title="Chatterbox",
            adapter="adapter_chatterbox.py",
            pythons=("3.10", "3.11", "3.12"),
            packages=("chatterbox-tts==0.1.7",),
            longest=300,
            languages=("en",),
            reference_longest=10.0,
            cpu=True,
            licence="MIT; its sound carries a watermark",
        ),
        Recipe(
            name="f5",
            title="F5-TTS",
            adapter="adapter_f5.py",
            pythons=("3.10", "3.11", "3.12"),
            packages=("f5-tts==1.1.22",),
            longest=135,
            reference_longest=12.0,
            transcript=True,
            pace=True,
            cpu=True,
            licence="CC-BY-NC-4.0",
        ),
    )
}
"""By the name of the engine."""
