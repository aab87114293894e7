"""From a chapter to its script: who says which words, where scenes, pauses and cues stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby

from fullcast.errors import Place, Problem, Severity
from fullcast.fingerprint import line_id
from fullcast.model import (
    ANYONE,
    NARRATOR,
    AnchorKind,
    Chapter,
    Character,
    Cue,
    Evidence,
    Line,
    LineKind,
    PlacedCue,
    Role,
    Run,
    Script,
    Span,
    SpanKind,
)
from fullcast.text.anchors import Ground, find_anchor, fold_words
from fullcast.text.attribution import STAGES, attribute, label_unknown
from fullcast.text.cast import read_names
from fullcast.text.cutting import Outline, Paragraph, cut_stretches, read_outline
from fullcast.text.directives import read_directives
from fullcast.text.document import Document, Flat
from fullcast.text.markup import read_markup
from fullcast.text.normalise import normalise_source
from fullcast.text.passage import Label, Passage, Stage, Stretch
from fullcast.units import Seconds

_GAP = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A chapter taken apart, before it is decided who says what."""

    chapter: Chapter
    document: Document
    outline: Outline
    passage: Passage
    problems: tuple[Problem, ...]
    """What is wrong with the names in its marks."""


def draft_script(chapter: Chapter, cast: Mapping[str, Character], language: str) -> Draft:
    """Return a chapter taken apart.

    Args:
        chapter: The chapter, its text normalised.
        cast: The members by name; holds ``Narrator``.
        language: BCP 47 tag of the book.
    """
    document = read_markup(chapter.text, chapter.file)
    outline = read_outline(document, chapter)
    passage, problems = cut_stretches(outline, chapter, read_names(cast), language)
    return Draft(chapter=chapter, document=document, outline=outline, passage=passage, problems=problems)


def write_script(
    chapter: Chapter, cast: Mapping[str, Character], language: str, *, stages: Sequence[Stage] = STAGES
) -> tuple[Script, tuple[Problem, ...]]:
    """Return the script of a chapter, and everything that is wrong with its text and cues.

    Args:
        chapter: The chapter, its text normalised.
        cast: The members by name; holds ``Narrator``.
        language: BCP 47 tag of the book.
        stages: Who is asked who speaks, in order.
    """
    return finish_script(draft_script(chapter, cast, language), cast, stages)


def finish_script(
    draft: Draft, cast: Mapping[str, Character], stages: Sequence[Stage]
) -> tuple[Script, tuple[Problem, ...]]:
    """Return the script of a chapter that was taken apart, and everything that is wrong with it.

    The spans of the script are the whole source; every character of it that is spoken is in exactly one run
    of one line. Problems never stop the work: what could not be understood is spoken as it stands.

    Args:
        draft: The chapter.
        cast: The members by name; holds ``Narrator``.
        stages: Who is asked who speaks, in order.
    """
    chapter, outline = draft.chapter, draft.outline
    labels = attribute(draft.passage, (*stages, label_unknown))
    writing = _Writing(chapter=chapter, anyone=draft.passage.names.anyone)
    _write_title(writing, outline)
    _write_lines(writing, outline, draft.passage, labels)
    placed, misplaced = _place_cues(chapter, outline)
    directed = read_directives(draft.document, chapter.file, placed)
    lines, tail = _with_pauses(writing.lines, directed.pauses)
    script = Script(lines=lines, spans=_cover(chapter.text, lines), cues=directed.cues, tail_pause=tail)
    problems = (
        *draft.document.problems,
        *draft.problems,
        *_complain_of_silence(chapter, outline),
        *misplaced,
        *directed.problems,
        *_warn_of_shared_voices(chapter, lines, cast),
    )
    return script, problems


@dataclass(slots=True)
class _Writing:
    chapter: Chapter
    anyone: bool
    lines: list[Line] = field(default_factory=list)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, line: Line) -> None:
        """Add a line under its id, which counts equal lines before it."""
        text = line.text
        occurrence = self.seen[line.speaker, text]
        self.seen[line.speaker, text] += 1
        self.lines.append(replace(line, id=line_id(self.chapter.file, line.speaker, text, occurrence)))


def _write_title(writing: _Writing, outline: Outline) -> None:
    if not writing.chapter.speak_title:
        return
    if outline.title is not None:
        runs = tuple(_runs(writing.chapter.text, outline.title, 0, len(outline.title.text)))
    else:
        words = " ".join(normalise_source(writing.chapter.title).split())
        runs = (Run(text=words, start=-1),) if words else ()
    if runs:
        writing.add(Line(id="", speaker=NARRATOR, kind=LineKind.TITLE, runs=runs, paragraph=0, scene=0))


def _write_lines(writing: _Writing, outline: Outline, passage: Passage, labels: Mapping[int, Label]) -> None:
    """Write the stretches as lines; neighbours of one speaker in a paragraph are one line."""
    numbered = enumerate(passage.stretches)
    speakers = ((stretch, _speaker(writing, labels[number])) for number, stretch in numbered)
    for (index, speaker), rows in groupby(speakers, key=lambda row: (row[0].paragraph, row[1].speaker)):
        members = list(rows)
        stretches = [stretch for stretch, _ in members]
        paragraph = outline.paragraphs[index]
        runs = _runs(writing.chapter.text, paragraph.flat, stretches[0].start, stretches[-1].end)
        line = Line(
            id="",
            speaker=speaker,
            kind=_kind(stretches),
            runs=tuple(runs),
            paragraph=index + 1,
            scene=paragraph.scene,
            evidence=_evidence([label for _, label in members]),
        )
        writing.add(line)


def _speaker(writing: _Writing, label: Label) -> Label:
    return replace(label, speaker=NARRATOR) if label.speaker == ANYONE and not writing.anyone else label


def _kind(stretches: Sequence[Stretch]) -> LineKind:
    return LineKind.QUOTATION if all(stretch.quoted for stretch in stretches) else LineKind.NARRATION


def _evidence(labels: Sequence[Label]) -> Evidence:
    """Return the weakest reason: a line with words that nobody could be named for is to be looked at."""
    evidence = [label.evidence for label in labels]
    return Evidence.UNKNOWN if Evidence.UNKNOWN in evidence else evidence[0]


def _runs(source: str, flat: Flat, start: int, end: int) -> Iterator[Run]:
    """Yield the words between two offsets of a paragraph as runs, without white space at the ends."""
    words = flat.text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    for piece in flat.cut(start, end):
        mark = piece.mark
        yield Run(
            text=source[piece.start : piece.end],
            start=piece.start,
            language=mark.language,
            style=mark.style,
            say=mark.say,
            staging=mark.staging,
        )


def _with_pauses(
    lines: Sequence[Line], pauses: Mapping[int, Seconds]
) -> tuple[tuple[Line, ...], Seconds | None]:
    """Return the lines with the pauses of the directives in front of them, and the pause behind the last."""
    waiting = sorted(pauses.items())
    paused: list[Line] = []
    for line in lines:
        due = [seconds for offset, seconds in waiting if offset < line.runs[0].start]
        waiting = waiting[len(due) :]
        paused.append(replace(line, pause_before=Seconds(sum(due))) if due else line)
    rest = [seconds for _, seconds in waiting]
    return tuple(paused), Seconds(sum(rest)) if rest else None


def _cover(source: str, lines: Sequence[Line]) -> tuple[Span, ...]:
    """Return spans over the whole source: runs are spoken, what lies between is space or markup."""
    spans: list[Span] = []
    position = 0
    runs = sorted(
        (run.start, run.start + len(run.text)) for line in lines for run in line.runs if run.start >= 0
    )
    for start, end in [*runs, (len(source), len(source))]:
        for match in _GAP.finditer(source, position, start):
            kind = SpanKind.SPACE if match[0].isspace() else SpanKind.MARKUP
            spans.append(Span(start=match.start(), end=match.end(), kind=kind))
        if start < end:
            spans.append(Span(start=start, end=end, kind=SpanKind.SPOKEN))
        position = end
    return tuple(spans)


def _place_cues(chapter: Chapter, outline: Outline) -> tuple[tuple[PlacedCue, ...], list[Problem]]:
    """Return the project's cues with their anchors found, and those that could not be placed as problems."""
    problems: list[Problem] = []
    placed: list[PlacedCue] = []
    if not chapter.cues:
        return (), problems
    ground = _read_ground(chapter, outline)
    for cue in chapter.cues:
        start = _find(ground, cue, problems, end=False)
        end = _find(ground, cue, problems, end=True) if cue.end is not None else None
        if start is None or (end is None and cue.end is not None):
            continue
        if end is not None and end <= start:
            hint = "its end must stand behind its beginning"
            problems.append(
                Problem(
                    code="cue-backwards",
                    message=f"'{cue.sound}' ends before it begins",
                    place=cue.place,
                    hint=hint,
                )
            )
            continue
        placed.append(PlacedCue(cue=cue, start=start, end=end))
    return tuple(placed), problems


def _find(ground: Ground, cue: Cue, problems: list[Problem], *, end: bool) -> int | None:
    anchor = cue.end if end and cue.end is not None else cue.start
    if not end and cue.role is Role.OUTRO and anchor.kind is AnchorKind.START:
        return len(ground.source)
    found = find_anchor(ground, anchor, end=end)
    if isinstance(found, Problem):
        problems.append(found if found.place else replace(found, place=cue.place))
        return None
    return found


def _read_ground(chapter: Chapter, outline: Outline) -> Ground:
    stretches: list[tuple[int, int]] = []
    flats = [paragraph.flat for paragraph in outline.paragraphs]
    if outline.title is not None:
        flats.insert(0, outline.title)
    for flat in flats:
        stretches.extend((piece.start, piece.end) for piece in flat.pieces)
        stretches.append((flat.pieces[-1].end, flat.pieces[-1].end))
    return Ground(
        file=chapter.file,
        source=chapter.text,
        words=fold_words(chapter.text, stretches),
        paragraphs=[_extent(paragraph) for paragraph in outline.paragraphs],
    )


def _extent(paragraph: Paragraph) -> tuple[int, int]:
    return paragraph.flat.pieces[0].start, paragraph.flat.pieces[-1].end


def _complain_of_silence(chapter: Chapter, outline: Outline) -> Iterator[Problem]:
    if outline.paragraphs:
        return
    if not chapter.text.strip():
        message, hint, code = "is empty", "write its text, or take it out of the project", "empty-chapter"
    else:
        message, hint = "holds marks, but no words to speak", "write its text between the marks"
        code = "nothing-to-speak"
    text = f"the chapter '{chapter.title}' {message}"
    yield Problem(code=code, message=text, place=Place(file=chapter.file, line=1, column=1), hint=hint)


def _warn_of_shared_voices(
    chapter: Chapter, lines: Sequence[Line], cast: Mapping[str, Character]
) -> Iterator[Problem]:
    """Yield a warning for each two characters who speak with one voice in a scene; ``*`` is nobody."""
    scenes: dict[int, dict[str, None]] = {}
    for line in lines:
        if line.scene and line.speaker != ANYONE:
            scenes.setdefault(line.scene, {})[line.speaker] = None
    warned: set[frozenset[str]] = set()
    for scene, speakers in scenes.items():
        for one, other in combinations([name for name in speakers if name in cast], 2):
            pair = frozenset({one, other})
            if cast[one].voice != cast[other].voice or pair in warned:
                continue
            warned.add(pair)
            where = f"in scene {scene} of {chapter.file}"
            yield Problem(
                code="shared-voice",
                message=f"{one} and {other} both speak with the voice '{cast[one].voice}' {where}",
                place=cast[other].place or cast[one].place or Place(file=chapter.file),
                hint=f"give {other if other != NARRATOR else one} a voice of its own",
                severity=Severity.WARNING,
            )
