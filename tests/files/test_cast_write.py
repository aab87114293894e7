"""Members that are added to a cast: nothing else of the file changes."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.files.cast_write import NewMember, add_members, with_members
from fullcast.files.sources import Source
from fullcast.files.yaml_nodes import Leaf, Listing, Node, Table, parse_nodes

BLOCK = """\
# my book
fullcast: 1
book: {title: The Storm}   # inline

# who speaks
cast:
  Narrator: alba    # me
  Mara:     {voice: mara, style: "warm, hoarse"}

  # everybody else
  "*": extra        # really

# what is read
chapters:
  - text: chapters/01.md
"""

MEMBERS = {
    "Old Tom": NewMember(voice="tom", aliases=("Tom", "the old man: keeper")),
    "No": NewMember(voice="corin"),
}

LINES = """\
  Old Tom: {voice: tom, aliases: [Tom, "the old man: keeper"]}
  "No": corin
"""


def added(text: str) -> str:
    return with_members(Source(name="project.yaml", text=text), MEMBERS)


def plain(node: Node | None) -> object:
    """Return nodes as plain values."""
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    assert isinstance(node, Leaf)
    return node.value


def read(text: str) -> object:
    parsed = parse_nodes(Source(name="project.yaml", text=text))
    assert not parsed.problems
    return plain(parsed.node)


def test_members_stand_in_front_of_anyone_and_nothing_else_changes() -> None:
    assert added(BLOCK) == BLOCK.replace("  # everybody else\n", f"{LINES}  # everybody else\n")


def test_without_anyone_they_stand_behind_the_last_member() -> None:
    text = BLOCK.replace('  # everybody else\n  "*": extra        # really\n', "")
    assert added(text) == text.replace('hoarse"}\n', f'hoarse"}}\n{LINES}')


FLOW = 'Old Tom: {voice: tom, aliases: [Tom, "the old man: keeper"]}, "No": corin'

DEEP = "cast:\n    Narrator:\n        voice: alba\n        style: calm"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fullcast: 1\n", f"fullcast: 1\ncast:\n{LINES}"),
        ("fullcast: 1", f"fullcast: 1\ncast:\n{LINES}"),
        ("cast:\nfullcast: 1\n", f"cast:\n{LINES}fullcast: 1\n"),
        ("cast: {Narrator: alba}  # all\nx: 1\n", f"cast: {{{FLOW}, Narrator: alba}}  # all\nx: 1\n"),
        ("cast: {}\n", f"cast: {{{FLOW}}}\n"),
        (DEEP, f"{DEEP}\n{textwrap.indent(LINES, '  ')}"),
    ],
)
def test_every_way_to_write_a_cast(text: str, expected: str) -> None:
    assert added(text) == expected


NAMES = st.text(min_size=1, max_size=12).filter(str.strip)


DRAWN = st.dictionaries(NAMES, st.lists(NAMES, max_size=2), max_size=4)


@given(DRAWN, st.sampled_from([BLOCK, "cast: {}\n", "a: 1"]))
def test_what_is_read_back_is_what_was_there_and_was_added(drawn: dict[str, list[str]], text: str) -> None:
    members = {
        name: NewMember(voice="tom", aliases=tuple(aliases))
        for name, aliases in drawn.items()
        if name not in {"Narrator", "Mara", "*"}
    }
    before = read(text)
    assert isinstance(before, dict)
    cast = {**(before.get("cast") or {})}
    for name, member in members.items():
        cast[name] = {"voice": "tom", "aliases": list(member.aliases)} if member.aliases else "tom"
    after = read(with_members(Source(name="project.yaml", text=text), members))
    assert after == {**before, "cast": cast} if members or cast else before


def test_a_file_keeps_its_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "project.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BLOCK.encode())
    add_members(file, MEMBERS, name="project.yaml")
    assert file.read_bytes() == b"\xef\xbb\xbf" + added(BLOCK).encode()
    add_members(file, {}, name="project.yaml")
    assert file.read_bytes() == b"\xef\xbb\xbf" + added(BLOCK).encode()
