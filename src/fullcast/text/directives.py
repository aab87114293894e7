"""Directives on lines of their own: pauses, beds, effects, music and the end of beds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fullcast.errors import Place, Problem
from fullcast.model import Anchor, AnchorKind, Cue, CueKind, PlacedCue, Role
from fullcast.text.attributes import Attribute
from fullcast.text.document import Directive, Document
from fullcast.text.places import place_at, suggest
from fullcast.units import Decibels, Seconds

LEVELS: Mapping[CueKind, Decibels] = {
    CueKind.BED: Decibels(-22.0),
    CueKind.EFFECT: Decibels(-12.0),
    CueKind.MUSIC: Decibels(-16.0),
}
"""Levels of cues that name none."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "pause": (),
    "bed": ("id", "level", "fade", "pan", "seed"),
    "effect": ("id", "level", "fade", "pan", "seed"),
    "music": ("id", "level", "fade", "pan", "seed", "role"),
    "stop": ("id",),
}
"""The directives and the attributes of each."""

LONGEST_PAUSE = 60.0
"""Seconds; longer is a slip of the pen."""

_TIME = re.compile(r"(?P<number>\d+(?:[.,]\d+)?|[.,]\d+)\s*(?P<unit>ms|s|sec|seconds)?")

_RANGES: Mapping[str, tuple[float, float]] = {"level": (-60.0, 12.0), "pan": (-1.0, 1.0), "fade": (0.0, 60.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Directed:
    """What the directives of a chapter ask for."""

    pauses: Mapping[int, Seconds]
    """By source offset of the directive."""
    cues: tuple[PlacedCue, ...]
    """Cues of the text, and cues of the project that a ``::stop`` ends."""
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Reading:
    document: Document
    file: str
    pauses: dict[int, Seconds]
    cues: list[PlacedCue]
    problems: list[Problem]

    def complain(self, code: str, offset: int, message: str, hint: str) -> None:
        place = place_at(self.file, self.document.source, offset)
        self.problems.append(Problem(code=code, message=message, place=place, hint=hint))


def read_directives(document: Document, file: str, placed: tuple[PlacedCue, ...]) -> Directed:
    """Return the pauses and cues that a chapter's directives ask for.

    Args:
        document: The chapter.
        file: Its file, for the places of problems.
        placed: Cues that the project anchors to the chapter; a ``::stop`` may end one of them by its id.
    """
    reading = _Reading(document=document, file=file, pauses={}, cues=list(placed), problems=[])
    for block in document.blocks:
        if block.directive is not None:
            _read(reading, block.directive)
    return Directed(pauses=reading.pauses, cues=tuple(reading.cues), problems=tuple(reading.problems))


def _read(reading: _Reading, directive: Directive) -> None:
    known = KEYS.get(directive.name)
    if known is None:
        hint = suggest(directive.name, KEYS, "directives are")
        reading.complain(
            "unknown-directive", directive.start, f"unknown directive '::{directive.name}'", hint
        )
        return
    for item in directive.attributes.items:
        if item.key not in known:
            message = f"'::{directive.name}' has no attribute '{item.key}'"
            reading.complain(
                "unknown-attribute", item.start, message, suggest(item.key, known, "its attributes are")
            )
    if directive.name == "pause":
        _read_pause(reading, directive)
    elif directive.name == "stop":
        _read_stop(reading, directive)
    else:
        _read_cue(reading, directive)


def _read_pause(reading: _Reading, directive: Directive) -> None:
    match = _TIME.fullmatch(directive.argument)
    seconds = float(match["number"].replace(",", ".")) if match else -1.0
    seconds = seconds / 1000 if match and match["unit"] == "ms" else seconds
    if not 0.0 <= seconds <= LONGEST_PAUSE:
        message = f"'{directive.argument}' is not a pause between 0 and {LONGEST_PAUSE:g} s"
        reading.complain("bad-pause", directive.start, message, "write ::pause[1.5s] or ::pause[800ms]")
        return
    reading.pauses[directive.start] = Seconds(seconds)


def _read_stop(reading: _Reading, directive: Directive) -> None:
    name = directive.attributes.get("id") or directive.argument.removeprefix("#")
    ids = [placed.cue.id for placed in reading.cues if placed.cue.id is not None]
    matching = [at for at, placed in enumerate(reading.cues) if name and placed.cue.id == name]
    if not matching:
        hint = (
            suggest(name, ids, "ids in this chapter are")
            if ids
            else "give the bed a name: ::bed[rain]{#rain}"
        )
        reading.complain(
            "unknown-stop", directive.start, f"'::stop' ends '{name}', which nothing begins", hint
        )
        return
    placed = reading.cues[matching[-1]]
    if placed.start > directive.start:
        hint = "move ::stop behind the place where it begins"
        reading.complain("early-stop", directive.start, f"'{name}' is stopped before it begins", hint)
        return
    end = Anchor(kind=AnchorKind.OFFSET, number=directive.start)
    cue = replace(placed.cue, end=end)
    reading.cues[matching[-1]] = replace(placed, cue=cue, end=directive.start)


def _read_cue(reading: _Reading, directive: Directive) -> None:
    kind = CueKind(directive.name)
    if not directive.argument:
        hint = f"write ::{kind.value}[heavy rain on a tin roof]"
        reading.complain("missing-sound", directive.start, f"'::{kind.value}' names no sound", hint)
        return
    start = directive.start
    values: dict[str, Any] = {"level": LEVELS[kind]}
    for item in directive.attributes.items:
        if item.key in KEYS[directive.name]:
            _read_value(reading, item, values)
    name = values.get("id")
    if name is not None and any(placed.cue.id == name for placed in reading.cues):
        message = f"two cues of this chapter are called '{name}'"
        reading.complain("duplicate-id", start, message, "give each a name of its own")
    place: Place = place_at(reading.file, reading.document.source, start)
    anchor = Anchor(kind=AnchorKind.OFFSET, number=start, place=place)
    cue = Cue(kind=kind, sound=directive.argument, start=anchor, place=place, **values)
    reading.cues.append(PlacedCue(cue=cue, start=start))


def _read_value(reading: _Reading, item: Attribute, values: dict[str, Any]) -> None:
    """Add the value of one attribute, or complain of it."""
    if item.key == "id":
        values["id"] = item.value
    elif item.key == "role":
        if item.value in {role.value for role in Role}:
            values["role"] = Role(item.value)
        else:
            hint = suggest(item.value, [role.value for role in Role], "roles are")
            reading.complain("bad-value", item.start, f"unknown role '{item.value}'", hint)
    elif item.key == "seed":
        if item.value.isascii() and item.value.isdigit():
            values["seed"] = int(item.value)
        else:
            message = f"seed '{item.value}' is not a whole number"
            reading.complain("bad-value", item.start, message, "write seed=3")
    else:
        _read_quantity(reading, item, values)


def _read_quantity(reading: _Reading, item: Attribute, values: dict[str, Any]) -> None:
    lowest, highest = _RANGES[item.key]
    text = item.value.replace("−", "-").removesuffix("dB").removesuffix("s").strip()
    number = float(text) if re.fullmatch(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", text) else None
    if number is None or not lowest <= number <= highest:
        message = f"{item.key} '{item.value}' is not a number between {lowest:g} and {highest:g}"
        reading.complain("bad-value", item.start, message, f"write {item.key}={max(lowest, -20.0):g}")
        return
    values[item.key] = number
