"""Figures that stand on several pages agree."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_demo_book_lasts_as_long_as_its_chapters() -> None:
    table = read("benchmarks/listening/README.md")
    measured = [
        float(seconds) for seconds in re.findall(r"^\| lantern \d \| ([\d.]+) \|", table, re.MULTILINE)
    ]
    assert len(measured) == 4
    minutes, seconds = divmod(round(sum(measured)), 60)
    assert f"lasts {minutes}:{seconds:02}." in " ".join(read("README.md").split())
    assert f"{minutes} 分 {seconds} 秒" in read("README.zh-CN.md")
    assert f"{minutes}:{seconds:02} of stereo" in read("benchmarks/README.md")
