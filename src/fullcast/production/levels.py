"""How loud each voice is, so that all can be brought to one level before the mix.

A voice is measured once, over its first takes of the book, and the figure is kept in ``fullcast.lock``: an
edit never shifts the level of a voice, and so never changes a chapter that it does not touch.
"""

from __future__ import annotations

from collections.abc import Mapping

from fullcast.fingerprint import digest
from fullcast.model import RECORDING
from fullcast.production.preparing import Prepared, facts_of
from fullcast.units import Lufs

_ENOUGH = 20.0
"""Seconds of speech over which loudness settles to within about half a decibel."""

_MOST = 12
"""Takes that are looked at, at most: voices of few words come to be measured early as well."""


def level_id(prepared: Prepared, voice: str) -> str:
    """Return under which name the lock keeps a voice's level: the voice as this engine speaks it."""
    return digest(["level", prepared.fingerprints[voice], facts_of(prepared.speech).label])[:16]


def known_levels(prepared: Prepared) -> dict[str, Lufs]:
    """Return the levels that the lock holds, by the voice's name."""
    levels = prepared.lock.levels
    names = {name: level_id(prepared, name) for name in prepared.book.voices}
    return {name: Lufs(levels[key].loudness) for name, key in names.items() if key in levels}


def level_takes(prepared: Prepared) -> Mapping[str, tuple[str, ...]]:
    """Return the keys of the takes by which each voice is measured, by the voice's name.

    Only voices without a known level are listed; the takes are the first of the whole book, whichever
    chapters are asked for.
    """
    known = known_levels(prepared)
    chosen: dict[str, dict[str, float]] = {}
    for chapter in prepared.plan.chapters:
        for take in chapter.takes:
            if take.engine == RECORDING:
                continue
            own = chosen.setdefault(take.voice.name, {})
            if sum(own.values()) < _ENOUGH and len(own) < _MOST:
                own[take.key] = take.estimate
    return {name: tuple(own) for name, own in chosen.items() if name not in known}
