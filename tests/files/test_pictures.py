"""Covers are judged by their bytes, without a library."""

from __future__ import annotations

import io
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fullcast.errors import Place, ProjectError, Severity
from fullcast.files.pictures import HEAVIEST, Kind, check_cover, describe_picture, prepare_cover


def draw(codec: str, width: int, height: int, form: str) -> bytes:
    """Return a picture with a soft gradient, as another program might have saved it."""
    across = np.linspace(0, 255, width)[np.newaxis, :, np.newaxis]
    down = np.linspace(0, 255, height)[:, np.newaxis, np.newaxis]
    pixels = np.concatenate([across + 0 * down, 0 * across + down, (across + down) / 2], 2).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=form)
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, form
    encoder.framerate = Fraction(1)
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))


def save(folder: Path, content: bytes, name: str = "cover.jpg") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


JPEG = draw("mjpeg", 640, 600, "yuvj420p")
PNG = draw("png", 600, 640, "rgb24")


def test_size_and_kind_are_read_from_the_bytes() -> None:
    jpeg, png = describe_picture(JPEG), describe_picture(PNG)
    assert jpeg is not None
    assert png is not None
    assert (jpeg.kind, jpeg.width, jpeg.height) == (Kind.JPEG, 640, 600)
    assert (png.kind, png.width, png.height) == (Kind.PNG, 600, 640)


@given(
    st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", JPEG[:300], PNG[:60]])
)
def test_no_bytes_make_it_fail(content: bytes, start: bytes) -> None:
    picture = describe_picture(start + content)
    assert picture is None or picture.width >= 0


@pytest.mark.parametrize("content", [JPEG, PNG], ids=["jpeg", "png"])
def test_a_picture_that_is_cut_short_is_noticed(content: bytes) -> None:
    assert describe_picture(content[: len(content) // 2]) is None


def test_a_good_cover_has_no_problem(tmp_path: Path) -> None:
    assert check_cover(save(tmp_path, draw("mjpeg", 1_400, 1_400, "yuvj420p"))) == ()


def test_small_and_oblong_covers_are_warnings(tmp_path: Path) -> None:
    place = Place(file="project.yaml", line=4, column=10)
    problems = check_cover(save(tmp_path, draw("png", 400, 300, "rgb24")), place)
    assert [problem.code for problem in problems] == ["cover-not-square", "cover-small"]
    assert all(problem.severity is Severity.WARNING and problem.place == place for problem in problems)
    assert "400 × 300" in problems[0].message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"GIF89a....", "cover-format"),
        (b"", "cover-format"),
        (JPEG[:200], "cover-format"),
        (PNG + bytes(HEAVIEST), "cover-format"),
        (JPEG[:-2] + bytes(HEAVIEST) + b"\xff\xd9", "cover-too-large"),
        (PNG[:16] + b"\x00\x00\xff\xff\x00\x00\xff\xff" + PNG[24:], "cover-too-large"),
    ],
)
def test_covers_that_cannot_be_used_are_errors(tmp_path: Path, content: bytes, code: str) -> None:
    file = save(tmp_path, content)
    (problem,) = check_cover(file)
    assert (problem.code, problem.severity) == (code, Severity.ERROR)
    assert "cover.jpg" in problem.message
    assert problem.hint
    with pytest.raises(ProjectError):
        prepare_cover(file)


def test_a_cover_that_is_gone_is_an_error(tmp_path: Path) -> None:
    (problem,) = check_cover(tmp_path / "cover.jpg")
    assert (problem.code, problem.severity) == ("cover-unreadable", Severity.ERROR)


def test_a_jpeg_is_handed_on_as_it_is(tmp_path: Path) -> None:
    assert prepare_cover(save(tmp_path, JPEG, "cover.png")) == JPEG


def test_a_png_becomes_a_jpeg_that_looks_the_same(tmp_path: Path) -> None:
    content = prepare_cover(save(tmp_path, PNG, "cover.png"))
    picture = describe_picture(content)
    assert picture is not None
    assert (picture.kind, picture.width, picture.height) == (Kind.JPEG, 600, 640)
    before, after = (decode_picture(data) for data in (PNG, content))
    assert np.abs(before - after).mean() < 3


def decode_picture(content: bytes) -> NDArray[np.float64]:
    with av.open(io.BytesIO(content), "r") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(float)


def test_a_huge_png_is_brought_to_the_size_that_players_show(tmp_path: Path) -> None:
    huge = draw("png", 4_000, 2_000, "rgb24")
    picture = describe_picture(prepare_cover(save(tmp_path, huge, "cover.png")))
    assert picture is not None
    assert (picture.width, picture.height) == (3_000, 1_500)


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    pixels = np.zeros((600, 600, 4), np.uint8)
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 600, 600, "rgba"
    frame = av.VideoFrame.from_ndarray(pixels, format="rgba")
    content = b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))
    assert decode_picture(prepare_cover(save(tmp_path, content))).min() > 250


def test_checking_loads_no_library(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from fullcast.files.pictures import check_cover; "
        f"check_cover(pathlib.Path({str(save(tmp_path, PNG))!r})); "
        "print({'av', 'numpy', 'PIL'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
