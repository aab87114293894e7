"""Forms of names that a text has, found by their shape, by where they stand and by how often.

Chinese marks neither words nor names. A form counts as a name where it stands alone in front of a verb of
saying, or has a name's shape and often begins a clause that only a person begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fullcast.text.chinese.counts import MANNER, Counts, count
from fullcast.text.chinese.layout import Layout
from fullcast.text.chinese.shapes import (
    DOTTED,
    FOREIGN_RUN,
    HAN,
    TITLED,
    Shape,
    is_foreign,
    shape_of,
    trim_dotted,
)
from fullcast.text.chinese.words import (
    GIVEN,
    NOT_IN_NAMES,
    NOT_NAMES,
    PERSON_HEADS,
    SAY,
    SURNAME_TAILS,
)

_NOT_GIVEN = frozenset(
    "面得答笑冷强微怒急忙低高轻哭喝叫骂叹内外里久上下中前后刚已会要能可走来去站坐吃拿打做看头手脸眼点声色"
)
"""Characters that follow a surname because something is done, not because somebody is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a name and how often it was seen."""

    text: str
    shape: Shape
    total: int
    tags: int
    """How often it stands alone in front of a verb of saying."""


def find_forms(layout: Layout) -> dict[str, Form]:
    """Return every form that means a person, by its text in simplified characters."""
    counts = count(layout)
    forms: dict[str, Form] = {}
    for text, shape in _candidates(counts):
        if text not in forms and _accept(text, shape, counts):
            forms[text] = Form(text=text, shape=shape, total=counts.count(text), tags=counts.tags[text])
    for text in [*_find_given(forms, counts), *_find_listed(counts.whole, forms)]:
        forms[text] = Form(
            text=text, shape=shape_of(text), total=counts.whole.count(text), tags=counts.tags[text]
        )
    return _settle(forms, counts)


def _find_given(forms: dict[str, Form], counts: Counts) -> list[str]:
    """Return given names of two characters that stand without their surname too."""
    full = [form for form in forms.values() if form.shape is Shape.FULL and len(form.text) > 2]
    given = {
        form.text[-2:]
        for form in full
        if counts.count(form.text[-2:]) > form.total and counts.heads[form.text[-2:]] > 0
    }
    return sorted(text for text in given if text not in forms and not _is_common(text))


_LIST = re.compile(f"[{HAN}]{{2,4}}(?:、[{HAN}]{{2,3}})+")


def _find_listed(whole: str, forms: dict[str, Form]) -> list[str]:
    """Return what stands in a list beside a name or a given name and is as long: 守业、守成、守信."""
    ends = {
        text[-2:] for text, form in forms.items() if form.shape in {Shape.FULL, Shape.NICK} and len(text) > 2
    }
    ends |= {text for text, form in forms.items() if form.shape is Shape.NICK}
    found = []
    for match in _LIST.finditer(whole):
        items = match[0].split("、")
        if any(item in ends for item in items):
            found += [item for item in items if _is_listable(item, forms) and whole.count(item) > 2]
    return list(dict.fromkeys(found))


def _is_listable(item: str, forms: dict[str, Form]) -> bool:
    return len(item) == 2 and item not in forms and item not in NOT_NAMES and not set(item) & NOT_IN_NAMES


def _candidates(counts: Counts) -> Iterable[tuple[str, Shape]]:
    """Yield what may be a name, with its shape."""
    yield from ((text, shape_of(text)) for text in counts.tags if len(text) > 1 or text in "爹娘妈爸")
    for text, times in counts.personal.items():
        shape = shape_of(text)
        if shape is not Shape.NICK or times > 1 or counts.nearly[text] or counts.called[text]:
            yield text, shape
    yield from ((head, Shape.HEAD) for head in PERSON_HEADS if head in counts.whole)
    called = ((text, shape_of(text)) for text in counts.called)
    yield from ((text, shape) for text, shape in called if shape is not Shape.NICK)
    yield from ((match[0], Shape.TITLED) for match in TITLED.finditer(counts.whole))
    yield from ((trim_dotted(match[0]), Shape.FOREIGN) for match in DOTTED.finditer(counts.whole))
    runs = sorted({match[0] for match in FOREIGN_RUN.finditer(counts.whole)})
    yield from ((run, Shape.FOREIGN) for run in runs if is_foreign(run))


def _accept(text: str, shape: Shape, counts: Counts) -> bool:
    """Return whether the text shows that a candidate is a name."""
    if text in NOT_NAMES or not text:
        return False
    if shape not in {Shape.HEAD, Shape.TITLED} and set(text) & NOT_IN_NAMES:
        return False
    if shape is not Shape.HEAD and (_is_described(text) or _takes_a_verb(text, counts)):
        return False
    return _TESTS.get(shape, _accept_nickname)(text, counts)


def _is_described(text: str) -> bool:
    """Return whether a form is a title with an adjective in front: 好行者, 众邻居."""
    return text[0] in _ADJECTIVES and text[1:] in PERSON_HEADS


_ADJECTIVES = "好众那这恶坏蠢丑美瘦胖贤某诸各"


def _takes_a_verb(text: str, counts: Counts) -> bool:
    """Return whether a form is a shorter one with the verb behind it: 老僧道."""
    return len(text) > 2 and text[-1] in "道说问" and counts.count(text[:-1]) > counts.count(text)


def _is_used(text: str, counts: Counts) -> int:
    """Return how often a form speaks, acts or is called."""
    return counts.tags[text] + counts.personal[text] + counts.called[text]


def _accept_prefixed(text: str, counts: Counts) -> bool:
    """Return whether 老张 or 小满 is a name: once is chance where it only acts."""
    if counts.tags[text] + counts.called[text] > 0 or counts.personal[text] > 1:
        return True
    return len(text) > 2 and counts.personal[text] > 0 and counts.count(text) > 1


def _accept_full(text: str, counts: Counts) -> bool:
    """Return whether a surname and what follows is a name."""
    if set(text[1:]) & _NOT_GIVEN or text[1:] == "一" or (len(text) > 2 and _is_common(text[1:])):
        return False
    return counts.tags[text] + counts.called[text] > 0 or _acts_as_full(text, counts)


def _acts_as_full(text: str, counts: Counts) -> bool:
    """Return whether a surname and what follows acts as a person does."""
    personal = counts.personal[text]
    heads = counts.heads[text]
    if heads > 2 and counts.nearly[text] + personal > 0 and counts.follow(text) > 2:
        return True
    if personal < 0.4 * heads or personal + counts.nearly[text] == 0:
        return False
    if personal > 1 or counts.objects[text] + counts.nearly[text] > 0:
        return True
    total = counts.count(text)
    if counts.heads[text] > 1 and total > 2:
        return True
    return len(text) > 2 and (total > 1 or counts.count(text[-2:]) > 2 * total)


def _is_common(text: str) -> bool:
    """Return whether a string is an adverb or a verb that follows a name."""
    return text in NOT_NAMES or bool(_COMMON.match(text))


_COMMON = re.compile(
    f"(?:{SAY})道?$|(?:{MANNER})$|继续|随即|愁眉|转脸|上写|[叫心闻用将把真教急慌一又便就也都还再]"
)


def _accept_nickname(text: str, counts: Counts) -> bool:
    """Return whether a form without a name's shape is one."""
    often = counts.tags[text] > 1 and counts.personal[text] >= 0.4 * counts.heads[text]
    if (
        len(text) > 4
        or (text[0] in _NEVER_FIRST and not often)
        or text[-1] in _NEVER_LAST
        or _is_common(text)
    ):
        return False
    used = _is_used(text, counts)
    if not used or used + counts.nearly[text] < 2:
        return False
    total, heads = counts.count(text), counts.heads[text]
    if counts.tags[text] > 1 and total > 2:
        return True
    if _is_used(text, counts) < 0.4 * heads or heads < 0.15 * total or total < 2:
        return False
    return (counts.tags[text] > 0 and total > 2) or _is_likely(text, total, counts)


_NEVER_FIRST = "二三四五六七八九十半第"

_NEVER_LAST = "上下里外中前后时声样头边些来去出起"


def _is_likely(text: str, total: int, counts: Counts) -> bool:
    """Return whether a form that never stands alone in a tag is a name."""
    called, personal = counts.called[text], counts.personal[text]
    given = set(text) <= GIVEN
    others = counts.objects[text] + counts.nearly[text] + called
    if given:
        return total > 2 and personal + others > 2
    return (called > 0 and personal > 1) or (others > 1 and personal > 1 and total > 3 and len(text) < 4)


_TESTS: Mapping[Shape, Callable[[str, Counts], bool]] = {
    Shape.HEAD: lambda _text, _counts: True,
    Shape.TITLED: lambda text, counts: len(text) > 2 or _is_used(text, counts) > 0,
    Shape.ORDERED: lambda text, counts: _is_used(text, counts) > 0,
    Shape.FOREIGN: lambda text, counts: "·" in text or _is_used(text, counts) > 0,
    Shape.PREFIXED: _accept_prefixed,
    Shape.FULL: _accept_full,
}


def _settle(forms: dict[str, Form], counts: Counts) -> dict[str, Form]:
    """Return the forms without pieces of longer ones and without ones that took in a neighbour."""
    kept = dict(forms)
    longer: dict[str, list[Form]] = {}
    for form in forms.values():
        for cut in (1, 2):
            longer.setdefault(form.text[:-cut], []).append(form)
    for text in sorted(forms, key=len):
        form = forms[text]
        if form.shape in {Shape.HEAD, Shape.ORDERED}:
            continue
        if _is_piece(forms[text], longer, counts) or _runs_over(text, kept):
            del kept[text]
    return kept


def _is_piece(form: Form, longer: dict[str, list[Form]], counts: Counts) -> bool:
    """Return whether a form nearly always stands inside one longer form that begins alike: 苏晚 in 苏晚晴."""
    longest = max((each.total for each in longer.get(form.text, ())), default=0)
    return longest >= 0.8 * form.total and counts.tags[form.text] <= 0.2 * form.total


def _runs_over(text: str, kept: dict[str, Form]) -> bool:
    """Return whether a form is a shorter one with the first character of a verb: 宝玉忙, 张三走."""
    form = kept[text]
    for length in range(2, len(text)):
        shorter = kept.get(text[:length])
        if shorter is None or text[length:] in SURNAME_TAILS or form.shape is Shape.TITLED:
            continue
        if "·" in text and "·" not in shorter.text:
            continue
        share = form.total / max(1, shorter.total)
        if share < 0.5 and (form.tags <= 1 or share < 0.1):
            return True
    return False
