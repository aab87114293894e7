"""The plan: what must be recorded, under which keys, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from fullcast.errors import Place, Problem
from fullcast.fingerprint import SoundIdentity, TakeIdentity, recording_key, seed_of, sound_key, take_key
from fullcast.model import (
    ANYONE,
    NARRATOR,
    RECORDING,
    Ability,
    Book,
    Chapter,
    ChapterPlan,
    Character,
    CueKind,
    Limits,
    Line,
    PlacedCue,
    Plan,
    PlannedSound,
    PlannedTake,
    Script,
    Segment,
)
from fullcast.text.lexicon import Pronouncer
from fullcast.text.split import split_line
from fullcast.text.writing import find_unspeakable, languages_entry
from fullcast.units import Seconds

BED_SECONDS = Seconds(60.0)
"""Length of a generated bed before it loops: long enough that nobody hears it come back, short to keep."""

SYLLABIC = 3.6
"""Letters that a character of Chinese, Japanese or Korean counts for in an estimate: it is a syllable (234
such characters a minute beside 14 letters a second, both of the embedded engine)."""

_SYLLABLES = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")

SILENT = float("-inf")
"""The level of ambience that is turned off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What planning must know of an engine."""

    name: str
    revision: str
    limits: Limits

    @property
    def label(self) -> str:
        """Name and revision, as they stand in keys."""
        return f"{self.name}/{self.revision}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Everything besides the book that decides what is recorded."""

    speech: EngineFacts
    sound: EngineFacts
    fingerprints: Mapping[str, str]
    """Fingerprint of each voice for the speech engine, by the voice's name."""
    retakes: Mapping[str, int]
    """How often each line was asked for anew, by line id."""
    recordings: Mapping[str, str] = field(default_factory=dict)
    """Hash of a person's recording that is used for a line, by line id."""


def make_plan(book: Book, scripts: tuple[Script, ...], decisions: Decisions) -> Plan:
    """Return what the book is made of.

    Args:
        book: The project.
        scripts: One a chapter, in order.
        decisions: Engines, fingerprints and retakes.
    """
    pronouncer = Pronouncer(
        lexicon=book.lexicon,
        language=book.credits.language,
        ipa=Ability.PRONUNCIATIONS in decisions.speech.limits.abilities,
    )
    chapters = tuple(
        _plan_chapter(book, number, _Spoken(script=script, pronouncer=pronouncer), decisions)
        for number, script in enumerate(scripts, 1)
    )
    return Plan(chapters=chapters, engine=decisions.speech.name, sound_engine=decisions.sound.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """A script, and how its words are said."""

    script: Script
    pronouncer: Pronouncer

    def segments(self, longest: int, language: str) -> Iterator[tuple[Line, Segment]]:
        """Yield what an engine records at once, with the line that it belongs to."""
        for line in self.script.lines:
            said = self.pronouncer.pronounce(line)
            yield from ((line, segment) for segment in split_line(said, longest=longest, language=language))


def _plan_chapter(book: Book, number: int, spoken: _Spoken, decisions: Decisions) -> ChapterPlan:
    chapter, script = book.chapters[number - 1], spoken.script
    language = book.credits.language
    segments = spoken.segments(decisions.speech.limits.longest_in(language), language)
    takes = tuple(
        _plan_recording(book, line, segment, decisions)
        if line.id in decisions.recordings
        else _plan_take(book, line, segment, decisions)
        for line, segment in segments
        if segment.number == 0 or line.id not in decisions.recordings
    )
    cues = () if book.mixing.ambience == SILENT else script.cues
    sounds = tuple((placed, _plan_sound(book, placed, decisions.sound)) for placed in cues)
    return ChapterPlan(number=number, chapter=chapter, script=script, takes=takes, sounds=sounds)


def character_of(book: Book, speaker: str) -> Character:
    """Return who speaks a line: the named character, else anyone, else the narrator."""
    return book.cast.get(speaker) or book.cast.get(ANYONE) or book.cast[NARRATOR]


def _plan_take(book: Book, line: Line, segment: Segment, decisions: Decisions) -> PlannedTake:
    character = character_of(book, line.speaker)
    facts = decisions.speech
    pace = round(book.speech.pace * character.pace, 4)
    heard = _as_heard(segment, character, facts.limits)
    identity = TakeIdentity(
        segment=heard,
        voice=decisions.fingerprints[character.voice],
        engine=facts.label,
        pace=pace,
        seed=book.speech.seed,
        retake=decisions.retakes.get(line.id, 0),
    )
    key = take_key(identity)
    return PlannedTake(
        key=key,
        seed=seed_of(key),
        segment=heard,
        speaker=line.speaker,
        voice=book.voices[character.voice],
        pace=pace,
        engine=facts.label,
        estimate=Seconds(_letters(heard.text) / (facts.limits.rate_of_speech * pace)),
    )


def _plan_recording(book: Book, line: Line, segment: Segment, decisions: Decisions) -> PlannedTake:
    """Return the one take of a line that a person spoke."""
    hashed = decisions.recordings[line.id]
    whole = replace(segment, text=line.text, start=0, end=len(line.text), pronunciations=(), style="")
    key = recording_key(hashed)
    return PlannedTake(
        key=key,
        seed=seed_of(key),
        segment=whole,
        speaker=line.speaker,
        voice=book.voices[character_of(book, line.speaker).voice],
        pace=1.0,
        engine=RECORDING,
        estimate=Seconds(_letters(line.text) / decisions.speech.limits.rate_of_speech),
    )


def _letters(text: str) -> float:
    """Return the length of a text in letters of an alphabet."""
    return len(text) + (SYLLABIC - 1.0) * len(_SYLLABLES.findall(text))


def _as_heard(segment: Segment, character: Character, limits: Limits) -> Segment:
    """Drop from a segment what the engine cannot make audible: it must not change the key."""
    style = (segment.style or character.style) if Ability.STYLE in limits.abilities else ""
    said = segment.pronunciations if Ability.PRONUNCIATIONS in limits.abilities else ()
    if (style, said) == (segment.style, segment.pronunciations):
        return segment
    return replace(segment, style=style, pronunciations=said)


def _plan_sound(book: Book, placed: PlacedCue, facts: EngineFacts) -> PlannedSound | None:
    cue = placed.cue
    if cue.file is not None:
        return None
    bed = cue.kind is CueKind.BED
    seconds = Seconds(min(BED_SECONDS, facts.limits.longest_sound)) if bed else None
    seed = book.sounds.seed if cue.seed is None else cue.seed
    key = sound_key(SoundIdentity(prompt=cue.sound, seconds=seconds, loop=bed, engine=facts.label, seed=seed))
    return PlannedSound(
        key=key, seed=seed_of(key), prompt=cue.sound, seconds=seconds, loop=bed, engine=facts.label
    )


def find_unsayable(plan: Plan, facts: EngineFacts) -> tuple[Problem, ...]:
    """Return a problem for each line that the engine cannot say: a language or a script that it lacks.

    Args:
        plan: The plan.
        facts: The speech engine.
    """
    problems: list[Problem] = []
    declared: dict[str, Mapping[str, frozenset[str]]] = {}
    for chapter in plan.chapters:
        by_id = {line.id: line for line in chapter.script.lines}
        seen: set[tuple[str, str]] = set()
        for take in chapter.takes:
            segment = take.segment
            if take.engine == RECORDING:
                continue
            if segment.language not in declared:
                declared[segment.language] = _declared(segment.language, facts.limits.languages)
            why = find_unspeakable(segment.text, segment.language, declared[segment.language])
            if why is None or (segment.language, why) in seen:
                continue
            seen.add((segment.language, why))
            problem = Problem(
                code="unsayable",
                message=f"the engine {facts.name}: {why}",
                place=place_of(chapter.chapter, by_id[segment.line], segment.start),
                hint=_way_out(segment, facts),
            )
            problems.append(problem)
    return tuple(problems)


def _declared(language: str, languages: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Return what an engine declares of one language; of one that it lacks, everything, to be told."""
    scripts = languages_entry(language, languages)
    return languages if scripts is None else {language: scripts}


def _way_out(segment: Segment, facts: EngineFacts) -> str:
    if languages_entry(segment.language, facts.limits.languages) is None:
        return (
            "name one that it knows (book.language in project.yaml, lang=… at a line), or use another engine"
        )
    return "cast the line's language with lang=…, respell the word with say=…, or choose another engine"


def place_of(chapter: Chapter, line: Line, offset: int = 0) -> Place:
    """Return where a character of a line stands in the chapter's file."""
    position = 0
    for run in line.runs:
        if run.start >= 0 and offset < position + len(run.text):
            at = run.start + offset - position
            start = chapter.text.rfind("\n", 0, at) + 1
            end = chapter.text.find("\n", at)
            source = chapter.text[start : end if end >= 0 else None]
            return Place(
                file=chapter.file,
                line=chapter.text.count("\n", 0, at) + 1,
                column=at - start + 1,
                source=source,
            )
        position += len(run.text)
    return Place(file=chapter.file)


def explain(take: PlannedTake, history: Mapping[tuple[str, int], Mapping[str, str | int | float]]) -> str:
    """Return why a take must be made.

    Args:
        take: A take that is not in the store.
        history: What was recorded before for each line id and segment number (``origin`` of the journal).
    """
    before = history.get((take.segment.line, take.segment.number))
    if before is None:
        return "new text"
    now = origin_of(take)
    for name, words in _REASONS.items():
        if before.get(name) != now[name]:
            return words.format(before=before.get(name), now=now[name])
    return "recording missing or damaged"


_REASONS = {
    "text": "the text is split or spoken otherwise",
    "engine": "engine changed from {before} to {now}",
    "voice": "voice changed from {before} to {now}",
    "language": "language changed from {before} to {now}",
    "pace": "pace changed from {before} to {now}",
    "style": "style changed from “{before}” to “{now}”",
    "seed": "the voice's parameters, the seed or the number of retakes changed",
}


def origin_of(take: PlannedTake) -> dict[str, str | int | float]:
    """Return what the journal remembers of a take, for reasons and provenance."""
    segment = take.segment
    return {
        "line": segment.line,
        "number": segment.number,
        "text": segment.text,
        "speaker": take.speaker,
        "voice": take.voice.name,
        "language": segment.language,
        "style": segment.style,
        "engine": take.engine,
        "pace": take.pace,
        "seed": take.seed,
    }
