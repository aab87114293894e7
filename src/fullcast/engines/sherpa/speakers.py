"""Which of a model's speakers speaks for a voice of the library."""

from __future__ import annotations

import hashlib
import re

from fullcast.model import ModelCard, Sex, Voice

ENGINE = "sherpa"
_MARKED = re.compile(r"[a-z](f|m)_")
"""Kokoro's names say language and sex: ``af_heart`` is American and female."""


def names_of(card: ModelCard) -> tuple[str, ...]:
    """Return the names of a model's speakers in their order; none where the card has none."""
    words = str(card.options.get("speakers", ""))
    return tuple(name.strip() for name in words.split(",") if name.strip())


def choose_speaker(voice: Voice, card: ModelCard, count: int) -> int | str:
    """Return the number of the speaker for a voice; a text says why there is none.

    A voice may name one, by model (``engines: {sherpa: {kokoro-en-v0_19: af_bella}}``), by name or number.
    Otherwise one of the voice's language and sex is taken, where names tell; which one hangs on the voice's
    name alone, so that a cast spreads over all of them.

    Args:
        voice: The voice.
        card: The model.
        count: Speakers that it has.
    """
    names = names_of(card)
    named = voice.engines.get(ENGINE, {}).get(card.id)
    if named is not None:
        number = names.index(str(named)) if str(named) in names else named
        if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < count:
            return number
        known = f"; it knows: {', '.join(names)}" if names else ""
        return f"the model {card.id} has no speaker {named!r}: it has {count}, from 0{known}"
    fitting = [index for index, name in enumerate(names[:count]) if _fits(name, voice)] or list(range(count))
    chance = int.from_bytes(hashlib.blake2b(voice.name.encode(), digest_size=8).digest())
    return fitting[chance % len(fitting)]


_LANGUAGES = {
    "a": "en-US", "b": "en-GB", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja", "p": "pt", "z": "zh"
}  # fmt: skip


def _fits(name: str, voice: Voice) -> bool:
    """Return whether a speaker's name does not speak against a voice."""
    marked = _MARKED.match(name)
    if marked is None:
        return True
    sex = Sex.FEMALE if marked[1] == "f" else Sex.MALE
    return voice.sex in {sex, Sex.NEUTRAL} and _is_same(_LANGUAGES.get(name[0], ""), voice.languages[0])


def _is_same(language: str, own: str) -> bool:
    """Return whether two tags are of one language, and not of two regions of it.

    >>> _is_same("en-GB", "en"), _is_same("en-GB", "en-GB-scotland"), _is_same("en-GB", "en-US")
    (True, True, False)
    """
    if language.split("-", maxsplit=1)[0] != own.split("-", maxsplit=1)[0]:
        return False
    return "-" not in language or "-" not in own or own.startswith(language)
