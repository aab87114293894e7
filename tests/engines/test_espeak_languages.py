"""The table of languages, against the library itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from fullcast.engines.espeak import EspeakEngine
from fullcast.engines.espeak.children import Job
from fullcast.engines.espeak.languages import declared_languages, find_language_voice, language_voices
from fullcast.engines.espeak.session import EspeakSession
from fullcast.model import Device, Settings

WORDS = {
    "Latn": "banana melon sita kolo matino",
    "Cyrl": "банан молоко дом рука книга",
    "Grek": "μπανάνα λόγος θάλασσα σπίτι",
    "Arab": "كتاب مدينة سلام باران دوست",
    "Hebr": "שלום ספר בית ילד",
    "Deva": "नमस्ते किताब पानी घर",
    "Beng": "বাংলা পানি বই মানুষ",
    "Guru": "ਪਾਣੀ ਕਿਤਾਬ ਘਰ",
    "Gujr": "પાણી ઘર પુસ્તક",
    "Orya": "ପାଣି ଘର ବହି",
    "Taml": "தண்ணீர் வீடு மரம்",
    "Telu": "నీరు ఇల్లు పుస్తకం",
    "Knda": "ನೀರು ಮನೆ ಪುಸ್ತಕ",
    "Mlym": "വെള്ളം വീട് മരം",
    "Sinh": "ජලය ගෙදර පොත",
    "Thai": "น้ำ บ้าน หนังสือ",
    "Mymr": "ရေ အိမ် စာအုပ်",
    "Ethi": "ውሃ ቤት መጽሐፍ",
    "Geor": "წყალი სახლი წიგნი",
    "Armn": "ջուր տուն գիրք",
    "Hang": "물고기 사람 나라",
    "Hira": "みず ひと さかな",
    "Kana": "ミズ サカナ コトリ",
    "Hani": "水 人 漁夫 國家 时间",
    "Bopo": "ㄅㄆㄇ ㄇㄚ",
    "Shaw": "𐑖𐑱𐑝 𐑑𐑧𐑥",
}
"""A few common words of each script."""

OWN = {
    "poz/mi": {"Latn": "whare tangata wai moana"},
    "aav/vi": {"Latn": "nước người nhà sách đi"},
    "aav/vi-VN-x-central": {"Latn": "nước người nhà sách đi"},
    "aav/vi-VN-x-south": {"Latn": "nước người nhà sách đi"},
    "miz/mto": {"Latn": "nëëj tsuj kapk"},
    "trk/nog": {"Cyrl": "кол бас суьт тил"},
    "inc/ur": {"Arab": "پانی گھر کتاب لڑکا"},
    "inc/sd": {"Arab": "پاڻي گهر ڪتاب"},
    "trk/ug": {"Arab": "كىتاب ئۆي سۇ ئادەم"},
    "sem/am": {"Ethi": "ውሃ ቤት"},
    "sit/hak": {"Latn": "ngìn súi vuk"},
    "cel/ga": {"Latn": "uisce teach leabhar"},
    "zle/be": {"Cyrl": "вада дом кніга"},
}
"""Words of the voice's own language, where the common ones hold letters that it does not use."""

BY_CHARACTER = {"Hani", "Hira", "Kana", "Bopo", "Hang"}
LEFT_OUT = {"gmq/fo", "trk/kaa", "art/xex", "iro/chr", "tai/th", "tai/shn", "inc/kok", "art/piqd"}

Say = Callable[[str, Sequence[str]], list[str]]


@pytest.fixture(scope="module")
def session() -> Iterator[EspeakSession]:
    with EspeakEngine().open(Device(), Settings(jobs=1)) as opened:
        assert isinstance(opened, EspeakSession)
        yield opened


def ask(session: EspeakSession, message: dict[str, Any]) -> dict[str, Any]:
    session.pool.ask(Job(message=message))
    answers: list[Any] = []
    while not answers:
        answers += session.pool.answers()
    header: dict[str, Any] = answers[0].header
    return header


def letters(ipa: str) -> str:
    """Return the sounds of a transcription, without switches of language, stress, tones and length."""
    return re.sub("\\([a-z-]+\\)|[ˈˌː0-9ʰʲ.|\u0300-\u036f]", "", ipa).strip()


def says(session: EspeakSession, voice: str, script: str) -> bool:
    """Find out whether a voice says the words of a script, and does not name letters or alphabets."""
    words = OWN.get(voice, {}).get(script, WORDS[script]).split()
    if script in BY_CHARACTER:
        characters = sorted(set("".join(words)))
        said = [
            letters(ipa) for ipa in ask(session, {"do": "ipa", "voice": voice, "texts": characters})["ipa"]
        ]
        whole = [letters(ipa) for ipa in ask(session, {"do": "ipa", "voice": voice, "texts": words})["ipa"]]
        distinct = len(set(said)) > 0.6 * len(said)
        return all(whole) and distinct and all(len(one.replace(" ", "")) < 7 for one in said)
    said = [letters(ipa) for ipa in ask(session, {"do": "ipa", "voice": voice, "texts": words})["ipa"]]
    spelt = any(" " in one for one in said)
    return all(said) and not spelt and sum(map(len, said)) <= 2.2 * sum(map(len, words))


def test_the_table_is_what_the_library_says(session: EspeakSession) -> None:
    listed = dict(ask(session, {"do": "voices"})["voices"])
    assert len(listed) == 141
    table = {voice.identifier: voice for voice in language_voices().values()}
    assert set(table) <= set(listed) - LEFT_OUT
    # It answers to the same tags as the Cantonese voice that is taken.
    assert set(listed) - LEFT_OUT - set(table) == {"sit/yue-Latn-jyutping"}
    for identifier, voice in table.items():
        assert dict(voice.tags) == {tag.lower(): priority for priority, tag in listed[identifier]}


def test_the_scripts_are_those_that_voices_say(session: EspeakSession) -> None:
    for identifier, voice in {voice.identifier: voice for voice in language_voices().values()}.items():
        said = {script for script in WORDS if says(session, identifier, script)}
        assert said == voice.scripts, identifier


@pytest.mark.parametrize(
    ("language", "scripts", "not_these"),
    [
        ("en", {"Latn"}, {"Hani", "Cyrl", "Arab", "Hira"}),
        ("ja", {"Hira", "Kana"}, {"Hani", "Latn"}),
        ("zh", {"Hani", "Latn"}, {"Hira", "Kana", "Cyrl"}),
        ("ko", {"Hang", "Latn"}, {"Hani"}),
        ("ru", {"Cyrl", "Latn"}, {"Hani"}),
        ("ar", {"Arab"}, {"Hebr"}),
        ("sr", {"Cyrl", "Latn"}, {"Hani"}),
        ("hi", {"Deva"}, {"Arab"}),
    ],
)
def test_scripts_of_languages(language: str, scripts: set[str], not_these: set[str]) -> None:
    declared = declared_languages()[language]
    assert scripts <= declared
    assert not not_these & declared


@pytest.mark.parametrize(
    ("tag", "identifier"),
    [
        ("en", "gmw/en"),
        ("en-GB", "gmw/en"),
        ("en-us", "gmw/en-US"),
        ("en-GB-scotland", "gmw/en-GB-scotland"),
        ("en-AU", "gmw/en"),
        ("zh", "sit/cmn"),
        ("zh-Hans-CN", "sit/cmn"),
        ("zh-yue", "sit/yue"),
        ("fr-FR", "roa/fr"),
        ("fr-CA", "roa/fr"),
        ("pt-BR", "roa/pt-BR"),
        ("pt", "roa/pt"),
        ("no", "gmq/nb"),
    ],
)
def test_tags_find_their_voice(tag: str, identifier: str) -> None:
    voice = find_language_voice(tag)
    assert voice is not None
    assert voice.identifier == identifier


@pytest.mark.parametrize("tag", ["", "xx", "th", "chr", "klingon", "englisch"])
def test_languages_that_nobody_says(tag: str) -> None:
    assert find_language_voice(tag) is None
