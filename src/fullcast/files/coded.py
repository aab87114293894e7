"""Coded files read back: what they say of their audio, and the audio itself, to measure what is delivered."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from fullcast.audio.signal import Audio
from fullcast.errors import AudioError
from fullcast.files.disk import explained
from fullcast.units import MIX_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fullcast.audio.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a file says about its audio."""

    codec: str
    """FFmpeg's name of it: ``aac``, ``mp3``, ``flac``, ``pcm_s24le``, ``opus``."""
    rate: int
    channels: int
    samples: int
    """Samples per channel between the encoder's delay and its padding."""

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return self.samples / self.rate


def probe(file: Path) -> Probe:
    """Read what a file says about its audio, without decoding it.

    Raises:
        AudioError: If it is no audio file that can be decoded.
        StoreError: If it cannot be read.
    """
    with _opened(file) as container:
        return _describe(container.streams.audio[0])


def _describe(stream: av.AudioStream) -> Probe:
    rate = stream.rate
    length = stream.duration * stream.time_base * rate if stream.duration and stream.time_base else 0
    if stream.codec_context.codec.canonical_name == "opus":
        length -= _skipped(stream)
    return Probe(
        codec=stream.codec_context.codec.canonical_name,
        rate=rate,
        channels=stream.codec_context.channels,
        samples=round(length),
    )


def _skipped(stream: av.AudioStream) -> int:
    """Return the samples at the start of an Opus stream that are not heard, which its length counts.

    Source:
        RFC 7845, 5.1: pre-skip, octets 10 and 11 of the identification header.
    """
    head = stream.codec_context.extradata or b""
    return int.from_bytes(head[10:12], "little")


@contextmanager
def _opened(file: Path) -> Iterator[av.container.InputContainer]:
    """Open a file for decoding; turns the library's errors into ours.

    Raises:
        AudioError: If the content cannot be decoded.
        StoreError: If the file cannot be read.
    """
    with explained(file, "read"):
        file.open("rb").close()
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise AudioError(f"{file} holds no audio", hint="render it again")
            yield container
    except av.error.FFmpegError as error:
        raise AudioError(f"cannot decode {file}: {error.strerror}", hint="render it again") from error


def decode(file: Path, *, block: int = 10 * MIX_RATE) -> Iterator[Audio]:
    """Decode a file that was encoded here, exactly from its first sample to its last.

    The encoder's delay and padding are left out, so that what comes back is as long as what went in.

    Args:
        file: AAC, MP3, FLAC, WAV or Opus.
        block: Samples per channel of a block; only the last is shorter.

    Yields:
        Blocks in order.

    Raises:
        AudioError: If the content is damaged or ends before the length that the file names.
        StoreError: If the file cannot be read.
    """
    with _opened(file) as container:
        stream = container.streams.audio[0]
        described = _describe(stream)
        left = described.samples
        for signal in _gather(map(_to_float, container.decode(stream)), block):
            exact = signal[:, :left]
            left -= exact.shape[1]
            if exact.shape[1]:
                yield Audio(samples=exact, rate=described.rate)
        if left:
            seconds = left / described.rate
            raise AudioError(f"{file} ends {seconds:.3f} s before its stated length", hint="render it again")


def decode_part(file: Path, start: int, end: int, *, block: int = 10 * MIX_RATE) -> Iterator[Audio]:
    """Decode a part of an AAC file: the same samples as decoding all of it gives there.

    Args:
        file: A file that was encoded here.
        start: First sample that is wanted.
        end: One past the last.
        block: Samples per channel of a block; only the last is shorter.

    Raises:
        AudioError: If the content is damaged or ends before ``end``.
        StoreError: If the file cannot be read.
    """
    with _opened(file) as container:
        stream = container.streams.audio[0]
        if start > _BEFORE:
            container.seek(start - _BEFORE, stream=stream)
        left = end - start
        for signal in _gather(_frames_from(container, start), block):
            exact = signal[:, :left]
            left -= exact.shape[1]
            if exact.shape[1]:
                yield Audio(samples=exact, rate=stream.rate)
            if not left:
                return
        message = f"{file} ends {left / stream.rate:.3f} s before its stated length"
        raise AudioError(message, hint="render it again")


_BEFORE = 4 * 1024
"""Samples before those that are wanted at which decoding begins: a packet of AAC is heard whole only after
the one before it."""


def _frames_from(container: av.container.InputContainer, start: int) -> Iterator[Signal]:
    """Yield what frames hold from a sample on.

    Raises:
        AudioError: If decoding began behind it.
    """
    begun = False
    for frame in container.decode(audio=0):
        assert frame.pts is not None  # a container says when each packet is heard
        assert frame.time_base is not None
        first = start - round(frame.pts * frame.time_base * frame.sample_rate)
        if first < 0 and not begun:
            message = f"{container.name} cannot be decoded from sample {start} on"
            raise AudioError(message, hint="render it again")
        if begun or first < frame.samples:
            begun = True
            yield _to_float(frame)[:, max(0, first) :]


def stream_sound(file: Path, *, seconds: float) -> Iterator[Audio]:
    """Decode whatever a person brings, in blocks; what a file says of its length is not believed.

    Args:
        file: Anything that FFmpeg's libraries read.
        seconds: Length of a block; only the last is shorter.

    Raises:
        AudioError: If it is no audio, or damaged.
        StoreError: If it cannot be read.
    """
    with _opened(file) as container:
        stream = container.streams.audio[0]
        rate = stream.rate
        for signal in _gather(map(_to_float, container.decode(stream)), round(seconds * rate)):
            if signal.shape[1]:
                yield Audio(samples=signal, rate=rate)


def _gather(frames: Iterator[Signal], block: int) -> Iterator[Signal]:
    """Join a decoder's small frames into blocks of one size."""
    waiting: list[Signal] = []
    held = 0
    for frame in frames:
        waiting.append(frame)
        held += frame.shape[1]
        if held >= block:
            signal = np.concatenate(waiting, axis=1)
            whole = held - held % block
            yield from (signal[:, at : at + block] for at in range(0, whole, block))
            waiting = [signal[:, whole:]]
            held -= whole
    if held:
        yield np.concatenate(waiting, axis=1)


def _to_float(frame: av.AudioFrame) -> Signal:
    """Return a frame's samples as float32 ``[channels, samples]``."""
    samples: NDArray[np.generic] = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    if samples.dtype == np.float32:
        return samples.astype(np.float32, copy=False)
    return samples.astype(np.float32) * np.float32(math.ldexp(1.0, 1 - 8 * samples.dtype.itemsize))
