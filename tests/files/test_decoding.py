"""Characters from bytes: what is said, what is marked, what the letters tell."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.errors import ProjectError
from fullcast.files.book_import import read_manuscript
from fullcast.files.charsets import guess_encoding
from fullcast.files.decoding import decode_bytes, read_text

BOOK = Path("book.txt")

FRENCH = (
    "« Où étiez-vous, cet après-midi ? » demanda Hélène à son frère aîné. Il répondit qu’il avait marché "
    "jusqu’à la forêt, près du vieux moulin, où l’été s’achève déjà."
)
GERMAN = (
    "„Wohin gehst du?“, fragte Jürgen die Müllerin. „Über die Brücke, zum Schloß“, sagte sie – und lächelte "
    "müde. Draußen war es schon kühl."
)
ENGLISH = (
    "“You’re late,” said the keeper — and he didn’t look up. The lamp had been lit for an hour, and nobody’d "
    "come to the café."
)
POLISH = (
    "„Gdzie jesteś?” – zapytała cicho Małgorzata. Żółte światło padało na śnieg, a wiatr gwizdał w kominie."
)
CZECH = "„Kde jsi byl?“ zeptala se babička. Chlapec mlčel a díval se z okna, kde příšerně pršelo."
RUSSIAN = (
    "— Где ты был вчера вечером? — спросила Анна Петровна. Старик не ответил, только снял шапку и положил её "
    "на стол."
)
UKRAINIAN = (
    "— Де ти був учора ввечері? — запитала бабуся. Хлопець мовчав і дивився у вікно, за яким ішов дощ."
)
GREEK = "«Πού ήσουν;» ρώτησε η γιαγιά. Το παιδί δεν απάντησε και κοίταζε τη βροχή που έπεφτε στη θάλασσα."
TURKISH = "“Neredeydin?” diye sordu yaşlı kadın. Çocuk cevap vermedi; pencereden dışarıya bakıyordu."
HEBREW = "הרכבת איחרה בשעה. איש לא דיבר באולם ההמתנה, והאש בתנור דעכה לאט."
CHINESE = (
    "夜里下着大雨，没有人睡觉。守灯塔的老人坐在窗前，望着外面的海，一句话也不说。“你听见了吗？”玛拉问道。"
)
TAIWANESE = (
    "夜裡下著大雨，沒有人睡覺。守燈塔的老人坐在窗前，望著外面的海，一句話也不說。「你聽見了嗎？」瑪拉問道。"
)
JAPANESE = "夜になると、雨がはげしく降りはじめた。灯台守の老人は窓のそばに座って、黙って海を見ていた。"
KOREAN = "밤이 되자 비가 세차게 내리기 시작했다. 등대지기 노인은 창가에 앉아 말없이 바다를 바라보고 있었다."

WRITTEN = [
    *((text, encoding) for text in (FRENCH, GERMAN, ENGLISH) for encoding in ("cp1252", "mac_roman")),
    *((text, encoding) for text in (POLISH, CZECH) for encoding in ("cp1250", "iso8859-2")),
    *((RUSSIAN, encoding) for encoding in ("cp1251", "koi8-r", "cp866", "mac_cyrillic", "iso8859-5")),
    *((UKRAINIAN, encoding) for encoding in ("cp1251", "koi8-u")),
    *((GREEK, encoding) for encoding in ("cp1253", "iso8859-7")),
    (TURKISH, "cp1254"),
    (HEBREW, "cp1255"),
    (CHINESE, "gb18030"),
    (TAIWANESE, "big5"),
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc-jp"),
    (KOREAN, "euc-kr"),
    *(
        (text, encoding)
        for text in (ENGLISH, FRENCH, RUSSIAN, CHINESE, TAIWANESE, JAPANESE, KOREAN)
        for encoding in ("utf-16-le", "utf-16-be")
    ),
]


@pytest.mark.parametrize(("text", "encoding"), WRITTEN)
def test_old_encodings_are_recognised_and_told(text: str, encoding: str) -> None:
    content = text.encode(encoding, "ignore")
    decoded = decode_bytes(BOOK, f"Rain.\n{text}\n".encode(encoding, "ignore"))
    assert decoded.text == f"Rain.\n{content.decode(encoding)}\n"
    assert decoded.note.startswith("the text is not UTF-8; it was read as ")
    assert decoded.note.endswith(": if that is wrong, give --encoding NAME")


@pytest.mark.parametrize(
    ("text", "encoding"), [(ENGLISH, "cp1252"), (FRENCH, "mac_roman"), (GERMAN, "cp1252")]
)
def test_a_few_letters_in_a_long_text_are_enough(text: str, encoding: str) -> None:
    plain = "The keeper went down to the sea, and nobody was there at all.\n" * 3000
    assert guess_encoding((plain + text + plain).encode(encoding)) == encoding


def test_a_guess_shows_the_words_that_hang_on_it() -> None:
    assert decode_bytes(BOOK, "A naïve café, a naïve man.".encode("cp1252")).note == (
        "the text is not UTF-8; it was read as CP1252, with words such as “naïve”, “café”: "
        "if that is wrong, give --encoding NAME"
    )


@given(st.text().filter(lambda text: "\x00" not in text and not text.startswith("\ufeff")))
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    decoded = decode_bytes(BOOK, text.encode())
    assert (decoded.text, decoded.note) == (text.replace("\r\n", "\n").replace("\r", "\n"), "")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_text_or_an_error(content: bytes) -> None:
    try:
        decoded = decode_bytes(BOOK, content)
    except ProjectError:
        return
    assert "\x00" not in decoded.text
    assert "\r" not in decoded.text


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be")]
)
def test_a_mark_tells_the_encoding(mark: bytes, encoding: str) -> None:
    decoded = decode_bytes(BOOK, mark + RUSSIAN.encode(encoding))
    assert (decoded.text, decoded.note) == (RUSSIAN, "")


def test_what_a_person_says_overrides_the_guess(tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_bytes("Ça sent le pain.".encode("cp1252"))
    assert read_text(file, "cp1252") == "Ça sent le pain."
    assert read_text(file, "cp1251") == "Зa sent le pain."
    book = read_manuscript(file)
    (note,) = book.notes
    assert note.startswith("the text is not UTF-8; it was read as CP1252, with words such as “Ça”: if that")
    assert read_manuscript(file, "cp1252").notes == ()


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (b"Rain.", "klingon", "there is no encoding 'klingon'"),
        (b"Rain.", "rot13", "there is no encoding 'rot13'"),
        ("Rain.\nCafé.".encode("cp1252"), "utf-8", "line 2 is not UTF-8 (byte 0xe9)"),
        (b"Rain. \x81\x8d\x81\xff\x00\x01\x02", "", "the file is no text: it holds zero bytes"),
        (bytes(range(128, 256)), "", "line 1 is not UTF-8 (byte 0x80), nor what old texts are in"),
    ],
)
def test_what_cannot_be_decoded_is_told(content: bytes, encoding: str, message: str) -> None:
    with pytest.raises(ProjectError) as caught:
        decode_bytes(BOOK, content, encoding)
    assert str(caught.value) == f"book.txt: {message}"
    assert caught.value.hint
