"""How far the voices at hand are from each other, as an engine speaks them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.base import Recording, RequestId, SpeechEngine, SpeechRequest
from fullcast.errors import AudioError, StoreError
from fullcast.files.disk import write_whole
from fullcast.fingerprint import digest, voice_fingerprint
from fullcast.model import Settings, Voice
from fullcast.production.asking import ask, open_engine
from fullcast.production.passages import passage
from fullcast.text.normalise import primary_tag

if TYPE_CHECKING:
    from fullcast.audio.likeness import Likeness

FILE = "likeness.json"


def measure_distances(
    voices: Sequence[Voice], language: str, engine: SpeechEngine, settings: Settings, *, cache: Path
) -> dict[frozenset[str], float]:
    """Return how far each two voices are from each other, in units of a clearly heard difference.

    Args:
        voices: Voices at home in the language.
        language: What they say is in this language.
        engine: Who speaks.
        settings: The machine.
        cache: A folder in which what was measured is kept, by what the engine hears of a voice.

    Returns:
        Distances (``audio.likeness``) by the names of two voices; pairs that could not be measured are
        missing.

    Raises:
        EngineError: If the engine breaks.
    """
    keys = {voice.name: _key(voice, language, engine) for voice in voices}
    known = _read(cache / FILE)
    missing = [voice for voice in voices if keys[voice.name] not in known]
    text = passage(language, engine.limits.longest_in(language))
    if missing and text:
        made = _measure(missing, (text, language), engine, settings)
        known |= {keys[name]: likeness for name, likeness in made.items()}
        _keep(cache / FILE, known)
    found = {name: known[key] for name, key in keys.items() if key in known}
    return {
        frozenset((one, other)): found[one].distance(found[other]) for one, other in combinations(found, 2)
    }


def count_words(text: str, language: str) -> int:
    """Return the words of a passage; in Chinese its characters, each of which is a syllable."""
    if primary_tag(language) == "zh":
        return sum(character.isalnum() for character in text)
    return len(text.split())


def _key(voice: Voice, language: str, engine: SpeechEngine) -> str:
    heard = voice_fingerprint(voice, engine.name)
    said = passage(language, engine.limits.longest_in(language))
    return digest(["likeness", heard, engine.name, engine.revision, language, said])


def _measure(
    voices: Iterable[Voice], said: tuple[str, str], engine: SpeechEngine, settings: Settings
) -> dict[str, Likeness]:
    from fullcast.audio.likeness import measure_likeness

    text, language = said
    requests = [
        SpeechRequest(id=RequestId(voice.name), text=text, voice=voice, language=language, seed=0)
        for voice in voices
    ]
    found = {}
    with open_engine(engine, settings) as session:
        for name, result in ask(engine, session, requests):
            if isinstance(result, Recording):
                with suppress(AudioError):  # what has no pitch has no distance either
                    found[str(name)] = measure_likeness(result.audio, count_words(text, language))
    return found


def _read(file: Path) -> dict[str, Likeness]:
    """Return what was measured before; nothing where that cannot be read: it is measured anew."""
    from fullcast.audio.likeness import Likeness

    try:
        record = json.loads(file.read_bytes())
        return {
            str(key): Likeness(**{**item, "colour": tuple(map(float, item["colour"]))})
            for key, item in record.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _keep(file: Path, known: Mapping[str, Likeness]) -> None:
    """Keep what was measured; a project that cannot be written to has it measured again."""
    with suppress(StoreError):
        write_whole(file, json.dumps({key: asdict(item) for key, item in known.items()}).encode())
