"""Who the people of a Chinese text are and who says what, from the words alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fullcast.model.book import Age
from fullcast.model.reading import Heard, Person, Reading
from fullcast.text.chinese.decode import decode
from fullcast.text.chinese.evidence import NOBODY, Features, Weigher, count_pronouns, set_stage
from fullcast.text.chinese.layout import Layout, lay_out
from fullcast.text.chinese.mentions import Finder
from fullcast.text.chinese.names import Form, find_forms
from fullcast.text.chinese.people import I, Register, full_name, gather
from fullcast.text.chinese.script import fold
from fullcast.text.chinese.surroundings import Surroundings, Unit
from fullcast.text.chinese.weights import WEIGHTS

_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85]+")

_CROWD = "众人"


def read_chinese(text: str) -> Reading:
    """Return everybody who speaks in a Chinese text and every quotation with its speaker.

    Args:
        text: A book, a chapter or less; a line is a paragraph.

    >>> reading = read_chinese("王掌柜笑道：“请坐。”\\n“不坐了。”李四说。")
    >>> [(heard.speaker, heard.start) for heard in reading.quotations]
    [('王掌柜', 5), ('李四', 11)]
    """
    matches = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    offsets = [match.start() for match in matches]
    paragraphs = [match[0] for match in matches]
    return _Analysis(paragraphs, (), {}).read(offsets)


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
    return _Analysis(paragraphs, known, fixed or {}).read(offsets)


class _Analysis:
    """One text, read stage by stage."""

    def __init__(self, paragraphs: Sequence[str], known: Sequence[Person], fixed: Mapping[int, str]) -> None:
        self._paragraphs = paragraphs
        self._known = known
        self._layout = lay_out(paragraphs)
        self._forms = find_forms(self._layout)
        self._register = gather(self._forms, known)
        self._narrator = self._find_narrator()
        self._crowd = self._register.add(_CROWD) if _CROWD not in self._register.owners else None
        self._fixed = {number: self._number(name) for number, name in fixed.items()}

    def _number(self, name: str) -> int:
        owners = self._register.owners.get(fold(name), ())
        return owners[0] if len(owners) == 1 else self._register.add(fold(name))

    def _find_narrator(self) -> int | None:
        """Return the number of a narrator who is in the story, or None."""
        if I in self._register.owners:
            return self._register.owners[I][0]
        narration = [
            stretch for at in range(len(self._paragraphs)) for stretch in self._layout.narration(at)
        ]
        length = sum(map(len, narration))
        times = sum(len(re.findall("我(?!们)", stretch)) for stretch in narration)
        if times > 2 and times * 400 > length:
            return self._register.add(I)
        return None

    def read(self, offsets: Sequence[int]) -> Reading:
        units, features, chances = self.weigh(WEIGHTS)
        return _Telling(self, units, features, chances).tell(offsets)

    def weigh(
        self, weights: Mapping[str, float]
    ) -> tuple[list[Unit], list[dict[int, Features]], list[dict[int, float]]]:
        """Return the utterances, the features of their candidates, and the candidates' chances."""
        finder = Finder(
            {name: owners for name, owners in self._register.owners.items() if name != I and name != _CROWD},
            first_person=self._narrator is not None,
        )
        count_pronouns(self._layout, finder, self._register)
        names = [name for name in self._register.owners if name != _CROWD]
        units = Surroundings(self._layout, finder, names).read()
        stage = set_stage(self._layout, finder, units)
        weigher = Weigher(self._register, stage, narrator=self._narrator, crowd=self._crowd)
        features = weigher.weigh(units)
        scores = []
        for unit, row in zip(units, features, strict=True):
            given = next((self._fixed[part] for part in unit.parts if part in self._fixed), None)
            if given is not None:
                scores.append({given: 0.0})
                row.setdefault(given, {})["fixed"] = 1.0
            else:
                scores.append(
                    {
                        person: sum(weights.get(kind, 0.0) * value for kind, value in row[person].items())
                        for person in row
                    }
                )
        return units, features, decode(units, scores, weights)

    @property
    def register(self) -> Register:
        return self._register

    @property
    def layout(self) -> Layout:
        return self._layout

    @property
    def forms(self) -> Mapping[str, Form]:
        return self._forms

    @property
    def known(self) -> Sequence[Person]:
        return self._known

    @property
    def paragraphs(self) -> Sequence[str]:
        return self._paragraphs


class _Telling:
    def __init__(
        self,
        analysis: _Analysis,
        units: Sequence[Unit],
        features: Sequence[dict[int, Features]],
        chances: Sequence[dict[int, float]],
    ) -> None:
        self._analysis = analysis
        self._units = units
        self._features = features
        self._chances = chances
        self._written = self._find_written()

    def _find_written(self) -> dict[str, str]:
        """Return the forms as the text writes them, by what they are in simplified characters."""
        whole = "\n".join(self._analysis.paragraphs)
        folded = fold(whole)
        found = {}
        for names in self._analysis.register.names:
            for name in names:
                at = folded.find(name)
                found[name] = whole[at : at + len(name)] if at >= 0 else name
        for person in self._analysis.known:
            found |= {fold(name): name for name in (person.name, *person.aliases)}
        return found

    def tell(self, offsets: Sequence[int]) -> Reading:
        heard: list[Heard] = []
        lines: Counter[int] = Counter()
        for number, unit in enumerate(self._units):
            chances = self._chances[number]
            person = max(chances, key=lambda each: (chances[each], -each))
            if person != NOBODY:
                lines[person] += len(unit.parts)
            for part_number in unit.parts:
                part = self._analysis.layout.parts[part_number]
                offset = offsets[part.paragraph]
                heard.append(
                    Heard(
                        start=offset + part.start,
                        end=offset + part.end,
                        speaker=None if person == NOBODY else self._name(person),
                        confidence=round(chances[person], 3),
                        why=", ".join(k for k, v in self._features[number][person].items() if v)[:80],
                        utterance=number,
                    )
                )
        people = tuple(self._person(person, times) for person, times in lines.most_common())
        return Reading(people=people, quotations=tuple(heard))

    def _name(self, person: int) -> str:
        return self._written[self._full(person)]

    def _full(self, person: int) -> str:
        if person < len(self._analysis.known):
            return self._analysis.register.names[person][0]
        return full_name(person, self._analysis.register)

    def _person(self, person: int, lines: int) -> Person:
        register = self._analysis.register
        name = self._full(person)
        aliases = [each for each in dict.fromkeys(register.names[person]) if each != name]
        return Person(
            name=self._written[name],
            aliases=tuple(self._written[each] for each in aliases),
            sex=register.sexes[person],
            age=None,
            lines=lines,
        )
