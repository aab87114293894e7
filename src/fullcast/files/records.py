"""Lists, mappings and records in a YAML file: descriptions from which it is read and its schema is made.

A :class:`Record` holds keys with their kinds and makes a value of the model::

    ROOM = Record(make=Room, keys={"size": Key(kind=Number(low=1, high=99, unit="m"), doc="Its length.")})
    problems: list[Problem] = []
    room = ROOM.read(read_nodes(file, name="room.yaml").node, Reading(problems=problems))
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Generic, TypeVar

from fullcast.files.kinds import Kind, Reading, Schema, Spot, nearest, suggest
from fullcast.files.yaml_nodes import Leaf, Listing, Node, Table

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Generic[T]):
    """A list of values of one kind."""

    item: Kind[T]
    shortest: int = 0

    @property
    def expected(self) -> str:
        """What the value may be."""
        return "a list"

    def read(self, node: Node, reading: Reading) -> tuple[T, ...] | None:
        """Return the items that could be read."""
        if not isinstance(node, Listing):
            reading.reject(node, self.expected, f"each item must be {self.item.expected}")
            return None
        if len(node.items) < self.shortest:
            reading.reject(node, f"a list of at least {self.shortest}")
        items = (self.item.read(item, reading.item(i)) for i, item in enumerate(node.items, 1))
        return tuple(item for item in items if item is not None)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        least: Schema = {"minItems": self.shortest} if self.shortest else {}
        return {"type": "array", "items": self.item.schema(), **least}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrMore(Generic[T]):
    """A value, or a list of such values."""

    item: Kind[T]

    @property
    def expected(self) -> str:
        """What the value may be."""
        return f"{self.item.expected}, or a list of these"

    def read(self, node: Node, reading: Reading) -> tuple[T, ...] | None:
        """Return the values that could be read."""
        if isinstance(node, Listing):
            return ListOf(item=self.item, shortest=1).read(node, reading)
        value = self.item.read(node, reading)
        return None if value is None else (value,)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"anyOf": [self.item.schema(), ListOf(item=self.item, shortest=1).schema()]}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf(Generic[T]):
    """Names of the author's choice, each with a value of one kind."""

    value: Kind[T]
    what: str = "names with their values"

    @property
    def expected(self) -> str:
        """What the value may be."""
        return self.what

    def read(self, node: Node, reading: Reading) -> dict[str, T] | None:
        """Return the values that could be read, by name."""
        if not isinstance(node, Table):
            reading.reject(node, self.expected)
            return None
        found: dict[str, T] = {}
        for key, item in node.entries:
            name = unicodedata.normalize("NFC", key.text.strip())
            if not name:
                reading.report("empty-name", f"a name in {reading.name} is empty", key.place)
            elif name in found:
                message = f"the name {name!r} stands twice in {reading.name}"
                reading.report("duplicate-key", message, key.place, "keep one of them")
            elif (value := self.value.read(item, reading.under(name, key.place))) is not None:
                found[name] = value
        return found

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        names: Schema = {"pattern": r"\S"}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.value.schema()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted(Generic[T]):
    """A value whose place later checks need."""

    kind: Kind[T]

    @property
    def expected(self) -> str:
        """What the value may be."""
        return self.kind.expected

    def read(self, node: Node, reading: Reading) -> Spot[T] | None:
        """Return the value with its place."""
        value = self.kind.read(node, reading)
        return None if value is None else Spot(value=value, place=node.place)

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return self.kind.schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a record."""

    kind: Kind[object]
    doc: str
    """One sentence for the reference and for editors, with the unit."""
    required: bool = False
    into: str | None = None
    """The field that takes the value; None: the field of the key's own name."""
    default: object = None
    """What stands when the key is left out, where the made value does not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[T_co]):
    """Keys with values of their own kinds."""

    make: Callable[..., T_co]
    """Called with the values that were read; a dataclass gives its own defaults."""
    keys: Mapping[str, Key]
    doc: str = ""
    placed: bool = False
    """Whether what is made takes its ``place``: that of its key, or its own in a list."""
    strict: bool = False
    """Whether one wrong value spoils the whole: where keys say something only together."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return f"keys and values ({', '.join(self.keys)})"

    def read(self, node: Node, reading: Reading) -> T_co | None:
        """Return the value; None if something that it needs is missing or wrong."""
        if not isinstance(node, Table):
            reading.reject(node, self.expected)
            return None
        before = len(reading.problems)
        values = self._read_keys(node, reading)
        if self.strict and len(reading.problems) > before:
            return None
        if not _needed(self.make, self.keys) <= values.keys():
            return None
        return self.make(**values, place=reading.key or node.place) if self.placed else self.make(**values)

    def _read_keys(self, node: Table, reading: Reading) -> dict[str, object]:
        values: dict[str, object] = {}
        for leaf, item in node.entries:
            if leaf.text not in self.keys:
                where = f" in {reading.name}" if reading.name else ""
                hint = suggest(leaf.text, self.keys, "known keys")
                reading.report("unknown-key", f"unknown key {leaf.text!r}{where}", leaf.place, hint)
                continue
            key = self.keys[leaf.text]
            if (value := key.kind.read(item, reading.under(leaf.text, leaf.place))) is not None:
                values[key.into or leaf.text] = value
        written = {leaf.text for leaf, _ in node.entries}
        for name, key in self.keys.items():
            if key.required and name not in written:
                subject = reading.name or "the file"
                hint = f"add {name} ({key.doc[:1].lower()}{key.doc[1:].rstrip('.')})"
                reading.report("missing-key", f"{subject} has no {name}", reading.key or node.place, hint)
        return values

    def schema(self) -> Schema:
        """Return the JSON Schema, with a description and the default of every key."""
        properties = {name: _describe(name, key, self.make) for name, key in self.keys.items()}
        required = [name for name, key in self.keys.items() if key.required]
        schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
        return schema | ({"required": required} if required else {})


def _needed(make: Callable[..., object], keys: Mapping[str, Key]) -> set[str]:
    """Return the names without which ``make`` cannot be called."""
    if is_dataclass(make):
        free = (f.name for f in fields(make) if f.default is MISSING and f.default_factory is MISSING)
        return set(free) - {"place"}
    return {key.into or name for name, key in keys.items() if key.required}


def default_of(name: str, key: Key, make: Callable[..., object]) -> object:
    """Return what stands when a key is left out; None where nothing simple does."""
    if key.default is not None or not is_dataclass(make):
        return key.default
    found = next((f.default for f in fields(make) if f.name == (key.into or name)), None)
    simple = isinstance(found, str | int | float | bool) and found != ""
    return found if simple else None


def _describe(name: str, key: Key, make: Callable[..., object]) -> Schema:
    default = default_of(name, key, make)
    shown: Schema = {} if default is None else {"default": default}
    return {"description": key.doc, **key.kind.schema(), **shown}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants(Generic[T]):
    """Records of several sorts; the one key that only a sort has tells which."""

    sorts: Mapping[str, Record[T]]
    """Each telling key with its record, which holds that key as required."""

    @property
    def expected(self) -> str:
        """What the value may be."""
        return f"keys and values with one of {', '.join(self.sorts)}"

    def read(self, node: Node, reading: Reading) -> T | None:
        """Return the value that the record of its sort reads."""
        if not isinstance(node, Table):
            reading.reject(node, self.expected)
            return None
        telling = [leaf for leaf, _ in node.entries if leaf.text in self.sorts]
        if len(telling) == 1:
            return self.sorts[telling[0].text].read(node, reading)
        if telling:
            both = " and ".join(leaf.text for leaf in telling)
            hint = "write them as entries of their own"
            reading.report("several-sorts", f"{reading.name} has {both} at once", telling[1].place, hint)
            return None
        words = ", ".join(self.sorts)
        written = [leaf.text for leaf, _ in node.entries]
        close = next((c for word in written if (c := nearest(word, self.sorts))), None)
        hint = f"did you mean {close!r}?" if close else f"add one of {words}"
        reading.report("missing-key", f"{reading.name} has none of {words}", reading.key or node.place, hint)
        return None

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"oneOf": [record.schema() for record in self.sorts.values()]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Short(Generic[T]):
    """A record that may be written as one word."""

    word: Kind[str]
    widen: Callable[[Spot[str]], T]
    """Makes the value from the word."""
    long: Kind[T]

    @property
    def expected(self) -> str:
        """What the value may be."""
        return f"{self.word.expected}, or {self.long.expected}"

    def read(self, node: Node, reading: Reading) -> T | None:
        """Return the value of the short or the long form."""
        if isinstance(node, Table):
            return self.long.read(node, reading)
        if not isinstance(node, Leaf) or node.value is None:
            reading.reject(node, self.expected)
            return None
        word = self.word.read(node, reading)
        return None if word is None else self.widen(Spot(value=word, place=node.place))

    def schema(self) -> Schema:
        """Return the JSON Schema."""
        return {"anyOf": [self.word.schema(), self.long.schema()]}
