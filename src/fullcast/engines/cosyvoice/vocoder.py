"""The vocoder: a mel spectrogram to a wave, from a source of sines and noise that its pitch tells.

The convolutions of CosyVoice 3 look back, or a fixed few frames ahead; those of 2 look both ways. Where they
and the Fourier transforms would see what stands behind the end of a text, they are given what they would see
if it were alone. So texts of several lengths, padded behind, come out as each would by itself.

Source:
    HiFTNet (arXiv 2309.09493); ``cosyvoice/hifigan/generator.py`` of CosyVoice, ``CausalHiFTGenerator`` and
    ``HiFTGenerator``.
"""

from __future__ import annotations

import math
from enum import Enum
from itertools import accumulate
from operator import mul

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from fullcast.engines.cosyvoice.shapes import VocoderShape

_NOISE_SEED = 1986
_FINAL_SLOPE = 0.01
"""Of the last leaky rectifier: that of torch."""
_LOUDEST = 100.0
"""Magnitude of a frequency that none exceeds."""
_PITCH_LAYERS = 5
_AROUND_KERNEL = 7
"""Of the first convolution, where it looks both ways."""


class Look(Enum):
    """Which places a convolution sees beside its own."""

    BEHIND = "behind"
    AHEAD = "ahead"
    AROUND = "around"


class Convolution(nn.Conv1d):
    """A convolution that gives as many places as it got."""

    def __init__(
        self, into: int, out: int, kernel: int, *, dilation: int = 1, look: Look = Look.BEHIND
    ) -> None:
        super().__init__(into, out, kernel, dilation=dilation)
        reach = (kernel - 1) * dilation
        sides = {
            Look.BEHIND: (reach, 0),
            Look.AHEAD: (0, reach),
            Look.AROUND: (reach // 2, reach - reach // 2),
        }
        self.reach = sides[look]

    def forward(self, values: Tensor, held: Tensor | None = None) -> Tensor:
        """Return ``[rows, out, places]``; what is not held, ``[rows, 1, places]``, is seen as zero."""
        seen = values if held is None else values * held
        return super().forward(functional.pad(seen, self.reach))


class Upsampling(nn.Conv1d):
    """Repeats every place and smooths what comes of it, looking back."""

    def __init__(self, into: int, out: int, kernel: int, *, times: int) -> None:
        super().__init__(into, out, kernel)
        self.times, self.reach = times, (kernel - 1, 0)

    def forward(self, values: Tensor, held: Tensor | None = None) -> Tensor:
        """Return ``[rows, out, times * places]``."""
        del held  # it looks back
        return super().forward(functional.pad(values.repeat_interleave(self.times, dim=-1), self.reach))


class Spreading(nn.ConvTranspose1d):
    """Spreads every place over several, both ways."""

    def __init__(self, into: int, out: int, kernel: int, *, times: int) -> None:
        super().__init__(into, out, kernel, times, padding=(kernel - times) // 2)

    def forward(self, values: Tensor, held: Tensor | None = None) -> Tensor:  # type: ignore[override, unused-ignore] # no size
        """Return ``[rows, out, times * places]``; what is not held is seen as zero."""
        return super().forward(values if held is None else values * held)


class Downsampling(nn.Conv1d):
    """Takes several places together."""

    def __init__(self, into: int, out: int, *, times: int, look: Look) -> None:
        super().__init__(into, out, 2 * times, stride=times)
        self.reach = (times // 2, times // 2) if look is Look.AROUND else (times - 1, 0)

    def forward(self, values: Tensor, held: Tensor | None = None) -> Tensor:
        """Return ``[rows, out, places / times]``; what is not held is seen as zero."""
        seen = values if held is None else values * held
        return super().forward(functional.pad(seen, self.reach))


class Snake(nn.Module):
    """A rectifier that is periodic (arXiv 2006.08195)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(width))

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape, ``[rows, width, places]``."""
        alpha = self.alpha[:, None]
        return values + (values * alpha).sin().square() / (alpha + 1e-9)


class ResidualBlock(nn.Module):
    """Convolutions of growing dilation, each added to what it got."""

    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...], look: Look) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            Convolution(width, width, kernel, dilation=dilation, look=look) for dilation in dilations
        )
        self.convs2 = nn.ModuleList(Convolution(width, width, kernel, look=look) for _ in dilations)
        self.activations1 = nn.ModuleList(Snake(width) for _ in dilations)
        self.activations2 = nn.ModuleList(Snake(width) for _ in dilations)

    def forward(self, values: Tensor, held: Tensor | None) -> Tensor:
        """Return values of the same shape, ``[rows, width, places]``."""
        parts = zip(self.activations1, self.convs1, self.activations2, self.convs2, strict=True)
        for bend1, mix1, bend2, mix2 in parts:
            values = values + mix2(bend2(mix1(bend1(values), held)), held)
        return values


class Pitch(nn.Module):
    """The pitch of every frame, in hertz; 0 where there is none. In double precision: phases add up."""

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        width, look = shape.pitch_width, _look(shape)
        first = Convolution(shape.mels, width, 3 if look is Look.AROUND else 4, look=_ahead(look))
        layers: list[nn.Module] = [first, nn.ELU()]
        for _ in range(_PITCH_LAYERS - 1):
            layers += [Convolution(width, width, 3, look=look), nn.ELU()]
        self.condnet = nn.Sequential(*layers)
        self.classifier = nn.Linear(width, 1)

    def forward(self, mel: Tensor, held: Tensor | None = None) -> Tensor:
        """Return ``[rows, frames]`` for ``[rows, mels, frames]``."""
        values = mel.double()
        for layer in self.condnet:
            values = layer(values, held) if isinstance(layer, Convolution) else layer(values)
        heard: Tensor = self.classifier(values.transpose(1, 2))
        return heard[..., 0].abs()


def _look(shape: VocoderShape) -> Look:
    return Look.BEHIND if shape.ahead else Look.AROUND


def _ahead(look: Look) -> Look:
    """Return where the first convolution looks of a network that looks back otherwise."""
    return Look.AROUND if look is Look.AROUND else Look.AHEAD


class Sines(nn.Module):
    """Holds how harmonics are mixed under the name that checkpoints have for it."""

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        self.l_linear = nn.Linear(shape.harmonics + 1, 1)


class Vocoder(nn.Module):
    """Mel spectrograms in, waves out."""

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        self.shape, self.look = shape, _look(shape)
        around = self.look is Look.AROUND
        spectrum = shape.fft + 2
        widths = [shape.width // 2 ** (number + 1) for number in range(len(shape.rates))]
        self.m_source = Sines(shape)
        opening = _AROUND_KERNEL if around else shape.ahead + 1
        self.conv_pre = Convolution(shape.mels, shape.width, opening, look=_ahead(self.look))
        kind = Spreading if around else Upsampling
        self.ups = nn.ModuleList(
            kind(2 * width, width, kernel, times=times)
            for width, kernel, times in zip(widths, shape.kernels, shape.rates, strict=True)
        )
        # Down from the source's frames to those of each stage: the last stage is as fine as the source.
        downs = list(accumulate((1, *shape.rates[:0:-1]), mul))[::-1]
        self.source_downs = nn.ModuleList(
            Downsampling(spectrum, width, times=times, look=self.look)
            if times > 1
            else Convolution(spectrum, width, 1)
            for width, times in zip(widths, downs, strict=True)
        )
        self.source_resblocks = nn.ModuleList(
            ResidualBlock(width, *block, self.look)
            for width, block in zip(widths, shape.source_blocks, strict=True)
        )
        self.resblocks = nn.ModuleList(
            ResidualBlock(width, *block, self.look) for width in widths for block in shape.blocks
        )
        self.conv_post = Convolution(widths[-1], spectrum, 7, look=self.look)
        self.f0_predictor = Pitch(shape)
        self.noise: Tensor | None = None

    def settle(self) -> Vocoder:
        """Bring pitch to double precision, the rest to single; call after weights are loaded."""
        self.float()
        self.f0_predictor.double()
        return self

    @torch.inference_mode()
    def speak(self, mels: list[Tensor]) -> list[Tensor]:
        """Return the wave of each mel spectrogram, ``[samples]``, 480 of 24 kHz a frame.

        Args:
            mels: ``[frames, mels]`` each, on the vocoder's device; none is empty.
        """
        lengths = torch.tensor([len(mel) for mel in mels], device=mels[0].device)
        together = pad_sequence([mel.float() for mel in mels], batch_first=True).transpose(1, 2)
        is_padded = any(len(mel) < together.shape[2] for mel in mels)
        held = None
        if is_padded and self.look is Look.AROUND:  # what looks back sees no padding
            places = torch.arange(together.shape[2], device=lengths.device)
            held = places < lengths[:, None, None]
        pitch = self.f0_predictor(together, held)
        source = self._source(pitch if held is None else pitch * held[:, 0], lengths)
        magnitude, phase = self._bend(together, self._analyse(source), held)
        waves = self._synthesise(magnitude, phase, lengths).clamp(-self.shape.limit, self.shape.limit)
        frame = self.shape.frame
        return [wave[: len(mel) * frame] for wave, mel in zip(waves, mels, strict=True)]

    def _source(self, pitch: Tensor, lengths: Tensor) -> Tensor:
        """Return sines where it is voiced and noise where not, ``[rows, samples + fft / 2]``.

        Behind a row's end stands its mirror image, as the Fourier transform of the row alone would see it.

        Args:
            pitch: Hertz, ``[rows, frames]``, double precision.
            lengths: Frames of each row.
        """
        shape, frame = self.shape, self.shape.frame
        voiced = (pitch > shape.threshold).float()[..., None]
        sines = shape.sine * self._sines(pitch) * voiced.repeat_interleave(frame, dim=1)
        loud = voiced * shape.noise + (1.0 - voiced) * shape.sine / 3.0
        noise = loud.repeat_interleave(frame, dim=1) * self._noise(sines.shape[1]).to(pitch.device)
        source = torch.tanh(self.m_source.l_linear(sines + noise))[..., 0]
        source = functional.pad(source, (0, shape.fft // 2))
        behind = torch.arange(shape.fft // 2, device=pitch.device)
        ends = (lengths * frame)[:, None]
        mirrored = source.gather(1, (ends - 2 - behind).clamp(min=0))
        return source.scatter(1, ends + behind, mirrored)

    def _sines(self, pitch: Tensor) -> Tensor:
        """Return a sine of each harmonic of a pitch, ``[rows, samples, harmonics + 1]``.

        In CosyVoice 3 a frame has one phase; in 2 it goes on evenly from the middle of a frame to the next.
        """
        numbers = torch.arange(1, self.shape.harmonics + 2, device=pitch.device)
        turns = ((pitch[..., None] * numbers / self.shape.rate) % 1.0).cumsum(1) * self.shape.frame
        if self.look is Look.AROUND:
            even = functional.interpolate(turns.transpose(1, 2), scale_factor=self.shape.frame, mode="linear")
            return ((even % 1.0) * (2.0 * math.pi)).float().sin().transpose(1, 2)
        return ((turns % 1.0) * (2.0 * math.pi)).float().sin().repeat_interleave(self.shape.frame, dim=1)

    def _noise(self, samples: int) -> Tensor:
        """Return the noise of the source, ``[samples, harmonics + 1]``, the same for every text.

        In CosyVoice 3 its numbers are of 0 to 1, in 2 they are normal.
        """
        if self.noise is None or len(self.noise) < samples:
            chance = torch.Generator().manual_seed(_NOISE_SEED)
            grown = 1 << (samples - 1).bit_length()
            make = torch.randn if self.look is Look.AROUND else torch.rand
            self.noise = make(grown, self.shape.harmonics + 1, generator=chance)
        return self.noise[:samples]

    def _analyse(self, source: Tensor) -> Tensor:
        """Return the source's spectrum, ``[rows, fft + 2, steps]``: real parts, then imaginary ones."""
        half = self.shape.fft // 2
        padded = functional.pad(source[:, None], (half, 0), mode="reflect")[:, 0]
        spectrum = torch.stft(
            padded,
            self.shape.fft,
            self.shape.hop,
            window=self._window(padded),
            center=False,
            return_complex=True,
        )
        return torch.cat((spectrum.real, spectrum.imag), dim=1)

    def _window(self, beside: Tensor) -> Tensor:
        return torch.hann_window(self.shape.fft, device=beside.device)

    def _bend(self, mel: Tensor, source: Tensor, held: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return magnitudes and phases of the wave, ``[rows, fft / 2 + 1, steps]`` each.

        Args:
            mel: ``[rows, mels, frames]``.
            source: Its spectrum, ``[rows, fft + 2, steps]``.
            held: Which frames are no padding, ``[rows, 1, frames]``; None where nothing sees the others.
        """
        values = self.conv_pre(mel, held)
        kinds, last = len(self.shape.blocks), len(self.ups) - 1
        steps = None if held is None else _finer(held, self.shape.frame // self.shape.hop, one_more=True)
        for number, up in enumerate(self.ups):
            values = up(functional.leaky_relu(values, self.shape.slope), held)
            if held is not None:
                held = _finer(held, self.shape.rates[number], one_more=number == last)
            if number == last:
                values = functional.pad(values, (1, 0), mode="reflect")
            own = self.source_downs[number](source, steps)
            values = values + self.source_resblocks[number](own, held)
            blocks = self.resblocks[number * kinds : (number + 1) * kinds]
            values = torch.stack([block(values, held) for block in blocks]).sum(0) / kinds
        values = self.conv_post(functional.leaky_relu(values, _FINAL_SLOPE), held)
        bins = self.shape.fft // 2 + 1
        return values[:, :bins].exp().clamp(max=_LOUDEST), values[:, bins:].sin()

    def _synthesise(self, magnitude: Tensor, phase: Tensor, lengths: Tensor) -> Tensor:
        """Return waves, ``[rows, samples]``, each of the steps that are its own.

        ``torch.istft`` would let steps behind a row's end into its last samples.
        """
        fft, hop = self.shape.fft, self.shape.hop
        steps, window = magnitude.shape[-1], self._window(magnitude)
        own = torch.arange(steps, device=magnitude.device) <= (lengths * (self.shape.frame // hop))[:, None]
        pieces = torch.fft.irfft(torch.polar(magnitude, phase), n=fft, dim=1) * window[:, None]
        weights = (window.square()[:, None] * own[:, None]).to(pieces.dtype)
        total = (steps - 1) * hop + fft
        wave = _lay_over(pieces * own[:, None], total, hop)
        weight = _lay_over(weights, total, hop)
        return (wave / weight.clamp(min=1e-11))[:, fft // 2 :]


def _finer(held: Tensor, times: int, *, one_more: bool) -> Tensor:
    """Return which places are held of ``times`` as many, and of one more before them."""
    finer = held.repeat_interleave(times, dim=-1)
    return functional.pad(finer, (1, 0), value=True) if one_more else finer


def _lay_over(pieces: Tensor, total: int, hop: int) -> Tensor:
    """Add pieces that overlap, ``[rows, size, steps]`` to ``[rows, total]``."""
    size = pieces.shape[1]
    return functional.fold(pieces, (1, total), (1, size), stride=(1, hop))[:, 0, 0]
