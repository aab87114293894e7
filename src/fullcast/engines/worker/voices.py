"""What a worker is told of a voice: a speaker of its own, or a recording as the engine wants it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.worker.recipes import Recipe
from fullcast.units import Hertz

if TYPE_CHECKING:
    from fullcast.model import Voice


def wrong_voice(voice: Voice, recipe: Recipe, *, own: bool) -> str | None:
    """Return why an engine cannot speak with a voice; None where it can.

    Args:
        voice: The voice.
        recipe: The engine.
        own: Whether it speaks with voices of its own.
    """
    if own:
        named = voice.engines.get(recipe.name, {}).get("speaker")
        known = ", ".join(recipe.speakers)
        if named is not None and str(named) not in recipe.speakers:
            return f"there is no speaker {named!r}; there are: {known}"
        return None
    if voice.reference is None:
        return "it speaks with the voice of a recording, and the voice has none (reference)"
    if recipe.transcript and not voice.transcript:
        return "it must know what is said in the recording: the voice has no transcript"
    if recipe.latent and latent_of(voice, recipe) is None:
        return f"the recording has no latent: {voice.reference.with_suffix('.npy').name} beside it"
    return None


def latent_of(voice: Voice, recipe: Recipe) -> Path | None:
    """Return the latent of a voice's recording: named in its entry, or of the recording's name."""
    if voice.reference is None:
        return None
    named = voice.engines.get(recipe.name, {}).get("latent")
    if named is None:
        file = voice.reference.with_suffix(".npy")
    else:
        file = (voice.reference.parent / str(named)).resolve()
        if not file.is_relative_to(voice.reference.parent.resolve()):
            return None  # nothing of a voice lies outside its folder
    return file if file.is_file() else None


def speaker_of(voice: Voice, recipe: Recipe) -> str:
    """Return the speaker for a voice: the one that it names, or one by chance that stays."""
    named = voice.engines.get(recipe.name, {}).get("speaker")
    if named is not None or not recipe.speakers:
        return str(named or "")
    chance = int.from_bytes(hashlib.blake2b(voice.name.encode(), digest_size=8).digest())
    return recipe.speakers[chance % len(recipe.speakers)]


def prepare_reference(file: Path, recipe: Recipe, scratch: Path) -> Path:
    """Return a recording as an engine wants it: mono, at its rate, no longer than it uses.

    Args:
        file: The recording.
        recipe: The engine.
        scratch: Where the copy goes; made once.
    """
    import soundfile

    from fullcast.audio.edit import resample, to_channels
    from fullcast.audio.signal import Audio

    mark = hashlib.blake2b(str(file.resolve()).encode(), digest_size=8).hexdigest()
    copy = scratch / f"reference-{mark}.wav"
    if not copy.exists():
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        heard = resample(
            Audio(samples=to_channels(samples.T.copy(), 1), rate=Hertz(rate)), recipe.reference_rate
        )
        longest = round(recipe.reference_longest * heard.rate)
        soundfile.write(copy, heard.samples[0, :longest], heard.rate, subtype="PCM_16")
    return copy
