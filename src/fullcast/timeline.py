"""The timeline: when each take and each sound of a chapter is heard.

Times are samples at ``MIX_RATE`` throughout. Cues are anchored to text, so a new take moves them along and
never breaks the mix.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fullcast.model import (
    AnchorKind,
    Book,
    ChapterPlan,
    Cue,
    CueKind,
    Line,
    LineKind,
    LineTime,
    Placed,
    PlacedCue,
    PlannedTake,
    Role,
    Sound,
    Staging,
    Stem,
    Take,
    Timeline,
)
from fullcast.units import MIX_RATE, Decibels, Lufs, Samples, Seconds, to_samples

SPEECH_LEVEL = Lufs(-20.0)
"""Loudness that every voice is brought to in the mix; the master moves the whole chapter from here."""

WHOLE = 1024
"""Samples of a packet of AAC, whole ones to a chapter: in a book that is joined from packets a chapter then
has the same ones wherever it begins."""

_SOFTEN_IN = to_samples(0.003, MIX_RATE)
_SOFTEN_OUT = to_samples(0.012, MIX_RATE)
"""Fades at the edges of a take: a join can never click."""

_UNDER_WORDS = 0.25
"""Share of a music's closing fade that may lie under words: from there on it is 8 dB down and falling, and
with ducking even music as loud as the speech no longer covers a title."""

_BREATH = Seconds(0.25)
"""How long after the last word an effect sounds that stands between two takes."""

_STEMS = {CueKind.BED: Stem.AMBIENCE, CueKind.EFFECT: Stem.EFFECTS, CueKind.MUSIC: Stem.MUSIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What stands in the store for a chapter."""

    takes: Mapping[str, Take]
    """By key."""
    sounds: Mapping[str, Sound]
    """By key of the planned sound, or by the path of the project's own file."""
    levels: Mapping[str, Lufs]
    """Measured loudness of each voice, by the voice's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spoken:
    """A take at its place."""

    planned: PlannedTake
    take: Take
    start: int
    length: int


def make_timeline(book: Book, plan: ChapterPlan, recorded: Recorded) -> Timeline:
    """Return a chapter in time.

    Args:
        book: Pauses, cast and levels.
        plan: The chapter.
        recorded: Every take and sound of the plan.

    Raises:
        KeyError: If a take or a sound of the plan is not recorded; callers look first.
    """
    return _Builder(book, plan, recorded).build()


class _Builder:
    """Lays the takes of one chapter end to end, then hangs the sounds on them."""

    def __init__(self, book: Book, plan: ChapterPlan, recorded: Recorded) -> None:
        self._book = book
        self._plan = plan
        self._recorded = recorded
        self._lines = {line.id: line for line in plan.script.lines}
        self._bridges = sorted(
            (cue for cue, _ in plan.sounds if cue.cue.kind is CueKind.MUSIC and cue.cue.role is Role.BRIDGE),
            key=lambda cue: cue.start,
        )
        self._bridge_starts: dict[int, int] = {}
        self._spoken: list[_Spoken] = []

    def build(self) -> Timeline:
        self._lay_takes()
        speech_end = self._end_words()
        end = max([speech_end, *(start + self._length(cue) for cue, start in self._outros(speech_end))])
        tail = self._plan.script.tail_pause or Seconds(0.0)
        length = end + to_samples(tail + self._book.pauses.tail, MIX_RATE)
        length += -length % WHOLE
        placed = [self._place_take(spoken) for spoken in self._spoken]
        placed += self._place_sounds(speech_end, length)
        return Timeline(
            length=Samples(length),
            placed=tuple(sorted(placed, key=lambda item: item.start)),
            speech=tuple((Samples(item.start), Samples(item.start + item.length)) for item in self._spoken),
            lines=tuple(self._line_times()),
        )

    def _head(self) -> int:
        """Return where the first word may stand: after the head and, softened, after the opening music."""
        head = to_samples(self._book.pauses.head, MIX_RATE)
        intros = [cue for cue, _ in self._plan.sounds if cue.cue.role is Role.INTRO]
        return head + max((self._music_claim(cue) for cue in intros), default=0)

    def _music_claim(self, cue: PlacedCue) -> int:
        """Return how long speech waits for music: the quiet end of its fade may lie under words."""
        return max(0, self._length(cue) - to_samples(_UNDER_WORDS * cue.cue.fade, MIX_RATE))

    def _lay_takes(self) -> None:
        cursor = self._head()
        before: PlannedTake | None = None
        for planned in self._plan.takes:
            take = self._recorded.takes[planned.key]
            if before is not None:
                cursor += self._gap(before, planned)
            elif pause := self._lines[planned.segment.line].pause_before:
                cursor += to_samples(pause, MIX_RATE)
            cursor = self._make_room_for_bridges(cursor, planned, first=before is None)
            length = _converted(take.ends, take.rate) - _converted(take.begins, take.rate)
            self._spoken.append(_Spoken(planned=planned, take=take, start=cursor, length=length))
            cursor += length
            before = planned

    def _end_words(self) -> int:
        """Return when the last word has ended, and what stands behind it as a bridge."""
        end = self._spoken[-1].start + self._spoken[-1].length if self._spoken else self._head()
        for cue in self._bridges:
            start = end + to_samples(self._book.pauses.paragraph, MIX_RATE)
            self._bridge_starts[id(cue)] = start
            end = start + self._length(cue)
        return end

    def _gap(self, before: PlannedTake, after: PlannedTake) -> int:
        """Return the silence between two takes."""
        line, follower = self._lines[before.segment.line], self._lines[after.segment.line]
        if line.id != follower.id and follower.pause_before is not None:
            return to_samples(follower.pause_before, MIX_RATE)
        seconds = self._usual_pause(line, follower, ends_sentence=before.segment.ends_sentence)
        return to_samples(seconds / before.pace, MIX_RATE)

    def _usual_pause(self, line: Line, follower: Line, *, ends_sentence: bool) -> Seconds:
        pauses = self._book.pauses
        if line.id == follower.id:
            return pauses.sentence if ends_sentence else pauses.clause
        if line.kind is LineKind.TITLE:
            return pauses.title
        if line.scene != follower.scene:
            return pauses.scene
        if line.paragraph != follower.paragraph:
            return pauses.paragraph
        return pauses.line if ends_sentence else Seconds(min(pauses.line, pauses.clause))

    def _make_room_for_bridges(self, cursor: int, planned: PlannedTake, *, first: bool) -> int:
        """Return where a take may stand behind its bridges; one that names no place never opens a chapter."""
        start = self._source_offset(planned)
        while self._bridges and start is not None and self._bridges[0].start <= start:
            if first and self._bridges[0].cue.start.kind is AnchorKind.START:
                break
            cue = self._bridges.pop(0)
            self._bridge_starts[id(cue)] = cursor
            cursor += self._music_claim(cue)
        return cursor

    def _source_offset(self, planned: PlannedTake) -> int | None:
        line = self._lines[planned.segment.line]
        return _source_of(line, planned.segment.start)

    def _outros(self, speech_end: int) -> list[tuple[PlacedCue, int]]:
        start = speech_end + to_samples(self._book.pauses.paragraph, MIX_RATE)
        return [(cue, start) for cue, _ in self._plan.sounds if cue.cue.role is Role.OUTRO]

    def _place_take(self, spoken: _Spoken) -> Placed:
        take = spoken.take
        character = self._book.cast.get(spoken.planned.speaker)
        own = take.loudness
        measured = self._recorded.levels[spoken.planned.voice.name] if own is None else own
        staging = _staging_of(self._lines[spoken.planned.segment.line], spoken.planned.segment.start)
        level = (character.level if character else 0.0) + (staging.level or 0.0)
        pan = character.pan if character else 0.0
        return Placed(
            file=take.file,
            digest=take.digest,
            stem=Stem.SPEECH,
            start=Samples(spoken.start),
            length=Samples(spoken.length),
            offset=Samples(_converted(take.begins, take.rate)),
            gain=Decibels(round(SPEECH_LEVEL - measured + level, 2)),
            pan=pan if staging.pan is None else staging.pan,
            fade_in=Samples(min(_SOFTEN_IN, spoken.length // 2)),
            fade_out=Samples(min(_SOFTEN_OUT, spoken.length // 2)),
            room=staging.room or (character.room if character else None),
            effect=staging.effect or (character.effect if character else None),
        )

    def _line_times(self) -> list[LineTime]:
        times: dict[str, LineTime] = {}
        for spoken in self._spoken:
            line = spoken.planned.segment.line
            begin = times[line].start if line in times else Samples(spoken.start)
            times[line] = LineTime(line=line, start=begin, end=Samples(spoken.start + spoken.length))
        return list(times.values())

    def _place_sounds(self, speech_end: int, length: int) -> list[Placed]:
        clock = _Clock(self._lines, self._spoken)
        outros = {id(cue): start for cue, start in self._outros(speech_end)}
        placed = []
        for cue, _ in self._plan.sounds:
            start = self._cue_start(cue, clock, outros)
            end = self._cue_end(cue, clock, start, length)
            if end > start:
                placed.append(self._place_sound(cue, start, end))
        return placed

    def _cue_start(self, cue: PlacedCue, clock: _Clock, outros: Mapping[int, int]) -> int:
        if cue.cue.role is Role.INTRO:
            return to_samples(self._book.pauses.head, MIX_RATE)
        if id(cue) in outros:
            return outros[id(cue)]
        if id(cue) in self._bridge_starts:
            return self._bridge_starts[id(cue)]
        return 0 if cue.cue.start.kind is AnchorKind.START else _start_at_words(cue, clock)

    def _cue_end(self, cue: PlacedCue, clock: _Clock, start: int, length: int) -> int:
        if cue.cue.kind is CueKind.BED:
            fade = to_samples(cue.cue.fade, MIX_RATE)
            if cue.end is None or (cue.cue.end and cue.cue.end.kind is AnchorKind.END):
                return length
            return min(length, clock.time_after(cue.end) + fade)
        natural = start + self._length(cue)
        if cue.cue.role is Role.UNDER and cue.end is not None:
            natural = min(natural, clock.time_after(cue.end) + to_samples(cue.cue.fade, MIX_RATE))
        return min(natural, length)

    def _sound_of(self, cue: PlacedCue) -> Sound:
        planned = next(sound for placed, sound in self._plan.sounds if placed is cue)
        return self._recorded.sounds[planned.key if planned else str(cue.cue.file)]

    def _length(self, cue: PlacedCue) -> int:
        sound = self._sound_of(cue)
        return _converted(sound.samples, sound.rate)

    def _place_sound(self, placed: PlacedCue, start: int, end: int) -> Placed:
        cue, sound = placed.cue, self._sound_of(placed)
        duration = end - start
        fade = min(to_samples(cue.fade, MIX_RATE), duration // 2)
        whole = cue.kind is CueKind.EFFECT and duration >= self._length(placed)
        loops = cue.kind is CueKind.BED and duration > self._length(placed)
        gain = SPEECH_LEVEL + cue.level + self._book.mixing.ambience - sound.loudness
        return Placed(
            file=sound.file,
            digest=sound.digest,
            stem=_STEMS[cue.kind],
            start=Samples(start),
            length=Samples(duration),
            gain=Decibels(round(gain, 2)),
            pan=cue.pan,
            fade_in=Samples(_fade_in(cue, fade)),
            fade_out=Samples(min(_SOFTEN_OUT, duration // 2) if whole else fade),
            loop=loops,
            seamless=loops and cue.file is None,
            duck=cue.kind is not CueKind.EFFECT,
        )


def _start_at_words(placed: PlacedCue, clock: _Clock) -> int:
    """Return when a sound begins: with its words; beside them where there is silence.

    A bed rises in the silence before its words, so that one scene's bed hands over to the next one's; an
    effect between two takes lets the last word end.
    """
    cue, start = placed.cue, clock.time_of(placed.start)
    if cue.kind is CueKind.BED:
        return start - min(clock.silence_before(start), to_samples(cue.fade, MIX_RATE))
    if cue.kind is CueKind.EFFECT:
        return start + min(clock.silence_after(start) // 2, to_samples(_BREATH, MIX_RATE))
    return start


def _fade_in(cue: Cue, fade: int) -> int:
    """Return the fade at the beginning: an effect starts at once, music brings its own beginning."""
    if cue.kind is CueKind.BED:
        return fade
    return min(_SOFTEN_IN, fade)


def _converted(samples: int, rate: int) -> int:
    """Return a position at ``MIX_RATE``."""
    return round(samples * MIX_RATE / rate)


_PLAIN = Staging()


def _staging_of(line: Line, offset: int) -> Staging:
    """Return where and how a character of a line is heard."""
    position = 0
    for run in line.runs:
        position += len(run.text)
        if offset < position:
            return run.staging or _PLAIN
    return _PLAIN


def _source_of(line: Line, offset: int) -> int | None:
    """Return where a character of a line stands in the chapter's source; None for a title from elsewhere."""
    position = 0
    for run in line.runs:
        if offset < position + len(run.text):
            return run.start + offset - position if run.start >= 0 else None
        position += len(run.text)
    last = line.runs[-1]
    return last.start + len(last.text) if last.start >= 0 else None


class _Clock:
    """Finds when a place in the source is heard."""

    def __init__(self, lines: Mapping[str, Line], spoken: Sequence[_Spoken]) -> None:
        self._lines = lines
        self._spoken = [
            (offset, item)
            for item in spoken
            if (offset := _source_of(lines[item.planned.segment.line], item.planned.segment.start))
            is not None
        ]
        self._offsets = [offset for offset, _ in self._spoken]
        self._begins = [0, *(item.start for item in spoken)]
        self._ends = [0, *(item.start + item.length for item in spoken)]

    def silence_before(self, time: int) -> int:
        """Return how long nobody spoke before a take that begins at a time; 0 if none does."""
        index = bisect_left(self._begins, time, lo=1)
        begins = index < len(self._begins) and self._begins[index] == time
        return time - self._ends[index - 1] if begins else 0

    def silence_after(self, time: int) -> int:
        """Return how long nobody speaks after a take that ends at a time; 0 if none does, or none follows."""
        index = bisect_left(self._ends, time, lo=1)
        followed = index + 1 < len(self._begins) and self._ends[index] == time
        return self._begins[index + 1] - time if followed else 0

    def time_of(self, offset: int) -> int:
        """Return the sample at which the text at a source offset begins to be spoken.

        Text between two takes is heard when the first of them ends; text before every take, when speech
        begins.
        """
        return self._find(offset, after=False)

    def time_after(self, offset: int) -> int:
        """Return the sample at which the text before a source offset has been spoken."""
        return self._find(max(0, offset - 1), after=True)

    def _find(self, offset: int, *, after: bool) -> int:
        index = bisect_right(self._offsets, offset) - 1
        if index < 0:
            return self._spoken[0][1].start if self._spoken else 0
        begin, item = self._spoken[index]
        line = self._lines[item.planned.segment.line]
        segment = item.planned.segment
        finish = _source_of(line, max(segment.start, segment.end - 1))
        reach = (finish if finish is not None else begin) + 1 - begin
        share = (offset + after - begin) / max(1, reach)
        if share >= 1.0:
            return item.start + item.length
        return item.start + _within(item, share, after=after)


def _within(item: _Spoken, share: float, *, after: bool) -> int:
    """Return how far into a take a share of its text is reached, by word timings where there are any."""
    take = item.take
    if not take.words:
        return round(share * item.length)
    position = share * len(item.planned.segment.text)
    begun = [word for word in take.words if word.start <= position - after + 0.5]
    if not begun:
        return 0
    at = to_samples(begun[-1].ends if after else begun[-1].begins, MIX_RATE)
    return min(max(0, at - _converted(take.begins, take.rate)), item.length)
