"""Characters from the bytes of a text file: UTF-8, what a byte order mark says, or what the letters tell.

A wrong guess is heard for hours. So a guess is always told, with the first words that hang on it, and
whoever imports a book can name the encoding instead.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import ProjectError
from fullcast.files.charsets import guess_encoding
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

_TELLING = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]{0,12}")

_SHOWN = 5
"""Words that show a person whether a guess was right."""

_NAME_ONE = "name the encoding: --encoding NAME, for instance windows-1252, gb18030, big5, shift_jis, koi8-r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The characters of a file."""

    text: str
    """With line breaks of one kind."""
    note: str = ""
    """What to tell whoever reads the file: that its encoding was guessed."""


def read_text(file: Path, encoding: str = "") -> str:
    """Return the characters of a text file, with line breaks of one kind.

    Args:
        file: The file.
        encoding: Its encoding, if somebody says it.

    Raises:
        ProjectError: If it is no text, or in no encoding that can be told.
    """
    return decode_file(file, encoding).text


def decode_file(file: Path, encoding: str = "") -> Decoded:
    """Return the characters of a text file, and what was guessed on the way.

    Args:
        file: The file.
        encoding: Its encoding, if somebody says it.

    Raises:
        ProjectError: If it is no text, or in no encoding that can be told.
    """
    return decode_bytes(file, read_bytes(file), encoding)


def read_bytes(file: Path) -> bytes:
    """Return the content of a file that is one book.

    Raises:
        ProjectError: If it is too large for that.
    """
    size = file.stat().st_size
    if size > _LIMIT:
        message = f"the file has {size / 2**20:,.0f} MiB; books have less than {_LIMIT // 2**20}"
        raise refuse(file, "text-too-long", message, "give one book at a time")
    return file.read_bytes()


def decode_bytes(file: Path, content: bytes, encoding: str = "") -> Decoded:
    """Return the characters that bytes mean.

    Args:
        file: Where they are from.
        content: The bytes.
        encoding: Their encoding, if somebody or the file itself says it.

    Raises:
        ProjectError: If they are no text, or in no encoding that can be told.
    """
    if encoding:
        return Decoded(text=_tidy(file, _decode_as(file, content, encoding)))
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if marked:
        return Decoded(text=_tidy(file, _decode_as(file, content, marked)))
    try:
        text, note = content.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        text, note = _decode_guessed(file, content, error)
    if "\x00" in text:
        text, note = _decode_guessed(file, content, None)
    return Decoded(text=_tidy(file, text), note=note)


def _decode_as(file: Path, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        message = f"there is no encoding {encoding!r}"
        raise refuse(file, "no-such-encoding", message, _NAME_ONE) from error
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = content.count(b"\n", 0, at) + 1
        message = f"line {line} is not {encoding.upper()} (byte 0x{content[at]:02x})"
        guessed = guess_encoding(content)
        hint = f"it looks like {guessed.upper()}: try --encoding {guessed}" if guessed else _NAME_ONE
        raise refuse(file, "wrong-encoding", message, hint) from error


def _decode_guessed(file: Path, content: bytes, error: UnicodeDecodeError | None) -> tuple[str, str]:
    guessed = guess_encoding(content)
    if not guessed:
        raise _not_text(file, content, error) from error
    text = content.decode(guessed, "replace")
    broken = text.count("\ufffd")
    words = list(dict.fromkeys(_TELLING.findall(text[:200_000])))[:_SHOWN]
    note = f"the text is not UTF-8; it was read as {guessed.upper()}"
    note += f", with words such as {', '.join(f'“{word}”' for word in words)}" if words else ""
    note += f"; {broken} bytes are none of its characters" if broken else ""
    return text, f"{note}: if that is wrong, give --encoding NAME"


def _not_text(file: Path, content: bytes, error: UnicodeDecodeError | None) -> ProjectError:
    if error is None or b"\x00" in content:
        message = "the file is no text: it holds zero bytes"
        return refuse(file, "not-text", message, "give an EPUB, a text, Markdown, HTML, DOCX or PDF file")
    line = content.count(b"\n", 0, error.start) + 1
    message = f"line {line} is not UTF-8 (byte 0x{content[error.start]:02x}), nor what old texts are in"
    return refuse(file, "unknown-encoding", message, _NAME_ONE)


def _tidy(file: Path, text: str) -> str:
    if "\x00" in text:
        message = "the file is no text: it holds zero bytes"
        raise refuse(file, "not-text", message, "give an EPUB, a text, Markdown, HTML, DOCX or PDF file")
    return text.replace("\r\n", "\n").replace("\r", "\n")
