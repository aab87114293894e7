"""Gathering names into people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fullcast.model import Age, Person, Sex
from fullcast.text.novel.wording import (
    FEMALE_NAMES,
    FEMALE_TITLES,
    MALE_NAMES,
    MALE_TITLES,
    NICKNAMES,
    SOFT_TITLES,
    TITLES,
    words,
)


@dataclass(slots=True)
class Figure:
    """Somebody in the making: names and what speaks for a sex."""

    forms: Counter[str] = field(default_factory=Counter)
    """The forms of the name as they are written, and how often."""
    female: float = 0.0
    male: float = 0.0
    ages: Counter[Age] = field(default_factory=Counter)
    described: bool = False
    """Known by what they are alone."""
    narrator: bool = False
    known: str | None = None
    """Name in the cast of a project."""

    @property
    def count(self) -> int:
        """How often the text names them."""
        return sum(self.forms.values())

    @property
    def sex(self) -> Sex | None:
        """The sex that the text tells."""
        if self.female > 1.5 * self.male and self.female >= 1:
            return Sex.FEMALE
        if self.male > 1.5 * self.female and self.male >= 1:
            return Sex.MALE
        return None

    @property
    def name(self) -> str:
        """The name to call them by: the form that the book uses most."""
        if self.known is not None:
            return self.known
        return choose_name(self.forms) if self.forms else "?"


def choose_name(forms: Mapping[str, int]) -> str:
    """Return the form by which to call somebody: first name and surname where the book has them together.

    >>> choose_name({"Bill": 328, "Bill Gorton": 6}), choose_name({"Darcy": 102, "Mr. Darcy": 273})
    ('Bill Gorton', 'Mr. Darcy')
    """

    def often(form: str) -> tuple[int, int, str]:
        return forms[form], len(form), form

    parts = {form: take_apart(form.removeprefix("the ").split()) for form in forms}
    full = [form for form in forms if len(parts[form].rest) > 1 and not parts[form].titles]
    if full and forms[best := max(full, key=often)] >= _FULL:
        return best
    best = max(forms, key=often)
    last = parts[max(full, key=often)].rest[-1] if full else ""
    family = sum(forms[form] for form, own in parts.items() if own.rest == (last,) and not own.hard & _WOMEN)
    if (
        family >= _FULL
        and len(parts[best].rest) == 1
        and parts[best].rest != (last,)
        and not parts[best].titles
    ):
        return f"{best} {last}"
    titled = [form for form in forms if parts[form].hard and parts[form].rest == parts[best].rest]
    if titled and not parts[best].titles and forms[max(titled, key=often)] * 10 >= forms[best]:
        return max(titled, key=often)
    return best


_WOMEN = frozenset({"mrs", "miss"})

_FULL = 3
"""How often first name and surname must stand together to be what somebody is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """A name taken apart."""

    titles: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def sex(self) -> Sex | None:
        """The sex that the title tells."""
        for title in self.titles:
            if title in MALE_TITLES:
                return Sex.MALE
            if title in FEMALE_TITLES:
                return Sex.FEMALE
        return None

    @property
    def hard(self) -> frozenset[str]:
        """Titles that tell two people apart."""
        return frozenset(self.titles) - SOFT_TITLES


def take_apart(words: Sequence[str]) -> NameParts:
    """Return titles and the rest of a name.

    >>> take_apart(("Mr", "Bennet")).titles
    ('mr',)
    """
    count = 0
    while count < len(words) and words[count].lower().rstrip(".") in TITLES:
        count += 1
    if count == len(words) and count:
        count -= 1  # "the Doctor": the title is the name
    return NameParts(
        titles=tuple(word.lower().rstrip(".") for word in words[:count]), rest=tuple(words[count:])
    )


_MRS = frozenset({"mrs", "mme", "madame", "frau", "señora", "signora"})
_MISS = frozenset({"miss", "mlle", "mademoiselle", "fräulein", "señorita"})


def given_sex(name: str) -> Sex | None:
    """Return the sex that a first name tells."""
    low = name.lower()
    if low in FEMALE_NAMES or (NICKNAMES.get(low) in FEMALE_NAMES and low not in MALE_NAMES):
        return Sex.FEMALE
    if low in MALE_NAMES or NICKNAMES.get(low) in MALE_NAMES:
        return Sex.MALE
    return None


def gather(
    forms: Mapping[tuple[str, ...], int], together: Callable[[tuple[str, ...], tuple[str, ...]], float]
) -> dict[tuple[str, ...], int]:
    """Return which figure each form of a name means, as a number.

    Forms of two names stand for people; a first name, a nickname or a surname joins the one person that it
    can mean. A surname with ``Mrs`` is nobody who has it with ``Mr``.

    Args:
        forms: Every form as words, and how often it stands in the text.
        together: How often two forms stand in one paragraph, as a share of the rarer one: who is named beside
            somebody is somebody else.
    """
    return _Gathering(forms, together).gather()


class _Groups:
    """Sets of forms that mean one person."""

    def __init__(self) -> None:
        self._parent: dict[tuple[str, ...], tuple[str, ...]] = {}

    def add(self, form: tuple[str, ...]) -> None:
        self._parent.setdefault(form, form)

    def find(self, form: tuple[str, ...]) -> tuple[str, ...]:
        while self._parent[form] != form:
            form = self._parent[form]
        return form

    def join(self, one: tuple[str, ...], other: tuple[str, ...]) -> None:
        self.add(one)
        self.add(other)
        a, b = self.find(one), self.find(other)
        if a != b:
            self._parent[max(a, b)] = min(a, b)

    def members(self, form: tuple[str, ...]) -> list[tuple[str, ...]]:
        root = self.find(form)
        return [other for other in self._parent if self.find(other) == root]

    def numbers(self) -> dict[tuple[str, ...], int]:
        roots = {root: number for number, root in enumerate(dict.fromkeys(map(self.find, self._parent)))}
        return {form: roots[self.find(form)] for form in self._parent}


def same_first(one: str, other: str) -> bool:
    """Return whether two first names mean the same person: equal, or one short for the other."""
    a, b = one.lower(), other.lower()
    if a == b:
        return True
    if NICKNAMES.get(a, a) == NICKNAMES.get(b, b):
        return True
    return len(a) > 1 and len(b) > 1 and (a[0] == b[0]) and min(len(a), len(b)) == 1


_OFTEN = 0.25
"""Share of paragraphs in common from which on two names are two people."""

_FAR_MORE = 4
"""How many times as often one of several people must be named for a first name to mean that one."""

_MARRIED = 0.1
"""The same where one of the names is a married woman's: mothers and daughters share theirs."""

_FIRST_NAME_TITLES = words("miss master lady sir aunt uncle cousin brother sister don doña dame")


class _Gathering:
    """Forms on their way into groups."""

    def __init__(
        self,
        forms: Mapping[tuple[str, ...], int],
        together: Callable[[tuple[str, ...], tuple[str, ...]], float],
    ) -> None:
        self.forms = forms
        self.together = together
        self.parts = {form: take_apart(form) for form in forms}
        self.groups = _Groups()
        self.ordered = sorted(forms, key=lambda form: (-len(self.parts[form].rest), -forms[form], form))
        self.full = [form for form in self.ordered if len(self.parts[form].rest) > 1]
        self.singles = [form for form in self.ordered if len(self.parts[form].rest) == 1]
        self.surnames = {self.parts[form].rest[-1] for form in self.full if forms[form] > 1} | {
            self.parts[form].rest[0]
            for form in self.singles
            if self.parts[form].hard - _FIRST_NAME_TITLES - {"monsieur", "mademoiselle", "madame", "m"}
        }

    def gather(self) -> dict[tuple[str, ...], int]:
        for form in self.ordered:
            self.groups.add(form)
        for number, form in enumerate(self.full):
            self._join_full(form, self.full[:number])
        for form in self.singles:
            self._join_first(form)
        self._join_nicknames()
        families: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for form in self.singles:
            families[self.parts[form].rest[0]].append(form)
        for surname, members in families.items():
            self._join_family(members, [form for form in self.full if self.parts[form].rest[-1] == surname])
        return self.groups.numbers()

    def _members(self, form: tuple[str, ...]) -> list[NameParts]:
        return [self.parts[member] for member in self.groups.members(form)]

    def _fits(self, form: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Return whether a form can mean who another one means: sex, marriage, and never side by side."""
        own = self.parts[form]
        theirs = self._members(other)
        sexes = {part.sex for part in theirs} | {
            given_sex(part.rest[0]) for part in theirs if len(part.rest) > 1
        }
        if own.sex is not None and sexes - {None, own.sex}:
            return False
        if _clash(own, theirs):
            return False
        often = _MARRIED if (own.hard | _titles(theirs)) & _MRS and not own.hard & _titles(theirs) else _OFTEN
        return all(self.together(form, member) < often for member in self.groups.members(other))

    def _join_full(self, form: tuple[str, ...], others: Sequence[tuple[str, ...]]) -> None:
        """Join a full name to one with the same surname and first name."""
        own = self.parts[form]
        for other in others:
            theirs = self.parts[other]
            if own.rest[-1] != theirs.rest[-1] or not same_first(own.rest[0], theirs.rest[0]):
                continue
            if self._fits(form, other):
                self.groups.join(form, other)
                return

    def _join_first(self, form: tuple[str, ...]) -> None:
        """Join a first name to the one full name that has it, or has a longer form of it."""
        own = self.parts[form]
        word = own.rest[0]
        if own.hard - _FIRST_NAME_TITLES - {"monsieur", "mademoiselle", "madame", "mr", "mrs", "m"}:
            return
        exact = {self.groups.find(full) for full in self.full if self._is_first(form, full, word)}
        if own.hard & {"mr", "mrs", "monsieur", "madame", "m"} and not exact:
            return
        titled = sum(self.forms[other] for other in self.singles if self._by_surname(other, word))
        if word in self.surnames and titled >= sum(self.forms[full] for full in self.full if full[0] == word):
            return
        near = exact or {
            self.groups.find(full)
            for full in self.full
            if same_first(word, self.parts[full].rest[0]) and self._fits(form, full)
        }
        weights = {
            root: sum(self.forms[member] for member in self.groups.members(root)) for root in sorted(near)
        }
        best = max(weights, key=lambda root: weights[root]) if weights else None
        families = {root[-1] for root in near}
        if (
            best is not None
            and len(families) == len(near)
            and weights[best] >= _FAR_MORE * (sum(weights.values()) - weights[best])
        ):
            self.groups.join(form, best)
        elif (same := [other for other in self.singles if self.parts[other].rest[0] == word]) and (
            word not in self.surnames
        ):
            for other in same:
                if self._fits(form, other):
                    self.groups.join(form, other)

    def _by_surname(self, form: tuple[str, ...], word: str) -> bool:
        """Return whether a form is a word behind a title that stands in front of surnames."""
        own = self.parts[form]
        return own.rest[0] == word and bool(own.hard - _FIRST_NAME_TITLES)

    def _is_first(self, form: tuple[str, ...], full: tuple[str, ...], word: str) -> bool:
        return self.parts[full].rest[0] == word and self._fits(form, full)

    def _join_nicknames(self) -> None:
        """Join short and long forms of a first name where neither has a family yet."""
        bare = [form for form in self.singles if not self.parts[form].titles]
        whole = {self.groups.find(form) for form in self.full}
        for number, form in enumerate(bare):
            word = self.parts[form].rest[0]
            for other in bare[:number]:
                name = self.parts[other].rest[0]
                if not same_first(word, name) or word in self.surnames or name in self.surnames:
                    continue
                roots = {self.groups.find(form), self.groups.find(other)}
                if len(roots & whole) < 2 and self.together(form, other) < _OFTEN:
                    self.groups.join(form, other)

    def _join_family(self, members: Sequence[tuple[str, ...]], full: Sequence[tuple[str, ...]]) -> None:
        """Join surnames, with and without titles, to the one person of the family that they can mean."""
        titled = [form for form in members if self.parts[form].hard]
        for form in titled:
            fitting = {self.groups.find(other) for other in full if self._fits(form, other)}
            if self.parts[form].hard & _MRS:
                married = {root for root in fitting if any(part.hard & _MRS for part in self._members(root))}
                fitting = married or fitting
            if len(fitting) == 1:
                self.groups.join(form, fitting.pop())
        for one in titled:
            for other in titled:
                a, b = self.parts[one], self.parts[other]
                if one < other and (a.sex == b.sex or None in {a.sex, b.sex}) and self._fits(one, other):
                    same = {self.groups.find(form) for form in titled if self._fits(one, form)}
                    if len(same) <= 2:
                        self.groups.join(one, other)
        for form in members:
            if not self.parts[form].hard:
                self._join_bare(form, {self.groups.find(other) for other in (*full, *titled)})

    def _join_bare(self, form: tuple[str, ...], roots: set[tuple[str, ...]]) -> None:
        """Join a bare surname: to the only one, or to the man who is named most."""
        if len(roots) > 1:
            men = [root for root in roots if _sex_of(root, self.parts, self.groups) is not Sex.FEMALE]
            roots = set(men) or roots
        if len(roots) > 1:
            weights = {root: sum(self.forms[other] for other in self.groups.members(root)) for root in roots}
            best = max(sorted(weights), key=lambda root: weights[root])
            roots = {best} if weights[best] * 2 > sum(weights.values()) else set()
        if roots:
            self.groups.join(form, roots.pop())


def _sex_of(form: tuple[str, ...], parts: Mapping[tuple[str, ...], NameParts], groups: _Groups) -> Sex | None:
    for own in (parts[member] for member in groups.members(form)):
        if own.sex is not None:
            return own.sex
        if len(own.rest) > 1 and (sex := given_sex(own.rest[0])):
            return sex
    return None


def _titles(members: Iterable[NameParts]) -> frozenset[str]:
    return frozenset(title for part in members for title in part.titles)


def _clash(own: NameParts, others: Iterable[NameParts]) -> bool:
    """Return whether titles part two people: a wife and a daughter."""
    for other in others:
        if (own.hard & _MRS and other.hard & _MISS) or (own.hard & _MISS and other.hard & _MRS):
            return True
    return False


def as_person(figure: Figure, lines: int) -> Person:
    """Return a figure as a person."""
    name = figure.name
    aliases = [form for form, _ in figure.forms.most_common() if form != name]
    age = figure.ages.most_common(1)[0][0] if figure.ages else None
    return Person(name=name, aliases=tuple(aliases), sex=figure.sex, age=age, lines=lines)
