"""The flow: speech tokens to a mel spectrogram, in ten steps from noise.

Everything in it looks back, or a fixed few tokens ahead, so that texts of several lengths, padded behind,
come out as each would alone; attention is told where the padding begins. The noise is the same for all.

Source:
    Flow matching (arXiv 2210.02747) with guidance as in Voicebox (arXiv 2306.15687), the network as in
    F5-TTS (arXiv 2410.06885); ``cosyvoice/flow/flow.py`` of CosyVoice, ``CausalMaskedDiffWithDiT``, and
    ``flow_matching.py``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from fullcast.engines.cosyvoice.diffusion import DiffusionTransformer
from fullcast.engines.cosyvoice.prompts import Prompt
from fullcast.engines.cosyvoice.shapes import DiffusionFlowShape, FlowShape

NOISE_SEED = 0
"""Of CosyVoice's own noise: the same frames have the same noise in every text."""
NOISE_FRAMES = 15_000
"""Frames that there is noise for: 300 s."""


class LookAhead(nn.Module):
    """Mixes each token with a few that follow."""

    def __init__(self, width: int, inner: int, ahead: int) -> None:
        super().__init__()
        self.ahead = ahead
        self.conv1 = nn.Conv1d(width, inner, ahead + 1)
        self.conv2 = nn.Conv1d(inner, width, 3)

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape, ``[rows, tokens, width]``; zeros stand behind the last token."""
        mixed = functional.pad(values.transpose(1, 2), (0, self.ahead))
        mixed = functional.leaky_relu(self.conv1(mixed))
        mixed = self.conv2(functional.pad(mixed, (2, 0)))
        return mixed.transpose(1, 2) + values


class Decoder(nn.Module):
    """Holds the network under the name that checkpoints have for it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.estimator = network


class Flow(nn.Module, ABC):
    """Speech tokens and a speaker's prompt in, a mel spectrogram out."""

    def __init__(self, shape: FlowShape, width: int, network: nn.Module) -> None:
        """Make a flow.

        Args:
            shape: Its sizes.
            width: Of a token, embedded.
            network: Says which way a state goes from noise to speech.
        """
        super().__init__()
        self.shape = shape
        self.input_embedding = nn.Embedding(shape.tokens, width)
        self.spk_embed_affine_layer = nn.Linear(shape.speaker, shape.mels)
        self.decoder = Decoder(network)
        self.noise: Tensor | None = None

    @abstractmethod
    def guide(self, embedded: Tensor, held: Tensor | None) -> Tensor:
        """Return what the tokens say, ``[rows, frames, mels]``.

        Args:
            embedded: ``[rows, tokens, width]``, zeros where there is padding.
            held: Which tokens are no padding, ``[rows, tokens]``; None where there is none.
        """

    @torch.inference_mode()
    def make(self, tokens: list[Tensor], prompts: list[Prompt]) -> list[Tensor]:
        """Return the mel spectrogram of each text, ``[frames, mels]``, without its prompt.

        Args:
            tokens: Speech tokens, ``[tokens]`` each, on the flow's device; none is empty.
            prompts: Who speaks each.
        """
        device = self.input_embedding.weight.device
        ratio = self.shape.ratio
        whole = [
            torch.cat((prompt.tokens.to(device), own)) for own, prompt in zip(tokens, prompts, strict=True)
        ]
        most = max(len(ids) for ids in whole)
        held = _held([len(ids) for ids in whole], most, device)
        ids = pad_sequence(whole, batch_first=True).clamp(min=0)
        embedded = self.input_embedding(ids)
        guide = self.guide(embedded if held is None else embedded * held[..., None], held)
        known = torch.zeros_like(guide)
        for row, prompt in enumerate(prompts):
            known[row, : len(prompt.mel)] = prompt.mel.to(known)
        speakers = torch.stack([prompt.speaker.to(guide) for prompt in prompts])
        speakers = self.spk_embed_affine_layer(functional.normalize(speakers, dim=1))
        mel = self._solve(guide, known, speakers, held)
        return [
            mel[row, len(prompt.mel) : len(ids) * ratio]
            for row, (ids, prompt) in enumerate(zip(whole, prompts, strict=True))
        ]

    def _start(self, frames: int, device: torch.device) -> Tensor:
        """Return the noise that every text begins with, ``[frames, mels]``."""
        if self.noise is None:
            chance = torch.Generator().manual_seed(NOISE_SEED)
            size = (1, self.shape.mels, NOISE_FRAMES)
            self.noise = torch.randn(size, generator=chance)[0].T.contiguous().to(device)
        return self.noise[:frames]

    def _solve(self, guide: Tensor, known: Tensor, speakers: Tensor, held: Tensor | None) -> Tensor:
        """Go from noise to speech by Euler's steps, with and without guidance at once.

        Args:
            guide: What the tokens say, ``[rows, frames, mels]``.
            known: Frames of the prompt, zeros behind it; likewise.
            speakers: ``[rows, mels]``.
            held: Which tokens are no padding, ``[rows, tokens]``; None where there is none.

        Returns:
            ``[rows, frames, mels]``, in single precision or finer.
        """
        rows, frames, _ = guide.shape
        fine = torch.promote_types(guide.dtype, torch.float32)
        shares = torch.linspace(0, 1, self.shape.steps + 1, dtype=fine, device=guide.device)
        times = 1 - torch.cos(shares * (math.pi / 2))
        state = self._start(frames, guide.device).to(fine).expand(rows, -1, -1)
        known, guide, speakers = (
            torch.cat((part, torch.zeros_like(part))) for part in (known, guide, speakers)
        )
        network = self.decoder.estimator
        frames_held = None if held is None else held.repeat(2, 1).repeat_interleave(self.shape.ratio, dim=1)
        given = network.prepare(known, guide, speakers, frames_held)
        for start, end in pairwise(times):
            both = torch.cat((state, state)).to(guide.dtype)
            moved = network(both, start.expand(2 * rows), given).to(fine)
            wanted, free = moved.chunk(2)
            strength = self.shape.guidance
            state = state + (end - start) * ((1.0 + strength) * wanted - strength * free)
        return state


class DiffusionFlow(Flow):
    """The flow of CosyVoice 3."""

    def __init__(self, shape: DiffusionFlowShape) -> None:
        super().__init__(shape, shape.mels, DiffusionTransformer(shape))
        self.pre_lookahead_layer = LookAhead(shape.mels, shape.ahead_width, shape.ahead)

    def guide(self, embedded: Tensor, held: Tensor | None) -> Tensor:
        """Return what the tokens say, ``[rows, frames, mels]``."""
        del held  # it looks back, and at zeros
        values: Tensor = self.pre_lookahead_layer(embedded)
        return values.repeat_interleave(self.shape.ratio, dim=1)


def _held(lengths: list[int], most: int, device: torch.device) -> Tensor | None:
    """Return which places are no padding, ``[rows, most]``; None where there is none, which is quicker."""
    if all(length == most for length in lengths):
        return None
    return torch.arange(most, device=device) < torch.tensor(lengths, device=device)[:, None]
