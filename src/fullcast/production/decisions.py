"""What a run decided for the book, kept in ``fullcast.lock``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fullcast.files.lockfile import Level, Lock, write_lock
from fullcast.production.levels import level_id
from fullcast.production.preparing import Prepared, facts_of
from fullcast.units import Lufs


def keep_decisions(prepared: Prepared, levels: Mapping[str, Lufs]) -> None:
    """Write into the lock what was decided; a lock that says so already is left alone.

    A run with an engine from the command line is a draft, and decides nothing for the book.

    Args:
        prepared: The project.
        levels: Loudness of each voice, by the voice's name.

    Raises:
        StoreError: If the lock cannot be written.
    """
    if prepared.choices.engine is not None:
        return
    lock = _with_engines(prepared)
    label = facts_of(prepared.speech).label
    own = {
        level_id(prepared, voice): Level(voice=voice, engine=label, loudness=loudness)
        for voice, loudness in levels.items()
    }
    lock = replace(lock, levels={**lock.levels, **own})
    if lock != prepared.lock:
        write_lock(prepared.book.folder, lock)


def _with_engines(prepared: Prepared) -> Lock:
    """Return the lock with the engines that ``auto`` took in this run."""
    lock, reasons = prepared.lock, prepared.reasons
    if "speech" in reasons:
        engine = prepared.speech
        lock = replace(
            lock,
            speech_engine=engine.name,
            speech_revision=engine.revision,
            speech_reason=reasons["speech"],
        )
    if "sound" in reasons:
        maker = prepared.sound
        lock = replace(
            lock, sound_engine=maker.name, sound_revision=maker.revision, sound_reason=reasons["sound"]
        )
    return lock
