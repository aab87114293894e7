"""Who says which quotation, as far as the text itself says so.

Attribution is a row of stages; each labels what it knows and leaves the rest to the next. A stage that
guesses (from turns, from pronouns, from a model) has its place at the end of the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fullcast.model import ANYONE, NARRATOR, Evidence
from fullcast.text.cast import name_pattern
from fullcast.text.passage import Label, Labels, Passage, Stage
from fullcast.text.verbs import ADJECTIVES, AND, CJK_VERBS, LINKS, SUBJECTS, VERBS, one_of, verb_pattern

_FAR = 160
"""Characters of narration in which a tag is looked for."""


def attribute(passage: Passage, stages: Sequence[Stage]) -> dict[int, Label]:
    """Return the label of every stretch that a stage could label; the first stage to do so counts."""
    labels: dict[int, Label] = {}
    for stage in stages:
        labels = {**stage(passage, labels), **labels}
    return labels


def label_given(passage: Passage, _labels: Labels) -> Labels:
    """Label what a mark, a ``Name:`` or the absence of quotation marks decides."""
    found: dict[int, Label] = {}
    for number, stretch in enumerate(passage.stretches):
        if stretch.given is not None:
            found[number] = stretch.given
        elif not stretch.quoted:
            found[number] = Label(speaker=NARRATOR, evidence=Evidence.NARRATION)
    return found


def label_tagged(passage: Passage, labels: Labels) -> Labels:
    """Label quotations that have a said-tag with a name of the cast, behind, between or in front."""
    patterns = _compile_tags(passage)
    if patterns is None:
        return {}
    found: dict[int, Label] = {}
    for number, stretch in enumerate(passage.stretches):
        if stretch.quoted and number not in labels:
            speaker = _find_behind(passage, number, patterns) or _find_in_front(passage, number, patterns)
            if speaker is not None and speaker != NARRATOR:
                found[number] = Label(speaker=speaker, evidence=Evidence.TAG)
    return found


def label_continued(passage: Passage, labels: Labels) -> Labels:
    """Label what belongs to an utterance that is labelled, and other quotations of its paragraph.

    Within a paragraph one person speaks, except where two quotations stand side by side.
    """
    found = dict(_spread_utterances(passage, labels))
    known = {**labels, **found}
    for rows in _paragraphs(passage):
        for group in _talk(passage, rows):
            speakers = {known[number].speaker for number in group if number in known}
            if len(speakers) == 1:
                label = Label(speaker=speakers.pop(), evidence=Evidence.CONTINUED)
                found |= {number: label for number in group if number not in known}
    return {**dict(_spread_utterances(passage, {**labels, **found})), **found}


def label_unknown(passage: Passage, labels: Labels) -> Labels:
    """Label what nobody could be named for: ``*``, which becomes the narrator where the cast lacks it."""
    numbers = (number for number in range(len(passage.stretches)) if number not in labels)
    return {number: Label(speaker=ANYONE, evidence=Evidence.UNKNOWN) for number in numbers}


STAGES: tuple[Stage, ...] = (label_given, label_tagged, label_continued)
"""What the text says by itself."""


def _spread_utterances(passage: Passage, labels: Labels) -> Iterator[tuple[int, Label]]:
    speakers = {
        stretch.utterance: labels[number].speaker
        for number, stretch in enumerate(passage.stretches)
        if stretch.utterance >= 0 and number in labels
    }
    for number, stretch in enumerate(passage.stretches):
        if number not in labels and stretch.utterance in speakers:
            label = Label(speaker=speakers[stretch.utterance], evidence=Evidence.CONTINUED)
            yield number, label


def _paragraphs(passage: Passage) -> Iterator[list[int]]:
    """Yield the numbers of the stretches of each paragraph."""
    rows: list[int] = []
    for number, stretch in enumerate(passage.stretches):
        if rows and passage.stretches[rows[-1]].paragraph != stretch.paragraph:
            yield rows
            rows = []
        rows.append(number)
    if rows:
        yield rows


def _talk(passage: Passage, rows: list[int]) -> Iterator[list[int]]:
    """Yield the quotations of a paragraph in groups of one speaker; two side by side are two speakers."""
    group: list[int] = []
    for number in rows:
        stretch = passage.stretches[number]
        if not stretch.quoted or stretch.given is not None:
            continue
        if group and number == group[-1] + 1 and stretch.utterance != passage.stretches[group[-1]].utterance:
            yield group
            group = []
        group.append(number)
    yield group


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tags:
    behind: tuple[re.Pattern[str], ...]
    in_front: tuple[re.Pattern[str], ...]


def _compile_tags(passage: Passage) -> _Tags | None:
    if not passage.names.written:
        return None
    name = f"(?P<name>{name_pattern(passage.names)})"
    if passage.language in CJK_VERBS:
        return _compile_unspaced(name, passage.language)
    if passage.language in VERBS:
        return _compile_spaced(name, passage.language)
    return None


def _compile_spaced(name: str, language: str) -> _Tags:
    """Return tags of a language whose verb stands beside the name, in either order."""
    verb = rf"(?:{verb_pattern(language)})\b"
    adjectives = rf"(?:(?:{one_of(ADJECTIVES[language])}) ){{0,3}}"
    person = rf"(?i:{adjectives})\b{name}\b"
    subjects = one_of(SUBJECTS[language])
    between = rf"(?!(?:{subjects}|{one_of(LINKS[language])})\b)[\w’'-]+\s+"
    other = rf"(?!(?:{subjects})\b)[\w’'-]+\s+"
    along = rf"(?:{between}){{0,2}}?(?:(?:{other}){{1,6}}?(?:{AND[language]})\s+(?:{between}){{0,2}}?)?"
    forward = rf"{person}(?:,[^,.“”\"]{{1,40}},)?\s+{along}{verb}"
    reflexive = r"(?:(?:s[’']|se |me |lui )\s?)?" if language in {"fr", "es"} else ""
    backward = rf"(?i:{reflexive}{verb})(?:\s+(?:sich|[a-zà-ÿ]+ly|then|again))?\s+{person}"
    tail = r"(?:[^.!?“”\"]{0,60}?)[\s,:;—–]*$"
    start = r"^[\s,;—–-]*(?:(?:and|then|und|y|et)\s+)?"
    flags = re.DOTALL
    return _Tags(
        behind=(
            re.compile(start + backward, flags),
            re.compile(start + forward + r"(?!\s+(?:that|dass|que)\b)", flags),
        ),
        in_front=(
            re.compile(rf"(?:^|[.!?…]\s|[,;—–]\s)[^.!?…“”\"]*?\b{forward}{tail}", flags),
            re.compile(rf"(?:^|[.!?…]\s|[,;—–]\s){backward}{tail}", flags),
        ),
    )


def _compile_unspaced(name: str, language: str) -> _Tags:
    """Return tags of a language that writes no spaces."""
    verbs = verb_pattern(language)
    if language == "ja":
        return _Tags(
            behind=(
                re.compile(
                    rf"^[、，]?(?:と|って)[、，]?[^。！？「」]{{0,6}}?{name}[はがも][^。！？「」]{{0,16}}?(?:{verbs})"
                ),
            ),
            in_front=(
                re.compile(rf"{name}[はがも][^。！？「」]{{0,16}}?(?:(?:{verbs})[^。]{{0,2}}。?|[、，：])?$"),
            ),
        )
    return _Tags(
        behind=(re.compile(rf"^[，,]?\s*{name}[^。！？“”「」，,]{{0,10}}?(?:{verbs})"),),
        in_front=(
            re.compile(
                rf"(?:^|[。！？，,；])[^。！？“”「」，,]{{0,8}}?{name}[^。！？“”「」]{{0,20}}?(?:{verbs})[着了]?[：:，,]?\s*$"
            ),
        ),
    )


def _find_behind(passage: Passage, number: int, tags: _Tags) -> str | None:
    """Return who a tag right behind a quotation names."""
    following = number + 1
    if following >= len(passage.stretches) or not _same_paragraph(passage, number, following):
        return None
    if passage.stretches[following].quoted:
        return None
    return _match(passage, tags.behind, passage.text(following)[:_FAR])


def _find_in_front(passage: Passage, number: int, tags: _Tags) -> str | None:
    """Return who a tag in front of a quotation names; it may end the paragraph before, with a colon."""
    before = number - 1
    if before < 0 or passage.stretches[before].quoted:
        return None
    text = passage.text(before).rstrip()
    if not _same_paragraph(passage, number, before) and not text.endswith((":", "：")):
        return None
    return _match(passage, tags.in_front, text[-_FAR:])


def _same_paragraph(passage: Passage, one: int, other: int) -> bool:
    return passage.stretches[one].paragraph == passage.stretches[other].paragraph


def _match(passage: Passage, patterns: Sequence[re.Pattern[str]], text: str) -> str | None:
    for pattern in patterns:
        match = pattern.search(text)
        if match:
            return passage.names.find(match["name"])
    return None
