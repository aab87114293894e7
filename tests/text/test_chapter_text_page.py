"""The examples and tables of docs/reference/chapter-text.md are true."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from fullcast.errors import Problem
from fullcast.model import CueKind, Evidence, Script
from fullcast.text.directives import KEYS, LEVELS
from fullcast.text.markup import MARK_KEYS
from fullcast.text.syntax import BLOCK_RULES, INLINE_RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/chapter-text.md").read_text(encoding="utf-8")
Write = Callable[..., tuple[Script, tuple[Problem, ...]]]


def rows_under(heading: str) -> list[str]:
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)


def test_every_example_is_read_without_a_problem(write: Write) -> None:
    examples = re.findall(r"^ *```(?:markdown|text)\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
    assert len(examples) == 4
    for example in examples:
        script, problems = write(re.sub("^   ", "", example, flags=re.MULTILINE), "Mara", "Old Tom")
        assert not problems
        assert script.lines


def test_the_examples_do_what_the_page_says(write: Write) -> None:
    script, _ = write(PAGE.split("```markdown\n")[3].split("```")[0])
    assert [cue.cue.kind for cue in script.cues] == [CueKind.BED, CueKind.EFFECT, CueKind.MUSIC]
    assert script.cues[0].end is not None
    assert script.lines[1].pause_before == 1.5
    block, _ = write(PAGE.split("```markdown\n")[2].split("```")[0], "Old Tom")
    assert [(line.speaker, line.evidence) for line in block.lines] == [("Old Tom", Evidence.MARK)] * 2


def test_the_page_names_the_rules_marks_and_directives_of_the_code() -> None:
    assert {name.strip("`") for name in rows_under("Marks")} == set(MARK_KEYS)
    assert {name.strip("`:") for name in rows_under("Directives")} == set(KEYS)
    for rule in (*BLOCK_RULES, *INLINE_RULES):
        assert f"`{rule}`" in PAGE
    for level in LEVELS.values():
        assert f"−{-level:g}" in PAGE


def test_the_page_names_every_problem_of_the_code() -> None:
    named = set(re.findall(r"`([a-z-]+)`", PAGE.split("## Problems", 1)[1]))
    used = set[str]()
    for file in (ROOT / "src/fullcast/text").glob("*.py"):
        source = file.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:complain|warn)\(\s*"([a-z-]+)"', source))
        used |= set(re.findall(r'code(?: = |=)"([a-z-]+)"', source))
        used |= set(re.findall(r'", "(empty-chapter)"', source))
    assert used <= named
    assert len(used) > 20
