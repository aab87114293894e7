"""Characters from the bytes of a text file: UTF-8, or what a byte order mark says; nothing is guessed.

A wrong guess is heard for hours. Where the bytes are something else, the error names what they most likely
are, and the command that converts them.
"""

from __future__ import annotations

import codecs
import unicodedata
from itertools import pairwise
from pathlib import Path

from fullcast.errors import ProjectError
from fullcast.files.manuscript import refuse

_LIMIT = 64 * 1024 * 1024
"""Bytes; the longest novels are below 16 MiB."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_LIKELY = ("gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "cp1252", "cp1251", "cp1250")
"""What books that are not UTF-8 are found in."""

_SAMPLE = 200_000


def read_text(file: Path) -> str:
    """Return the characters of a text file, with line breaks of one kind.

    Raises:
        ProjectError: If it is neither UTF-8 nor marked as UTF-16 or UTF-32, or no text at all.
    """
    size = file.stat().st_size
    if size > _LIMIT:
        message = f"the file has {size / 2**20:,.0f} MiB; books have less than {_LIMIT // 2**20}"
        raise refuse(file, "text-too-long", message, "give one book at a time")
    content = file.read_bytes()
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(file, content, error) from error
    if "\x00" in text:
        raise _binary(file, content)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _wrong_encoding(file: Path, content: bytes, error: UnicodeDecodeError) -> ProjectError:
    if b"\x00" in content[:_SAMPLE]:
        return _binary(file, content)
    line = content.count(b"\n", 0, error.start) + 1
    message = f"line {line} is not {error.encoding.upper()} (byte 0x{content[error.start]:02x})"
    likely = guess_encoding(content)
    if not likely:
        return refuse(file, "not-utf-8", message, "save the text as UTF-8 in an editor")
    hint = f"convert it: iconv -f {likely.upper()} -t UTF-8 {file.name} > utf8-{file.name}"
    return refuse(file, "not-utf-8", f"{message}; it looks like {likely.upper()}", hint)


def _binary(file: Path, content: bytes) -> ProjectError:
    sample = content[:_SAMPLE]
    zeros = sample[1::2].count(0), sample[0::2].count(0)
    if max(zeros) > len(sample) // 8 and min(zeros) < max(zeros) // 4:
        likely = "UTF-16LE" if zeros[0] > zeros[1] else "UTF-16BE"
        hint = f"convert it: iconv -f {likely} -t UTF-8 {file.name} > utf8-{file.name}"
        return refuse(file, "not-utf-8", f"the file looks like {likely} without a byte order mark", hint)
    message = "the file is no text: it holds zero bytes"
    return refuse(file, "not-text", message, "give an EPUB, a plain text (.txt) or Markdown (.md)")


def guess_encoding(content: bytes) -> str:
    """Return the most likely encoding of a text that is not UTF-8, or nothing.

    >>> guess_encoding("“Straße” naïve déjà".encode("cp1252"))
    'cp1252'
    >>> guess_encoding("灯塔的守护人走了。".encode("gb18030"))
    'gb18030'
    """
    sample = content[:_SAMPLE]
    scores = {name: _plausibility(sample, name) for name in _LIKELY}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else ""


def _plausibility(sample: bytes, encoding: str) -> float:
    """Score a decoding by its characters beyond ASCII: common ones count for it, oddities against."""
    try:
        text = sample.decode(encoding, "strict")
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 4:
            return 0.0
        text = sample[: error.start].decode(encoding)
    foreign = [character for character in text if ord(character) > 0x7F]
    if not foreign:
        return 0.0
    common = _COMMON[encoding]
    good = sum(character in common for character in foreign)
    odd = sum(unicodedata.category(character) in {"Cc", "Co", "Cn", "So", "Sm"} for character in foreign)
    inside = sum(
        before.isascii() and before.islower() and character.isupper()
        for before, character in pairwise(text)
        if ord(character) > 0x7F
    )
    return (good - 2 * odd - 2 * inside) / len(foreign)


_LATIN = "“”‘’–—…«»„ \xa0"

_KANA = "のにはをたがでてとしれさあいうるらりなかっもこくきまそよ、。「」？！…ンスルーイトラア一人私"

_COMMON = {
    "gb18030": "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后"
    "自以会，。“”！？：、…—《》",
    "big5": "的一是了我不人在他有這個上們來到時大地為子中你說生國年著就那和要她出也得裡後"
    "自以會，。「」！？：、…—《》",
    "shift_jis": _KANA,
    "euc-jp": _KANA,
    "euc-kr": "이다는을에가의고지하를은로어한도나기사리그자시게아라서만해들있",
    "cp1252": f"éèêëàâäáãçôöóõûüúùîïíìñßœæøåÉÀÄÖÜÇ£{_LATIN}",
    "cp1251": f"оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёОНВПСТКМ{_LATIN}",
    "cp1250": f"ąćęłńóśźżáčďéěíňřšťúůýžőűöüäĄŁŚŻČŘŠŽ{_LATIN}",
}
