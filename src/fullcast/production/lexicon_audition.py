"""A lexicon to be heard: each word as it is said in the book, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from fullcast.engines.base import RequestId, SpeechEngine, SpeechRequest
from fullcast.engines.registry import AUTO, choose_speech_engine
from fullcast.errors import ProjectError, Severity, UsageError
from fullcast.files.voices import find_voice
from fullcast.fingerprint import line_id
from fullcast.model import (
    NARRATOR,
    Ability,
    Book,
    Line,
    LineKind,
    Run,
    Saying,
    Settings,
    Voice,
)
from fullcast.plan import character_of
from fullcast.production.audition import check_output, perform
from fullcast.production.preparing import read_project
from fullcast.text.lexicon import choose_sayings
from fullcast.text.normalise import primary_tag
from fullcast.text.split import split_line

CARRIERS = {
    "en": "They said that {word} was here.",
    "de": "Man sagte, {word} sei hier gewesen.",
    "fr": "On disait que {word} était ici.",
    "es": "Decían que {word} estaba aquí.",
    "it": "Dicevano che {word} era qui.",
    "pt": "Diziam que {word} estava aqui.",
    "nl": "Men zei dat {word} hier was.",
    "zh": "他们说{word}来过这里。",
}
"""What stands around a word, by language; in others it stands alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    """A word of a lexicon that was recorded."""

    word: str
    said: str | None
    """As ``say=`` would have it; None where the engine could only be given the word as it is written."""
    voice: str
    language: str
    begins: float
    """Seconds from the beginning of the file."""


def audition_lexicon(
    names: tuple[str, ...], output: Path, *, project: Path, engine: str | None, settings: Settings
) -> tuple[HeardWord, ...]:
    """Have each word of a project's lexicon said in a sentence, and write it to a file.

    Args:
        names: Voices that say every word; with none, each word is said by the voice of who says it in the
            book, the narrator's where that is anybody.
        output: WAV or FLAC file.
        project: The project's folder or its project.yaml.
        engine: Name of a speech engine; None takes the project's.
        settings: The machine.

    Raises:
        ProjectError: If the project, or a voice, is wrong.
        UsageError: If there is no word, or the file's kind is unknown.
        EngineError: If a word could not be recorded.
    """
    check_output(output)
    book, problems = read_project(project, settings)
    wrong = [problem for problem in problems if problem.severity is Severity.ERROR]
    if wrong:
        raise ProjectError(*wrong)
    if not book.lexicon:
        hint = "write words into lexicon.yaml, each with how it is said"
        raise UsageError("the project has no lexicon", hint=hint)
    speech = choose_speech_engine(engine or book.speech.engine or AUTO, settings).engine
    voices = tuple(find_voice(name, project=book.folder, settings=settings) for name in names)
    words = tuple(
        (saying, voice)
        for saying in book.lexicon
        for voice in voices or (book.voices[character_of(book, _speaker(saying)).voice],)
    )
    requests = [
        request
        for number, (saying, voice) in enumerate(words)
        for request in _requests(f"{number}", saying, voice, _Reader(book=book, engine=speech))
    ]
    lengths = perform(requests, output, speech, settings)
    begins = dict(zip((request.id for request in requests), accumulate([0.0, *lengths]), strict=False))
    return tuple(
        HeardWord(
            word=saying.word,
            said=_said(saying, speech),
            voice=voice.name,
            language=_language(saying, book),
            begins=begins[RequestId(f"{number}.0")],
        )
        for number, (saying, voice) in enumerate(words)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    book: Book
    engine: SpeechEngine


def _speaker(saying: Saying) -> str:
    return saying.speakers[0] if saying.speakers else NARRATOR


def _language(saying: Saying, book: Book) -> str:
    return saying.languages[0] if saying.languages else book.credits.language


def _said(saying: Saying, engine: SpeechEngine) -> str | None:
    """Return how the engine is told to say a word, whoever is around."""
    ipa = Ability.PRONUNCIATIONS in engine.limits.abilities
    return next(iter(choose_sayings((saying,), ipa=ipa).values()), None)


def _requests(name: str, saying: Saying, voice: Voice, reader: _Reader) -> Iterator[SpeechRequest]:
    """Yield what is recorded for a word: one request, or several where the engine takes less at once."""
    language = _language(saying, reader.book)
    line = _in_sentence(saying.word, _said(saying, reader.engine), language)
    for segment in split_line(line, longest=reader.engine.limits.longest_in(language), language=language):
        pronunciations = segment.pronunciations
        if Ability.PRONUNCIATIONS not in reader.engine.limits.abilities:
            pronunciations = ()
        yield SpeechRequest(
            id=RequestId(f"{name}.{segment.number}"),
            text=segment.text,
            voice=voice,
            language=language,
            seed=reader.book.speech.seed,
            pronunciations=pronunciations,
        )


def _in_sentence(word: str, said: str | None, language: str) -> Line:
    before, _, after = CARRIERS.get(primary_tag(language), "{word}.").partition("{word}")
    run = Run(text=word, start=-1, say=said)
    around = (replace(run, text=before, say=None), run, replace(run, text=after, say=None))
    return Line(
        id=line_id("", NARRATOR, word, 0),
        speaker=NARRATOR,
        kind=LineKind.NARRATION,
        runs=tuple(each for each in around if each.text),
        paragraph=0,
        scene=0,
    )
