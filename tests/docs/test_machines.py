"""Lines for cron, compose and a fresh clone hold where no shell has been set up for them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CRONTABS = re.compile(r"^```cron\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_a_crontab_says_where_the_program_is() -> None:
    pages = (page.read_text(encoding="utf-8") for page in ROOT.glob("docs/**/*.md"))
    tables = [found[1] for page in pages for found in CRONTABS.finditer(page)]
    assert tables
    for table in tables:
        before, _, _ = table.partition("fullcast ")
        assert re.search(r"^PATH=.*bin", before, re.MULTILINE)


@pytest.mark.parametrize("name", ["compose.yaml", "docs/how-to/cron-and-scripts.md"])
def test_compose_is_told_who_runs_it(name: str) -> None:
    """A shell keeps UID to itself, so that ``${UID:-1000}`` alone is always 1000."""
    assert 'env UID="$(id -u)" GID="$(id -g)" docker compose' in (ROOT / name).read_text(encoding="utf-8")
    assert "${UID:-1000}:${GID:-1000}" in (ROOT / "compose.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_what_follows_make_demo_needs_no_activated_environment(name: str) -> None:
    before, _, _ = (ROOT / name).read_text(encoding="utf-8").partition("pip install")
    assert not re.search(r"^fullcast (?!: )\w+ ", before.replace("fullcast is", ""), re.MULTILINE)
