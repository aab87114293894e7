"""Drawing the next token of every slot at once.

Repetition-aware sampling: a token is drawn from the likeliest; one that stands in the last few already is
drawn anew, from all others. Chance comes in as numbers that were drawn beforehand, so a slot's tokens do not
depend on its neighbours, and nothing waits for the device.

Source:
    VALL-E 2 (arXiv 2406.05370), section 3.2; ``cosyvoice/utils/common.py`` of CosyVoice.
"""

from __future__ import annotations

import torch
from torch import Tensor

from fullcast.engines.cosyvoice.shapes import SamplingShape


def draw(scores: Tensor, chances: Tensor, recent: Tensor, shape: SamplingShape) -> Tensor:
    """Return a token for each row.

    Args:
        scores: Logits, ``[rows, ids]``; minus infinity is never drawn.
        chances: Two numbers a row, 0 to 1: for the likeliest, and for the draw in place of a repetition.
        recent: The last tokens, ``[rows, window]``, with -1 where there is none yet.
        shape: How it is done.
    """
    likely = scores.float().softmax(-1)
    first = _from_likeliest(likely, chances[:, 0], shape)
    repeated = (recent == first[:, None]).sum(-1) >= shape.window * shape.share
    others = likely.scatter(1, first[:, None], 0.0)
    second = _inverse(others, chances[:, 1])
    return torch.where(repeated & (others.sum(-1) > 0), second, first)


def _from_likeliest(likely: Tensor, chance: Tensor, shape: SamplingShape) -> Tensor:
    """Draw among the fewest tokens that have ``top_p`` together, ``top_k`` at most."""
    values, ids = likely.topk(min(shape.top_k, likely.shape[-1]), dim=-1)
    before = values.cumsum(-1) - values
    kept = torch.where(before < shape.top_p, values, 0.0)
    return ids.gather(1, _inverse(kept, chance)[:, None])[:, 0]


def _inverse(weights: Tensor, chance: Tensor) -> Tensor:
    """Return the place in each row at which the running sum exceeds a share of the whole.

    Args:
        weights: Not negative, ``[rows, places]``.
        chance: 0 to 1 a row; what has no weight is never drawn.
    """
    running = weights.cumsum(-1)
    aim = (chance[:, None] * running[:, -1:]).clamp(max=torch.finfo(running.dtype).max)
    place = (running <= aim).sum(-1)
    last = (weights > 0).long().mul(torch.arange(1, weights.shape[-1] + 1, device=weights.device)).amax(
        -1
    ) - 1
    return torch.minimum(place, last.clamp(min=0))


def forbid_end(scores: Tensor, early: Tensor, ends: int) -> Tensor:
    """Return scores by which no speech ends too early.

    Args:
        scores: ``[rows, ids]``.
        early: Whether a row has not spoken long enough, ``[rows]``.
        ends: The first id that ends a speech; all behind it do too.
    """
    closing = torch.arange(scores.shape[-1], device=scores.device) >= ends
    return scores.masked_fill(early[:, None] & closing, -torch.inf)
