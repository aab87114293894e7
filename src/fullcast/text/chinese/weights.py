"""What each kind of evidence weighs, in natural logarithms of odds."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    # A verb of saying in front, or a colon: 张三道：“…”
    "front_tag": 6.11,
    "front_tag_faint": 4.00,
    "front_tag_far": 5.13,
    "front_tag_far_faint": 2.94,
    "front_tag_above": 3.00,
    "front_tag_above_faint": 2.00,
    # What somebody does in front, in the same paragraph: 张三放下碗。“…”
    "front_beat": 3.00,
    "front_beat_faint": 1.50,
    "front_beat_far": 2.50,
    "front_beat_far_faint": 1.00,
    "front_beat_above": 1.20,
    "front_beat_above_faint": 0.70,
    # Behind: “…”张三说。
    "behind_tag": 5.53,
    "behind_tag_faint": 3.00,
    "behind_tag_far": 3.50,
    "behind_tag_far_faint": 1.50,
    "behind_beat": 3.80,
    "behind_beat_faint": 1.50,
    "behind_beat_far": 2.00,
    "behind_beat_far_faint": 1.00,
    # 说话的是张三
    "reveal": 5.03,
    # The paragraphs above and below
    "above_beat": 0.25,
    "above_mixed_beat": -0.35,
    "below_hears": -1.21,
    "below_tag": -1.61,
    "below_beat": -0.02,
    # Pronouns
    "he_fits": 1.80,
    "he_maybe": 0.21,
    "he_clashes": -4.01,
    "he_last": 1.89,
    "someone": 3.05,
    "someone_acts": 1.00,
    # Names inside quotations
    "called": -5.10,
    "addressed": -4.00,
    "spoken_of": -1.84,
    "was_called": 2.46,
    "was_addressed": 2.70,
    # Who is there
    "distance": -1.45,
    "often": 0.43,
    "silent": -1.94,
    "crowd": -2.00,
    # The conversation
    "same_stays": 2.82,
    "same_stays_untagged": 1.82,
    "side_stays": -2.51,
    "next_stays": -3.18,
    "near_stays": -0.52,
    "next_returns": 2.00,
    "near_returns": 1.05,
}
"""Weight by the name of a feature; what is not here weighs nothing."""
