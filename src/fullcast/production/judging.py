"""Judging takes as they arrive: beside what any recording must be, what is usual for the voice.

An engine that repeats itself, leaves words out or lets the recording be heard that it clones from makes a
sound like any other: it shows only in how long the voice takes for its words, and in what resembles what.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from fullcast.assistants.listening import ENGLISH_ONLY, Listener
from fullcast.errors import FullcastError, Severity
from fullcast.files.store import Entry
from fullcast.model import Finding, PlannedTake, Voice
from fullcast.text.wording import compare_wording

if TYPE_CHECKING:
    from fullcast.audio.echoes import Floats
    from fullcast.audio.signal import Audio

SILENT = "silent-take"
"""Code of the finding that nothing is heard."""
COMPARED = frozenset({"unusual-length", "repeated-words", "reference-leak", "misheard"})
"""Codes of what is suspected by comparison, and may be wrong."""
HOPELESS = frozenset({SILENT, "short-take", "long-take"})
"""Codes of what cannot be the words that were asked for: such a take is never kept."""
ENOUGH = 8
"""Takes of a voice after which its rate of speech is known."""
LEAST = 25.0
"""Letters that a text must have for its length to tell something: "Oh" may take a second or a quarter."""
QUICKEST, SLOWEST = 0.68, 1.5
"""Length, of what is usual for the voice and the words, beyond which words are missing or too many."""
_UNSURE = 2.2
"""Factor either way before the voice's own rate is known, on what the engine declares."""
LONGER = 1.08
"""Length, likewise, from which a take may hold something twice: a loop of three words adds as much."""
ALIKE = 0.60
"""Likeness of neighbouring stretches that makes a repetition; see benchmarks/checking."""
MISHEARD = 0.25
"""Errors a word, two at least, beyond which a recogniser hears something else."""
FEWEST = 3
"""Words of a text that is worth listening to."""
GAP = 4
"""Words in a row that a recogniser misses, beyond which they were not said."""
LEAKED = 0.76
"""Likeness to the recording that a voice is cloned from which makes a leak, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a take is worth."""

    findings: tuple[Finding, ...]
    badness: float
    """0 for a good one; of several bad ones the least bad is kept."""
    clean: Audio
    """The recording as it is kept: without rumble."""
    begins: int
    """First sample of speech in it."""
    ends: int

    @property
    def fault(self) -> Finding | None:
        """Why it should be made again; None if it need not."""
        return next((found for found in self.findings if found.severity is Severity.ERROR), None)


@dataclass(slots=True, kw_only=True, eq=False)
class Judge:
    """Knows the voices of a run by what they recorded."""

    rate: float
    """Letters a second that the engine declares."""
    compares: bool = True
    """Whether takes are compared with what is usual; engines that make no mistakes are spared it."""
    paces: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Letters a second of each voice's takes, at pace 1."""
    references: dict[Path, Floats | None] = field(default_factory=dict)
    listener: Listener | None = None
    """A recogniser that hears every take; None where nobody asked for one."""

    def learn(self, known: Iterable[tuple[PlannedTake, Entry | None]]) -> None:
        """Take in what stands in the store already."""
        for take, entry in known:
            if entry is not None:
                self._note(take, (entry.ends - entry.begins) / entry.rate)

    def judge(self, take: PlannedTake, audio: Audio) -> Verdict:
        """Return what a take is worth, and learn from a good one.

        Args:
            take: What it should be.
            audio: The recording.
        """
        # numpy comes with the first recording, not with the module: planning must stay light.
        from fullcast.audio.check import check_take
        from fullcast.audio.edit import find_speech, remove_rumble

        clean = remove_rumble(audio)
        begins, ends = find_speech(clean)
        findings = list(check_take(audio, take.segment.text, (begins, ends)))
        if begins == ends and not any(found.code == SILENT for found in findings):
            findings.append(_finding(SILENT, "the take is silent: nobody speaks in it"))
        badness = 10.0 * sum(found.severity is Severity.ERROR for found in findings)
        if badness == 0 and self.compares:
            seconds = (ends - begins) / clean.rate
            found, worse = self._compare(take, clean, seconds)
            found += self._listen(take, clean)
            findings += found
            badness += worse + 2.0 * (len(found) > 0)
            if not found:
                self._note(take, seconds)
        badness += 0.5 * sum(found.severity is Severity.WARNING for found in findings)
        return Verdict(findings=tuple(findings), badness=badness, clean=clean, begins=begins, ends=ends)

    def _note(self, take: PlannedTake, seconds: float) -> None:
        from fullcast.audio.check import weigh_text

        weight = weigh_text(take.segment.text)
        if weight >= LEAST and seconds > 0:
            self.paces[_voice_of(take)].append(weight / seconds / take.pace)

    def _compare(self, take: PlannedTake, audio: Audio, seconds: float) -> tuple[list[Finding], float]:
        """Return what is unusual for the voice, and how unusual."""
        from fullcast.audio.check import weigh_text
        from fullcast.audio.echoes import find_leak, find_repetition, frames_of

        weight = weigh_text(take.segment.text)
        known = self.paces[_voice_of(take)]
        sure = len(known) >= ENOUGH
        usual = weight / ((median(known) if sure else self.rate) * take.pace)
        ratio = seconds / usual if usual > 0 else 1.0
        findings: list[Finding] = []
        if weight >= LEAST:
            low, high = (QUICKEST, SLOWEST) if sure else (1 / _UNSURE, _UNSURE)
            findings += _unusual_length(ratio, low, high, seconds)
        longer = ratio > LONGER if sure else seconds > 2.0
        reference = self._reference_of(take.voice)
        if (longer and not says_twice(take.segment.text)) or reference is not None:
            frames = frames_of(audio)
            echo = find_repetition(frames) if longer and not says_twice(take.segment.text) else None
            limit = ALIKE if sure else ALIKE + 0.1
            if echo is not None and echo.likeness > limit:
                where = f"at {echo.begins:.1f} s it sounds as {echo.lag:.1f} s before"
                findings.append(_finding("repeated-words", f"the take says something twice: {where}"))
            leak = find_leak(frames, reference) if reference is not None else None
            if leak is not None and leak.likeness > LEAKED:
                where = f"at {leak.begins:.1f} s"
                message = f"the take repeats the recording that the voice is cloned from: {where}"
                findings.append(_finding("reference-leak", message))
        return findings, len(findings) * 2.0 + abs(math.log(max(ratio, 0.05))) if findings else 0.0

    def _listen(self, take: PlannedTake, audio: Audio) -> Iterator[Finding]:
        """Yield what a recogniser hears that should not be, or does not hear that should."""
        if self.listener is None or (
            self.listener.name in ENGLISH_ONLY and take.segment.language[:2] != "en"
        ):
            return
        heard = self.listener.hear(audio, take.segment.language)
        wording = compare_wording(self.listener.keep(take.segment.text), heard)
        other = wording.errors >= 2 and wording.rate > MISHEARD
        if wording.expected >= FEWEST and (other or wording.longest_gap >= GAP):
            share = f"{100 * wording.rate:.0f} % of words wrong, {wording.longest_gap} missing in a row"
            yield _finding("misheard", f"{self.listener.name} hears “{heard[:80]}”: {share}")

    def _reference_of(self, voice: Voice) -> Floats | None:
        """Return what the recording is made of that a voice is cloned from; None if there is none."""
        if voice.reference is None:
            return None
        if voice.reference not in self.references:
            from fullcast.audio.echoes import frames_of
            from fullcast.files.sounds import read_sound

            try:
                self.references[voice.reference] = frames_of(read_sound(voice.reference))
            except FullcastError:
                self.references[voice.reference] = None  # the engine says what is wrong with it
        return self.references[voice.reference]


_AGAIN, _WIDTH = 8, 3
"""Letters that last for half a second, and letters that a Chinese character counts for."""


def _unusual_length(ratio: float, low: float, high: float, seconds: float) -> Iterator[Finding]:
    usual = f"{seconds:.1f} s, {ratio:.2f} of what is usual for the voice"
    if ratio < low:
        yield _finding("unusual-length", f"the take is too short for its words: {usual}")
    elif ratio > high:
        yield _finding("unusual-length", f"the take is too long for its words: {usual}")


def _voice_of(take: PlannedTake) -> str:
    """Return who speaks, in which language and style: each has a rate of its own."""
    segment = take.segment
    return f"{take.voice.name}/{segment.language}/{segment.style}"


def says_twice(text: str) -> bool:
    """Return whether a text itself says something twice, in a row or apart: then its sound may.

    >>> says_twice("No, no, he said."), says_twice("The door, the door!"), says_twice("Nobody spoke.")
    (True, True, False)
    >>> says_twice("If it's dark for me, then it's dark for thee."), says_twice("On the sea, by the wall.")
    (True, False)
    """
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold())
    units = [unit for word in words for unit in (word if _is_wide(word) else [word])]
    in_a_row = any(
        units[start : start + size] == units[start + size : start + 2 * size]
        for size in range(1, min(5, len(units) // 2 + 1))
        for start in range(len(units) - 2 * size + 1)
    )
    return in_a_row or _says_again(units)


def _says_again(units: list[str]) -> bool:
    """Return whether words that last for half a second stand in two places."""
    seen: set[tuple[str, ...]] = set()
    for size in (2, 3):
        for start in range(len(units) - size + 1):
            phrase = tuple(units[start : start + size])
            if sum(_WIDTH if _is_wide(unit) else len(unit) for unit in phrase) < _AGAIN:
                continue
            if phrase in seen:
                return True
            seen.add(phrase)
    return False


def _is_wide(word: str) -> bool:
    return any("\u3040" <= sign <= "\u9fff" for sign in word)


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, subject="", severity=Severity.ERROR)


def named(findings: Iterable[Finding], take: PlannedTake) -> tuple[Finding, ...]:
    """Return findings that name the line of a take."""
    return tuple(replace(found, subject=take.segment.line) for found in findings)
