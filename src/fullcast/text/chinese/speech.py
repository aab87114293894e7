"""Whether words in Chinese quotation marks are speech, or a title, a nickname, a sign, a word in question."""

from __future__ import annotations

import re

from fullcast.text.chinese.script import fold
from fullcast.text.chinese.words import SURE_SAY

_STOPS = frozenset("。！？!?…—～~，,；;、：")

_ENDS = frozenset("。！？!?…—～~")

_MARKS = '“”„「」『』‘’"＂〝〟﹁﹂﹃﹄ \u3000'

_NAMES = re.compile(
    r"(?:所谓|叫做|叫作|称为|称作|称之为|名叫|名为|名曰|外号|绰号|诨号|人称|号称|题为|题着|写着|刻着|印着|贴着|挂着|绣着|大书|"
    r"读作|当作|当成|叫它|管它叫|管他叫|管她叫|这个|那个|这种|那种|这份|那份|一个|一种|这句|那句|一句|关于|是|的|成|为|作)$"
)

_WRITTEN = re.compile(r"(?:写着|题着|刻着|印着|贴着|挂着|绣着|标着|大书|上书)[^。！？]{0,6}[：:]$")

_SAYS_BEFORE = re.compile(rf"(?:{SURE_SAY})(?:着|了|过|出)?(?:一?声|一?句|道)?[，,：:]?$")

_SAYS_BEHIND = re.compile(rf"[，,]?[^。！？，、“”「」]{{0,10}}?(?:{SURE_SAY})")

_CALLS = re.compile(r"(?:叫|称|喊|呼|念了一声|念声|念)$")


def is_chinese_speech(before: str, inner: str, after: str) -> bool:
    """Return whether somebody says quoted words.

    Args:
        before: The paragraph in front of the opening mark.
        inner: The words with or without their marks.
        after: The paragraph behind the closing mark.

    >>> is_chinese_speech("他说：", "走吧。", ""), is_chinese_speech("我们管它叫", "大锅饭", "，意思是")
    (True, False)
    """
    inner = inner.strip(_MARKS)
    if not inner:
        return False
    before, after = fold(before).rstrip(_MARKS), fold(after).lstrip()
    if not before:
        return _opens_as_speech(inner, after)
    return not _WRITTEN.search(before) and _stands_as_speech(before, inner, after)


def _stands_as_speech(before: str, inner: str, after: str) -> bool:
    """Return whether quoted words inside a paragraph are speech, by the words and stops around them."""
    if before[-1] in "：:" or before[-1] in _ENDS:
        return (
            before[-1] in "：:"
            or inner[-1] in _STOPS
            or not _runs_on(after)
            or bool(_SAYS_BEHIND.match(after))
        )
    if _NAMES.search(before) and inner[-1] not in _ENDS:
        return False
    if before[-1] in "，,；;、":
        return inner[-1] in _STOPS or (bool(_SAYS_BEFORE.search(before)) and not _runs_on(after))
    if _SAYS_BEFORE.search(before) and not _CALLS.search(before):
        return not _runs_on(after) or inner[-1] in _ENDS
    return inner[-1] in _ENDS and not _runs_on(after)


def _opens_as_speech(inner: str, after: str) -> bool:
    """Return whether quoted words that open a paragraph are speech: a subject of the narration is not."""
    if inner[-1] in _STOPS or not _runs_on(after):
        return True
    return len(inner) > 10 or bool(_SAYS_BEHIND.match(after))


def _runs_on(after: str) -> bool:
    """Return whether the sentence goes on behind the closing mark without a stop."""
    return bool(after) and (after[0].isalnum() or after[0] in "《（(")
