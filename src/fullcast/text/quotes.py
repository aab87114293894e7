"""Where quotations stand in paragraphs, in the typography of six languages.

A quotation is somebody's speech. Words that stand in quotation marks for another reason (a title, a word that
is talked about) stay with the narrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fullcast.text.chinese.speech import is_chinese_speech
from fullcast.text.dashes import DASH_LANGUAGES, cut_incises, find_dashed
from fullcast.text.normalise import primary_tag
from fullcast.text.speech import is_speech
from fullcast.text.spoken import Quotation

_DIRECTED: Mapping[str, str] = {
    "“": "”",
    "«": "»",
    "「": "」",
    "『": "』",
    "〝": "〟",
    "﹁": "﹂",
    "﹃": "﹄",
}

_SINGLE_OPENING = re.compile(r"(?<![^\W_])[‘‚](?=\S)|(?:^|(?<=[\s(\[—–“\"]))'(?=[\w“\"¿¡…])")

_ELISION = re.compile(
    r"['’‘](?:tis|twas|twere|twill|twould|tain|em|cause|bout|til|till|n|ere|im|er|ow|ave|ome|and|appen|\d\d)\b",
    re.IGNORECASE,
)

_SINGLE_CLOSING = re.compile(r"(?<=\S)[’'](?![^\W_])")

_INCHES = re.compile(r"(?<=\d)\"(?= [a-z][^\"]*\")")

_AFTER = re.compile(r"[,.;:!?…、。，；：！？]+")

_FORWARD = frozenset({"fr", "es", "it", "pt", "ru", "uk"})
"""Languages that never print guillemets the other way round, ``»…«``."""

_LOOK_AHEAD = 12
"""Paragraphs that a quotation may cross without repeating its mark before it counts as never closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typography:
    """The marks of a chapter."""

    language: str
    closings: Mapping[str, str]
    """The marks that close each opening mark."""
    singles: bool
    """Whether single marks hold speech, as British books print it."""
    dashes: bool
    """Whether a dash at the start of a paragraph does."""


def find_typography(paragraphs: Iterable[str], language: str) -> Typography:
    """Return the quotation marks of a chapter, found by counting them.

    Args:
        paragraphs: The chapter's paragraphs without markup.
        language: BCP 47 tag of the book.
    """
    texts = list(paragraphs)
    whole = "\n".join(texts)
    tag = primary_tag(language)
    closings = {mark: close for mark, close in _DIRECTED.items() if mark in whole}
    if "„" in whole:
        closings["„"] = "“”"
        closings.pop("“", None)
    if "»" in whole and tag not in _FORWARD and _count_opening("»", whole) > _count_opening("«", whole):
        closings.pop("«", None)
        closings["»"] = "«"
    if tag in {"sv", "fi"} and "”" in whole and "“" not in whole:
        closings["”"] = "”"
    closings |= {mark: mark for mark in '"＂' if mark in whole}
    if "『" in closings and "「" in closings:
        closings.pop("『")
    doubles = sum(whole.count(mark) / (2 if close == mark else 1) for mark, close in closings.items())
    singles = sum(1 for match in _SINGLE_OPENING.finditer(whole) if not _ELISION.match(whole, match.start()))
    dashes = tag in DASH_LANGUAGES
    return Typography(language=tag, closings=closings, singles=singles > doubles, dashes=dashes)


def _count_opening(mark: str, text: str) -> int:
    return len(re.findall(rf"(?:^|(?<=[\s(—–])){mark}\s?(?=\w)", text, re.MULTILINE))


def find_quotations(paragraphs: Sequence[str], typography: Typography) -> tuple[tuple[Quotation, ...], ...]:
    """Return the quotations of paragraphs that follow each other, for each paragraph in order.

    A quotation that a paragraph leaves open goes on in the next one where that begins with its opening mark,
    or where its closing mark comes first.

    Args:
        paragraphs: The words of each paragraph, without markup.
        typography: The chapter's marks.
    """
    found: list[tuple[Quotation, ...]] = []
    left_open = ""
    for number, text in enumerate(paragraphs):
        carried = bool(left_open) and _carries(
            left_open, paragraphs[number : number + _LOOK_AHEAD], typography
        )
        quotations = _scan(text, left_open if carried else "", typography)
        found.append(tuple(_settle(text, quotations, typography)))
        last = quotations[-1] if quotations else None
        left_open = last.mark if last is not None and not last.closed else ""
    return tuple(found)


def _carries(mark: str, following: Sequence[str], typography: Typography) -> bool:
    """Return whether a quotation that was left open goes on in the paragraphs that follow."""
    text = following[0].lstrip()
    if text.startswith(mark) or (mark == "«" and text.startswith("»")):
        return True
    closing = typography.closings.get(mark, "")
    if not closing or mark in closing:
        return False
    marks = re.compile(f"[{re.escape(mark + closing)}]")
    for paragraph in following:
        match = marks.search(paragraph)
        if match:
            return match[0] in closing
    return False


def _scan(text: str, carried: str, typography: Typography) -> list[Quotation]:
    """Return everything in quotation marks, speech or not."""
    if typography.dashes and not carried:
        dashed = find_dashed(text, typography.language)
        if dashed:
            return dashed
    found: list[Quotation] = []
    position = 0
    if carried:
        start = len(text) - len(text.lstrip())
        repeated = text.startswith((carried, "»") if carried == "«" else carried, start)
        found.append(_close(text, (start, start + repeated), carried, typography))
        found[0] = replace(found[0], continues=True)
        position = found[0].end
    while (start := _find_opening(text, position, typography)) >= 0:
        quotation = _close(text, (start, start + 1), text[start], typography)
        found.append(quotation)
        position = max(quotation.end, start + 1)
    return found


def _find_opening(text: str, position: int, typography: Typography) -> int:
    """Return where the next quotation opens, or -1."""
    candidates = [
        at for mark in typography.closings if (at := _find_mark(text, mark, position, typography)) >= 0
    ]
    if typography.singles:
        for match in _SINGLE_OPENING.finditer(text, position):
            if not _ELISION.match(text, match.start()):
                candidates.append(match.start())
                break
    return min(candidates, default=-1)


def _find_mark(text: str, mark: str, position: int, typography: Typography) -> int:
    at = text.find(mark, position)
    while at >= 0 and mark == '"' and not _opens_straight(text, at):
        at = text.find(mark, at + 1)
    if at >= 0 and mark in typography.closings[mark] and not text[at + 1 :].strip():
        return -1
    return at


def _opens_straight(text: str, at: int) -> bool:
    """Return whether a straight mark can open: inches and what stands behind a word cannot."""
    behind = text[at + 1 : at + 2]
    return bool(behind) and not behind.isspace() and not text[at - 1 : at].isdigit() if at else bool(behind)


def _close(text: str, extent: tuple[int, int], mark: str, typography: Typography) -> Quotation:
    """Return the quotation whose mark and words begin here, up to its closing mark or the paragraph's end."""
    start, inside = extent
    if mark in typography.closings:
        end = _find_directed(text, inside, mark, typography.closings[mark])
    else:
        end = _find_single(text, inside)
    closed = end >= 0
    return Quotation(start=start, end=end if closed else len(text), mark=mark, closed=closed)


def _find_directed(text: str, inside: int, mark: str, closing: str) -> int:
    """Return the end of the closing mark, counting nested pairs where the paragraph balances them."""
    rest = text[inside:]
    nests = mark not in closing and rest.count(mark) + 1 <= sum(rest.count(close) for close in closing)
    depth = 1
    for match in re.finditer(f"[{re.escape(mark + closing)}]", rest):
        if mark == '"' and _INCHES.match(rest, match.start()):
            continue
        if match[0] in closing:
            depth -= 1
        elif nests:
            depth += 1
        if depth == 0:
            return inside + match.end()
    return -1


def _find_single(text: str, inside: int) -> int:
    """Return the end of the single mark that closes, told from apostrophes.

    A mark behind a stop or comma closes. One behind a letter may be a possessive (``the boys’ club``), which
    it is if a surer one follows before the next quotation opens.
    """
    following = next(
        (
            match.start()
            for match in _SINGLE_OPENING.finditer(text, inside)
            if not _ELISION.match(text, match.start())
        ),
        len(text),
    )
    candidates = [match for match in _SINGLE_CLOSING.finditer(text, inside) if match.start() < following]
    if not candidates:
        later = _SINGLE_CLOSING.search(text, following)
        return later.end() if later else -1
    for match in candidates:
        before = text[match.start() - 1]
        possessive = before in "sxz" and re.match(r" [a-z]", text[match.end() : match.end() + 2])
        if not before.isalnum() or not possessive:
            return match.end()
    return candidates[-1].end() if len(candidates) == 1 else candidates[0].end()


def _settle(text: str, quotations: list[Quotation], typography: Typography) -> Iterable[Quotation]:
    """Yield what is speech, with the stops right behind its closing mark, cut at French incises."""
    spoken = False
    for number, quotation in enumerate(quotations):
        following = quotations[number + 1].start if number + 1 < len(quotations) else len(text)
        if quotation.dashed:
            yield quotation
            continue
        if not _is_spoken(text, quotation, typography.language, spoken=spoken):
            continue
        spoken = True
        match = _AFTER.match(text, quotation.end, following)
        whole = replace(quotation, end=match.end()) if match and quotation.closed else quotation
        yield from cut_incises(text, whole) if typography.language == "fr" else (whole,)


def _is_spoken(text: str, quotation: Quotation, language: str, *, spoken: bool) -> bool:
    """Return whether words in quotation marks are speech, by the rules of the language."""
    if language == "zh" and quotation.closed and not quotation.continues:
        inner = text[quotation.start : quotation.end]
        return is_chinese_speech(text[: quotation.start], inner, text[quotation.end :])
    return is_speech(text, quotation, language, spoken_before=spoken)
