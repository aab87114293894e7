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
from fullcast.production.audition import GAP, Audition, audition
from fullcast.production.lexicon_audition import CARRIERS, audition_lexicon
from fullcast.production.passages import OPENINGS, PASSAGES, introduce, passage

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


def test_there_is_a_passage_in_the_first_language_of_every_voice(machine: Settings) -> None:
    voices, _ = list_voices(project=None, settings=machine)
    assert {voice.languages[0].split("-")[0] for voice in voices} <= PASSAGES.keys()
    assert OPENINGS.keys() == PASSAGES.keys()
    assert all("{name}" in words for words in OPENINGS.values())


@pytest.mark.parametrize("language", PASSAGES)
def test_a_voice_says_its_name_and_as_many_sentences_as_the_engine_takes(language: str) -> None:
    whole = introduce("nora", language, 1000)
    assert whole.endswith(PASSAGES[language])
    assert "nora" in whole[:20]
    some = introduce("nora", language, len(whole) - 1)
    assert whole.startswith(some)
    assert len(some) < len(whole)
    assert introduce("nora", language, 3) == OPENINGS[language].format(name="nora")
    assert passage(language, 1000) == PASSAGES[language]
    assert passage("xx", 1000) == introduce("nora", "xx", 1000) == ""


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


def lexicon(project: Path, words: str) -> Path:
    (project / "lexicon.yaml").write_text(f"fullcast: 1\nwords: {words}\n", encoding="utf-8")
    return project


@pytest.mark.parametrize("engine", [None, "espeak"])
def test_a_lexicon_is_heard_word_by_word(engine: str | None, project: Path, machine: Settings) -> None:
    lexicon(
        project,
        "{lamp: /læmp/, boat: {say: bote, speaker: Mara}, home: {say: hohm, ipa: hoʊm, language: fr}}",
    )
    output = project / "words.wav"
    heard = audition_lexicon((), output, project=project, engine=engine, settings=machine)
    said = ["/læmp/", "bote", "/hoʊm/"] if engine else [None, "bote", "hohm"]
    assert [(each.word, each.said, each.voice, each.language) for each in heard] == [
        ("lamp", said[0], "alba", "en"),
        ("boat", said[1], "mara", "en"),
        ("home", said[2], "alba", "fr"),
    ]
    begins = [each.begins for each in heard]
    assert begins[0] == 0
    assert all(more - less > 1 for less, more in pairwise([*begins, read_sound(output).seconds]))


def test_named_voices_say_every_word(project: Path, machine: Settings) -> None:
    lexicon(project, "{lamp: LAMP, boat: {say: bote, speaker: Mara}}")
    names = ("tom", "mara")
    heard = audition_lexicon(names, project / "w.wav", project=project, engine=None, settings=machine)
    assert [(each.word, each.voice) for each in heard] == [
        ("lamp", "tom"),
        ("lamp", "mara"),
        ("boat", "tom"),
        ("boat", "mara"),
    ]


def test_the_words_around_a_word_fit_its_language() -> None:
    assert all(words.count("{word}") == 1 for words in CARRIERS.values())
    assert PASSAGES.keys() <= CARRIERS.keys()


def test_a_project_without_a_lexicon_has_nothing_to_be_heard(project: Path, machine: Settings) -> None:
    with pytest.raises(UsageError, match="the project has no lexicon"):
        audition_lexicon((), project / "w.wav", project=project, engine=None, settings=machine)
    with pytest.raises(UsageError, match="cannot write"):
        audition_lexicon((), project / "w.mp3", project=project, engine=None, settings=machine)
    lexicon(project, "{lamp: {say: l, speaker: Nobody}}")
    with pytest.raises(ProjectError, match="nobody in the cast is called 'Nobody'"):
        audition_lexicon((), project / "w.wav", project=project, engine=None, settings=machine)
