"""Voices are heard before they are cast; what cannot be said is refused before anything is recorded."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from fullcast.errors import ProjectError, UsageError
from fullcast.files.sounds import read_sound
from fullcast.files.voices import list_voices
from fullcast.model import Settings
from fullcast.production.audition import GAP, WORDS, Audition, audition

TONE = Audition(names=("alba",), engine="tone")


def heard(wanted: Audition, file: Path, machine: Settings) -> float:
    return audition(wanted, file, project=file.parent, settings=machine)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".WAV"])
def test_voices_are_heard_one_after_the_other(suffix: str, tmp_path: Path, machine: Settings) -> None:
    alone = [
        heard(replace(TONE, names=(name,)), tmp_path / f"{name}.wav", machine) for name in ("alba", "mara")
    ]
    file = tmp_path / f"cast{suffix}"
    seconds = heard(replace(TONE, names=("alba", "mara")), file, machine)
    assert seconds == pytest.approx(sum(alone), abs=0.01)
    audio = read_sound(file)
    assert audio.seconds == pytest.approx(seconds, abs=0.01)
    assert not audio.samples[:, -round(GAP * audio.rate) + 1 :].any()


def test_longer_words_take_longer(tmp_path: Path, machine: Settings) -> None:
    times = [heard(replace(TONE, text="Yes. " * count), tmp_path / "a.wav", machine) for count in (1, 4, 16)]
    assert all(more > less for less, more in pairwise(times))


def test_every_voice_that_ships_can_be_heard(tmp_path: Path, machine: Settings) -> None:
    voices, _ = list_voices(project=None, settings=machine)
    names = tuple(voice.name for voice in voices)
    assert heard(Audition(names=names, engine="espeak"), tmp_path / "all.wav", machine) > 2 * len(names)


def test_there_is_a_sentence_in_the_first_language_of_every_voice(machine: Settings) -> None:
    voices, _ = list_voices(project=None, settings=machine)
    assert {voice.languages[0].split("-")[0] for voice in voices} <= WORDS.keys()
    assert all("{name}" in words for words in WORDS.values())


@pytest.mark.parametrize(
    ("wanted", "file", "message"),
    [
        (TONE, "cast.mp3", "cannot write .mp3"),
        (TONE, "cast", "cannot write a file without an ending"),
        (replace(TONE, language="pl"), "a.wav", "alba has nothing to say in 'pl'"),
        (replace(TONE, text="  "), "a.wav", "alba has nothing to say in 'en-GB'"),
        (replace(TONE, text="x" * 10_000, engine="espeak"), "a.wav", "the text has 10000 characters"),
        (
            replace(TONE, text="你好", engine="espeak"),
            "a.wav",
            "espeak cannot say that: Chinese character '你'",
        ),
        (replace(TONE, text="Hi", language="xx", engine="espeak"), "a.wav", "language 'xx' is not among"),
        (replace(TONE, engine="nobody"), "a.wav", "there is no speech engine 'nobody'"),
    ],
)
def test_what_cannot_be_is_refused(
    wanted: Audition, file: str, message: str, tmp_path: Path, machine: Settings
) -> None:
    with pytest.raises(UsageError) as caught:
        heard(wanted, tmp_path / file, machine)
    assert message in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_voice_is_named_with_the_nearest(tmp_path: Path, machine: Settings) -> None:
    with pytest.raises(ProjectError, match="there is no voice 'marra'") as caught:
        heard(replace(TONE, names=("alba", "marra")), tmp_path / "a.wav", machine)
    assert "did you mean 'mara'?" in str(caught.value.hint)
