"""What speaks for and against somebody having said a turn: features by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fullcast.model import Sex
from fullcast.text.novel.book import RECENT, Book, named_by_tag, relation_of, relatives
from fullcast.text.novel.tags import Subject
from fullcast.text.novel.turns import Turn
from fullcast.text.novel.wording import GENERIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was decided before a turn."""

    speakers: tuple[int, ...]
    """Of the turns before, the last one first; -1 for nobody."""


def kind_of(turn: Turn) -> str:
    """Return how a turn is tagged: by a name, a pronoun, a beat, or not at all."""
    if turn.tags:
        return "N" if any(tag.figure is not None for tag in turn.tags) else "P"
    if any(beat.figure is not None for beat in turn.beats):
        return "B"
    if turn.beats:
        return "Q"
    return "0" if turn.alone else "1"


def _kin_features(book: Book, number: int, prefix: str, subject: Subject, candidate: int) -> Iterator[str]:
    """Yield whether a candidate can be ``her mother``: of the family that is spoken of, and of that age."""
    relation = relation_of(book, subject.figure) if subject.figure is not None else ""
    if not relation or candidate == subject.figure:
        return
    told, sex = book.sexes[subject.figure or 0], book.sexes[candidate]
    fit = "?" if None in {told, sex} else "=" if told == sex else "#"
    family = book.surnames[candidate]
    others = relatives(book, number)
    shared = "s" if family and family in others else "o" if family and others else "-"
    forms = book.survey.figures[candidate].forms
    titled = "m" if any(form.startswith(("Mr", "Mrs", "Lady", "Sir")) for form in forms) else "-"
    yield f"{prefix}kin{_KIN.get(relation, 'other')}{shared}{titled}{fit}"


_KIN = {
    **dict.fromkeys(["mother", "father", "mamma", "papa", "mama"], "parent"),
    **dict.fromkeys(["wife", "husband"], "spouse"),
    **dict.fromkeys(["sister", "brother"], "sibling"),
    **dict.fromkeys(["son", "daughter"], "child"),
    **dict.fromkeys(["aunt", "uncle", "niece", "nephew", "cousin"], "cousin"),
}


def _subject_features(book: Book, prefix: str, subject: Subject, candidate: int) -> Iterator[str]:
    if subject.figure is not None:
        yield from _named_features(book, prefix, subject, candidate)
        return
    pronoun = subject.pronoun
    if pronoun == "i":
        yield f"{prefix}i{'+' if candidate == book.survey.narrator else '-'}"
    elif pronoun in {"he", "she"}:
        firm = "!" if subject.firm else ""
        yield f"{prefix}{pronoun_fit(book, pronoun, candidate)}{subject.kind[:2]}{firm}"
    else:
        yield f"{prefix}{pronoun}"


def _named_features(book: Book, prefix: str, subject: Subject, candidate: int) -> Iterator[str]:
    """Yield what a tag with a name or a description says of a candidate."""
    assert subject.figure is not None
    own = subject.figure == candidate
    described = book.survey.figures[subject.figure].described
    if described and not own:
        told, sex = book.sexes[subject.figure], book.sexes[candidate]
        fit = "?" if None in {told, sex} else "=" if told == sex else "#"
        narrator = "n" if candidate == book.survey.narrator else ""
        yield f"{prefix}~{_manner(book, subject.figure)}{fit}{narrator}"
        return
    if described:
        prefix = f"{prefix}d{_manner(book, candidate)}"
    firm = "!" if subject.firm else ""
    yield f"{prefix}{'+' if own else '-'}{subject.kind}{firm}{min(subject.distance, 3)}"


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
    """Return how recently each candidate was named, among those whom a pronoun can mean: 0 is the last."""
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
    turn = book.turns[number]
    weak = kind in "01Q"
    for tag in turn.tags:
        yield from _subject_features(book, "T", tag, candidate)
        yield from _kin_features(book, number, "T", tag, candidate)
    for beat in turn.beats[:2]:
        yield from _subject_features(book, f"{'b' if turn.tags else 'B'}", beat, candidate)
    if pronoun or weak:
        yield f"rank{min(ranks.get(candidate, 9), 4)}{kind}{'p' if pronoun else ''}"
    if kind != "N":
        fit = pronoun_fit(book, pronoun, candidate) if kind == "P" and pronoun else ""
        yield from _surroundings(book, number, f"{kind}{fit}", candidate)
    yield from _past_features(book, number, (kind, past), candidate)
    yield from _around(book, number, kind, candidate)
    if candidate in turn.vocatives:
        yield f"vocative{kind}"
    if candidate in turn.spoken_of:
        yield f"spoken of{kind}"
    yield from _standing(book, number, kind, candidate)


def _surroundings(book: Book, number: int, kind: str, candidate: int) -> Iterator[str]:
    """Yield what the paragraph in front of a turn and its own words say, where no tag names anybody."""
    turn = book.turns[number]
    if turn.lead is not None:
        yield from _subject_features(book, f"L{':' if turn.colon else ''}{kind}", turn.lead, candidate)
    if turn.opener is not None:
        yield from _subject_features(book, f"O{kind}", turn.opener, candidate)
    if candidate in book.style[number]:
        yield f"style{book.style[number][candidate]}"


def _standing(book: Book, number: int, kind: str, candidate: int) -> Iterator[str]:
    """Yield who a candidate is in the book, and how long ago they were named."""
    weak = kind in "01Q"
    away = book.turns[number].paragraph - book.last_named[number].get(candidate, -999)
    yield f"named{_bucket(away, 1, 2, 3, 5, 9, 15, 40)}{kind if weak else ''}"
    yield f"tagged{_bucket(book.tagged[candidate], 1, 3, 10, 30, 100)}{'w' if weak else ''}"
    if book.survey.figures[candidate].described:
        yield f"described{kind}"
    if candidate == book.survey.narrator:
        yield f"narrator{kind}"
    if book.sexes[candidate] is None:
        yield "sexless"


def _past_features(book: Book, number: int, context: tuple[str, Past], candidate: int) -> Iterator[str]:
    """Yield when a candidate spoke last."""
    kind, past = context
    turns = book.turns
    turn = turns[number]
    speakers = past.speakers
    for back in range(min(3, len(speakers))):
        if speakers[back] != candidate:
            continue
        between = max((turns[number - step].gap for step in range(back + 1)), default=0)
        yield f"spoke{back + 1}{kind}{_bucket(between, 1, 2, 9)}{'2' if turn.second else ''}"
        if kind in "01" and not turn.second:
            yield f"spoke{back + 1}since{_bucket(book.since[number], 2, 3, 5, 99)}{min(between, 1)}"
        if back == 0 and kind != "N" and turns[number - 1].asks:
            yield f"asked{_bucket(between, 1, 2)}"
    spoken = sum(speaker == candidate for speaker in speakers[:RECENT])
    yield f"share{min(spoken, 4)}{kind}"


def _around(book: Book, number: int, kind: str, candidate: int) -> Iterator[str]:
    """Yield what the turns in front and behind say: who is addressed, whom their tags name."""
    turns = book.turns
    turn = turns[number]
    if number and turn.gap < 9:
        before = turns[number - 1]
        if kind != "N" and before.address and book.sexes[candidate] is not None:
            yield f"address{'=' if book.sexes[candidate] is before.address else '#'}{min(turn.gap, 1)}"
        if candidate in before.vocatives:
            yield f"addressed{_bucket(turn.gap, 1, 2, 4, 9)}{kind}{'?' if before.asks else ''}"
        if candidate in before.spoken_of:
            yield f"discussed{min(turn.gap, 1)}{'w' if kind in '01' else ''}"
    behind = [other for other in turns[number + 1 : number + 3] if other.gap < 9]
    if behind and behind[0] is turns[number + 1]:
        following = _bucket(behind[0].gap, 1, 2)
        if candidate in behind[0].vocatives:
            yield f"answered{following}{kind}"
        if named_by_tag(behind[0]) == candidate:
            yield f"tagged next{following}{kind}"
        if len(behind) > 1 and named_by_tag(behind[1]) == candidate:
            yield f"tagged then{following}{_bucket(behind[1].gap, 1)}{kind}"
