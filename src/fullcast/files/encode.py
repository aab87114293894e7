"""Coding audio into files, and decoding them again to measure what was delivered.

The encoder is FFmpeg's, in process through PyAV. For AAC its ``fast`` coder is used, without temporal noise
shaping and without noise substitution: against the default ``twoloop`` it is 1.6 to 3.1 times as fast, keeps
closer to the asked bit rate, and leaves 0.2 to 1.3 dB less noise against the masking threshold in mono, as
much within 0.25 dB in stereo (``benchmarks/encoding``). Without substitution decoding is repeatable too,
so that a peak that was measured on a chapter holds in the book that the chapter is joined into.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.files.disk import explained, temporary_name
from fullcast.model import Codec
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fullcast.audio.signal import Signal

_LAYOUTS = {1: "mono", 2: "stereo"}
_USUAL = {
    (Codec.AAC, 1): 96_000,
    (Codec.AAC, 2): 128_000,
    (Codec.MP3, 1): 128_000,
    (Codec.MP3, 2): 192_000,
    (Codec.OPUS, 1): 48_000,
    (Codec.OPUS, 2): 96_000,
}
_SUFFIXES = {
    Codec.AAC: ".m4a",
    Codec.MP3: ".mp3",
    Codec.FLAC: ".flac",
    Codec.WAV: ".wav",
    Codec.OPUS: ".opus",
}
OPUS_RATE = 48_000
"""Hertz at which Opus works, whatever it is given (RFC 6716, 2)."""
_OPUS_RATES = (6_000, 510_000)
"""Bits per second that libopus takes for mono; twice as many for stereo do no harm below its own limit."""

_MP3_RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Constant bit rates of MPEG-1 layer 3, in kbit/s (ISO/IEC 11172-3, 2.4.2.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How audio is coded.

    Raises:
        AudioError: If the codec cannot do it.
    """

    codec: Codec
    bitrate: int | None = None
    """Bits per second of a lossy codec; None is the usual rate for audiobooks, see :attr:`rate_of_bits`."""
    channels: int = 1
    """1 or 2."""
    rate: int = MIX_RATE
    """Hertz."""
    depth: int = 16
    """Bits per sample of FLAC and WAV: 16 (dithered) or 24."""

    def __post_init__(self) -> None:
        if self.channels not in _LAYOUTS:
            raise AudioError(f"cannot encode {self.channels} channels", hint="ask for 1 (mono) or 2 (stereo)")
        if self.depth not in {16, 24}:
            raise AudioError(f"cannot encode {self.depth} bits per sample", hint="ask for 16 or 24")
        if self.codec is Codec.MP3 and self.bitrate not in {None, *(rate * 1000 for rate in _MP3_RATES)}:
            allowed = ", ".join(f"{rate}k" for rate in _MP3_RATES)
            raise AudioError(
                f"MP3 has no constant bit rate of {self.bitrate} bit/s", hint=f"one of {allowed}"
            )
        # The AAC encoder ends above 6144 bits per channel and frame (ISO/IEC 14496-3, 4.5.3.3).
        highest = 6 * self.rate * self.channels
        if self.codec is Codec.AAC and self.bitrate and not 16_000 <= self.bitrate <= highest:
            hint = f"ask for 16k to {highest // 1000}k"
            raise AudioError(f"AAC cannot have {self.bitrate} bit/s at {self.channels} channel(s)", hint=hint)
        low, high = _OPUS_RATES
        if self.codec is Codec.OPUS and self.bitrate and not low <= self.bitrate <= high:
            hint = f"ask for {low // 1000}k to {high // 1000}k"
            raise AudioError(f"Opus cannot have {self.bitrate} bit/s", hint=hint)

    @property
    def rate_of_bits(self) -> int | None:
        """Bits per second; None for lossless coding."""
        return self.bitrate or _USUAL.get((self.codec, self.channels))

    @property
    def suffix(self) -> str:
        """Suffix of the files, with its dot."""
        return _SUFFIXES[self.codec]

    @property
    def coded_rate(self) -> int:
        """Hertz of the file: Opus has one rate of its own."""
        return OPUS_RATE if self.codec is Codec.OPUS else self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A file that was encoded."""

    file: Path
    samples: int
    """Samples per channel that went in; decoding gives back as many."""
    size: int
    """Bytes."""


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a temporary name to write to; it gets its own name only when the block ends well.

    The block's own errors pass unchanged; nothing half-written remains.

    Raises:
        StoreError: If the folder cannot be made or the file cannot be renamed.
    """
    part = temporary_name(file)
    with explained(file, "write"):
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        with explained(file, "write"):
            part.replace(file)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def encode(blocks: Iterable[Signal | Audio], file: Path, *, coding: Coding) -> Encoded:
    """Encode a stream of blocks into a file, in memory that does not grow with its length.

    Args:
        blocks: The audio in order, in blocks of any length.
        file: Where it goes; replaced only once the new file is whole.
        coding: How it is coded. Coding holds no tags: see :mod:`fullcast.files.chapter_files`.

    Shape:
        blocks: ``[coding.channels, samples]``, float32 at ``coding.rate``. What leaves [-1, 1] is clipped in
        FLAC and WAV and left to the decoder in AAC, MP3 and Opus.

    Raises:
        AudioError: If a block has another shape or rate, holds NaN, or there is nothing to encode.
        StoreError: If the disk refuses; an older file stays.
    """
    with whole_file(file) as part:
        samples = _write(blocks, part, file, coding)
        if not samples:
            raise AudioError(f"there is no audio to encode into {file}")
        with explained(file, "write"):
            size = part.stat().st_size
    return Encoded(file=file, samples=samples, size=size)


def _write(blocks: Iterable[Signal | Audio], part: Path, file: Path, coding: Coding) -> int:
    """Encode blocks into the temporary file; returns the samples written."""
    with explained(file, "write"):
        container = _open(part, coding)
    whole = False
    try:
        stream = _add_stream(container, coding)
        shape = _Shaper(coding)
        samples = 0
        for signal in _at_coded_rate((_check(block, coding) for block in blocks), coding):
            frame = shape.frame(signal, samples)
            samples += signal.shape[1]
            with explained(file, "write"):
                container.mux(stream.encode(frame))
        with explained(file, "write"):
            if samples:
                container.mux(stream.encode(None))
            container.close()
        whole = True
    finally:
        if not whole:
            # The trailer of a file that is thrown away may fail as its body did: the first error counts.
            with suppress(OSError, ValueError):
                container.close()
    return samples


def _at_coded_rate(blocks: Iterable[Signal], coding: Coding) -> Iterator[Signal]:
    """Yield blocks that hold something at the rate of the file."""
    if coding.coded_rate == coding.rate:
        yield from (block for block in blocks if block.shape[1])
        return
    import soxr

    resampler = soxr.ResampleStream(coding.rate, coding.coded_rate, coding.channels, dtype="float32")
    for block in blocks:
        changed = resampler.resample_chunk(np.ascontiguousarray(block.T))
        if len(changed):
            yield np.ascontiguousarray(changed.reshape(-1, coding.channels).T)
    rest = resampler.resample_chunk(np.zeros((0, coding.channels), np.float32), last=True)
    if len(rest):
        yield np.ascontiguousarray(rest.reshape(-1, coding.channels).T)


def _open(part: Path, coding: Coding) -> av.container.OutputContainer:
    """Open a container whose timing is exact in samples."""
    container, options = {
        Codec.AAC: ("mp4", {"movie_timescale": str(coding.rate), "brand": "M4A "}),
        Codec.MP3: ("mp3", {"id3v2_version": "0", "write_xing": "1"}),
        Codec.FLAC: ("flac", {}),
        # RF64 only beyond 4 GiB: what every player reads wherever it can be.
        Codec.WAV: ("wav", {"rf64": "auto"}),
        # Bit exact: the stream's serial number is otherwise drawn by lot.
        Codec.OPUS: ("opus", {"fflags": "bitexact"}),
    }[coding.codec]
    return av.open(str(part), "w", format=container, options=options)


def _add_stream(container: av.container.OutputContainer, coding: Coding) -> av.AudioStream:
    """Add the audio stream to an empty container."""
    codec, options = {
        Codec.AAC: ("aac", {"aac_coder": "fast", "aac_tns": "0", "aac_pns": "0"}),
        # LAME's quality 7: half as fast again as its default, with no more audible noise at these rates.
        Codec.MP3: ("libmp3lame", {"compression_level": "7"}),
        Codec.FLAC: ("flac", {"compression_level": "5"}),
        Codec.WAV: (f"pcm_s{coding.depth}le", {}),
        Codec.OPUS: ("libopus", {"application": "audio", "vbr": "on"}),
    }[coding.codec]
    stream = container.add_stream(codec, rate=coding.coded_rate, layout=_LAYOUTS[coding.channels])
    assert isinstance(stream, av.AudioStream)
    context = stream.codec_context
    context.options = options
    context.format = av.AudioFormat(_sample_format(coding))
    if coding.rate_of_bits:
        context.bit_rate = coding.rate_of_bits
    return stream


def _sample_format(coding: Coding) -> str:
    if coding.codec in {Codec.AAC, Codec.MP3}:
        return "fltp"
    if coding.codec is Codec.OPUS:
        return "flt"
    return "s16" if coding.depth == 16 else "s32"


def _check(block: Signal | Audio, coding: Coding) -> Signal:
    """Return a block's samples if they are what the coding expects."""
    audio = block if isinstance(block, Audio) else Audio(samples=block, rate=coding.rate)
    if audio.channels != coding.channels or audio.rate != coding.rate:
        raise AudioError(
            f"expected {coding.channels} channel(s) at {coding.rate} Hz, "
            f"got {audio.channels} channel(s) at {audio.rate} Hz",
        )
    return audio.samples


class _Shaper:
    """Turns float blocks into the encoder's frames; holds the dither's generator."""

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._layout = _LAYOUTS[coding.channels]
        self._format = _sample_format(coding)
        # A fixed seed: equal audio gives equal files.
        self._generator = np.random.default_rng(0)

    def frame(self, signal: Signal, start: int) -> av.AudioFrame:
        """Return a block as a frame that begins at a sample of the stream."""
        frame = av.AudioFrame.from_ndarray(self._shape(signal), format=self._format, layout=self._layout)
        frame.sample_rate = self._coding.coded_rate
        frame.time_base = Fraction(1, self._coding.coded_rate)
        frame.pts = start
        return frame

    def _shape(self, signal: Signal) -> Signal | NDArray[np.int16] | NDArray[np.int32]:
        if self._format == "fltp":
            return np.ascontiguousarray(signal)
        if self._format == "flt":
            return np.ascontiguousarray(signal.T).reshape(1, -1)
        whole = self._to_16(signal) if self._format == "s16" else _to_24(signal)
        return whole.T.reshape(1, -1)

    def _to_16(self, signal: Signal) -> NDArray[np.int16]:
        """Round to 16 bits with triangular dither of two steps, which frees the error from the signal.

        Source:
            Lipshitz, Wannamaker, Vanderkooy: Quantization and Dither, JAES 40(5), 1992.
        """
        noise = self._generator.random(signal.shape, dtype=np.float32)
        noise -= self._generator.random(signal.shape, dtype=np.float32)
        noise += signal * np.float32(32_768)
        np.clip(np.rint(noise, out=noise), -32_768, 32_767, out=noise)
        return noise.astype(np.int16)


def _to_24(signal: Signal) -> NDArray[np.int32]:
    """Round to 24 bits, in the upper bits of 32 as the encoder takes them."""
    scaled = np.rint(signal * np.float32(8_388_608))
    whole: NDArray[np.int32] = np.clip(scaled, -8_388_608, 8_388_607).astype(np.int32)
    whole <<= 8
    return whole
