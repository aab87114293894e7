"""In which scripts a language is written, for engines that read it as people write it."""

from __future__ import annotations

from collections.abc import Iterable

_LATIN = frozenset({"Latn"})
_SCRIPTS: dict[str, frozenset[str]] = {
    "am": frozenset({"Ethi"}),
    "ar": frozenset({"Arab"}),
    "be": frozenset({"Cyrl"}),
    "bg": frozenset({"Cyrl"}),
    "bn": frozenset({"Beng"}),
    "el": frozenset({"Grek"}),
    "fa": frozenset({"Arab"}),
    "gu": frozenset({"Gujr"}),
    "he": frozenset({"Hebr"}),
    "hi": frozenset({"Deva"}),
    "hy": frozenset({"Armn"}),
    "ja": frozenset({"Hani", "Hira", "Kana", "Latn"}),
    "ka": frozenset({"Geor"}),
    "kk": frozenset({"Cyrl"}),
    "ko": frozenset({"Hang", "Hani", "Latn"}),
    "ky": frozenset({"Cyrl"}),
    "mk": frozenset({"Cyrl"}),
    "ml": frozenset({"Mlym"}),
    "mr": frozenset({"Deva"}),
    "ne": frozenset({"Deva"}),
    "ru": frozenset({"Cyrl"}),
    "sr": frozenset({"Cyrl", "Latn"}),
    "ta": frozenset({"Taml"}),
    "te": frozenset({"Telu"}),
    "th": frozenset({"Thai"}),
    "tt": frozenset({"Cyrl"}),
    "uk": frozenset({"Cyrl"}),
    "ur": frozenset({"Arab"}),
    "yue": frozenset({"Hani", "Latn"}),
    "zh": frozenset({"Hani", "Latn"}),
}
"""What is not Latin. Chinese, Japanese and Korean prose has Latin words in it, which their engines read."""


def with_scripts(languages: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return languages with their scripts, as ``Limits`` wants them.

    A tag with a region stands for its language too, where no tag without one does.

    >>> with_scripts(["en-US", "ru"])["en"] == frozenset({"Latn"})
    True
    """
    tags = list(languages)
    found = {tag: _SCRIPTS.get(tag.split("-")[0], _LATIN) for tag in tags}
    for tag in tags:
        found.setdefault(tag.split("-")[0], found[tag])
    return found
