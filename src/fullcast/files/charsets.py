"""Which encoding the bytes of an old text are in, worked out from the letters they would be.

Every encoding reads most bytes as some letter; only the right one reads them as letters that one language
has, at the places where it has them: a capital in the middle of a word, or letters that no language has
together, speak against it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

_SAMPLE = 60_000
"""Bytes that are looked at, of the lines that hold something beyond ASCII."""

_SIGNS = "“”‘’„«»–—…·°§©£½¼¾\xa0"
"""Typography, the same in every language: it agrees with any, and proves little."""

_LETTERS: Mapping[str, str] = {
    "Western European": "éèêàçáíóúñãõâôëïîûùüœæ",
    "German": "äöüßé",
    "Scandinavian": "åäöæøé",
    "Spanish": "áéíóúñü¿¡",
    "Italian": "àèéìòù",
    "Icelandic": "áéíóúýþðæö",
    "Polish": "ąćęłńóśźż",
    "Czech and Slovak": "áéíóúýčďěňřšťžůľĺŕôä",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "Croatian": "čćđšž",
    "Turkish": "çğıiöşüâîİ",
    "Baltic": "āčēģīķļņšūžąęėįųõäöü",
    "Greek": "αοιετνσηρπκμλύίάόέυςήδχωθφγβξζώψϊϋ",
    "Russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
    "Ukrainian and Bulgarian": "оеаинтсрвлкмдпуяьгзбчйхжшюцщфъіїєґў",
    "Hebrew": "יוהלארמתשבנעםכדפקחגצטזסךןףץ",
    "Arabic": "اليمونرتبعدهسفكقحجشصخطضذثزظغءأإآىئؤة،؟",
    "Chinese": "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会下没看"
    "这個們來時為說國裡後會著沒，。！？：、《》「」",
    "Japanese": "のにはをたがでてとしれさあいうるらりなかっもこくきまそよせけつみやおちんめえわ、。「」ー"
    "ンスルイトラアクリタマ",
    "Korean": "이다는을에가의고지하를은로어한도나기사리그자시게아라서만해들있니었았보",
}
"""Letters beyond ASCII that a language is written with; of the scripts with thousands, the commonest.

Other alphabets than the Latin one begin with their commonest letters.

Source:
    The alphabets: Unicode CLDR 46, main exemplar characters. The common characters of Chinese, Japanese and
    Korean: chosen by hand, from function words and endings.
"""

_ENCODINGS: Mapping[str, tuple[str, ...]] = {
    "cp1252": ("Western European", "German", "Scandinavian", "Spanish", "Italian", "Icelandic"),
    "mac_roman": ("Western European", "German", "Scandinavian", "Spanish", "Italian"),
    "cp850": ("Western European", "German", "Scandinavian", "Spanish", "Italian"),
    "cp1250": ("Polish", "Czech and Slovak", "Hungarian", "Romanian", "Croatian"),
    "iso8859-2": ("Polish", "Czech and Slovak", "Hungarian", "Romanian", "Croatian"),
    "cp1251": ("Russian", "Ukrainian and Bulgarian"),
    "koi8-r": ("Russian",),
    "koi8-u": ("Ukrainian and Bulgarian",),
    "cp866": ("Russian",),
    "mac_cyrillic": ("Russian", "Ukrainian and Bulgarian"),
    "iso8859-5": ("Russian", "Ukrainian and Bulgarian"),
    "cp1253": ("Greek",),
    "iso8859-7": ("Greek",),
    "cp1254": ("Turkish",),
    "cp1255": ("Hebrew",),
    "cp1256": ("Arabic",),
    "cp1257": ("Baltic",),
    "gb18030": ("Chinese",),
    "big5hkscs": ("Chinese",),
    "cp932": ("Japanese",),
    "euc_jp": ("Japanese",),
    "cp949": ("Korean",),
}
"""What books that are not UTF-8 are found in, the likelier first; of equal scores the first is taken."""

_NAMES = {"big5hkscs": "big5", "cp932": "shift_jis", "cp949": "euc-kr", "euc_jp": "euc-jp"}
"""Names that people know for encodings of which Python's larger relative is used."""

_WIDE = frozenset({"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"})

_COMMON_SHARE = 0.15
"""The commonest characters of a script with thousands are at least so much of any text in it."""

_COMMONEST = 10
"""Letters of an alphabet that are more than half of a text in it."""

_LEAST = 0.35
"""Below this score the bytes are no text in any of these encodings."""

_RUN = re.compile(r"[^\x00-\x7f]")


def guess_encoding(content: bytes) -> str:
    """Return the most likely encoding of a text that is not UTF-8, or nothing.

    Args:
        content: The bytes, without a byte order mark.

    >>> guess_encoding("“Straße” naïve déjà".encode("cp1252"))
    'cp1252'
    >>> guess_encoding("灯塔的守护人走了。".encode("gb18030"))
    'gb18030'
    >>> guess_encoding("Где ты был вчера?".encode("koi8-r"))
    'koi8-r'
    """
    wide = guess_utf16(content[:_SAMPLE])
    if wide:
        return wide
    if b"\x00" in content[:_SAMPLE]:
        return ""
    sample = _foreign_lines(content)
    scores = {name: _plausibility(sample, name) for name in _ENCODINGS}
    best = max(scores, key=lambda name: scores[name])
    return _NAMES.get(best, best) if scores[best] >= _LEAST else ""


def _foreign_lines(content: bytes) -> bytes:
    """Return lines with bytes beyond ASCII; in no encoding is a line break part of another character."""
    lines: list[bytes] = []
    size = 0
    for line in content.splitlines():
        if line.isascii():
            continue
        lines.append(line[: _SAMPLE - size])
        size += len(lines[-1])
        if size >= _SAMPLE:
            break
    return b"\n".join(lines)


def guess_utf16(content: bytes) -> str:
    """Return which UTF-16 a text without a byte order mark is in, or nothing.

    Latin letters have a zero in every other byte; in other scripts line breaks and spaces do, and the
    characters of the right byte order come from few blocks.

    >>> guess_utf16("Rain.".encode("utf-16-le")), guess_utf16(b"Rain.")
    ('utf-16-le', '')
    """
    if len(content) < 4:
        return ""
    sample = content[: len(content) // 2 * 2]
    scores = {}
    for name in ("utf-16-le", "utf-16-be"):
        text = codecs.getincrementaldecoder(name)("replace").decode(sample)
        known = sum(_is_ordinary(character) for character in text)
        marks = sum(character in " \n。，、,.「」“”" for character in text)
        scores[name] = known / len(text) if marks * 100 >= len(text) and "\ufffd" not in text else 0.0
    best = max(scores, key=lambda name: scores[name])
    zeros = sample.count(0)
    # Bytes of ASCII text, taken in pairs, are CJK characters too, but without spaces and line breaks.
    return best if scores[best] > 0.9 and (zeros or _is_wide_script(sample.decode(best))) else ""


def _is_ordinary(character: str) -> bool:
    point = ord(character)
    return (
        0x20 <= point < 0x7F
        or character in "\n\r\t\x0c"
        or (point > 0xA0 and unicodedata.category(character)[0] in "LPZ" and point < 0xD800)
        or 0xFF00 <= point < 0xFFEF
    )


def _is_wide_script(text: str) -> bool:
    return any(
        sum(character in _LETTERS[language] for character in text) > len(text) * _COMMON_SHARE
        for language in ("Chinese", "Japanese", "Korean")
    )


def _plausibility(sample: bytes, encoding: str) -> float:
    """Return how well the characters beyond ASCII fit the best of the encoding's languages; at most 1."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return 0.0
    foreign = Counter(_RUN.findall(text))
    total = sum(foreign.values())
    if not total:
        return 0.0
    odd = sum(count for each, count in foreign.items() if unicodedata.category(each) in _ODD)
    signs = sum(count for each, count in foreign.items() if each in _SIGNS)
    misplaced = _count_misplaced(text, wide=encoding in _WIDE)
    fits = (_fit(foreign, _LETTERS[language], wide=encoding in _WIDE) for language in _ENCODINGS[encoding])
    return (max(fits) + _AGREES * signs - 2 * odd - 2 * misplaced) / total


_AGREES = 0.85
"""What a sign proves against a letter: a book may be all ASCII but for them, or have one letter more."""

_ODD = frozenset({"Cc", "Co", "Cn", "So", "Sm", "Sk", "Lm"})


def _fit(foreign: Counter[str], letters: str, *, wide: bool) -> float:
    """Return how many characters a language has: of thousands, those in proportion to its commonest."""
    if not wide:
        known = sum(
            count for each, count in foreign.items() if each.lower() in letters and each not in _SIGNS
        )
        strange = sum(
            count for each, count in foreign.items() if each.isalpha() and each.lower() not in letters
        )
        # Where one alphabet lies on another, letters are letters in both, but common ones in one alone.
        common = sum(foreign[each] for each in letters[:_COMMONEST] if each >= "\u0370")
        return known - strange - 0.1 * (known - common)
    characters = [(each, count) for each, count in foreign.items() if each.isalpha()]
    whole = sum(count for _, count in characters)
    common = sum(count for each, count in characters if each in letters)
    share = min(1.0, common / whole / _COMMON_SHARE) if whole else 0.0
    marks = sum(count for each, count in foreign.items() if each in "，。、！？：「」『』《》（）；")
    return whole * share * 0.99 + marks


def _count_misplaced(text: str, *, wide: bool) -> int:
    """Return how many letters stand where none does: a capital behind a small one, two scripts in a word."""
    return sum(
        (before.islower() and character.isupper())
        or (
            not wide
            and (_is_foreign(before) != _is_foreign(character))
            and before.isalpha()
            and character.isalpha()
        )
        for before, character in pairwise(text)
        if not (before.isascii() and character.isascii())
    )


def _is_foreign(character: str) -> bool:
    """Tell whether a letter is of another script than the Latin one (Unicode 16, Blocks.txt)."""
    return ord(character) >= 0x370
