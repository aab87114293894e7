"""YAML as nodes that know their places: strict, bounded, and resolved as in YAML 1.2 core.

PyYAML scans; everything after its events is decided here, so that no tag can name a Python object, ``No`` is
a name and ``1:30`` a word, a bomb of aliases stays small, and every problem has a line, a column and the
source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from fullcast.errors import Place, Problem
from fullcast.files.sources import LARGEST_SETTINGS, Source, read_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEEPEST = 32
"""Levels of nesting; what fullcast reads needs six."""

MOST_NODES = 200_000
"""Nodes after aliases are followed; a book of 500 chapters with 20 cues each has 100,000."""

_WORDS: Mapping[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONFLICT = re.compile("^<{7} ", re.MULTILINE)
_LONGEST_WHOLE = 300
"""Digits; a longer number is infinite for every purpose here, and parsing it would take quadratic time."""

_TAB = ("a tab indents this line", "indent with spaces; YAML does not allow tabs")
_INDENT = (
    "this line does not fit in here",
    "check the indentation: keys of one level begin in the same column",
)
_COMPLAINTS = (
    ("found character '\\t'", *_TAB),
    ("that cannot start any token", "no value begins with this character", "put it in quotation marks"),
    (
        "mapping values are not allowed",
        "a ': ' stands where no key can be",
        "text that holds ': ' needs quotation marks around it",
    ),
    (
        "alphabetic or numeric character",
        "the name of an alias or an anchor is missing",
        'quote names that begin with * or &, as in "*": extra',
    ),
    ("could not find expected ':'", "a key without a colon", "a key needs a colon and a space after it"),
    ("expected ',' or ']'", "a list is not closed", "close it with ] or put a comma between its items"),
    ("expected ',' or '}'", "braces are not closed", "close them with } or put a comma between the keys"),
    ("expected key", *_INDENT),
    ("expected <document start>", *_INDENT),
    ("expected <block end>", *_INDENT),
)
"""What the scanners say (libyaml's and PyYAML's own differ), in our words, and what to do."""

_LIBYAML_DEPTH = "exceeded maximum nesting depth"
"""What libyaml says from 0.2.6 on."""

Value = str | int | float | bool | None
"""What a scalar stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A scalar."""

    text: str
    """As written, quotation marks and escapes resolved."""
    plain: bool = True
    """Written without quotation marks: may be a number, a truth value or nothing."""
    place: Place

    @property
    def value(self) -> Value:
        """What the scalar stands for in YAML 1.2 core; quoted ones are text always."""
        return resolve(self.text) if self.plain else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A sequence."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping; its keys are unique."""

    entries: tuple[tuple[Leaf, Node], ...]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something whose problem is already reported; readers pass over it."""

    place: Place


Node = Leaf | Listing | Table | Broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a YAML file holds."""

    node: Node | None
    """None where the file could not be read at all."""
    problems: tuple[Problem, ...] = ()


def resolve(text: str) -> Value:
    """Return what a plain scalar stands for in YAML 1.2 core.

    >>> [resolve(word) for word in ("No", "off", "1:30", "0o17", "2024-01-01", "1e3", "~")]
    ['No', 'off', '1:30', 15, '2024-01-01', 1000.0, None]

    Source:
        YAML 1.2.2, section 10.3.2.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text) and len(text) <= _LONGEST_WHOLE:
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if _NUMBER.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def read_nodes(file: Path, *, name: str) -> Parsed:
    """Read a YAML file.

    Args:
        file: The file.
        name: The file as problems shall call it: relative to the project.
    """
    source = read_source(file, name=name, largest=LARGEST_SETTINGS)
    return Parsed(node=None, problems=(source,)) if isinstance(source, Problem) else parse_nodes(source)


def parse_nodes(source: Source) -> Parsed:
    """Read YAML from text."""
    if found := _UNPRINTABLE.search(source.text):
        message = f"the character U+{ord(found[0]):04X} cannot stand in a YAML file"
        place = source.place_at(found.start())
        return Parsed(node=None, problems=(_problem("yaml-syntax", message, place, "remove it"),))
    tree = _Tree(source)
    try:
        _grow(tree, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        if _LIBYAML_DEPTH not in (error.problem or ""):
            return Parsed(node=None, problems=(*tree.problems, _explain(error, source)))
        # It looks ahead, and gives up at level 1,000 before it has told of level 33: PyYAML alone tells.
        tree = _Tree(source)
        _grow(tree, yaml.SafeLoader)
    if tree.stopped:
        return Parsed(node=None, problems=tuple(tree.problems))
    if tree.root is None:
        place = Place(file=source.name)
        tree.problems.append(_problem("empty-file", "the file holds nothing", place, None))
    return Parsed(node=tree.root, problems=tuple(tree.problems))


def _grow(tree: _Tree, loader: type[yaml.SafeLoader]) -> None:
    """Read a tree's source into it, to the end or until the tree has had enough."""
    for event in yaml.parse(tree.source.text, Loader=loader):
        tree.add(event)
        if tree.stopped:
            return


def _explain(error: yaml.MarkedYAMLError, source: Source) -> Problem:
    """Return a scanner's complaint as a problem with a hint for the usual causes."""
    if conflict := _CONFLICT.search(source.text):
        choose = "keep one side of it and remove the lines with <<<<<<<, ======= and >>>>>>>"
        return _problem("merge-conflict", "a merge conflict", source.place_at(conflict.start()), choose)
    complaint = error.problem or "its form is wrong"
    if error.context_mark and "unexpected end of stream" in complaint:
        begin = source.place(error.context_mark.line, error.context_mark.column)
        message = "the quotation mark that opens here is never closed"
        return _problem("yaml-syntax", message, begin, "put the same mark at the end of the text")
    mark = error.problem_mark or error.context_mark
    place = source.place(mark.line, mark.column) if mark else Place(file=source.name)
    if (place.source or "")[: place.column].lstrip(" ").startswith("\t"):
        return _problem("yaml-syntax", _TAB[0], place, _TAB[1])
    for part, message, hint in _COMPLAINTS:
        if part in complaint:
            return _problem("yaml-syntax", f"this is not YAML: {message}", place, hint)
    return _problem("yaml-syntax", f"this is not YAML: {complaint}", place, None)


def _problem(code: str, message: str, place: Place, hint: str | None) -> Problem:
    return Problem(code=code, message=message, place=place, hint=hint)


@dataclass(slots=True, kw_only=True)
class _Open:
    """A list or mapping that is being read."""

    table: bool
    place: Place
    anchor: str | None
    broken: bool
    items: list[Node] = field(default_factory=list)
    size: int = 1


class _Tree:
    """The nodes of one document, as they grow from a scanner's events."""

    def __init__(self, source: Source) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.stopped = False
        self.source = source
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._documents = 0

    def add(self, event: yaml.Event) -> None:
        """Take the next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._add_leaf(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._follow(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                hint = "keep one document a file: remove the line with ---"
                self._stop("several-documents", "a second YAML document begins here", event, hint)

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return self.source.place(mark.line, mark.column) if mark else Place(file=self.source.name)

    def _stop(self, code: str, message: str, event: yaml.Event, hint: str) -> None:
        self._report(code, message, self._place(event), hint)
        self.stopped = True

    def _report(self, code: str, message: str, place: Place, hint: str | None = None) -> None:
        self.problems.append(_problem(code, message, place, hint))

    def _has_tag(self, tag: str | None, place: Place) -> bool:
        if tag is None:
            return False
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        hint = "remove the tag; text that looks like something else goes in quotation marks"
        self._report("yaml-tag", f"the tag {shown} has no meaning here", place, hint)
        return True

    def _add_leaf(self, event: yaml.ScalarEvent) -> None:
        place = self._place(event)
        broken = self._has_tag(event.tag, place)
        plain = event.style is None or event.style == ""
        leaf = Broken(place=place) if broken else Leaf(text=event.value, plain=plain, place=place)
        self._put(leaf, 1, event.anchor)

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        place = self._place(event)
        if len(self._open) >= DEEPEST:
            message = f"lists and mappings nest deeper than {DEEPEST} levels here"
            self._stop("yaml-too-deep", message, event, "flatten the file")
            return
        broken = self._has_tag(event.tag, place)
        table = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(table=table, place=place, anchor=event.anchor, broken=broken))

    def _end(self) -> None:
        done = self._open.pop()
        node: Node
        if done.broken:
            node = Broken(place=done.place)
        elif done.table:
            node = Table(entries=tuple(self._pair(done.items)), place=done.place)
        else:
            node = Listing(items=tuple(done.items), place=done.place)
        self._put(node, done.size, done.anchor)

    def _put(self, node: Node, size: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size)
        if self._open:
            self._open[-1].items.append(node)
            self._open[-1].size += size
        else:
            self.root = node

    def _follow(self, event: yaml.AliasEvent) -> None:
        place, anchor = self._place(event), str(event.anchor)
        if any(container.anchor == anchor for container in self._open):
            self._report("cyclic-alias", f"*{anchor} stands inside what it stands for", place, "write it out")
            self._put(Broken(place=place), 1, None)
        elif anchor not in self._anchors:
            message = f"*{anchor} is an alias, and nothing before it is marked &{anchor}"
            self._report("unknown-alias", message, place, f'for the plain text, write "*{anchor}"')
            self._put(Broken(place=place), 1, None)
        else:
            node, size = self._anchors[anchor]
            if size + sum(container.size for container in self._open) > MOST_NODES:
                message = f"*{anchor} makes the file grow beyond {MOST_NODES:,} entries"
                self._stop("yaml-bomb", message, event, "write out what the aliases stand for")
            self._put(node, size, None)

    def _pair(self, items: list[Node]) -> Iterator[tuple[Leaf, Node]]:
        """Yield the entries of a mapping whose keys are words that did not stand before."""
        seen: dict[str, Place] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if isinstance(key, Broken):
                continue
            if not isinstance(key, Leaf):
                self._report("yaml-key", "a key must be a word, got a list or a mapping", key.place)
            elif key.plain and key.text == "<<":
                hint = "write the keys out here; merging is not part of YAML 1.2"
                self._report("merge-key", "the merge key << is not supported", key.place, hint)
            elif key.text in seen:
                message = f"the key {key.text!r} stands twice; first in line {seen[key.text].line}"
                self._report("duplicate-key", message, key.place, "keep one of them")
            else:
                seen[key.text] = key.place
                yield key, value
