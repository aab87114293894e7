"""From a name as somebody wrote it to a member of the cast."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fullcast.model import ANYONE, NARRATOR, Character

_MALE = """mr mister sir lord master herr monsieur m don señor sr signor king prince duke count uncle"""

_FEMALE = """mrs ms miss lady madam madame mme mlle mademoiselle frau fräulein doña señora sra señorita
    signora queen princess duchess countess aunt mother"""

_NEITHER = """dr doctor prof professor captain capt colonel col major general inspector sergeant rev reverend
    father judge old young little"""


def _read_titles() -> Mapping[str, str]:
    """Return titles and what they say of a person: two people with different titles are not one."""
    kinds = ((_MALE, "he"), (_FEMALE, "she"), (_NEITHER, ""))
    return {title: sex for words, sex in kinds for title in words.split()}


_TITLES = _read_titles()

_WORD = re.compile(r"[^\W_](?:[\w’'\-]*[^\W_])?")

_PARTICLES = frozenset(
    {"the", "of", "and", "de", "von", "van", "der", "la", "le", "du", "da", "di", "del", "della", "zu", "y"}
)

_CAPITALISED = re.compile(r"^[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The cast by every form of a name that means one member only."""

    forms: Mapping[str, str]
    """Name of the member, by the form in lower case."""
    written: tuple[str, ...]
    """The forms as they are written in prose, longest first; words without a capital are left out."""
    members: tuple[str, ...]
    """Names of the cast as the project writes them, ``*`` left out."""
    anyone: bool
    """Whether the cast has ``*`` for those who are not named."""

    def find(self, name: str) -> str | None:
        """Return the member that a name means, or None.

        Case, titles and punctuation do not count, unless titles tell two people apart.
        """
        words = _words(name)
        found = self.forms.get(" ".join(words))
        if found is not None:
            return found
        title, rest = _split_title(words)
        found = self.forms.get(" ".join(rest))
        if found is None or not title or not rest:
            return None
        own = {_split_title(_words(form))[0] for form in self.written if self.forms[_fold(form)] == found}
        sexes = {_TITLES[other] for other in own if other} - {""}
        return found if not sexes or _TITLES[title] in sexes | {""} else None


def read_names(cast: Mapping[str, Character]) -> Names:
    """Return the cast by name.

    A member answers to the whole name, to every alias, to these without their titles and to each single word
    of them, as long as no other member answers to the same.

    Args:
        cast: The members by name.
    """
    members = tuple(name for name in cast if name != ANYONE)
    whole: dict[str, set[str]] = {}
    parts: dict[str, set[str]] = {}
    spelling: dict[str, str] = {}
    for name in members:
        for form in (name, *cast[name].aliases):
            whole.setdefault(_fold(form), set()).add(name)
            spelling.setdefault(_fold(form), form)
            for part in _parts(form) if name != NARRATOR else ():
                parts.setdefault(_fold(part), set()).add(name)
                spelling.setdefault(_fold(part), part)
    meant = {form: names for form, names in parts.items() if form not in whole} | whole
    forms = {form: next(iter(names)) for form, names in meant.items() if len(names) == 1 and form}
    narrator = _fold(NARRATOR)
    forms.setdefault(narrator, NARRATOR)
    written = {spelling[form] for form in forms if form != narrator and _CAPITALISED.match(spelling[form])}
    ordered = sorted(written, key=lambda form: (-len(form), form))
    return Names(forms=forms, written=tuple(ordered), members=members, anyone=ANYONE in cast)


def name_pattern(names: Names) -> str:
    """Return the names of the cast as a regular expression, an optional title in front.

    A name stands as the project spells it or in capitals.
    """
    titles = "|".join(
        sorted({title.capitalize() for title in _TITLES} | {"M"}, key=lambda title: (-len(title), title))
    )
    forms = []
    for form in names.written:
        flexible = r"\s+".join(re.escape(word) for word in form.split())
        forms.append(flexible)
        if form.upper() != form and form.isascii():
            forms.append(r"\s+".join(re.escape(word) for word in form.upper().split()))
    return rf"(?:(?:{titles})\.?\s+)?(?:{'|'.join(forms)})" if forms else r"(?!)"


def _words(name: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(name)]


def _fold(name: str) -> str:
    return " ".join(_words(name))


def _split_title(words: list[str]) -> tuple[str, list[str]]:
    if len(words) > 1 and words[0] in _TITLES:
        return words[0], words[1:]
    return "", words


def _parts(form: str) -> Iterator[str]:
    """Yield the shorter forms of a name: without its title, and its single words."""
    words = _WORD.findall(form)
    while len(words) > 1 and words[0].casefold() in _TITLES:
        words = words[1:]
        yield " ".join(words)
    for word in words:
        if len(word) > 1 and word[0].isupper() and word.casefold() not in _PARTICLES | set(_TITLES):
            yield word
