"""Books joined from chapters: every sample in its place, marks that players read, tags, one file or none."""

from __future__ import annotations

import json
import shutil
import subprocess
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from fullcast.errors import AudioError, ProjectError, StoreError
from fullcast.files.atoms import FRAME, walk
from fullcast.files.chapter_files import write_chapter_file
from fullcast.files.coded import decode, probe
from fullcast.files.disk import temporary_name
from fullcast.files.encode import Coding, encode
from fullcast.files.join import Part, join_m4b
from fullcast.files.tags import Labels
from fullcast.model import Codec, Credits
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from fullcast.audio.signal import Signal
    from fullcast.files.join import Joined

CREDITS = Credits(
    title="The Lantern; Keeper",
    author="Ada Example",
    narrator="Alba",
    subtitle="A = B",
    description="Two\nlines; with # marks = and \\.",
    publisher="Fullcast Press",
    year="2024",
    language="en-GB",
)
TITLES = ["The = Storm; #1 \\ end", "第二章 灯塔", "A line\nbroken", "é" * 300, "Die Rückkehr"]
LENGTHS = [50_001, 60_000, 45_056, 39_999, 70_123]


def make_sound(samples: int, seed: int) -> Signal:
    """Return a chord in noise, loud up to both ends."""
    generator = np.random.default_rng(seed)
    time = np.arange(samples) / MIX_RATE
    chord = sum(np.sin(2 * np.pi * pitch * time + seed) for pitch in (220 + 10 * seed, 331, 1_207))
    return (0.1 * chord + 0.005 * generator.standard_normal(samples))[np.newaxis].astype(np.float32)


def whole(file: Path) -> Signal:
    return np.concatenate([audio.samples for audio in decode(file)], axis=1)


def make_part(folder: Path, number: int, title: str, samples: int, coding: Coding | None = None) -> Part:
    coding = coding or Coding(codec=Codec.AAC)
    sound = np.repeat(make_sound(samples, number), coding.channels, axis=0)
    encoded = encode([sound], folder / f"{number}{coding.suffix}", coding=coding)
    return Part(file=encoded.file, title=title, samples=encoded.samples)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Part]:
    folder = tmp_path_factory.mktemp("parts")
    return [make_part(folder, n, *pair) for n, pair in enumerate(zip(TITLES, LENGTHS, strict=True))]


@pytest.fixture(scope="module")
def cover(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cover") / "cover.png"
    pixels = np.random.default_rng(0).integers(0, 255, (600, 600, 3), dtype=np.uint8)
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 600, 600, "rgb24"
    encoder.framerate = Fraction(1)
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    file.write_bytes(b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None))))
    return file


@pytest.fixture(scope="module")
def book(parts: list[Part], cover: Path, tmp_path_factory: pytest.TempPathFactory) -> Joined:
    return join_m4b(parts, tmp_path_factory.mktemp("book") / "book.m4b", credits=CREDITS, cover=cover)


def ask_ffprobe(file: Path) -> dict[str, Any]:
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip("ffprobe is not installed")
    shown = ["-show_format", "-show_streams", "-show_chapters"]
    run = subprocess.run(
        [program, "-v", "error", "-of", "json", *shown, file], capture_output=True, check=True
    )
    assert run.stderr == b""
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def decode_with_ffmpeg(file: Path) -> Signal:
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("ffmpeg is not installed")
    wanted = ["-map", "0:a", "-f", "f32le", "-"]
    run = subprocess.run([program, "-v", "error", "-i", file, *wanted], capture_output=True, check=True)
    assert run.stderr == b""
    return np.frombuffer(run.stdout, np.float32)


def test_chapters_sound_in_the_book_as_in_their_own_files(parts: list[Part], book: Joined) -> None:
    heard = whole(book.file)
    ends = [*book.starts[1:], book.samples]
    for number, (part, start, end) in enumerate(zip(parts, book.starts, ends, strict=True)):
        alone = whole(part.file)
        # The joint takes the last frame; the last chapter is whole.
        sound = part.samples if number == len(parts) - 1 else end - start - FRAME
        assert np.array_equal(heard[:, start : start + sound], alone[:, :sound])


def test_joints_do_not_click(parts: list[Part], book: Joined) -> None:
    """Although the chapters are loud to their ends, nothing in a joint is louder or steeper than they are."""
    heard = whole(book.file)[0]
    alone = [whole(part.file)[0] for part in parts]
    steepest = max(np.abs(np.diff(sound)).max() for sound in alone)
    first_steps = max(np.abs(sound[0]) for sound in alone)
    for start in book.starts[1:]:
        joint = heard[start - 2 * FRAME : start + FRAME]
        assert np.abs(joint).max() <= 1.1 * max(np.abs(sound).max() for sound in alone)
        assert np.abs(np.diff(joint)).max() <= 1.2 * max(steepest, first_steps)


def test_the_end_of_a_chapter_fades_where_the_next_takes_over(book: Joined) -> None:
    heard = whole(book.file)[0]
    for start in book.starts[1:]:
        assert np.abs(heard[start - 32 : start]).max() < 0.05


def test_starts_stay_within_half_a_frame_of_the_samples_before(book: Joined) -> None:
    before = np.concatenate([[0], np.cumsum(LENGTHS)])
    assert np.abs(np.array(book.starts) - before[:-1]).max() <= FRAME / 2
    assert abs(book.samples - before[-1]) <= FRAME / 2
    assert all(start % FRAME == 0 for start in book.starts)


def test_errors_of_rounding_do_not_add_up(parts: list[Part], tmp_path: Path) -> None:
    many = join_m4b(parts * 20, tmp_path / "book.m4b", credits=CREDITS)
    assert abs(many.samples - 20 * sum(LENGTHS)) <= FRAME / 2
    assert probe(many.file).samples == many.samples


def test_an_independent_decoder_hears_the_same(book: Joined) -> None:
    other = decode_with_ffmpeg(book.file)
    own = whole(book.file)[0]
    # ffmpeg does not cut the padding of the last frame.
    assert 0 <= len(other) - len(own) < FRAME
    assert np.abs(other[: len(own)] - own).max() < 1e-4


def test_ffprobe_reads_marks_cover_and_tags(book: Joined) -> None:
    found = ask_ffprobe(book.file)
    assert found["format"]["format_name"].startswith("mov,mp4")
    assert float(found["format"]["duration"]) == pytest.approx(book.samples / MIX_RATE, abs=1e-5)
    kinds = [(stream["codec_type"], stream["disposition"]["attached_pic"]) for stream in found["streams"]]
    assert ("audio", 0) in kinds
    assert ("video", 1) in kinds
    marks = [(chapter["tags"]["title"], float(chapter["start_time"])) for chapter in found["chapters"]]
    expected = [TITLES[0], TITLES[1], "A line broken", TITLES[3], TITLES[4]]
    assert [title for title, _ in marks] == expected
    assert [start for _, start in marks] == pytest.approx([s / MIX_RATE for s in book.starts], abs=1e-5)
    tags = found["format"]["tags"]
    wanted = {
        "major_brand": "M4B ",
        "title": CREDITS.title,
        "album": CREDITS.title,
        "artist": CREDITS.author,
        "album_artist": CREDITS.author,
        "composer": CREDITS.narrator,
        "description": CREDITS.description,
        "comment": CREDITS.description,
        "date": "2024",
        "genre": "Audiobook",
        "media_type": "2",
        "SUBTITLE": "A = B",
        "PUBLISHER": "Fullcast Press",
        "LANGUAGE": "eng",
    }
    assert {key: tags.get(key) for key in wanted} == wanted


def test_mutagen_reads_the_other_list_of_marks(book: Joined) -> None:
    mp4 = pytest.importorskip("mutagen.mp4", reason="mutagen judges MPEG-4 files")
    found = mp4.MP4(book.file)
    assert [mark.start for mark in found.chapters] == pytest.approx(
        [s / MIX_RATE for s in book.starts], abs=1e-5
    )
    # Nero's list holds 255 bytes a title: 127 letters of two bytes.
    assert [mark.title for mark in found.chapters][3] == "é" * 127
    assert found.tags["stik"] == [2]
    assert found.tags["covr"][0].imageformat == mp4.AtomDataType.JPEG
    assert bytes(found.tags["covr"][0]).startswith(b"\xff\xd8")
    assert (found.info.channels, found.info.sample_rate) == (1, MIX_RATE)


def test_the_index_comes_before_the_media(book: Joined) -> None:
    content = book.file.read_bytes()
    assert [kind for kind, _ in walk(content)] == [b"ftyp", b"moov", b"mdat"]
    assert len(content) == book.size


def test_more_chapters_than_a_byte_counts(parts: list[Part], tmp_path: Path) -> None:
    many = [Part(file=parts[0].file, title=f"Nr. {n}", samples=LENGTHS[0]) for n in range(300)]
    book = join_m4b(many, tmp_path / "book.m4b", credits=CREDITS)
    with av.open(str(book.file)) as container:
        titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
    assert titles == [f"Nr. {n}" for n in range(300)]
    assert len(ask_ffprobe(book.file)["chapters"]) == 300
    mp4 = pytest.importorskip("mutagen.mp4", reason="mutagen judges MPEG-4 files")
    assert len(mp4.MP4(book.file).chapters) == 255


def test_books_beyond_the_times_of_32_bits(tmp_path: Path) -> None:
    """14 hours are more samples than a signed 32-bit number holds."""
    silence = (np.zeros((1, 10 * MIX_RATE), np.float32) for _ in range(60))
    encoded = encode(silence, tmp_path / "long.m4a", coding=Coding(codec=Codec.AAC))
    part = Part(file=encoded.file, title="Ten minutes", samples=encoded.samples)
    book = join_m4b([part] * 84, tmp_path / "book.m4b", credits=CREDITS)
    assert book.samples > 2**31
    found = ask_ffprobe(book.file)
    assert float(found["format"]["duration"]) == pytest.approx(book.samples / MIX_RATE, abs=1e-3)
    assert float(found["chapters"][-1]["start_time"]) == pytest.approx(83 * 600, abs=FRAME / MIX_RATE)
    assert probe(book.file).samples == book.samples


def test_memory_does_not_grow_with_the_audio(parts: list[Part], tmp_path: Path) -> None:
    join_m4b(parts, tmp_path / "first.m4b", credits=CREDITS)
    tracemalloc.start()
    book = join_m4b(parts * 200, tmp_path / "book.m4b", credits=CREDITS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.25 * book.size


def test_stereo_is_joined_as_well(tmp_path: Path) -> None:
    coding = Coding(codec=Codec.AAC, channels=2)
    parts = [make_part(tmp_path, number, "x", 30_000, coding) for number in range(3)]
    book = join_m4b(parts, tmp_path / "book.m4b", credits=CREDITS)
    assert probe(book.file).channels == 2
    assert whole(book.file).shape == (2, book.samples)


def test_parts_of_other_codings_are_refused(parts: list[Part], tmp_path: Path) -> None:
    stereo = make_part(tmp_path, 9, "x", 30_000, Coding(codec=Codec.AAC, channels=2))
    with pytest.raises(AudioError, match=r"2 channel\(s\)"):
        join_m4b([*parts, stereo], tmp_path / "book.m4b", credits=CREDITS)


def test_a_part_of_another_length_than_stated_is_refused(parts: list[Part], tmp_path: Path) -> None:
    wrong = Part(file=parts[0].file, title="x", samples=LENGTHS[0] + 5_000)
    with pytest.raises(AudioError, match="expected 55 for 55001 samples"):
        join_m4b([wrong], tmp_path / "book.m4b", credits=CREDITS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("keep", [0, 7, 40, 3_000, -100])
def test_a_damaged_part_is_named_and_the_old_book_stays(parts: list[Part], tmp_path: Path, keep: int) -> None:
    (tmp_path / "book.m4b").write_bytes(b"old")
    bad = tmp_path / "bad.m4a"
    bad.write_bytes(parts[0].file.read_bytes()[:keep])
    with pytest.raises(AudioError, match=r"bad\.m4a"):
        join_m4b(
            [parts[1], Part(file=bad, title="x", samples=LENGTHS[0])], tmp_path / "book.m4b", credits=CREDITS
        )
    assert (tmp_path / "book.m4b").read_bytes() == b"old"


def test_every_damaged_byte_of_an_index_is_survived(parts: list[Part], tmp_path: Path) -> None:
    """Whatever an index says, it is an error of ours or a track, never a crash."""
    content = bytearray(parts[0].file.read_bytes())
    begin = content.index(b"moov")
    generator = np.random.default_rng(5)
    bad = tmp_path / "bad.m4a"
    refused = 0
    for at in generator.integers(begin, begin + 700, 150):
        damaged = content.copy()
        damaged[at] ^= int(generator.integers(1, 256))
        bad.write_bytes(damaged)
        try:
            join_m4b([Part(file=bad, title="x", samples=LENGTHS[0])], tmp_path / "book.m4b", credits=CREDITS)
        except AudioError:
            refused += 1
    assert 0 < refused < 150


def test_too_little_and_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no chapter"):
        join_m4b([], tmp_path / "book.m4b", credits=CREDITS)
    short = make_part(tmp_path, 1, "x", 2_000)
    with pytest.raises(AudioError, match="2000 samples"):
        join_m4b([short], tmp_path / "book.m4b", credits=CREDITS)


def test_disk_errors_are_named(parts: list[Part], tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"gone\.m4a"):
        join_m4b(
            [Part(file=tmp_path / "gone.m4a", title="", samples=9_999)], tmp_path / "b.m4b", credits=CREDITS
        )
    (tmp_path / "folder.m4b").mkdir()
    with pytest.raises(StoreError, match=r"folder\.m4b"):
        join_m4b(parts, tmp_path / "folder.m4b", credits=CREDITS)
    with pytest.raises(ProjectError, match=r"cover\.jpg"):
        join_m4b(parts, tmp_path / "book.m4b", credits=CREDITS, cover=tmp_path / "cover.jpg")


def test_a_full_disk_keeps_the_old_book(parts: list[Part], tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    file = tmp_path / "book.m4b"
    file.write_bytes(b"old")
    temporary_name(file).symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"book\.m4b: the disk is full"):
        join_m4b(parts, file, credits=CREDITS)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("codec", list(Codec))
def test_a_chapter_file_sounds_as_its_part(tmp_path: Path, codec: Codec) -> None:
    part = make_part(tmp_path, 1, "Eins", 33_333, Coding(codec=codec))
    labels = Labels(credits=CREDITS, number=1, total=1)
    written = write_chapter_file(part, tmp_path / f"out{part.file.suffix}", labels=labels)
    assert probe(written.file).samples == written.samples == part.samples
    assert np.array_equal(whole(written.file), whole(part.file))
    assert written.size == written.file.stat().st_size
    assert len(decode_with_ffmpeg(written.file)) - part.samples in range(FRAME)


def test_a_chapter_file_keeps_its_kind(parts: list[Part], tmp_path: Path) -> None:
    labels = Labels(credits=CREDITS, number=1, total=1)
    with pytest.raises(AudioError, match=r"x\.mp3"):
        write_chapter_file(parts[0], tmp_path / "x.mp3", labels=labels)


@pytest.mark.parametrize("codec", list(Codec))
def test_a_damaged_chapter_is_not_tagged(tmp_path: Path, codec: Codec) -> None:
    coding = Coding(codec=codec)
    bad = tmp_path / f"bad{coding.suffix}"
    bad.write_bytes(b"fLaC\x00\x00\x00\xff" * 20)
    labels = Labels(credits=CREDITS, number=1, total=1)
    with pytest.raises(AudioError, match="bad"):
        write_chapter_file(
            Part(file=bad, title="x", samples=9_999), tmp_path / f"x{coding.suffix}", labels=labels
        )
    assert list(tmp_path.iterdir()) == [bad]
