"""Whether an engine can do what a plan wants of it; told before anything is recorded."""

from __future__ import annotations

from collections.abc import Callable

from fullcast.engines.base import PronouncingEngine, SpeechEngine, StyleCheckingEngine, VoiceCheckingEngine
from fullcast.errors import Place, Problem
from fullcast.model import RECORDING, ChapterPlan, Plan, PlannedTake, Voice
from fullcast.plan import place_of
from fullcast.production.asking import blaming


def find_unfit(plan: Plan, engine: SpeechEngine) -> list[Problem]:
    """Return a problem for each pronunciation, style and voice that the engine cannot speak."""
    problems: list[Problem] = []
    if isinstance(engine, PronouncingEngine):
        hint = "correct the say= of the text, or the word in lexicon.yaml"
        said = _first_takes(plan, lambda take: {part.ipa for part in take.segment.pronunciations})
        problems += _check_words(said, engine, engine.check_pronunciation, hint=hint)
    if isinstance(engine, StyleCheckingEngine):
        hint = "correct the style= of the text, or the character's style"
        styles = _first_takes(plan, lambda take: {take.segment.style} - {"", None})
        problems += _check_words(styles, engine, engine.check_style, hint=hint)
    if isinstance(engine, VoiceCheckingEngine):
        problems += _check_voices(plan, engine)
    return problems


def _first_takes(
    plan: Plan, words_of: Callable[[PlannedTake], set[str]]
) -> dict[str, tuple[ChapterPlan, PlannedTake]]:
    """Return where the book first has each of some words."""
    first: dict[str, tuple[ChapterPlan, PlannedTake]] = {}
    for chapter in plan.chapters:
        for take in chapter.takes:
            for words in sorted(words_of(take)):
                first.setdefault(words, (chapter, take))
    return first


def _check_words(
    first: dict[str, tuple[ChapterPlan, PlannedTake]],
    engine: SpeechEngine,
    check: Callable[[str], str | None],
    *,
    hint: str,
) -> list[Problem]:
    problems = []
    for words, (chapter, take) in first.items():
        with blaming(f"the engine {engine.name} broke over /{words}/"):
            why = check(words)
        if why is not None:
            line = next(line for line in chapter.script.lines if line.id == take.segment.line)
            place = place_of(chapter.chapter, line, take.segment.start)
            message = f"{engine.name}: {why}"
            problems.append(Problem(code="unsayable", message=message, place=place, hint=hint))
    return problems


def _check_voices(plan: Plan, engine: VoiceCheckingEngine) -> list[Problem]:
    wanted: dict[tuple[str, str], Voice] = {}
    for take in (take for chapter in plan.chapters for take in chapter.takes if take.engine != RECORDING):
        wanted.setdefault((take.voice.name, take.segment.language), take.voice)
    problems: dict[tuple[str, str], Problem] = {}
    for (name, language), voice in wanted.items():
        with blaming(f"the engine {engine.name} broke over the voice {name}"):
            why = engine.check_voice(voice, language)
        if why is not None:
            place = Place(file=str(voice.file)) if voice.file else None
            message = f"{engine.name}: the voice {name}: {why}"
            hint = "complete its voice.yaml, or cast another voice"
            problems[name, why] = Problem(code="unusable-voice", message=message, place=place, hint=hint)
    return list(problems.values())
