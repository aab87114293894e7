"""Forms of names that a text has, found by their shape, by where they stand and by how often.

Chinese marks neither words nor names. A form counts as a name where it stands alone in front of a verb of
saying, or has a name's shape and often begins a clause that only a person begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from fullcast.text.chinese.layout import Layout
from fullcast.text.chinese.words import (
    COMPOUND_SURNAMES,
    FOREIGN_MARKS,
    GIVEN,
    LEADS,
    NOT_IN_NAMES,
    NOT_NAMES,
    PERSON_HEADS,
    SAY,
    SURNAME_TAILS,
    SURNAMES,
    TRANSLITERATED,
)

HAN = "㐀-鿿"

CLAUSE = re.compile(r"[，,。！？!?；;：:、…—\s\n“”‘’「」『』\"（）()《》]+")

_SURNAME = f"(?:{COMPOUND_SURNAMES}|[{''.join(sorted(SURNAMES))}])"

_TITLED = re.compile(f"{_SURNAME}(?:{'|'.join(SURNAME_TAILS)})")

_FULL = re.compile(f"(?:(?:{COMPOUND_SURNAMES})[{HAN}]{{1,2}}|{_SURNAME}[{HAN}]{{1,2}})")

_FOREIGN_RUN = re.compile(f"[{''.join(sorted(TRANSLITERATED))}]{{2,7}}")

_DOTTED = re.compile(f"[{HAN}]{{1,7}}(?:[·•・‧][{HAN}]{{1,7}})+")

_ORDERED = re.compile(
    "[大二三四五六七八九十老小](?:爷|婶|嫂|叔|哥|姐|弟|妹|娘|姨|姑|舅|伯|公子|少爷|小姐|姑娘|太太|"
    "奶奶|老爷|相公|少奶奶|丫头)|老[大二三四五六七八九幺]"
)

_LEAD = re.compile(f"(?:{LEADS})+")

MANNER = (
    f"(?P<twice>[{HAN}])(?P=twice)地|[{HAN}](?P<tail>[{HAN}])(?P=tail)地|[{HAN}]{{2}}地|[{HAN}]{{4}}地|[{HAN}]{{2}}(?:的|着)(?=说|问|道|笑|喊)|笑着|笑嘻嘻|笑眯眯|笑吟吟|哭着|红着脸|低着头|微微|"
    "(?:低|抬|转|回|扭|点|摇|仰|侧|探|掉|别|偏)(?:着|过|起|了|下)?(?:一下)?(?:头|身|脸|身子)(?:来|"
    "去)?|点点头|点了点头|摇摇头|摇了摇头|"
    "叹了?(?:一)?口气|叹着气|喘着气|皱着?(?:了皱)?眉头?|想了?一?想|看了?一?看|笑了?一?笑|愣了?一?愣|"
    "一愣|一怔|怔了?怔|一笑|"
    "[忙便就又也才却都还再只先方遂乃即因早正竟忽倒仍亦皆复更则遽急笑哭怒惊喜叹]|连忙|不禁|不由得?|"
    "忍不住|终于|突然|忽然|赶紧|赶快|急忙|慌忙|"
    "立刻|立即|马上|接着|跟着|随即|随后|居然|竟然|果然|仍然|依然|只好|只得|只管|一面|一边|从旁|在旁|"
    "在一旁|已经|曾经|好像|似乎|"
    "[低高大轻小柔厉沉朗颤悄齐怒连尖细哑粗冷失放]声|声音[^，]{1,4}|冷冷|淡淡|缓缓|慢慢|轻轻|悄悄|喃喃|恨恨|狠狠|好好|匆匆|冷笑|苦笑|大笑|微笑|陪笑|赔笑|"
    "干笑|大怒|大喜|大惊|听了|听罢|听说|听见|见了|见问|见说|闻言|答应|抱拳|拱手|作揖|欠身|躬身|起身|"
    "上前|跪下|开口|插嘴|正色|"
    f"(?:对|向|朝|冲|跟|和|同|给|望着|看着|指着|瞪着|拉着|盯着|安慰)[{HAN}]{{1,6}}?"
)

_TAG = re.compile(
    rf"(?P<who>[{HAN}·]{{2,8}}?|[爹娘妈爸])(?:{MANNER})*?(?:{SAY})(?:着|了|过|起来|出来)?(?:一声|一句|道)?$"
)

_BEHIND = re.compile(rf"(?P<who>[{HAN}·]{{2,8}}?|[爹娘妈爸])(?:{MANNER})*?(?:{SAY})")

_PERSONAL = frozenset(
    "在翻红咬喃晃瘫蹲躺靠倒退扑夺撕说道问笑听看走站坐点摇叹拿把对向也却又便就忙将已正在一从被没不心想"
    "回转抬低伸叫骂喝喊答哭跑跳拍抱拉推冷微见跟带给"
    "和与的还才都只先忽突连终猛愣怔皱睁瞪望盯瞧摸掏举放接指挥擦捧端提扶搂握抓咬哼应是有知爱觉很十缓慢"
    "轻默沉急气怒大闻当"
)


_NOT_GIVEN = frozenset(
    "答笑冷强微怒急忙低高轻哭喝叫骂叹内外里久上下中前后刚已会要能可走来去站坐吃拿打做看头手脸眼点声色"
)
"""Characters that follow a surname because something is done, not because somebody is called so."""


class Shape(Enum):
    """What a form looks like, surest first."""

    KNOWN = "known"
    FULL = "full"
    TITLED = "titled"
    FOREIGN = "foreign"
    PREFIXED = "prefixed"
    ORDERED = "ordered"
    HEAD = "head"
    NICK = "nick"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a name and how often it was seen."""

    text: str
    shape: Shape
    total: int
    tags: int
    """How often it stands alone in front of a verb of saying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    whole: str
    heads: Counter[str]
    """Strings that begin clauses of the narration."""
    personal: Counter[str]
    """Those in front of something that a person does."""
    tags: Counter[str]
    objects: Counter[str]
    """Strings behind a preposition that people stand behind."""
    nearly: Counter[str]
    """Strings that begin a clause, with something personal behind, in a sentence that ends in a tag."""
    called: Counter[str]
    """Strings that are a whole clause of a quotation: what people call each other."""

    def count(self, text: str) -> int:
        """Return how often the whole text has a string."""
        return self.whole.count(text)


def find_forms(layout: Layout) -> dict[str, Form]:
    """Return every form that means a person, by its text in simplified characters."""
    counts = _count(layout)
    forms: dict[str, Form] = {}
    for text, shape in _candidates(counts):
        if text not in forms and _accept(text, shape, counts):
            forms[text] = Form(text=text, shape=shape, total=counts.count(text), tags=counts.tags[text])
    for text in _find_listed(counts.whole, forms):
        forms[text] = Form(
            text=text, shape=shape_of(text), total=counts.whole.count(text), tags=counts.tags[text]
        )
    return _settle(forms, counts)


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


def shape_of(text: str) -> Shape:
    """Return what a form looks like.

    >>> shape_of("欧阳雪"), shape_of("王掌柜"), shape_of("老张")
    (<Shape.FULL: 'full'>, <Shape.TITLED: 'titled'>, <Shape.PREFIXED: 'prefixed'>)
    """
    if text in PERSON_HEADS:
        return Shape.HEAD
    if _TITLED.fullmatch(text):
        return Shape.TITLED
    if len(text) == 2 and text[1] in "伯叔婶嫂姨妈爷哥姐妹娘姑" and text[0] not in NOT_IN_NAMES:
        return Shape.ORDERED
    if _DOTTED.fullmatch(text) or is_foreign(text):
        return Shape.FOREIGN
    if _ORDERED.fullmatch(text):
        return Shape.ORDERED
    if len(text) in {2, 3} and text[0] in "老小阿" and not set(text[1:]) & NOT_IN_NAMES:
        return Shape.PREFIXED
    if _FULL.fullmatch(text) and not set(text) & NOT_IN_NAMES:
        return Shape.FULL
    return Shape.NICK


def is_foreign(text: str) -> bool:
    """Return whether a form is written with the characters of foreign names."""
    marks = sum(character in FOREIGN_MARKS for character in text)
    return len(text) > 1 and marks >= 2 and set(text) <= TRANSLITERATED


def strip_lead(clause: str) -> str:
    """Return a clause without the words that only link it to the one before."""
    match = _LEAD.match(clause)
    return clause[match.end() :] if match and match.end() < len(clause) else clause


def _count(layout: Layout) -> _Counts:
    heads: Counter[str] = Counter()
    personal: Counter[str] = Counter()
    for paragraph in range(len(layout.paragraphs)):
        for stretch in layout.narration(paragraph):
            for clause in _clauses(stretch):
                for length in range(2, min(6, len(clause) + 1)):
                    head = clause[:length]
                    heads[head] += 1
                    if len(clause) == length or clause[length] in _PERSONAL:
                        personal[head] += 1
    return _Counts(
        whole="\n".join(layout.paragraphs),
        heads=heads,
        personal=personal,
        tags=_count_tags(layout),
        objects=_count_objects(layout),
        nearly=_count_nearly(layout),
        called=Counter(
            clause
            for number in range(len(layout.parts))
            for clause in CLAUSE.split(layout.words(number))
            if 2 <= len(clause) <= 5
        ),
    )


def _clauses(stretch: str) -> Iterator[str]:
    for clause in CLAUSE.split(stretch):
        if clause:
            yield clause
            bare = strip_lead(clause)
            if bare != clause:
                yield bare


def _count_tags(layout: Layout) -> Counter[str]:
    """Return what stands alone in front of verbs of saying, beside quotations."""
    found: Counter[str] = Counter()
    for number in range(len(layout.parts)):
        before = [clause for clause in CLAUSE.split(layout.before(number)[-60:]) if clause]
        if before and (match := _TAG.fullmatch(strip_lead(before[-1]))):
            found[match["who"]] += 1
        after = [clause for clause in CLAUSE.split(layout.after(number)[:40]) if clause]
        if after and (match := _BEHIND.match(strip_lead(after[0]))):
            found[match["who"]] += 1
    return found


_OBJECT = re.compile(f"(?:[把对向跟给朝冲被]|看着|望着|问|叫)(?=([{HAN}]{{2,3}}))")


def _count_objects(layout: Layout) -> Counter[str]:
    """Return what follows prepositions that stand in front of people."""
    found: Counter[str] = Counter()
    for paragraph in range(len(layout.paragraphs)):
        for stretch in layout.narration(paragraph):
            for match in _OBJECT.finditer(stretch):
                found.update({match[1][:2], match[1]})
    return found


_TAGGED = re.compile(rf"(?:{SAY})(?:着|了|过)?[，：]?$")


def _count_nearly(layout: Layout) -> Counter[str]:
    """Return what begins earlier clauses of the sentence that ends in a tag: 秀兰低着头，半天才说：“…”."""
    found: Counter[str] = Counter()
    for number in range(len(layout.parts)):
        sentence = re.split("[。！？]", layout.before(number)[-90:])[-1].strip()
        if not sentence.endswith("：") and not _TAGGED.search(sentence):
            continue
        for clause in CLAUSE.split(sentence)[:-2]:
            bare = strip_lead(clause)
            found.update(bare[:length] for length in (2, 3) if bare[length : length + 1])
    return found


def _candidates(counts: _Counts) -> Iterable[tuple[str, Shape]]:
    """Yield what may be a name, with its shape."""
    for text in counts.tags:
        if len(text) > 1 or text in "爹娘妈爸":
            yield text, shape_of(text)
    for text, times in counts.personal.items():
        shape = shape_of(text)
        if shape is not Shape.NICK or times > 1 or counts.nearly[text] or counts.called[text]:
            yield text, shape
    yield from ((head, Shape.HEAD) for head in PERSON_HEADS if head in counts.whole)
    for text in counts.called:
        shape = shape_of(text)
        if shape is not Shape.NICK:
            yield text, shape
    for match in _TITLED.finditer(counts.whole):
        yield match[0], Shape.TITLED
    for match in _DOTTED.finditer(counts.whole):
        yield _trim_dotted(match[0]), Shape.FOREIGN
    for run in {match[0] for match in _FOREIGN_RUN.finditer(counts.whole)}:
        if is_foreign(run):
            yield run, Shape.FOREIGN


def _trim_dotted(text: str) -> str:
    """Return a name with middle dots without what the prose has around it."""
    parts = re.split(r"([·•・‧])", text)
    first = re.search(f"[{''.join(sorted(TRANSLITERATED))}]+$", parts[0])
    last = _FOREIGN_RUN.match(parts[-1])
    parts[0] = first[0] if first else parts[0]
    parts[-1] = last[0] if last else parts[-1][:2]
    return "".join(parts)


def _accept(text: str, shape: Shape, counts: _Counts) -> bool:
    """Return whether the text shows that a candidate is a name."""
    if text in NOT_NAMES or not text:
        return False
    tags, called, personal = counts.tags[text], counts.called[text], counts.personal[text]
    if shape is Shape.HEAD:
        return True
    if shape is Shape.TITLED:
        return len(text) > 2 or tags + personal + called > 0
    if set(text) & NOT_IN_NAMES:
        return False
    if shape is Shape.ORDERED:
        return tags + personal + called > 0
    if shape is Shape.FOREIGN:
        return "·" in text or tags > 0 or personal > 0 or called > 0
    if shape is Shape.PREFIXED:
        return (
            tags > 0
            or called > 0
            or personal > 1
            or (len(text) > 2 and personal > 0 and counts.count(text) > 1)
        )
    if shape is Shape.FULL:
        if set(text[1:]) & _NOT_GIVEN or (len(text) > 2 and _is_common(text[1:])):
            return False
        known_given = len(text) > 2 and personal > 0 and counts.count(text[-2:]) > 2 * counts.count(text)
        likely = personal > 1 or (personal > 0 and (counts.objects[text] > 0 or known_given))
        likely = likely or (len(text) > 2 and personal > 0 and counts.count(text) > 1)
        return tags + called > 0 or (likely and personal >= 0.4 * counts.heads[text])
    return not _is_common(text) and _accept_nickname(text, counts)


def _is_common(text: str) -> bool:
    """Return whether a string is an adverb or a verb that follows a name."""
    return text in NOT_NAMES or bool(_COMMON.match(text))


_COMMON = re.compile(f"(?:{SAY})道?$|(?:{MANNER})$|继续|随即|愁眉|转脸|心里|上写|叫|[一又便就也都还再]")


def _accept_nickname(text: str, counts: _Counts) -> bool:
    tags, called, personal = counts.tags[text], counts.called[text], counts.personal[text]
    if (
        len(text) > 4
        or text[0] in "一二两三四五六七八九十半第"
        or text[-1] in "上下里外中前后时声样头边些来去出起"
    ):
        return False
    if max(tags, personal, called) == 0 or tags + personal + called + counts.nearly[text] < 2:
        return False
    total = counts.count(text)
    if tags > 1 and total > 2:
        return True
    heads = counts.heads[text]
    if personal < 0.4 * heads or heads < 0.15 * total or total < 2:
        return False
    if tags > 0 and total > 2:
        return True
    given = set(text) <= GIVEN
    others = counts.objects[text] + counts.nearly[text] + called
    if given:
        return total > 2 and personal + others > 2
    return (called > 0 and personal > 1) or (others > 1 and personal > 1 and total > 3 and len(text) < 4)


def _settle(forms: dict[str, Form], counts: _Counts) -> dict[str, Form]:
    """Return the forms without pieces of longer ones and without ones that took in a neighbour's character."""
    kept = dict(forms)
    longer: dict[str, list[Form]] = {}
    for form in forms.values():
        for cut in (1, 2):
            longer.setdefault(form.text[:-cut], []).append(form)
    for text in sorted(forms, key=len):
        form = forms[text]
        if form.shape in {Shape.HEAD, Shape.KNOWN, Shape.ORDERED}:
            continue
        if _is_piece(text, forms, longer, counts) or _runs_over(text, kept, counts):
            del kept[text]
    return kept


def _is_piece(text: str, forms: dict[str, Form], longer: dict[str, list[Form]], counts: _Counts) -> bool:
    """Return whether a form nearly always stands inside one longer form that begins alike: 苏晚 in 苏晚晴."""
    own = forms[text].total
    longest = max((form.total for form in longer.get(text, ())), default=0)
    return longest >= 0.8 * own and counts.tags[text] <= 0.2 * own


def _runs_over(text: str, kept: dict[str, Form], counts: _Counts) -> bool:
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
