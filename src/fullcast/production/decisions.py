"""What a run decided for the book, kept in ``fullcast.lock``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fullcast.engines.registry import full_name
from fullcast.files.lockfile import LOCK_FILE, Level, Lock, read_lock, write_lock
from fullcast.production.levels import level_id
from fullcast.production.preparing import Prepared, facts_of
from fullcast.units import Lufs


def keep_decisions(prepared: Prepared, levels: Mapping[str, Lufs]) -> tuple[Path, ...]:
    """Write into the lock what was decided; a lock that says so already is left alone.

    The lock is read anew: what somebody decided by hand since the run began stays decided. A run with an
    engine from the command line is a draft, and decides nothing for the book.

    Args:
        prepared: The project.
        levels: Loudness of each voice, by the voice's name.

    Returns:
        The lock, if it now says what this run went by and nothing else.

    Raises:
        ProjectError: If the lock was damaged since the run began.
        StoreError: If the lock cannot be written.
    """
    if prepared.choices.engine is not None:
        return ()
    label = facts_of(prepared.speech).label
    own = {
        level_id(prepared, voice): Level(voice=voice, engine=label, loudness=loudness)
        for voice, loudness in levels.items()
    }
    now = read_lock(prepared.book.folder)
    kept = _decide(prepared, now, own)
    if kept != now:
        write_lock(prepared.book.folder, kept)
    alone = kept == _decide(prepared, prepared.lock, own)
    return (prepared.book.folder / LOCK_FILE,) if alone else ()


def _decide(prepared: Prepared, lock: Lock, levels: Mapping[str, Level]) -> Lock:
    """Return a lock with the levels that it lacks and the engines that ``auto`` took in this run."""
    lock = replace(lock, levels={**levels, **lock.levels})
    reasons = prepared.reasons
    if "speech" in reasons:
        engine = prepared.speech
        lock = replace(
            lock,
            speech_engine=full_name(engine),
            speech_revision=engine.revision,
            speech_reason=reasons["speech"],
        )
    if "sound" in reasons:
        maker = prepared.sound
        lock = replace(
            lock, sound_engine=full_name(maker), sound_revision=maker.revision, sound_reason=reasons["sound"]
        )
    return lock
