# ruff: noqa: INP001 (a script that stands alone beside the picture it makes)
"""Paint the cover of The Lantern Keeper: the source of ``cover.jpg`` in the folder above.

``python draw_cover.py [FILE [SIZE]]`` paints a lighthouse in the storm, its great light out over the sea, and
at the end of the wall a small one. Everything is computed: light is added, paint is mixed in, and the letters
are matplotlib's own DejaVu Serif.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import ndimage

Plane = NDArray[np.float32]
"""One value a pixel, ``[rows, columns]``."""

SIZE = 2_400
"""Pixels a side: what the shops ask for."""
INCHES = 12
"""What the sizes of the letters are measured against: 2400 pixels are 200 to the inch."""
HORIZON = 0.655
LAMP = (0.735, 0.415)
"""The great light: from the left, from the top, of the picture's side."""
LANTERN = (0.397, 0.742)
"""The small one."""
MOON = (0.86, 0.15)
WATERLINE = 0.81
"""Where the near water begins, at the foot of the wall."""
SEED = 7

NIGHT, BLUE, HAZE = "#050a18", "#0e2440", "#47687c"
GOLD, AMBER, PALE = "#ffe2a0", "#ff9a3c", "#dfe8ee"


def colour(name: str) -> NDArray[np.float32]:
    """Return ``#rrggbb`` as three numbers from 0 to 1."""
    return np.array([int(name[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """A picture in the making; the brushes change it in place."""

    pixels: NDArray[np.float32]
    """``[rows, columns, 3]``, from 0 to 1."""
    across: Plane
    """How far each pixel is from the left, of 1."""
    down: Plane
    """How far each pixel is from the top, of 1."""
    rng: np.random.Generator

    @property
    def size(self) -> int:
        """Pixels a side."""
        return len(self.pixels)

    def paint(self, name: str, cover: Plane) -> None:
        """Mix a colour in, as thickly as ``cover`` says (0 to 1)."""
        thick = np.clip(cover, 0, 1)[..., None]
        self.pixels[:] += (colour(name) - self.pixels) * thick

    def light(self, name: str, strength: Plane) -> None:
        """Add light, as a lamp does: it never darkens, and never goes past white."""
        self.pixels[:] = 1 - (1 - self.pixels) * (1 - colour(name) * np.clip(strength, 0, 1)[..., None])

    def far_from(self, point: tuple[float, float]) -> Plane:
        """Return each pixel's distance from a point."""
        return np.asarray(np.hypot(self.across - point[0], self.down - point[1]), np.float32)

    def clouds(self, across: float, down: float) -> Plane:
        """Return noise of several sizes, from 0 to 1, as wide and as tall as asked in pixels of the cover."""
        total = np.zeros(self.across.shape, np.float32)
        for octave in range(5):
            spread = [length / 2**octave * self.size / SIZE for length in (down, across)]
            # Drawn small and enlarged: a blur of hundreds of pixels costs nothing that way.
            step = max(2, int(min(spread) / 3))
            small = self.rng.standard_normal([self.size // step + 2] * 2, dtype=np.float32)
            small = ndimage.gaussian_filter(small, [value / step for value in spread], mode="wrap")
            layer = ndimage.zoom(small / small.std(), step, order=1)[: self.size, : self.size]
            total += layer * 0.55**octave
        return np.asarray((total - total.min()) / (total.max() - total.min()), np.float32)


def new_canvas(size: int) -> Canvas:
    """Return an empty canvas."""
    line = np.asarray((np.arange(size) + 0.5) / size, np.float32)
    return Canvas(
        pixels=np.zeros((size, size, 3), np.float32),
        across=np.broadcast_to(line[None, :], (size, size)).copy(),
        down=np.broadcast_to(line[:, None], (size, size)).copy(),
        rng=np.random.default_rng(SEED),
    )


def smooth(low: float, high: float, value: Plane) -> Plane:
    """Return 0 below ``low``, 1 above ``high`` and a soft step between."""
    step = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(step * step * (3 - 2 * step), np.float32)


def paint_sky(canvas: Canvas) -> None:
    """Paint the night, its clouds and the moon behind them."""
    canvas.pixels[:] = colour(NIGHT)
    canvas.paint(BLUE, smooth(0.0, 0.5, canvas.down))
    canvas.paint(HAZE, 0.75 * smooth(0.36, HORIZON + 0.02, canvas.down) ** 1.6)
    away = canvas.far_from(MOON)
    canvas.light(PALE, smooth(0.0485, 0.0465, away) * 0.93)
    seas = ndimage.gaussian_filter(canvas.clouds(60, 50), 6)
    canvas.paint("#9fb0bd", smooth(0.5, 0.75, seas) * smooth(0.048, 0.045, away) * 0.5)
    canvas.light("#9db8cc", 0.38 * np.exp(-away / 0.06) + 0.16 * np.exp(-away / 0.22))
    cover = canvas.clouds(420, 110)
    canvas.paint("#0a1830", 0.92 * smooth(0.36, 0.64, cover) * smooth(0.75, 0.1, canvas.down))
    canvas.light("#8fb0c8", 0.22 * smooth(0.45, 0.62, cover) * smooth(0.8, 0.55, cover) * np.exp(-away / 0.2))


def paint_beam(canvas: Canvas) -> None:
    """Paint the beam, the faint one behind it, and the glare about the lamp."""
    left, top = LAMP[0] - canvas.across, canvas.down - LAMP[1]
    for reach, tilt, strength in ((left, 0.085, 0.62), (-left, -0.085, 0.2)):
        along = np.maximum(reach, 1e-4)
        width = 0.007 + 0.085 * along
        aside = np.abs(top + tilt * reach) / width
        body = np.exp(-(aside**2) * 2.2) * np.exp(-along / 0.55) * (reach > 0)
        canvas.light(GOLD, np.asarray(strength * body * (0.8 + 0.4 * canvas.clouds(160, 60)), np.float32))
    away = canvas.far_from(LAMP)
    canvas.light(GOLD, 0.85 * np.exp(-((away / 0.022) ** 2)) + 0.32 * np.exp(-away / 0.055))


def wave_line(canvas: Canvas, level: float, height: float) -> Plane:
    """Return the height of a row of waves at each column, ``[columns]``."""
    across = canvas.across[0]
    line = np.full(canvas.size, level, np.float32)
    for _ in range(5):
        length = canvas.rng.uniform(0.08, 0.4)
        phase = canvas.rng.uniform(0, 2 * np.pi)
        turn = np.sin(2 * np.pi * across / length + phase)
        # Sharp crests, flat troughs: the sine of water, not of paper.
        line -= height * (1 - np.abs(turn) ** 0.8) * canvas.rng.uniform(0.2, 0.6)
    return line


def paint_sea(canvas: Canvas) -> None:
    """Paint the sea, row behind row, each darker and higher as it comes nearer."""
    rows = 9
    flecks = canvas.clouds(90, 30) ** 1.5 * 2
    for row in range(rows):
        near = row / (rows - 1)
        line = wave_line(canvas, HORIZON + 0.008 + 0.32 * near**1.35, 0.003 + 0.034 * near)
        below = canvas.down - line[None, :]
        body = smooth(0.0, 0.0016, below)
        blend = colour("#2c4a5e") * (1 - near) + colour("#040a14") * near
        canvas.paint("#" + "".join(f"{round(float(part) * 255):02x}" for part in blend), 0.93 * body)
        foam = smooth(0.0, 0.001, below) * np.exp(-np.maximum(below, 0) / (0.002 + 0.005 * near))
        canvas.light("#9cc0d0", np.asarray(0.16 * foam * np.roll(flecks, 311 * row, 1), np.float32))
        if row == 4:
            paint_land(canvas)
    glitter = canvas.clouds(44, 5)
    for point, name, reach, strength in ((LAMP, GOLD, 0.10, 0.22), (LANTERN, AMBER, 0.035, 0.85)):
        depth = np.maximum(canvas.down - WATERLINE, 0)
        spread = np.abs(canvas.across - point[0]) / (reach * (0.35 + 4 * depth))
        path = np.exp(-(spread**2)) * np.exp(-depth / 0.16) * smooth(0.004, 0.04, depth)
        canvas.light(name, np.asarray(strength * path * smooth(0.5, 0.72, glitter), np.float32))


def paint_land(canvas: Canvas) -> None:
    """Paint the rock, the wall, the tower on the rock and the child at the end of the wall."""
    across = canvas.across
    crags = canvas.clouds(40, 40)
    rough = 0.03 * crags[canvas.size // 2][None, :] + 0.012 * crags[canvas.size // 3][None, :]
    hump = HORIZON + 0.125 - 0.155 * np.exp(-(((across - 0.79) / 0.155) ** 4)) - rough
    land = smooth(0.0, 0.0015, canvas.down - hump) * smooth(0.545, 0.575, across)
    wall = smooth(0.0, 0.001, canvas.down - 0.762 + 0.012 * smooth(0.5, 0.62, across))
    wall *= smooth(0.385, 0.3865, across) * smooth(0.70, 0.68, across)
    ground = np.maximum(land, wall)
    canvas.paint("#060b14", ground)
    stone = smooth(0.55, 0.8, canvas.clouds(50, 22)) * ground
    canvas.light("#5b7a8c", 0.14 * stone * smooth(0.9, 0.62, canvas.down))
    paint_tower(canvas)
    # The rock stands before the tower's foot.
    foot = 0.651 - 0.6 * (rough - rough.mean()) + 0.02 * np.abs(across - LAMP[0])
    canvas.paint("#060b14", smooth(0.0, 0.0015, canvas.down - foot) * land)
    paint_child(canvas)


def paint_tower(canvas: Canvas) -> None:
    """Paint the tower, lit from the moon's side, with its gallery, lamp room and cap."""
    aside, down = canvas.across - LAMP[0], canvas.down
    height = np.clip((down - 0.45) / (0.66 - 0.45), 0, 1)
    half = 0.0275 + 0.0165 * height**1.4
    shaft = (
        smooth(0.0008, -0.0008, np.abs(aside) - half) * smooth(0.449, 0.45, down) * smooth(0.672, 0.67, down)
    )
    round_side = np.clip(aside / half, -1, 1)
    lit = np.exp(-(((round_side - 0.5) / 0.4) ** 2))
    canvas.paint("#1d2a3c", shaft)
    canvas.paint("#c9d2d6", np.asarray(0.72 * shaft * lit, np.float32))
    bands = ((height > 0.22) & (height < 0.46)) | ((height > 0.72) & (height < 0.94))
    canvas.paint("#5a1420", np.asarray(0.7 * shaft * bands, np.float32))
    canvas.paint("#04070e", 0.5 * shaft * smooth(0.35, 0.0, height) * smooth(0.3, -1.0, round_side))

    def box(left: float, right: float, top: float, bottom: float) -> Plane:
        inside = smooth(left, left + 0.0012, aside) * smooth(right, right - 0.0012, aside)
        return inside * smooth(top, top + 0.0012, down) * smooth(bottom, bottom - 0.0012, down)

    canvas.light(GOLD, 0.95 * box(-0.019, 0.019, 0.398, 0.436))
    for bar in (-0.019, -0.0095, 0.0, 0.0095, 0.0178):
        canvas.paint("#0a0f1a", 0.8 * box(bar - 0.0006, bar + 0.0016, 0.397, 0.437))
    canvas.paint("#0a0f1a", box(-0.036, 0.036, 0.444, 0.452))
    canvas.paint("#0a0f1a", box(-0.024, 0.024, 0.435, 0.446))
    for post in np.linspace(-0.034, 0.0325, 9):
        canvas.paint("#0a0f1a", box(float(post), float(post) + 0.0022, 0.430, 0.446))
    canvas.paint("#0a0f1a", box(-0.035, 0.035, 0.4285, 0.4315))
    dome = (aside / 0.0235) ** 2 + ((down - 0.399) / 0.0225) ** 2
    canvas.paint("#0a0f1a", smooth(1.04, 0.96, dome) * (down < 0.4).astype(np.float32))
    canvas.paint("#0a0f1a", box(-0.0016, 0.0018, 0.362, 0.38))
    for window in (0.505, 0.575):
        canvas.light(AMBER, 0.85 * box(-0.0065, 0.0065, window, window + 0.017))
    canvas.paint("#05080f", box(-0.010, 0.010, 0.617, 0.672))


def paint_child(canvas: Canvas) -> None:
    """Paint a child in boots too big, holding a lantern out over the end of the wall."""
    aside, down = canvas.across - 0.4185, canvas.down
    coat = smooth(0.0008, -0.0008, np.abs(aside) - (0.0045 + 0.32 * np.maximum(down - 0.733, 0)))
    coat *= smooth(0.7315, 0.7325, down) * smooth(0.7565, 0.7555, down)
    head = smooth(0.0062, 0.0052, np.hypot(aside, down - 0.7275))
    boots = np.maximum(
        *(
            smooth(0.0045, 0.0037, np.abs(aside - side)) * smooth(0.752, 0.753, down)
            for side in (-0.0055, 0.0055)
        ),
    ) * smooth(0.7645, 0.7635, down)
    arm = smooth(0.0024, 0.0016, np.abs(down - 0.7375 + 0.10 * (aside + 0.004)))
    arm *= np.abs(aside + 0.0105) < 0.0095
    for part in (coat, head, boots, np.asarray(arm, np.float32)):
        canvas.paint("#03060c", part)
    away = canvas.far_from(LANTERN)
    canvas.light(AMBER, 0.5 * np.exp(-away / 0.028) + 0.2 * np.exp(-away / 0.09))
    canvas.light(GOLD, np.exp(-((away / 0.0052) ** 2)))


def paint_rain(canvas: Canvas) -> None:
    """Paint a few slanting threads of rain, and darken the corners."""
    drops = (canvas.rng.random(canvas.down.shape, dtype=np.float32) > 0.99965).astype(np.float32)
    slant = np.zeros((61, 61), np.float32)
    for step in range(61):
        slant[step, 45 - step // 2] = np.sin(np.pi * step / 60)
    threads = ndimage.gaussian_filter(ndimage.convolve(drops, slant, mode="constant"), 0.8)
    canvas.light("#c5d8e4", np.minimum(0.16 * threads, 0.12))
    corner = canvas.far_from((0.5, 0.5))
    canvas.paint("#02040a", 0.55 * smooth(0.48, 0.8, corner))


def letter(canvas: Canvas) -> Figure:
    """Return the picture with its title, ready to be saved."""
    mpl.rcParams["font.family"] = "DejaVu Serif"
    figure = Figure(figsize=(INCHES, INCHES), dpi=canvas.size / INCHES)
    FigureCanvasAgg(figure)
    figure.figimage(np.clip(canvas.pixels, 0, 1), 0, 0, origin="upper")
    words = ((0.905, "THE", 25), (0.805, "LANTERN", 66), (0.705, "KEEPER", 66))
    for height, word, size in words:
        figure.text(0.078, height, word, size=size, color="#f3e9d2", va="baseline")
    figure.text(0.082, 0.052, "A  STORY  FOR  SIX  VOICES", size=15.5, color="#c9bfa6", va="baseline")
    return figure


def main() -> None:
    """Paint the cover into the file that is named, or into the project's."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "cover.jpg"
    canvas = new_canvas(int(sys.argv[2]) if len(sys.argv) > 2 else SIZE)
    for brush in (paint_sky, paint_beam, paint_sea, paint_rain):
        brush(canvas)
    letter(canvas).savefig(file, pil_kwargs={"quality": 84, "optimize": True, "progressive": True})


if __name__ == "__main__":
    main()
