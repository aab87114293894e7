"""Settings of the machine: from flags, then ``FULLCAST_*`` in the environment, then ``fullcast.toml``.

They never change how a book sounds. ``fullcast.toml`` is looked for in the current folder and then in the
user's configuration folder; both may exist, and a key of the nearer one wins. All is read once, by the
command line, and handed down as one frozen value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.errors import Place, Problem, ProjectError
from fullcast.files.commands_read import COMMANDS, read_commands
from fullcast.files.kinds import nearest, suggest
from fullcast.files.sources import LARGEST_SETTINGS, Source, read_source
from fullcast.model import Budget, Command, LanguageModel, Secret, Settings
from fullcast.units import Seconds

SETTINGS_FILE = "fullcast.toml"

MOST_JOBS = 1024
"""Processes; more is a slip of the finger."""

_DEVICE = re.compile(r"auto|cpu|[0-9]+(,[0-9]+)*")

KEYS: Mapping[str, str] = {
    "jobs": "Processes that may be busy at once; the number of usable cores unless set.",
    "device": "auto, cpu, or the numbers of GPUs, as in 0 or 0,1.",
    "replicas": "Processes of an engine on each GPU, 1 to 16; 1 unless set.",
    "voices": "Folders of voices, looked through after the project's own and before those that ship.",
    "sounds": "Folders of sounds, looked through after the project's own.",
    "models": "Folders of models; the first is where they are fetched to. The user's data folder unless set.",
    "engines": "Folder of engines with a Python environment of their own; the user's data folder unless set.",
    "cache": "Folder for what engines derive from voices; the platform's cache folder unless set.",
    "asr": "Recogniser that hears every take: faster-whisper, funasr or pocketsphinx; none unless set.",
    "asr_device": "Where it runs: cpu, cuda or cuda:1; cpu unless set.",
    "asr_model": "Its model, by name or folder; the recogniser's usual small one unless set.",
    "aligner": "Who finds when each word is said, for engines that do not tell: pocketsphinx or wav2vec2.",
    "aligner_model": "Folder of wav2vec2's network, which spells what it hears (CTC); it runs on asr_device.",
    "llm_url": "Address of a language model's server, up to what stands before /chat/completions.",
    "llm_model": "Name of the model, as the server knows it.",
    "llm_key_file": "File that holds the key for it; FULLCAST_LLM_KEY may hold the key itself.",
    "llm_requests": "Requests to it that may be under way at once; 4 unless set.",
    "llm_timeout": "Seconds that an answer of it may take; 120 unless set.",
    "llm_max_tokens": "Tokens that one run may use of it, sent and answered together; no limit unless set.",
    "llm_max_cost": "What one run may cost, in the currency of the prices; no limit unless set.",
    "llm_input_price": "Price of a million tokens that are sent.",
    "llm_output_price": "Price of a million tokens that are answered.",
}
"""Keys of fullcast.toml; in the environment ``FULLCAST_`` and the key in capitals."""

_FOLDERS = ("voices", "sounds", "models")

KEY = "llm_key"
"""The one setting that only the environment may hold: a file of settings is easily shown to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the machine says, as the command line finds it."""

    flags: Mapping[str, str | int | None]
    """By key; None is a flag that was not given."""
    environment: Mapping[str, str]
    folder: Path
    """The current folder."""
    home: Path
    """The user's configuration folder for fullcast."""
    data: Path
    """The user's data folder for fullcast."""


def read_settings(flags: Mapping[str, str | int | None] | None = None) -> Settings:
    """Read the settings of this machine.

    Args:
        flags: What the command line says, by key; None is not given.

    Raises:
        ProjectError: If a setting is wrong, with every problem.
    """
    from platformdirs import user_config_path, user_data_path

    here = Path.cwd()
    home = user_config_path("fullcast", appauthor=False)
    data = user_data_path("fullcast", appauthor=False)
    return settle(Surroundings(flags=flags or {}, environment=os.environ, folder=here, home=home, data=data))


def settle(surroundings: Surroundings) -> Settings:
    """Return the settings that follow from all that the machine says.

    Raises:
        ProjectError: If a setting is wrong, with every problem.
    """
    problems: list[Problem] = []
    chosen: dict[str, _Said] = {}
    for said in _everything_said(surroundings, problems):
        chosen.setdefault(said.key, said)
    settings = _make_settings(chosen, surroundings.data, problems)
    if problems:
        raise ProjectError(*problems)
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A setting and who says it."""

    key: str
    value: object
    place: Place
    base: Path
    """Where relative folders begin."""


def _everything_said(around: Surroundings, problems: list[Problem]) -> Iterator[_Said]:
    """Yield every setting, the strongest word first."""
    for key, value in around.flags.items():
        if value is not None:
            yield _Said(key=key, value=value, place=Place(file=f"--{key}"), base=around.folder)
    for name, text in around.environment.items():
        key = name.removeprefix("FULLCAST_").lower()
        if name.startswith("FULLCAST_") and key == KEY and text.strip():
            yield _Said(key=KEY, value=text.strip(), place=Place(file=name), base=around.folder)
        elif name.startswith("FULLCAST_") and key in KEYS and text.strip():
            words = _split(text) if key in _FOLDERS else text.strip()
            yield _Said(key=key, value=words, place=Place(file=name), base=around.folder)
        elif name.startswith("FULLCAST_") and key not in {*KEYS, KEY} and (close := nearest(key, KEYS)):
            hint = f"did you mean FULLCAST_{close.upper()}?"
            message = "the environment has an unknown setting"
            problems.append(Problem(code="unknown-key", message=message, place=Place(file=name), hint=hint))
    for folder in (around.folder, around.home):
        trusted = folder == around.home
        yield from _read_toml(folder / SETTINGS_FILE, problems, trusted=trusted)


def _split(text: str) -> list[str]:
    return [part for part in text.split(os.pathsep) if part]


def _read_toml(file: Path, problems: list[Problem], *, trusted: bool) -> Iterator[_Said]:
    """Yield what a file of settings says.

    Args:
        file: The file; nothing is said where it is missing.
        problems: Takes what is wrong.
        trusted: Whether it may name programs. One in the current folder may have come with a stranger's book.
    """
    import tomllib

    if not file.is_file():
        return
    source = read_source(file, name=str(file), largest=LARGEST_SETTINGS)
    if isinstance(source, Problem):
        problems.append(source)
        return
    try:
        table = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        problems.append(_explain_toml(error, source))
        return
    for key, value in table.items():
        place = _place_of(key, source)
        if key in KEYS:
            yield _Said(key=key, value=value, place=place, base=file.parent)
        elif key == COMMANDS and trusted:
            yield _Said(key=key, value=(value, source), place=place, base=file.parent)
        elif key == COMMANDS:
            message = "programs may not be named here: this file may have come with somebody else's book"
            hint = "move the table to fullcast.toml in your configuration folder; docs/reference/settings.md"
            problems.append(Problem(code="untrusted-commands", message=message, place=place, hint=hint))
        else:
            hint = suggest(key, [*KEYS, COMMANDS], "known keys")
            problems.append(
                Problem(code="unknown-key", message=f"unknown key {key!r}", place=place, hint=hint)
            )


def _explain_toml(error: ValueError, source: Source) -> Problem:
    found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error))
    message, place = str(error), Place(file=source.name)
    if found:
        message, place = found[1], source.place(int(found[2]) - 1, int(found[3]) - 1)
    hint = 'a line reads KEY = VALUE, with text in quotation marks: device = "cpu"'
    return Problem(code="toml-syntax", message=f"this is not TOML: {message}", place=place, hint=hint)


def _place_of(key: str, source: Source) -> Place:
    found = re.search(rf"^[ \t]*\[*[ \t]*[\"']?({re.escape(key)})\b", source.text, re.MULTILINE)
    return source.place_at(found.start(1)) if found else Place(file=source.name)


def _make_settings(chosen: Mapping[str, _Said], data: Path, problems: list[Problem]) -> Settings:
    jobs = _jobs(chosen["jobs"], problems) if "jobs" in chosen else count_cores()
    folders = {key: _folders(chosen[key], problems) if key in chosen else () for key in _FOLDERS}
    cache = _folders(chosen["cache"], problems) if "cache" in chosen else ()
    engines = _folders(chosen["engines"], problems) if "engines" in chosen else (data / "engines",)
    model = _language_model(chosen, problems)
    programs = chosen.get(COMMANDS)
    return Settings(
        jobs=jobs,
        device=_device(chosen["device"], problems) if "device" in chosen else "auto",
        replicas=int(_number(chosen["replicas"], problems)) if "replicas" in chosen else 1,
        voice_folders=folders["voices"],
        sound_folders=folders["sounds"],
        model_folders=folders["models"] or (data / "models",),
        engine_folder=engines[0] if engines else None,
        cache_folder=cache[0] if cache else None,
        asr=_word(chosen["asr"], _ASR, problems) if "asr" in chosen else "",
        asr_device=_word(chosen["asr_device"], r"cpu|cuda(:[0-9]+)?", problems)
        if "asr_device" in chosen
        else "cpu",
        asr_model=str(chosen["asr_model"].value) if "asr_model" in chosen else "",
        aligner=_word(chosen["aligner"], "pocketsphinx|wav2vec2", problems) if "aligner" in chosen else "",
        aligner_model=str(chosen["aligner_model"].value) if "aligner_model" in chosen else "",
        commands=_commands(programs, problems) if programs else (),
        language_model=model,
    )


def _commands(said: _Said, problems: list[Problem]) -> tuple[Command, ...]:
    assert isinstance(said.value, tuple)
    table, source = said.value

    def locate(name: str) -> Place:
        found = re.search(
            rf"^[ \t]*\[[ \t]*{COMMANDS}[ \t]*\.[ \t\"']*({re.escape(name)})", source.text, re.MULTILINE
        )
        return source.place_at(found.start(1)) if found else said.place

    return read_commands(table, locate, problems)


def _language_model(chosen: Mapping[str, _Said], problems: list[Problem]) -> LanguageModel | None:
    """Return the language model that the machine names; one without an address or a name is none."""
    named = [chosen[key] for key in ("llm_url", "llm_model") if key in chosen]
    if len(named) < 2:
        for said in named:
            other = "llm_model" if said.key == "llm_url" else "llm_url"
            message = f"{said.key} is set, and {other} is not"
            hint = f"set {other} too (FULLCAST_{other.upper()})"
            problems.append(Problem(code="half-set", message=message, place=said.place, hint=hint))
        return None
    numbers = {key: _number(chosen[key], problems) for key in _NUMBERS if key in chosen}
    most = numbers.get("llm_max_tokens")
    if "llm_max_cost" in numbers and not {"llm_input_price", "llm_output_price"} <= numbers.keys():
        hint = "set llm_input_price and llm_output_price, per million tokens"
        message = "llm_max_cost is set, and the prices are not"
        problems.append(
            Problem(code="half-set", message=message, place=chosen["llm_max_cost"].place, hint=hint)
        )
    key_file = _folders(chosen["llm_key_file"], problems) if "llm_key_file" in chosen else ()
    return LanguageModel(
        url=_url(chosen["llm_url"], problems),
        model=str(chosen["llm_model"].value),
        key=Secret(str(chosen[KEY].value)) if KEY in chosen else None,
        key_file=key_file[0] if key_file else None,
        requests=int(numbers.get("llm_requests", 4)),
        timeout=Seconds(numbers.get("llm_timeout", 120.0)),
        budget=Budget(
            max_tokens=None if most is None else int(most),
            max_cost=numbers.get("llm_max_cost"),
            input_price=numbers.get("llm_input_price"),
            output_price=numbers.get("llm_output_price"),
        ),
    )


def _url(said: _Said, problems: list[Problem]) -> str:
    value = str(said.value).rstrip("/").removesuffix("/chat/completions")
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        shown = replace(said, value="…@…") if "@" in value else said  # in front of an @ stands a password
        _reject(shown, "an address such as http://localhost:11434/v1", problems)
    return value


_NUMBERS: Mapping[str, tuple[float, float, bool]] = {
    "replicas": (1, 16, True),
    "llm_requests": (1, 64, True),
    "llm_timeout": (1, 3600, False),
    "llm_max_tokens": (1, 1e12, True),
    "llm_max_cost": (0, 1e9, False),
    "llm_input_price": (0, 1e6, False),
    "llm_output_price": (0, 1e6, False),
}
"""Lowest and highest value, and whether it is a whole number."""


def _number(said: _Said, problems: list[Problem]) -> float:
    low, high, whole = _NUMBERS[said.key]
    value = said.value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", value):
        value = float(value)
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else low - 1
    if low <= number <= high and not (whole and number != int(number)):
        return number
    what = "a whole number" if whole else "a number"
    _reject(said, f"{what} from {low:g} to {high:g}", problems)
    return low


_ASR = "faster-whisper|funasr|pocketsphinx"


def _word(said: _Said, pattern: str, problems: list[Problem]) -> str:
    value = str(said.value)
    if not re.fullmatch(pattern, value):
        _reject(said, pattern.replace("|", ", ").replace("(:[0-9]+)?", " or cuda:N"), problems)
    return value


def _reject(said: _Said, expected: str, problems: list[Problem]) -> None:
    message = f"{said.key} must be {expected}, got {said.value!r}"
    problems.append(Problem(code="wrong-value", message=message, place=said.place))


def _jobs(said: _Said, problems: list[Problem]) -> int:
    value = said.value
    if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_JOBS:
        return value
    _reject(said, f"a whole number from 1 to {MOST_JOBS}", problems)
    return 1


def _device(said: _Said, problems: list[Problem]) -> str:
    value = (
        str(said.value) if isinstance(said.value, int) and not isinstance(said.value, bool) else said.value
    )
    if isinstance(value, str) and _DEVICE.fullmatch(value):
        return value
    _reject(said, "auto, cpu, or the numbers of GPUs as in 0 or 0,1", problems)
    return "auto"


_ONE = {"cache": "a folder", "engines": "a folder", "llm_key_file": "a file"}


def _folders(said: _Said, problems: list[Problem]) -> tuple[Path, ...]:
    """Return folders as absolute paths; ``~`` is the home folder."""
    words = said.value if isinstance(said.value, list) and said.key not in _ONE else [said.value]
    if not all(isinstance(word, str) and word and "\0" not in word for word in words):
        _reject(said, _ONE.get(said.key, "a folder or a list of folders"), problems)
        return ()
    return tuple((said.base / Path(str(word)).expanduser()).resolve() for word in words)


def count_cores(system: Path = Path("/sys/fs/cgroup")) -> int:
    """Return how many cores this process may use: by affinity and by the quota of its container.

    Args:
        system: Where the kernel shows control groups.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    allowed = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _read_quota(system)
    return max(1, min(allowed, quota) if quota else allowed)


def _read_quota(system: Path) -> int | None:
    """Return the cores of a container's quota, rounded up; None without one (cgroup version 2, then 1)."""
    try:
        quota, period = (system / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (system / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            period = (system / "cpu" / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    if not (quota.isdigit() and period.isdigit() and int(period) > 0):
        return None  # "max", or -1 in version 1
    return -(-int(quota) // int(period))
