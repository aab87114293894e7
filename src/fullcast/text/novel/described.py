"""People who are known by what they are: the old man, his wife, the count."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from fullcast.model import Sex
from fullcast.text.novel.mentions import Described, described_by, find_described
from fullcast.text.novel.people import Figure, take_apart
from fullcast.text.novel.scene import DESCRIBED, NAMED, Mention, Survey, inside, is_vocative, narration
from fullcast.text.novel.wording import (
    AGE_WORDS,
    AGES,
    FIRM,
    PERSONS,
    POSSESSIVES,
    RELATIONS,
    words,
)

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


def identify(found: Survey) -> None:
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


_NO_NOUNS = words(
    """
    other others first second last latter former same following words word thing one what
    """
)


def describe(found: Survey) -> None:
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
            titled = _titled_figure(item, titles, last)
            within = inside(item.start, quoted)
            mention = Mention(
                start=item.start,
                end=item.end,
                figure=_figure_of(found, item, by_name) if titled is None else titled,
                kind=DESCRIBED if titled is None else NAMED,
                quoted=within is not None,
                vocative=within is not None and is_vocative(prose.text, item.start, item.end, within),
            )
            mentions.append(mention)
        mentions.sort(key=lambda mention: (mention.start, -mention.end))


def _figure_of(found: Survey, item: Described, by_name: dict[str, int]) -> int:
    """Return the figure that a description means; a new one where it stands for the first time."""
    relation = item.determiner in POSSESSIVES and item.noun in RELATIONS
    name = f"{item.determiner} {item.noun}" if relation else f"the {item.name}"
    number = by_name.setdefault(name, len(found.figures))
    if number == len(found.figures):
        found.figures.append(_new_figure(item))
    found.figures[number].forms[name] += 1
    return number


def _new_figure(item: Described) -> Figure:
    """Return a figure with what its description tells of sex and age."""
    sex = PERSONS.get(item.noun)
    figure = Figure(described=True, female=5.0 * (sex is Sex.FEMALE), male=5.0 * (sex is Sex.MALE))
    ages = (AGE_WORDS.get(word) or AGES.get(word) for word in (*item.adjectives, item.noun))
    figure.ages.update(age for age in ages if age is not None)
    return figure
