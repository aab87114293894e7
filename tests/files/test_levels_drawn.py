"""Pictures of levels: well formed whatever the book is called, and in the right places."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fullcast.audio.curves import SOFTEST
from fullcast.files.levels_drawn import Picture, Said, draw_levels
from fullcast.units import Seconds

SVG = "{http://www.w3.org/2000/svg}"


def curve(*levels: float) -> str:
    return base64.b64encode(bytes(round(level - SOFTEST) for level in levels)).decode()


def picture(title: str = "One", **changes: object) -> Picture:
    usual: dict[str, object] = {
        "duration": Seconds(4.0),
        "loudness": curve(-20, -20, -20, -20),
        "speech": curve(-20, -20, -90, -90),
        "rest": curve(-90, -40, -40, -90),
        "said": (Said(speaker="Mara", start=Seconds(1.0), end=Seconds(2.0)),),
        "target": -18.0,
    }
    return Picture(title=title, **{**usual, **changes})  # type: ignore[arg-type]


XML = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn")), max_size=30)


@given(title=XML, speaker=XML)
def test_no_name_breaks_the_picture(title: str, speaker: str) -> None:
    said = (Said(speaker=speaker, start=Seconds(0.0), end=Seconds(4.0)),)
    drawn = etree.fromstring(draw_levels(title, [picture(title, said=said)]).encode())
    texts = [element.text or "" for element in drawn.iter(f"{SVG}text", f"{SVG}title")]
    assert title in texts
    assert speaker in texts


def test_levels_and_voices_stand_where_they_are() -> None:
    drawn = etree.fromstring(draw_levels("B", [picture(), picture("Two")]).encode())
    line = drawn.find(f".//{SVG}polyline")
    target = drawn.find(f".//{SVG}line[@class='target']")
    assert line is not None
    assert target is not None
    heights = [float(point.split(",")[1]) for point in str(line.get("points")).split()]
    assert heights == pytest.approx([heights[0]] * 4)
    # -18 lies above -20, by 2 of the 60 dB that 108 pixels show.
    assert heights[0] - float(str(target.get("y1"))) == pytest.approx(2 / 60 * 108, abs=0.1)
    group = drawn.findall(f"{SVG}g")[0]
    said = [box for box in group.findall(f"{SVG}rect") if box.find(f"{SVG}title") is not None]
    inner = 1_200 - 56 - 16
    assert float(str(said[0].get("x"))) == pytest.approx(56 + inner / 4, abs=0.1)
    assert float(str(said[0].get("width"))) == pytest.approx(inner / 4, abs=0.1)


def test_a_chapter_of_voices_alone_has_no_areas() -> None:
    drawn = etree.fromstring(draw_levels("B", [picture(speech="", rest="", target=None)]).encode())
    assert drawn.find(f".//{SVG}polygon") is None
    assert drawn.find(f".//{SVG}line[@class='target']") is None


def test_ten_hours_are_drawn_no_denser_than_the_picture() -> None:
    long = picture(duration=Seconds(36_000.0), loudness=curve(*[-20.0] * 36_000), speech="", rest="")
    drawn = etree.fromstring(draw_levels("B", [long]).encode())
    line = drawn.find(f".//{SVG}polyline")
    assert line is not None
    assert len(str(line.get("points")).split()) < 1_400
