"""The mix: takes and sounds at their places, in blocks; a chapter never lies in memory.

A source is read when its first sample is wanted and let go after its last one. Speech alone in mono, the
plain audiobook, costs a resampling and an addition.

Room tone is not a stem: its level is meant in the *finished* chapter, so :func:`mix_blocks` adds it after the
gain of the master, in front of the limiter. What is measured to find that gain carries room tone too, 50 dB
under speech and under every gate of the loudness measurement.
"""

from __future__ import annotations

import math
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.beds import Chain
from fullcast.audio.ducking import Envelope
from fullcast.audio.edit import close_loop, fade, make_room_tone, pan_gains, resample, tile, to_channels
from fullcast.audio.rooms import longest_answer, reverberate
from fullcast.errors import AudioError
from fullcast.model import Mixing, Placed, Stem, Timeline
from fullcast.units import MIX_RATE, Decibels, Seconds, to_gain, to_samples

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio, Signal

BLOCK = 4096 * 54
"""Samples of a block, 5 s: whole frames of the meter and spans of the limiter, neither holds a rest."""

SEAM = Seconds(1.5)
"""Crossfade where a sound that was not made to be looped begins anew; a quarter of shorter sounds."""

SHORTEST = 4 * MIX_RATE
"""Samples of the shortest sound that is chained from its stretches; a shorter one has a beat, and repeats."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stems:
    """A block of a chapter, layer by layer."""

    start: int
    """First sample in the chapter."""
    length: int
    channels: int
    layers: Mapping[Stem, Signal]
    """``[channels, length]`` each; a layer in which nothing sounds is left out."""

    def sum(self) -> Signal:
        """Return all layers together."""
        layers = list(self.layers.values())
        if not layers:
            return np.zeros((self.channels, self.length), np.float32)
        total = layers[0]
        for layer in layers[1:]:
            total = total + layer
        return total


@dataclass(slots=True, kw_only=True, eq=False)
class _Playing:
    """A source that sounds now."""

    placed: Placed
    samples: Signal
    """At ``MIX_RATE``; from ``placed.offset`` on only where it is not looped."""
    gains: tuple[float, ...]
    """Factor of each output channel."""
    length: int
    """How long it sounds, the answer of its room included."""
    faded: bool = field(default=False)
    """Whether the fades are in the samples already."""
    chain: Chain | None = None
    """What makes a bed of a shorter sound."""

    def block(self, start: int, length: int) -> Signal:
        """Return a stretch of the sound, counted from its own beginning."""
        if self.chain is not None:
            samples = self.chain.block(self.placed.offset + start, length)
        elif self.placed.loop:
            samples = tile(self.samples, self.placed.offset + start, length)
        else:
            samples = self.samples[:, start : start + length]
        if self.faded:
            return samples
        placed = self.placed
        return fade(
            samples, start=start, length=placed.length, fade_in=placed.fade_in, fade_out=placed.fade_out
        )


def mix_chapter(
    timeline: Timeline,
    *,
    channels: int,
    mixing: Mixing,
    read: Callable[[Placed], Audio],
    within: tuple[int, int] | None = None,
) -> Iterator[Stems]:
    """Yield a chapter block by block, layer by layer, without room tone.

    Args:
        timeline: What sounds when.
        channels: 1 or 2. In mono nothing has a place, and everything keeps its loudness.
        mixing: How beds give way to speech.
        read: Gives a source whole; called when it is wanted, and again if it is wanted anew later.
        within: First sample, and one past the last, of a part of the chapter: what is yielded is the same as
            these samples of the whole.

    Yields:
        Blocks of ``BLOCK`` samples; the last one is shorter.

    Raises:
        AudioError: If a source has no samples, or more than two channels, or its place lies outside.
    """
    begin, end = within or (0, timeline.length)
    lasting = (placed for placed in timeline.placed if longest_end(placed) > begin)
    waiting = deque(sorted(lasting, key=lambda placed: placed.start))
    playing: list[_Playing] = []
    envelope = Envelope(timeline.speech, mixing.ducking)
    for start in range(begin, end, BLOCK):
        length = min(BLOCK, end - start)
        while waiting and waiting[0].start < start + length:
            placed = waiting.popleft()
            if placed.gain > -math.inf and placed.length > 0:
                playing.append(_prepare(placed, playing, channels, read))
        layers: dict[Stem, Signal] = {}
        for source in playing:
            stem = source.placed.stem
            if stem not in layers:
                layers[stem] = np.zeros((channels, length), np.float32)
            _add(layers[stem], source, start, envelope)
        yield Stems(start=start, length=length, channels=channels, layers=layers)
        playing = [source for source in playing if source.placed.start + source.length > start + length]


def longest_end(placed: Placed) -> int:
    """Return where a source is over at the latest, the answer of its room included."""
    return placed.start + placed.length + (longest_answer() if placed.room or placed.effect else 0)


def mix_blocks(
    stems: Iterable[Stems], *, room_tone: Decibels, gain: Decibels = Decibels(0.0)
) -> Iterator[Signal]:
    """Yield the sum of a chapter's layers block by block after the gain of its master, with room tone.

    Args:
        stems: The chapter, or a part of it.
        room_tone: Level of the room tone in what is yielded.
        gain: What the mix is changed by; the room tone is not.

    Shape:
        Each block: ``[channels, samples]``, float32.
    """
    factor = np.float32(to_gain(gain))
    for layers in stems:
        block = layers.sum()
        block *= factor
        if room_tone > -math.inf:
            block += tile(make_room_tone(room_tone, layers.channels), layers.start, layers.length)
        yield block


def _prepare(
    placed: Placed, playing: list[_Playing], channels: int, read: Callable[[Placed], Audio]
) -> _Playing:
    """Return a source ready to be added block by block."""
    chain = _CHAINS.get(_name_of(placed, channels)) if placed.loop else None
    samples = chain.sound if chain else _source(placed, playing, channels, read)
    if (placed.room or placed.effect) and not placed.loop:
        return _stage(placed, samples, channels)
    if placed.loop and samples.shape[1] >= SHORTEST:
        chain = _keep_chain(placed, channels, chain or Chain(samples, zlib.crc32(placed.digest.encode())))
    gains = tuple(to_gain(placed.gain) * gain for gain in pan_gains(placed.pan, len(samples), channels))
    return _Playing(placed=placed, samples=samples, gains=gains, length=placed.length, chain=chain)


_CHAINS: OrderedDict[tuple[str, str, int], Chain] = OrderedDict()
"""The last beds that this process mixed. Each part of a chapter asks for the same ones, and to make a bed of
an hour up to its last part takes seconds."""

_MOST = 2**24
"""Samples of all sounds that are kept, 64 MB."""


def _name_of(placed: Placed, channels: int) -> tuple[str, str, int]:
    return str(placed.file), placed.digest, channels


def _keep_chain(placed: Placed, channels: int, chain: Chain) -> Chain:
    """Keep a bed as the last one that was used, and let go of the oldest."""
    name = _name_of(placed, channels)
    _CHAINS[name] = chain
    _CHAINS.move_to_end(name)
    while len(_CHAINS) > 1 and sum(kept.sound.size for kept in _CHAINS.values()) > _MOST:
        _CHAINS.popitem(last=False)
    return chain


def _source(
    placed: Placed, playing: list[_Playing], channels: int, read: Callable[[Placed], Audio]
) -> Signal:
    """Return a source at ``MIX_RATE``: its stretch, or closed to a loop, which others that sound share."""
    if placed.loop:
        for other in playing:
            same = (other.placed.file, other.placed.digest, other.placed.loop, other.placed.seamless)
            if same == (placed.file, placed.digest, True, placed.seamless):
                return other.samples
    audio = resample(read(placed), MIX_RATE)
    if not audio.length:
        message = f"{placed.file} has no samples"
        raise AudioError(message, hint="replace the file, or remove it so that it is made again")
    samples = audio.samples if audio.channels <= channels else to_channels(audio.samples, channels)
    if not placed.loop:
        return samples[:, placed.offset : placed.offset + placed.length]
    if placed.seamless or samples.shape[1] >= SHORTEST:
        return samples
    return close_loop(samples, min(to_samples(SEAM, MIX_RATE), samples.shape[1] // 4))


def _stage(placed: Placed, samples: Signal, channels: int) -> _Playing:
    """Return a voice through its effect, then with the answer of its room; as loud as the voice alone."""
    voice = fade(
        samples[:, : placed.length],
        start=0,
        length=placed.length,
        fade_in=placed.fade_in,
        fade_out=placed.fade_out,
    )
    if placed.effect is not None:
        # Only an effect needs scipy, whose import costs more than the mix of a minute.
        from fullcast.audio.voicing import voice_through

        voice = voice_through(to_channels(voice, 1), placed.effect)
    gains = tuple(to_gain(placed.gain) * gain for gain in pan_gains(placed.pan, len(voice), channels))
    if placed.room is None:
        return _Playing(placed=placed, samples=voice, gains=gains, length=voice.shape[1], faded=True)
    answer = reverberate(to_channels(voice, 1), placed.room, channels)
    heard = answer.copy()
    for channel, gain in enumerate(pan_gains(placed.pan, len(voice), channels)):
        heard[channel, : voice.shape[1]] += voice[channel % len(voice)] * np.float32(gain)
    before, after = np.vdot(voice, voice), np.vdot(heard, heard)
    gain = to_gain(placed.gain) * math.sqrt(before / after if after > 0.0 else 1.0)
    return _Playing(placed=placed, samples=heard, gains=(gain,) * channels, length=heard.shape[1], faded=True)


def _add(layer: Signal, source: _Playing, start: int, envelope: Envelope) -> None:
    """Add to a layer what falls of a source into the block that begins at ``start``."""
    begins = max(0, source.placed.start - start)
    ends = min(layer.shape[1], source.placed.start + source.length - start)
    if ends <= begins:
        return
    samples = source.block(start + begins - source.placed.start, ends - begins)
    ends = begins + samples.shape[1]
    lowered = envelope.gain(start + begins, ends - begins) if source.placed.duck else 1.0
    if isinstance(lowered, np.ndarray):
        samples, lowered = samples * lowered, 1.0
    for channel, gain in enumerate(source.gains):
        layer[channel, begins:ends] += samples[channel % len(samples)] * np.float32(gain * lowered)
