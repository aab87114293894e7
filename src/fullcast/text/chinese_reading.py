"""Who the people of a Chinese text are and who says what, from the words alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fullcast.model.reading import Person, Reading
from fullcast.text.chinese.analysis import analyse
from fullcast.text.chinese.telling import tell
from fullcast.text.chinese.weights import WEIGHTS

_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")


def read_chinese(text: str) -> Reading:
    r"""Return everybody who speaks in a Chinese text and every quotation with its speaker.

    Args:
        text: A book, a chapter or less; a line is a paragraph.

    >>> reading = read_chinese("王掌柜笑道：“请坐。”\n“不坐了。”李四说。")
    >>> [(heard.speaker, heard.start) for heard in reading.quotations]
    [('王掌柜', 6), ('李四', 12)]
    """
    matches = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    paragraphs = [match[0] for match in matches]
    analysis = analyse(paragraphs, (), {}, WEIGHTS)
    return tell(analysis, paragraphs, (), [match.start() for match in matches])


def analyse_chinese(
    paragraphs: Sequence[str], known: Sequence[Person] = (), fixed: Mapping[int, str] | None = None
) -> Reading:
    """Return the reading of paragraphs that are cut already.

    Args:
        paragraphs: The words of each paragraph, in order.
        known: People who are known by name, for example a project's cast.
        fixed: Speakers by the number of a quotation, for example what a person corrected. They are kept, and
            are evidence for the quotations around them. A name that nobody has becomes a person.

    Returns:
        Offsets are into the paragraphs joined with a line feed.
    """
    offsets, position = [], 0
    for paragraph in paragraphs:
        offsets.append(position)
        position += len(paragraph) + 1
    return tell(analyse(paragraphs, known, fixed or {}, WEIGHTS), paragraphs, known, offsets)
