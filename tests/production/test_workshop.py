"""What workers measure: foretold cheaply, delivered as it was measured."""

from pathlib import Path

import numpy as np
import pytest

from fullcast.audio.loudness import Meter
from fullcast.audio.mix import mix_blocks, mix_chapter
from fullcast.audio.signal import Audio
from fullcast.errors import DamagedError
from fullcast.files.encode import Coding
from fullcast.files.sounds import encode_take
from fullcast.fingerprint import digest_bytes
from fullcast.model import Codec, Mixing, Placed, Stem, Target, Timeline, Unit
from fullcast.production.finishing import carry_out, measure_speech, produce_chapter
from fullcast.production.workshop import (
    ChapterJob,
    Master,
    Source,
    measure_voice,
    read_encoded,
    read_placed,
    sidecar_of,
)
from fullcast.units import MIX_RATE, Decibels, Samples

RATE = 22_050


def keep(file: Path, samples: np.ndarray) -> Source:
    """Put a recording where a worker can read it."""
    content = encode_take(Audio(samples=samples.astype(np.float32)[None], rate=RATE))
    file.write_bytes(content)
    return Source(file=file, digest=digest_bytes(content))


def speak(folder: Path, seconds: float, seed: int) -> Placed:
    """A take of something like speech: syllables of filtered noise and tone."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    syllables = np.clip(np.sin(2 * np.pi * 4 * time + seed), 0, None)
    voiced = np.sin(2 * np.pi * 140 * time) + 0.4 * np.sin(2 * np.pi * 2200 * time)
    samples = (0.15 * syllables * (voiced + 0.1 * random.standard_normal(len(time)))).astype(np.float32)
    content = encode_take(Audio(samples=samples[None], rate=RATE))
    file = folder / f"{seed}.wav"
    file.write_bytes(content)
    length = round(seconds * MIX_RATE)
    return Placed(
        file=file,
        digest=digest_bytes(content),
        stem=Stem.SPEECH,
        start=Samples(0),
        length=Samples(length),
        gain=Decibels(3.0 * seed - 6.0),
    )


def line_up(takes: list[Placed], gap: float) -> Timeline:
    cursor = round(0.7 * MIX_RATE)
    placed = []
    for take in takes:
        placed.append(
            Placed(
                file=take.file,
                digest=take.digest,
                stem=take.stem,
                start=Samples(cursor),
                length=take.length,
                gain=take.gain,
            )
        )
        cursor += take.length + round(gap * MIX_RATE)
    speech = tuple((item.start, Samples(item.start + item.length)) for item in placed)
    return Timeline(length=Samples(cursor + MIX_RATE), placed=tuple(placed), speech=speech)


@pytest.mark.parametrize("gap", [0.0, 0.4, 3.0])
def test_speech_alone_is_foretold_as_the_whole_mix_measures(tmp_path: Path, gap: float) -> None:
    timeline = line_up([speak(tmp_path, 1.7 + seed / 3, seed) for seed in range(4)], gap)
    meter = Meter(MIX_RATE, 1)
    stems = mix_chapter(timeline, channels=1, mixing=Mixing(), read=read_placed)
    for block in mix_blocks(stems, room_tone=Mixing().room_tone):
        meter.add(block)
    foretold, whole = measure_speech(timeline), meter.profile()
    # At the rate of the takes the K-weighting's shelf, a bilinear transform, reads 0.06 dB more at 2 kHz.
    assert foretold.loudness() == pytest.approx(whole.loudness(), abs=0.08)
    assert foretold.level(Unit.RMS) == pytest.approx(whole.level(Unit.RMS), abs=0.1)


def test_a_damaged_take_names_its_file(tmp_path: Path) -> None:
    placed = speak(tmp_path, 1.0, 1)
    placed.file.write_bytes(placed.file.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedError, match="does not match its hash") as caught:
        read_placed(placed)
    assert caught.value.file == str(placed.file)


def test_an_encoding_counts_only_with_what_was_measured_on_it(tmp_path: Path) -> None:
    file = tmp_path / "a.m4a"
    file.write_bytes(b"audio")
    assert read_encoded(file) is None
    sidecar_of(file).write_text("{", encoding="utf-8")
    assert read_encoded(file) is None


def test_a_voice_under_the_gate_has_a_level_all_the_same(tmp_path: Path) -> None:
    whisper = 0.002 * np.sin(2 * np.pi * 200 * np.arange(RATE // 40) / RATE)
    source = keep(tmp_path / "whisper.wav", np.concatenate([np.zeros(RATE), whisper, np.zeros(RATE)]))
    assert measure_voice((source,)) == -70.0


def test_a_chapter_whose_peaks_stand_too_far_above_the_rest_is_left_short_and_not_squashed(
    tmp_path: Path,
) -> None:
    samples = 0.004 * np.random.default_rng(0).standard_normal(6 * RATE)
    samples[:: RATE // 3] = 0.9
    source = keep(tmp_path / "clicks.wav", samples)
    length = Samples(6 * MIX_RATE)
    placed = Placed(file=source.file, digest=source.digest, stem=Stem.SPEECH, start=Samples(0), length=length)
    timeline = Timeline(length=length, placed=(placed,), speech=((Samples(0), length),))
    master = Master(
        key="k",
        file=tmp_path / "k.flac",
        coding=Coding(codec=Codec.FLAC),
        target=Target(level=-18.0),
        peak=Decibels(-1.5),
    )
    timelines = {master.cut: timeline}
    job = ChapterJob(number=1, title="One", timelines=timelines, mixing=Mixing(), masters=(master,))
    (encoded,) = carry_out(produce_chapter(job))
    needed = -18.0 - measure_speech(timeline).loudness()
    assert encoded.gain <= needed + 3.0 + 0.001
    assert [finding.code for finding in encoded.findings] == ["loudness"]
    assert encoded.measured.true_peak <= -1.5
