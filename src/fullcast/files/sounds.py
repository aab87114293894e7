"""Reading people's sound files, and the form in which takes are kept.

A take is a WAV file of 16 bits. It is packed and read by hand: header and samples in one piece of memory, so
that the store can hash and write it in one go.
"""

from __future__ import annotations

import struct
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.signal import Audio
from fullcast.errors import AudioError, StoreError
from fullcast.files.disk import explained, read_whole, write_whole
from fullcast.units import Seconds, to_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import av

    from fullcast.audio.signal import Signal

LONGEST = Seconds(1_800.0)
"""Longest sound file that is read: it lies in memory as a whole (30 min of stereo at 48 kHz are 690 MB)."""

SLOWEST, FASTEST = 1_000, 1_000_000
"""Sampling rates of sound files, in hertz; what says something else is damaged, or no sound."""

_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""RIFF header, ``fmt `` chunk of PCM, head of the ``data`` chunk (Microsoft, Multimedia Programming
Interface and Data Specifications 1.0, 1991)."""
_FULL_SCALE = np.float32(32_768)
_MOST_BYTES = 2**32 - 1 - _WAV.size
_AV_FORMATS = "wav, flac, mp3, ogg, opus, m4a"


def encode_take(audio: Audio) -> bytes:
    """Return audio as the content of a WAV file of 16 bits; what leaves [-1, 1) is clipped.

    Raises:
        AudioError: If it is longer than a WAV file can be, 6.7 hours of mono at 44.1 kHz.
    """
    size = 2 * audio.channels * audio.length
    if size > _MOST_BYTES:
        raise AudioError(
            f"{audio.seconds / 3600:.1f} h are too long for one recording", hint="split the text"
        )
    frame = 2 * audio.channels
    header = _WAV.pack(
        *(b"RIFF", _WAV.size - 8 + size, b"WAVE", b"fmt ", 16, 1),
        *(audio.channels, audio.rate, audio.rate * frame, frame, 16, b"data", size),
    )
    scaled = audio.samples.T * _FULL_SCALE
    np.rint(scaled, out=scaled)
    np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1, out=scaled)
    return header + scaled.astype("<i2").tobytes()


def decode_take(content: bytes | memoryview) -> Audio:
    """Return the audio of a WAV file that :func:`encode_take` wrote.

    Raises:
        AudioError: If it is anything else, or cut short.
    """
    if len(content) < _WAV.size:
        raise AudioError(f"a recording of {len(content)} bytes is no WAV file", hint="record it again")
    riff, _, wave, _, _, kind, channels, rate, _, _, depth, data, size = _WAV.unpack_from(content)
    if (riff, wave, data, kind, depth) != (b"RIFF", b"WAVE", b"data", 1, 16) or not channels:
        raise AudioError(
            "a recording is not a WAV file of 16 bits as fullcast writes it", hint="record it again"
        )
    if len(content) != _WAV.size + size or size % (2 * channels):
        held = len(content) - _WAV.size
        raise AudioError(f"a recording holds {held} bytes of audio, expected {size}", hint="record it again")
    whole = np.frombuffer(content, dtype="<i2", offset=_WAV.size).reshape(-1, channels)
    return Audio(samples=np.ascontiguousarray(whole.T, dtype=np.float32) / _FULL_SCALE, rate=rate)


def read_take(file: Path) -> Audio:
    """Read a WAV file that :func:`encode_take` packed.

    Raises:
        AudioError: If it is anything else, or cut short.
        StoreError: If the disk refuses.
    """
    try:
        return decode_take(read_whole(file))
    except AudioError as error:
        raise AudioError(f"{file}: {error.message}", hint=error.hint) from error


def read_sound(file: Path) -> Audio:
    """Read a sound file that a person supplies, at its own rate.

    Mono and stereo stay as they are; more channels are folded down to stereo.

    Args:
        file: WAV, FLAC, MP3, Ogg Vorbis, Opus, M4A or AAC, recognised by content.

    Raises:
        AudioError: If it cannot be decoded, is empty, or is longer than 30 minutes.
    """
    try:
        with explained(file, "read"):
            empty = file.stat().st_size == 0
    except StoreError as error:
        # An input file of the project is missing or closed to us: not a fault of the store.
        raise AudioError(error.message, hint=error.hint or "check the cue's file name") from error
    if empty:
        raise AudioError(f"{file} is an empty file", hint="put the sound there, or take the cue out")
    audio = _read_with_soundfile(file)
    if audio is None:
        audio = _read_with_av(file)
    if not audio.length:
        raise AudioError(f"{file} holds no audio", hint="put the sound there, or take the cue out")
    if not SLOWEST <= audio.rate <= FASTEST:
        message = f"{file} has a sampling rate of {audio.rate} Hz; sounds have {SLOWEST} to {FASTEST}"
        raise AudioError(message, hint="export the sound again, at 44100 or 48000 Hz")
    return audio


def _read_with_soundfile(file: Path) -> Audio | None:
    """Read mono and stereo files of the formats that libsndfile knows; None for all others."""
    import soundfile

    with suppress(soundfile.LibsndfileError), soundfile.SoundFile(file) as sound:
        if sound.channels > 2:
            return None
        _check_length(file, sound.frames / sound.samplerate)
        return _audio(file, sound.read(dtype="float32", always_2d=True).T, sound.samplerate)
    return None


def _read_with_av(file: Path) -> Audio:
    """Read a file with FFmpeg's decoders, more than two channels folded down as ITU-R BS.775 says."""
    import av

    try:
        with av.open(str(file)) as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None or not stream.rate:  # a name ending in .flac is enough to look like a stream
                raise AudioError(f"{file} holds no audio", hint=f"use a file in {_AV_FORMATS}")
            signal = np.concatenate(
                [np.zeros((min(stream.channels, 2), 0), np.float32), *_frames(file, container)], 1
            )
            return _audio(file, signal, stream.rate)
    except av.error.FFmpegError as error:
        reason = error.strerror or "it is damaged or no audio file"
        hint = f"use a file in {_AV_FORMATS} that other programs can play"
        raise AudioError(f"cannot decode {file}: {reason}", hint=hint) from error


def _frames(file: Path, container: av.container.InputContainer) -> Iterator[Signal]:
    """Decode the first audio stream, mono or stereo, without what its encoder added."""
    from av import AudioResampler

    stream = container.streams.audio[0]
    layout = "mono" if stream.channels == 1 else "stereo"
    fold = AudioResampler(format="fltp", layout=layout, rate=stream.rate)
    length = 0
    for frame in container.decode(stream):
        length += frame.samples
        _check_length(file, length / stream.rate)
        yield from (part.to_ndarray().astype(np.float32, copy=False) for part in fold.resample(frame))
    yield from (part.to_ndarray().astype(np.float32, copy=False) for part in fold.resample(None))


def _check_length(file: Path, seconds: float) -> None:
    if seconds > LONGEST:
        minutes = LONGEST / 60
        message = f"{file} is longer than {minutes:.0f} minutes"
        raise AudioError(message, hint="cut it; a bed repeats by itself for as long as it is heard")


def _audio(file: Path, signal: Signal, rate: int) -> Audio:
    """Return decoded samples as audio, naming the file where they are not usable."""
    try:
        return Audio(samples=np.ascontiguousarray(signal), rate=rate)
    except AudioError as error:
        raise AudioError(f"{file}: {error.message}", hint="export the sound again") from error


def write_sound(parts: Iterable[Audio], file: Path, *, gap: Seconds = Seconds(0.0)) -> Seconds:
    """Write recordings one after the other into a WAV or FLAC file, 16 bit; whole or not at all.

    Args:
        parts: What is to be heard, all of one rate and one number of channels.
        file: Where it goes; the suffix decides the format.
        gap: Silence after each part.

    Returns:
        Duration of the file.

    Raises:
        StoreError: If the disk refuses.
    """
    import io

    import soundfile

    buffer = io.BytesIO()
    seconds = 0.0
    with ExitStack() as stack:
        sound: soundfile.SoundFile | None = None
        for audio in parts:
            if sound is None:
                kind = file.suffix.removeprefix(".").upper()
                opened = soundfile.SoundFile(buffer, "w", audio.rate, audio.channels, "PCM_16", format=kind)
                sound = stack.enter_context(opened)
            silence = np.zeros((to_samples(gap, audio.rate), audio.channels), np.float32)
            sound.write(np.concatenate([audio.samples.T, silence]))
            seconds += audio.seconds + gap
    write_whole(file, buffer.getvalue())
    return Seconds(seconds)
