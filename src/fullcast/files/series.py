"""What the books of a series share: ``NAME.series.yaml`` beside the folders of its books.

It holds keys of project.yaml. What a project says itself goes before what its series says, key by key and, in
the cast, member by member and key by key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fullcast.files.inside import find_inside
from fullcast.files.kinds import Number, Reading, Spot, Text
from fullcast.files.lexicon_read import WORDS
from fullcast.files.project_keys import CAST, MIX, PAUSES, SOUNDS, SPEECH
from fullcast.files.records import Key, Record
from fullcast.files.written import WrittenCharacter
from fullcast.files.yaml_nodes import Leaf, Node, Table, read_nodes
from fullcast.model import Lexicon, Mixing, Pauses, Sounds, Speech

SUFFIX = ".series.yaml"

SHARED = ("speech", "sounds", "cast", "pauses", "mix")
"""Keys that a series has for its books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSeries:
    """A series as written."""

    fullcast: int
    title: str = ""
    speech: Speech = field(default_factory=Speech)
    sounds: Sounds = field(default_factory=Sounds)
    cast: dict[str, WrittenCharacter] = field(default_factory=dict)
    pauses: Pauses = field(default_factory=Pauses)
    mix: Mixing = field(default_factory=Mixing)
    lexicon: Lexicon = ()


SERIES = Record(
    make=WrittenSeries,
    doc="What the books of a series share: voices, levels, pauses, and how names are said.",
    keys={
        "fullcast": Key(
            kind=Number(low=1, high=1, unit="the form of this file", whole=True),
            doc="The form of this file: 1.",
            required=True,
        ),
        "title": Key(kind=Text(), doc="Title of the series."),
        "speech": Key(kind=SPEECH, doc="Speech in general."),
        "sounds": Key(kind=SOUNDS, doc="Ambience in general."),
        "cast": Key(kind=CAST, doc="Who speaks with which voice in every book."),
        "pauses": Key(kind=PAUSES, doc="Silences between takes, at pace 1."),
        "mix": Key(kind=MIX, doc="How speech and sounds are balanced."),
        "lexicon": Key(kind=WORDS, doc="Words, each with how it is said, as in lexicon.yaml."),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series that was read."""

    file: Path
    table: Table
    lexicon: Lexicon


def read_series(folder: Path, written: Spot[str], reading: Reading) -> Series | None:
    """Read the series of a project.

    Args:
        folder: The project's folder.
        written: The name of the series.
        reading: Takes what is wrong.

    Returns:
        The series; None if it cannot be read.
    """
    name = f"{written.value}{SUFFIX}"
    if not (folder.parent / name).is_file():
        hint = f"make it, with fullcast: 1 in it, beside the project's folder: {folder.parent / name}"
        message = f"the series {written.value!r} has no file {name}"
        reading.report("missing-series", message, written.place, hint)
        return None
    found = find_inside(folder.parent, Spot(value=name, place=written.place))
    if found.file is None:
        reading.problems.extend([found.problem] if found.problem else [])
        return None
    parsed = read_nodes(found.file, name=f"../{name}")
    reading.problems.extend(parsed.problems)
    series = SERIES.read(parsed.node, reading) if parsed.node else None
    if series is None or not isinstance(parsed.node, Table):
        return None
    return Series(file=found.file, table=parsed.node, lexicon=series.lexicon)


def merge_series(project: Table, series: Table) -> Table:
    """Return a project with what its series has for it, each value where it was written."""
    shared = tuple((key, node) for key, node in series.entries if key.text in SHARED)
    return _merge(project, Table(entries=shared, place=series.place))


def _merge(first: Table, second: Table, *, name: str = "") -> Table:
    """Return the entries of two tables of a name; of what both have, the first one's, table by table."""
    others = {key.text: node for key, node in second.entries}
    entries: list[tuple[Leaf, Node]] = []
    for key, own in first.entries:
        node, other = own, others.pop(key.text, None)
        wide = _as_table(node) if name == "cast" and isinstance(node, Leaf) else node
        if isinstance(wide, Table) and isinstance(other, Table):
            node = _merge(wide, other, name=key.text)
        entries.append((key, node))
    entries += [(key, node) for key, node in second.entries if key.text in others]
    return Table(entries=tuple(entries), place=first.place)


def _as_table(voice: Leaf) -> Table:
    """Return a member of the cast that is written as its voice in its long form."""
    return Table(entries=((Leaf(text="voice", place=voice.place), voice),), place=voice.place)
