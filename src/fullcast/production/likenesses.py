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
from fullcast.production.audition import WORDS
from fullcast.text.normalise import primary_tag

if TYPE_CHECKING:
    from fullcast.audio.likeness import Likeness

PASSAGES: Mapping[str, str] = {
    "en": "The keeper climbed the hundred and nine steps with the lantern in his hand, while the wind shook "
    "every pane of glass. Nobody had come to the island since the autumn, and the boy wondered whether the "
    "boat would ever return. “Who goes there?” he called, and waited. Only the sea answered, as it always "
    "did, with one long breath after another.",
    "zh": "守灯的人提着灯笼，一步一步走上石阶，海风吹得窗户直响。自从秋天以后，再也没有人来过这座小岛。"
    "孩子问爷爷，那条船什么时候才会回来。只有大海回答他，像往常一样，长长地叹了一口气。",
}
"""What voices say to be compared; in other languages they say the sentences of an audition."""

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
    if missing and (text := passage(language)):
        made = _measure(missing, (text, language), engine, settings)
        known |= {keys[name]: likeness for name, likeness in made.items()}
        _keep(cache / FILE, known)
    found = {name: known[key] for name, key in keys.items() if key in known}
    return {
        frozenset((one, other)): found[one].distance(found[other]) for one, other in combinations(found, 2)
    }


def passage(language: str) -> str:
    """Return what voices say to be compared; empty where there are no words in the language."""
    tag = primary_tag(language)
    return PASSAGES.get(tag) or WORDS.get(tag, "").format(name="")


def count_words(text: str, language: str) -> int:
    """Return the words of a passage; in Chinese its characters, each of which is a syllable."""
    if primary_tag(language) == "zh":
        return sum(character.isalnum() for character in text)
    return len(text.split())


def _key(voice: Voice, language: str, engine: SpeechEngine) -> str:
    heard = voice_fingerprint(voice, engine.name)
    return digest(["likeness", heard, engine.name, engine.revision, language, passage(language)])


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
