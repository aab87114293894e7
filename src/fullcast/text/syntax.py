"""The Markdown of a chapter: which rules of markdown-it are on, and the rules of our own.

Prose comes first. On are paragraphs, headings with ``#``, block quotes, thematic breaks, emphasis and the
backslash; off is everything that eats prose: indented and fenced code, lists, setext headings, tables, link
definitions, links, HTML, entities. No rule changes, drops or adds a character, so that the tokens of a
paragraph, laid end to end, are the paragraph, and every offset is exact.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.container import container_plugin

from fullcast.text.attributes import BRACES

BLOCK_RULES = ("blockquote", "hr", "heading", "paragraph")
"""Rules of markdown-it that find blocks."""

INLINE_RULES = ("text", "emphasis")
"""Rules of markdown-it that find marks inside a block."""

DEEPEST = 60
"""How deep block quotes and marks may lie in one another."""

DIRECTIVE_LINE = re.compile(r"::[^\W\d_]")

_ESCAPED = frozenset(r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~""")

_LABEL_MARK = re.compile(r"\\.|[\[\]]", re.DOTALL)


def make_parser() -> MarkdownIt:
    """Return the parser of chapter text."""
    parser = MarkdownIt("zero", {"maxNesting": DEEPEST})
    parser.enable([*BLOCK_RULES, *INLINE_RULES])
    parser.core.ruler.enableOnly(["block", "inline"])
    container_plugin(parser, "mark", marker=":", validate=lambda _parameters, _markup: True)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "blockquote"]}
    parser.block.ruler.before("paragraph", "directive", _find_directive, interrupts)
    parser.inline.ruler.push("backslash", _find_escape)
    parser.inline.ruler.push("mark", _find_mark)
    return parser


def _find_directive(state: StateBlock, line: int, _last: int, silent: bool) -> bool:  # noqa: FBT001 (markdown-it's signature)
    """Take a line that begins with two colons and a letter, well formed or not."""
    start, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    if not DIRECTIVE_LINE.match(state.src, start, end):
        return False
    if not silent:
        token = state.push("directive", "", 0)
        token.content = state.src[start:end].rstrip()
        token.map = [line, line + 1]
        state.line = line + 1
    return True


def _find_escape(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it's signature)
    r"""Take the backslash of ``\*``: the star behind it is a word's own."""
    at = state.pos
    if state.src[at] != "\\" or at + 1 >= state.posMax or state.src[at + 1] not in _ESCAPED:
        return False
    if not silent:
        token = state.push("escape", "", 0)
        token.markup, token.content = "\\", state.src[at + 1]
    state.pos += 2
    return True


def _find_mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (markdown-it's signature)
    """Take ``[words]{attributes}``; the words may hold marks and emphasis."""
    at, last = state.pos, state.posMax
    if state.src[at] != "[":
        return False
    close = find_closing(state.src, at, last)
    if close < 0 or state.src[close + 1 : close + 2] != "{":
        return False
    braces = BRACES.match(state.src, close + 1, last)
    if braces is None:
        return False
    if not silent:
        token = state.push("mark_open", "", 1)
        token.markup = "["
        token.content = braces[0]
        state.pos, state.posMax = at + 1, close
        state.md.inline.tokenize(state)
        state.push("mark_close", "", -1).markup = state.src[close : braces.end()]
    state.pos, state.posMax = braces.end(), last
    return True


def find_closing(text: str, start: int, last: int) -> int:
    """Return where the bracket that opens at ``start`` closes, or -1."""
    depth = 0
    for match in _LABEL_MARK.finditer(text, start, last):
        if match[0] == "[":
            depth += 1
        elif match[0] == "]":
            depth -= 1
            if depth == 0:
                return match.start()
    return -1
