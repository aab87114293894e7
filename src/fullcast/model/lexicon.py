"""How words are said that engines would say wrongly: names above all."""

from __future__ import annotations

from dataclasses import dataclass

from fullcast.errors import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """How a word is said, and where that holds."""

    word: str
    """The word or words, as the text has them; capitals count."""
    say: str | None = None
    """A respelling, for every engine."""
    ipa: str | None = None
    """IPA, for engines that speak it; they prefer it."""
    speakers: tuple[str, ...] = ()
    """Names of the cast who say it so; empty is everybody."""
    languages: tuple[str, ...] = ()
    """BCP 47 tags of the words around it; empty is every language. ``en`` holds for ``en-GB`` too."""
    place: Place | None = None

    @property
    def scope(self) -> int:
        """How narrow it is: a saying for a speaker goes before one for a language, and that before any."""
        return 2 * bool(self.speakers) + bool(self.languages)


Lexicon = tuple[Saying, ...]
"""Those of the project in front of those of its series: of two that are equally narrow the first counts."""
