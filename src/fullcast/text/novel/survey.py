"""Going through a book once: who is named where, and which names are people."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from fullcast.model import Person, Sex
from fullcast.text.novel.layout import Prose
from fullcast.text.novel.mentions import (
    WORD,
    Census,
    Described,
    Found,
    described_by,
    find_described,
    find_names,
    take_census,
)
from fullcast.text.novel.people import Figure, gather, given_sex, take_apart
from fullcast.text.novel.wording import (
    AGE_WORDS,
    AGES,
    FIRM,
    HARD,
    HE,
    PERSONS,
    PLACES,
    POSSESSIVES,
    RELATIONS,
    SAYING,
    SHE,
    TITLES,
    words,
)
from fullcast.text.spoken import Quotation

NAMED, DESCRIBED = "named", "described"

_VOCATIVE_BEFORE = re.compile(
    r"(?:^|[,;:!?.—–“\"‘(-]|\b(?:oh|o|ah|my|dear|dearest|yes|no|well|now|please|thank you|good night|good-bye|"
    r"good morning|you|hallo|hello|why|come|hush|look|say|and you|but|and))[\s\u2060]*(?:(?:my|dear|old|poor|young|dearest|"
    r"little|good)[\s\u2060]+){0,2}$",
    re.IGNORECASE,
)
_VOCATIVE_AFTER = re.compile(r"[\s\u2060]*(?:[,.!?;:—–”\"’-]|$)")

_PLACE = re.compile(
    r"\b(?:in|at|near|from|through|towards|toward|around|across|reach|reached|leave|left)\s+$", re.IGNORECASE
)

_NARRATING = 0.004
"""Share of the narration's words that are ``I`` from which on somebody tells their own story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody named or described in a paragraph."""

    start: int
    end: int
    figure: int
    kind: str
    quoted: bool
    """Whether it stands in a quotation."""
    vocative: bool = False
    """Whether somebody is addressed by it."""


@dataclass(slots=True)
class Survey:
    """What was found in a book."""

    paragraphs: tuple[Prose, ...]
    quotations: tuple[tuple[Quotation, ...], ...]
    figures: list[Figure]
    mentions: list[list[Mention]]
    """By paragraph, in order."""
    narrator: int | None = None
    """The figure that tells the story in the first person."""


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
    _describe(result)
    _find_narrator(result, tallies, numbers)
    _find_sexes(result)
    _identify(result)
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


def _inside(at: int, quoted: Sequence[Quotation]) -> Quotation | None:
    return next((quotation for quotation in quoted if quotation.start <= at < quotation.end), None)


def is_vocative(text: str, start: int, end: int, quotation: Quotation) -> bool:
    """Return whether words of a quotation address somebody."""
    before = text[max(quotation.start, start - 40) : start]
    after = text[end : quotation.end]
    opened = before.strip(" \u2060\"“‘'") == ""
    return bool((opened or _VOCATIVE_BEFORE.search(before)) and _VOCATIVE_AFTER.match(after))


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
            inside = _inside(item.start, quoted)
            own = take_apart(item.words)
            tally.title += bool(own.hard) and not item.the
            if inside is not None:
                tally.vocative += is_vocative(text, item.start, item.end, inside)
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
        inside = _inside(item.start, quoted)
        vocative = inside is not None and is_vocative(text, item.start, item.end, inside)
        mentions.append(
            Mention(
                start=item.start,
                end=item.end,
                figure=number,
                kind=NAMED,
                quoted=inside is not None,
                vocative=vocative,
            )
        )
    return mentions


_FULL_TITLES = {"dr": "doctor", "capt": "captain", "col": "colonel", "gen": "general", "prof": "professor"}


def _by_title(found: Survey) -> dict[str, list[int]]:
    """Return the figures who bear each title that may stand alone: ``the count``."""
    titles: defaultdict[str, set[int]] = defaultdict(set)
    for number, figure in enumerate(found.figures):
        for form in figure.forms:
            own = take_apart(form.split())
            for title in own.titles:
                if own.rest and (word := _FULL_TITLES.get(title, title)) in PERSONS:
                    titles[word].add(number)
    return {title: sorted(numbers) for title, numbers in titles.items()}


def _titled_figure(item: Described, titles: Mapping[str, list[int]], last: Mapping[int, int]) -> int | None:
    """Return the bearer of a title who was named last, where somebody is called by the title alone."""
    if item.determiner != "the" or item.adjectives or item.noun in RELATIONS:
        return None
    named = [number for number in titles.get(item.noun, ()) if number in last]
    return max(named, key=lambda number: (last[number], -number)) if named else None


_NEAR = 5
"""Paragraphs around a description in which the person's name stands if they have one."""

_COMPANY = 0.4
"""Share of a description's places that must have the name near by."""


def _identify(found: Survey) -> None:
    """Join descriptions to the people whom the book calls so beside their names: *Mr. Bumble, the beadle*."""
    beside = _appositions(found)
    if not beside:
        return
    named = [{mention.figure for mention in row if mention.kind == NAMED} for row in found.mentions]
    places: defaultdict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(found.mentions):
        for mention in row:
            places[mention.figure].append(number)
    meant: dict[int, int] = {}
    for (described, figure), _ in beside.most_common():
        near = [
            figure in set().union(*named[max(0, at - _NEAR) : at + _NEAR + 1]) for at in places[described]
        ]
        sexes = {found.figures[described].sex, found.figures[figure].sex} - {None}
        if described not in meant and sum(near) >= _COMPANY * len(near) and len(sexes) < 2:
            meant[described] = figure
    for row in found.mentions:
        row[:] = [replace(mention, figure=meant.get(mention.figure, mention.figure)) for mention in row]


def _appositions(found: Survey) -> Counter[tuple[int, int]]:
    """Return how often a description stands right beside a name, by both."""
    beside: Counter[tuple[int, int]] = Counter()
    for prose, row in zip(found.paragraphs, found.mentions, strict=True):
        for one, other in pairwise(row):
            if prose.text[one.end : other.start].strip(" \u2060") not in {",", ""} or one.kind == other.kind:
                continue
            described, figure = (one, other) if one.kind == DESCRIBED else (other, one)
            if found.figures[described.figure].name.startswith("the ") and figure.figure != found.narrator:
                beside[described.figure, figure.figure] += 1
    return beside


_SAID_THE = re.compile(
    rf"\b(?:{'|'.join(sorted(FIRM))})\s+(?:the|a|an)\s+(?:[a-z][\w-]*\s+){{0,3}}?([a-z][\w-]{{2,}})(?=[,.;:!?]|\s*$)"
)
_THE_SAID = re.compile(
    rf"\b[Tt]he\s+(?:[a-z][\w-]*\s+){{0,2}}?([a-z][\w-]{{2,}})\s+(?:{'|'.join(sorted(FIRM))})\b"
)


def _speaking_nouns(found: Survey) -> set[str]:
    """Return nouns that this book has speak: ``said the tinker``."""
    nouns: Counter[str] = Counter()
    for prose, quoted in zip(found.paragraphs, found.quotations, strict=True):
        if quoted:
            plain = narration(prose.text, quoted)
            nouns.update(match[1] for match in _SAID_THE.finditer(plain))
            nouns.update(match[1] for match in _THE_SAID.finditer(plain))
    return {noun for noun in nouns if noun not in _NO_NOUNS and not noun.endswith("ly")}


_NO_NOUNS = words("other others first second last latter former same following words word thing one what")


def _describe(found: Survey) -> None:
    """Add people who are known by what they are."""
    by_name = {
        form.lower(): number
        for number, figure in enumerate(found.figures)
        for form in figure.forms
        if form.startswith("the ")
    }
    pattern = described_by(set(PERSONS) | _speaking_nouns(found))
    titles = _by_title(found)
    last: dict[int, int] = {}
    for index, (prose, quoted, mentions) in enumerate(
        zip(found.paragraphs, found.quotations, found.mentions, strict=True)
    ):
        last.update({mention.figure: index for mention in mentions if not mention.quoted})
        taken = {(mention.start, mention.end) for mention in mentions}
        for item in find_described(prose.text, pattern):
            if any(start < item.end and item.start < end for start, end in taken):
                continue
            inside = _inside(item.start, quoted)
            vocative = inside is not None and is_vocative(prose.text, item.start, item.end, inside)
            titled = _titled_figure(item, titles, last)
            if titled is not None:
                mentions.append(
                    Mention(
                        start=item.start,
                        end=item.end,
                        figure=titled,
                        kind=NAMED,
                        quoted=inside is not None,
                        vocative=vocative,
                    )
                )
                continue
            relation = item.determiner in POSSESSIVES and item.noun in RELATIONS
            name = f"{item.determiner} {item.noun}" if relation else f"the {item.name}"
            number = by_name.get(name)
            if number is None:
                number = by_name[name] = len(found.figures)
                figure = Figure(described=True)
                sex = PERSONS.get(item.noun)
                figure.female = 5.0 * (sex is Sex.FEMALE)
                figure.male = 5.0 * (sex is Sex.MALE)
                for word in (*item.adjectives, item.noun):
                    age = AGE_WORDS.get(word) or AGES.get(word)
                    if age is not None:
                        figure.ages[age] += 1
                found.figures.append(figure)
            found.figures[number].forms[name] += 1
            mentions.append(
                Mention(
                    start=item.start,
                    end=item.end,
                    figure=number,
                    kind=DESCRIBED,
                    quoted=inside is not None,
                    vocative=vocative,
                )
            )
        mentions.sort(key=lambda mention: (mention.start, -mention.end))


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


def narration(text: str, quoted: Sequence[Quotation]) -> str:
    """Return a paragraph with its quotations as spaces."""
    for quotation in quoted:
        text = text[: quotation.start] + " " * (quotation.end - quotation.start) + text[quotation.end :]
    return text


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
