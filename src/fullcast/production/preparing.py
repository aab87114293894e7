"""From a folder to a plan: read, decide, check; nothing is recorded and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from fullcast.engines.base import SoundEngine, SpeechEngine
from fullcast.engines.devices import choose_devices
from fullcast.engines.registry import Chosen, choose_sound_engine, choose_speech_engine, full_name
from fullcast.errors import Place, Problem, ProjectError, SetupError, Severity, UsageError
from fullcast.files.inside import SoundLibrary, open_library
from fullcast.files.kinds import Spot
from fullcast.files.lockfile import Lock, read_lock
from fullcast.files.project import PROJECT_FILE, look_at_project
from fullcast.files.recordings import find_recordings
from fullcast.files.voices import find_voice
from fullcast.fingerprint import digest_file, voice_fingerprint
from fullcast.model import (
    RECORDING,
    AnchorKind,
    Book,
    Chapter,
    ChapterPlan,
    Credit,
    PlacedCue,
    Placement,
    Plan,
    Script,
    Settings,
)
from fullcast.plan import Decisions, EngineFacts, find_unsayable, make_plan
from fullcast.production.asking import blaming
from fullcast.production.choices import Choices as Choices  # noqa: PLC0414 - whoever prepares also chooses
from fullcast.production.disclosure import disclosure_of
from fullcast.production.speakers import Speakers, find_speakers
from fullcast.production.suiting import find_unfit
from fullcast.text.credits import make_credit, words_of
from fullcast.text.script import Draft, draft_script, finish_script

AUTO = "auto"

E = TypeVar("E", SpeechEngine, SoundEngine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A project that was read, decided and planned."""

    book: Book
    plan: Plan
    lock: Lock
    speech: SpeechEngine
    sound: SoundEngine
    fingerprints: Mapping[str, str]
    """Fingerprint of each voice for the speech engine, by the voice's name."""
    warnings: tuple[Problem, ...]
    reasons: Mapping[str, str]
    """Why ``auto`` took an engine in this run, by ``speech`` and ``sound``; without what the lock says."""
    choices: Choices
    speakers: Speakers
    """Who says what, and why."""
    recordings: Mapping[str, Path] = field(default_factory=dict)
    """Recordings by people that are used for lines, by the line's id."""

    @property
    def decided(self) -> tuple[str, ...]:
        """What was chosen for the user, in words."""
        names = {"speech": full_name(self.speech), "sound": full_name(self.sound)}
        return tuple(f"{kind} engine {names[kind]}: {why}" for kind, why in self.reasons.items())

    @property
    def chapters(self) -> tuple[ChapterPlan, ...]:
        """The chapters to work on."""
        wanted = self.choices.chapters
        return tuple(item for item in self.plan.chapters if not wanted or item.number in wanted)

    @property
    def cache(self) -> Path:
        """The project's ``.fullcast``."""
        return self.book.folder / ".fullcast"

    @property
    def output(self) -> Path:
        """Where deliveries go."""
        return self.book.folder / "output"


def prepare(project: Path, choices: Choices, settings: Settings) -> Prepared:
    """Read a project and plan it.

    Args:
        project: The project's folder or its project.yaml.
        choices: What the command line says.
        settings: The machine.

    Raises:
        ProjectError: With every problem of the project, of its chapters and of what the engines cannot do.
        SetupError: If the engine is not ready here.
        UsageError: If a choice does not fit the project.
    """
    book, problems = read_project(project, settings)
    lock = read_lock(book.folder)
    speakers = find_speakers(book, draft_scripts(book), lock)
    scripts, found = _write_scripts(book, speakers, settings)
    problems += found
    if _is_wrong(problems):
        raise ProjectError(*problems, *_prompt_problems(book, scripts, lock, settings))
    book, scripts = _with_credits(book, scripts)
    engines = _choose_engines(book, choices, lock, settings)
    problems += _check_prompts(book, scripts, engines.sound)
    recordings, strays = find_recordings(book.folder, scripts)
    problems += strays
    facts = facts_of(engines.speech)
    decisions = Decisions(
        speech=facts,
        sound=facts_of(engines.sound),
        fingerprints={name: voice_fingerprint(own, engines.speech.name) for name, own in book.voices.items()},
        retakes=lock.retakes,
        recordings={line: digest_file(file) for line, file in recordings.items()},
    )
    plan = make_plan(book, scripts, decisions)
    if any(take.engine != RECORDING for chapter in plan.chapters for take in chapter.takes):
        book = replace(book, credits=replace(book.credits, disclosure=disclosure_of(facts.label)))
    problems += [*find_unsayable(plan, facts), *find_unfit(plan, engines.speech)]
    if _is_wrong(problems):
        raise ProjectError(*problems)
    _check_chapters(choices, len(book.chapters))
    return Prepared(
        book=book,
        plan=plan,
        lock=lock,
        speech=engines.speech,
        sound=engines.sound,
        fingerprints=decisions.fingerprints,
        warnings=tuple(problems),
        reasons=engines.reasons,
        choices=choices,
        speakers=speakers,
        recordings=recordings,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Engines:
    """Who speaks and who makes sounds."""

    speech: SpeechEngine
    sound: SoundEngine
    reasons: Mapping[str, str]
    """Why ``auto`` chose them, by ``speech`` and ``sound``."""


def _choose_engines(book: Book, choices: Choices, lock: Lock, settings: Settings) -> _Engines:
    """Choose the engines of a book.

    Raises:
        SetupError: If one is not ready here.
        UsageError: If there is none of its name.
    """
    choose_speech = partial(choose_speech_engine, settings=settings, language=book.credits.language)
    speech, why_speech = _choose(choices.engine or book.speech.engine, lock.speech_engine, choose_speech)
    _check_device(speech, settings)
    choose_sound = partial(choose_sound_engine, settings=settings)
    sound, why_sound = _choose(book.sounds.engine, lock.sound_engine, choose_sound)
    reasons = {"speech": why_speech, "sound": why_sound}
    return _Engines(speech=speech, sound=sound, reasons={kind: why for kind, why in reasons.items() if why})


def read_project(project: Path, settings: Settings) -> tuple[Book, list[Problem]]:
    """Return the book as far as it can be read, and what is wrong with it so far.

    Raises:
        ProjectError: If nothing of it can be read.
    """
    folder = project if project.is_dir() else project.parent
    find = partial(find_voice, project=folder, settings=settings)
    book, noticed = look_at_project(project, settings, find_voice=find)
    if book is None:
        raise ProjectError(*noticed)
    return book, list(noticed)


def _is_wrong(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _prompt_problems(
    book: Book, scripts: tuple[Script, ...], lock: Lock, settings: Settings
) -> list[Problem]:
    """Return what the sound engine cannot make, for a project that is wrong anyway: all is told at once."""
    with suppress(SetupError, UsageError):
        choose = partial(choose_sound_engine, settings=settings)
        sound, _ = _choose(book.sounds.engine, lock.sound_engine, choose)
        return _check_prompts(book, scripts, sound)
    return []


def facts_of(engine: SpeechEngine | SoundEngine) -> EngineFacts:
    """Return what planning must know of an engine."""
    return EngineFacts(name=engine.name, revision=engine.revision, limits=engine.limits)


def draft_scripts(book: Book) -> tuple[Draft, ...]:
    """Return the chapters of a book taken apart."""
    return tuple(draft_script(chapter, book.cast, book.credits.language) for chapter in book.chapters)


def _write_scripts(
    book: Book, speakers: Speakers, settings: Settings
) -> tuple[tuple[Script, ...], list[Problem]]:
    library = open_library(book.folder, settings.sound_folders)
    scripts: list[Script] = []
    problems: list[Problem] = []
    for number, (chapter, draft) in enumerate(zip(book.chapters, speakers.drafts, strict=True)):
        script, found = finish_script(draft, book.cast, speakers.stages(number))
        cues = tuple(_find_file(placed, library, chapter, problems) for placed in script.cues)
        scripts.append(replace(script, cues=cues))
        problems += found
    return tuple(scripts), problems


def _with_credits(book: Book, scripts: tuple[Script, ...]) -> tuple[Book, tuple[Script, ...]]:
    """Return book and scripts with spoken credits behind the chapters, if a delivery wants them.

    Raises:
        ProjectError: If the book's language has no words for them.
    """
    if not any(delivery.credits for delivery in book.deliveries):
        return book, scripts
    made = []
    problems = []
    for credit in Credit:
        words = words_of(book.credits, credit)
        if words is None:
            message = f"the {credit} credits have no words in the language {book.credits.language}"
            hint = f"write them: book.{credit}, or take a delivery without credits"
            place = Place(file=PROJECT_FILE)
            problems.append(Problem(code="no-credits", message=message, place=place, hint=hint))
        else:
            made.append(make_credit(book.credits, credit, words))
    if problems:
        raise ProjectError(*problems)
    chapters, own = zip(*made, strict=True)
    return replace(book, chapters=(*book.chapters, *chapters)), (*scripts, *own)


def _find_file(
    placed: PlacedCue, library: SoundLibrary, chapter: Chapter, problems: list[Problem]
) -> PlacedCue:
    """Return a cue of the text with its file, if it names one; those of project.yaml have theirs already."""
    cue = placed.cue
    if cue.file is not None:
        return placed
    found = library.find(Spot(value=cue.sound, place=cue.place or Place(file=chapter.file)))
    if found.problem is not None:
        problems.append(found.problem)
    return placed if found.file is None else replace(placed, cue=replace(cue, file=found.file))


def _choose(asked: str, locked: str | None, choose: Callable[[str], Chosen[E]]) -> tuple[E, str | None]:
    """Return the engine that is asked for, and why ``auto`` took it; a decision in the lock stands."""
    if asked == AUTO and locked:
        return choose(locked).engine, None
    chosen = choose(asked)
    return chosen.engine, chosen.reason if asked == AUTO else None


def _check_prompts(book: Book, scripts: tuple[Script, ...], engine: SoundEngine) -> list[Problem]:
    problems = []
    for chapter, script in zip(book.chapters, scripts, strict=True):
        for placed in script.cues:
            cue = placed.cue
            with blaming(f"the engine {engine.name} broke over the prompt {cue.sound!r}"):
                why = engine.check_prompt(cue.sound) if cue.file is None else None
            if why is not None:
                anchor = cue.start if cue.start.kind is AnchorKind.PHRASE else None
                place = cue.place or (anchor.place if anchor else None) or chapter.place
                problems.append(Problem(code="unknown-sound", message=f"{engine.name}: {why}", place=place))
    return problems


def _check_device(engine: SpeechEngine, settings: Settings) -> None:
    """Refuse a device that would quietly be left unused, and an engine whose device is missing."""
    elsewhere = {Placement.HTTP}
    if engine.limits.placement not in elsewhere:
        choose_devices(full_name(engine), engine.limits, settings)


def _check_chapters(choices: Choices, count: int) -> None:
    wrong = sorted(number for number in choices.chapters if not 1 <= number <= count)
    if wrong:
        numbers = ", ".join(map(str, wrong))
        raise UsageError(
            f"there is no chapter {numbers}",
            hint=f"the book has {count} of them" if count > 1 else "the book has one",
        )
