"""A surveyed book made ready for looking at its turns: who may speak, and like whom it sounds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fullcast.model import Sex
from fullcast.text.novel.mentions import WORD
from fullcast.text.novel.people import Figure, take_apart
from fullcast.text.novel.scene import DESCRIBED, Mention, Survey
from fullcast.text.novel.turns import Turn
from fullcast.text.novel.wording import POSSESSIVES, RELATIONS

MOST = 24
"""Candidates of a turn."""

_REACH = 14
"""Paragraphs back in which whoever is named may speak."""

_LONG = 60
"""The same for whoever speaks more than once in the book."""

RECENT = 8
"""Turns back whose speakers may speak again."""


@dataclass(slots=True)
class Book:
    """A surveyed book made ready for looking at its turns."""

    survey: Survey
    turns: list[Turn]
    last_named: list[dict[int, int]]
    """By turn: the paragraph in which each figure was last named in the narration, up to the turn's own."""
    tagged: Counter[int]
    """How many turns a tag with a name gives to each figure."""
    sexes: list[Sex | None]
    candidates: list[tuple[int, ...]]
    fixed: Mapping[int, int]
    """Speakers that are known, by turn."""
    style: list[dict[int, int]]
    """How far the words of a turn are like what each candidate says elsewhere, -3 to 3."""
    since: list[int]
    """How many turns ago a tag with a name stood."""
    surnames: list[str]
    """Of each figure; empty where the book does not tell it."""


def make_book(survey: Survey, turns: list[Turn], fixed: Mapping[int, int] | None = None) -> Book:
    """Return a book made ready."""
    tagged = Counter(name for turn in turns if (name := named_by_tag(turn)) is not None)
    book = Book(
        survey=survey,
        turns=turns,
        last_named=list(_last_named(survey, turns)),
        tagged=tagged,
        sexes=[figure.sex for figure in survey.figures],
        candidates=[],
        fixed=fixed or {},
        style=[],
        since=list(_since_tag(turns)),
        surnames=[surname_of(figure) for figure in survey.figures],
    )
    book.candidates = [_candidates(book, number) for number in range(len(turns))]
    book.style = compare_styles(book)
    return book


def surname_of(figure: Figure) -> str:
    """Return the surname of somebody who is called by it with a title or a first name; else nothing."""
    found: Counter[str] = Counter()
    for form, count in figure.forms.items():
        parts = take_apart(form.split())
        if parts.rest and form[:1].isupper() and (len(parts.rest) > 1 or parts.hard):
            found[parts.rest[-1]] += count
    return found.most_common(1)[0][0] if found else ""


def relation_of(book: Book, figure: int) -> str:
    """Return the relation by which a description calls somebody (``her mother``: mother); else nothing."""
    first, *rest = book.survey.figures[figure].name.split()
    return rest[-1] if rest and first.lower() in POSSESSIVES and rest[-1] in RELATIONS else ""


def relatives(book: Book, number: int, *, within: int = 3) -> frozenset[str]:
    """Return the surnames of whoever was named just before a turn."""
    at = book.turns[number].paragraph
    near = (figure for figure, last in book.last_named[number].items() if at - last <= within)
    return frozenset(book.surnames[figure] for figure in near) - {""}


def _since_tag(turns: Sequence[Turn]) -> Iterator[int]:
    since = 99
    for turn in turns:
        since = 99 if turn.gap >= 9 else since + 1
        yield since
        if named_by_tag(turn) is not None:
            since = 0


def words_of(book: Book, turn: Turn) -> list[str]:
    """Return the words that are said in a turn, in small letters."""
    text = book.survey.paragraphs[turn.paragraph].text
    return [
        match[0].lower()
        for quotation in turn.quotations
        for match in WORD.finditer(text, quotation.start, quotation.end)
    ]


_ENOUGH = 150
"""Words of a figure from which a style can be told."""


def compare_styles(book: Book) -> list[dict[int, int]]:
    """Return how far each turn's words are like those that tags give to its candidates.

    The measure is the mean over the words of the log ratio of their chance with the candidate to their chance
    with everybody, in steps.
    """
    own: dict[int, Counter[str]] = {}
    everybody: Counter[str] = Counter()
    spoken = [words_of(book, turn) for turn in book.turns]
    for turn, words in zip(book.turns, spoken, strict=True):
        everybody.update(words)
        figure = named_by_tag(turn)
        if figure is not None:
            own.setdefault(figure, Counter()).update(words)
    total = sum(everybody.values()) or 1
    sizes = {figure: sum(counts.values()) for figure, counts in own.items()}
    found: list[dict[int, int]] = []
    for number, (turn, words) in enumerate(zip(book.turns, spoken, strict=True)):
        row: dict[int, int] = {}
        if named_by_tag(turn) is None and words:
            for candidate in book.candidates[number]:
                if sizes.get(candidate, 0) >= _ENOUGH:
                    ratio = _log_ratio(words, own[candidate], sizes[candidate], (everybody, total))
                    row[candidate] = max(-3, min(3, round(2.5 * ratio)))
        found.append(row)
    return found


def _log_ratio(
    words: Sequence[str], own: Counter[str], size: int, all_words: tuple[Counter[str], int]
) -> float:
    everybody, total = all_words
    strength = 200.0
    score = 0.0
    for word in words:
        usual = everybody[word] / total
        score += math.log((own[word] + strength * usual) / (size + strength) / usual)
    return score / math.sqrt(len(words))


def named_by_tag(turn: Turn) -> int | None:
    """Return who a verb of saying names beside a turn."""
    return next((tag.figure for tag in turn.tags if tag.figure is not None), None)


def _last_named(survey: Survey, turns: Sequence[Turn]) -> Iterator[dict[int, int]]:
    last: dict[int, int] = {}
    position = 0
    for turn in turns:
        while position <= turn.paragraph:
            for mention in survey.mentions[position]:
                if not mention.quoted or mention.vocative:
                    last[mention.figure] = position
            position += 1
        yield (
            dict(last)
            if len(last) < 60
            else {figure: at for figure, at in last.items() if turn.paragraph - at <= 60}
        )


def _candidates(book: Book, number: int) -> tuple[int, ...]:
    """Return who may speak: named near by, or in a tag of the turns around."""
    scores: dict[int, float] = {}
    for figure, score in _suggested(book, number):
        if figure is not None:
            scores[figure] = max(scores.get(figure, -99.0), score)
    ordered = sorted(scores, key=lambda figure: (-scores[figure], figure))
    return tuple(sorted(ordered[:MOST]))


def _family(book: Book, number: int) -> list[int]:
    """Return who may be ``her mother`` where a turn is given to somebody by a relation."""
    turn = book.turns[number]
    if not any(tag.figure is not None and relation_of(book, tag.figure) for tag in (*turn.tags, *turn.beats)):
        return []
    family = relatives(book, number)
    return [figure for figure in book.tagged if book.surnames[figure] in family]


def _suggested(book: Book, number: int) -> Iterator[tuple[int | None, float]]:
    """Yield figures who may speak, and how near they are to doing so."""
    turn, survey = book.turns[number], book.survey
    for tag in (*turn.tags, *turn.beats, turn.lead, turn.opener):
        yield (tag.figure if tag else None), 50
    for paragraph in range(max(0, turn.paragraph - _REACH), min(len(survey.mentions), turn.paragraph + 2)):
        away = abs(turn.paragraph - paragraph)
        for mention in survey.mentions[paragraph]:
            if away <= _reach_of(mention):
                yield mention.figure, 20 - away
    for other in range(max(0, number - RECENT), min(len(book.turns), number + 5)):
        if other != number:
            yield named_by_tag(book.turns[other]), 18 - abs(other - number)
            yield book.fixed.get(other), 18 - abs(other - number)
    yield from ((figure, 12) for figure in _family(book, number))
    yield survey.narrator, 30
    yield book.fixed.get(number), 99
    for figure, at in book.last_named[number].items():
        if book.tagged[figure] > 1 and turn.paragraph - at <= _LONG:
            yield figure, 4 - (turn.paragraph - at) / _LONG
    for figure, _ in book.tagged.most_common(3):
        yield figure, 0


def _reach_of(mention: Mention) -> int:
    """Return how many paragraphs away somebody who is mentioned may speak."""
    if mention.kind == DESCRIBED:
        return -1 if mention.quoted else 4
    return 6 if mention.quoted and not mention.vocative else _REACH
