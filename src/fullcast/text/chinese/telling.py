"""An analysis as a reading: names as the text writes them, reasons in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fullcast.model.book import Age
from fullcast.model.reading import Heard, Person, Reading
from fullcast.text.chinese.analysis import Analysis
from fullcast.text.chinese.evidence import NOBODY, Features
from fullcast.text.chinese.people import full_name
from fullcast.text.chinese.script import fold
from fullcast.text.chinese.weights import WEIGHTS

_REASONS = (
    ("fixed", "given"),
    ("reveal", "told beside it"),
    ("front_tag", "tag in front"),
    ("behind_tag", "tag behind"),
    ("front_beat", "acts in front of it"),
    ("behind_beat", "acts behind it"),
    ("he_fits", "pronoun beside it"),
    ("was_called", "was called by name"),
    ("was_addressed", "was spoken to"),
    ("above_beat", "acts in the paragraph above"),
)
"""Features that are reasons, strongest first."""

_OLD = ("老", "爷爷", "奶奶", "祖父", "祖母", "外公", "外婆", "姥姥", "姥爷", "阿嬷", "翁", "婆")

_CHILD = ("孩", "童", "娃")

_YOUNG = (
    "少年",
    "少女",
    "姑娘",
    "小姐",
    "青年",
    "小伙子",
    "后生",
    "公子",
    "少爷",
    "丫鬟",
    "丫头",
    "学生",
    "书生",
)


def tell(
    analysis: Analysis, paragraphs: Sequence[str], known: Sequence[Person], offsets: Sequence[int]
) -> Reading:
    """Return an analysis as a reading.

    Args:
        analysis: What was found in the paragraphs.
        paragraphs: The paragraphs as they were given.
        known: People who were known, whose names stay as they are.
        offsets: Where each paragraph begins in the text that the reading is of.
    """
    written = _find_written(analysis, paragraphs, known)
    names = [written[_name(person, analysis, known)] for person in range(len(analysis.register.names))]
    heard: list[Heard] = []
    lines: Counter[int] = Counter()
    for number, unit in enumerate(analysis.units):
        chances = analysis.chances[number]
        person = max(chances, key=lambda each: (chances[each], -each))
        if person != NOBODY:
            lines[person] += len(unit.parts)
        heard.extend(
            Heard(
                start=offsets[part.paragraph] + part.start,
                end=offsets[part.paragraph] + part.end,
                speaker=None if person == NOBODY else names[person],
                confidence=round(min(1.0, chances[person]), 4),
                why=_reason(analysis.features[number][person]),
                utterance=number,
            )
            for part in (analysis.layout.parts[each] for each in unit.parts)
        )
    people = (_person(each, times, analysis, (written, known)) for each, times in lines.most_common())
    return Reading(people=tuple(people), quotations=tuple(heard))


def _find_written(analysis: Analysis, paragraphs: Sequence[str], known: Sequence[Person]) -> dict[str, str]:
    """Return the forms as the text writes them, by what they are in simplified characters."""
    whole = "\n".join(paragraphs)
    folded = fold(whole)
    found: dict[str, str] = {}
    for name in (name for names in analysis.register.names for name in names):
        at = folded.find(name)
        found[name] = whole[at : at + len(name)] if at >= 0 else name
    return found | {fold(name): name for person in known for name in (person.name, *person.aliases)}


def _name(person: int, analysis: Analysis, known: Sequence[Person]) -> str:
    if person < len(known):
        return analysis.register.names[person][0]
    return full_name(person, analysis.register)


def _person(
    person: int, lines: int, analysis: Analysis, names: tuple[Mapping[str, str], Sequence[Person]]
) -> Person:
    written, known = names
    name = _name(person, analysis, known)
    own = dict.fromkeys(analysis.register.names[person])
    totals = analysis.register.totals
    aliases = sorted((each for each in own if each != name), key=lambda each: (-totals.get(each, 0), each))
    return Person(
        name=written[name],
        aliases=tuple(written[each] for each in aliases),
        sex=analysis.register.sexes[person],
        age=known[person].age if person < len(known) else _tell_age(tuple(own)),
        lines=lines,
    )


def _tell_age(names: Sequence[str]) -> Age | None:
    """Return the age that names tell; 老张 is a friend, not an old man, so a bare prefix tells nothing."""
    for name in names:
        if any(word in name for word in _OLD[1:]) or (
            name.startswith("老") and name[1:2] in "头人者汉太翁妇"
        ):
            return Age.OLD
        if any(word in name for word in _CHILD):
            return Age.CHILD
        if any(word in name for word in _YOUNG):
            return Age.YOUNG
    return None


def _reason(features: Features) -> str:
    for kind, words in _REASONS:
        if any(
            name.startswith(kind) and value and WEIGHTS.get(name, 1.0) > 0 for name, value in features.items()
        ):
            return words
    return "turns of the conversation"
