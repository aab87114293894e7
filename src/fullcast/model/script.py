"""The script: who says which words of a chapter, and where the cues stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fullcast.model.book import Cue
from fullcast.units import Decibels, Seconds


class SpanKind(StrEnum):
    """What a stretch of a chapter's source is."""

    SPOKEN = "spoken"
    """Words and their punctuation: belongs to exactly one line."""
    MARKUP = "markup"
    """Marks, directives, asterisks, heading signs: never spoken."""
    SPACE = "space"
    """White space between lines and blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a chapter's source; together the spans are the whole source."""

    start: int
    end: int
    kind: SpanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """Where and how words are heard; None leaves that to the character."""

    room: str | None = None
    effect: str | None = None
    pan: float | None = None
    level: Decibels | None = None
    """Added to the character's level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of a line with one set of attributes, contiguous in the source."""

    text: str
    start: int
    """Offset into the chapter's source: ``source[start:start + len(text)] == text``; -1 for a title from
    project.yaml, which stands in no chapter."""
    language: str | None = None
    """From ``lang=``; None is the book's language."""
    style: str | None = None
    """From ``style=``."""
    say: str | None = None
    """From ``say=``: IPA (between slashes, or with letters that only IPA has) or a respelling."""
    staging: Staging | None = None
    """From ``room=``, ``effect=``, ``pan=`` and ``level=``; changes the mix, never the recording."""


class LineKind(StrEnum):
    """What a line is in the book."""

    TITLE = "title"
    NARRATION = "narration"
    QUOTATION = "quotation"


class Evidence(StrEnum):
    """Why a line was given to its speaker."""

    MARK = "mark"
    """``as=`` in the text."""
    NAME = "name"
    """A ``Name: words`` paragraph."""
    TAG = "tag"
    """A said-tag with a name of the cast."""
    CONTINUED = "continued"
    """The same utterance goes on after an interruption or in the next paragraph."""
    NARRATION = "narration"
    PERSON = "person"
    """A person looked at the quotation and decided."""
    READING = "reading"
    """What the conversation and the text around it tell (``text.reading``)."""
    UNKNOWN = "unknown"
    """Nobody could be named: spoken by ``*`` where the cast has it, else by the narrator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One speaker's continuous words; never crosses a paragraph."""

    id: str
    """``fingerprint.line_id``: survives edits elsewhere."""
    speaker: str
    """A name of the cast."""
    kind: LineKind
    runs: tuple[Run, ...]
    paragraph: int
    """Counted from 1 over the chapter's prose paragraphs; 0 for the title."""
    scene: int
    """Counted from 1; 0 for the title."""
    evidence: Evidence = Evidence.NARRATION
    pause_before: Seconds | None = None
    """From ``::pause`` in front of the line; replaces the usual pause."""

    @property
    def text(self) -> str:
        """The words of the line, without markup."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCue:
    """A cue with its anchors found in the source."""

    cue: Cue
    start: int
    """Offset into the chapter's source."""
    end: int | None = None
    """Offset into the chapter's source; None: by itself (effects, music), or the chapter's end (beds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A chapter as it will be spoken."""

    lines: tuple[Line, ...]
    spans: tuple[Span, ...]
    """Cover the source without gap or overlap, in order."""
    cues: tuple[PlacedCue, ...] = ()
    tail_pause: Seconds | None = None
    """From a ``::pause`` after the last line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    """How a stretch of a segment's text is said."""

    start: int
    """Offset into ``Segment.text``."""
    end: int
    ipa: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The part of a line that an engine records at once."""

    line: str
    """Id of the line."""
    number: int
    """Counted from 0 within the line."""
    text: str
    """What is spoken: the line's own characters, respellings applied, control characters and layout
    normalised (``text.normalise.normalise_spoken``)."""
    start: int
    """Offset into ``Line.text`` of the segment's first character."""
    end: int
    language: str
    style: str = ""
    pronunciations: tuple[Pronunciation, ...] = ()
    ends_sentence: bool = True
    """Whether a sentence ends with the segment: decides the pause after it."""
