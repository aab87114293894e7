"""What the language model reads: an instruction, the prompt's words and the text, as tokens.

Nothing of a book is obeyed: signs that the model takes for orders are taken out of its words, and a style
stands before the mark that ends the instruction, so it is never spoken.

Source:
    ``cosyvoice/cli/frontend.py`` and ``cosyvoice/tokenizer/tokenizer.py`` of CosyVoice; Qwen2's tokenizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fullcast.engines.checkpoints import broken_file
from fullcast.engines.cosyvoice.facts import QWEN_FOLDER, Edition
from fullcast.engines.plain import only_words

if TYPE_CHECKING:
    from fullcast.engines.base import SpeechRequest

END_OF_PROMPT = "<|endofprompt|>"
LONGEST_STYLE = 120
"""Characters of an instruction."""
SHORTEST_RATIO, LONGEST_RATIO = 2, 20
"""Speech tokens to a token of the text, at least and at most: 0.08 to 0.8 s."""

_MARKS: tuple[str, ...] = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    END_OF_PROMPT,
    "[breath]",
    "<strong>",
    "</strong>",
    "[noise]",
    "[laughter]",
    "[cough]",
    "[clucking]",
    "[accent]",
    "[quick_breath]",
    "<laughter>",
    "</laughter>",
    "[hissing]",
    "[sigh]",
    "[vocalized-noise]",
    "[lipsmack]",
    "[mn]",
    "<|endofsystem|>",
)
"""Marks in the order of their ids, which follow the vocabulary's; phonemes follow, which nobody asks for."""
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 takes texts apart before it looks for tokens."""

DIALECTS: Mapping[str, str] = {
    "gan": "江西话",
    "hsn": "湖南话",
    "nan": "闽南话",
    "wuu": "上海话",
    "yue": "广东话",
}
"""Languages that the model speaks when told to, by what it calls them."""
_STYLES: Mapping[str, str] = {
    "angry": "请非常生气地说一句话。",
    "fast": "请用尽可能快地语速说一句话。",
    "happy": "请非常开心地说一句话。",
    "loud": "Please say a sentence as loudly as possible.",
    "sad": "请非常伤心地说一句话。",
    "shout": "Please say a sentence as loudly as possible.",
    "slow": "请用尽可能慢地语速说一句话。",
    "soft": "Please say a sentence in a very soft voice.",
    "whisper": "Please say a sentence in a very soft voice.",
}
"""Styles of one word that the model was trained to, in the words of its training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read before a text is spoken."""

    texts: tuple[int, ...]
    """Tokens of the instruction, the prompt's words and the text."""
    own: int
    """How many of them are the text's."""
    with_prompt: bool
    """Whether the speech goes on from the prompt's speech tokens."""


class Tokenizer:
    """Qwen2's tokenizer with the marks of CosyVoice."""

    def __init__(self, folder: Path) -> None:
        """Read the vocabulary of a model's folder.

        Raises:
            SetupError: If a file is missing or broken.
        """
        from tokenizers import AddedToken, Regex, models, normalizers, pre_tokenizers
        from tokenizers import Tokenizer as Tokens

        vocabulary, merges = (folder / QWEN_FOLDER / name for name in ("vocab.json", "merges.txt"))
        try:
            model = models.BPE.from_file(str(vocabulary), str(merges))
        except Exception as error:  # the library raises Exception itself
            raise broken_file(vocabulary, str(error), folder=folder) from error
        self._tokens: Any = Tokens(model)
        self._tokens.normalizer = normalizers.NFC()
        apart = pre_tokenizers.Split(Regex(_WORDS), "isolated")
        bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        self._tokens.pre_tokenizer = pre_tokenizers.Sequence([apart, bytes_only])
        self._tokens.add_special_tokens([AddedToken(mark, normalized=False, special=True) for mark in _MARKS])

    def encode(self, text: str) -> tuple[int, ...]:
        """Return the tokens of a text; marks in it are marks."""
        return tuple(self._tokens.encode(text, add_special_tokens=False).ids)


def read_request(request: SpeechRequest, tokenizer: Tokenizer, edition: Edition) -> Reading:
    """Return what the model reads for a request.

    Args:
        request: The request.
        tokenizer: The model's.
        edition: CosyVoice 3 was trained with an instruction before every text, 2 without one before most.

    With an instruction the prompt's words stay out: the model would go on as the prompt speaks. So they do
    where the voice speaks another language, or nobody knows what it says.
    """
    text = tokenizer.encode(spoken(request.text, request.language))
    voice, order = request.voice, instruction(request.style, request.language, edition)
    opening: tuple[int, ...] = ()
    if order or edition.prefix:
        opening = tokenizer.encode(f"{edition.prefix} {order}".strip() + END_OF_PROMPT)
    at_home = any(primary(tag) == primary(request.language) for tag in voice.languages)
    if order or not voice.transcript or not at_home:
        return Reading(texts=opening + text, own=len(text), with_prompt=False)
    words = tokenizer.encode(spoken(voice.transcript, request.language))
    return Reading(texts=opening + words + text, own=len(text), with_prompt=True)


def primary(language: str) -> str:
    """Return the language of a tag without its region."""
    return language.partition("-")[0]


def spoken(text: str, language: str) -> str:
    """Return a text as the model can say it: without signs that it obeys; Japanese in katakana.

    >>> spoken("He said [breath] こんにちは", "ja")
    'He said (breath) コンニチハ'
    """
    plain = only_words(text)
    return plain.translate(_KATAKANA) if primary(language) == "ja" else plain


_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def instruction(style: str, language: str, edition: Edition) -> str:
    """Return a style and a dialect as an instruction; empty where there is neither.

    >>> from fullcast.engines.cosyvoice.facts import THIRD
    >>> instruction("whisper", "en", THIRD), instruction("", "yue", THIRD)
    ('Please say a sentence in a very soft voice.', '请用广东话表达。')
    >>> instruction("warm and a little hoarse", "en", THIRD)
    'Please say it like this: warm and a little hoarse.'
    """
    dialect = DIALECTS.get(primary(language), "")
    parts = [edition.dialect.format(dialect)] if dialect else []
    words = " ".join(only_words(style).split()).rstrip(".。")
    if words:
        known = _STYLES.get(words.lower())
        free = f"Please say it like this: {words}." if words.isascii() else f"请用{words}的语气说这句话。"
        parts.append(known or free)
    return "".join(parts)


def wrong_style(style: str) -> str | None:
    """Return why a style cannot be an instruction; None where it can."""
    if len(style) > LONGEST_STYLE:
        return f"the style has {len(style)} characters; an instruction may have {LONGEST_STYLE}"
    if style and only_words(style) != style:
        return f"the style {style!r} has signs that the model takes for orders: leave out < > [ ] {{ }} |"
    return None


def span(own: int, room: int) -> tuple[int, int]:
    """Return the fewest and the most speech tokens of a text.

    Args:
        own: Tokens of the text.
        room: Speech tokens for which there is room.

    >>> span(12, 1000), span(100, 1000)
    ((24, 240), (200, 1000))
    """
    return SHORTEST_RATIO * own, min(LONGEST_RATIO * own, room)
