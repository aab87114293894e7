"""What was measured on a delivered file, held against the rules of a shop."""

from __future__ import annotations

import math
from collections.abc import Iterator

from fullcast.errors import Severity
from fullcast.model import Finding, Inspection, Rules, Target, Unit, Window

_CLIP = 4
"""Neighbouring samples on the rail that make a clip; a loud wave touches it once."""

_ZERO = 0.1
"""Seconds of digital silence that headphones swallow words after."""

_SLACK = 0.05
"""dB and seconds within which a rule counts as met: two meters differ by as much."""


def judge(found: Inspection, rules: Rules, subject: str) -> Iterator[Finding]:
    """Yield where a file misses the rules of a shop, each with the figure and the rule.

    Args:
        found: What was measured.
        rules: What the shop asks for.
        subject: The file, as findings name it.
    """
    yield from _check_level(found, rules, subject)
    yield from _check_coding(found, rules, subject)
    if rules.head is not None:
        yield from _inside("head", found.head, rules.head, "s of room tone at the head", subject)
    if rules.tail is not None:
        yield from _inside("tail", found.tail, rules.tail, "s of room tone at the tail", subject)
    if rules.longest is not None and found.duration > rules.longest:
        message = f"the file has {found.duration / 60:.1f} min, allowed are {rules.longest / 60:.0f}"
        yield Finding(code="too-long", message=message, subject=subject)


def _check_level(found: Inspection, rules: Rules, subject: str) -> Iterator[Finding]:
    if rules.rms is not None:
        yield from _inside("rms", found.rms, rules.rms, "dB RMS", subject)
    if rules.peak is not None and found.true_peak > rules.peak:
        message = f"true peak is {found.true_peak:.2f} dBTP, allowed is {rules.peak:.1f}"
        yield Finding(code="true-peak", message=message, subject=subject)
    if rules.floor is not None and found.noise_floor > rules.floor:
        message = f"the noise floor is {found.noise_floor:.1f} dB, allowed is {rules.floor:.0f}"
        yield Finding(code="noise-floor", message=message, subject=subject)


def _inside(code: str, value: float, window: Window, what: str, subject: str) -> Iterator[Finding]:
    if not window.low - _SLACK <= value <= window.high + _SLACK:
        message = f"{value:.2f} {what}, allowed are {window.low:g} to {window.high:g}"
        yield Finding(code=code, message=message, subject=subject)


def _check_coding(found: Inspection, rules: Rules, subject: str) -> Iterator[Finding]:
    if rules.rate is not None and found.rate != rules.rate:
        message = f"the rate is {found.rate} Hz, asked for is {rules.rate}"
        yield Finding(code="rate", message=message, subject=subject)
    lossy = found.codec in {"mp3", "aac", "opus"}
    if rules.lowest_bitrate is not None and lossy and found.bitrate < 0.99 * rules.lowest_bitrate:
        message = f"{found.bitrate / 1000:.0f} kbit/s, asked for are {rules.lowest_bitrate / 1000:.0f}"
        yield Finding(code="bitrate", message=message, subject=subject)
    if rules.constant_bitrate and found.constant_bitrate is False:
        message = "the bit rate changes within the file, asked for is a constant one"
        yield Finding(code="bitrate", message=message, subject=subject)


def check_sound(found: Inspection, *, longest_pause: float, subject: str) -> Iterator[Finding]:
    """Yield what no listener should hear in any delivery: silence, clipping, holes.

    Args:
        found: What was measured.
        longest_pause: The longest silence that the book itself asks for, in seconds.
        subject: The file, as findings name it.
    """
    if not math.isfinite(found.loudness):
        yield Finding(code="silent", message="nothing can be heard in it", subject=subject)
        return
    if found.longest_clip >= _CLIP:
        message = f"it is clipped: {found.longest_clip} neighbouring samples at full scale"
        yield Finding(code="clipped", message=message, subject=subject)
    if found.longest_silence > longest_pause:
        message = f"a silence of {found.longest_silence:.1f} s, the longest pause has {longest_pause:.1f}"
        yield Finding(code="long-silence", message=message, subject=subject)
    if found.longest_zero >= _ZERO:
        message = f"{found.longest_zero:.2f} s of digital silence instead of room tone"
        yield Finding(code="digital-silence", message=message, subject=subject, severity=Severity.WARNING)


def check_target(found: Inspection, target: Target, ceiling: float, subject: str) -> Iterator[Finding]:
    """Yield where a chapter misses the level and the ceiling that its delivery asks for."""
    level = found.loudness if target.unit is Unit.LUFS else found.rms
    if math.isfinite(level) and abs(level - target.level) > target.tolerance + _SLACK:
        message = f"{level:.1f} {target.unit}, wanted are {target.level:.1f} ± {target.tolerance}"
        yield Finding(code="level", message=message, subject=subject)
    if found.true_peak > ceiling + _SLACK:
        message = f"true peak is {found.true_peak:.2f} dBTP, wanted at most {ceiling:.2f}"
        yield Finding(code="true-peak", message=message, subject=subject)


def check_spread(levels: dict[str, float], unit: str, allowed: float = 0.3) -> Iterator[Finding]:
    """Yield whether the chapters of a book differ in level by more than listeners let pass."""
    heard = {subject: level for subject, level in levels.items() if math.isfinite(level)}
    if len(heard) < 2:
        return
    softest, loudest = min(heard, key=heard.__getitem__), max(heard, key=heard.__getitem__)
    spread = heard[loudest] - heard[softest]
    if spread > allowed + _SLACK:
        message = (
            f"chapters differ by {spread:.2f} {unit}, wanted is {allowed:g} at most: {softest} has "
            f"{heard[softest]:.1f}, {loudest} has {heard[loudest]:.1f}"
        )
        yield Finding(code="spread", message=message, subject=loudest, severity=Severity.WARNING)
