"""Adding members to the cast of a YAML file, everything else of it as its author left it, to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fullcast.errors import ProjectError
from fullcast.files.disk import write_whole
from fullcast.files.sources import LARGEST_SETTINGS, Source, read_source
from fullcast.files.yaml_nodes import Leaf, Node, Table, parse_nodes
from fullcast.files.yaml_scalars import write_scalar
from fullcast.model import ANYONE

CAST = "cast"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A member to be added."""

    voice: str
    aliases: tuple[str, ...] = ()


def add_members(file: Path, members: Mapping[str, NewMember], *, name: str) -> None:
    """Add members to the ``cast`` of a project or series.

    They stand behind the last member, in front of ``*``. Comments, order and layout stay: lines are inserted,
    the file is not written anew from what was understood of it.

    Args:
        file: The YAML file; it is valid.
        members: By name; none of them is in the cast yet.
        name: The file as problems shall call it.

    Raises:
        ProjectError: If the file cannot be read.
        StoreError: If it cannot be written; it is then as it was.
    """
    source = read_source(file, name=name, largest=LARGEST_SETTINGS)
    if not isinstance(source, Source):
        raise ProjectError(source)
    if members:
        mark = "\ufeff" if file.read_bytes().startswith(b"\xef\xbb\xbf") else ""
        write_whole(file, (mark + with_members(source, members)).encode(), sync=True)


def with_members(source: Source, members: Mapping[str, NewMember]) -> str:
    """Return the text of a YAML file with more members in its ``cast``.

    Raises:
        ProjectError: If the text is no mapping.
    """
    parsed = parse_nodes(source)
    if parsed.problems or not isinstance(parsed.node, Table):
        raise ProjectError(*parsed.problems)
    entries = [f"{write_scalar(name)}: {_written(member)}" for name, member in members.items()]
    cast = next(((key, node) for key, node in parsed.node.entries if key.text == CAST), None)
    lines = source.text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    if cast is None:
        return "".join([*lines, f"{CAST}:\n", *(f"  {entry}\n" for entry in entries)])
    if isinstance(cast[1], Table) and _is_flow(lines, cast[1]):
        return _in_braces(lines, cast[1], entries)
    return _in_block(lines, cast, parsed.node, entries)


def _written(member: NewMember) -> str:
    if not member.aliases:
        return write_scalar(member.voice)
    aliases = ", ".join(write_scalar(alias) for alias in member.aliases)
    return f"{{voice: {write_scalar(member.voice)}, aliases: [{aliases}]}}"


def _is_flow(lines: list[str], table: Table) -> bool:
    return lines[_line(table)][_column(table) :].startswith("{")


def _in_braces(lines: list[str], table: Table, entries: list[str]) -> str:
    """Insert behind the opening brace: where a flow mapping ends, its nodes do not tell."""
    line, column = _line(table), _column(table) + 1
    comma = ", " if table.entries else ""
    lines[line] = lines[line][:column] + ", ".join(entries) + comma + lines[line][column:]
    return "".join(lines)


def _in_block(lines: list[str], cast: tuple[Leaf, Node], root: Table, entries: list[str]) -> str:
    key, node = cast
    members = node.entries if isinstance(node, Table) else ()
    indent = _column(members[0][0]) if members else 2
    if members and members[-1][0].text == ANYONE:
        at = _line(members[-1][0])
        while at > 0 and lines[at - 1].lstrip().startswith("#") and _indent(lines[at - 1]) == indent:
            at -= 1
    else:
        following = [_line(other) for other, _ in root.entries if _line(other) > _line(key)]
        at = min(following, default=len(lines))
        while at > _line(key) + 1 and not _belongs(lines[at - 1], indent):
            at -= 1
    return "".join([*lines[:at], *(f"{' ' * indent}{entry}\n" for entry in entries), *lines[at:]])


def _belongs(line: str, indent: int) -> bool:
    """Return whether a line is part of a block: no blank, and no comment that stands further left."""
    return bool(line.strip()) and _indent(line) >= indent


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _line(node: Node) -> int:
    assert node.place.line is not None
    return node.place.line - 1


def _column(node: Node) -> int:
    assert node.place.column is not None
    return node.place.column - 1
