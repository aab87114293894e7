"""Identity: keys of takes and sounds, seeds, line ids.

A key is the hash of everything that changes a sound and of nothing else: no index, no file name, no time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import cast

from fullcast.model import Segment, Voice

_DIGEST_BYTES = 16
"""128 bits: the chance that two of a billion requests meet is below 1e-20."""


_PLAIN = frozenset({str, int, bool, type(None)})


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical(value: object) -> object:
    """Return the value in the one form that is hashed: JSON types, keys sorted, no dataclass names.

    Raises:
        TypeError: If the value holds something without a stable form, such as a path or an open file.
    """
    kind = type(value)
    if kind is list or kind is tuple:  # the most of a book's keys: quickly
        items = cast("Sequence[object]", value)
        return [item if type(item) in _PLAIN else canonical(item) for item in items]
    if kind in _PLAIN or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value)
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): canonical(item) for key, item in sorted(value.items())}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        items = [canonical(item) for item in value]
        return sorted(items, key=repr) if isinstance(value, frozenset | set) else items
    message = f"no stable identity for {value!r}"
    raise TypeError(message)


def digest(value: object) -> str:
    """Return the hash of a value's canonical form: 32 hexadecimal digits.

    >>> digest({"a": 1, "b": 2.0}) == digest({"b": 2, "a": 1})
    True
    """
    text = _ENCODER.encode(canonical(value))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def digest_bytes(content: bytes | memoryview) -> str:
    """Return the hash of a file's content, in the form of :func:`digest`."""
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()


def digest_file(file: Path) -> str:
    """Return the hash of a file's content without holding it in memory."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()


def voice_fingerprint(voice: Voice, engine: str) -> str:
    """Return the identity of a voice as one engine hears it.

    Only the engine's own parameters and the reference recording count: another description or another
    engine's parameters change nothing that is heard. An engine without parameters for the voice derives its
    own from the voice's name, sex and age.

    Args:
        voice: The voice.
        engine: Name of the engine, without its revision.
    """
    reference = digest_file(voice.reference) if voice.reference else None
    own = voice.engines.get(engine)
    heard = own if own is not None else {"name": voice.name, "sex": voice.sex, "age": voice.age}
    return digest({"engine": heard, "reference": reference, "transcript": voice.transcript})


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIdentity:
    """Everything that changes the sound of a take, and nothing else."""

    segment: Segment
    """What is spoken; where it stands in the book does not count."""
    voice: str
    """The voice's fingerprint."""
    engine: str
    """Name and revision."""
    pace: float
    seed: int
    """The project's seed."""
    retake: int = 0
    """How many times the take was asked for anew."""


def take_key(identity: TakeIdentity) -> str:
    """Return the key of a take."""
    segment = identity.segment
    said = [(item.start, item.end, item.ipa) for item in segment.pronunciations]
    spoken = [segment.text, segment.language, segment.style, said]
    return digest(
        ["take", spoken, identity.voice, identity.engine, identity.pace, identity.seed, identity.retake]
    )


def recording_key(hashed: str) -> str:
    """Return the key of a take that a person spoke, from the hash of the recording."""
    return digest(["recording", hashed])


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundIdentity:
    """Everything that changes a generated sound, and nothing else."""

    prompt: str
    seconds: float | None
    loop: bool
    engine: str
    seed: int


def sound_key(identity: SoundIdentity) -> str:
    """Return the key of a generated sound."""
    return digest(["sound", identity])


def seed_of(key: str) -> int:
    """Return the seed that belongs to a key: 63 bits, so that it fits every generator.

    The key already holds the project's seed and the retake number.
    """
    return int(key[:16], 16) >> 1


def line_id(chapter: str, speaker: str, text: str, occurrence: int) -> str:
    """Return the name of a line in proofs, retakes and corrections: 12 hexadecimal digits.

    Args:
        chapter: The chapter's file, relative to the project.
        speaker: Who says it.
        text: The line's words.
        occurrence: Which occurrence of that text by that speaker in the chapter, counted from 0.
    """
    return digest(["line", chapter, speaker, text, occurrence])[:12]


def quotation_id(chapter: str, words: str, occurrence: int) -> str:
    """Return the name of a quotation in reviews and corrections: 12 hexadecimal digits.

    Unlike :func:`line_id` it does not depend on who says it: that is what a correction changes.

    Args:
        chapter: The chapter's file, relative to the project.
        words: The quotation, without markup; white space does not count.
        occurrence: Which occurrence of these words in the chapter, counted from 0.
    """
    return digest(["quotation", chapter, " ".join(words.split()), occurrence])[:12]
