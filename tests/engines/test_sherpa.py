"""Speaking with sherpa-onnx: a tiny model that the real library runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.engines.base import Recording, SegmentError, SpeechRequest
from fullcast.engines.registry import choose_speech_engine
from fullcast.engines.sherpa import SherpaEngine
from fullcast.engines.sherpa.families import FAMILIES, parameters_of
from fullcast.engines.sherpa.speakers import choose_speaker
from fullcast.engines.weights import Installed
from fullcast.errors import EngineError, SetupError
from fullcast.model import CARD_FILE, Device, ModelCard, Settings, Sex, Voice
from fullcast.production.asking import open_engine
from fullcast.units import Hertz

pytest.importorskip("sherpa_onnx", reason="sherpa-onnx is not installed: pip install 'fullcast[sherpa]'")

Ask = Callable[..., SpeechRequest]
Pitch = Callable[[str, int], float]
CARD = ModelCard(
    id="tiny", engine="sherpa", family="vits", revision="1", options={"speakers": "af_anna,am_otto"}
)


def speak(
    machine: Settings, *requests: SpeechRequest, name: str = "sherpa"
) -> dict[str, Recording | SegmentError]:
    engine = choose_speech_engine(name, machine).engine
    with engine.open(Device(threads=1), machine) as session:
        return {str(key): result for key, result in session.record(requests)}


def heard_pitch(recording: Recording | SegmentError, *, of: float) -> float:
    """Return the loudest frequency around a part of a recording."""
    assert isinstance(recording, Recording), recording
    samples = recording.audio.samples[0]
    part = samples[int(of * len(samples)) - 600 : int(of * len(samples)) + 600]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 16))
    return float(np.argmax(spectrum) * recording.audio.rate / (1 << 16))


def test_every_letter_is_said_in_its_place(tiny_models: Settings, tiny_pitch: Pitch, ask: Ask) -> None:
    voice = Voice(name="anna", engines={"sherpa": {"tiny": 0}})
    result = speak(tiny_models, replace(ask("abcz", id=1), voice=voice))["1"]
    assert isinstance(result, Recording)
    assert (result.audio.rate, result.audio.length) == (16_000, 5 * 1_600)
    for place, letter in zip((0.3, 0.5, 0.7, 0.9), "abcz", strict=True):
        assert heard_pitch(result, of=place) == pytest.approx(tiny_pitch(letter, 0), abs=2)


@pytest.mark.parametrize("pace", [0.5, 0.8, 1.0, 1.7])
def test_pace_changes_duration_and_not_pitch(
    tiny_models: Settings, tiny_pitch: Pitch, ask: Ask, pace: float
) -> None:
    voice = Voice(name="anna", engines={"sherpa": {"tiny": "bf_beth"}})
    result = speak(tiny_models, replace(ask("aaaaaaaa", id=1), voice=voice, pace=pace))["1"]
    assert isinstance(result, Recording)
    assert result.audio.seconds == pytest.approx(0.9 / pace, rel=0.01)
    assert heard_pitch(result, of=0.5) == pytest.approx(tiny_pitch("a", 2), abs=2)


def test_a_voice_names_a_speaker_by_name_or_number(
    tiny_models: Settings, tiny_pitch: Pitch, ask: Ask
) -> None:
    for named, number in ((3, 3), ("bm_bob", 3), ("am_otto", 1)):
        voice = Voice(name="x", engines={"sherpa": {"tiny": named}})
        result = speak(tiny_models, replace(ask("mmm", id=1), voice=voice))["1"]
        assert heard_pitch(result, of=0.5) == pytest.approx(tiny_pitch("m", number), abs=2)


@pytest.mark.parametrize("named", [4, -1, "nobody", True, 1.5])
def test_a_speaker_that_the_model_lacks_is_an_error_and_not_the_first(
    tiny_models: Settings, ask: Ask, named: int | str
) -> None:
    voice = Voice(name="x", engines={"sherpa": {"tiny": named}})
    result = speak(tiny_models, replace(ask("mm", id=1), voice=voice))["1"]
    assert isinstance(result, SegmentError)
    assert not result.retry
    assert f"no speaker {named!r}" in result.reason
    assert "af_anna" in result.reason


def test_what_it_has_no_letter_for_is_an_error(tiny_models: Settings, ask: Ask) -> None:
    results = speak(tiny_models, ask("谁", id=1), ask("yes", id=2))
    assert isinstance(results["1"], SegmentError)
    assert "knows none of its words or letters" in results["1"].reason
    assert isinstance(results["2"], Recording)


def test_it_speaks_in_a_process_of_its_own(
    tiny_models: Settings, ask: Ask, children: Callable[[], set[int]]
) -> None:
    engine = choose_speech_engine("sherpa:tiny", tiny_models).engine
    before = children()
    with open_engine(engine, tiny_models) as session:
        results = dict(session.record([ask("yes", id=number) for number in range(8)]))
        assert children() - before
    assert len(results) == 8
    assert all(isinstance(result, Recording) for result in results.values())


def test_a_model_over_which_the_library_ends_the_process_is_told(
    tiny_models: Settings, tmp_path: Path, ask: Ask
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(tiny_models.model_folders[0], folder)
    (folder / "tiny" / "tokens.txt").write_text("ab 1\n")  # two letters in one: the library exits
    machine = replace(tiny_models, model_folders=(folder,))
    engine = choose_speech_engine("sherpa:tiny", machine).engine
    with (
        pytest.raises(EngineError, match="Error when reading tokens"),
        open_engine(engine, machine) as session,
    ):
        list(session.record([ask("yes", id=1)]))


def test_a_model_that_is_no_model_is_told(tiny_models: Settings, tmp_path: Path, ask: Ask) -> None:
    folder = tmp_path / "models"
    shutil.copytree(tiny_models.model_folders[0], folder)
    whole = (folder / "tiny" / "model.onnx").read_bytes()
    (folder / "tiny" / "model.onnx").write_bytes(whole[: len(whole) // 2])
    machine = replace(tiny_models, model_folders=(folder,))
    engine = choose_speech_engine("sherpa:tiny", machine).engine
    with pytest.raises(EngineError, match="sherpa:tiny"), open_engine(engine, machine) as session:
        list(session.record([ask("yes", id=1)]))


def test_what_is_missing_is_told_before_anything_is_recorded(tiny_models: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(tiny_models.model_folders[0], folder)
    (folder / "tiny" / "tokens.txt").unlink()
    with pytest.raises(
        SetupError, match=r"the model tiny is not whole: tokens: tokens.txt is missing"
    ) as raised:
        choose_speech_engine("sherpa", replace(tiny_models, model_folders=(folder,)))
    assert raised.value.hint == "fetch it again: fullcast models pull tiny"
    with pytest.raises(SetupError, match="no model of the engine sherpa lies on this machine"):
        choose_speech_engine("sherpa", replace(tiny_models, model_folders=(tmp_path,)))
    with pytest.raises(SetupError, match="the model nobody of the engine sherpa is not on this machine"):
        choose_speech_engine("sherpa:nobody", tiny_models)


def test_a_licence_that_forbids_selling_must_be_accepted(tiny_models: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(tiny_models.model_folders[0], folder)
    card = folder / "tiny" / CARD_FILE
    document = json.loads(card.read_text()) | {"commercial": False, "licence": "CC-BY-NC-4.0"}
    card.write_text(json.dumps(document))
    machine = replace(tiny_models, model_folders=(folder,))
    with pytest.raises(SetupError, match="tiny is not for commercial use") as raised:
        choose_speech_engine("sherpa", machine)
    assert "--accept-licence" in (raised.value.hint or "")
    card.write_text(json.dumps(document | {"accepted": "2026-01-01"}))
    assert choose_speech_engine("sherpa", machine).engine.limits.licence == "CC-BY-NC-4.0"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_takes_what_the_library_takes(family: str, tmp_path: Path) -> None:
    import sherpa_onnx

    known = FAMILIES[family]
    for name in (*known.files, *known.more):
        (tmp_path / name).write_text("")
    options: dict[str, str | int | float] = {name: name for name in (*known.files, *known.more)}
    options |= dict.fromkeys(known.numbers, 0.5)
    card = replace(CARD, family=family, options=options)
    made = getattr(sherpa_onnx, known.config)(**parameters_of(card, tmp_path))
    for name in known.files:
        assert getattr(made, name) == str(tmp_path / name)
    for name in known.numbers:
        assert getattr(made, name) == pytest.approx(0.5)
    assert sherpa_onnx.OfflineTtsModelConfig(**{family: made})


@pytest.mark.parametrize("words", ["../outside", "/etc/passwd", "a,../b"])
def test_a_card_names_no_file_outside_its_folder(tmp_path: Path, words: str) -> None:
    (tmp_path / "inside").mkdir()
    card = replace(CARD, options={"model": words, "tokens": "t"})
    with pytest.raises(SetupError, match="lies outside the model's folder"):
        parameters_of(card, tmp_path / "inside")


def test_a_family_that_clones_wants_a_recording_and_its_words(tmp_path: Path) -> None:
    zipvoice = SherpaEngine(Installed(card=replace(CARD, family="zipvoice"), folder=tmp_path))
    pocket = SherpaEngine(Installed(card=replace(CARD, family="pocket"), folder=tmp_path))
    plain, recorded = Voice(name="a"), Voice(name="a", reference=tmp_path / "a.wav")
    told = replace(recorded, transcript="Who goes there?")
    assert "the voice has none" in (zipvoice.check_voice(plain, "en") or "")
    assert "no transcript" in (zipvoice.check_voice(recorded, "en") or "")
    assert zipvoice.check_voice(told, "en") is None
    assert pocket.check_voice(recorded, "en") is None
    assert pocket.limits.quality < 0


@given(name=st.text(min_size=1, max_size=8), sex=st.sampled_from(Sex), count=st.integers(1, 60))
def test_speakers_fit_in_sex_and_language(name: str, sex: Sex, count: int) -> None:
    names = [f"{language}{letter}_{n}" for n in range(10) for language in "abz" for letter in "fm"][:count]
    card = replace(CARD, options={"speakers": ",".join(names)})
    speaker = choose_speaker(Voice(name=name, sex=sex, languages=("en-GB",)), card, count)
    assert isinstance(speaker, int)
    fits = [one for one in names if one[0] == "b" and (sex is Sex.NEUTRAL or one[1] == sex.value[0])]
    assert names[speaker] in (fits or names)


def test_its_revision_is_that_of_weights_and_library() -> None:
    one = SherpaEngine(Installed(card=CARD, folder=Path()))
    other = SherpaEngine(Installed(card=replace(CARD, revision="2"), folder=Path()))
    assert one.revision != other.revision
    assert one.limits.rate == Hertz(24_000)
