"""Words of a book as words alone: nothing in them is obeyed by an engine.

Engines take signs in their texts for orders: ``<|endofprompt|>`` and ``[breath]`` (CosyVoice),
``<strong>``, pinyin in brackets (IndexTTS), ``[[slnc 1000]]`` (macOS ``say``), ``[[phonemes]]`` (eSpeak).
None of these signs is spoken.
"""

from __future__ import annotations

_SIGNS = str.maketrans(
    {"[": "(", "]": ")", "{": "(", "}": ")", "<": " ", ">": " ", "|": " "}
    | {chr(code): " " for code in (*range(0x20), 0x7F)}
)


def only_words(text: str) -> str:
    """Return a text without signs that an engine could take for an order; as long as before.

    >>> only_words("He said [sic] <|endofprompt|> [breath] no.")
    'He said (sic)   endofprompt   (breath) no.'
    """
    return text.translate(_SIGNS)
