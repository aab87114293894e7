"""The door: from the words of a novel to its people and who says what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fullcast.model import Heard, Person, Reading
from fullcast.text.novel.book import Book, make_book
from fullcast.text.novel.layout import Prose, read_layout
from fullcast.text.novel.model import Choice, Weights, calibrate, read_turns
from fullcast.text.novel.people import as_person
from fullcast.text.novel.reasons import explain
from fullcast.text.novel.survey import survey
from fullcast.text.novel.turns import find_turns
from fullcast.text.quotes import find_quotations, find_typography


def read_novel(text: str, weights: Weights) -> Reading:
    """Return everybody who speaks in an English text, and every quotation with its speaker.

    Args:
        text: A book, a chapter or less, as it stands in a file: lines may be wrapped.
        weights: What was learned from annotated novels.

    Returns:
        Offsets are into the text.
    """
    book = prepare(read_layout(text))
    return tell(book, read_turns(book, weights), weights)


def analyse_novel(
    paragraphs: Sequence[str],
    weights: Weights,
    known: Sequence[Person] = (),
    fixed: Mapping[int, str] | None = None,
) -> Reading:
    """Return the reading of paragraphs that are cut already.

    Args:
        paragraphs: The words of each paragraph, in order; an empty one is a break between scenes.
        weights: What was learned from annotated novels.
        known: People who are known by name, for example a project's cast.
        fixed: Speakers by the number of a quotation, for example what a person corrected. They are kept, and
            are evidence for the quotations around them. A name that nobody has becomes a person.

    Returns:
        Offsets are into the paragraphs joined with a line feed.
    """
    rows: list[Prose] = []
    position, breaks = 0, True
    for text in paragraphs:
        if text.strip():
            rows.append(Prose(start=position, text=text.replace("\n", " "), breaks=breaks))
        breaks = not text.strip()
        position += len(text) + 1
    names = {name for person in known for name in (person.name, *person.aliases)}
    strangers = tuple(Person(name=name) for name in sorted(set((fixed or {}).values()) - names))
    book = prepare(rows, (*known, *strangers), fixed or {})
    return tell(book, read_turns(book, weights), weights)


def prepare(
    paragraphs: Sequence[Prose], known: Sequence[Person] = (), fixed: Mapping[int, str] | None = None
) -> Book:
    """Return a novel made ready for reading its turns."""
    texts = [prose.text for prose in paragraphs]
    quotations = find_quotations(texts, find_typography(texts, "en"))
    found = survey(paragraphs, quotations, known)
    turns = find_turns(found)
    figures = {figure.known: number for number, figure in enumerate(found.figures) if figure.known}
    aliases = {name: person.name for person in known for name in (person.name, *person.aliases)}
    given: dict[int, int] = {}
    position = 0
    for number, turn in enumerate(turns):
        for _ in turn.quotations:
            name = (fixed or {}).get(position)
            if name is not None:
                given.setdefault(number, figures[aliases.get(name, name)])
            position += 1
    return make_book(found, turns, given)


def tell(book: Book, choices: Sequence[Choice], weights: Weights) -> Reading:
    """Return a decided book as people and quotations."""
    figures = book.survey.figures
    heard: list[Heard] = []
    lines: Counter[int] = Counter()
    utterance = -1
    for number, (turn, choice) in enumerate(zip(book.turns, choices, strict=True)):
        utterance += not (turn.continues and utterance >= 0)
        start = book.survey.paragraphs[turn.paragraph].start
        lines[choice.figure] += len(turn.quotations)
        chance = 1.0 if number in book.fixed else calibrate(choice.probability, weights.certainty)
        heard.extend(
            Heard(
                start=start + quotation.start,
                end=start + quotation.end,
                speaker=figures[choice.figure].name if choice.figure >= 0 else None,
                confidence=round(chance, 3),
                why=explain(book, number, choice.figure),
                utterance=utterance,
            )
            for quotation in turn.quotations
        )
    speaking = sorted((f for f in lines if f >= 0), key=lambda figure: (-lines[figure], figures[figure].name))
    people: dict[str, Person] = {}
    for figure in speaking:
        person = as_person(figures[figure], lines[figure])
        people.setdefault(person.name, person)
    return Reading(people=tuple(people.values()), quotations=tuple(heard))
