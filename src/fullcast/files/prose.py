"""Writing a book's own words as chapter text, so that exactly those words are spoken.

Chapter text is Markdown with marks and directives. A book's prose knows nothing of them: an asterisk, a
bracket or a ``Name:`` of the book is escaped with a backslash, as CommonMark 0.31, section 2.4 allows before
any ASCII punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from fullcast.text.normalise import normalise_source

_SPACES = re.compile(r"\s+")

_QUOTE_GAP = re.compile("(?<=[“”‘’«»„‚]) *[\u2009\u200a\u202f] *(?=[“”‘’„‚])")
"""The thin space that typesetters put between nested quotation marks."""

_CP1252 = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
"""C1 controls that were meant as Windows-1252: how every browser reads them (WHATWG HTML, 13.2.5.80)."""

_INLINE = re.compile(r"\\|[*\[\]]|(?<!\w)_|_(?!\w)")

_START = re.compile(r"#|>|(?:-\s*){3,}$|:{2,}")

_NAME = re.compile(r"([^\s:.,;!?“”\"«»„]+(?: [^\s:.,;!?“”\"«»„]+){0,3}):(?=\s|$)")

_ORNAMENT = re.compile(
    r"[*⁂⁎✱✲✳✴✶✻✽✢✦✧❖❦❧☙❀~•·∙◆◇■□●○※★☆\s]+|#|(?:[-–—_=#+.o]\s*){3,}",
)

_SILENT_SPEECH = re.compile(r"[.\s]+")
"""Dots alone are somebody's silence, not an ornament."""


class BlockKind(StrEnum):
    """What a block of a book's text is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    BREAK = "break"
    """The scene changes."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of one line in one style."""

    text: str
    emphasis: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, a heading or a scene break of a book."""

    kind: BlockKind
    lines: tuple[tuple[Phrase, ...], ...] = ()
    """More than one where the book breaks the lines itself: verse, addresses, signatures."""
    level: int = 0
    """Of a heading, 1 to 6."""
    quoted: bool = False
    """Whether it stands in a block quotation: a letter, a poem."""
    anchors: tuple[str, ...] = ()
    """Names by which a table of contents points at it."""

    @property
    def text(self) -> str:
        """The words alone, lines joined by a space."""
        return " ".join("".join(phrase.text for phrase in line) for line in self.lines).strip()


SCENE_BREAK = Block(kind=BlockKind.BREAK)


def tidy_characters(text: str) -> str:
    r"""Return the text without invisible layout characters; spaces of any width stay spaces.

    >>> tidy_characters("ex\u00adtra\u00a0wide")
    'extra\xa0wide'
    """
    # The bars keep white space at the ends from counting as a blank line.
    return _QUOTE_GAP.sub("", normalise_source(f"|{text.translate(_CP1252)}|")[1:-1])


def tidy_line(phrases: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """Return a line with single spaces, none at its ends, and neighbours of one style joined.

    >>> tidy_line([Phrase("  O"), Phrase("nce  "), Phrase(" upon ", True)])
    (Phrase(text='Once ', emphasis=False), Phrase(text='upon', emphasis=True))
    """
    tidy: list[Phrase] = []
    at_space = True
    for phrase in phrases:
        text = _SPACES.sub(" ", tidy_characters(phrase.text))
        text = text.removeprefix(" ") if at_space else text
        if text:
            tidy.append(Phrase(text, phrase.emphasis))
            at_space = text.endswith(" ")
    joined = [
        Phrase("".join(phrase.text for phrase in group), emphasis)
        for emphasis, group in groupby(tidy, key=lambda phrase: phrase.emphasis)
    ]
    if joined:
        joined[-1] = Phrase(joined[-1].text.rstrip(), joined[-1].emphasis)
    return tuple(phrase for phrase in joined if phrase.text)


def is_ornament(text: str) -> bool:
    """Tell whether a paragraph is only the sign of a change of scene.

    >>> is_ornament("* * *"), is_ornament("#"), is_ornament("…"), is_ornament("- Yes."), is_ornament("...")
    (True, True, False, False, False)
    """
    return bool(text.strip() and _ORNAMENT.fullmatch(text.strip()) and not _SILENT_SPEECH.fullmatch(text))


def escape_inline(text: str) -> str:
    r"""Return the text with a backslash before what chapter text would read as a mark.

    >>> escape_inline("[sic] a * b")
    '\\[sic\\] a \\* b'
    """
    return _INLINE.sub(r"\\\g<0>", text)


def escape_start(line: str) -> str:
    r"""Return an escaped line that cannot begin a block of another kind.

    >>> escape_start("# 7"), escape_start("::: so"), escape_start("1984. A year.")
    ('\\# 7', '\\::: so', '1984. A year.')
    """
    return f"\\{line}" if _START.match(line) else line


def escape_name(line: str) -> str:
    r"""Return an escaped first line that cannot be read as ``Name: words``.

    >>> escape_name("Old Tom: no"), escape_name("He said: no")
    ('Old Tom\\: no', 'He said: no')
    """
    named = _NAME.match(line)
    if named and all(not word[0].islower() for word in named.group(1).split()):
        return f"{named.group(1)}\\:{line[named.end() :]}"
    return line


def write_chapter(blocks: Sequence[Block]) -> str:
    """Return blocks as chapter text, one blank line between them.

    Scene breaks stand only between paragraphs: those at the edges, after a heading and after one another
    are dropped.
    """
    written: list[str] = []
    before: Block | None = None
    for block in _drop_idle_breaks(blocks):
        if before:
            written.append("\n>\n" if before.quoted and block.quoted else "\n\n")
        written.append(_write_block(block))
        before = block
    text = "".join(written)
    return f"{text}\n" if text else ""


def count_words(text: str) -> int:
    """Count words; each character of a script without spaces counts as one.

    >>> count_words("It’s half-past nine: 灯塔。")
    5
    """
    return len(_WORD.findall(text))


_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:[’'-][^\W_]+)*")


def _drop_idle_breaks(blocks: Sequence[Block]) -> Iterator[Block]:
    before: Block | None = None
    waiting: Block | None = None
    for block in blocks:
        if block.kind is BlockKind.BREAK:
            waiting = block
            continue
        if waiting and before and before.kind is BlockKind.PARAGRAPH and block.kind is BlockKind.PARAGRAPH:
            yield waiting
        waiting = None
        before = block
        yield block


def _write_block(block: Block) -> str:
    if block.kind is BlockKind.BREAK:
        return "***"
    if block.kind is BlockKind.HEADING:
        text = escape_inline(block.text)
        closing = re.sub(r"(#+)$", r"\\\1", text)
        return f"{'#' * max(2, min(6, block.level))} {closing}"
    lines = [escape_start(_write_line(line)) for line in block.lines]
    lines[0] = escape_name(lines[0])
    return "\n".join(f"> {line}" if block.quoted else line for line in lines)


def _write_line(phrases: Sequence[Phrase]) -> str:
    """Return a line with its emphasis, where asterisks can express it."""
    written = ""
    for place, phrase in enumerate(phrases):
        text = escape_inline(phrase.text)
        if not phrase.emphasis:
            written += text
            continue
        core = text.strip()
        lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        following = tail or (phrases[place + 1].text if place + 1 < len(phrases) else " ")
        before = (written + lead)[-1:] or " "
        can_mark = core and _opens(before, core[0]) and _opens(following[0], core[-1])
        written += f"{lead}*{core}*{tail}" if can_mark else text
    return written


def _opens(outside: str, inside: str) -> bool:
    """Tell whether an asterisk between these two is read as an edge of emphasis (CommonMark 0.31, 6.2)."""
    return not _is_sign(inside) or outside.isspace() or unicodedata.category(outside).startswith("P")


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"
