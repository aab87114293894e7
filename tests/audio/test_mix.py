from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.audio import mix
from fullcast.audio.edit import tile
from fullcast.audio.loudness import measure
from fullcast.audio.mix import BLOCK, mix_blocks, mix_chapter
from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.model import Mixing, Placed, Stem, Timeline
from fullcast.units import MIX_RATE, Decibels

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal

    Place = Callable[..., Placed]
    Chapter = Callable[..., Timeline]
    Speak = Callable[..., Audio]

SILENT = Mixing(room_tone=Decibels(-math.inf))


def read(placed: Placed) -> Audio:
    """Give the source that a name describes: ``seed-seconds-channels-rate``."""
    seed, seconds, channels, rate = placed.file.name.split("-")
    shape = int(channels), round(float(seconds) * int(rate))
    samples = np.random.default_rng(int(seed)).standard_normal(shape).astype(np.float32)
    return Audio(samples=samples * np.float32(0.1), rate=int(rate))


def render(timeline: Timeline, channels: int = 1, mixing: Mixing = SILENT) -> Signal:
    blocks = mix_chapter(timeline, channels=channels, mixing=mixing, read=read)
    return np.concatenate([stems.sum() for stems in blocks], axis=1)


@st.composite
def placements(draw: st.DrawFn) -> dict[str, object]:
    loop = draw(st.booleans())
    length = draw(st.integers(1, 60_000))
    rate = draw(st.sampled_from([22_050, 44_100]))
    return {
        "name": f"{draw(st.integers(0, 3))}-0.5-{draw(st.integers(1, 2))}-{rate}",
        "start": draw(st.integers(0, 40_000)),
        "length": length,
        "offset": draw(st.integers(0, 9_000)),
        "gain": draw(st.floats(-20.0, 6.0)),
        "pan": draw(st.floats(-1.0, 1.0)),
        "fade_in": draw(st.integers(0, length // 2)),
        "fade_out": draw(st.integers(0, length // 2)),
        "loop": loop,
        "seamless": draw(st.booleans()),
        "duck": draw(st.booleans()),
        "stem": draw(st.sampled_from(Stem)),
        "room": draw(st.sampled_from([None, None, "chamber"])),
    }


SPEECH = [(30_000, 50_000)]


@settings(max_examples=25, deadline=None)
@given(sounds=st.lists(placements(), max_size=3), channels=st.integers(1, 2))
def test_mixing_is_linear(
    place: Place, chapter: Chapter, sounds: list[dict[str, object]], channels: int
) -> None:
    placed = [place(**sound) for sound in sounds]
    together = render(chapter(80_000, placed, SPEECH), channels)
    alone = [render(chapter(80_000, [item], SPEECH), channels) for item in placed]
    assert together.shape == (channels, 80_000)
    assert np.abs(together - sum(alone, np.zeros_like(together))).max(initial=0.0) < 1e-5


@settings(max_examples=15, deadline=None)
@given(sounds=st.lists(placements(), min_size=1, max_size=3), size=st.integers(700, 50_000))
def test_blocks_do_not_matter(
    place: Place, chapter: Chapter, sounds: list[dict[str, object]], size: int
) -> None:
    timeline = chapter(80_000, [place(**sound) for sound in sounds], SPEECH)
    whole = render(timeline, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mix, "BLOCK", size)
        assert np.abs(render(timeline, 2) - whole).max() < 1e-5


def test_nothing_placed_is_silence(chapter: Chapter) -> None:
    assert not render(chapter(BLOCK + 10, [])).any()


def test_a_take_is_copied_to_its_place(place: Place, chapter: Chapter) -> None:
    take = place("1-2.0-1-44100", 30_000, 50_000, offset=1_000)
    heard = render(chapter(100_000, [take]))
    source = read(take).samples[:, 1_000:51_000]
    assert np.array_equal(heard[:, 30_000:80_000], source)
    assert not heard[:, :30_000].any()
    assert not heard[:, 80_000:].any()


def test_a_source_shorter_than_its_place_ends_by_itself(place: Place, chapter: Chapter) -> None:
    heard = render(chapter(100_000, [place("1-0.5-1-44100", 10, 90_000)]))
    assert not heard[:, 10 + 22_050 :].any()


def test_what_reaches_over_the_end_is_cut(place: Place, chapter: Chapter) -> None:
    heard = render(chapter(40_000, [place("1-2.0-1-44100", 30_000, 88_200, room="hall")]), 2)
    assert heard.shape == (2, 40_000)
    assert heard[:, 30_000:].any()


def test_the_chapter_is_as_long_as_its_timeline(chapter: Chapter) -> None:
    stems = mix_chapter(chapter(2 * BLOCK + 77, []), channels=2, mixing=Mixing(), read=read)
    blocks = [*mix_blocks(stems, room_tone=Mixing().room_tone)]
    assert [block.shape for block in blocks] == [(2, BLOCK), (2, BLOCK), (2, 77)]


def test_a_loop_sounds_without_a_seam_or_a_gap(place: Place, chapter: Chapter) -> None:
    bed = place("1-2.0-2-44100", 0, 900_000, loop=True, stem=Stem.AMBIENCE)
    heard = render(chapter(900_000, [bed]), 2)
    levels = heard.reshape(2, -1, 4_500).std(axis=-1)
    assert levels == pytest.approx(np.full_like(levels, 0.1), rel=0.15)


def test_a_seamless_loop_is_repeated_as_it_is(place: Place, chapter: Chapter) -> None:
    bed = place("1-0.5-1-44100", 0, 100_000, loop=True, seamless=True, offset=500)
    heard = render(chapter(100_000, [bed]))
    assert np.array_equal(heard, tile(read(bed).samples, 500, 100_000))


def test_a_ducked_bed_is_lower_under_speech_only(place: Place, chapter: Chapter) -> None:
    bed = place("1-1.0-1-44100", 0, 600_000, loop=True, seamless=True, duck=True, stem=Stem.AMBIENCE)
    heard = render(chapter(600_000, [bed], [(300_000, 400_000)]))
    plain = tile(read(bed).samples, 0, 600_000)
    assert np.array_equal(heard[:, :270_000], plain[:, :270_000])
    lowered = heard[:, 300_000:400_000] / plain[:, 300_000:400_000]
    assert 20.0 * np.log10(lowered) == pytest.approx(np.full_like(lowered, -Mixing().ducking.depth), abs=0.01)


def test_stems_are_kept_apart(place: Place, chapter: Chapter) -> None:
    timeline = chapter(
        1_000, [place("1-1.0-1-44100", 0, 1_000), place("2-1.0-1-44100", 0, 1_000, stem=Stem.MUSIC)]
    )
    (stems,) = mix_chapter(timeline, channels=1, mixing=SILENT, read=read)
    assert set(stems.layers) == {Stem.SPEECH, Stem.MUSIC}
    assert np.array_equal(stems.sum(), stems.layers[Stem.SPEECH] + stems.layers[Stem.MUSIC])


def test_what_is_switched_off_is_not_read(chapter: Chapter, place: Place) -> None:
    timeline = chapter(1_000, [place("nowhere", 0, 1_000, gain=-math.inf)])
    assert not render(timeline).any()


def test_a_looped_source_is_read_once_while_it_sounds(chapter: Chapter, place: Place) -> None:
    wanted: list[str] = []

    def count(placed: Placed) -> Audio:
        wanted.append(placed.file.name)
        return read(placed)

    beds = [place("1-1.0-2-44100", start, 500_000, loop=True) for start in (0, 100_000)]
    for _ in mix_chapter(chapter(600_000, beds), channels=2, mixing=SILENT, read=count):
        pass
    assert wanted == ["1-1.0-2-44100"]


def test_a_bed_is_made_once_for_all_parts_of_a_chapter(
    chapter: Chapter, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[str] = []

    def count(placed: Placed) -> Audio:
        wanted.append(placed.file.name)
        return read(placed)

    def mix_part(name: str, begin: int) -> None:
        timeline = chapter(900_000, [place(name, 0, 900_000, loop=True, stem=Stem.AMBIENCE)])
        within = (begin, begin + 50_000)
        for _ in mix_chapter(timeline, channels=2, mixing=SILENT, read=count, within=within):
            pass

    for begin in (0, 400_000, 200_000):
        mix_part("91-6.0-2-44100", begin)
    assert wanted == ["91-6.0-2-44100"]
    monkeypatch.setattr(mix, "_MOST", 600_000)  # one sound of six seconds, not two
    mix_part("92-6.0-2-44100", 0)
    mix_part("92-6.0-2-44100", 100_000)
    mix_part("91-6.0-2-44100", 0)
    assert wanted == ["91-6.0-2-44100", "92-6.0-2-44100", "91-6.0-2-44100"]


def test_a_source_without_samples_is_an_error(chapter: Chapter, place: Place) -> None:
    with pytest.raises(AudioError, match="has no samples"):
        render(chapter(1_000, [place("1-0.0-1-44100", 0, 1_000)]))


def test_a_voice_in_a_room_is_as_loud_as_without(speechlike: Speak, chapter: Chapter, place: Place) -> None:
    def speak(_: Placed) -> Audio:
        return speechlike(3.0)

    levels = []
    for room in (None, "cave"):
        timeline = chapter(200_000, [place("voice", 0, 132_300, room=room)])
        blocks = mix_chapter(timeline, channels=2, mixing=SILENT, read=speak)
        samples = np.concatenate([stems.sum() for stems in blocks], axis=1)
        levels.append(float((samples**2).sum()))
    assert 10.0 * math.log10(levels[1] / levels[0]) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(("begin", "end"), [(0, 4_096), (150_000, 420_001), (500_000, 900_000)])
def test_a_part_is_the_same_as_in_the_whole(chapter: Chapter, place: Place, begin: int, end: int) -> None:
    placed = [
        place("1-3.0-1-24000", 20_000, 132_300, gain=3.0, fade_in=500, fade_out=900),
        place("2-2.0-1-44100", 140_000, 88_200, room="hall", pan=0.4),
        place("3-1.0-1-22050", 400_000, 44_100, effect="telephone"),
        place("4-1.5-2-44100", 100_000, 700_000, loop=True, duck=True, stem=Stem.MUSIC, fade_in=30_000),
        place("5-6.0-2-44100", 0, 900_000, loop=True, duck=True, stem=Stem.AMBIENCE, fade_out=60_000),
    ]
    timeline = chapter(900_000, placed, [(20_000, 228_200), (400_000, 444_100)])
    whole = render(timeline, 2)
    stems = mix_chapter(timeline, channels=2, mixing=SILENT, read=read, within=(begin, end))
    part = np.concatenate([layers.sum() for layers in stems], axis=1)
    assert part.shape == (2, end - begin)
    assert np.abs(part - whole[:, begin:end]).max() < 1e-6


@pytest.mark.parametrize("gain", [0.0, 12.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_room_tone_has_its_level_whatever_the_gain(chapter: Chapter, channels: int, gain: float) -> None:
    stems = mix_chapter(chapter(BLOCK * 3, []), channels=channels, mixing=Mixing(), read=read)
    blocks = mix_blocks(stems, room_tone=Mixing().room_tone, gain=Decibels(gain))
    audio = Audio(samples=np.concatenate([*blocks], axis=1), rate=MIX_RATE)
    assert measure(audio).rms == pytest.approx(-72.0, abs=0.1)
    assert np.all(np.abs(audio.samples).reshape(channels, -1, 512).max(axis=-1) > 0.0)


def test_memory_does_not_grow_with_the_chapter(chapter: Chapter, place: Place) -> None:
    def peak(blocks: int) -> int:
        length = blocks * BLOCK
        takes = [place("1-1.0-1-24000", at, 44_100) for at in range(0, length, 44_100)]
        tracemalloc.start()
        stems = mix_chapter(chapter(length, takes), channels=1, mixing=Mixing(), read=read)
        for _ in mix_blocks(stems, room_tone=Mixing().room_tone):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(1)
    assert peak(12) < 1.3 * peak(3)
