"""eSpeak NG: words, transcriptions, and processes that die."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fullcast.engines.base import Recording, SegmentError, SpeechRequest
from fullcast.engines.espeak import EspeakEngine
from fullcast.engines.espeak.ipa import UnknownLetterError, find_sounds
from fullcast.engines.espeak.session import EspeakSession, as_plain_text
from fullcast.engines.espeak.words import Spoken, Stretch, find_words
from fullcast.errors import EngineError, SetupError
from fullcast.model import Age, Device, Settings, Sex, Voice, Word
from fullcast.units import Seconds

Ask = Callable[..., SpeechRequest]


def library_folder() -> Path:
    spec = find_spec("espeakng_loader")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.fixture(scope="module")
def session() -> Iterator[EspeakSession]:
    with EspeakEngine().open(Device(), Settings(jobs=1)) as opened:
        assert isinstance(opened, EspeakSession)
        yield opened


def say(session: EspeakSession, request: SpeechRequest) -> Recording:
    ((_, result),) = session.record([request])
    assert isinstance(result, Recording), result
    return result


def fail(session: EspeakSession, request: SpeechRequest) -> SegmentError:
    ((_, result),) = session.record([request])
    assert isinstance(result, SegmentError)
    return result


def said_words(text: str, words: tuple[Word, ...]) -> list[str]:
    return [text[word.start : word.end] for word in words]


def test_words_stand_where_they_are_in_the_text(session: EspeakSession, ask: Ask) -> None:
    text = "Zoë’s café opened late; 😀 nobody — not even “Søren” — came. Who would? Rain fell, naïvely."
    words = said_words(text, say(session, ask(text)).words)
    for word in ("café", "opened", "late", "nobody", "Søren", "came", "would", "Rain", "fell"):
        assert word in words


def test_words_in_quotation_marks_have_times(session: EspeakSession, ask: Ask) -> None:
    text = "“Come,” he said, ‘come’, and «listen»; 'now', she cried."
    words = said_words(text, say(session, ask(text)).words)
    assert words[0] == "Come"
    assert {"come", "listen", "now"} <= set(words)


def test_words_of_other_scripts_stand_where_they_are(session: EspeakSession, ask: Ask) -> None:
    text = "Старый дом стоял у моря."
    assert "моря" in said_words(text, say(session, ask(text, language="ru")).words)


def test_words_are_as_loud_as_they_are_long(session: EspeakSession, ask: Ask) -> None:
    """Within a word there is sound; in the pause after a comma there is next to none."""
    text = "Lanterns, lanterns, lanterns."
    made = say(session, ask(text))
    first, second, third = made.words
    for word, after in ((first, second), (second, third)):
        assert rms(made, word.begins, word.ends) > 20 * rms(made, word.ends + 0.05, after.begins)


def rms(made: Recording, begins: float, ends: float) -> float:
    rate = made.audio.rate
    return float(np.sqrt(np.mean(made.audio.samples[0, round(begins * rate) : round(ends * rate)] ** 2)))


def test_a_transcription_is_said_in_place_of_its_word(session: EspeakSession, ask: Ask) -> None:
    text = "Hello Cholmondeley, hello."
    plain = say(session, ask(text))
    said = say(session, ask(text, said=((6, 18, "ˈtʃʌmli"),)))
    assert said_words(text, said.words) == ["Hello", "Cholmondeley", "hello"]
    assert seconds_of(said, 1) < 0.75 * seconds_of(plain, 1)


def seconds_of(made: Recording, number: int) -> float:
    word = made.words[number]
    return word.ends - word.begins


@pytest.mark.parametrize(
    ("language", "ipa"),
    [
        ("en-GB", "p b t d k ɡ f v θ ð s z ʃ ʒ h m n ŋ l j w tʃ dʒ x"),
        ("en-GB", "iː ɪ ɛ a ɑː ɒ ɔː ʊ uː ʌ ə ɜː eɪ aɪ ɔɪ əʊ aʊ"),
        ("en-US", "æ ɑː oʊ ʌ ɪ iː uː ə"),
        ("de", "p t k f s ʃ ç x m n ŋ l j ts iː yː øː œ ɛ a uː ʊ ɔ oː"),
        ("fr", "p b t d k ɡ f v s z ʃ ʒ m n ɲ l j w ʁ i y ø œ ɛ a u o ɔ ə ɛ̃ ɑ̃ ɔ̃"),
        ("es", "p b t d k ɡ f s x tʃ θ m n ɲ l r ɾ i e a o u"),
    ],
)
def test_letters_of_ipa_are_heard_as_themselves(session: EspeakSession, language: str, ipa: str) -> None:
    """The library's own report of what it says is the letter that was asked for."""
    for letter in ipa.split():
        (sound,) = find_sounds(letter)
        heard = pronounce(session, language, [sound.as_message()])
        assert heard in (sound.accepted[0], letter), (letter, heard)


def pronounce(session: EspeakSession, language: str, sounds: list[list[object]]) -> str:
    """Return the IPA that the library reports for sounds between two others that nothing changes."""
    frame = (find_sounds("mˈ")[0], find_sounds("t")[0], find_sounds("iː")[0])
    vowel = bool(sounds[0][1])
    front = [frame[0].as_message(), ["'", False, [], ["'"]]] if vowel else []
    back = [frame[1].as_message()] if vowel else [["'", False, [], ["'"]], frame[2].as_message()]
    from fullcast.engines.espeak.children import Job
    from fullcast.engines.espeak.languages import find_language_voice

    voice = find_language_voice(language)
    assert voice is not None
    message = {
        "do": "record",
        "voice": voice.identifier,
        "parameters": {},
        "parts": [[*front, *sounds, *back]],
    }
    session.pool.ask(Job(message=message))
    answers: list[Any] = []
    while not answers:
        answers += session.pool.answers()
    events = answers[0].header["events"]
    heard = [event[1].strip("ˈˌ") for event in events if len(event) == 2 and event[1].strip("ˈˌ")]
    return "".join(heard[1:-1] if vowel else heard[:-1])


def test_ties_brackets_and_breaks_say_nothing() -> None:
    assert find_sounds("/t͡ʃʌm.li/") == find_sounds("tʃʌmli")


def test_a_letter_that_is_no_ipa_is_named(session: EspeakSession, ask: Ask) -> None:
    with pytest.raises(UnknownLetterError, match=r"'ʘ' \(U\+0298\)"):
        find_sounds("aʘ")
    error = fail(session, ask("click", said=((0, 5, "kʘk"),)))
    assert "ʘ" in error.reason
    assert not error.retry


def test_a_sound_that_a_voice_lacks_is_named(session: EspeakSession, ask: Ask) -> None:
    error = fail(session, ask("天", language="ja", said=((0, 1, "œ̃"),)))
    assert "œ̃" in error.reason
    assert not error.retry


@pytest.mark.parametrize(
    "text",
    [
        "Say [[h@l'oU]] now.",
        "Say \x0180S\x0199P now.",
        '<prosody rate="x-slow">Say it</prosody> now.',
        "Say &lt;break time='9s'/&gt; now.",
        "half \ud83d a pair",
        "nul \0 in the middle",
    ],
)
def test_a_text_is_words_and_nothing_else(session: EspeakSession, ask: Ask, text: str) -> None:
    """What follows a would-be command is said as before: at the voice's own rate and pitch, to the end."""
    made = say(session, ask(text + " The last word is lantern."))
    shown = text + " The last word is lantern."
    assert "lantern" in said_words(shown, made.words)
    lantern = next(word for word in made.words if shown[word.start : word.end] == "lantern")
    plain = say(session, ask("The last word is lantern."))
    assert lantern.ends - lantern.begins == pytest.approx(seconds_of(plain, -1), rel=0.1)


@given(st.text(max_size=80))
def test_a_plain_text_keeps_every_place(text: str) -> None:
    plain = as_plain_text(text)
    assert len(plain) == len(text)
    assert "[[" not in plain
    assert not any(ord(letter) < 32 for letter in plain)
    plain.encode()


@given(st.text(max_size=60))
@hypothesis_settings(max_examples=60, deadline=None)
def test_any_text_gives_one_result_with_words_in_order(text: str) -> None:
    request = SpeechRequest(id="x", text=text, voice=Voice(name="v"), language="en", seed=0)  # type: ignore[arg-type] # RequestId
    with EspeakEngine().open(Device(), Settings(jobs=1)) as opened:
        ((_, result),) = opened.record([request])
    if isinstance(result, SegmentError):
        assert not result.retry
        return
    times = [time for word in result.words for time in (word.begins, word.ends)]
    places = [place for word in result.words for place in (word.start, word.end)]
    assert times == sorted(times)
    assert places == sorted(places)
    assert not times or times[-1] <= result.audio.seconds + 1e-6
    assert not places or places[-1] <= len(text)


def test_a_beat_without_words_is_recorded_as_silence(session: EspeakSession, ask: Ask) -> None:
    made = say(session, ask("…"))
    assert not made.words
    assert made.audio.seconds == pytest.approx(0.4)
    assert not made.audio.samples.any()


def test_accents_and_other_languages(session: EspeakSession, ask: Ask) -> None:
    scot = Voice(name="s", engines={"espeak": {"language": "en-GB-scotland", "variant": "f2"}})
    for language in ("en", "en-GB", "zh", "zh-Hant-TW", "fr-FR", "pt-BR", "yue", "ar"):
        text = {"zh": "你好。", "zh-Hant-TW": "你好。", "yue": "你好。", "ar": "سلام"}.get(
            language, "Bonjour"
        )
        assert say(session, ask(text, voice=scot, language=language)).words


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"variant": "f33"}, "did you mean 'f3'?"),
        ({"pich": 3}, "did you mean 'pitch'?"),
        ({"pitch": 120}, "0 to 99"),
        ({"pitch": True}, "0 to 99"),
        ({"language": "qqq"}, "'qqq'"),
    ],
)
def test_what_a_voice_cannot_say_of_espeak(
    session: EspeakSession, ask: Ask, entry: dict[str, int | str], part: str
) -> None:
    error = fail(session, ask("Hello.", voice=Voice(name="odd", engines={"espeak": entry})))
    assert part in error.reason
    assert "odd" in error.reason
    assert not error.retry


def test_a_voice_that_says_nothing_of_espeak_is_heard_by_its_sex(session: EspeakSession, ask: Ask) -> None:
    text = "Nobody came to the island in the winter of that year."
    makes = {sex: say(session, ask(text, voice=Voice(name="a", sex=sex))) for sex in (Sex.MALE, Sex.FEMALE)}
    child = say(session, ask(text, voice=Voice(name="a", sex=Sex.FEMALE, age=Age.CHILD)))
    assert pitch(makes[Sex.MALE]) < 0.7 * pitch(makes[Sex.FEMALE]) < 0.6 * pitch(child) / 0.7
    twins = [say(session, ask(text, voice=Voice(name=name, sex=Sex.MALE))) for name in ("ann", "bob")]
    assert abs(np.log2(pitch(twins[0]) / pitch(twins[1]))) > 0.01


def pitch(made: Recording) -> float:
    """Return the strongest period of a recording as a whole, in hertz."""
    sound = made.audio.samples[0]
    spectrum = np.abs(np.fft.rfft(sound, 2 * len(sound))) ** 2
    agreement = np.fft.irfft(spectrum)[: len(sound)]
    low, high = made.audio.rate // 450, made.audio.rate // 60
    return made.audio.rate / (low + int(np.argmax(agreement[low:high])))


def test_a_killed_process_costs_no_request(ask: Ask) -> None:
    with EspeakEngine().open(Device(), Settings(jobs=2)) as opened:
        assert isinstance(opened, EspeakSession)
        results = opened.record(ask(f"Line {number} of the log.", id=number) for number in range(30))
        found = dict([next(results)])
        for pid in opened.pool.pids:  # the second one may not even have greeted
            os.kill(pid, signal.SIGKILL)
        found |= dict(results)
    assert len(found) == 30
    assert all(isinstance(result, Recording) for result in found.values())


def test_a_request_that_kills_processes_is_given_up_after_two(ask: Ask, tmp_path: Path) -> None:
    """A library that crashes on one text: here a child that is made to."""
    with broken_child(tmp_path, "import os; os.kill(os.getpid(), 11)") as opened:
        texts = ("Fine.", "Also fine.", "KILL", "Still fine.", "The end.")
        found = dict(opened.record(ask(text, id=text) for text in texts))
    assert set(found) == set(texts)
    lost = found.pop("KILL")
    assert isinstance(lost, SegmentError)
    assert lost.retry
    assert "died 2 times" in lost.reason
    assert "KILL" in lost.reason
    assert all(isinstance(result, Recording) for result in found.values())


def test_a_request_that_hangs_processes_is_given_up(ask: Ask, tmp_path: Path) -> None:
    with broken_child(tmp_path, "import time; time.sleep(600)", patience=1.0) as opened:
        found = dict(opened.record(ask(text, id=text) for text in ("Fine.", "KILL", "The end.")))
    assert isinstance(found["KILL"], SegmentError)
    assert "hung" in found["KILL"].reason
    assert sum(isinstance(result, Recording) for result in found.values()) == 2


def test_a_process_that_is_slow_to_start_is_not_taken_for_hung(ask: Ask, tmp_path: Path) -> None:
    with broken_child(tmp_path, "pass", patience=1.0, start="import time; time.sleep(1.5)") as opened:
        found = dict(opened.record(ask(text, id=text) for text in ("Fine.", "The end.")))
    assert all(isinstance(result, Recording) for result in found.values())


def broken_child(folder: Path, what: str, patience: float = 30.0, start: str = "pass") -> Any:
    """Open a session whose processes do something when they start and something bad at the word KILL."""
    from contextlib import contextmanager

    from fullcast.engines.espeak.children import CHILD, Pool

    source = CHILD.read_text(encoding="utf-8")
    spoilt = source.replace(
        '        self.speak(text, flags)\n        return {"starts"',
        f'        if "KILL" in text:\n            {what}\n'
        '        self.speak(text, flags)\n        return {"starts"',
    )
    assert spoilt != source
    spoilt = spoilt.replace("import ctypes\n", f"{start}\nimport ctypes\n", 1)
    file = folder / "child.py"
    file.write_text(spoilt, encoding="utf-8")

    @contextmanager
    def opened() -> Iterator[EspeakSession]:
        home = library_folder()
        library = home / ("libespeak-ng.dylib" if sys.platform == "darwin" else "libespeak-ng.so")
        pool = Pool(
            library=library, folder=home / "espeak-ng-data", most=2, patience=Seconds(patience), child=file
        )
        try:
            yield EspeakSession(pool=pool, variants=frozenset({"f2"}))
        finally:
            pool.close()

    return opened()


def test_a_library_that_cannot_start_is_an_engine_error(ask: Ask, tmp_path: Path) -> None:
    for name in ("libespeak-ng.so", "libespeak-ng.dylib"):
        (tmp_path / name).write_bytes(b"not a library")
    (tmp_path / "espeak-ng-data").symlink_to(library_folder() / "espeak-ng-data")
    with EspeakEngine(home=tmp_path).open(Device(), Settings(jobs=1)) as opened, pytest.raises(EngineError):
        list(opened.record([ask("Hello.")]))


def test_a_missing_library_is_named_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="libespeak-ng") as raised:
        EspeakEngine(home=tmp_path).check()
    assert "pip install" in (raised.value.hint or "")


def test_a_long_path_to_the_data_does_no_harm(ask: Ask, tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-name-of-some-length"] * 6)
    shutil.copytree(library_folder(), deep, ignore=shutil.ignore_patterns("*.pyc", "libespeak-ng.so.*"))
    assert len(bytes(deep)) > 200
    with EspeakEngine(home=deep).open(Device(), Settings(jobs=1)) as opened:
        assert isinstance(opened, EspeakSession)
        assert say(opened, ask("Hello.")).words


def test_words_of_numbers_have_one_time_each() -> None:
    text = "It cost 1,234 pounds"
    events = [
        (0, 0, 2),
        (0, "ɪ"),
        (900, 3, 4),
        (900, "k"),
        (2000, 8, 5),
        (2000, "w"),
        (3000, 8, 5),
        (3000, "θ"),
    ]
    events += [(5000, ""), (5500, 14, 6), (5500, "p"), (7000, "")]
    spoken = Spoken(
        text=text, stretches=(Stretch(spoken=0, start=0, end=len(text)),), samples=8000, rate=1000
    )
    words = find_words(events, spoken)
    assert [(text[word.start : word.end], word.begins, word.ends) for word in words] == [
        ("It", 0.0, 0.9),
        ("cost", 0.9, 2.0),
        ("1,234", 2.0, 5.0),
        ("pounds", 5.5, 7.0),
    ]
