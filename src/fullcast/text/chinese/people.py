"""Forms of names gathered into people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fullcast.model.book import Sex
from fullcast.model.reading import Person
from fullcast.text.chinese.names import Form
from fullcast.text.chinese.script import fold
from fullcast.text.chinese.shapes import Shape
from fullcast.text.chinese.words import (
    COMPOUND_SURNAMES,
    FEMALE,
    FEMALE_GIVEN,
    KIN,
    MALE,
    MALE_GIVEN,
    PERSON_HEADS,
    SURNAME_TAILS,
    SURNAMES,
    read_words,
)

I = "我"  # noqa: E741  # the narrator's own name
"""Name of a narrator who is in the story."""

_COMPOUND = frozenset(COMPOUND_SURNAMES.split("|"))

_SAME = (
    ("母亲", "妈妈", "妈", "娘", "阿妈", "阿娘", "老妈", "娘亲"),
    ("父亲", "爸爸", "爸", "爹", "爹爹", "阿爸", "阿爹", "老爸", "老爹"),
    ("奶奶", "祖母"),
    ("爷爷", "祖父"),
    ("外婆", "姥姥", "外祖母"),
    ("外公", "姥爷", "外祖父"),
    ("姑姑", "阿姑", "姑妈", "姑母"),
    ("妻子", "老婆"),
    ("老头", "老头儿", "老头子"),
    ("掌柜", "掌柜的"),
    ("大夫", "医生", "医师"),
    ("大汉", "汉子"),
    ("老太太", "老太婆", "老太"),
    ("小孩", "小孩子", "小孩儿", "孩子"),
    ("妇人", "妇女"),
    ("小二", "店小二"),
    ("老者", "老人", "老人家", "老翁"),
    ("道士", "道人", "道长"),
    ("大哥", "老大"),
    ("二哥", "老二", "二弟"),
    ("三哥", "老三", "三弟"),
    ("四哥", "老四", "四弟"),
    ("二姐", "二妹"),
    ("三姐", "三妹"),
    ("四姐", "四妹"),
)
"""Nouns that mean one person where a book has both."""

_POLITE = read_words(
    "先生 太太 小姐 姑娘 老爷 相公 兄 哥 姐 总 公子 夫人 女士 大哥 大姐 兄弟 公 老 叔 婶 爷 女侠 大侠 老弟"
)
"""Titles that anybody of a surname may have beside another."""


@dataclass(slots=True)
class Register:
    """People while they are gathered: names by number, and whom each form may mean."""

    names: list[list[str]] = field(default_factory=list)
    owners: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sexes: list[Sex | None] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    """How often each form stands in the text."""
    whole: str = ""
    """The text."""
    introduced: tuple[tuple[str, str], ...] = ()
    """What stands before and behind words such as 名唤."""
    tags: dict[str, int] = field(default_factory=dict)
    """How often each form stands alone in front of a verb of saying."""

    def add(self, form: str, sex: Sex | None = None) -> int:
        """Return the number of a new person."""
        self.names.append([form])
        self.sexes.append(sex or tell_sex(form))
        self.owners[form] = (len(self.names) - 1,)
        return len(self.names) - 1

    def give(self, form: str, people: Iterable[int]) -> None:
        """Let a form mean people who have other names."""
        numbers = tuple(dict.fromkeys(people))
        self.owners[form] = numbers
        if len(numbers) == 1:
            self.names[numbers[0]].append(form)
            sex = self.sexes[numbers[0]]
            told = tell_sex(form)
            if sex is None or (told is not None and form[-1:] not in MALE_GIVEN | FEMALE_GIVEN):
                self.sexes[numbers[0]] = told or sex


def gather(forms: Mapping[str, Form], known: Sequence[Person], whole: str) -> Register:
    """Return the people that forms mean; those who are known come first, as they are."""
    register = Register(
        whole=whole,
        introduced=tuple((match[1], match[2]) for match in _INTRODUCES.finditer(whole)),
        totals={form.text: form.total for form in forms.values()},
        tags={form.text: form.tags for form in forms.values()},
    )
    for person in known:
        number = register.add(fold(person.name), person.sex)
        for alias in person.aliases:
            register.give(fold(alias), (*register.owners.get(fold(alias), ()), number))
    ordered = sorted(forms.values(), key=lambda form: (_rank(form), -len(form.text), -form.total, form.text))
    for form in ordered:
        if form.text not in register.owners:
            _place(form, register)
    return register


def tell_sex(form: str) -> Sex | None:
    """Return the sex that a form of a name tells, or None.

    >>> tell_sex("马二婶"), tell_sex("王掌柜"), tell_sex("秀兰")
    (<Sex.FEMALE: 'female'>, <Sex.MALE: 'male'>, <Sex.FEMALE: 'female'>)
    """
    for length in range(min(4, len(form)), 0, -1):
        tail = form[-length:]
        if tail in FEMALE:
            return Sex.FEMALE
        if tail in MALE:
            return Sex.MALE
    given = form[1:] if form[:1] in SURNAMES or form[:1] in "小阿老" else form
    lean = sum((each in FEMALE_GIVEN) - (each in MALE_GIVEN) for each in given)
    return Sex.FEMALE if lean > 0 else Sex.MALE if lean < 0 else None


def split_surname(form: str) -> tuple[str, str]:
    """Return a form's surname and the rest.

    >>> split_surname("欧阳雪"), split_surname("王掌柜")
    (('欧阳', '雪'), ('王', '掌柜'))
    """
    length = 2 if form[:2] in _COMPOUND else 1
    return form[:length], form[length:]


def _rank(form: Form) -> int:
    order = (Shape.FULL, Shape.FOREIGN, Shape.NICK, Shape.TITLED, Shape.PREFIXED, Shape.ORDERED, Shape.HEAD)
    if form.shape is Shape.FOREIGN and "·" in form.text:
        return -1
    return order.index(form.shape)


def _place(form: Form, register: Register) -> None:
    """Give a form to whom it means, or make a person of it."""
    owners = _PLACES.get(form.shape, _find_given)(form.text, register)
    if owners:
        register.give(form.text, owners)
    else:
        register.add(form.text)


def _find_given(form: str, register: Register) -> list[int]:
    """Return whose name ends in a given name, or is a given name of two parts."""
    found = [
        number
        for name, numbers in register.owners.items()
        if len(name) > len(form) > 1 and name.endswith(form) and split_surname(name)[1] == form
        for number in numbers
    ]
    if found:
        return found if len(set(found)) == 1 else []
    longer = [
        number for name, numbers in register.owners.items() if form in name.split("·") for number in numbers
    ]
    return longer or _find_introduced(form, register) or _find_decorated(form, register)


_INTRODUCES = re.compile(
    r"(?<=([^\W\d_]{4}))[，、]?(?:名唤|名叫|名字叫|表字|小名|乳名|小字|外号|绰号|诨名|人称|本名|学名|字|名)"
    r"(?:叫|作|做|是|就叫)?[“‘「]?([^\W\d_]{2,4})"
)


def _find_introduced(form: str, register: Register) -> list[int]:
    """Return whom the text introduces with another name: 陈生，名唤子昭."""
    for before, behind in register.introduced:
        if not behind.startswith(form):
            continue
        for at in range(len(before) - 1):
            owners = register.owners.get(before[at:], ())
            if len(owners) == 1:
                return list(owners)
    return []


def _find_decorated(form: str, register: Register) -> list[int]:
    """Return whose name stands in a form with a title before or behind it: 霍尔警长, 根生哥, 老栓头."""
    for name, numbers in register.owners.items():
        if len(name) > 1 and len(form) > len(name) and (form.startswith(name) or form.endswith(name)):
            rest = form[len(name) :] if form.startswith(name) else form[: -len(name)]
            if rest in KIN or rest in _POLITE or tell_title(rest):
                return list(numbers) if len(numbers) == 1 else []
    return []


def tell_title(word: str) -> bool:
    """Return whether a word is a title or a kinship term."""
    return word in PERSON_HEADS


def _find_surname(form: str, register: Register) -> list[int]:
    """Return the one person whom a surname and title can mean."""
    decorated = _find_decorated(form, register)
    if decorated:
        return decorated
    surname, title = split_surname(form)
    if not title:
        return _find_given(form, register)
    sex = tell_sex(title)
    found = []
    for number, names in enumerate(register.names):
        if not any(_bears(name, surname) for name in names[:1]):
            continue
        own = register.sexes[number]
        if sex is not None and own is not None and own is not sex:
            continue
        titled = [split_surname(name)[1] for name in names if tell_title(split_surname(name)[1])]
        if titled and title not in _POLITE and not set(titled) & _POLITE:
            continue
        found.append(number)
    return [
        number
        for number in _choose_bearer(found, register)
        if not _are_two(form, number, register)
        and (title in _POLITE or not _stand_together(form, title, number, register))
    ]


def _stand_together(form: str, title: str, number: int, register: Register) -> bool:
    """Return whether a sentence has a title and a person's name apart: 谢福走上前来，对员外说."""
    titles = [each for each in (form, title) if len(each) > 1]
    names = register.names[number]
    one, other = "|".join(map(re.escape, titles)), "|".join(map(re.escape, names))
    apart = r"[^。！？!?…“”「」『』\n]{1,40}(?:对|向|把|与|和|跟|叫|同|给|问|只见|命)(?:家人)?"
    sentence = re.compile(f"(?:{one}){apart}(?:{other})|(?:{other}){apart}(?:{one})")
    tag = r"[^。！？“”「」]{0,16}道[：，]?[“「]"
    speaks = (re.compile(f"(?:{one}){tag}"), re.compile(f"(?:{other}){tag}"))
    both = (
        paragraph
        for paragraph in register.whole.split("\n")
        if any(each in paragraph for each in titles) and any(each in paragraph for each in names)
    )
    return any(sentence.search(each) or all(speak.search(each) for speak in speaks) for each in both)


def _are_two(form: str, number: int, register: Register) -> bool:
    """Return whether narration has a form and a person's name side by side as often as it has two people."""
    for seen, least in ((register.tags, 10), (register.totals, 40)):
        own = seen.get(form, 0)
        other = max((seen.get(name, 0) for name in register.names[number]), default=0)
        if min(own, other) > least and max(own, other) < 4 * min(own, other):
            return True
    return False


def _choose_bearer(found: Sequence[int], register: Register) -> list[int]:
    """Return the one of some people whom the text has far more often than the others, or nobody."""
    if len(found) < 2:
        return list(found)
    ordered = sorted(found, key=lambda number: (-_total(number, register), number))
    return ordered[:1] if _total(ordered[0], register) >= 5 * _total(ordered[1], register) else []


def _total(number: int, register: Register) -> int:
    return sum(register.totals.get(name, 0) for name in register.names[number])


def full_name(number: int, register: Register) -> str:
    """Return the name that a reader would look for: the fullest proper name, else the commonest form."""
    names = register.names[number]
    proper = [name for name in names if "·" in name or (name not in PERSON_HEADS and not _is_titled(name))]
    if proper:
        return max(
            proper,
            key=lambda name: (
                "·" in name,
                register.totals.get(name, 0) * 20 >= _total(number, register),
                len(name),
            ),
        )
    titled = [name for name in names if name not in PERSON_HEADS]
    return max(titled or names, key=lambda name: register.totals.get(name, 0))


_TAILS = frozenset(SURNAME_TAILS)


def _is_titled(name: str) -> bool:
    tails = (name[at:] for at in range(1, len(name)))
    return name[:1] in SURNAMES and any(tail in _TAILS for tail in tails)


def _bears(name: str, surname: str) -> bool:
    if "·" in name:
        return surname in name.split("·")
    own, rest = split_surname(name)
    return own == surname and bool(rest)


def _find_prefixed(form: str, register: Register) -> list[int]:
    """Return whom 老张, 小满 or 阿明 means: a surname, or the end of a given name."""
    core = form[1:]
    bearers = [
        number for number, names in enumerate(register.names) if any(_bears(name, core) for name in names)
    ]
    if core in SURNAMES and len(set(bearers)) == 1:
        return [] if _are_two(form, bearers[0], register) else bearers
    given = [
        number
        for name, numbers in register.owners.items()
        if len(name) > 1
        and name != form
        and name.endswith(core)
        and not tell_title(name)
        and not tell_title(name[1:])
        for number in numbers
    ]
    if len(set(given)) == 1:
        return given
    return _find_given(form, register)


def _find_head(form: str, register: Register) -> list[int]:
    """Return everybody whose name ends in a title or a kinship term, or who has a word of its meaning."""
    same = next((group for group in _SAME if form in group), ())
    found = [number for word in same for number in register.owners.get(word, ())]
    if found:
        return found
    longer = sorted(
        (name for name in register.owners if name.endswith(form) and len(name) > len(form)),
        key=lambda name: (-register.totals.get(name, 0), name),
    )
    seen = [register.totals.get(name, 0) for name in longer]
    if len(seen) > 1 and seen[0] >= 5 * seen[1]:
        longer = longer[:1]
    return [number for name in longer for number in register.owners[name]]


_PLACES = {
    Shape.TITLED: _find_surname,
    Shape.PREFIXED: _find_prefixed,
    Shape.ORDERED: _find_head,
    Shape.HEAD: _find_head,
}
