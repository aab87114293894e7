"""A line taken apart where language, style or staging change, with respellings in place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fullcast.model import Line, Run, Staging

_WORD = re.compile(r"[^\W_]")

_IPA = re.compile("[\u0250-\u02af\u02c8\u02cc\u02d0\u02d1\u0361]")
"""Letters and signs that only the phonetic alphabet has: its block, stress, length, tie bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """Words under a ``say=``: never cut."""

    start: int
    """Offset into ``Part.text``."""
    end: int
    line_end: int
    """Offset into ``Line.text``."""
    ipa: str | None
    """None for a respelling, which stands in ``Part.text`` already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Words of a line in one language and style."""

    text: str
    """Respellings applied."""
    line_start: int
    """Offset into ``Line.text``."""
    language: str
    style: str
    atoms: tuple[Atom, ...] = ()

    def to_line(self, offset: int) -> int:
        """Return the offset into the line of an offset into ``text`` that lies inside no respelling."""
        number = bisect_right(self.atoms, offset, key=lambda atom: atom.end) - 1
        if number < 0:
            return self.line_start + offset
        return self.atoms[number].line_end + offset - self.atoms[number].end


def as_ipa(say: str) -> str | None:
    """Return the IPA of a ``say``: between slashes, or with letters that only IPA has; None for a respelling.

    >>> as_ipa("/hope/"), as_ipa("ʃɪˈvɔːn"), as_ipa("shi-VAWN")
    ('hope', 'ʃɪˈvɔːn', None)
    """
    if len(say) > 2 and say[0] == say[-1] == "/":
        return say[1:-1].strip()
    return say if _IPA.search(say) else None


def read_parts(line: Line, language: str, longest: int) -> Iterator[Part]:
    """Yield the parts of a line; punctuation between two parts stays with the one before it.

    Args:
        line: The line.
        language: BCP 47 tag of the book.
        longest: A respelling longer than this many characters is left out: no engine could take it.
    """
    position = 0
    for group in _group_runs(line.runs, language):
        yield _join_runs(group, position, _manner(group, language), longest)
        position += sum(len(run.text) for run in group)


def _group_runs(runs: Sequence[Run], language: str) -> list[list[Run]]:
    groups: list[list[Run]] = []
    waiting: list[Run] = []
    for _key, members in groupby(runs, key=lambda run: _manner((run,), language)):
        group = list(members)
        if not any(_WORD.search(run.text) for run in group):
            (groups[-1] if groups else waiting).extend(group)
        elif groups and _manner(groups[-1], language) == _manner(group, language):
            groups[-1].extend(group)
        else:
            groups.append(group)
    if waiting and groups:
        # The manner of a group is that of its first run with words, so marks in front change nothing.
        groups[0] = [*(_like(run, groups[0][0]) for run in waiting), *groups[0]]
    return groups or ([waiting] if waiting else [])


Manner = tuple[str, str, Staging | None]
"""Language, style and staging: what may not change within a recording."""


def _manner(group: Sequence[Run], language: str) -> Manner:
    return group[0].language or language, group[0].style or "", group[0].staging


def _like(run: Run, other: Run) -> Run:
    return replace(run, language=other.language, style=other.style, staging=other.staging)


def _join_runs(runs: Sequence[Run], position: int, manner: Manner, longest: int) -> Part:
    texts: list[str] = []
    atoms: list[Atom] = []
    length, line_end = 0, position
    for run in runs:
        ipa = as_ipa(run.say) if run.say else None
        respelling = run.say if run.say and ipa is None and len(run.say) <= longest else None
        text = respelling or run.text
        line_end += len(run.text)
        if run.say and (respelling or ipa):
            atoms.append(Atom(start=length, end=length + len(text), line_end=line_end, ipa=ipa))
        length += len(text)
        texts.append(text)
    language, style, _ = manner
    return Part(text="".join(texts), line_start=position, language=language, style=style, atoms=tuple(atoms))
