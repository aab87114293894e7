"""What project.yaml may hold: every key with its kind, its range, its unit and a sentence about it.

The project is read into the values of ``files.written``, which still know where everything stands.
"""

from __future__ import annotations

import math
from functools import partial

from fullcast.files.delivery_keys import DELIVERY_ITEM
from fullcast.files.kinds import Choice, Flag, Number, Spot, Text, choice_of
from fullcast.files.project_kinds import Anchored
from fullcast.files.records import Key, ListOf, MapOf, Record, Short, Spotted, Variants
from fullcast.files.written import (
    WrittenBook,
    WrittenChapter,
    WrittenCharacter,
    WrittenCue,
    WrittenProject,
)
from fullcast.model import (
    EFFECTS,
    ROOMS,
    Credits,
    CueKind,
    Ducking,
    Mixing,
    Pauses,
    Role,
    Sounds,
    Speech,
)
from fullcast.units import Decibels

HIGHEST_SEED = 2**32 - 1


def _make_book(
    *, cover: Spot[str] | None = None, source: Spot[str] | None = None, **words: str
) -> WrittenBook:
    return WrittenBook(credits=Credits(**words), cover=cover, source=source)


_SECONDS = Number(low=0, high=60, unit="seconds")
_LEVEL = Number(low=-60, high=20, unit="LU")
_PAN = Number(low=-1, high=1, unit="left to right")
_PACE = Number(low=0.5, high=2, unit="factor")
_SEED = Number(low=0, high=HIGHEST_SEED, unit="", whole=True)
_FILE = Text(what="the path of a file in the project", longest=500)

BOOK = Record(
    make=_make_book,
    keys={
        "title": Key(kind=Text(), doc="Title of the book.", required=True),
        "subtitle": Key(kind=Text(empty=True), doc="Subtitle."),
        "author": Key(kind=Text(empty=True), doc="Who wrote it."),
        "narrator": Key(kind=Text(empty=True), doc="Who reads it, for the tags of the files."),
        "language": Key(
            kind=Text(
                what="a language tag such as en, en-GB or zh",
                pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
                longest=35,
            ),
            doc="Language of the text, as a BCP 47 tag.",
            default="en",
        ),
        "cover": Key(kind=Spotted(kind=_FILE), doc="Cover of the book: a JPEG or PNG file in the project."),
        "source": Key(
            kind=Spotted(kind=_FILE),
            doc="The EPUB that the book was made from: the delivery epub keeps its pages.",
        ),
        "year": Key(kind=Text(empty=True, longest=10), doc="Year of publication."),
        "publisher": Key(kind=Text(empty=True), doc="Publisher."),
        "description": Key(kind=Text(empty=True, longest=10_000), doc="What the book is about."),
        "genre": Key(kind=Text(empty=True), doc="Genre, for the tags.", default="Audiobook"),
        "isbn": Key(kind=Text(empty=True, longest=20), doc="ISBN of the audiobook; shops name files by it."),
        "volume": Key(kind=Text(empty=True, longest=10), doc="Place in the series, as in 2 or 2.5."),
        "opening": Key(
            kind=Text(empty=True, longest=2_000),
            doc="Words of the opening credits, where they are spoken; title, author, narrator unless said.",
        ),
        "closing": Key(
            kind=Text(empty=True, longest=2_000),
            doc="Words of the closing credits, where they are spoken.",
        ),
    },
)

SPEECH = Record(
    make=Speech,
    keys={
        "engine": Key(kind=Text(), doc="Engine that speaks; auto takes the best that is ready."),
        "seed": Key(kind=_SEED, doc="Another number gives other takes of everything."),
        "pace": Key(kind=_PACE, doc="Factor on the rate of speech of every voice, 0.5 to 2."),
    },
)

SOUNDS = Record(
    make=Sounds,
    keys={
        "engine": Key(kind=Text(), doc="Engine that makes sounds; auto takes the best that is ready."),
        "seed": Key(kind=_SEED, doc="Another number gives other beds and effects."),
    },
)

CHARACTER = Record(
    make=WrittenCharacter,
    placed=True,
    keys={
        "voice": Key(
            kind=Spotted(kind=Text()), doc="Name of a voice; fullcast voices list shows them.", required=True
        ),
        "style": Key(kind=Text(empty=True), doc="How the voice speaks, in words, for engines that can."),
        "pace": Key(kind=_PACE, doc="Factor on the voice's rate of speech, 0.5 to 2."),
        "pan": Key(kind=_PAN, doc="Place between left (-1) and right (1)."),
        "level": Key(
            kind=Number(low=-20, high=20, unit="dB"),
            doc="Louder or softer than the other voices, in decibels.",
        ),
        "room": Key(
            kind=Choice(words={room: room for room in ROOMS}), doc="Room that the character is heard in."
        ),
        "effect": Key(
            kind=Choice(words={effect: effect for effect in EFFECTS}),
            doc="How the character is heard: by telephone or radio, thought, near by or far away.",
        ),
        "aliases": Key(
            kind=ListOf(item=Spotted(kind=Text())), doc="Other names that the text has for the character."
        ),
    },
)


def _cast_by_voice(voice: Spot[str]) -> WrittenCharacter:
    return WrittenCharacter(voice=voice, place=voice.place)


CAST = MapOf(
    value=Short(word=Text(what="the name of a voice"), widen=_cast_by_voice, long=CHARACTER),
    what="names of characters, each with a voice",
)

_PAUSE = {
    "clause": "Between two takes of one sentence.",
    "sentence": "Between two sentences of one line.",
    "line": "Between two speakers within a paragraph.",
    "paragraph": "Between paragraphs.",
    "scene": "Between scenes.",
    "title": "After a spoken title.",
    "head": "Before the first sound of a chapter; shops ask for 0.5 to 1.",
    "tail": "After the last sound of a chapter; shops ask for 1 to 5.",
}

PAUSES = Record(
    make=Pauses,
    keys={name: Key(kind=_SECONDS, doc=f"{doc} In seconds.") for name, doc in _PAUSE.items()},
)

DUCKING = Record(
    make=Ducking,
    keys={
        "depth": Key(
            kind=Number(low=0, high=60, unit="dB"), doc="How far beds sink under speech, in decibels."
        ),
        "lookahead": Key(kind=_SECONDS, doc="How long before speech they have sunk, in seconds."),
        "attack": Key(kind=_SECONDS, doc="How long they take to sink, in seconds."),
        "hold": Key(kind=_SECONDS, doc="Gaps in speech up to this length keep them low, in seconds."),
        "release": Key(kind=_SECONDS, doc="How long they take to rise again, in seconds."),
    },
)

MIX = Record(
    make=Mixing,
    keys={
        "room_tone": Key(
            kind=Number(low=-120, high=-40, unit="dBFS"),
            doc="Level of the faint noise where nothing else sounds, in dBFS.",
        ),
        "ambience": Key(
            kind=Choice(words={"off": Decibels(-math.inf), "light": Decibels(-6.0), "full": Decibels(0.0)}),
            doc="How much is heard of beds, effects and music.",
            default="full",
        ),
        "ducking": Key(kind=DUCKING, doc="How beds and music give way to speech."),
    },
)

_ANCHOR = Anchored()
_WORD = r"^[^\s!-,./:-@\[-^`{-~]+$"
"""Letters of any script, digits, - and _: the marks of ASCII are left out, as editors know no others."""

_LEVEL_DOC = "Loudness against the chapter's speech, in LU."
_SHARED = {
    "fade": Key(kind=_SECONDS, doc="Length of the fades in and out, in seconds.", default=2.0),
    "pan": Key(kind=_PAN, doc="Place between left (-1) and right (1).", default=0.0),
    "seed": Key(kind=_SEED, doc="Another number gives another sound."),
}


def _sound(doc: str) -> Key:
    what = "a sound in words, or an audio file of the project"
    return Key(kind=Spotted(kind=Text(what=what)), doc=doc, required=True, into="sound")


BED = Record(
    make=partial(WrittenCue, kind=CueKind.BED),
    placed=True,
    keys={
        "bed": _sound("Ambience that lasts: words for it, a file of the project, or a name of the library."),
        "from": Key(kind=_ANCHOR, doc="Where it begins in the text.", into="start", default="start"),
        "to": Key(kind=_ANCHOR, doc="Where it ends in the text.", into="end", default="end"),
        "level": Key(kind=_LEVEL, doc=_LEVEL_DOC, default=-22.0),
        "id": Key(
            kind=Spotted(kind=Text(what="a word of letters, digits, - or _", pattern=_WORD, longest=60)),
            doc="Name by which ::stop{#id} in the text ends the bed.",
        ),
        **_SHARED,
    },
)

EFFECT = Record(
    make=partial(WrittenCue, kind=CueKind.EFFECT),
    placed=True,
    keys={
        "effect": _sound(
            "A sound of a moment: words for it, a file of the project, or a name of the library."
        ),
        "at": Key(kind=_ANCHOR, doc="Where it sounds in the text.", required=True),
        "level": Key(kind=_LEVEL, doc=_LEVEL_DOC, default=-12.0),
        **_SHARED,
    },
)

MUSIC = Record(
    make=partial(WrittenCue, kind=CueKind.MUSIC),
    placed=True,
    strict=True,
    keys={
        "music": _sound("Music: an audio file of the project, or a name of the sound library."),
        "role": Key(
            kind=Spotted(kind=choice_of(Role)),
            doc="intro before the speech, bridge between scenes, outro after it, under it.",
        ),
        "at": Key(kind=_ANCHOR, doc="Where it begins in the text, to be heard to its own end."),
        "from": Key(kind=_ANCHOR, doc="Where it begins in the text, under the speech.", into="start"),
        "to": Key(kind=_ANCHOR, doc="Where it ends in the text.", into="end"),
        "level": Key(kind=_LEVEL, doc=_LEVEL_DOC, default=-16.0),
        **_SHARED,
    },
)

CUE: Variants[WrittenCue] = Variants(sorts={"bed": BED, "effect": EFFECT, "music": MUSIC})

CHAPTER = Record(
    make=WrittenChapter,
    placed=True,
    keys={
        "title": Key(kind=Text(), doc="Title of the chapter.", required=True),
        "text": Key(kind=Spotted(kind=_FILE), doc="Its text: a Markdown file in the project.", required=True),
        "speak_title": Key(kind=Flag(), doc="Whether the title is spoken."),
        "include": Key(
            kind=Flag(), doc="Whether the chapter is heard; false leaves it out, its text is not even read."
        ),
        "cues": Key(kind=ListOf(item=CUE), doc="Beds, effects and music."),
    },
)

PROJECT = Record(
    make=WrittenProject,
    placed=True,
    doc="A book for fullcast: its text, its cast, its sounds and what is delivered.",
    keys={
        "fullcast": Key(
            kind=Number(low=1, high=1, unit="the form of this file", whole=True),
            doc="The form of this file: 1.",
            required=True,
        ),
        "book": Key(kind=BOOK, doc="What the book is.", required=True),
        "series": Key(
            kind=Spotted(
                kind=Text(
                    what="the name of a series", pattern=r"^[^/\\\x00-\x1f.][^/\\\x00-\x1f]*$", longest=100
                )
            ),
            doc="Name of the series: NAME.series.yaml beside the project's folder says what its books share.",
        ),
        "speech": Key(kind=SPEECH, doc="Speech in general."),
        "sounds": Key(kind=SOUNDS, doc="Ambience in general."),
        "cast": Key(
            kind=CAST,
            doc='Who speaks with which voice; Narrator reads what nobody says, "*" is anyone else.',
        ),
        "pauses": Key(kind=PAUSES, doc="Silences between takes, at pace 1."),
        "mix": Key(kind=MIX, doc="How speech and sounds are balanced."),
        "chapters": Key(
            kind=ListOf(item=CHAPTER, shortest=1), doc="The chapters, in their order.", required=True
        ),
        "deliveries": Key(
            kind=ListOf(item=DELIVERY_ITEM, shortest=1),
            doc="What is delivered; m4b and chapters unless said.",
        ),
    },
)
