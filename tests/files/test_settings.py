from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.errors import Problem, ProjectError
from fullcast.files.settings import KEYS, SETTINGS_FILE, Surroundings, count_cores, read_settings, settle
from fullcast.model import Budget, Command, LanguageModel, Secret, Settings, Sex
from fullcast.units import Hertz, Seconds


class Machine:
    """A machine with a current folder, a configuration folder and an environment."""

    def __init__(self, folder: Path) -> None:
        self.here, self.home = folder / "here", folder / "home"
        for place in (self.here, self.home):
            place.mkdir()

    def settle(self, flags: Mapping[str, str | int | None] | None = None, /, **environment: str) -> Settings:
        return settle(
            Surroundings(
                flags=flags or {}, environment=environment, folder=self.here, home=self.home, data=self.home
            )
        )

    def problems(self, **environment: str) -> tuple[Problem, ...]:
        with pytest.raises(ProjectError) as caught:
            self.settle(**environment)
        return caught.value.problems


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_said_is_all_cores_and_the_users_own_folders(machine: Machine) -> None:
    settings = machine.settle()
    models, engines = machine.home / "models", machine.home / "engines"
    assert settings == Settings(jobs=count_cores(), model_folders=(models,), engine_folder=engines)


def test_flags_win_over_the_environment_over_the_near_file_over_the_users_file(machine: Machine) -> None:
    (machine.home / SETTINGS_FILE).write_text('jobs = 1\ndevice = "cpu"\ncache = "c"\nvoices = "v"\n')
    assert machine.settle().jobs == 1
    (machine.here / SETTINGS_FILE).write_text('jobs = 2\ndevice = "0"\ncache = "d"\n')
    assert machine.settle().jobs == 2
    assert machine.settle(FULLCAST_JOBS="3").jobs == 3
    settings = machine.settle({"jobs": 4, "device": None}, FULLCAST_JOBS="3", FULLCAST_DEVICE="0,1")
    assert replace(settings, model_folders=(), engine_folder=None) == Settings(
        jobs=4,
        device="0,1",
        voice_folders=(machine.home / "v",),
        cache_folder=machine.here / "d",
    )


def test_folders_begin_where_they_are_written(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_text('sounds = ["a", "/b", "../c"]\nmodels = "~/m"\n')
    settings = machine.settle(FULLCAST_VOICES=os.pathsep.join(["x", "", "/y"]))
    assert settings.voice_folders == (machine.here / "x", Path("/y"))
    assert settings.sound_folders == (machine.here / "a", Path("/b"), machine.here.parent / "c")
    assert settings.model_folders == (Path.home() / "m",)


def test_an_empty_word_of_the_environment_says_nothing(machine: Machine) -> None:
    assert machine.settle(FULLCAST_JOBS="", FULLCAST_DEVICE=" ") == machine.settle()


WHOLE = {
    "llm_url": "http://localhost/v1",
    "llm_model": "small",
    "llm_key_file": "/key",
    "llm_requests": "2",
    "llm_timeout": "2.5",
    "llm_max_tokens": "10",
    "llm_max_cost": "2.5",
    "llm_input_price": "1.5",
    "llm_output_price": "3.5",
}
WORDS = {
    "jobs": "7",
    "device": "cpu",
    "replicas": "2",
    "asr": "funasr",
    "asr_device": "cuda:1",
    "aligner": "wav2vec2",
}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_read_from_file_and_environment(machine: Machine, key: str) -> None:
    others = {name: word for name, word in WHOLE.items() if name != key} if key.startswith("llm_") else {}
    value = (WORDS | WHOLE).get(key, "/somewhere")
    around = {f"FULLCAST_{name.upper()}": word for name, word in others.items()}
    from_environment = machine.settle(**around | {f"FULLCAST_{key.upper()}": value})
    plain = value if value.replace(".", "").isdecimal() else repr(value)
    (machine.here / SETTINGS_FILE).write_text(f"{key} = {plain}\n")
    assert machine.settle(**around) == from_environment
    assert from_environment != Settings(jobs=count_cores())


def test_all_that_is_wrong_is_told(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_text(
        '# mine\njobs = 0\ndevise = "cpu"\nvoices = [1]\n[sounds]\nx = 1\n'
    )
    told = [
        (problem.code, str(problem.place).removeprefix(f"{machine.here}/"), problem.message)
        for problem in machine.problems(FULLCAST_DEVICE="gpu", FULLCAST_VOICE="/v")
    ]
    assert told == [
        ("unknown-key", "FULLCAST_VOICE", "the environment has an unknown setting"),
        ("unknown-key", "fullcast.toml:3:1", "unknown key 'devise'"),
        ("wrong-value", "fullcast.toml:2:1", "jobs must be a whole number from 1 to 1024, got 0"),
        ("wrong-value", "fullcast.toml:4:1", "voices must be a folder or a list of folders, got [1]"),
        ("wrong-value", "fullcast.toml:5:2", "sounds must be a folder or a list of folders, got {'x': 1}"),
        (
            "wrong-value",
            "FULLCAST_DEVICE",
            "device must be auto, cpu, or the numbers of GPUs as in 0 or 0,1, got 'gpu'",
        ),
    ]


def test_hints_name_the_nearest_key(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_text("job = 1\n")
    toml, environment = sorted(machine.problems(FULLCAST_VOICE="/v"), key=lambda problem: problem.message)[
        ::-1
    ]
    assert toml.hint == f"did you mean 'jobs'? known keys: {', '.join(sorted([*KEYS, 'commands']))}"
    assert environment.hint == "did you mean FULLCAST_VOICES?"


def test_what_is_not_toml_is_told_with_its_line(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_text("jobs = 1\ndevice = cpu\n")
    problem = machine.problems()[0]
    assert problem.place is not None
    assert (problem.code, problem.place.line, problem.place.source) == ("toml-syntax", 2, "device = cpu")


def test_what_is_not_utf_8_is_told(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_bytes(b'device = "caf\xe9"\n')
    assert [problem.code for problem in machine.problems()] == ["not-utf-8"]


@given(text=st.text(min_size=1))
def test_no_word_breaks_it(text: str) -> None:
    nowhere = Path("/nowhere")
    flags = {"device": f"cpu{text}", "jobs": f"-{text}"}
    around = Surroundings(flags=flags, environment={}, folder=nowhere, home=nowhere, data=nowhere)
    with pytest.raises(ProjectError) as caught:
        settle(around)
    assert {problem.code for problem in caught.value.problems} == {"wrong-value"}


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "100 0\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "100000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
        ({"cpu.max": "99999900000 100000\n"}, None),
    ],
)
def test_cores_keep_to_the_quota_of_a_container(
    tmp_path: Path, files: dict[str, str], cores: int | None
) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    assert count_cores(tmp_path) == (cores or allowed)


def test_this_machine_has_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("FULLCAST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FULLCAST_SOUNDS", str(tmp_path / "s"))
    settings = read_settings({"jobs": 2})
    assert (settings.jobs, settings.sound_folders) == (2, (tmp_path / "s",))


MODEL = {"FULLCAST_LLM_URL": "http://localhost:11434/v1/", "FULLCAST_LLM_MODEL": "small"}


def test_a_language_model_is_named_by_address_and_name(machine: Machine) -> None:
    assert machine.settle().language_model is None
    model = machine.settle(**MODEL).language_model
    assert model == LanguageModel(url="http://localhost:11434/v1", model="small")
    (machine.here / SETTINGS_FILE).write_text(
        'llm_url = "https://api.example.com/v1/chat/completions"\nllm_model = "big"\nllm_key_file = "k"\n'
        "llm_requests = 8\nllm_timeout = 2.5\nllm_max_tokens = 1000\nllm_max_cost = 0.5\n"
        "llm_input_price = 1\nllm_output_price = 4.0\n"
    )
    assert machine.settle(FULLCAST_LLM_KEY="sk-1").language_model == LanguageModel(
        url="https://api.example.com/v1",
        model="big",
        key=Secret("sk-1"),
        key_file=machine.here / "k",
        requests=8,
        timeout=Seconds(2.5),
        budget=Budget(max_tokens=1000, max_cost=0.5, input_price=1.0, output_price=4.0),
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"FULLCAST_LLM_MODEL": ""}, "llm_url is set, and llm_model is not"),
        (
            {"FULLCAST_LLM_URL": "localhost:11434"},
            "llm_url must be an address such as http://localhost:11434",
        ),
        ({"FULLCAST_LLM_URL": "http://me:secret@host/v1"}, "llm_url must be an address"),
        ({"FULLCAST_LLM_URL": "file:///etc/passwd"}, "llm_url must be an address"),
        ({"FULLCAST_LLM_REQUESTS": "0"}, "llm_requests must be a whole number from 1 to 64"),
        ({"FULLCAST_LLM_MAX_TOKENS": "1.5"}, "llm_max_tokens must be a whole number from 1 to 1e+12"),
        ({"FULLCAST_LLM_MAX_COST": "1"}, "llm_max_cost is set, and the prices are not"),
        ({"FULLCAST_LLM_MODLE": "small"}, "the environment has an unknown setting"),
    ],
)
def test_a_language_model_that_is_wrong_is_told(said: dict[str, str], message: str, machine: Machine) -> None:
    (problem,) = machine.problems(**MODEL | said)
    assert problem.message.startswith(message)
    assert "secret" not in problem.message


def test_a_key_has_no_place_in_a_file_of_settings(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_text('llm_key = "sk-1234"\n')
    (problem,) = machine.problems()
    assert problem.message == "unknown key 'llm_key'"
    assert "llm_key_file" in str(problem.hint)
    assert "sk-1234" not in f"{problem.message} {problem.hint}"


PROGRAM = """
[commands.robot]
run = ["robot", "{text_file}", "{output}"]
rate = 16000
languages = ["en", "de"]
voices = {anna = "female", otto = "male"}
time_limit = 5
"""


def test_programs_are_read_from_the_users_own_file(machine: Machine) -> None:
    (machine.home / SETTINGS_FILE).write_text(PROGRAM)
    (command,) = machine.settle().commands
    assert command == Command(
        name="robot",
        run=("robot", "{text_file}", "{output}"),
        rate=Hertz(16_000),
        languages=("en", "de"),
        voices={"anna": Sex.FEMALE, "otto": Sex.MALE},
        time_limit=Seconds(5.0),
    )


def test_a_file_that_may_have_come_with_a_book_names_no_program(machine: Machine) -> None:
    (machine.here / SETTINGS_FILE).write_text(PROGRAM)
    with pytest.raises(ProjectError) as raised:
        machine.settle()
    (problem,) = raised.value.problems
    assert problem.code == "untrusted-commands"
    assert problem.place
    assert problem.place.line == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rate = 16000", "commands.robot: run is missing"),
        ("run = []", "run must be a list of texts"),
        ('run = ["robot", 1]', "run must be a list of texts"),
        ('run = ["{text}"]', "the program itself must be named"),
        ('run = ["robot", "{txt}"]', "unknown placeholder {txt}"),
        ('run = ["sh", "-c", "robot {text}"]', "behind -c stands code"),
        ('run = ["robot"]\nrate = 100', "rate must be a whole number from 8000 to 96000, got 100"),
        ('run = ["robot"]\nrate = true', "rate must be a whole number from 8000 to 96000, got True"),
        ('run = ["robot"]\nvoices = {a = "tall"}', "voices must be a table"),
        ('run = ["robot"]\ntime_limit = 0', "time_limit must be a number of seconds"),
        ('run = ["robot"]\nspeed = 2', "unknown key 'speed'"),
    ],
)
def test_a_wrong_program_is_told_with_its_line(machine: Machine, line: str, message: str) -> None:
    (machine.home / SETTINGS_FILE).write_text(f"jobs = 1\n[commands.robot]\n{line}\n")
    with pytest.raises(ProjectError) as raised:
        machine.settle()
    problem = raised.value.problems[0]
    assert message in problem.message
    assert problem.place
    assert problem.place.line == 2
