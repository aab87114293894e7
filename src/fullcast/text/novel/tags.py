"""What stands beside a quotation: a tag with its verb of saying, or what somebody does meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fullcast.text.novel.mentions import WORD, opens_sentence
from fullcast.text.novel.scene import Mention
from fullcast.text.novel.wording import FIRM, SAYING, words

_SKIPPED = words(
    """
    then and but so now at last again also too quite here there yet still only just almost
    """
)
_OTHERS = words(
    """
    that which who whom what because if as while when where though although until
    """
)
_PRONOUNS = words("he she i they we it you")
_STOP = re.compile(r"[.!?…]+[\s\u2060”\"’)]+(?=[\u2060“\"‘(]*[A-ZÀ-Þ])")
_FAR_VERB = 14
"""Words between a subject and its verb of saying, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who is said to speak, or to do something beside the words."""

    figure: int | None
    """None for a pronoun."""
    pronoun: str = ""
    kind: str = ""
    """How it was found: ``inverted``, ``direct``, ``beat``."""
    firm: bool = False
    """Whether the verb is hardly ever anything else than a verb of saying."""
    distance: int = 0
    """Words between the subject and its verb."""
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A paragraph's words with what is named in them."""

    text: str
    mentions: Sequence[Mention]

    def subject_at(self, start: int) -> tuple[int | None, str, int] | None:
        """Return who is named or meant by the words that begin here, and where they end."""
        for mention in self.mentions:
            if mention.start - 4 <= start <= mention.start and not self.text[start : mention.start].strip(
                " \u2060theTHE"
            ):
                return mention.figure, "", mention.end
            if mention.start > start + 4:
                break
        match = WORD.match(self.text, start)
        if match and match[0].lower() in _PRONOUNS:
            return None, match[0].lower(), match.end()
        return None


def _words(text: str, start: int, end: int) -> list[re.Match[str]]:
    return list(WORD.finditer(text, start, end))


def tag_behind(line: Line, start: int, end: int) -> Subject | None:
    """Return whom the words right behind a quotation give it to.

    Args:
        line: The paragraph.
        start: Where the quotation ends.
        end: Where the next one begins, or the paragraph ends.
    """
    stop = _STOP.search(line.text, start, end)
    words = _words(line.text, start, stop.start() if stop else end)
    position = 0
    while position < len(words) and _is_skipped(words[position][0]):
        position += 1
    if position >= len(words):
        return None
    verb = words[position][0].lower()
    if verb == "it" and len(words) > position + 3 and words[position + 1][0].lower() in {"was", "is"}:
        found = line.subject_at(words[position + 2].start())
        if found and found[0] is not None:
            return _subject(found, "inverted", "said", 0, words[position + 2].start())
    if verb in SAYING:
        at = position + 1
        while at < len(words) and at < position + 4:
            found = line.subject_at(words[at].start())
            if found:
                return _subject(found, "inverted", verb, at - position - 1, words[at].start())
            if not _is_skipped(words[at][0]) and words[at][0].lower() not in {"the", "a", "an", "to"}:
                break
            at += 1
    return _direct(line, words, position)


def _is_skipped(word: str) -> bool:
    low = word.lower()
    return low in _SKIPPED or (low.endswith("ly") and len(low) > 4 and word.islower())


def _subject(found: tuple[int | None, str, int], kind: str, verb: str, distance: int, start: int) -> Subject:
    return Subject(
        figure=found[0], pronoun=found[1], kind=kind, firm=verb in FIRM, distance=distance, start=start
    )


def _direct(line: Line, words: Sequence[re.Match[str]], position: int) -> Subject | None:
    """Return a subject at the beginning of a clause with a verb of saying behind it."""
    found = line.subject_at(words[position].start())
    if found is None:
        return None
    behind = [word for word in words[position:] if word.start() >= found[2]]
    for distance, word in enumerate(behind[:_FAR_VERB]):
        low = word[0].lower()
        if low in SAYING:
            return _subject(found, "direct", low, distance, words[position].start())
        if low in _OTHERS:
            break
    return _subject(found, "beat", "", 0, words[position].start())


def tag_in_front(line: Line, start: int, end: int) -> Subject | None:
    """Return whom the last sentence in front of a quotation gives it to.

    Args:
        line: The paragraph.
        start: Where the quotation before ends, or the paragraph begins.
        end: Where the quotation begins.
    """
    for match in _STOP.finditer(line.text, start, end):
        if line.text[match.end() : end].strip(' \u2060"“'):
            start = match.end()
    words = _words(line.text, start, end)
    if not words:
        return None
    verbs = [number for number, word in enumerate(words) if word[0].lower() in SAYING]
    near = [number for number in verbs if len(words) - number <= 9]
    if near:
        found = _before_verb(line, words, near[-1])
        if found is not None:
            return found
    return first_subject(line, words)


def _before_verb(line: Line, words: Sequence[re.Match[str]], verb: int) -> Subject | None:
    """Return the subject of a verb of saying: the words right behind it, or the first ones in front."""
    word = words[verb][0].lower()
    if verb + 1 < len(words) and verb <= 1:
        found = line.subject_at(words[verb + 1].start())
        if found:
            return _subject(found, "front-inverted", word, 0, words[verb + 1].start())
    near: Subject | None = None
    for number in range(verb - 1, -1, -1):
        found = line.subject_at(words[number].start())
        if found is None or found[2] > words[verb].start():
            continue
        previous = words[number - 1][0].lower() if number else ""
        opening = number == 0 or opens_sentence(line.text, words[number].start())
        if (
            opening
            or previous in {"and", "but", "then", "when", "as", "while", "so", "for", "that"}
            or verb - number <= 2
        ):
            near = _subject(found, "front", word, verb - number - 1, words[number].start())
            if verb - number <= 2 or opening:
                return near
    return near


def first_subject(line: Line, words: Sequence[re.Match[str]]) -> Subject | None:
    """Return who is named first in a sentence: most often its subject."""
    for number, word in enumerate(words[:12]):
        found = line.subject_at(word.start())
        if found:
            return _subject(found, "beat", "", number, word.start())
    return None


def sentence_subject(line: Line, start: int, end: int) -> Subject | None:
    """Return who is named first in the first sentence between two offsets."""
    stop = _STOP.search(line.text, start, end)
    return first_subject(line, _words(line.text, start, stop.start() if stop else end))
