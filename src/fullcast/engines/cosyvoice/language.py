"""The language model: Qwen2, whose words are speech tokens, over slots that each hold a text of its own.

A slot's keys and values lie in a cache of fixed size, so that a step has the same shapes whatever the slots
hold, and a finished slot is filled anew while its neighbours go on.

Source:
    Qwen2 (arXiv 2407.10671); ``cosyvoice/llm/llm.py`` of CosyVoice, ``CosyVoice3LM`` and ``Qwen2LM``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from fullcast.engines.cosyvoice.shapes import LanguageShape

START = 0
"""Mark behind the speech tokens that opens a text."""
TURN = 2
"""Mark between the text and its speech. The one between these ends a speech, as every mark does."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cache:
    """Keys and values of all slots, ``[layers, slots, key heads, positions, head]`` each."""

    keys: Tensor
    values: Tensor

    @property
    def positions(self) -> int:
        """How many tokens a slot holds."""
        return int(self.keys.shape[3])


class RmsNorm(nn.Module):
    """Root-mean-square norm, computed in single precision."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, values: Tensor) -> Tensor:
        """Return values of any shape, their last dimension normed."""
        single = values.float()
        scale = torch.rsqrt(single.square().mean(-1, keepdim=True) + self.epsilon)
        return self.weight * (single * scale).to(values.dtype)


class Attention(nn.Module):
    """Attention with fewer heads of keys than of queries."""

    def __init__(self, shape: LanguageShape) -> None:
        super().__init__()
        self.shape = shape
        self.head = shape.width // shape.heads
        keys = shape.key_heads * self.head
        self.q_proj = nn.Linear(shape.width, shape.width)
        self.k_proj = nn.Linear(shape.width, keys)
        self.v_proj = nn.Linear(shape.width, keys)
        self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

    def project(self, values: Tensor, turns: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values, ``[rows, heads, places, head]``, turned by their positions."""
        rows, places, _ = values.shape
        queries = self.q_proj(values).view(rows, places, self.shape.heads, self.head).transpose(1, 2)
        keys = self.k_proj(values).view(rows, places, self.shape.key_heads, self.head).transpose(1, 2)
        held = self.v_proj(values).view(rows, places, self.shape.key_heads, self.head).transpose(1, 2)
        return _turn(queries, turns), _turn(keys, turns), held

    def read(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Let each place look at itself and those before it; ``[rows, places, width]``."""
        group = self.shape.heads // self.shape.key_heads
        keys, values = keys.repeat_interleave(group, 1), values.repeat_interleave(group, 1)
        seen = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        return self._close(seen)

    def look_back(self, queries: Tensor, keys: Tensor, values: Tensor, seen: Tensor) -> Tensor:
        """Let one place a row look at what the row holds; ``[rows, 1, width]``.

        The heads that share keys are laid side by side as if they were places, so no key is copied.

        Args:
            queries: ``[rows, heads, 1, head]``.
            keys: ``[rows, key heads, positions, head]``.
            values: Likewise.
            seen: Which positions a row holds, ``[rows, 1, 1, positions]``.
        """
        rows = queries.shape[0]
        grouped = queries.view(rows, self.shape.key_heads, -1, self.head)
        found = functional.scaled_dot_product_attention(grouped, keys, values, attn_mask=seen)
        return self._close(found.reshape(rows, self.shape.heads, 1, self.head))

    def _close(self, seen: Tensor) -> Tensor:
        out: Tensor = self.o_proj(seen.transpose(1, 2).flatten(2))
        return out


def _turn(values: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate halves of heads against each other (RoFormer, arXiv 2104.09864)."""
    cosine, sine = turns
    first, second = values.chunk(2, dim=-1)
    return values * cosine + torch.cat((-second, first), dim=-1) * sine


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, shape: LanguageShape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.feed, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.feed, bias=False)
        self.down_proj = nn.Linear(shape.feed, shape.width, bias=False)

    def forward(self, values: Tensor) -> Tensor:
        """Return values of the same shape."""
        out: Tensor = self.down_proj(functional.silu(self.gate_proj(values)) * self.up_proj(values))
        return out


class Layer(nn.Module):
    """A layer of Qwen2."""

    def __init__(self, shape: LanguageShape) -> None:
        super().__init__()
        self.self_attn = Attention(shape)
        self.mlp = FeedForward(shape)
        self.input_layernorm = RmsNorm(shape.width, shape.epsilon)
        self.post_attention_layernorm = RmsNorm(shape.width, shape.epsilon)


class Backbone(nn.Module):
    """Qwen2 without its words."""

    def __init__(self, shape: LanguageShape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.texts, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = RmsNorm(shape.width, shape.epsilon)

    def turns(self, positions: Tensor, kind: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return cosines and sines for positions of any shape, ``[..., head]``."""
        head = self.shape.width // self.shape.heads
        steps = torch.arange(0, head, 2, device=positions.device, dtype=torch.float32)
        speeds = self.shape.rope_base ** (-steps / head)
        angles = positions[..., None].float() * speeds
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos().to(kind), angles.sin().to(kind)


class LanguageModel(nn.Module):
    """Text tokens in, speech tokens out."""

    def __init__(self, shape: LanguageShape) -> None:
        super().__init__()
        self.shape = shape
        self.backbone = Backbone(shape)
        ids = shape.speech + shape.marks
        self.llm_decoder = nn.Linear(shape.width, ids, bias=shape.own_marks)
        self.llm_embedding = nn.Embedding(2, shape.width) if shape.own_marks else None
        self.speech_embedding = nn.Embedding(ids, shape.width)

    def make_cache(self, slots: int, positions: int) -> Cache:
        """Return an empty cache on the model's device."""
        weight = self.llm_decoder.weight
        size = (
            self.shape.layers,
            slots,
            self.shape.key_heads,
            positions,
            self.shape.width // self.shape.heads,
        )
        return Cache(keys=weight.new_zeros(size), values=weight.new_zeros(size))

    def embed(self, texts: Tensor, speech: Tensor) -> Tensor:
        """Return what the model reads before it speaks: text, and a speech that it goes on with.

        Args:
            texts: Text tokens, ``[texts]``.
            speech: Speech tokens of the prompt, ``[tokens]``; may be empty.

        Returns:
            ``[2 + texts + tokens, width]``.
        """
        if self.llm_embedding is not None:
            start, turn = self.llm_embedding.weight
        else:
            marks = self.speech_embedding.weight[self.shape.speech :]
            start, turn = marks[START], marks[TURN]
        return torch.cat(
            (start[None], self.backbone.embed_tokens(texts), turn[None], self.speech_embedding(speech))
        )

    def read(self, inputs: Tensor, cache: Cache | None = None, slots: Tensor | None = None) -> Tensor:
        """Read inputs from their first place on.

        Args:
            inputs: ``[rows, places, width]``, shorter rows padded behind.
            cache: Takes keys and values of all places, if given.
            slots: The slot of each row.

        Returns:
            Logits of all places, ``[rows, places, ids]``, are ``score`` of this: ``[rows, places, width]``.
        """
        places = inputs.shape[1]
        turns = self.backbone.turns(torch.arange(places, device=inputs.device), inputs.dtype)
        values = inputs
        for number, layer in enumerate(self.backbone.layers):
            queries, keys, held = layer.self_attn.project(layer.input_layernorm(values), turns)
            if cache is not None:
                cache.keys[number, slots, :, :places] = keys
                cache.values[number, slots, :, :places] = held
            values = values + layer.self_attn.read(queries, keys, held)
            values = values + layer.mlp(layer.post_attention_layernorm(values))
        out: Tensor = self.backbone.norm(values)
        return out

    def step(self, tokens: Tensor, positions: Tensor, cache: Cache, reach: int) -> Tensor:
        """Read one more token in every slot.

        Args:
            tokens: Speech tokens, ``[slots]``.
            positions: Where each stands in its slot, ``[slots]``.
            cache: Keys and values; written at the positions.
            reach: How many positions are looked at: more than the largest of ``positions``.

        Returns:
            ``[slots, width]``.
        """
        values = self.speech_embedding(tokens)[:, None]
        cosine, sine = self.backbone.turns(positions, values.dtype)
        turns = cosine[:, None, None], sine[:, None, None]
        seen = (torch.arange(reach, device=positions.device) <= positions[:, None])[:, None, None]
        rows = torch.arange(len(tokens), device=positions.device)
        for number, layer in enumerate(self.backbone.layers):
            queries, keys, held = layer.self_attn.project(layer.input_layernorm(values), turns)
            cache.keys[number, rows, :, positions] = keys[:, :, 0]
            cache.values[number, rows, :, positions] = held[:, :, 0]
            before = cache.keys[number, :, :, :reach], cache.values[number, :, :, :reach]
            values = values + layer.self_attn.look_back(queries, *before, seen)
            values = values + layer.mlp(layer.post_attention_layernorm(values))
        out: Tensor = self.backbone.norm(values)[:, 0]
        return out

    def score(self, hidden: Tensor) -> Tensor:
        """Return logits over all ids for hidden values of any shape."""
        out: Tensor = self.llm_decoder(hidden)
        return out
