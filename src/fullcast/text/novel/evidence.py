"""What speaks for and against somebody having said a turn: features by name."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fullcast.model import Sex
from fullcast.text.novel.mentions import WORD
from fullcast.text.novel.survey import DESCRIBED, Survey
from fullcast.text.novel.tags import Subject
from fullcast.text.novel.turns import Turn
from fullcast.text.novel.wording import GENERIC

MOST = 24
"""Candidates of a turn."""

_REACH = 14
"""Paragraphs back in which whoever is named may speak."""

_LONG = 60
"""The same for whoever speaks more than once in the book."""

_RECENT = 8
"""Turns back whose speakers may speak again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was decided before a turn."""

    speakers: tuple[int, ...]
    """Of the turns before, the last one first; -1 for nobody."""


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
    )
    book.candidates = [_candidates(book, number) for number in range(len(turns))]
    book.style = compare_styles(book)
    return book


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
    turn, survey = book.turns[number], book.survey
    scores: dict[int, float] = {}

    def add(figure: int | None, score: float) -> None:
        if figure is not None:
            scores[figure] = max(scores.get(figure, -99.0), score)

    for tag in (*turn.tags, *turn.beats, turn.lead, turn.opener):
        add(tag.figure if tag else None, 50)
    for paragraph in range(max(0, turn.paragraph - _REACH), min(len(survey.mentions), turn.paragraph + 2)):
        away = abs(turn.paragraph - paragraph)
        for mention in survey.mentions[paragraph]:
            if mention.kind == DESCRIBED and (mention.quoted or away > 4):
                continue
            if mention.quoted and not mention.vocative and away > 6:
                continue
            add(mention.figure, 20 - away)
    for other in (
        *range(max(0, number - _RECENT), number),
        *range(number + 1, min(len(book.turns), number + 5)),
    ):
        add(named_by_tag(book.turns[other]), 18 - abs(other - number))
        add(book.fixed.get(other), 18 - abs(other - number))
    add(survey.narrator, 30)
    add(book.fixed.get(number), 99)
    for figure, at in book.last_named[number].items():
        if book.tagged[figure] > 1 and turn.paragraph - at <= _LONG:
            add(figure, 4 - (turn.paragraph - at) / _LONG)
    for figure, _ in book.tagged.most_common(3):
        add(figure, 0)
    ordered = sorted(scores, key=lambda figure: (-scores[figure], figure))
    return tuple(sorted(ordered[:MOST]))


def kind_of(turn: Turn) -> str:
    """Return how a turn is tagged: by a name, a pronoun, a beat, or not at all."""
    if turn.tags:
        return "N" if any(tag.figure is not None for tag in turn.tags) else "P"
    if any(beat.figure is not None for beat in turn.beats):
        return "B"
    if turn.beats:
        return "Q"
    return "0" if turn.alone else "1"


def _subject_features(book: Book, prefix: str, subject: Subject, candidate: int) -> Iterator[str]:
    if subject.figure is not None:
        own = subject.figure == candidate
        described = book.survey.figures[subject.figure].described
        if described and not own:
            told = book.sexes[subject.figure]
            fit = (
                "?"
                if None in {told, book.sexes[candidate]}
                else "="
                if told == book.sexes[candidate]
                else "#"
            )
            yield f"{prefix}~{_manner(book, subject.figure)}{fit}{'n' if candidate == book.survey.narrator else ''}"
            return
        if described:
            prefix = f"{prefix}d{_manner(book, candidate)}"
        detail = f"{subject.kind}{'!' if subject.firm else ''}{min(subject.distance, 3)}"
        yield f"{prefix}{'+' if own else '-'}{detail}"
        return
    pronoun = subject.pronoun
    if pronoun == "i":
        yield f"{prefix}i{'+' if candidate == book.survey.narrator else '-'}"
    elif pronoun in {"he", "she"}:
        yield f"{prefix}{pronoun_fit(book, pronoun, candidate)}{subject.kind[:2]}{'!' if subject.firm else ''}"
    else:
        yield f"{prefix}{pronoun}"


def _manner(book: Book, figure: int) -> str:
    """Return how a description means somebody: ``his wife``, ``the man``, ``the surgeon``."""
    words = book.survey.figures[figure].name.split()
    if words[0] != "the":
        return "r"
    return "g" if words[-1] in GENERIC else "o"


def pronoun_fit(book: Book, pronoun: str, candidate: int) -> str:
    """Return whether a pronoun can mean a figure: by sex, and never the one who tells the story."""
    if candidate == book.survey.narrator:
        return "n"
    sex = book.sexes[candidate]
    if sex is None:
        return "?"
    return "=" if (sex is Sex.MALE) == (pronoun == "he") else "#"


def _bucket(value: int, *edges: int) -> str:
    return str(sum(value >= edge for edge in edges))


def features(book: Book, number: int, past: Past) -> list[list[str]]:
    """Return the features of each candidate of a turn.

    Args:
        book: The book.
        number: The turn.
        past: Who spoke before.
    """
    turn = book.turns[number]
    kind = kind_of(turn)
    pronoun = next((tag.pronoun for tag in (*turn.tags, *turn.beats) if tag.pronoun in {"he", "she"}), "")
    ranks = _ranks(book, number, pronoun)
    return [
        list(_features(book, number, (kind, pronoun, past), candidate, ranks))
        for candidate in book.candidates[number]
    ]


def _ranks(book: Book, number: int, pronoun: str) -> dict[int, int]:
    """Return how recently each candidate was named, among those whom the pronoun can mean: 0 is the last one."""
    turn, last = book.turns[number], book.last_named[number]
    order: dict[int, tuple[int, int]] = {}
    for candidate in book.candidates[number]:
        if pronoun and pronoun_fit(book, pronoun, candidate) in {"#", "n"}:
            continue
        order[candidate] = (last.get(candidate, -1), 0)
    limit = turn.quotations[0].start
    for place, mention in enumerate(book.survey.mentions[turn.paragraph]):
        if not mention.quoted and mention.start < limit and mention.figure in order:
            order[mention.figure] = (turn.paragraph, place + 1)
    ranked = sorted(order, key=lambda figure: order[figure], reverse=True)
    return {figure: rank for rank, figure in enumerate(ranked)}


def _features(
    book: Book,
    number: int,
    context: tuple[str, str, Past],
    candidate: int,
    ranks: Mapping[int, int],
) -> Iterator[str]:
    kind, pronoun, past = context
    turn, figure = book.turns[number], book.survey.figures[candidate]
    weak = kind in "01Q"
    for tag in turn.tags:
        yield from _subject_features(book, "T", tag, candidate)
    for beat in turn.beats[:2]:
        yield from _subject_features(book, f"{'b' if turn.tags else 'B'}", beat, candidate)
    if pronoun or weak:
        yield f"rank{min(ranks.get(candidate, 9), 4)}{kind}{'p' if pronoun else ''}"
    if kind != "N":
        fit = pronoun_fit(book, pronoun, candidate) if kind == "P" and pronoun else ""
        if turn.lead is not None:
            yield from _subject_features(
                book, f"L{':' if turn.colon else ''}{kind}{fit}", turn.lead, candidate
            )
        if turn.opener is not None:
            yield from _subject_features(book, f"O{kind}{fit}", turn.opener, candidate)
        if candidate in book.style[number]:
            yield f"style{book.style[number][candidate]}"
    yield from _turn_features(book, number, (kind, past), candidate)
    if candidate in turn.vocatives:
        yield f"vocative{kind}"
    if candidate in turn.spoken_of:
        yield f"spoken of{kind}"
    away = turn.paragraph - book.last_named[number].get(candidate, -999)
    yield f"named{_bucket(away, 1, 2, 3, 5, 9, 15, 40)}{kind if weak else ''}"
    share = book.tagged[candidate]
    yield f"tagged{_bucket(share, 1, 3, 10, 30, 100)}{'w' if weak else ''}"
    if figure.described:
        yield f"described{kind}"
    if candidate == book.survey.narrator:
        yield f"narrator{kind}"
    if book.sexes[candidate] is None:
        yield "sexless"


def _turn_features(book: Book, number: int, context: tuple[str, Past], candidate: int) -> Iterator[str]:
    kind, past = context
    turns = book.turns
    turn = turns[number]
    speakers = past.speakers
    gap = _bucket(turn.gap, 1, 2, 4, 9)
    for back in range(min(3, len(speakers))):
        if speakers[back] == candidate:
            between = max((turns[number - step].gap for step in range(back + 1)), default=0)
            yield f"spoke{back + 1}{kind}{_bucket(between, 1, 2, 9)}{'2' if turn.second else ''}"
            if kind in "01" and not turn.second:
                yield f"spoke{back + 1}since{_bucket(book.since[number], 2, 3, 5, 99)}{min(between, 1)}"
            if back == 0 and kind != "N" and turns[number - 1].asks:
                yield f"asked{_bucket(between, 1, 2)}"
    spoken = sum(speaker == candidate for speaker in speakers[:_RECENT])
    yield f"share{min(spoken, 4)}{kind}"
    if number and turn.gap < 9:
        before = turns[number - 1]
        if kind != "N" and before.address and book.sexes[candidate] is not None:
            yield f"address{'=' if book.sexes[candidate] is before.address else '#'}{min(turn.gap, 1)}"
        if candidate in before.vocatives:
            yield f"addressed{gap}{kind}{'?' if before.asks else ''}"
        if candidate in before.spoken_of:
            yield f"discussed{min(turn.gap, 1)}{'w' if kind in '01' else ''}"
    if number + 1 < len(turns) and turns[number + 1].gap < 9:
        after = turns[number + 1]
        following = _bucket(after.gap, 1, 2)
        if candidate in after.vocatives:
            yield f"answered{following}{kind}"
        if named_by_tag(after) == candidate:
            yield f"tagged next{following}{kind}"
        if number + 2 < len(turns) and turns[number + 2].gap < 9:
            later = turns[number + 2]
            if named_by_tag(later) == candidate:
                yield f"tagged then{following}{_bucket(later.gap, 1)}{kind}"
