"""The project that ``fullcast new`` makes to start from: one short chapter, two speakers, one bed."""

from __future__ import annotations

from collections.abc import Mapping

_PROJECT = """\
# `fullcast check` finds mistakes in this file, `fullcast render` makes the audiobook,
# `fullcast schema` describes every key.
fullcast: 1

book:
  title: {title}
  author: Your Name
  language: en

# Who speaks with which voice; `fullcast voices list` names them.
cast:
  Narrator: {voice: alba}
  Mara: {voice: mara}
  Old Tom: {voice: tom, aliases: [Tom], pan: 0.1}
  "*": {voice: extra}   # anyone who is not named above

chapters:
  - title: The Last Ferry
    text: chapters/01-the-last-ferry.md
    cues:
      # Cues hold on to phrases of the text, never to seconds.
      - {bed: light rain, from: start, to: "the rain had stopped", level: -24, fade: 3}

# m4b: one book with chapter marks. chapters: one file a chapter.
deliveries: [m4b]
"""

EXAMPLE_CHAPTER = "The Last Ferry"

EXAMPLE_TEXT = """\
The rain came in from the sea, and the last ferry was late.

“It will not come,” said Mara. She had both hands in her sleeves.

“It has come every evening for forty years,” said Old Tom, “and for forty years somebody has stood there and
told me that it would not.”

[“And if it is the first time?”]{as="Mara"}

He took so long to answer that she thought he had gone to sleep.

Old Tom: Then I shall row you across, and you will bail.

***

When the lights came round the point at last, the rain had stopped. Neither of them said a word about it.
"""

EXAMPLE_FILES: Mapping[str, str] = {"project.yaml": _PROJECT, "chapters/01-the-last-ferry.md": EXAMPLE_TEXT}
"""The example's files by their paths; ``{title}`` stands for the title as YAML."""
