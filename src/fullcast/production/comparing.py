"""How alike voices are, by a network that tells speakers apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from fullcast.assistants.embedding import Encoder, find_weights
from fullcast.engines.base import Recording, RequestId, SpeechEngine, SpeechRequest
from fullcast.errors import EngineError
from fullcast.files.sounds import read_sound
from fullcast.model import Settings, Voice
from fullcast.production.asking import ask, open_engine
from fullcast.production.passages import passage

Pair = frozenset[str]


def measure_similarities(
    voices: Sequence[Voice], language: str, engine: SpeechEngine, settings: Settings
) -> dict[Pair, float]:
    """Return how alike voices are: 1 is the same, from 0.85 on one would take them for one person.

    A voice with a recording is compared by it; the others speak a passage.

    Args:
        voices: The voices.
        language: In which they speak.
        engine: Who speaks for those without a recording.
        settings: The machine.

    Raises:
        SetupError: If the network's weights or torch are not here.
        EngineError: If a voice cannot be heard.
    """
    find_weights()
    encoder = Encoder()
    recorded = {voice.name: read_sound(voice.reference) for voice in voices if voice.reference is not None}
    silent = [voice for voice in voices if voice.reference is None]
    said = passage(language, engine.limits.longest_in(language))
    requests = [
        SpeechRequest(id=RequestId(voice.name), text=said, voice=voice, language=language, seed=0)
        for voice in silent
    ]
    if requests:
        with open_engine(engine, settings) as session:
            for name, result in ask(engine, session, requests):
                if not isinstance(result, Recording):
                    raise EngineError(f"{engine.name} could not speak with {name}: {result.reason}")
                recorded[str(name)] = result.audio
    whose = {name: encoder.embed(audio) for name, audio in recorded.items()}
    return {
        frozenset((one, other)): float(whose[one] @ whose[other]) for one, other in combinations(whose, 2)
    }
