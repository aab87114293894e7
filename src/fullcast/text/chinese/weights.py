"""What each kind of evidence weighs, in natural logarithms of odds."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    # A verb of saying in front, or a colon: 张三道：“…”
    "front_tag": 6.0,
    "front_tag_faint": 4.0,
    "front_tag_far": 4.5,
    "front_tag_far_faint": 2.5,
    "front_tag_above": 3.0,
    "front_tag_above_faint": 2.0,
    # What somebody does in front, in the same paragraph: 张三放下碗。“…”
    "front_beat": 3.0,
    "front_beat_faint": 1.5,
    "front_beat_far": 2.5,
    "front_beat_far_faint": 1.0,
    "front_beat_above": 1.2,
    "front_beat_above_faint": 0.7,
    # Behind: “…”张三说。
    "behind_tag": 5.5,
    "behind_tag_faint": 3.0,
    "behind_tag_far": 3.5,
    "behind_tag_far_faint": 1.5,
    "behind_beat": 3.5,
    "behind_beat_faint": 1.5,
    "behind_beat_far": 2.0,
    "behind_beat_far_faint": 1.0,
    # 说话的是张三
    "reveal": 5.0,
    # The paragraphs above and below
    "above_beat": 1.0,
    "above_mixed_beat": -0.3,
    "below_hears": -1.2,
    "below_tag": -0.6,
    "below_beat": 0.0,
    # Pronouns
    "he_fits": 1.5,
    "he_maybe": 0.5,
    "he_clashes": -4.0,
    "he_last": 1.2,
    "someone": 3.5,
    "someone_acts": 1.0,
    # Names inside quotations
    "called": -5.0,
    "addressed": -4.0,
    "spoken_of": -1.8,
    "was_called": 2.0,
    "was_addressed": 2.2,
    # Who is there
    "distance": -0.5,
    "often": 0.25,
    "silent": -1.0,
    "crowd": -2.0,
    # The conversation
    "same_stays": 2.5,
    "same_stays_untagged": 1.5,
    "side_stays": -2.5,
    "next_stays": -2.2,
    "near_stays": -0.5,
    "next_returns": 1.4,
    "near_returns": 0.6,
}
"""Weight by the name of a feature; what is not here weighs nothing."""
