"""Text files that people write: read whole, as UTF-8, with every position known."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from fullcast.errors import Place, Problem

LARGEST_SETTINGS = 8 * 2**20
"""Bytes of a YAML file; the cues of a long book take 1 MB."""

LARGEST_TEXT = 32 * 2**20
"""Bytes of a chapter; the longest novels have 10 MB in all."""

LONGEST_EXCERPT = 4000
"""Characters of a source line that a problem keeps; a paragraph may stand in one line."""

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text of a file, with its lines."""

    name: str
    """The file as problems call it."""
    text: str
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = (0, *(found.end() for found in _BREAK.finditer(self.text)))
        object.__setattr__(self, "_starts", starts)

    def place(self, line: int, column: int) -> Place:
        """Return the place of a line and a column that are both counted from 0."""
        line = min(line, len(self._starts) - 1)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        source = _BREAK.sub("", self.text[start:end])
        return Place(file=self.name, line=line + 1, column=column + 1, source=source[:LONGEST_EXCERPT])

    def place_at(self, offset: int) -> Place:
        """Return the place of an offset into the text."""
        line = bisect_right(self._starts, offset) - 1
        return self.place(line, offset - self._starts[line])


def read_source(file: Path, *, name: str, largest: int = LARGEST_TEXT) -> Source | Problem:
    """Read a text file, or say why it cannot be read.

    A byte order mark is dropped.

    Args:
        file: The file.
        name: The file as problems shall call it.
        largest: The most bytes that it may have.
    """
    try:
        size = file.stat().st_size
        if size > largest:
            message = f"the file has {size:,} bytes, more than the {largest:,} that are read"
            return Problem(code="file-too-large", message=message, place=Place(file=name))
        content = file.read_bytes()
    except FileNotFoundError:
        return Problem(code="missing-file", message="there is no such file", place=Place(file=name))
    except IsADirectoryError:
        return Problem(code="not-a-file", message="this is a folder, not a file", place=Place(file=name))
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        return Problem(code="unreadable-file", message=message, place=Place(file=name))
    return _decode(content, name)


def _decode(content: bytes, name: str) -> Source | Problem:
    try:
        return Source(name=name, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        encoding = guess_encoding(content)
        place = _place_of_byte(content, error.start, encoding, name)
        hint = f"save it as UTF-8; it looks like {encoding}: iconv -f {encoding} -t UTF-8 {name}"
        message = f"the byte 0x{content[error.start]:02X} is not UTF-8"
        return Problem(code="not-utf-8", message=message, place=place, hint=hint)


def _place_of_byte(content: bytes, offset: int, encoding: str, name: str) -> Place:
    """Return the place of a byte, with its line as the guessed encoding has it."""
    if encoding.startswith("UTF-16"):  # a byte has no place in a line of those
        return Place(file=name)
    start = max(content.rfind(b"\n", 0, offset), content.rfind(b"\r", 0, offset)) + 1
    rest = re.match(rb"[^\r\n]*", content[offset:])
    line = content[start : offset + (rest.end() if rest else 0)].decode(encoding, "replace")
    column = len(content[start:offset].decode(encoding, "replace")) + 1
    number = len(_BREAK.findall(content[:start].decode("utf-8", "replace"))) + 1
    return Place(file=name, line=number, column=column, source=line[:LONGEST_EXCERPT])


def guess_encoding(content: bytes) -> str:
    """Guess the encoding of text that is not UTF-8.

    >>> guess_encoding("灯塔的守护人".encode("gb18030"))
    'GB18030'
    >>> guess_encoding("déjà vu".encode("cp1252"))
    'CP1252'
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    if content.count(0) > len(content) // 8:
        little = content[1::2].count(0) >= content[::2].count(0)
        return "UTF-16LE" if little else "UTF-16BE"
    from fullcast.files import charsets  # a project whose files are UTF-8 needs no table of other encodings

    return charsets.guess_encoding(content).upper() or "CP1252"
