"""Finding engines: ours and strangers', all through the same entry points.

A broken engine of a stranger harms nobody who does not ask for it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeGuard, TypeVar, cast

from fullcast.engines.base import BindableEngine, SoundEngine, SpeechEngine
from fullcast.errors import SetupError, UsageError
from fullcast.model import Ability, Limits, Placement, Settings
from fullcast.units import Hertz

AUTO = "auto"
"""The name that leaves the choice to fullcast."""

E = TypeVar("E", SpeechEngine, SoundEngine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Generic[E]):
    """An engine, and why it was taken."""

    engine: E
    reason: str
    """``the best engine that is ready here``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind(Generic[E]):
    """A sort of engine."""

    word: str
    recognise: Callable[[object], TypeGuard[E]]

    @property
    def points(self) -> Mapping[str, EntryPoint]:
        """The entry points of engines of this sort, by name, in the order of their names."""
        found = entry_points(group=f"fullcast.{self.word}")
        return {point.name: point for point in sorted(found, key=lambda point: point.name)}


def _is_speech(engine: object) -> TypeGuard[SpeechEngine]:
    return isinstance(engine, SpeechEngine)


def _is_sound(engine: object) -> TypeGuard[SoundEngine]:
    return isinstance(engine, SoundEngine)


_SPEECH = _Kind(word="speech", recognise=_is_speech)
_SOUND = _Kind(word="sound", recognise=_is_sound)


def load_speech_engines() -> dict[str, SpeechEngine]:
    """Return every speech engine that can be loaded, by name, in the order of their names."""
    return _load_all(_SPEECH)


def load_sound_engines() -> dict[str, SoundEngine]:
    """Return every sound engine that can be loaded, by name, in the order of their names."""
    return _load_all(_SOUND)


def choose_speech_engine(name: str, settings: Settings, language: str = "") -> Chosen[SpeechEngine]:
    """Return the speech engine of a name, or the best that is ready.

    Args:
        name: A name, ``name:model`` where an engine has several models, or ``auto``.
        settings: The machine.
        language: What ``auto`` must be able to speak, as a BCP 47 tag; empty for anything.

    Raises:
        UsageError: If there is no engine of that name; with the nearest.
        SetupError: If the engine is broken or not ready, or none is.
    """
    return _choose(name, settings, _SPEECH, language)


def choose_sound_engine(name: str, settings: Settings) -> Chosen[SoundEngine]:
    """Return the sound engine of a name, or the best that is ready.

    Args:
        name: A name, ``name:model`` where an engine has several models, or ``auto``.
        settings: The machine.

    Raises:
        UsageError: If there is no engine of that name; with the nearest.
        SetupError: If the engine is broken or not ready, or none is.
    """
    return _choose(name, settings, _SOUND)


def full_name(engine: SpeechEngine | SoundEngine) -> str:
    """Return the name that chooses an engine again, with its model where it has one: ``command:flite``."""
    model = getattr(engine, "model", "")
    return f"{engine.name}:{model}" if model else engine.name


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """An engine, and whether it could work here now."""

    name: str
    """With the model that it would take by itself."""
    kind: str
    """``speech`` or ``sound``."""
    placement: Placement
    ready: bool
    reason: str
    """Why it is not ready; empty where it is."""
    languages: tuple[str, ...]
    """BCP 47 tags; empty where every language will do."""
    cloning: bool
    """Whether it speaks with a voice from a recording."""
    licence: str
    install: str
    """What to do for it to be here; empty where nothing is to do."""
    revision: str


def survey_engines(settings: Settings) -> tuple[EngineState, ...]:
    """Return every engine with its state: speech before sounds, in the order of their names.

    An engine that cannot even be loaded is among them, with what is wrong.
    """
    speech = (_survey(point, settings, _SPEECH) for point in _SPEECH.points.values())
    sound = (_survey(point, settings, _SOUND) for point in _SOUND.points.values())
    return (*speech, *sound)


def _survey(point: EntryPoint, settings: Settings, kind: _Kind[E]) -> EngineState:
    limits, reason, hint, name, revision = Limits(longest=0, rate=Hertz(0)), "", "", point.name, ""
    try:
        engine = _load(point, kind)
        limits = engine.limits
        engine = _bind(engine, "", settings, kind)
        limits, name, revision = engine.limits, full_name(engine), engine.revision
        _check(engine, name)
    except (SetupError, UsageError) as error:
        reason, hint = error.message, error.hint or ""
    return EngineState(
        name=name,
        kind=kind.word,
        placement=limits.placement,
        ready=not reason,
        reason=reason,
        languages=tuple(sorted(limits.languages)),
        cloning=Ability.CLONING in limits.abilities,
        licence=limits.licence,
        install=limits.install or hint,
        revision=revision,
    )


def _load_all(kind: _Kind[E]) -> dict[str, E]:
    engines = {}
    for name, point in kind.points.items():
        try:
            engines[name] = _load(point, kind)
        except SetupError:
            continue  # it is reported to whoever asks for it by name
    return engines


def _load(point: EntryPoint, kind: _Kind[E]) -> E:
    """Load an engine.

    Raises:
        SetupError: If it cannot be imported or made, or is no engine; names the package that registered it.
    """
    owner = point.dist.name if point.dist else point.value.partition(":")[0]
    with _judging(
        f"the engine '{point.name}' of the package {owner} cannot be loaded",
        f"update {owner}, or choose another engine",
    ):
        engine = cast(Callable[[], object], point.load())()
    if not kind.recognise(engine):
        message = f"'{point.name}' of the package {owner} is no {kind.word} engine"
        raise SetupError(message, hint=f"report it to the makers of {owner}, or choose another engine")
    return engine


def _choose(name: str, settings: Settings, kind: _Kind[E], language: str = "") -> Chosen[E]:
    if name == AUTO:
        return _choose_best(settings, kind, language)
    points = kind.points
    own, _, model = name.partition(":")
    if own not in points:
        nearest = difflib.get_close_matches(own, points, n=1)
        hint = f"did you mean '{nearest[0]}'? " if nearest else ""
        message = f"there is no {kind.word} engine '{own}'"
        raise UsageError(message, hint=f"{hint}there are: {', '.join(points)}")
    engine = _bind(_load(points[own], kind), model, settings, kind)
    _check(engine, name)
    return Chosen(engine=engine, reason="asked for")


def _bind(engine: E, model: str, settings: Settings, kind: _Kind[E]) -> E:
    """Return an engine with the model that is asked for; one that has no models as it is.

    Raises:
        UsageError: If it has no models and one is named.
        SetupError: If the model is not here.
    """
    if not isinstance(engine, BindableEngine):
        if model:
            message = f"the engine '{engine.name}' has no models to choose from"
            raise UsageError(message, hint=f"write '{engine.name}' alone, without ':{model}'")
        return engine
    with _judging(f"the engine '{engine.name}' {_LOOKED}"):
        bound = engine.bind(model, settings)
    if not kind.recognise(bound):
        message = f"the engine '{engine.name}' with the model '{model}' is no {kind.word} engine"
        raise SetupError(message, hint="report it to its makers, or choose another engine")
    return bound


def _check(engine: SpeechEngine | SoundEngine, name: str) -> None:
    """Raise SetupError if an engine is not ready, whatever a stranger's own check raises."""
    with _judging(f"the engine '{name}' {_LOOKED}"):
        engine.check()


_LOOKED = "broke while it looked whether it is ready"
_REPORT = "report it to its makers, or choose another engine"


@contextmanager
def _judging(what: str, hint: str = _REPORT) -> Iterator[None]:
    """Turn whatever a stranger's code raises while it is looked at into a SetupError."""
    try:
        yield
    except (SetupError, UsageError):
        raise
    except Exception as error:
        raise SetupError(f"{what}: {error!r}", hint=hint) from error


def _speaks(limits: Limits, language: str) -> bool:
    known = limits.languages
    return not (known and language) or language in known or language.split("-", maxsplit=1)[0] in known


def _choose_best(settings: Settings, kind: _Kind[E], language: str) -> Chosen[E]:
    missing = []
    able: list[E] = []
    for name, engine in _load_all(kind).items():
        try:
            able.append(_bind(engine, "", settings, kind))
        except SetupError as error:
            missing.append(f"{name}: {error.message}")
    for engine in sorted(able, key=lambda engine: -engine.limits.quality):
        if engine.limits.quality < 0:
            continue
        if not _speaks(engine.limits, language):
            missing.append(f"{engine.name}: it does not speak {language}")
            continue
        try:
            _check(engine, engine.name)
        except SetupError as error:
            missing.append(f"{engine.name}: {error.message}")
            continue
        return Chosen(engine=engine, reason=f"the best {kind.word} engine that is ready here")
    message = f"no {kind.word} engine is ready here" + (f" ({'; '.join(missing)})" if missing else "")
    raise SetupError(message, hint="run `fullcast doctor`, which says what each one lacks")
