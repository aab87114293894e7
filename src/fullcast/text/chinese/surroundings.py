"""What stands around each quotation: tags, actions beside it, whom it addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fullcast.text.chinese.layout import Layout
from fullcast.text.chinese.mentions import (
    Finder,
    Mention,
    Subject,
    clauses,
    find_first_subject,
    find_last_subject,
    sentences,
)
from fullcast.text.chinese.words import SAY, SURE_SAY

_SAYS = re.compile(
    rf"(?:{SAY})(?:着|了|过|起来|出来)?(?:一声|一句|一遍|两句|几句|两声)?(?:话|道|话来)?[，,]?$"
)

_SAYS_INSIDE = re.compile(rf"(?:{SURE_SAY})")

_SAYS_FAINTLY = re.compile(rf"(?:{SAY})")

_HEARS = re.compile(
    r"[^，。]{0,4}?(?:听|闻言|见问|见说|一愣|愣了|怔|一惊|吃了一惊|没有回答|没有说话|没说话|不答|不说话|沉默|没作声|没吭声|无言|点了?点头|摇了?摇头|接过)"
)

_ADDRESSED = re.compile(
    r"(?:对着|对|向着|向|朝着|朝|冲着|冲|跟|和|问|告诉|安慰|吩咐|嘱咐|骂|劝|叫|答|回答|望着|看着|指着|瞪着|盯着|转向|拉着|扯住|扶着)$"
)

_REVEALS = re.compile(
    r"^(?:说话的|开口的|来的|来人|来者|此人|这人|那人|说这话的|发话的|问话的|喊话的)[^，。]{0,6}?(?:是|乃|竟是|不是别人，正是)"
)

_VOCATIVE_EDGE = '(?:^|(?<=[，。！？!?…—、“「『‘"\\s（]))'

_LEADS_ON = re.compile(rf"[：:]$|(?:{SAY})(?:着|了|过)?(?:一声|一句|道)?[，,]$")
"""How narration ends that leads to a quotation in the next paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A piece of evidence for a speaker."""

    kind: str
    """Name of its weight."""
    mention: Mention
    paragraph: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An utterance: parts that one person says in one go, with the evidence around them."""

    parts: tuple[int, ...]
    paragraph: int
    last_paragraph: int
    cues: tuple[Cue, ...]
    addressed: tuple[Mention, ...]
    """Whom its tag says it is for."""
    called: tuple[str, ...]
    """Names that it calls somebody by."""
    spoken_of: tuple[str, ...]
    """Names that it has otherwise."""
    follows: str
    """How it follows the utterance before: ``side``, ``same``, ``next``, ``near``, ``far`` or ``scene``."""
    tagged: str
    """``front``, ``behind`` or nothing: where a verb of saying was found."""


def link_parts(layout: Layout) -> list[tuple[int, ...]]:
    """Return the parts of each utterance: a tag or a paragraph may interrupt it."""
    units: list[list[int]] = []
    for number, part in enumerate(layout.parts):
        if units and (part.continues or _goes_on(layout, units[-1][-1], number)):
            units[-1].append(number)
        else:
            units.append([number])
    return [tuple(unit) for unit in units]


def _goes_on(layout: Layout, one: int, other: int) -> bool:
    """Return whether a part goes on with the one before it in its paragraph, over a tag."""
    if layout.parts[one].paragraph != layout.parts[other].paragraph:
        return False
    between = layout.before(other).strip()
    if not between or re.search(r"[:：]$", between):
        return False
    inner = layout.words(one).rstrip('”」』"’')
    if between.endswith(("，", ",")):
        return len(sentences(between)) == 1 or inner.endswith(("，", ",", "—"))
    return inner.endswith(("，", ",")) and len(between) < 60


class Surroundings:
    """Reads what stands around the utterances of a layout."""

    def __init__(self, layout: Layout, finder: Finder, names: Sequence[str]) -> None:
        self._layout = layout
        self._finder = finder
        ordered = sorted(
            (re.escape(name) for name in names if name != "我"), key=lambda name: (-len(name), name)
        )
        written = "|".join(ordered) or "(?!)"
        self._called = re.compile(
            rf"{_VOCATIVE_EDGE}(?:我的|好|亲爱的|回|禀|启禀|回禀|是|喂)?(?P<name>{written})(?:啊|呀|哪|哟|们)?(?=[，。！？!?…—,、”」』’\"\s]|$)"
        )
        self._named = re.compile(written)

    def read(self) -> list[Unit]:
        """Return every utterance with its evidence."""
        units: list[Unit] = []
        for parts in link_parts(self._layout):
            units.append(self._read_unit(parts, units[-1] if units else None))
        return units

    def _read_unit(self, parts: tuple[int, ...], before: Unit | None) -> Unit:
        layout = self._layout
        first, last = layout.parts[parts[0]], layout.parts[parts[-1]]
        front = self._front(parts[0])
        own_tag = any(cue.kind.startswith("front_tag") for cue in front)
        behind = self._behind(parts, own_tag=own_tag)
        around = [*self._paragraph_before(parts[0]), *self._paragraph_behind(parts[-1])]
        if own_tag:
            around = [cue for cue in around if cue.kind == "reveal"]
        cues = [*front, *behind, *around]
        tagged = (
            "front"
            if own_tag
            else "behind"
            if any(cue.kind.startswith("behind_tag") for cue in behind)
            else ""
        )
        called, spoken_of = self._names_inside(parts)
        return Unit(
            parts=parts,
            paragraph=first.paragraph,
            last_paragraph=last.paragraph,
            cues=tuple(cues),
            addressed=tuple(self._addressed(parts[0], tagged)),
            called=called,
            spoken_of=spoken_of,
            follows=self._follows(before, parts[0]),
            tagged=tagged,
        )

    def _front(self, number: int) -> list[Cue]:
        """Return what the narration in front of a part, in its paragraph or behind a colon above, says."""
        part = self._layout.parts[number]
        text, paragraph = self._layout.before(number), part.paragraph
        if not text.strip() and number not in self._layout.rows[paragraph][1:]:
            above = self._above(paragraph)
            if above and _LEADS_ON.search(above.rstrip()):
                text, paragraph = above, paragraph - 1
        rows = sentences(text)
        if not rows:
            return []
        kind = self._front_kind(rows[-1])
        found = self._trace(rows, kind, paragraph)
        if found or kind == "beat" or number != self._layout.rows[part.paragraph][0]:
            return found
        return self._trace_above(paragraph)

    def _trace_above(self, paragraph: int) -> list[Cue]:
        """Return the cue of who acts last in the paragraph above, for a tag without a subject."""
        if paragraph == 0 or self._layout.breaks(paragraph - 1):
            return []
        row = self._layout.rows[paragraph - 1]
        rows = sentences(self._above(paragraph)) or (sentences(self._layout.before(row[-1])) if row else [])
        for sentence in reversed(rows[-3:]):
            subject = find_last_subject(sentence, self._finder)
            if subject is not None:
                return [Cue(kind="front_tag_above", mention=subject.mention, paragraph=paragraph - 1)]
        return []

    def _trace(self, rows: Sequence[str], kind: str, paragraph: int) -> list[Cue]:
        """Return the cue of the subject that is nearest to the end of sentences in front of a quotation."""
        for distance, sentence in enumerate(reversed(rows)):
            subject = find_last_subject(sentence, self._finder)
            if subject is not None:
                return [_cue(f"front_{kind}", subject, distance, paragraph)]
            if distance >= 3:
                break
        return []

    def _front_kind(self, sentence: str) -> str:
        ending = sentence.rstrip()
        if ending.endswith(("：", ":")):
            return "tag"
        rows = clauses(ending)
        if ending[-1:] in "。！？!?…":
            return "beat"
        return "tag" if rows and _SAYS.search(rows[-1][1].strip()) else "beat"

    def _behind(self, parts: tuple[int, ...], *, own_tag: bool) -> list[Cue]:
        """Return what the narration behind the first part, and behind the last one, says."""
        found: list[Cue] = []
        for number in dict.fromkeys((parts[0], parts[-1])):
            if number == parts[-1] and self._is_for_next(number, own_tag=own_tag):
                continue
            found.extend(cue for cue in self._behind_one(number) if not own_tag or "beat" not in cue.kind)
        return found

    def _is_for_next(self, number: int, *, own_tag: bool) -> bool:
        """Return whether the narration behind a part is the tag of the next one."""
        row = self._layout.rows[self._layout.parts[number].paragraph]
        text = self._layout.after(number).strip()
        if number == row[-1] or not text:
            return number != row[-1]
        leads = text.endswith(("：", ":")) or (text.endswith(("，", ",")) and bool(_SAYS.search(text[:-1])))
        return leads and len(sentences(text)) == 1 and (own_tag or number != row[0])

    def _behind_one(self, number: int) -> list[Cue]:
        part = self._layout.parts[number]
        rows = sentences(self._layout.after(number))
        if not rows:
            return []
        first = rows[0]
        if _REVEALS.match(first.strip()):
            mentions = [mention for mention in self._finder.find(first) if mention.people]
            return [
                Cue(kind="reveal", mention=mention, paragraph=part.paragraph) for mention in mentions[-1:]
            ]
        subject = find_first_subject(first, self._finder)
        if subject is None or subject.clauses > 2:
            return []
        rest = first[subject.at + subject.mention.end :]
        if _HEARS.match(rest) and not _SAYS_INSIDE.search(rest):
            return [Cue(kind="below_hears", mention=subject.mention, paragraph=part.paragraph)]
        pattern = _SAYS_FAINTLY if subject.clauses == 0 and len(rest) < 14 else _SAYS_INSIDE
        kind = "tag" if pattern.search(rest) and subject.clauses == 0 else "beat"
        return [_cue(f"behind_{kind}", subject, 0, part.paragraph)]

    def _paragraph_before(self, number: int) -> list[Cue]:
        part = self._layout.parts[number]
        if self._layout.before(number).strip() or number in self._layout.rows[part.paragraph][1:]:
            return []
        above = self._above(part.paragraph)
        rows = sentences(above)
        if not rows or _LEADS_ON.search(above.rstrip()):
            return []
        quoted = "mixed_" if self._layout.rows[part.paragraph - 1] else ""
        for sentence in reversed(rows[-2:]):
            subject = find_last_subject(sentence, self._finder)
            if subject is not None:
                return [
                    Cue(kind=f"above_{quoted}beat", mention=subject.mention, paragraph=part.paragraph - 1)
                ]
        return []

    def _above(self, paragraph: int) -> str:
        """Return the narration that ends the paragraph above."""
        if paragraph == 0 or self._layout.breaks(paragraph - 1):
            return ""
        row = self._layout.rows[paragraph - 1]
        return self._layout.after(row[-1]) if row else self._layout.paragraphs[paragraph - 1]

    def _paragraph_behind(self, number: int) -> list[Cue]:
        part = self._layout.parts[number]
        if self._layout.after(number).strip() or number != self._layout.rows[part.paragraph][-1]:
            return []
        following = part.paragraph + 1
        if following >= len(self._layout.paragraphs) or self._layout.breaks(following):
            return []
        row = self._layout.rows[following]
        text = self._layout.before(row[0]) if row else self._layout.paragraphs[following]
        rows = sentences(text)
        if not rows:
            return []
        if _REVEALS.match(rows[0].strip()):
            mentions = [mention for mention in self._finder.find(rows[0]) if mention.people]
            return [Cue(kind="reveal", mention=mention, paragraph=following) for mention in mentions[-1:]]
        subject = find_first_subject(rows[0], self._finder)
        if subject is None:
            return []
        rest = rows[0][subject.at + subject.mention.end :]
        kind = "below_hears" if _HEARS.match(rest) else "below_tag" if row else "below_beat"
        return [Cue(kind=kind, mention=subject.mention, paragraph=following)]

    def _addressed(self, number: int, tagged: str) -> Iterator[Mention]:
        text = (
            self._layout.before(number) if tagged == "front" else self._layout.after(number) if tagged else ""
        )
        rows = sentences(text)
        if not rows:
            return
        row = rows[-1] if tagged == "front" else rows[0]
        for mention in self._finder.find(row):
            if _ADDRESSED.search(row[max(0, mention.start - 3) : mention.start]):
                yield mention

    def _names_inside(self, parts: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        called: list[str] = []
        named: list[str] = []
        for number in parts:
            words = self._layout.words(number)
            called.extend(match["name"] for match in self._called.finditer(words))
            named.extend(match[0] for match in self._named.finditer(words))
        return tuple(dict.fromkeys(called)), tuple(
            dict.fromkeys(name for name in named if name not in called)
        )

    def _follows(self, before: Unit | None, number: int) -> str:
        if before is None:
            return "scene"
        part = self._layout.parts[number]
        if part.paragraph == before.last_paragraph:
            return "same" if self._layout.before(number).strip() else "side"
        gap = range(before.last_paragraph + 1, part.paragraph)
        if any(self._layout.breaks(paragraph) for paragraph in gap) or len(gap) > 12:
            return "scene"
        return "next" if not gap else "near" if len(gap) < 3 else "far"


def _cue(kind: str, subject: Subject, distance: int, paragraph: int) -> Cue:
    """Return a cue whose name tells how far the subject stands from the quotation."""
    far = "_above" if distance else "_far" if subject.clauses else ""
    faint = "" if subject.firm else "_faint"
    return Cue(kind=f"{kind}{far}{faint}", mention=subject.mention, paragraph=paragraph)
