"""Turns of speech, and everything beside them that tells who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fullcast.model import Sex
from fullcast.text.novel.scene import Mention, Survey
from fullcast.text.novel.tags import Line, Subject, sentence_subject, tag_behind, tag_in_front
from fullcast.text.spoken import Quotation

_SIR = re.compile(
    r"\b(?:sir|my lord|old (?:man|chap|fellow|boy)|monsieur|my boy|my son)\b[\s,.!?;—-]", re.IGNORECASE
)
_MADAM = re.compile(
    r"\b(?:madam|ma['’]am|miss|my lady|madame|mademoiselle|my girl)\b[,.!?;—-]", re.IGNORECASE
)


@dataclass(slots=True)
class Turn:
    """Quotations of one paragraph that one person says."""

    paragraph: int
    quotations: list[Quotation]
    continues: bool
    """Whether it goes on with the quotation that the paragraph before left open."""
    tags: list[Subject] = field(default_factory=list)
    """Whom verbs of saying name."""
    beats: list[Subject] = field(default_factory=list)
    """Who does something beside the words."""
    vocatives: set[int] = field(default_factory=set)
    spoken_of: set[int] = field(default_factory=set)
    """Named in the words themselves, without being addressed."""
    gap: int = 0
    """Paragraphs of narration since the turn before; 9 behind a break."""
    alone: bool = False
    """Whether the paragraph is nothing but the quotation."""
    asks: bool = False
    address: Sex | None = None
    """The sex of whoever is addressed as sir or madam."""
    second: bool = False
    """Whether another turn stands in the same paragraph before it."""
    lead: Subject | None = None
    """Who is named first in the last sentence of the paragraph before, where that is narration."""
    colon: bool = False
    """Whether that sentence ends with a colon, a comma or a dash."""
    opener: Subject | None = None
    """Who is named first in that paragraph."""


def find_turns(found: Survey) -> list[Turn]:
    """Return the turns of a book, in order."""
    turns: list[Turn] = []
    gap = 9
    for number, (prose, quoted, mentions) in enumerate(
        zip(found.paragraphs, found.quotations, found.mentions, strict=True)
    ):
        gap = 9 if prose.breaks else gap
        if not quoted:
            gap = min(gap + 1, 9)
            continue
        line = Line(text=prose.text, mentions=mentions)
        for turn in _cut(number, line, quoted):
            turn.gap = 0 if turn.second else gap
            _fill(turn, line, mentions)
            if not turn.second and number and not prose.breaks:
                _look_back(turn, found, number - 1)
            turns.append(turn)
            gap = 0
        gap = 0
    return turns


def _cut(number: int, line: Line, quoted: Sequence[Quotation]) -> Iterator[Turn]:
    """Yield the turns of a paragraph: one, unless tags name two speakers."""
    turn: Turn | None = None
    named: int | None = None
    for index, quotation in enumerate(quoted):
        end = quoted[index + 1].start if index + 1 < len(quoted) else len(line.text)
        start = quoted[index - 1].end if index else 0
        behind = tag_behind(line, quotation.end, end)
        front = tag_in_front(line, start, quotation.start) if quotation.start > start else None
        tags = [tag for tag in (behind,) if tag and tag.kind != "beat"]
        own = next((tag.figure for tag in tags if tag.figure is not None), None)
        if turn is None or (own is not None and named is not None and own != named):
            if turn is not None:
                yield turn
            second = turn is not None
            turn = Turn(paragraph=number, quotations=[], continues=quotation.continues, second=second)
            named = None
        named = own if own is not None else named
        if front is not None and front.kind != "beat" and (not tags or front.kind == "front-inverted"):
            tags.append(front)
        turn.quotations.append(quotation)
        turn.tags.extend(tags)
        turn.beats.extend(beat for beat in (behind, front) if beat is not None and beat.kind == "beat")
    if turn is not None:
        yield turn


def _fill(turn: Turn, line: Line, mentions: Sequence[Mention]) -> None:
    start, end = turn.quotations[0].start, turn.quotations[-1].end
    for mention in mentions:
        if mention.quoted and start <= mention.start < end:
            (turn.vocatives if mention.vocative else turn.spoken_of).add(mention.figure)
    turn.spoken_of -= turn.vocatives
    outside = line.text[:start] + line.text[end:]
    turn.alone = len(turn.quotations) == 1 and not any(character.isalpha() for character in outside)
    words = line.text[turn.quotations[-1].start : end].rstrip(" \u2060\"”’'")
    turn.asks = words.endswith("?")
    spoken = " ".join(line.text[item.start : item.end] for item in turn.quotations)
    if _SIR.search(spoken):
        turn.address = Sex.MALE
    elif _MADAM.search(spoken):
        turn.address = Sex.FEMALE


_SHORT = 12
"""Characters behind a quotation that are too few for a sentence of narration."""


def _look_back(turn: Turn, found: Survey, number: int) -> None:
    """Find who the narration right in front of a turn is about."""
    text = found.paragraphs[number].text
    start = found.quotations[number][-1].end if found.quotations[number] else 0
    line = Line(text=text, mentions=found.mentions[number])
    if len(text) - start < _SHORT and start:
        return
    turn.lead = tag_in_front(line, start, len(text))
    turn.opener = sentence_subject(line, start, len(text)) if not start else None
    turn.colon = text.rstrip(" \u2060").endswith((":", ",", "--", "—", ":—", "-"))
    if turn.lead is not None and turn.lead.kind != "beat" and turn.colon:
        turn.tags.append(turn.lead)
