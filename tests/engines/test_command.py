"""Programs that speak: real ones where they are installed, and small ones that behave badly."""

from __future__ import annotations

import shutil
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.engines.base import Recording, SegmentError, SpeechRequest
from fullcast.engines.command import CommandEngine
from fullcast.engines.command.session import _put_in
from fullcast.engines.plain import only_words
from fullcast.errors import SetupError
from fullcast.model import PLACEHOLDERS, Command, Device, Settings, Sex, Voice
from fullcast.units import Hertz, Seconds

SPEAKER = """
import json, os, struct, sys, wave
place = sys.argv[sys.argv.index("--out") + 1] if "--out" in sys.argv else "/dev/stdout"
source = sys.argv[sys.argv.index("--in") + 1] if "--in" in sys.argv else "/dev/stdin"
words = open(source, encoding="utf-8").read()
{before}
with wave.open(open(place, "wb") if place != "/dev/stdout" else sys.stdout.buffer, "wb") as out:
    out.setnchannels(1); out.setsampwidth(2); out.setframerate({rate})
    samples = [int(8000 * ((n // 40) % 2 * 2 - 1)) for n in range({rate} // 2)]
    out.writeframes(struct.pack(f"<{{len(samples)}}h", *samples))
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(json.dumps([sys.argv[1:], words]) + "\\n")
"""


class Program:
    """A program of this test, and what it was called with."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "robot"
        self.log = folder / "log"

    def write(self, before: str = "", rate: int = 16_000) -> None:
        text = SPEAKER.format(before=before, rate=rate, log=str(self.log))
        self.file.write_text(f"#!{sys.executable}\n{text}")
        self.file.chmod(self.file.stat().st_mode | stat.S_IXUSR)

    def command(self, *arguments: str, **more: object) -> Command:
        call = arguments or ("--in", "{text_file}", "--out", "{output}")
        made = Command(name="robot", run=(str(self.file), *call), rate=Hertz(16_000), licence="ours")
        return replace(made, **more)  # type: ignore[arg-type] # fields by name

    def calls(self) -> list[tuple[list[str], str]]:
        import json

        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [(call[0], call[1]) for call in map(json.loads, lines)]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = Program(tmp_path)
    made.write()
    return made


Ask = Callable[..., SpeechRequest]


def speak(command: Command, *requests: SpeechRequest, jobs: int = 2) -> dict[str, Recording | SegmentError]:
    settings = Settings(jobs=jobs, commands=(command,))
    engine = CommandEngine().bind("robot", settings)
    with engine.open(Device(), settings) as session:
        return dict(session.record(requests))


def only(command: Command, request: SpeechRequest) -> Recording | SegmentError:
    (result,) = speak(command, request).values()
    return result


def test_words_come_in_a_file_and_sound_goes_into_one(program: Program, ask: Ask) -> None:
    result = only(program.command(), ask("“Who goes there?” 谁？"))
    assert isinstance(result, Recording)
    assert (result.audio.rate, result.audio.length) == (16_000, 8_000)
    assert program.calls()[0][1] == "“Who goes there?” 谁？\n"


def test_without_placeholders_words_and_sound_go_through_pipes(program: Program, ask: Ask) -> None:
    result = only(program.command("--quiet"), ask("The lamp was lit."))
    assert isinstance(result, Recording)
    assert program.calls() == [(["--quiet"], "The lamp was lit.\n")]


def test_no_key_of_ours_reaches_a_program(
    program: Program, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FULLCAST_LLM_KEY", "sk-secret")
    program.write("import os\nassert not [name for name in os.environ if name.startswith('FULLCAST_')]")
    assert isinstance(only(program.command(), ask("Yes.")), Recording)


def test_another_rate_is_brought_to_the_declared_one(program: Program, ask: Ask) -> None:
    program.write(rate=8_000)
    result = only(program.command(rate=Hertz(24_000)), ask("Yes."))
    assert isinstance(result, Recording)
    assert result.audio.rate == 24_000
    assert result.audio.seconds == pytest.approx(0.5, abs=0.001)
    spectrum = np.abs(np.fft.rfft(result.audio.samples[0]))
    assert np.argmax(spectrum) / result.audio.seconds == pytest.approx(100, abs=3)  # a period of 80 samples


@pytest.mark.parametrize(
    "text",
    ["--out /tmp/x; rm -rf ~", "$(touch gone) `touch gone`", "a\nb", '"quoted" \\ {output} {voice}', "-f"],
)
def test_nothing_of_a_book_is_obeyed(program: Program, ask: Ask, tmp_path: Path, text: str) -> None:
    result = only(program.command("{text}", "--in", "{text_file}", "--out", "{output}"), ask(text))
    assert isinstance(result, Recording)
    (arguments, words), *_ = program.calls()
    assert arguments[0].removeprefix(" ") == only_words(text)
    assert not arguments[0].startswith("-")
    assert words == only_words(text) + "\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log", "robot"]


@given(
    st.dictionaries(st.sampled_from(sorted(PLACEHOLDERS)), st.text(max_size=30), min_size=len(PLACEHOLDERS))
)
def test_what_is_put_in_is_never_looked_at_again(known: dict[str, str]) -> None:
    template = "|".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
    assert _put_in(template, known) == "|".join(known[name] for name in sorted(PLACEHOLDERS))


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("print('no voice', file=sys.stderr); sys.exit(3)", "robot ended with code 3: no voice"),
        ("sys.exit(0)", "robot wrote no sound"),
        ("open(place, 'w').write('not a wav'); sys.exit(0)", "no WAV that can be read"),
        ("os.kill(os.getpid(), 9)", "robot ended with code -9"),
        ("import time; time.sleep(60)", "robot took longer than 0.5 s"),
    ],
)
def test_what_goes_wrong_is_told_and_costs_nobody_else(
    program: Program, ask: Ask, before: str, reason: str
) -> None:
    bad = "if 'BAD' in words:\n    " + before.replace("; ", "\n    ")
    program.write(bad)
    limit = Seconds(0.5) if "60" in before else Seconds(30.0)
    requests = [ask("Good.", id=1), ask("BAD", id=2), ask("Good too.", id=3)]
    results = speak(program.command(time_limit=limit), *requests)
    failed = results[requests[1].id]
    assert isinstance(failed, SegmentError)
    assert reason in failed.reason
    assert failed.retry
    assert all(isinstance(results[requests[number].id], Recording) for number in (0, 2))


def test_a_program_that_is_too_slow_ends_with_all_that_it_started(
    program: Program, ask: Ask, tmp_path: Path
) -> None:
    mark = tmp_path / "child"
    program.write(
        "import subprocess, time\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)"
    )
    assert isinstance(only(program.command(time_limit=Seconds(1.0)), ask("Yes.")), SegmentError)
    child = Path(f"/proc/{mark.read_text()}/stat")
    for _ in range(100):
        if not child.exists() or child.read_text().split()[2] == "Z":
            return
        time.sleep(0.02)
    pytest.fail("the program's own child lives on")


def test_whoever_leaves_early_waits_for_nobody(program: Program, ask: Ask) -> None:
    program.write("import time\nif 'SLOW' in words:\n    time.sleep(60)")
    settings = Settings(jobs=2, commands=(program.command(),))
    with CommandEngine().bind("robot", settings).open(Device(), settings) as session:
        results = session.record([ask("SLOW", id=1), ask("Quick.", id=2)])
        name, _ = next(results)
        assert name == ask("Quick.", id=2).id
        before = time.monotonic()
        results.close()  # type: ignore[attr-defined] # a generator
    assert time.monotonic() - before < 30


def test_voices_spread_over_those_of_the_program_by_sex() -> None:
    command = Command(
        name="robot", run=("robot", "{voice}"), voices={"a": Sex.FEMALE, "b": Sex.FEMALE, "m": Sex.MALE}
    )
    engine = CommandEngine(command)
    women = {engine.voice_of(Voice(name=name, sex=Sex.FEMALE)) for name in "abcdefgh"}
    assert women == {"a", "b"}
    assert engine.voice_of(Voice(name="tom", sex=Sex.MALE)) == "m"
    assert engine.voice_of(Voice(name="tom", engines={"command": {"robot": "a"}})) == "a"


def test_a_voice_that_is_not_listed_is_an_error_and_not_the_first(program: Program) -> None:
    program.write("if '--list' in sys.argv:\n    print('Voices available: anna otto')\n    sys.exit()")
    command = program.command(
        "{voice}", "--in", "{text_file}", "--out", "{output}", list_voices=(str(program.file), "--list")
    )
    settings = Settings(jobs=1, commands=(command,))
    engine = CommandEngine().bind("robot", settings)
    wrong = Voice(name="x", engines={"command": {"robot": "ann"}})
    assert engine.check_voice(wrong, "en") == "robot has no voice 'ann'; it has: anna, otto"
    assert engine.check_voice(Voice(name="x"), "en") is None
    assert engine.voice_of(Voice(name="x")) in {"anna", "otto"}


@pytest.mark.parametrize("name", ["../../etc/passwd", 'x) (system "touch gone")', "http://a/b", "-o", ""])
def test_a_voice_cannot_smuggle_in_a_path_or_code(program: Program, ask: Ask, name: str) -> None:
    voice = Voice(name="mallory", engines={"command": {"robot": name}})
    command = program.command("{voice}", "--in", "{text_file}", "--out", "{output}")
    assert CommandEngine(command).check_voice(voice, "en")
    result = only(command, replace(ask("Yes."), voice=voice))
    assert isinstance(result, SegmentError)
    assert not result.retry
    assert program.calls() == []


def test_another_version_or_other_arguments_are_another_revision(program: Program) -> None:
    plain = CommandEngine(program.command())
    assert plain.revision == CommandEngine(program.command()).revision
    assert plain.revision != CommandEngine(program.command("--loud", "{text_file}", "{output}")).revision
    assert plain.revision != CommandEngine(program.command(version=("echo", "2"))).revision


def test_what_is_missing_is_told_with_what_to_do() -> None:
    gone = Command(name="gone", run=("/nowhere/gone", "{text}"), install="apt-get install gone")
    with pytest.raises(SetupError, match="gone: the program /nowhere/gone is not there") as raised:
        CommandEngine(gone).check()
    assert raised.value.hint == "apt-get install gone"
    with pytest.raises(SetupError, match="there is no program 'nobody'"):
        CommandEngine().bind("nobody", Settings(jobs=1))


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
@pytest.mark.tool("flite")
def test_flite_speaks_at_the_pace_that_is_asked_for(ask: Ask) -> None:
    settings = Settings(jobs=2)
    engine = CommandEngine().bind("flite", settings)
    assert {"slt", "rms", "awb", "kal16"} <= set(engine._bound().voices)
    text = "Nobody answered, and the wind rose over the harbour."
    with engine.open(Device(), settings) as session:
        requests = [replace(ask(text, id=number), pace=pace) for number, pace in enumerate((0.5, 1.0, 2.0))]
        results = dict(session.record(requests))
    slow, usual, quick = (results[request.id] for request in requests)
    assert isinstance(slow, Recording)
    assert isinstance(usual, Recording)
    assert isinstance(quick, Recording)
    assert slow.audio.seconds / usual.audio.seconds == pytest.approx(2, rel=0.15)
    assert usual.audio.seconds / quick.audio.seconds == pytest.approx(2, rel=0.15)
