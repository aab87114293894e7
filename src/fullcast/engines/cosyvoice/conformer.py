"""The flow of CosyVoice 2: a conformer that doubles the tokens' rate, and a network of blocks that look back.

Source:
    ``cosyvoice/flow/flow.py`` of CosyVoice, ``CausalMaskedDiffWithXvec``; its encoder follows ESPnet's
    conformer (arXiv 2005.08100, 1901.02860), its network Matcha-TTS (arXiv 2309.03199).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from fullcast.engines.cosyvoice.flow import Flow, LookAhead
from fullcast.engines.cosyvoice.shapes import ConformerFlowShape
from fullcast.engines.cosyvoice.unet import Unet

_UP_KERNEL = 5


class Opening(nn.Module):
    """A linear layer and a norm before blocks, under the name that checkpoints have for it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.out = nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width))

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape, ``[rows, places, width]``."""
        opened: Tensor = self.out(values)
        return opened * math.sqrt(values.shape[-1])


class RelativeAttention(nn.Module):
    """Attention that knows how far places are from each other (arXiv 1901.02860, section 3.3)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.linear_q = nn.Linear(width, width)
        self.linear_k = nn.Linear(width, width)
        self.linear_v = nn.Linear(width, width)
        self.linear_out = nn.Linear(width, width)
        self.linear_pos = nn.Linear(width, width, bias=False)
        self.pos_bias_u = nn.Parameter(torch.zeros(heads, width // heads))
        self.pos_bias_v = nn.Parameter(torch.zeros(heads, width // heads))

    def forward(self, values: Tensor, distances: Tensor, held: Tensor | None) -> Tensor:
        """Return values of the same shape, ``[rows, places, width]``.

        Args:
            values: What looks and is looked at.
            distances: What ``encode_distances`` returned, ``[2 * places - 1, width]``.
            held: Which places are no padding, ``[rows, places]``; None where there is none.
        """
        queries = self._heads(self.linear_q(values))
        keys, content = self._heads(self.linear_k(values)), self._heads(self.linear_v(values))
        far = self._heads(self.linear_pos(distances)[None])
        near = queries + self.pos_bias_v[:, None]
        bias = _by_place(near @ far.transpose(-2, -1)) / math.sqrt(queries.shape[-1])
        if held is not None:
            bias = bias.masked_fill(~held[:, None, None], -torch.inf)
        seen = functional.scaled_dot_product_attention(
            queries + self.pos_bias_u[:, None], keys, content, attn_mask=bias
        )
        out: Tensor = self.linear_out(seen.transpose(1, 2).flatten(2))
        return out

    def _heads(self, values: Tensor) -> Tensor:
        return values.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _by_place(scores: Tensor) -> Tensor:
    """Return scores by places, ``[…, places, places]``, of those by distance, ``[…, places, distances]``."""
    *outer, places, distances = scores.shape
    shifted = functional.pad(scores, (1, 0)).reshape(*outer, distances + 1, places)
    return shifted[..., 1:, :].reshape(*outer, places, distances)[..., :places]


def encode_distances(places: int, width: int, like: Tensor) -> Tensor:
    """Return sines and cosines of distances, ``[2 * places - 1, width]``, from the farthest before on."""
    distances = torch.arange(places - 1, -places, -1, device=like.device, dtype=torch.float32)
    speeds = torch.exp(
        torch.arange(0, width, 2, device=like.device, dtype=torch.float32) * -(math.log(10_000.0) / width)
    )
    angles = distances[:, None] * speeds
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1).to(like.dtype)


class FeedForward(nn.Module):
    """Two layers with swish between them."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.w_1 = nn.Linear(width, inner)
        self.w_2 = nn.Linear(inner, width)

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape."""
        out: Tensor = self.w_2(functional.silu(self.w_1(values)))
        return out


class Layer(nn.Module):
    """Attention and feed-forward, each behind its norm."""

    def __init__(self, shape: ConformerFlowShape) -> None:
        super().__init__()
        self.self_attn = RelativeAttention(shape.width, shape.heads)
        self.feed_forward = FeedForward(shape.width, shape.feed)
        self.norm_ff = nn.LayerNorm(shape.width, eps=1e-12)
        self.norm_mha = nn.LayerNorm(shape.width, eps=1e-12)

    def forward(self, values: Tensor, distances: Tensor, held: Tensor | None) -> Tensor:
        """Return values of the same shape, ``[rows, places, width]``."""
        values = values + self.self_attn(self.norm_mha(values), distances, held)
        out: Tensor = values + self.feed_forward(self.norm_ff(values))
        return out


class Doubling(nn.Module):
    """Repeats each place and smooths what comes of it, looking back."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(width, width, _UP_KERNEL)

    def forward(self, values: Tensor) -> Tensor:
        """Return ``[rows, 2 * places, width]``."""
        doubled = functional.pad(values.repeat_interleave(2, dim=1).transpose(1, 2), (_UP_KERNEL - 1, 0))
        out: Tensor = self.conv(doubled).transpose(1, 2)
        return out


class Encoder(nn.Module):
    """Tokens, embedded, to frames at twice their rate."""

    def __init__(self, shape: ConformerFlowShape) -> None:
        super().__init__()
        self.embed = Opening(shape.width)
        self.pre_lookahead_layer = LookAhead(shape.width, shape.width, shape.ahead)
        self.encoders = nn.ModuleList(Layer(shape) for _ in range(shape.blocks))
        self.up_layer = Doubling(shape.width)
        self.up_embed = Opening(shape.width)
        self.up_encoders = nn.ModuleList(Layer(shape) for _ in range(shape.up_blocks))
        self.after_norm = nn.LayerNorm(shape.width)

    def forward(self, embedded: Tensor, held: Tensor | None) -> Tensor:
        """Return ``[rows, 2 * tokens, width]``.

        Args:
            embedded: ``[rows, tokens, width]``.
            held: Which tokens are no padding, ``[rows, tokens]``; None where there is none.
        """
        values = self.embed(embedded)
        values = self.pre_lookahead_layer(values if held is None else values * held[..., None])
        values = self._through(self.encoders, values, held)
        values = self.up_embed(self.up_layer(values))
        twice = None if held is None else held.repeat_interleave(2, dim=1)
        out: Tensor = self.after_norm(self._through(self.up_encoders, values, twice))
        return out

    def _through(self, layers: nn.ModuleList, values: Tensor, held: Tensor | None) -> Tensor:
        distances = encode_distances(values.shape[1], values.shape[2], values)
        for layer in layers:
            values = layer(values, distances, held)
        return values


class ConformerFlow(Flow):
    """The flow of CosyVoice 2."""

    def __init__(self, shape: ConformerFlowShape) -> None:
        super().__init__(shape, shape.width, Unet(shape))
        self.encoder = Encoder(shape)
        self.encoder_proj = nn.Linear(shape.width, shape.mels)

    def guide(self, embedded: Tensor, held: Tensor | None) -> Tensor:
        """Return what the tokens say, ``[rows, frames, mels]``."""
        out: Tensor = self.encoder_proj(self.encoder(embedded, held))
        return out
