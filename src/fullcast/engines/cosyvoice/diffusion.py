"""The network of the flow: a transformer that is told how far from noise it is.

Source:
    DiT (arXiv 2212.09748) as in F5-TTS (arXiv 2410.06885); ``cosyvoice/flow/DiT`` of CosyVoice. Positions
    turn the first head only: the models were trained so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from fullcast.engines.cosyvoice.shapes import DiffusionFlowShape

_KERNEL = 31
_GROUPS = 16
_FREQUENCIES = 256
_ROPE_BASE = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """What is the same at every step."""

    beside: Tensor
    """What stands beside the state: prompt, tokens and speaker, ``[rows, frames, 3 * mels]``."""
    held: Tensor | None
    """Frames that are no padding, ``[rows, frames, 1]``; None where there is none."""
    seen: Tensor | None
    """What may be looked at, ``[rows, 1, 1, frames]``; None is everything, which is quicker."""
    cosine: Tensor
    sine: Tensor


def encode_times(times: Tensor, width: int) -> Tensor:
    """Return sines and cosines of times of 0 to 1, ``[rows]``, at many speeds, ``[rows, width]``.

    Times come in single precision or finer: a thousandfold, those of half precision would be off by a tenth.
    """
    half = width // 2
    steps = torch.arange(half, device=times.device, dtype=torch.float32)
    angles = 1000.0 * times[:, None] * torch.exp(steps * -(math.log(10_000.0) / (half - 1)))
    return torch.cat((angles.sin(), angles.cos()), dim=-1)


class TimeEmbedding(nn.Module):
    """How far the state is from noise, as many numbers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.time_mlp = nn.Sequential(nn.Linear(_FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, times: Tensor) -> Tensor:
        """Return ``[rows, width]`` for times of 0 to 1, ``[rows]``."""
        out: Tensor = self.time_mlp(encode_times(times, _FREQUENCIES).to(self.time_mlp[0].weight.dtype))
        return out


class PositionConvolution(nn.Module):
    """Where a frame stands, from those before it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv1d(width, width, _KERNEL, groups=_GROUPS), nn.Mish())
        self.conv2 = nn.Sequential(nn.Conv1d(width, width, _KERNEL, groups=_GROUPS), nn.Mish())

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape, ``[rows, frames, width]``."""
        turned = values.transpose(1, 2)
        for convolution in (self.conv1, self.conv2):
            turned = convolution(functional.pad(turned, (_KERNEL - 1, 0)))
        return turned.transpose(1, 2)


class InputEmbedding(nn.Module):
    """State, prompt, tokens and speaker in one."""

    def __init__(self, shape: DiffusionFlowShape) -> None:
        super().__init__()
        self.proj = nn.Linear(4 * shape.mels, shape.width)
        self.conv_pos_embed = PositionConvolution(shape.width)

    def forward(self, state: Tensor, given: Given) -> Tensor:
        """Return ``[rows, frames, width]``."""
        values = self.proj(torch.cat((state, given.beside), dim=-1))
        out: Tensor = self.conv_pos_embed(values) + values
        return out


class Modulation(nn.Module):
    """Scales and shifts that follow the time."""

    def __init__(self, width: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.linear = nn.Linear(width, parts * width)

    def forward(self, time: Tensor) -> tuple[Tensor, ...]:
        """Return the parts, ``[rows, 1, width]`` each."""
        found: tuple[Tensor, ...] = self.linear(functional.silu(time))[:, None].chunk(self.parts, dim=-1)
        return found


def _norm(values: Tensor) -> Tensor:
    return functional.layer_norm(values, values.shape[-1:], eps=1e-6)


class Attention(nn.Module):
    """Every frame looks at every frame that is no padding."""

    def __init__(self, shape: DiffusionFlowShape) -> None:
        super().__init__()
        self.heads, self.head = shape.heads, shape.head
        inner = shape.heads * shape.head
        self.to_q = nn.Linear(shape.width, inner)
        self.to_k = nn.Linear(shape.width, inner)
        self.to_v = nn.Linear(shape.width, inner)
        self.to_out = nn.ModuleList((nn.Linear(inner, shape.width),))

    def forward(self, values: Tensor, given: Given) -> Tensor:
        """Return values of the same shape, ``[rows, frames, width]``; zeros where there is padding."""
        queries = self._heads(self._turn(self.to_q(values), given))
        keys = self._heads(self._turn(self.to_k(values), given))
        found = functional.scaled_dot_product_attention(
            queries, keys, self._heads(self.to_v(values)), attn_mask=given.seen
        )
        out: Tensor = self.to_out[0](found.transpose(1, 2).flatten(2))
        return out if given.held is None else out * given.held

    def _heads(self, values: Tensor) -> Tensor:
        return values.unflatten(-1, (self.heads, self.head)).transpose(1, 2)

    def _turn(self, values: Tensor, given: Given) -> Tensor:
        """Turn neighbouring numbers of the first head against each other."""
        first, others = values[..., : self.head], values[..., self.head :]
        even, odd = first.unflatten(-1, (-1, 2)).unbind(-1)
        crossed = torch.stack((-odd, even), dim=-1).flatten(-2)
        return torch.cat((first * given.cosine + crossed * given.sine, others), dim=-1)


class FeedForward(nn.Module):
    """Two layers with GELU between them."""

    def __init__(self, shape: DiffusionFlowShape) -> None:
        super().__init__()
        inner = shape.width * shape.feed
        opening = nn.Sequential(nn.Linear(shape.width, inner), nn.GELU(approximate="tanh"))
        self.ff = nn.Sequential(opening, nn.Identity(), nn.Linear(inner, shape.width))

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape."""
        out: Tensor = self.ff(values)
        return out


class Block(nn.Module):
    """A block of the transformer."""

    def __init__(self, shape: DiffusionFlowShape) -> None:
        super().__init__()
        self.attn_norm = Modulation(shape.width, 6)
        self.attn = Attention(shape)
        self.ff = FeedForward(shape)

    def forward(self, values: Tensor, time: Tensor, given: Given) -> Tensor:
        """Return values of the same shape, ``[rows, frames, width]``."""
        shift, scale, gate, feed_shift, feed_scale, feed_gate = self.attn_norm(time)
        values = values + gate * self.attn(_norm(values) * (1 + scale) + shift, given)
        return values + feed_gate * self.ff(_norm(values) * (1 + feed_scale) + feed_shift)


class DiffusionTransformer(nn.Module):
    """Which way a state goes from noise to speech."""

    def __init__(self, shape: DiffusionFlowShape) -> None:
        super().__init__()
        self.head = shape.head
        self.time_embed = TimeEmbedding(shape.width)
        self.input_embed = InputEmbedding(shape)
        self.transformer_blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.norm_out = Modulation(shape.width, 2)
        self.proj_out = nn.Linear(shape.width, shape.mels)

    def prepare(self, known: Tensor, guide: Tensor, speakers: Tensor, held: Tensor | None) -> Given:
        """Return what is the same at every step; ``held`` says what is no padding, ``[rows, frames]``."""
        kind = self.proj_out.weight.dtype
        spread = speakers[:, None].expand(-1, guide.shape[1], -1)
        steps = torch.arange(0, self.head, 2, device=guide.device, dtype=torch.float32)
        places = torch.arange(guide.shape[1], device=guide.device, dtype=torch.float32)
        angles = (places[:, None] * _ROPE_BASE ** (-steps / self.head)).repeat_interleave(2, dim=-1)
        return Given(
            beside=torch.cat((known, guide, spread), dim=-1),
            held=None if held is None else held[..., None],
            seen=None if held is None else held[:, None, None],
            cosine=angles.cos().to(kind),
            sine=angles.sin().to(kind),
        )

    def forward(self, state: Tensor, times: Tensor, given: Given) -> Tensor:
        """Return the way, ``[rows, frames, mels]``.

        Args:
            state: Where it is, ``[rows, frames, mels]``.
            times: How far from noise, 0 to 1, ``[rows]``, in single precision or finer.
            given: What ``prepare`` returned.
        """
        time = self.time_embed(times)
        values = self.input_embed(state, given)
        for block in self.transformer_blocks:
            values = block(values, time, given)
        scale, shift = self.norm_out(time)
        out: Tensor = self.proj_out(_norm(values) * (1 + scale) + shift)
        return out
