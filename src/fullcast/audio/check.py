"""Faults of a take that can be measured without listening."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.audio.edit import find_speech
from fullcast.errors import Severity
from fullcast.model import Finding

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio, Signal

_SILENT = 0.001
"""-60 dBFS: no engine speaks as softly."""

_FULL = 0.999
"""What counts as the rail: 16-bit engines clip at 32,767 of 32,768."""

_RUN = 4
"""Neighbouring samples on the rail that make a clip; a loud wave touches it once."""

_OFFSET = 0.02
"""Mean value above which a join clicks."""

_EDGE = 0.008
"""Seconds at the end in which a voice should have died away."""

_LOUD_EDGE = 0.7
"""Share of the take's RMS that the edge may have: above it the last sound was cut."""

_FASTEST, _SLOWEST = 45.0, 1.5
"""Letters a second beyond which words were lost, or something else was said: fast speech has 25, slow
speech 8, and an engine's pace may double or halve both."""

_WIDE = 3.5
"""An ideograph or a kana syllable takes about as long as so many letters."""


_PAUSE = 2.5
"""Seconds of silence inside a take beyond which an engine lost its place: the longest pauses of ellipses and
paragraphs in speech are below 1.5 s."""


def check_take(audio: Audio, text: str, speech: tuple[int, int] | None = None) -> tuple[Finding, ...]:
    """Find what is wrong with a take.

    Errors mean that it should be made again: it is silent, or far too short or long for its words. Warnings
    are for people: it is clipped, cut off at its end, or not centred.

    Args:
        audio: The recording.
        text: What it should say.
        speech: First sample of speech and one past its last, where that is known.

    Returns:
        Findings with an empty subject; the caller knows the line.
    """
    if not audio.length or float(np.abs(audio.samples).max()) < _SILENT:
        return (_finding("silent-take", "the take is silent", Severity.ERROR),)
    speech = speech or find_speech(audio)
    shape = _check_shape(audio.samples, audio.rate)
    return (*_check_length(audio, text), *_check_pauses(audio, *speech), *shape)


def _check_length(audio: Audio, text: str) -> Iterator[Finding]:
    """Yield whether the take is too short or too long for its words."""
    weight = weigh_text(text)
    if not weight:
        return
    said = f"{audio.seconds:.1f} s for {len(text)} characters"
    # Of "Oh." nothing can be expected: half a second is enough for anything short, four are not too many.
    if weight > _FASTEST * (audio.seconds + 0.5):
        yield _finding("short-take", f"the take is far too short: {said}", Severity.ERROR)
    elif weight < _SLOWEST * (audio.seconds - 4.0):
        yield _finding("long-take", f"the take is far too long: {said}", Severity.ERROR)


def weigh_text(text: str) -> float:
    """Return how much there is to say, in letters of an alphabet.

    >>> weigh_text("Who is there?"), weigh_text("谁？")
    (10.0, 3.5)
    """
    if text.isascii():
        return float(sum(map(str.isalnum, text)))
    wide = sum(unicodedata.east_asian_width(sign) in "WF" and sign.isalnum() for sign in text)
    return sum(map(str.isalnum, text)) + (_WIDE - 1.0) * wide


def _check_pauses(audio: Audio, begins: int, ends: int) -> Iterator[Finding]:
    """Yield whether nothing is heard for long between two parts of the take."""
    frame = max(1, audio.rate // 50)
    inside = audio.samples[:, begins:ends]
    count = inside.shape[1] // frame
    if count * frame <= _PAUSE * audio.rate:
        return
    framed = np.abs(inside[:, : count * frame]).max(axis=0).reshape(count, frame).max(axis=1)
    quiet = framed < max(_SILENT, 0.01 * float(framed.max()))
    longest = _longest_true(quiet) * frame / audio.rate
    if longest > _PAUSE:
        message = f"nothing is heard for {longest:.1f} s in the middle of the take"
        yield _finding("long-silence", message, Severity.ERROR)


def _longest_true(row: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]])))
    return int(max(edges[1::2] - edges[::2], default=0))


def _check_shape(samples: Signal, rate: int) -> Iterator[Finding]:
    """Yield whether the waveform is clipped, cut off or not centred."""
    clipped = _longest_run(samples)
    if clipped >= _RUN:
        message = f"the take is clipped: {clipped} neighbouring samples at full scale"
        yield _finding("clipped-take", message, Severity.WARNING)
    offset = float(np.abs(samples.mean(axis=1)).max())
    if offset > _OFFSET:
        yield _finding("offset-take", f"the take is not centred: mean value {offset:.3f}", Severity.WARNING)
    edge = samples[:, -max(1, round(_EDGE * rate)) :]
    loud = float(np.sqrt(np.mean(samples**2)))
    if float(np.sqrt(np.mean(edge**2))) > _LOUD_EDGE * loud:
        yield _finding("cut-take", "the take ends in the middle of a sound", Severity.WARNING)


def _longest_run(samples: Signal) -> int:
    """Return the largest number of neighbouring samples on one rail."""
    if max(float(samples.max()), -float(samples.min())) < _FULL:
        return 0
    longest = 0
    for rail in (samples >= _FULL, samples <= -_FULL):
        longest = max(longest, *(_longest_true(row) for row in rail))
    return longest


def _finding(code: str, message: str, severity: Severity) -> Finding:
    return Finding(code=code, message=message, subject="", severity=severity)
