"""How a voice of the voice library is spoken by eSpeak NG."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fullcast.engines.espeak.languages import find_language_voice
from fullcast.model import Age, Sex

if TYPE_CHECKING:
    from collections.abc import Collection

    from fullcast.model import Scalar, Voice

RANGES = {"pitch": (0, 99), "range": (0, 99), "rate": (80, 450), "volume": (10, 150), "gap": (0, 20)}
"""What a voice may set; ``rate`` in words per minute, ``gap`` in steps of 10 ms between words."""
DEFAULTS = {"pitch": 50, "range": 50, "rate": 160, "volume": 100, "gap": 0}
"""Narration is slower than the library's 175 words a minute."""
KEYS = (*RANGES, "variant", "language")
_SLOWEST, _FASTEST = 80, 450

_BY_KIND = {
    (Sex.FEMALE, Age.CHILD): ("f2", 88, 60, 162),
    (Sex.FEMALE, Age.YOUNG): ("f2", 66, 55, 168),
    (Sex.FEMALE, Age.ADULT): ("f3", 48, 50, 160),
    (Sex.FEMALE, Age.OLD): ("grandma", 40, 45, 145),
    (Sex.MALE, Age.CHILD): ("f5", 92, 62, 165),
    (Sex.MALE, Age.YOUNG): ("m4", 62, 52, 168),
    (Sex.MALE, Age.ADULT): ("m3", 44, 48, 160),
    (Sex.MALE, Age.OLD): ("grandpa", 32, 42, 145),
    (Sex.NEUTRAL, Age.CHILD): ("f5", 85, 60, 162),
    (Sex.NEUTRAL, Age.YOUNG): ("klatt2", 62, 52, 165),
    (Sex.NEUTRAL, Age.ADULT): ("klatt2", 55, 50, 160),
    (Sex.NEUTRAL, Age.OLD): ("klatt2", 42, 44, 148),
}
"""Variant, pitch, range and rate for a voice that says nothing about espeak."""


class VoiceParameterError(ValueError):
    """What a voice says about espeak cannot be used; the message says what and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What the library is told before it speaks."""

    variant: str | None
    """A file of the library's ``voices/!v``; shapes the throat."""
    accent: str | None
    """BCP 47 tag of the voice's own kind of its language, ``en-GB-scotland``."""
    numbers: tuple[tuple[str, int], ...]
    """``pitch``, ``range``, ``rate``, ``volume``, ``gap``."""

    def at_pace(self, pace: float) -> dict[str, int]:
        """Return the numbers with the rate multiplied; the library takes 80 to 450 words a minute."""
        numbers = dict(self.numbers)
        numbers["rate"] = min(_FASTEST, max(_SLOWEST, round(numbers["rate"] * pace)))
        return numbers

    def identifier(self, language: str) -> str | None:
        """Return what the library knows the voice by in a language; None where it lacks the language.

        The accent holds for its own language only: a Scot who says a word in French speaks it as the
        French voice would.
        """
        primary = language.lower().replace("_", "-").split("-")[0]
        own = self.accent is not None and self.accent.lower().split("-")[0] == primary
        voice = find_language_voice(self.accent if own and self.accent else language)
        if voice is None:
            return None
        return voice.identifier + (f"+{self.variant}" if self.variant else "")


def read_parameters(voice: Voice, variants: Collection[str]) -> Parameters:
    """Return how a voice is spoken.

    Args:
        voice: The voice; without an ``espeak`` entry, sex and age decide, and the name shifts the pitch a
            little, so that two such voices differ.
        variants: Names of the variants that the library has.

    Raises:
        VoiceParameterError: If the voice names a key, a variant or a number that there is not.
    """
    entry = voice.engines.get("espeak")
    if entry is None:
        return _derive(voice)
    for key in entry:
        if key not in KEYS:
            raise VoiceParameterError(_unknown(f"voice {voice.name}: espeak has no setting", key, KEYS))
    variant = entry.get("variant")
    if variant is not None and variant not in variants:
        raise VoiceParameterError(
            _unknown(f"voice {voice.name}: espeak has no variant", str(variant), variants)
        )
    accent = entry.get("language")
    if accent is not None and find_language_voice(str(accent)) is None:
        message = f"voice {voice.name}: espeak has no language '{accent}'; write a BCP 47 tag such as en-GB"
        raise VoiceParameterError(message)
    return Parameters(
        variant=None if variant is None else str(variant),
        accent=None if accent is None else str(accent),
        numbers=tuple((key, _number(voice.name, key, entry.get(key, DEFAULTS[key]))) for key in RANGES),
    )


def _number(voice: str, key: str, value: Scalar) -> int:
    low, high = RANGES[key]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        message = f"voice {voice}: espeak's {key} is {value!r}; write a whole number from {low} to {high}"
        raise VoiceParameterError(message)
    return value


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"it has {', '.join(sorted(known))}"
    return f"{what} '{name}'; {hint}"


def _derive(voice: Voice) -> Parameters:
    variant, pitch, span, rate = _BY_KIND[voice.sex, voice.age]
    shift = hashlib.blake2b(voice.name.encode(), digest_size=2).digest()
    numbers = {
        "pitch": min(99, pitch + shift[0] % 15 - 7),
        "range": span,
        "rate": rate + shift[1] % 13 - 6,
        "volume": DEFAULTS["volume"],
        "gap": DEFAULTS["gap"],
    }
    return Parameters(variant=variant, accent=None, numbers=tuple(numbers.items()))
