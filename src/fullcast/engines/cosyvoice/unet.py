"""The network of the flow of CosyVoice 2: convolutions that look back, with attention between them.

Source:
    ``cosyvoice/flow/decoder.py`` of CosyVoice, ``CausalConditionalDecoder``, after Matcha-TTS
    (arXiv 2309.03199).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from fullcast.engines.cosyvoice.diffusion import encode_times
from fullcast.engines.cosyvoice.shapes import ConformerFlowShape

_KERNEL = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """What is the same at every step."""

    beside: Tensor
    """What stands beside the state: tokens, speaker and prompt, ``[rows, frames, 3 * mels]``."""
    seen: Tensor | None
    """What may be looked at, ``[rows, 1, 1, frames]``; None is everything."""


class LookingBack(nn.Conv1d):
    """A convolution over the last three frames."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__(into, out, _KERNEL)

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[rows, out, frames]``."""
        return super().forward(functional.pad(values, (_KERNEL - 1, 0)))


class ChannelNorm(nn.LayerNorm):
    """A norm over channels."""

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape, ``[rows, channels, frames]``."""
        return super().forward(values.transpose(1, 2)).transpose(1, 2)


class Bend(nn.Module):
    """Convolution, norm and Mish."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        # Checkpoints count two turns of the axes as layers.
        self.block = nn.Sequential(
            LookingBack(into, out), nn.Identity(), ChannelNorm(out), nn.Identity(), nn.Mish()
        )

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[rows, out, frames]``."""
        bent: Tensor = self.block(values)
        return bent


class Residual(nn.Module):
    """Two bends with the time between them, added to what came in."""

    def __init__(self, into: int, out: int, time: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Mish(), nn.Linear(time, out))
        self.block1 = Bend(into, out)
        self.block2 = Bend(out, out)
        self.res_conv = nn.Conv1d(into, out, 1)

    def forward(self, values: Tensor, time: Tensor) -> Tensor:
        """Return ``[rows, out, frames]`` for a time, ``[rows, width]``."""
        bent = self.block2(self.block1(values) + self.mlp(time)[..., None])
        out: Tensor = bent + self.res_conv(values)
        return out


class Attention(nn.Module):
    """Every frame looks at every frame that is no padding."""

    def __init__(self, width: int, heads: int, head: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, heads * head, bias=False)
        self.to_k = nn.Linear(width, heads * head, bias=False)
        self.to_v = nn.Linear(width, heads * head, bias=False)
        self.to_out = nn.ModuleList((nn.Linear(heads * head, width),))

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """Return values of the same shape, ``[rows, frames, width]``."""
        queries, keys, content = (
            layer(values).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer in (self.to_q, self.to_k, self.to_v)
        )
        found = functional.scaled_dot_product_attention(queries, keys, content, attn_mask=seen)
        out: Tensor = self.to_out[0](found.transpose(1, 2).flatten(2))
        return out


class Gelu(nn.Module):
    """A linear layer and GELU, under the name that checkpoints have for it."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, inner)

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[…, inner]``."""
        return functional.gelu(self.proj(values))


class FeedForward(nn.Module):
    """Two layers, the inner one four times as wide."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.Sequential(Gelu(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape."""
        out: Tensor = self.net(values)
        return out


class Block(nn.Module):
    """Attention and feed-forward, each behind its norm."""

    def __init__(self, shape: ConformerFlowShape) -> None:
        super().__init__()
        width = shape.channels
        self.norm1 = nn.LayerNorm(width)
        self.attn1 = Attention(width, shape.network_heads, shape.network_head)
        self.norm3 = nn.LayerNorm(width)
        self.ff = FeedForward(width)

    def forward(self, values: Tensor, seen: Tensor | None) -> Tensor:
        """Return values of the same shape, ``[rows, frames, width]``."""
        values = values + self.attn1(self.norm1(values), seen)
        out: Tensor = values + self.ff(self.norm3(values))
        return out


class Unet(nn.Module):
    """Which way a state goes from noise to speech: stages in a row, with one shortcut around them."""

    def __init__(self, shape: ConformerFlowShape) -> None:
        super().__init__()
        self.opening = 4 * shape.mels
        width, time = shape.channels, 4 * shape.channels

        def stage(into: int, *closing: nn.Module) -> nn.ModuleList:
            blocks = nn.ModuleList(Block(shape) for _ in range(shape.network_blocks))
            return nn.ModuleList((Residual(into, width, time), blocks, *closing))

        self.time_mlp = TimeLayers(self.opening, time)
        self.down_blocks = nn.ModuleList((stage(self.opening, LookingBack(width, width)),))
        self.mid_blocks = nn.ModuleList(stage(width) for _ in range(shape.network_middle))
        self.up_blocks = nn.ModuleList((stage(2 * width, LookingBack(width, width)),))
        self.final_block = Bend(width, width)
        self.final_proj = nn.Conv1d(width, shape.mels, 1)

    def prepare(self, known: Tensor, guide: Tensor, speakers: Tensor, held: Tensor | None) -> Given:
        """Return what is the same at every step; ``held`` says what is no padding, ``[rows, frames]``."""
        spread = speakers[:, None].expand(-1, guide.shape[1], -1)
        seen = None if held is None else held[:, None, None]
        return Given(beside=torch.cat((guide, spread, known), dim=-1), seen=seen)

    def forward(self, state: Tensor, times: Tensor, given: Given) -> Tensor:
        """Return the way, ``[rows, frames, mels]``.

        Args:
            state: Where it is, ``[rows, frames, mels]``.
            times: How far from noise, 0 to 1, ``[rows]``.
            given: What ``prepare`` returned.
        """
        time = self.time_mlp(encode_times(times, self.opening).to(state.dtype))
        values = torch.cat((state, given.beside), dim=-1).transpose(1, 2)
        (down,), (up,) = self.down_blocks, self.up_blocks
        kept = _through(down, values, time, given)
        values = down[2](kept)
        for middle in self.mid_blocks:
            values = _through(middle, values, time, given)
        values = up[2](_through(up, torch.cat((values, kept), dim=1), time, given))
        out: Tensor = self.final_proj(self.final_block(values))
        return out.transpose(1, 2)


class TimeLayers(nn.Module):
    """How far the state is from noise, as many numbers."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.linear_1 = nn.Linear(into, out)
        self.linear_2 = nn.Linear(out, out)

    def forward(self, encoded: Tensor) -> Tensor:
        """Return ``[rows, out]``."""
        out: Tensor = self.linear_2(functional.silu(self.linear_1(encoded)))
        return out


def _through(stage: nn.Module, values: Tensor, time: Tensor, given: Given) -> Tensor:
    """Return what a stage makes of values, ``[rows, width, frames]``, without its closing."""
    assert isinstance(stage, nn.ModuleList)
    residual, blocks = stage[0], stage[1]
    values = residual(values, time).transpose(1, 2)
    for block in blocks:
        values = block(values, given.seen)
    return values.transpose(1, 2)
