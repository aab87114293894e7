"""How an English word that no dictionary has is probably said: enough to find it in a recording."""

from __future__ import annotations

import re

_RULES: tuple[tuple[str, str], ...] = (
    ("tch", "CH"),
    ("sch", "SH"),
    ("igh", "AY"),
    ("eau", "OW"),
    ("dge", "JH"),
    ("ch", "CH"),
    ("sh", "SH"),
    ("th", "TH"),
    ("ph", "F"),
    ("gh", "G"),
    ("wh", "W"),
    ("ck", "K"),
    ("qu", "K W"),
    ("ng", "NG"),
    ("kn", "N"),
    ("wr", "R"),
    ("ee", "IY"),
    ("ea", "IY"),
    ("ie", "IY"),
    ("ei", "EY"),
    ("ai", "EY"),
    ("ay", "EY"),
    ("ey", "IY"),
    ("oo", "UW"),
    ("ou", "AW"),
    ("ow", "OW"),
    ("oi", "OY"),
    ("oy", "OY"),
    ("oa", "OW"),
    ("au", "AO"),
    ("aw", "AO"),
    ("ew", "UW"),
    ("er", "ER"),
    ("ir", "ER"),
    ("ur", "ER"),
    ("ar", "AA R"),
    ("or", "AO R"),
    ("a", "AE"),
    ("b", "B"),
    ("c", "K"),
    ("d", "D"),
    ("e", "EH"),
    ("f", "F"),
    ("g", "G"),
    ("h", "HH"),
    ("i", "IH"),
    ("j", "JH"),
    ("k", "K"),
    ("l", "L"),
    ("m", "M"),
    ("n", "N"),
    ("o", "OW"),
    ("p", "P"),
    ("q", "K"),
    ("r", "R"),
    ("s", "S"),
    ("t", "T"),
    ("u", "AH"),
    ("v", "V"),
    ("w", "W"),
    ("x", "K S"),
    ("y", "IY"),
    ("z", "Z"),
)
"""Letters and the sounds that they most often stand for, in ARPABET as the CMU dictionary writes it; the
longest first."""
_SOUNDS = dict(_RULES)
_LETTERS = re.compile("|".join(letters for letters, _ in _RULES))


def guess_sounds(word: str) -> str:
    """Return the sounds of a word of English letters; empty where it has none.

    A letter that stands twice is said once, and a silent e at the end is not said.

    >>> guess_sounds("quimby"), guess_sounds("thorne"), guess_sounds("otto")
    ('K W IH M B IY', 'TH AO R N', 'OW T OW')
    """
    plain = re.sub(r"([^aeiou])\1", r"\1", word.lower())
    plain = re.sub(r"(?<=[^aeiou])e$", "", plain) if len(plain) > 3 else plain
    return " ".join(_SOUNDS[match[0]] for match in _LETTERS.finditer(plain))
