"""Why a turn was given to its speaker, in a few words for a reader."""

from __future__ import annotations

import re

from fullcast.text.novel.book import Book
from fullcast.text.novel.tags import Subject
from fullcast.text.novel.turns import Turn

_END = re.compile(r"[\"“]|(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)\.(?:\s|$)")

_SHOWN = 32
"""Characters of a tag that are quoted."""


def explain(book: Book, number: int, figure: int) -> str:
    """Return why a turn was given to a figure."""
    turn = book.turns[number]
    if number in book.fixed:
        return "decided by a person"
    if figure < 0:
        return "nobody is named near by"
    if turn.continues and number:
        return "goes on from the paragraph before"
    return _beside(book, turn, figure) or _from_talk(book, number, figure)


def _beside(book: Book, turn: Turn, figure: int) -> str | None:
    """Return what stands beside a turn and means the figure."""
    for tag in turn.tags:
        if tag.figure == figure or tag.figure is None:
            return f"“{_snippet(book, turn, tag)}” beside it"
    for beat in turn.beats:
        if beat.figure == figure:
            return f"acts beside it: “{_snippet(book, turn, beat)}”"
    return None


def _from_talk(book: Book, number: int, figure: int) -> str:
    """Return what the turns and paragraphs around say."""
    turn = book.turns[number]
    if number and turn.gap < 9 and figure in book.turns[number - 1].vocatives:
        return "was addressed just before"
    if number and turn.gap == 0:
        return "takes turns in the conversation"
    about = turn.opener is not None and turn.opener.figure == figure
    return "the paragraph before is about them" if about else "named near by"


def _snippet(book: Book, turn: Turn, subject: Subject) -> str:
    """Return the words of a tag: from its subject or the verb in front of it, to the end of the clause."""
    text = book.survey.paragraphs[turn.paragraph].text
    start = subject.start
    if subject.kind.endswith("inverted"):
        start = text.rfind(" ", 0, max(0, start - 1)) + 1
    words = _END.split(text[start : start + _SHOWN], maxsplit=1)[0]
    return " ".join(words.rstrip(" ,;:—-\u2060").replace("\u2060", "").split())
