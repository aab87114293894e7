"""How often strings stand where names stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from fullcast.text.chinese.layout import Layout
from fullcast.text.chinese.shapes import HAN
from fullcast.text.chinese.words import LEADS, SAY

CLAUSE = re.compile(r"[，,。！？!?；;：:、…—\s\n“”‘’「」『』\"（）()《》]+")

_LEAD = re.compile(f"(?:{LEADS})+")

MANNER = (
    f"(?P<twice>[{HAN}])(?P=twice)地|[{HAN}](?P<tail>[{HAN}])(?P=tail)地|[{HAN}]{{2}}地|[{HAN}]{{4}}地|"
    f"[{HAN}]{{2}}(?:的|着)(?=说|问|道|笑|喊)|笑着|笑嘻嘻|笑眯眯|笑吟吟|哭着|红着脸|低着头|微微|"
    "(?:低|抬|转|回|扭|点|摇|仰|侧|探|掉|别|偏)(?:着|过|起|了|下)?(?:一下)?(?:头|身|脸|身子)(?:来|"
    "去)?|点点头|点了点头|摇摇头|摇了摇头|"
    "叹了?(?:一)?口气|叹着气|喘着气|皱着?(?:了皱)?眉头?|想了?一?想|看了?一?看|笑了?一?笑|愣了?一?愣|"
    "一愣|一怔|怔了?怔|一笑|"
    "[忙便就又也才却都还再只先方遂乃即因早正竟忽倒仍亦皆复更则遽急笑哭怒惊喜叹]|连忙|不禁|不由得?|"
    "忍不住|终于|突然|忽然|赶紧|赶快|急忙|慌忙|"
    "立刻|立即|马上|接着|跟着|随即|随后|居然|竟然|果然|仍然|依然|只好|只得|只管|一面|一边|从旁|在旁|"
    "在一旁|已经|曾经|好像|似乎|"
    "[低高大轻小柔厉沉朗颤悄齐怒连尖细哑粗冷失放]声|声音[^，]{1,4}|冷冷|淡淡|缓缓|慢慢|轻轻|悄悄|"
    "喃喃|恨恨|狠狠|好好|匆匆|冷笑|苦笑|大笑|微笑|陪笑|赔笑|"
    "干笑|大怒|大喜|大惊|听了|听罢|听说|听见|见了|见问|见说|闻言|答应|抱拳|拱手|作揖|欠身|躬身|起身|"
    "上前|跪下|开口|插嘴|正色|"
    f"(?:对|向|朝|冲|跟|和|同|给|望着|看着|指着|瞪着|拉着|盯着|安慰)[{HAN}]{{1,6}}?"
)

_TAG = re.compile(
    rf"(?P<who>[{HAN}·]{{2,8}}?|[爹娘妈爸])(?:{MANNER})*?(?:{SAY})(?:着|了|过|起来|出来)?(?:一声|一句|道)?$"
)

_BEHIND = re.compile(rf"(?P<who>[{HAN}·]{{2,8}}?|[爹娘妈爸])(?:{MANNER})*?(?:{SAY})")

_PERSONAL = frozenset(
    "几悄张吓跪上得刚打开关闭换穿脱披戴喝吃咽吐吸喘耸歪斜凑挤钻爬飞冲追逃躲藏停住等用朝往终早果既虽若因该必敢肯愿要会急赶噗踢在翻红咬喃晃瘫蹲躺靠倒退扑夺撕说道问笑听看走站坐点摇叹拿把对向也却又便就忙将已正在一从被没不心想"
    "回转抬低伸叫骂喝喊答哭跑跳拍抱拉推冷微见跟带给"
    "和与的还才都只先忽突连终猛愣怔皱睁瞪望盯瞧摸掏举放接指挥擦捧端提扶搂握抓咬哼应是有知爱觉很十缓慢"
    "轻默沉急气怒大闻当"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts of the strings that may be names."""

    whole: str
    pairs: Counter[str]
    """Every two characters that stand side by side."""
    triples: Counter[str]
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

    def follow(self, text: str) -> int:
        """Return how many different characters stand behind a string."""
        ends = (match.end() for match in re.finditer(re.escape(text), self.whole))
        return len({self.whole[end : end + 1] for end in ends})

    def count(self, text: str) -> int:
        """Return how often the whole text has a string."""
        if len(text) == 2:
            return self.pairs[text]
        return self.triples[text] if len(text) == 3 else self.whole.count(text)


def strip_lead(clause: str) -> str:
    """Return a clause without the words that only link it to the one before."""
    match = _LEAD.match(clause)
    return clause[match.end() :] if match and match.end() < len(clause) else clause


def count(layout: Layout) -> Counts:
    """Return what is counted in a text."""
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
    whole = "\n".join(layout.paragraphs)
    return Counts(
        whole=whole,
        pairs=Counter(map("".join, pairwise(whole))),
        triples=Counter(map("".join, zip(whole, whole[1:], whole[2:], strict=False))),
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
