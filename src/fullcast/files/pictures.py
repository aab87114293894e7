"""Covers: checking the picture by its own bytes, and the JPEG that players are given.

Checking parses headers only and loads no library, so that ``check`` stays quick.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fullcast.errors import Place, Problem, ProjectError, Severity, StoreError
from fullcast.files.disk import read_whole

SMALLEST = 500
"""Pixels below which a cover looks blurred on a telephone."""
LARGEST = 10_000
"""Pixels beyond which a picture is taken for a mistake or an attack; shops end at 7,200."""
WIDEST = 3_000
"""Pixels to which a larger PNG is brought: more than any player shows, and than most shops take."""
HEAVIEST = 15 * 2**20
"""Bytes beyond which a picture is refused: every chapter file carries it, and FLAC ends at 16 MiB."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# Start-of-frame markers (ITU-T T.81, table B.1): C0 to CF without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


class Kind(StrEnum):
    """What a picture is, by its content."""

    JPEG = "jpeg"
    PNG = "png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a picture's header says."""

    kind: Kind
    width: int
    """Pixels."""
    height: int


def describe_picture(content: bytes) -> Picture | None:
    """Return what a picture is, or None if it is no whole JPEG or PNG.

    >>> describe_picture(b"GIF89a") is None
    True
    """
    if content.startswith(_PNG):
        return _describe_png(content)
    if content.startswith(_JPEG):
        return _describe_jpeg(content)
    return None


def _describe_png(content: bytes) -> Picture | None:
    """Read the IHDR chunk (W3C PNG, 11.2.1); a file without its last chunk is cut short."""
    if len(content) < 33 or content[12:16] != b"IHDR" or b"IEND" not in content[-16:]:
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return Picture(kind=Kind.PNG, width=width, height=height)


def _describe_jpeg(content: bytes) -> Picture | None:
    """Walk the segments to the frame header (ITU-T T.81, B.2.2); a file without EOI is cut short."""
    if b"\xff\xd9" not in content[-1024:]:
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return Picture(kind=Kind.JPEG, width=width, height=height)
        at += 1 if marker == 0xFF else 2 if marker in _BARE else 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def check_cover(file: Path, place: Place | None = None) -> tuple[Problem, ...]:
    """Find what is wrong with a cover.

    Args:
        file: The picture.
        place: Where the project names it.

    Returns:
        Problems: errors where the picture cannot be used, warnings where shops would refuse it.
    """
    name = file.name
    try:
        content = read_whole(file)
    except StoreError as error:
        hint = error.hint or "check the name after `cover:`"
        return (Problem(code="cover-unreadable", message=error.message, place=place, hint=hint),)
    picture = describe_picture(content)
    if picture is None or not picture.width or not picture.height:
        message = f"the cover {name} is no JPEG or PNG, or it is damaged"
        hint = "save it again as JPEG or PNG"
        return (Problem(code="cover-format", message=message, place=place, hint=hint),)
    size = f"{picture.width} × {picture.height} pixels"
    if max(picture.width, picture.height) > LARGEST or len(content) > HEAVIEST:
        message = f"the cover {name} is too large: {size}, {len(content) / 2**20:.1f} MiB"
        return (Problem(code="cover-too-large", message=message, place=place, hint="save it at 2400 × 2400"),)
    return tuple(_warn(picture, f"the cover {name} has {size}", place))


def _warn(picture: Picture, has: str, place: Place | None) -> list[Problem]:
    """Return warnings about a picture that can be used."""
    found = []
    if picture.width != picture.height:
        found.append(("cover-not-square", f"{has}; players show squares", "crop it to a square"))
    if min(picture.width, picture.height) < SMALLEST:
        found.append(
            ("cover-small", f"{has}; it will look blurred", "use 2400 × 2400, which suits every shop")
        )
    return [
        Problem(code=code, message=message, place=place, hint=hint, severity=Severity.WARNING)
        for code, message, hint in found
    ]


def prepare_cover(file: Path) -> bytes:
    """Return a cover as JPEG data, the form that every player shows.

    A JPEG is handed on as it is; a PNG is coded anew, transparent parts on white, at most 3,000 pixels wide.

    Raises:
        ProjectError: If the picture cannot be used: as :func:`check_cover` finds, or a PNG that is damaged.
    """
    problems = check_cover(file)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ProjectError(*problems)
    content = read_whole(file)
    picture = describe_picture(content)
    assert picture is not None
    return content if picture.kind is Kind.JPEG else _to_jpeg(content, picture, file)


def _to_jpeg(content: bytes, picture: Picture, file: Path) -> bytes:
    """Code a picture anew as JPEG."""
    import io  # only a PNG needs these
    from fractions import Fraction

    import av
    import numpy as np

    scale = min(1.0, WIDEST / max(picture.width, picture.height))
    width, height = (max(1, round(side * scale)) for side in (picture.width, picture.height))
    try:
        with av.open(io.BytesIO(content), "r", format="png_pipe") as container:
            decoded = next(container.decode(video=0)).reformat(width, height, "rgba")
    except (av.error.FFmpegError, StopIteration) as error:
        message, hint = f"the cover {file.name} cannot be decoded: it is damaged", "save it again as JPEG"
        raise ProjectError(Problem(code="cover-format", message=message, hint=hint)) from error
    pixels = decoded.to_ndarray().astype(np.uint16)
    opaque = pixels[..., 3:]
    flat = (pixels[..., :3] * opaque + 255 * (255 - opaque) + 127) // 255
    frame = av.VideoFrame.from_ndarray(flat.astype(np.uint8), format="rgb24")
    encoder = av.VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj444p"
    encoder.time_base = Fraction(1, 1)
    # The scale of FFmpeg's JPEG encoder: 2 is its best usual quality.
    encoder.options = {"qmin": "2", "qmax": "2", "flags": "+qscale", "global_quality": str(2 * 118)}
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
