"""Who is mentioned in narration, and who is the subject of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from fullcast.model.book import Sex
from fullcast.text.chinese.counts import strip_lead
from fullcast.text.chinese.shapes import HAN
from fullcast.text.chinese.words import BODY, KIN, PREPOSITIONS, SAY

_SENTENCE = re.compile(r"[^。！？!?…\n]+[。！？!?…”」\n]*")

_CLAUSES = re.compile(r"[^，,；;：:、—（）()]+")

_GROUPS = (
    "众人|大家|大伙儿|大伙|人们|两人|二人|三人|四人|两个人|三个人|"
    "众弟子|众将|诸将|他们|她们|我们|所有人|全场|人群|孩子们|全家|"
    "姐妹俩|兄弟俩|父子俩|母女俩|夫妻俩"
)

_SOMEONE = (
    "有人|有个声音|一个声音|一人|另一个|那人|这人|此人|那一位|这一位|来人|来者|对方|那声音|声音|男声|女声"
)

_OBJECT = re.compile(f"(?:{PREPOSITIONS})$")

_LED = re.compile(r"(?:只听|就听|便听|忽听|却听|又听|忽见|只见|却见)(?:见|得)?[^，]{0,6}$")

_MODIFIED = re.compile(
    rf"(?:那|这|有|另|又)?(?:一|两|几)?(?:个|位|名|条|只|群)?(?:[{HAN}]{{0,14}}的)?[胖瘦大小老年轻白黑高矮美丑红绿蓝青衣裙衫发眉须胡独眼锦{HAN}]{{0,4}}"
)

_DETERMINED = re.compile(r"(?:那|这|有|另|又)?(?:一)?(?:个|位|名|条)|[那这]")

_TRAILING = re.compile(r"(?:那|这|一)?(?:个|位|名|条)?[胖瘦大小老年轻白黑]{0,2}$")

_LIKE = re.compile("像|似|仿佛|如同|好比")

_OBJECT_OF_LOOKS = re.compile("[看望指盯瞪瞧拉扯扶抱搂对向朝冲]着$")

_COMES = re.compile(
    rf"(?:站|坐|蹲|躺|走|跑|闪|转|跳|钻|闯|进|出|来|挤|探|冒|踱|迎|立)[{HAN}]{{0,4}}$|(?:有|是|着|了|来|出|见)$"
)

_POSSESSED = re.compile(rf"的?(?:{BODY})")

_APPOSED = re.compile(
    "同窗|同桌|同学|同事|好友|朋友|老友|邻居|街坊|同伴|伙伴|室友|师兄|师弟|师妹|师姐|同乡|年轻的|"
    "年老的|可怜的|亲爱的"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A stretch of narration that means somebody."""

    start: int
    end: int
    text: str
    people: tuple[int, ...] = ()
    """Whom a name may mean."""
    pronoun: str = ""
    """``他``, ``她`` or ``我``."""
    crowd: bool = False
    unknown: bool = False
    """Whether it is somebody whom these words do not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The subject of a clause, and how far in front it was found."""

    mention: Mention
    clauses: int
    """Clauses between it and where it was looked for."""
    firm: bool
    """Whether nothing unexplained stands in front of it."""
    at: int
    """Offset of its clause into the stretch."""


class Finder:
    """Finds mentions by the names of a text."""

    def __init__(self, owners: Mapping[str, tuple[int, ...]]) -> None:
        names = [name for name in sorted(owners) if name]
        written = _alternate(names)
        kin = _alternate(sorted(KIN))
        firsts = "".join(
            sorted(
                {name[0] for name in names}
                | set("他她我众大人两二三四诸所全孩姐兄父母夫有个一另那这此来对声男女")
            )
        )
        self._owners = owners
        self._found: dict[str, tuple[Mention, ...]] = {}
        self._pattern = re.compile(
            rf"(?P<crowd>{_GROUPS})|(?=[{firsts}])(?:(?P<kin>(?:{written}|[他她我])(?:的|她|他|家)?(?:{kin}))|(?P<name>{written})"
            rf"|(?P<unknown>{_SOMEONE})|(?P<pronoun>[他她我](?!们)))|(?P<crowds>[{HAN}]{{1,2}}们)"
        )

    def find(self, text: str) -> tuple[Mention, ...]:
        """Return everybody whom a stretch of narration mentions, in order."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = tuple(self._search(text))
        return found

    def _search(self, text: str) -> Iterator[Mention]:
        held: Mention | None = None
        for match in self._pattern.finditer(text):
            mention = self._read(match)
            if held is not None:
                if held.end == mention.start and held.people and mention.people:
                    mention = replace(mention, start=held.start)
                else:
                    yield held
            held = mention
        if held is not None:
            yield held

    def _read(self, match: re.Match[str]) -> Mention:
        start, end, text = match.start(), match.end(), match[0]
        if match["kin"]:
            return self._read_kin(match)
        if match["name"]:
            return Mention(start=start, end=end, text=text, people=self._owners[text])
        if match["pronoun"]:
            return Mention(start=start, end=end, text=text, pronoun=text)
        crowd = bool(match["crowd"] or match["crowds"])
        return Mention(start=start, end=end, text=text, crowd=crowd, unknown=not crowd)

    def _read_kin(self, match: re.Match[str]) -> Mention:
        """Return somebody's relative: under the whole form, or under the bare term."""
        text = match[0]
        people = self._owners.get(text)
        if people is None:
            bare = next(
                (text[at:] for at in range(1, len(text)) if text[at:] in self._owners and text[at:] in KIN),
                "",
            )
            people = self._owners.get(bare, ())
        return Mention(start=match.start(), end=match.end(), text=text, people=people, unknown=not people)


def _alternate(words: Iterable[str]) -> str:
    """Return words as alternatives of a regular expression, longest first, grouped by first character."""
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault(word[0], []).append(word[1:])
    branches = []
    for first, rests in sorted(groups.items()):
        rests.sort(key=lambda rest: (-len(rest), rest))
        branches.append(re.escape(first) + f"(?:{'|'.join(map(re.escape, rests))})")
    return "|".join(branches) or "(?!)"


def sentences(text: str) -> list[str]:
    """Return the sentences of narration.

    >>> sentences("他笑了。她说：")
    ['他笑了。', '她说：']
    """
    return [match[0] for match in _SENTENCE.finditer(text) if match[0].strip()]


def clauses(text: str) -> list[tuple[int, str]]:
    """Return the clauses of a sentence with their offsets."""
    return [(match.start(), match[0]) for match in _CLAUSES.finditer(text) if match[0].strip("。！？ \u3000")]


def find_last_subject(text: str, finder: Finder) -> Subject | None:
    """Return the subject of the last clause that has one, walking back through one sentence."""
    rows = clauses(text)
    for distance, (at, clause) in enumerate(reversed(rows)):
        found = _subject_of(clause, finder, saying=distance == 0)
        if found is not None:
            return Subject(mention=found[0], clauses=distance, firm=found[1], at=at)
    return None


def find_first_subject(text: str, finder: Finder) -> Subject | None:
    """Return the subject of the first clause that has one."""
    for distance, (at, clause) in enumerate(clauses(text)):
        found = _subject_of(clause, finder, saying=False)
        if found is not None:
            return Subject(mention=found[0], clauses=distance, firm=found[1], at=at)
    return None


_HEARD = re.compile(r"(?:听|听见|听得|听到|见)$")


def _subject_of(clause: str, finder: Finder, *, saying: bool) -> tuple[Mention, bool] | None:
    """Return who acts in a clause, and whether that is sure."""
    clause = clause.strip(" \u3000。！？”」…\n\t")
    found = list(finder.find(clause))
    if saying:
        for mention in reversed(found):
            rest = clause[mention.end :]
            if _HEARD.search(clause[: mention.start]) and re.search(f"(?:{SAY})", rest):
                return mention, True
    weak: Mention | None = None
    for mention in found:
        verdict = _is_subject(clause, mention)
        if verdict == "yes":
            return mention, True
        if verdict == "maybe" and weak is None:
            weak = mention
    return (weak, False) if weak is not None else None


def _is_subject(clause: str, mention: Mention) -> str:
    """Return ``yes``, ``maybe`` or ``no``: whether somebody acts in a clause."""
    left, right = clause[: mention.start], clause[mention.end :]
    if right.startswith("的") and not _POSSESSED.match(right):
        return "no"
    bare = strip_lead(left + "\0").rstrip("\0") if left else ""
    if not bare or _LED.fullmatch(bare) or _APPOSED.fullmatch(bare):
        return "yes"
    if _LIKE.search(bare):
        return "no"
    if _appears(bare, right) or _is_described(bare):
        return "yes"
    if _OBJECT.search(_TRAILING.sub("", bare)) or (not mention.pronoun and bare[-1] in "的着了过"):
        return "no"
    return "maybe" if len(bare) <= 6 else "no"


def _appears(bare: str, right: str) -> bool:
    """Return whether a clause ends in somebody who comes in or is there: 门口站着一个."""
    found = _DETERMINED.search(bare)
    if found is None or right:
        return False
    verb = bare[: found.start()]
    return bool(_COMES.search(verb)) and not _OBJECT_OF_LOOKS.search(verb)


def _is_described(bare: str) -> bool:
    """Return whether what stands in front of somebody describes them: 坐在窗边的."""
    modified = _MODIFIED.fullmatch(bare) and (bare.endswith("的") or _DETERMINED.match(bare))
    return bool(modified) and not _OBJECT.search(bare)


def sex_of(pronoun: str) -> Sex | None:
    """Return the sex that a pronoun tells."""
    return {"他": Sex.MALE, "她": Sex.FEMALE}.get(pronoun)
