"""How words are said, as lexicon.yaml and the ``lexicon`` of a series tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fullcast.errors import Place
from fullcast.files.kinds import Number, Reading, Schema, Spot, Text, suggest
from fullcast.files.records import Key, MapOf, OneOrMore, Record, Short
from fullcast.files.yaml_nodes import Node, read_nodes
from fullcast.model import Character, Lexicon, Saying
from fullcast.text.lexicon import find_unheard
from fullcast.text.parts import as_ipa

LEXICON_FILE = "lexicon.yaml"

_LONGEST = 200
"""Characters of a word and of what it is said like."""

_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSaying:
    """How a word is said, as written."""

    say: str | None = None
    ipa: str | None = None
    speaker: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    place: Place | None = None


SAYING = Record(
    make=WrittenSaying,
    placed=True,
    keys={
        "say": Key(
            kind=Text(what="a respelling, or IPA", longest=_LONGEST),
            doc="How it is said: a respelling such as SHIV-awn, or IPA.",
        ),
        "ipa": Key(
            kind=Text(what="IPA", longest=_LONGEST),
            doc="IPA for engines that speak it, beside a respelling for the others.",
        ),
        "speaker": Key(
            kind=OneOrMore(item=Text(what="a name of the cast")), doc="Who says it so; everybody unless said."
        ),
        "language": Key(
            kind=OneOrMore(
                item=Text(
                    what="a language tag such as en or en-GB", pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"
                )
            ),
            doc="In text of which language; in any unless said.",
        ),
    },
)


def _say_only(say: Spot[str]) -> WrittenSaying:
    return WrittenSaying(say=say.value, place=say.place)


_ONE = Short(word=Text(what="a respelling, or IPA", longest=_LONGEST), widen=_say_only, long=SAYING)


_WORDS = MapOf(value=OneOrMore(item=_ONE), what="words, each with how it is said")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsKind:
    """Words with how they are said."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return _WORDS.expected

    def read(self, node: Node, reading: Reading) -> Lexicon | None:
        """Return the sayings that could be read, in their order."""
        found = _WORDS.read(node, reading)
        if found is None:
            return None
        return tuple(saying for word, each in found.items() for saying in _check(word, each, reading))

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return _WORDS.schema()


WORDS = WordsKind()


def _check(word: str, sayings: tuple[WrittenSaying, ...], reading: Reading) -> Iterator[Saying]:
    """Yield how a word is said; report what tells nothing, or two things at once."""
    scopes: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for written in sayings:
        place = written.place
        assert place is not None
        scope = (written.speaker, written.language)
        if not _LETTER.search(word) or len(word) > _LONGEST:
            hint = f"a word has letters, and at most {_LONGEST} of them"
            reading.report("no-word", f"{word[:40]!r} is no word that a text could have", place, hint)
        elif not (written.say or written.ipa):
            reading.report(
                "no-saying", f"nothing tells how {word!r} is said", place, "add say: and a respelling or IPA"
            )
        elif scope in scopes:
            hint = "keep one of them, or give them a speaker or a language each"
            reading.report("two-sayings", f"{word!r} is said in two ways", place, hint)
        else:
            yield _make(word, written)
        scopes.add(scope)


def _make(word: str, written: WrittenSaying) -> Saying:
    said_as_ipa = as_ipa(written.say) if written.say else None
    return Saying(
        word=word,
        say=None if said_as_ipa else written.say,
        ipa=(written.ipa or "").strip("/[] ") or said_as_ipa,
        speakers=written.speaker,
        languages=written.language,
        place=written.place,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLexicon:
    """A lexicon.yaml as written."""

    fullcast: int
    words: Lexicon = ()


LEXICON = Record(
    make=WrittenLexicon,
    doc="How the words of a book are said, names above all.",
    keys={
        "fullcast": Key(
            kind=Number(low=1, high=1, unit="the form of this file", whole=True),
            doc="The form of this file: 1.",
            required=True,
        ),
        "words": Key(
            kind=WORDS,
            doc="Words as the text has them, capitals and all, each with how it is said.",
            required=True,
        ),
    },
)


def read_lexicon(folder: Path, reading: Reading) -> Lexicon:
    """Return the lexicon of a project; an empty one if it has none.

    Args:
        folder: The project's folder.
        reading: Takes what is wrong.
    """
    file = folder / LEXICON_FILE
    if not file.exists():
        return ()
    parsed = read_nodes(file, name=LEXICON_FILE)
    reading.problems.extend(parsed.problems)
    written = LEXICON.read(parsed.node, reading) if parsed.node else None
    return written.words if written else ()


def fit_lexicon(
    lexicon: Lexicon, cast: Mapping[str, Character], texts: Iterable[str], reading: Reading
) -> Lexicon:
    """Return a project's lexicon with its speakers under their names in the cast.

    Args:
        lexicon: As read.
        cast: Who speaks in the book.
        texts: Its chapters.
        reading: Takes speakers that nobody is, and, as warnings, words that no chapter has.
    """
    for saying, likely in find_unheard(lexicon, texts):
        hint = f"the text has {likely!r}: capitals count" if likely else "check its spelling, or take it out"
        message = f"the word {saying.word!r} stands in no chapter"
        reading.warn("unused-word", message, _placed(saying), hint)
    return tuple(_with_speakers(saying, name_speakers(cast), reading) for saying in lexicon)


def name_speakers(cast: Mapping[str, Character]) -> dict[str, str]:
    """Return the name in the cast of every name and alias, without capitals."""
    names = {alias.casefold(): name for name, member in cast.items() for alias in member.aliases}
    return names | {name.casefold(): name for name in cast}


def _with_speakers(saying: Saying, names: Mapping[str, str], reading: Reading) -> Saying:
    for speaker in saying.speakers:
        if speaker.casefold() not in names:
            hint = suggest(speaker, names.values(), "the cast")
            message = f"nobody in the cast is called {speaker!r}"
            reading.report("unknown-speaker", message, _placed(saying), hint)
    return replace(saying, speakers=tuple(names.get(each.casefold(), each) for each in saying.speakers))


def _placed(saying: Saying) -> Place:
    return saying.place or Place(file=LEXICON_FILE)
