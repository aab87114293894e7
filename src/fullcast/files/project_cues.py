"""From cues as written to the cues of a chapter."""

from __future__ import annotations

from dataclasses import replace

from fullcast.errors import Place
from fullcast.files.inside import SoundLibrary
from fullcast.files.kinds import Reading, Spot
from fullcast.files.written import WrittenChapter, WrittenCue
from fullcast.model import END, START, Anchor, AnchorKind, Cue, CueKind, Role
from fullcast.text.normalise import normalise_source
from fullcast.units import Decibels, Seconds

LEVELS = {
    CueKind.BED: Decibels(-22.0),
    CueKind.EFFECT: Decibels(-12.0),
    CueKind.MUSIC: Decibels(-16.0),
}
"""Loudness against the speech where a cue says nothing, in LU."""

FADE = Seconds(2.0)
"""Length of the fades where a cue says nothing."""

_STANDING = frozenset({Role.INTRO, Role.OUTRO})
"""Roles that have their place by themselves; a bridge stands at a scene break that ``at`` may name."""


def make_cues(chapter: WrittenChapter, library: SoundLibrary, reading: Reading) -> tuple[Cue, ...]:
    """Make the cues of a chapter, with the files that they name.

    Args:
        chapter: The chapter as written.
        library: The sounds that are there.
        reading: Takes the problems.
    """
    seen: set[str] = set()
    cues = []
    for written in chapter.cues:
        if written.id is not None:
            if written.id.value in seen:
                message = f"two beds of this chapter have the id {written.id.value!r}"
                reading.report("duplicate-id", message, written.id.place, "give each bed an id of its own")
            seen.add(written.id.value)
        cue = _make_cue(written, library, reading)
        if cue is not None:
            cues.append(cue)
    return tuple(cues)


def _make_cue(written: WrittenCue, library: SoundLibrary, reading: Reading) -> Cue | None:
    found = library.find(written.sound)
    if found.problem is not None:
        reading.problems.append(found.problem)
    anchored = _anchor_music(written, reading) if written.kind is CueKind.MUSIC else written
    if found.problem is not None or anchored is None:
        return None
    start = anchored.at or anchored.start or START
    end = anchored.end
    return Cue(
        kind=written.kind,
        sound=written.sound.value,
        file=found.file,
        start=_normalised(start),
        end=_normalised(end) if end else None,
        level=LEVELS[written.kind] if written.level is None else Decibels(written.level),
        fade=FADE if written.fade is None else Seconds(written.fade),
        pan=written.pan,
        role=anchored.role.value if anchored.role else None,
        id=written.id.value if written.id else None,
        seed=written.seed,
        place=written.place,
    )


def _normalised(anchor: Anchor) -> Anchor:
    """Return the anchor with its phrase in the form that the chapter's source has."""
    if anchor.kind is not AnchorKind.PHRASE:
        return anchor
    return replace(anchor, phrase=normalise_source(anchor.phrase))


def _anchor_music(written: WrittenCue, reading: Reading) -> WrittenCue | None:
    """Return music with a role or a place in the text, not both; None after reporting that it has neither."""
    place, role = written.sound.place, written.role
    span = written.start or written.end
    own = role.value if role and role.value is not Role.UNDER else None
    wrong = written.at or span if own in _STANDING else span if own else None
    if wrong is not None:
        kept = "say the scene break with at" if own is Role.BRIDGE else "leave out at, from and to"
        message = f"music with the role {own} has its own beginning and end"
        reading.report("role-and-anchor", message, _at(wrong, place), kept)
        return None
    if own is not None:
        return written
    if written.at is not None and (span or role):
        hint = "at lets it sound to its own end; from and to keep it under the speech"
        reading.report("several-anchors", "at stands alone", _at(written.at, place), hint)
        return None
    if role is None and written.at is None and span is None:
        hint = "add role: intro, bridge or outro, or say where with at, or with from and to"
        reading.report("missing-key", "this music has no place", place, hint)
        return None
    if written.at is not None:
        return written
    return _under(written, place)


def _at(anchor: Anchor, otherwise: Place) -> Place:
    return anchor.place or otherwise


def _under(written: WrittenCue, place: Place) -> WrittenCue:
    """Return music that lies under the speech, from the chapter's start to its end unless it says where."""
    role = written.role or Spot(value=Role.UNDER, place=place)
    return replace(written, role=role, start=written.start or START, end=written.end or END)
