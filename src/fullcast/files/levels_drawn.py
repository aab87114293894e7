"""Pictures of a book's levels: loudness over each chapter, voices and all else, and who speaks when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from fullcast.audio.curves import SOFTEST, unpack
from fullcast.units import Seconds

WIDTH, HEIGHT, LEFT, RIGHT = 1_200, 190, 56, 16
"""Of a chapter's picture, in pixels, and its margins."""

_TOP, _PLOT = 34, 108
_LOUDEST, _LOWEST = 0.0, -60.0
"""Range of the levels, in LUFS."""

_SMOOTH = 3
"""Seconds over which loudness is taken: short-term loudness (EBU Tech 3341)."""

_LANE = 14
_COLOURS = ("#5b6470", "#2a5db0", "#b3402a", "#2b7a55", "#7d49a8", "#a8731b", "#207a8c", "#b03a72", "#6b7a1e")

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #2b2f36; }
.title { font-weight: 600; font-size: 14px; }
.soft { fill: #6a717c; }
.grid { stroke: #d6d8dc; stroke-width: 1; }
.paper { fill: #ffffff; }
.loud { fill: none; stroke: #1d232b; stroke-width: 1.3; }
.rest { fill: #7fb59a; fill-opacity: .45; stroke: none; }
.speech { fill: #8fb1e6; fill-opacity: .5; stroke: none; }
.target { stroke: #b3402a; stroke-dasharray: 5 4; stroke-width: 1; }
@media (prefers-color-scheme: dark) {
  text { fill: #e3e5e8; } .soft { fill: #9aa1ac; } .grid { stroke: #3a3f47; } .paper { fill: #16181c; }
  .loud { stroke: #f1f2f4; }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """When somebody speaks."""

    speaker: str
    start: Seconds
    end: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chapter to be drawn."""

    title: str
    duration: Seconds
    loudness: str
    """A curve of :class:`fullcast.audio.curves.Curves`; likewise the next two."""
    speech: str
    rest: str
    said: tuple[Said, ...]
    target: float | None = None
    """LUFS that the chapter was brought to."""


def draw_levels(title: str, chapters: Sequence[Picture]) -> str:
    """Return the chapters of a book as one SVG, one below the other.

    Args:
        title: Of the book.
        chapters: In order.
    """
    speakers = list(dict.fromkeys(said.speaker for chapter in chapters for said in chapter.said))
    colours = {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(speakers)}
    head = 62
    height = head + HEIGHT * len(chapters)
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
        *_legend(colours),
    ]
    for number, chapter in enumerate(chapters):
        parts.append(f'<g transform="translate(0 {head + number * HEIGHT})">')
        parts += _draw_chapter(chapter, colours)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>\n"])


def _legend(colours: dict[str, str]) -> Iterator[str]:
    x = LEFT
    for name, look in (("loudness", "loud"), ("voices", "speech"), ("beds, effects, music", "rest")):
        yield f'<rect class="{look}" x="{x}" y="36" width="16" height="10"/>'
        yield f'<text x="{x + 21}" y="45">{name}</text>'
        x += 34 + 7 * len(name)
    for name, colour in colours.items():
        yield f'<rect x="{x}" y="36" width="10" height="10" rx="2" fill="{colour}"/>'
        yield f'<text x="{x + 15}" y="45">{escape(name)}</text>'
        x += 30 + 8 * len(name)


def _draw_chapter(chapter: Picture, colours: dict[str, str]) -> Iterator[str]:
    inner = WIDTH - LEFT - RIGHT
    scale = inner / max(1.0, chapter.duration)
    yield f'<text class="title" x="{LEFT}" y="{_TOP - 14}">{escape(chapter.title)}</text>'
    for level in range(int(_LOWEST), 1, 20):
        y = _height_of(level)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="soft" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{level}</text>'
    yield from _minutes(chapter.duration, scale)
    yield from _area(chapter.rest, scale, "rest")
    yield from _area(chapter.speech, scale, "speech")
    if chapter.target is not None:
        y = _height_of(chapter.target)
        yield f'<line class="target" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(_smooth(_levels(chapter.loudness)), scale))
    yield f'<polyline class="loud" points="{points}"/>'
    top = _TOP + _PLOT + 4
    for said in chapter.said:
        x, width = LEFT + said.start * scale, max(1.0, (said.end - said.start) * scale)
        yield (
            f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_LANE}" '
            f'fill="{colours[said.speaker]}"><title>{escape(said.speaker)}</title></rect>'
        )


def _minutes(duration: float, scale: float) -> Iterator[str]:
    """Yield marks of time, at most twelve."""
    step = next(step for step in (60, 120, 300, 600, 1_200, 3_600, 10**9) if duration / step <= 12)
    for second in range(0, int(duration) + 1, step):
        x = LEFT + second * scale
        bottom = _TOP + _PLOT + _LANE + 20
        yield f'<text class="soft" x="{x:.1f}" y="{bottom}" text-anchor="middle">{second // 60} min</text>'


def _levels(curve: str) -> list[float]:
    return [float(byte + SOFTEST) for byte in unpack(curve)]


def _smooth(levels: list[float]) -> list[float]:
    """Return the mean power of some neighbouring seconds."""
    powers = [10.0 ** (level / 10.0) for level in levels]
    means = []
    for second in range(len(powers)):
        near = powers[max(0, second - _SMOOTH + 1) : second + 1]
        means.append(_to_level(sum(near) / len(near)))
    return means


def _to_level(power: float) -> float:
    return 10.0 * math.log10(max(power, 1e-12))


def _height_of(level: float) -> float:
    inside = min(_LOUDEST, max(_LOWEST, level))
    return _TOP + (_LOUDEST - inside) / (_LOUDEST - _LOWEST) * _PLOT


def _points(levels: list[float], scale: float) -> Iterator[tuple[float, float]]:
    """Yield a curve, no denser than its picture."""
    step = max(1, round(1.0 / scale))
    for second in range(0, len(levels), step):
        yield LEFT + (second + 0.5) * scale, _height_of(max(levels[second : second + step]))


def _area(curve: str, scale: float, look: str) -> Iterator[str]:
    levels = _levels(curve)
    if not levels:
        return
    bottom = _height_of(_LOWEST)
    inner = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(levels, scale))
    last = LEFT + len(levels) * scale
    yield f'<polygon class="{look}" points="{LEFT},{bottom} {inner} {last:.1f},{bottom}"/>'
