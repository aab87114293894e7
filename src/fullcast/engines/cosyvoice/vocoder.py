"""The vocoder: a mel spectrogram to a wave, from a source of sines and noise that its pitch tells.

Its convolutions look back, or a fixed few frames ahead; where they and the Fourier transforms would see what
stands behind the end of a text, they are given what they would see if it were alone. So texts of several
lengths, padded behind, come out as each would by itself.

Source:
    HiFTNet (arXiv 2309.09493); ``cosyvoice/hifigan/generator.py`` of CosyVoice, ``CausalHiFTGenerator``.
"""

from __future__ import annotations

import math
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


class Convolution(nn.Conv1d):
    """A convolution that looks back, or ahead, and gives as many places as it got."""

    def __init__(self, into: int, out: int, kernel: int, *, dilation: int = 1, ahead: bool = False) -> None:
        super().__init__(into, out, kernel, dilation=dilation)
        reach = (kernel - 1) * dilation
        self.reach = (0, reach) if ahead else (reach, 0)

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[rows, out, places]``."""
        return super().forward(functional.pad(values, self.reach))


class Upsampling(nn.Conv1d):
    """Repeats every place and smooths what comes of it, looking back."""

    def __init__(self, into: int, out: int, kernel: int, *, times: int) -> None:
        super().__init__(into, out, kernel)
        self.times, self.reach = times, (kernel - 1, 0)

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[rows, out, times * places]``."""
        return super().forward(functional.pad(values.repeat_interleave(self.times, dim=-1), self.reach))


class Downsampling(nn.Conv1d):
    """Takes several places together."""

    def __init__(self, into: int, out: int, *, times: int) -> None:
        super().__init__(into, out, 2 * times, stride=times)
        self.reach = (times - 1, 0)

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[rows, out, places / times]``."""
        return super().forward(functional.pad(values, self.reach))


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

    def __init__(self, width: int, kernel: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            Convolution(width, width, kernel, dilation=dilation) for dilation in dilations
        )
        self.convs2 = nn.ModuleList(Convolution(width, width, kernel) for _ in dilations)
        self.activations1 = nn.ModuleList(Snake(width) for _ in dilations)
        self.activations2 = nn.ModuleList(Snake(width) for _ in dilations)

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape, ``[rows, width, places]``."""
        parts = zip(self.activations1, self.convs1, self.activations2, self.convs2, strict=True)
        for bend1, mix1, bend2, mix2 in parts:
            values = values + mix2(bend2(mix1(bend1(values))))
        return values


class Pitch(nn.Module):
    """The pitch of every frame, in hertz; 0 where there is none. In double precision: phases add up."""

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        width = shape.pitch_width
        layers: list[nn.Module] = [Convolution(shape.mels, width, 4, ahead=True), nn.ELU()]
        for _ in range(_PITCH_LAYERS - 1):
            layers += [Convolution(width, width, 3), nn.ELU()]
        self.condnet = nn.Sequential(*layers)
        self.classifier = nn.Linear(width, 1)

    def forward(self, mel: Tensor) -> Tensor:
        """Return ``[rows, frames]`` for ``[rows, mels, frames]``."""
        heard: Tensor = self.classifier(self.condnet(mel.double()).transpose(1, 2))
        return heard[..., 0].abs()


class Sines(nn.Module):
    """Holds how harmonics are mixed under the name that checkpoints have for it."""

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        self.l_linear = nn.Linear(shape.harmonics + 1, 1)


class Vocoder(nn.Module):
    """Mel spectrograms in, waves out."""

    def __init__(self, shape: VocoderShape) -> None:
        super().__init__()
        self.shape = shape
        spectrum = shape.fft + 2
        widths = [shape.width // 2 ** (number + 1) for number in range(len(shape.rates))]
        self.m_source = Sines(shape)
        self.conv_pre = Convolution(shape.mels, shape.width, shape.ahead + 1, ahead=True)
        self.ups = nn.ModuleList(
            Upsampling(2 * width, width, kernel, times=times)
            for width, kernel, times in zip(widths, shape.kernels, shape.rates, strict=True)
        )
        # Down from the source's frames to those of each stage: the last stage is as fine as the source.
        downs = list(accumulate((1, *shape.rates[:0:-1]), mul))[::-1]
        self.source_downs = nn.ModuleList(
            Downsampling(spectrum, width, times=times) if times > 1 else Convolution(spectrum, width, 1)
            for width, times in zip(widths, downs, strict=True)
        )
        self.source_resblocks = nn.ModuleList(
            ResidualBlock(width, *block) for width, block in zip(widths, shape.source_blocks, strict=True)
        )
        self.resblocks = nn.ModuleList(
            ResidualBlock(width, *block) for width in widths for block in shape.blocks
        )
        self.conv_post = Convolution(widths[-1], spectrum, 7)
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
        source = self._source(self.f0_predictor(together), lengths)
        magnitude, phase = self._bend(together, self._analyse(source))
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
        numbers = torch.arange(1, shape.harmonics + 2, device=pitch.device)
        turns = (pitch[..., None] * numbers / shape.rate) % 1.0
        angles = (turns.cumsum(1) * frame % 1.0) * (2.0 * math.pi)
        voiced = (pitch > shape.threshold).float()[..., None]
        sines = (shape.sine * angles.sin().float() * voiced).repeat_interleave(frame, dim=1)
        loud = voiced * shape.noise + (1.0 - voiced) * shape.sine / 3.0
        noise = loud.repeat_interleave(frame, dim=1) * self._noise(sines.shape[1]).to(pitch.device)
        source = torch.tanh(self.m_source.l_linear(sines + noise))[..., 0]
        source = functional.pad(source, (0, shape.fft // 2))
        behind = torch.arange(shape.fft // 2, device=pitch.device)
        ends = (lengths * frame)[:, None]
        mirrored = source.gather(1, (ends - 2 - behind).clamp(min=0))
        return source.scatter(1, ends + behind, mirrored)

    def _noise(self, samples: int) -> Tensor:
        """Return the noise of the source, ``[samples, harmonics + 1]``, 0 to 1: the same for every text."""
        if self.noise is None or len(self.noise) < samples:
            chance = torch.Generator().manual_seed(_NOISE_SEED)
            grown = 1 << (samples - 1).bit_length()
            self.noise = torch.rand(grown, self.shape.harmonics + 1, generator=chance)
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

    def _bend(self, mel: Tensor, source: Tensor) -> tuple[Tensor, Tensor]:
        """Return magnitudes and phases of the wave, ``[rows, fft / 2 + 1, steps]`` each."""
        values = self.conv_pre(mel)
        kinds = len(self.shape.blocks)
        last = len(self.ups) - 1
        for number, up in enumerate(self.ups):
            values = up(functional.leaky_relu(values, self.shape.slope))
            if number == last:
                values = functional.pad(values, (1, 0), mode="reflect")
            own = self.source_resblocks[number](self.source_downs[number](source))
            values = values + own
            blocks = self.resblocks[number * kinds : (number + 1) * kinds]
            values = torch.stack([block(values) for block in blocks]).sum(0) / kinds
        values = self.conv_post(functional.leaky_relu(values, _FINAL_SLOPE))
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


def _lay_over(pieces: Tensor, total: int, hop: int) -> Tensor:
    """Add pieces that overlap, ``[rows, size, steps]`` to ``[rows, total]``."""
    size = pieces.shape[1]
    return functional.fold(pieces, (1, total), (1, size), stride=(1, hop))[:, 0, 0]
