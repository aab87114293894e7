"""Delivered files listened to from end to end, by other means than those that made them.

Nothing here is shared with the mixer and the master: loudness is measured by FFmpeg's ``ebur128`` filter,
true peaks by soxr, levels by sums over the samples. Two ways to one figure catch what one way would repeat.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import soxr

from fullcast.errors import AudioError
from fullcast.files.disk import explained
from fullcast.model import Inspection
from fullcast.units import Decibels, Hertz, Lufs, Seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fullcast.audio.signal import Signal

    Levels = NDArray[np.float64]

_LAYOUTS = {1: "mono", 2: "stereo"}

_OVERSAMPLING = 4
"""What ITU-R BS.1770-4, Annex 2 asks for at 48 kHz and below."""

_HOP = 0.01
"""Seconds of a frame in which sound is looked for."""

_AUDIBLE = 10.0 ** (-54.0 / 20.0)
"""RMS of a frame above which something sounds: shops allow noise up to -60 dB, soft consonants have -50."""

_FLOOR_HOPS = 50
"""The noise floor is the level of the quietest half second."""

_RAIL = 1.0 - 1e-4

_GATHERED = 2**18
"""Samples that are measured at once."""

_MP3_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""Bit rates of MPEG-1 layer 3 in kbit/s, by index (ISO/IEC 11172-3, 2.4.2.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a file."""

    start: Seconds = Seconds(0.0)
    end: Seconds | None = None
    """None is the end of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A chapter mark as the file holds it."""

    start: Seconds
    end: Seconds
    title: str


WHOLE = Stretch()


def inspect(file: Path, stretch: Stretch = WHOLE) -> Inspection:
    """Decode a file and measure what is in it.

    Args:
        file: Any audio file.
        stretch: Which part of it.

    Raises:
        AudioError: If it cannot be decoded, or ends before the length that it states.
        StoreError: If it cannot be read.
    """
    with explained(file, "read"):
        size = file.stat().st_size
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise AudioError(f"{file} holds no audio", hint="render it again")
            stream = container.streams.audio[0]
            listener = _Listener(rate=stream.rate, channels=stream.codec_context.channels)
            for block in _blocks(container, stream, stretch):
                listener.hear(block)
            return listener.tell(_describe(container, stream, size))
    except av.error.FFmpegError as error:
        raise AudioError(f"cannot decode {file}: {error.strerror}", hint="render it again") from error


def read_marks(file: Path) -> tuple[Marked, ...]:
    """Return the chapter marks of a file, in order.

    Raises:
        AudioError: If it cannot be read as audio.
    """
    try:
        with av.open(str(file)) as container:
            return tuple(
                Marked(
                    start=_time(chapter["start"], chapter["time_base"]),
                    end=_time(chapter["end"], chapter["time_base"]),
                    title=chapter["metadata"].get("title", ""),
                )
                for chapter in container.chapters()
            )
    except av.error.FFmpegError as error:
        raise AudioError(f"cannot read {file}: {error.strerror}", hint="render it again") from error


def _time(count: int | None, base: Fraction | None) -> Seconds:
    """Return a time of a container in seconds."""
    return Seconds(float((count or 0) * (base or 0)))


def is_constant(file: Path) -> bool | None:
    """Return whether every frame of an MP3 has the same bit rate; None for other files."""
    if file.suffix.lower() != ".mp3":
        return None
    with av.open(str(file)) as container:
        rates = {_frame_rate(bytes(packet)[:4]) for packet in container.demux(audio=0) if packet.size}
    return len(rates) == 1


def _frame_rate(header: bytes) -> int:
    return _MP3_RATES[header[2] >> 4] if len(header) == 4 and header[2] >> 4 < 15 else -1


def _describe(container: av.container.InputContainer, stream: av.AudioStream, size: int) -> dict[str, object]:
    seconds = container.duration / 1_000_000 if container.duration else 0.0
    named = stream.codec_context.bit_rate or (size * 8 / seconds if seconds else 0)
    return {"codec": stream.codec_context.codec.canonical_name, "bitrate": round(named)}


def _blocks(
    container: av.container.InputContainer, stream: av.AudioStream, stretch: Stretch
) -> Iterator[Signal]:
    """Yield the samples of a stretch in blocks, each exactly where its time says."""
    rate = stream.rate
    first = round(stretch.start * rate)
    length = _stated_length(stream)
    last = min(length, round(stretch.end * rate)) if stretch.end is not None else length
    if first:
        container.seek(max(0, round((stretch.start - 0.2) * 1_000_000)))
    held: list[Signal] = []
    reached, waiting = first, 0
    for frame in container.decode(stream):
        at = round(_time(frame.pts, frame.time_base) * rate) if first else reached
        samples = _to_float(frame)[:, max(0, first - at) : max(0, last - at)]
        held.append(samples)
        reached += samples.shape[1]
        waiting += samples.shape[1]
        if waiting >= _GATHERED:
            yield np.concatenate(held, axis=1)
            held, waiting = [], 0
        if at + frame.samples >= last:
            break
    if waiting:
        yield np.concatenate(held, axis=1)
    if reached < last:
        seconds = (last - reached) / rate
        message = f"{container.name} ends {seconds:.3f} s before its stated length"
        raise AudioError(message, hint="render it again")


def _stated_length(stream: av.AudioStream) -> int:
    """Return the length that a file states in samples, without what an Opus decoder skips."""
    if not stream.duration or stream.time_base is None:
        return 0
    length = round(float(stream.duration * stream.time_base) * stream.rate)
    head = stream.codec_context.extradata or b""
    skipped = int.from_bytes(head[10:12], "little") if head[:8] == b"OpusHead" else 0
    return length - skipped


def _to_float(frame: av.AudioFrame) -> Signal:
    raw: NDArray[Any] = frame.to_ndarray()
    planar: NDArray[Any] = raw if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels).T
    rail = 1.0 if planar.dtype.kind == "f" else float(2 ** (8 * planar.dtype.itemsize - 1))
    samples: Signal = (planar / rail).astype(np.float32)
    return samples


@dataclass(slots=True, kw_only=True)
class _Runs:
    """Finds the longest run of true values in a stream."""

    longest: int = 0
    open: int = 0

    def add(self, flags: NDArray[np.bool_]) -> None:
        """Take in more of the stream."""
        if not flags.size:
            return
        edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
        starts, ends = edges[::2], edges[1::2]
        if not starts.size:
            self.open = 0
            return
        lengths = ends - starts
        if starts[0] == 0:
            lengths[0] += self.open
        self.longest = max(self.longest, int(lengths.max()))
        self.open = int(lengths[-1]) if ends[-1] == len(flags) else 0


class _Listener:
    """Measures a stream of blocks."""

    def __init__(self, *, rate: int, channels: int) -> None:
        self._rate, self._channels = rate, channels
        self._hop = round(_HOP * rate)
        self._rest = np.zeros((channels, 0), np.float32)
        self._energies: list[Levels] = []
        self._length = 0
        self._squares = 0.0
        self._peak = self._between = 0.0
        self._zeros = _Runs()
        self._rails = [[_Runs(), _Runs()] for _ in range(channels)]
        self._upsampler = soxr.ResampleStream(rate, _OVERSAMPLING * rate, channels, dtype="float32")
        self._loudness = _Ebur128(rate, channels)

    def hear(self, block: Signal) -> None:
        """Take in a block."""
        self._length += block.shape[1]
        self._squares += float(np.sum(block.astype(np.float64) ** 2))
        self._peak = max(self._peak, float(np.abs(block).max()))
        self._zeros.add(np.logical_not(block.any(axis=0)))
        for row, (high, low) in zip(block, self._rails, strict=True):
            if float(np.abs(row).max()) >= _RAIL or high.open or low.open:
                high.add(row >= _RAIL)
                low.add(row <= -_RAIL)
        self._hear_between(self._upsampler.resample_chunk(np.ascontiguousarray(block.T)))
        self._loudness.hear(block)
        held = np.concatenate([self._rest, block], axis=1)
        whole = held.shape[1] // self._hop * self._hop
        frames = held[:, :whole].reshape(self._channels, -1, self._hop).astype(np.float64)
        self._energies.append((frames**2).mean(axis=(0, 2)))
        self._rest = held[:, whole:]

    def _hear_between(self, upsampled: Signal) -> None:
        if upsampled.size:
            self._between = max(self._between, float(np.abs(upsampled).max()))

    def tell(self, described: dict[str, object]) -> Inspection:
        """Return what was heard."""
        if not self._length:
            raise AudioError("there is no audio in the file", hint="render it again")
        rest = self._upsampler.resample_chunk(np.zeros((0, self._channels), np.float32), last=True)
        self._hear_between(rest)
        energies = np.concatenate(self._energies)
        head, tail, longest = _silences(energies)
        return Inspection(
            codec=str(described["codec"]),
            rate=Hertz(self._rate),
            channels=self._channels,
            duration=Seconds(self._length / self._rate),
            loudness=self._loudness.tell(),
            rms=_level(self._squares / (self._length * self._channels)),
            true_peak=_level(max(self._peak, self._between) ** 2),
            sample_peak=_level(self._peak**2),
            noise_floor=_level(_quietest(energies)),
            head=head,
            tail=tail,
            longest_silence=longest,
            longest_zero=Seconds(self._zeros.longest / self._rate),
            longest_clip=max(runs.longest for pair in self._rails for runs in pair),
            bitrate=int(str(described["bitrate"])),
        )


def _level(power: float) -> Decibels:
    return Decibels(10.0 * math.log10(power) if power > 0.0 else -math.inf)


def _quietest(energies: Levels) -> float:
    """Return the mean square of the quietest half second; of all where there is less."""
    if len(energies) < _FLOOR_HOPS:
        return float(energies.mean()) if energies.size else 0.0
    sums = np.cumsum(np.concatenate([[0.0], energies]))
    return max(0.0, float((sums[_FLOOR_HOPS:] - sums[:-_FLOOR_HOPS]).min()) / _FLOOR_HOPS)


def _silences(energies: Levels) -> tuple[Seconds, Seconds, Seconds]:
    """Return the silence before the first sound, after the last one, and the longest between them."""
    heard = np.flatnonzero(energies > _AUDIBLE**2)
    if not heard.size:
        whole = Seconds(len(energies) * _HOP)
        return whole, whole, Seconds(0.0)
    longest = int(np.diff(heard).max(initial=1)) - 1
    tail = len(energies) - 1 - int(heard[-1])
    return Seconds(int(heard[0]) * _HOP), Seconds(tail * _HOP), Seconds(longest * _HOP)


@dataclass(slots=True)
class _Ebur128:
    """FFmpeg's loudness meter."""

    rate: int
    channels: int
    _graph: av.filter.Graph = field(init=False)
    _start: int = field(init=False, default=0)
    _said: str = field(init=False, default="-inf")

    def __post_init__(self) -> None:
        layout = _LAYOUTS[self.channels]
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(sample_rate=self.rate, format="fltp", layout=layout)
        meter = self._graph.add("ebur128", "metadata=1")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()

    def hear(self, block: Signal) -> None:
        """Take in a block."""
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block), format="fltp", layout=_LAYOUTS[self.channels]
        )
        frame.sample_rate, frame.pts = self.rate, self._start
        self._start += block.shape[1]
        self._graph.push(frame)
        self._take(self._pulled())

    def _pulled(self) -> Iterable[av.AudioFrame]:
        while True:
            try:
                pulled = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(pulled, av.AudioFrame)
            yield pulled

    def _take(self, frames: Iterable[av.AudioFrame]) -> None:
        last = None
        for frame in frames:
            last = frame
        if last is not None:
            self._said = last.metadata.get("lavfi.r128.I", self._said)

    def tell(self) -> Lufs:
        """Return the integrated loudness; minus infinity where nothing passes the gate."""
        self._graph.push(None)
        self._take(self._pulled())
        loudness = float(self._said)
        return Lufs(loudness if loudness > -70.0 else -math.inf)
