"""Going through a book once: who is named where, and which names are people."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fullcast.model import Person, Sex
from fullcast.text.novel.described import describe, identify
from fullcast.text.novel.layout import Prose
from fullcast.text.novel.mentions import (
    WORD,
    Census,
    Found,
    find_names,
    take_census,
)
from fullcast.text.novel.people import Figure, gather, given_sex, take_apart
from fullcast.text.novel.scene import NAMED, Mention, Survey, inside, is_vocative, narration
from fullcast.text.novel.wording import (
    AGE_WORDS,
    HARD,
    HE,
    PERSONS,
    PLACES,
    SAYING,
    SHE,
    TITLES,
    words,
)
from fullcast.text.spoken import Quotation

_PLACE = re.compile(
    r"\b(?:in|at|near|from|through|towards|toward|around|across|reach|reached|leave|left)\s+$", re.IGNORECASE
)

_NARRATING = 0.004
"""Share of the narration's words that are ``I`` from which on somebody tells their own story."""


@dataclass(slots=True)
class _Tally:
    """What speaks for a form of a name being a person's."""

    subject: int = 0
    vocative: int = 0
    title: int = 0
    place: int = 0
    count: int = 0
    the: int = 0
    narrated: int = 0
    acting: int = 0

    @property
    def person(self) -> bool:
        """Whether it is a person's."""
        fors = 3 * self.subject + 2 * self.title + 2 * self.vocative + self.acting
        return fors >= 2 and fors * 2 > self.place


_ACTS = re.compile(
    r"(?:'s|’s)?\s+(?:[a-z]+ly\s+)?(?:had|was|looked|turned|went|came|took|sat|stood|rose|smiled|laughed|nodded|"
    r"shook|felt|thought|knew|saw|heard|seemed|began|got|walked|ran|gave|made|did|would|could|is|has|says|"
    r"stared|glanced|sighed|paused|hesitated|opened|put|held|leaned|drew|threw|caught)\b"
)


def survey(
    paragraphs: Sequence[Prose], quotations: Sequence[Sequence[Quotation]], known: Sequence[Person] = ()
) -> Survey:
    """Return who is named where in a book.

    Args:
        paragraphs: In order.
        quotations: Of each paragraph.
        known: People who are known beforehand, under names that count as theirs.
    """
    census = take_census(prose.text for prose in paragraphs)
    names = [list(_names_in(prose.text, census)) for prose in paragraphs]
    tallies = _tally(paragraphs, quotations, names)
    people = {form for form, tally in tallies.items() if tally.person}
    people |= {form for form in tallies if _has_known(form, people)}
    figures, numbers = _make_figures(people, tallies, known, _neighbours(names, people))
    mentions = [
        _mentions_in(prose.text, quoted, found, numbers)
        for prose, quoted, found in zip(paragraphs, quotations, names, strict=True)
    ]
    result = Survey(
        paragraphs=tuple(paragraphs),
        quotations=tuple(tuple(row) for row in quotations),
        figures=figures,
        mentions=mentions,
    )
    describe(result)
    _find_narrator(result, tallies, numbers)
    _find_sexes(result)
    identify(result)
    return result


def _has_known(form: tuple[str, ...], people: set[tuple[str, ...]]) -> bool:
    """Return whether a rare fuller form holds a name that is known to be a person's."""
    rest = take_apart(form).rest
    return len(form) > 1 and any((word,) in people for word in rest)


def _names_in(text: str, census: Census) -> Iterator[Found]:
    """Yield names, words that only open a sentence cut off."""
    for found in find_names(text):
        kept: list[str] = []
        for word in found.words:
            if kept and word.lower() in TITLES and kept[-1].islower():
                break
            if census.is_name(word) or word.lower() in TITLES or kept:
                kept.append(word.capitalize() if word.isupper() and len(word) > 2 else word)
        while kept and (kept[-1].islower() or (len(kept) > 1 and kept[-1].lower() in HARD)):
            kept.pop()
        if sum(word[0].isupper() for word in kept) > _LONGEST:
            continue
        titled = len(kept) == 2 and kept[0].lower() in TITLES
        if (
            not kept
            or (kept[-1].lower() in PLACES and not titled)
            or (
                all(word.lower() in TITLES for word in kept)
                and not (found.the or len(kept) > 1 or census.is_name(kept[0]))
            )
        ):
            continue
        low = text.lower()
        first = low.find(kept[0].lower(), found.start, found.end)
        last = low.find(kept[-1].lower(), first, found.end) + len(kept[-1])
        yield replace(found, start=first, end=last, words=tuple(kept))


_LONGEST = 4
"""Words of a name; longer rows of capitals are headings and telegrams."""


def _tally(
    paragraphs: Sequence[Prose], quotations: Sequence[Sequence[Quotation]], names: Sequence[Sequence[Found]]
) -> dict[tuple[str, ...], _Tally]:
    tallies: defaultdict[tuple[str, ...], _Tally] = defaultdict(_Tally)
    for prose, quoted, found in zip(paragraphs, quotations, names, strict=True):
        text = prose.text
        for item in found:
            tally = tallies[item.words]
            tally.count += 1
            tally.the += item.the
            within = inside(item.start, quoted)
            own = take_apart(item.words)
            tally.title += bool(own.hard) and not item.the
            if within is not None:
                tally.vocative += is_vocative(text, item.start, item.end, within)
            else:
                tally.narrated += 1
                tally.subject += _says(text, item.start, item.end)
                tally.acting += bool(_ACTS.match(text, item.end))
            tally.place += bool(_PLACE.search(text[max(0, item.start - 10) : item.start]))
    return dict(tallies)


def _says(text: str, start: int, end: int) -> bool:
    """Return whether a verb of saying stands right beside a name."""
    before = re.search(r"([a-z]+)\s+(?:the\s+)?$", text[max(0, start - 24) : start])
    after = re.match(r"\s+(?:[a-z]+ly\s+)?([a-z]+)\b", text[end : end + 30])
    return bool((before and before[1] in SAYING) or (after and after[1] in SAYING))


def _neighbours(
    names: Sequence[Sequence[Found]], people: set[tuple[str, ...]]
) -> Callable[[tuple[str, ...], tuple[str, ...]], float]:
    """Return how often two forms stand in one paragraph, as a share of the rarer one's paragraphs."""
    where: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, found in enumerate(names):
        for item in found:
            if item.words in people:
                where[item.words].add(number)

    def together(one: tuple[str, ...], other: tuple[str, ...]) -> float:
        a, b = where[one], where[other]
        rarer = min(len(a), len(b))
        return len(a & b) / rarer if rarer > 2 else 0.0

    return together


def _make_figures(
    people: set[tuple[str, ...]],
    tallies: Mapping[tuple[str, ...], _Tally],
    known: Sequence[Person],
    together: Callable[[tuple[str, ...], tuple[str, ...]], float],
) -> tuple[list[Figure], dict[tuple[str, ...], int]]:
    forms = {form: tallies[form].count for form in sorted(people)}
    told: dict[tuple[str, ...], Person] = {}
    for person in known:
        for name in (person.name, *person.aliases):
            told[tuple(name.split())] = person
            forms.setdefault(tuple(name.split()), 0)
    numbers = gather(forms, together)
    figures = [Figure() for _ in range(max(numbers.values(), default=-1) + 1)]
    numbers = _follow_known(numbers, told, figures)
    for form, number in numbers.items():
        figure = figures[number]
        the = "the " if form in tallies and tallies[form].the * 2 > tallies[form].count else ""
        if forms[form]:
            figure.forms[the + _spelled(form)] += forms[form]
        _sex_by_name(figure, form, forms[form])
    for person in known:
        figure = figures[numbers[tuple(person.name.split())]]
        figure.forms[person.name] += 1
        if person.sex is Sex.FEMALE:
            figure.female += 1000
        elif person.sex is Sex.MALE:
            figure.male += 1000
    return figures, numbers


def _follow_known(
    numbers: dict[tuple[str, ...], int], told: Mapping[tuple[str, ...], Person], figures: list[Figure]
) -> dict[tuple[str, ...], int]:
    """Give known people figures of their own; what was gathered with them follows where it is clear."""
    merged: dict[str, int] = {}
    owners: defaultdict[int, set[str]] = defaultdict(set)
    for form, person in told.items():
        owners[numbers[form]].add(person.name)
    for name in dict.fromkeys(person.name for person in told.values()):
        figures.append(Figure(known=name))
        merged[name] = len(figures) - 1
    result = {}
    for form, number in numbers.items():
        if form in told:
            result[form] = merged[told[form].name]
        elif len(owners[number]) == 1:
            result[form] = merged[next(iter(owners[number]))]
        else:
            result[form] = number
    return result


_DOTTED = words("mr mrs ms dr st prof capt col gen rev mme mlle lieut sgt")


def _spelled(form: tuple[str, ...]) -> str:
    return " ".join(f"{word}." if word.lower() in _DOTTED else word for word in form)


def _sex_by_name(figure: Figure, form: tuple[str, ...], count: int) -> None:
    own = take_apart(form)
    weight = 3.0 + count
    sex = own.sex
    if sex is None and own.rest and len(own.rest) + len(own.titles) >= 1:
        sex = given_sex(own.rest[0]) if len(own.rest) > 1 or not own.hard else None
        weight = 2.0 + 0.2 * count
    if sex is None and len(own.rest) == 1:
        sex = PERSONS.get(own.rest[0].lower())
        weight = 2.0
    if sex is Sex.FEMALE:
        figure.female += weight
    elif sex is Sex.MALE:
        figure.male += weight
    for word in own.titles:
        if word in AGE_WORDS and word != "little":
            figure.ages[AGE_WORDS[word]] += count


def _mentions_in(
    text: str, quoted: Sequence[Quotation], found: Sequence[Found], numbers: Mapping[tuple[str, ...], int]
) -> list[Mention]:
    mentions = []
    for item in found:
        words = item.words
        number = numbers.get(words)
        while number is None and len(words) > 1:
            words = words[1:] if words[0].lower() in TITLES or len(words) > 2 else words[:-1]
            number = numbers.get(words)
        if number is None:
            continue
        within = inside(item.start, quoted)
        vocative = within is not None and is_vocative(text, item.start, item.end, within)
        mentions.append(
            Mention(
                start=item.start,
                end=item.end,
                figure=number,
                kind=NAMED,
                quoted=within is not None,
                vocative=vocative,
            )
        )
    return mentions


def _find_narrator(
    found: Survey, tallies: Mapping[tuple[str, ...], _Tally], numbers: Mapping[tuple[str, ...], int]
) -> None:
    """Find out whether somebody tells their own story, and by which name others address them."""
    words = own = 0
    for prose, quoted in zip(found.paragraphs, found.quotations, strict=True):
        for match in WORD.finditer(narration(prose.text, quoted)):
            words += 1
            own += match[0] == "I"
    if own < 20 or own < _NARRATING * words:
        return
    scores: Counter[int] = Counter()
    narrated: Counter[int] = Counter()
    for form, number in numbers.items():
        if form in tallies:
            scores[number] += tallies[form].vocative
            narrated[number] += tallies[form].narrated
    fitting = {
        number: scores[number] / (1 + narrated[number])
        for number in scores
        if scores[number] >= 3 and narrated[number] * 2 < scores[number]
    }
    if fitting:
        found.narrator = max(
            fitting, key=lambda number: (scores[number] * min(fitting[number], 1.0), -number)
        )
        found.figures[found.narrator].narrator = True
    else:
        found.narrator = len(found.figures)
        found.figures.append(Figure(forms=Counter({"I": own}), narrator=True))


_REACH = 90
"""Characters behind a name in which a pronoun probably means it."""


def _find_sexes(found: Survey) -> None:
    """Let pronouns behind a name tell its sex."""
    for prose, quoted, mentions in zip(found.paragraphs, found.quotations, found.mentions, strict=True):
        plain = narration(prose.text, quoted)
        named = [mention for mention in mentions if not mention.quoted]
        for number, mention in enumerate(named):
            following = named[number + 1].start if number + 1 < len(named) else len(plain)
            end = min(mention.end + _REACH, following)
            for match in WORD.finditer(plain, mention.end, end):
                low = match[0].lower()
                if low in HE or low in SHE:
                    figure = found.figures[mention.figure]
                    if low in HE:
                        figure.male += 0.5
                    else:
                        figure.female += 0.5
                    break
