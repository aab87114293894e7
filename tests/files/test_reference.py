"""The reference holds what the code says.

Run with ``REWRITE_GOLDENS=1`` to write the tables of docs/reference/project.md anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from fullcast.errors import Problem
from fullcast.files import delivery_keys, project_keys
from fullcast.files.commands_read import COMMAND_KEYS
from fullcast.files.inside import AUDIO_SUFFIXES
from fullcast.files.kinds import Reading
from fullcast.files.lexicon_read import LEXICON, SAYING
from fullcast.files.records import Record, default_of
from fullcast.files.series import SERIES
from fullcast.files.settings import KEYS
from fullcast.files.sources import Source
from fullcast.files.yaml_nodes import parse_nodes
from fullcast.model import PLACEHOLDERS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
RECORDS: Mapping[str, Record[object]] = {
    "project": project_keys.PROJECT,
    "book": project_keys.BOOK,
    "speech": project_keys.SPEECH,
    "sounds": project_keys.SOUNDS,
    "character": project_keys.CHARACTER,
    "pauses": project_keys.PAUSES,
    "mix": project_keys.MIX,
    "ducking": project_keys.DUCKING,
    "chapter": project_keys.CHAPTER,
    "bed": project_keys.BED,
    "effect": project_keys.EFFECT,
    "music": project_keys.MUSIC,
    "delivery": delivery_keys.DELIVERY,
}
PAGES: Mapping[str, Mapping[str, Record[object]]] = {
    "project.md": RECORDS,
    "lexicon.md": {"lexicon": LEXICON, "saying": SAYING},
    "series.md": {"series": SERIES},
}
_BLOCK = re.compile(r"<!-- keys: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def table(record: Record[object]) -> str:
    lines = ["| key | value | unless said | |", "|---|---|---|---|"]
    for name, key in record.keys.items():
        default = default_of(name, key, record.make)
        shown = "required" if key.required else "" if default is None else f"`{_word(default)}`"
        lines.append(f"| `{name}` | {_short(key.kind.expected)} | {shown} | {key.doc} |")
    return "\n".join(lines)


def _word(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def _short(expected: str) -> str:
    return "keys and values" if expected.startswith("keys and values") else expected


def filled(page: str, records: Mapping[str, Record[object]]) -> str:
    return _BLOCK.sub(
        lambda found: f"<!-- keys: {found[1]} -->\n{table(records[found[1]])}\n<!-- end -->", page
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_lists_every_key(name: str) -> None:
    file, records = REFERENCE / name, PAGES[name]
    page = file.read_text()
    if os.environ.get("REWRITE_GOLDENS"):
        file.write_text(filled(page, records))
    assert page == filled(page, records)
    assert {found[1] for found in _BLOCK.finditer(page)} == set(records)


@pytest.mark.parametrize(
    ("name", "record"),
    [("project.md", project_keys.PROJECT), ("lexicon.md", LEXICON), ("series.md", SERIES)],
)
def test_the_example_of_the_reference_is_right(name: str, record: Record[object]) -> None:
    example = re.search(r"```yaml\n(.*?)```", (REFERENCE / name).read_text(), re.DOTALL)
    assert example
    parsed = parse_nodes(Source(name="example", text=example[1]))
    problems: list[Problem] = list(parsed.problems)
    assert parsed.node is not None
    record.read(parsed.node, Reading(problems=problems))
    assert problems == []


@pytest.mark.parametrize("suffix", sorted(AUDIO_SUFFIXES))
def test_the_reference_names_every_ending_of_a_sound(suffix: str) -> None:
    assert f"`{suffix}`" in (REFERENCE / "project.md").read_text()


@pytest.mark.parametrize("key", sorted(KEYS))
def test_the_reference_of_settings_lists_every_key(key: str) -> None:
    row = f"| `{key}` | `FULLCAST_{key.upper()}` | {KEYS[key]} |\n"
    assert row in (REFERENCE / "settings.md").read_text()


def test_the_reference_of_settings_lists_every_key_of_a_program() -> None:
    page = (REFERENCE / "settings.md").read_text()
    assert _rows(page, "commands") == dict(COMMAND_KEYS)
    assert _rows(page, "placeholders") == dict(PLACEHOLDERS)


def _rows(page: str, mark: str) -> dict[str, str]:
    table = page.partition(f"<!-- {mark} -->")[2].partition("<!-- end -->")[0]
    rows = [line.strip("| \n").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    return {key.strip("`"): meaning for key, meaning in rows}
