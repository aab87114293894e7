"""Which voice of eSpeak NG says which language, in which scripts.

``languages.tsv`` holds, for every language voice of the library that speaks, its identifier, the BCP 47 tags
that it answers to with their priority (lower is better), and the scripts of which it says words. The scripts
were found by experiment: a voice says a script if it makes of its words neither nothing, nor the names of the
letters, nor of the alphabet. ``tests/engines`` repeats the experiment. Left out are the voices that fail with
the script of their own language: Cherokee, Faroese, Karakalpak, Klingon, Konkani, Shan, Thai (its vowels are
dropped) and a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageVoice:
    """A language voice of the library."""

    identifier: str
    """What the library knows it by, ``gmw/en-GB-scotland``."""
    tags: Mapping[str, int]
    """BCP 47 tags in lower case, with priority."""
    scripts: frozenset[str]
    """ISO 15924."""


@cache
def language_voices() -> Mapping[str, LanguageVoice]:
    """Return the best voice for each tag, by tag in lower case."""
    best: dict[str, LanguageVoice] = {}
    table = Path(__file__).with_name("languages.tsv").read_text(encoding="utf-8")
    for row in table.splitlines():
        identifier, tags, scripts = row.split("\t")
        priorities = {tag: int(number) for tag, number in (item.split(":") for item in tags.split())}
        voice = LanguageVoice(
            identifier=identifier,
            tags=MappingProxyType(priorities),
            scripts=frozenset(scripts.split()),
        )
        for tag, priority in priorities.items():
            if tag not in best or priority < best[tag].tags[tag]:
                best[tag] = voice
    return MappingProxyType(best)


def declared_languages() -> Mapping[str, frozenset[str]]:
    """Return the languages with their scripts, as ``Limits`` wants them.

    Tags that say no more than their primary tag does are left out.
    """
    voices = language_voices()
    return {
        tag: voice.scripts
        for tag, voice in sorted(voices.items())
        if "-" not in tag
        or tag.split("-")[0] not in voices
        or voices[tag.split("-")[0]].scripts != voice.scripts
    }


def find_language_voice(language: str) -> LanguageVoice | None:
    """Return the voice for a language; None where there is none.

    Args:
        language: A BCP 47 tag; subtags are dropped from its end until a voice answers.

    Source:
        RFC 4647, section 3.4 (lookup).

    >>> [find_language_voice(tag).identifier for tag in ("zh-Hant-TW", "en-GB", "en_US")]
    ['sit/cmn', 'gmw/en', 'gmw/en-US']
    """
    voices = language_voices()
    parts = language.lower().replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        if voice := voices.get("-".join(parts[:length])):
            return voice
    return None
