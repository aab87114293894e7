"""Spoken credits: what is read before and after a book, in its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fullcast.fingerprint import line_id
from fullcast.model import (
    NARRATOR,
    Chapter,
    Credit,
    Credits,
    Evidence,
    Line,
    LineKind,
    Run,
    Script,
    Span,
    SpanKind,
)
from fullcast.text.normalise import primary_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """How a language says who made a book; each with ``{}`` for the name."""

    title: str
    author: str
    narrator: str
    publisher: str
    end: str
    heard: str
    files: tuple[str, str]
    """Titles of the two files."""


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        title="{}.",
        author="Written by {}.",
        narrator="Narrated by {}.",
        publisher="Published by {}.",
        end="The end.",
        heard="This has been {}.",
        files=("Opening Credits", "Closing Credits"),
    ),
    "de": _Words(
        title="{}.",
        author="Von {}.",
        narrator="Gelesen von {}.",
        publisher="Erschienen bei {}.",
        end="Ende.",
        heard="Sie hörten: {}.",
        files=("Ansage", "Absage"),
    ),
    "fr": _Words(
        title="{}.",
        author="Écrit par {}.",
        narrator="Lu par {}.",
        publisher="Publié par {}.",
        end="Fin.",
        heard="Vous avez écouté {}.",
        files=("Générique de début", "Générique de fin"),
    ),
    "es": _Words(
        title="{}.",
        author="Escrito por {}.",
        narrator="Narrado por {}.",
        publisher="Publicado por {}.",
        end="Fin.",
        heard="Han escuchado {}.",
        files=("Créditos iniciales", "Créditos finales"),
    ),
    "it": _Words(
        title="{}.",
        author="Scritto da {}.",
        narrator="Letto da {}.",
        publisher="Pubblicato da {}.",
        end="Fine.",
        heard="Avete ascoltato {}.",
        files=("Titoli di testa", "Titoli di coda"),
    ),
    "nl": _Words(
        title="{}.",
        author="Geschreven door {}.",
        narrator="Voorgelezen door {}.",
        publisher="Uitgegeven door {}.",
        end="Einde.",
        heard="U luisterde naar {}.",
        files=("Begintitels", "Eindtitels"),
    ),
    "zh": _Words(
        title="《{}》。",
        author="作者：{}。",
        narrator="演播：{}。",
        publisher="出品：{}。",
        end="全书完。",
        heard="您刚才收听的是《{}》。",
        files=("片头", "片尾"),
    ),
}
"""Languages whose credits need no words of the project's own."""

LANGUAGES = tuple(_WORDS)


def words_of(book: Credits, credit: Credit) -> str | None:
    """Return what is read, one paragraph a line; None where neither book nor language has words.

    >>> words_of(Credits(title="The Lantern", author="Ada Example"), Credit.OPENING).split(chr(10))
    ['The Lantern.', 'Written by Ada Example.']
    """
    own = book.opening if credit is Credit.OPENING else book.closing
    words = _WORDS.get(primary_tag(book.language))
    if own.strip():
        return "\n".join(line.strip() for line in own.splitlines() if line.strip())
    if words is None:
        return None
    made_by = [words.author.format(book.author)] if book.author else []
    made_by += [words.narrator.format(book.narrator)] if book.narrator else []
    if credit is Credit.OPENING:
        subtitle = [f"{book.subtitle.rstrip('.')}."] if book.subtitle else []
        return "\n".join([words.title.format(_unstopped(book.title)), *subtitle, *made_by])
    publisher = [words.publisher.format(book.publisher)] if book.publisher else []
    return "\n".join([words.end, words.heard.format(_unstopped(book.title)), *made_by, *publisher])


def _unstopped(title: str) -> str:
    return title.rstrip(". ")


def title_of(book: Credits, credit: Credit) -> str:
    """Return the title of the file of credits, English where the language has no words."""
    words = _WORDS.get(primary_tag(book.language), _WORDS["en"])
    return words.files[0 if credit is Credit.OPENING else 1]


def make_credit(book: Credits, credit: Credit, words: str) -> tuple[Chapter, Script]:
    """Return spoken credits as a chapter of their own, and as they are spoken.

    Args:
        book: What the title of the chapter is made of.
        credit: Which ones.
        words: What is read, one paragraph a line.
    """
    chapter = Chapter(
        title=title_of(book, credit), file=f"({credit} credits)", text=words, speak_title=False, credit=credit
    )
    lines: list[Line] = []
    spans: list[Span] = []
    start = 0
    for number, text in enumerate(words.split("\n"), 1):
        end = start + len(text)
        lines.append(
            Line(
                id=line_id(chapter.file, NARRATOR, text, sum(line.text == text for line in lines)),
                speaker=NARRATOR,
                kind=LineKind.NARRATION,
                runs=(Run(text=text, start=start),),
                paragraph=number,
                scene=1,
                evidence=Evidence.NARRATION,
            )
        )
        spans.append(Span(start=start, end=end, kind=SpanKind.SPOKEN))
        if end < len(words):
            spans.append(Span(start=end, end=end + 1, kind=SpanKind.SPACE))
        start = end + 1
    return chapter, Script(lines=tuple(lines), spans=tuple(spans))
