"""A book of any length for benchmarks: invented sentences, one narrator, the ``tone`` engine."""

from __future__ import annotations

import random
from pathlib import Path

_WORDS = """
the lamp harbour wind stood on above a slow grey light over water and stones while nobody came back from there
until morning when two old boats had turned their bows towards open sea again
""".split()  # noqa: SIM905 - a list of words reads better than a list of strings

CHAPTERS = 40
"""Of a book of ten hours."""

SEGMENTS_AN_HOUR = 1_200


def write_book(folder: Path, hours: float, *, deliveries: str = "[m4b]", bed: bool = False) -> int:
    """Write a project; returns the number of its chapters.

    Args:
        folder: Where it goes; must not be there.
        hours: How long it shall be, about.
        deliveries: The value of ``deliveries``.
        bed: Whether rain lies under every chapter.
    """
    chance = random.Random(1)
    count = max(1, round(CHAPTERS * hours / 10))
    lines = round(SEGMENTS_AN_HOUR * hours / count)
    (folder / "chapters").mkdir(parents=True)
    listed = []
    for number in range(1, count + 1):
        paragraphs = [" ".join(_sentence(chance) for _ in range(4)) for _ in range(lines // 4)]
        file = folder / "chapters" / f"{number:02}.md"
        file.write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
        cues = ", cues: [{bed: rain, level: -24}]" if bed else ""
        listed.append(f"  - {{title: Chapter {number}, text: chapters/{number:02}.md{cues}}}\n")
    project = (
        "fullcast: 1\nbook: {title: Bench, author: Nobody}\nspeech: {engine: tone}\nsounds: {engine: tone}\n"
        f"cast: {{Narrator: alba}}\nchapters:\n{''.join(listed)}deliveries: {deliveries}\n"
    )
    (folder / "project.yaml").write_text(project, encoding="utf-8")
    return count


def _sentence(chance: random.Random) -> str:
    words = chance.choices(_WORDS, k=chance.randint(5, 11))
    return f"{' '.join(words).capitalize()}."
