"""Subtitles: the text with its times, as WebVTT, SubRip and LRC."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fullcast.model import Subtitle, Word
from fullcast.units import Seconds

LONGEST = 84
"""Characters of a caption: two lines of 42, what readers manage in the time (Netflix, Timed Text Style
Guide, English)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """Words that are shown together."""

    start: Seconds
    end: Seconds
    speaker: str
    text: str
    words: tuple[Word, ...] = ()
    """Offsets into ``text``, times in the file; empty where nobody knows."""


def cut_captions(caption: Caption, longest: int = LONGEST) -> Iterator[Caption]:
    """Yield a caption in parts that can be read at a glance; whole where word times are not known.

    It is cut between words, behind punctuation where there is some in the last third.

    Args:
        caption: The caption.
        longest: Characters of a part; a longer word stands alone.
    """
    words = list(caption.words)
    if len(caption.text) <= longest or len(words) < 2:
        yield caption
        return
    first = 0
    while first < len(words):
        start = 0 if first == 0 else words[first].start
        last = _last_of(caption.text, words, first, longest)
        stop = len(caption.text) if last + 1 == len(words) else words[last + 1].start
        text = caption.text[start:stop].rstrip()
        own = tuple(
            replace(word, start=word.start - start, end=min(word.end - start, len(text)))
            for word in words[first : last + 1]
        )
        yield Caption(
            start=caption.start if first == 0 else words[first].begins,
            end=caption.end if last + 1 == len(words) else words[last].ends,
            speaker=caption.speaker,
            text=text,
            words=own,
        )
        first = last + 1


_STOPS = ".,;:!?…—。，；：！？、"


def _last_of(text: str, words: Sequence[Word], first: int, longest: int) -> int:
    """Return the last word of a part that begins with a word."""
    start = words[first].start
    left = len(text) - start
    # The parts of a long line are about equally long: no word is left alone in the last one.
    even = min(longest, left // -(-left // longest) + longest // 8)
    fits = first
    while fits + 1 < len(words) and words[fits + 1].end - start <= even:
        fits += 1
    if fits + 1 == len(words):
        return fits
    for candidate in range(fits, first, -1):
        if words[candidate].end - start < even * 2 // 3:
            break
        between = text[words[candidate].end : words[candidate + 1].start]
        if any(sign in _STOPS for sign in between):
            return candidate
    return fits


def write_subtitles(kind: Subtitle, captions: Iterable[Caption], *, words: bool) -> str:
    """Return captions as a file's content.

    Args:
        kind: The format.
        captions: In order.
        words: Whether each word is told, where its time is known: as time tags in WebVTT and LRC, as captions
            of their own in SubRip, which knows no such tags.
    """
    if kind is Subtitle.VTT:
        return _to_vtt(captions, words=words)
    if kind is Subtitle.SRT:
        return _to_srt(captions, words=words)
    return _to_lrc(captions, words=words)


def _stamp(time: float, mark: str) -> str:
    """Return a time as hours, minutes, seconds and milliseconds.

    >>> _stamp(3725.5, ".")
    '01:02:05.500'
    """
    thousandths = round(time * 1000)
    seconds, thousandths = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{thousandths:03}"


def _to_vtt(captions: Iterable[Caption], *, words: bool) -> str:
    """Return WebVTT with a voice span for each speaker (W3C WebVTT, 4.2.2)."""
    parts = ["WEBVTT\n"]
    for caption in captions:
        times = f"{_stamp(caption.start, '.')} --> {_stamp(caption.end, '.')}"
        body = _timed_text(caption) if words else _escape(caption.text)
        speaker = _escape(caption.speaker).replace(">", "")
        parts.append(f"{times}\n<v {speaker}>{body}</v>\n")
    return "\n".join(parts)


def _escape(text: str) -> str:
    """Return a text in which nothing is a tag, and no line ends: an empty one would end the caption."""
    return html.escape(" ".join(text.split()), quote=False)


def _timed_text(caption: Caption) -> str:
    """Return the text with a time tag in front of each word but the first."""
    parts, done = [], 0
    for word in caption.words[1:]:
        if caption.start < word.begins < caption.end:
            parts.append(html.escape(caption.text[done : word.start], quote=False))
            parts.append(f"<{_stamp(word.begins, '.')}>")
            done = word.start
    parts.append(html.escape(caption.text[done:], quote=False))
    return " ".join("".join(parts).split())


def _to_srt(captions: Iterable[Caption], *, words: bool) -> str:
    shown = [part for caption in captions for part in (_by_word(caption) if words else [caption])]
    return "\n".join(
        f"{number}\n{_stamp(caption.start, ',')} --> {_stamp(caption.end, ',')}\n{_one_line(caption.text)}\n"
        for number, caption in enumerate(shown, 1)
    )


def _by_word(caption: Caption) -> list[Caption]:
    """Return a caption a word, with the punctuation that follows it; the whole where times are unknown."""
    starts = [word.start for word in caption.words]
    stops = [*starts[1:], len(caption.text)]
    firsts = [0, *starts[1:]]
    parts = [
        Caption(
            start=word.begins, end=word.ends, speaker=caption.speaker, text=caption.text[first:stop].strip()
        )
        for word, first, stop in zip(caption.words, firsts, stops, strict=True)
    ]
    return parts or [caption]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _to_lrc(captions: Iterable[Caption], *, words: bool) -> str:
    """Return LRC: a time in front of each line and, enhanced, in front of each word."""
    lines = []
    for caption in captions:
        text = _one_line(caption.text)
        if words and caption.words:
            text = " ".join(
                f"<{_short_stamp(part.start)}> {_one_line(part.text)}" for part in _by_word(caption)
            )
        lines.append(f"[{_short_stamp(caption.start)}]{text}\n")
    return "".join(lines)


def _short_stamp(time: float) -> str:
    """Return a time as minutes, seconds and hundredths.

    >>> _short_stamp(3725.5)
    '62:05.50'
    """
    hundredths = round(time * 100)
    return f"{hundredths // 6000:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"
