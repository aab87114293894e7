"""Where every sound of a delivery comes from: engines, voices, prompts, seeds and licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fullcast.engines.registry import full_name
from fullcast.model import RECORDING, ChapterPlan, PlannedSound
from fullcast.production.preparing import Prepared

Facts = Mapping[str, object]


def provenance(prepared: Prepared, chapters: Iterable[ChapterPlan]) -> Facts:
    """Return where the sounds of chapters come from, for the report of a delivery.

    Args:
        prepared: The project.
        chapters: What the delivery holds.
    """
    held = list(chapters)
    return {
        "narration": _narration(held),
        "speech": {
            "engine": full_name(prepared.speech),
            "revision": prepared.speech.revision,
            "licence": prepared.speech.limits.licence,
            "seed": prepared.book.speech.seed,
        },
        "voices": _voices(held),
        "sounds": _sounds(prepared, held),
    }


def _narration(chapters: list[ChapterPlan]) -> str:
    """Return who reads: voices that were synthesised, people, or both."""
    spoken = {take.engine == RECORDING for chapter in chapters for take in chapter.takes}
    if spoken == {True}:
        return "human"
    return "synthetic and human" if True in spoken else "synthetic"


def _voices(chapters: list[ChapterPlan]) -> list[Facts]:
    speakers: dict[str, set[str]] = {}
    voices = {}
    for chapter in chapters:
        for take in chapter.takes:
            if take.engine == RECORDING:
                continue
            voices[take.voice.name] = take.voice
            speakers.setdefault(take.voice.name, set()).add(take.speaker)
    return [
        {
            "voice": name,
            "licence": voice.licence,
            "cloned": voice.reference is not None,
            "speakers": sorted(speakers[name]),
        }
        for name, voice in sorted(voices.items())
    ]


def _sounds(prepared: Prepared, chapters: list[ChapterPlan]) -> list[Facts]:
    found: dict[object, Facts] = {}
    for chapter in chapters:
        for placed, planned in chapter.sounds:
            cue = placed.cue
            if planned is None:
                found[cue.file] = {"kind": cue.kind, "file": cue.sound}
            else:
                found[planned.key] = {"kind": cue.kind, **_generated(prepared, planned)}
    return list(found.values())


def _generated(prepared: Prepared, planned: PlannedSound) -> Facts:
    return {
        "prompt": planned.prompt,
        "engine": planned.engine,
        "licence": prepared.sound.limits.licence,
        "seed": planned.seed,
        "seconds": planned.seconds,
    }
