"""Words found by a network that spells what it hears, one letter or none each 20 ms.

Source:
    A. Graves et al., Connectionist Temporal Classification (ICML 2006); A. Baevski et al., wav2vec 2.0
    (2020); the networks are transformers' ``Wav2Vec2ForCTC`` and its kin.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fullcast.assistants.aligning import fill_in

if TYPE_CHECKING:
    from fullcast.assistants.aligning import Spelt
    from fullcast.audio.signal import Audio

Scores = NDArray[np.float32]

RATE = 16_000
_BLANK, _BETWEEN = "<pad>", "|"
"""What the networks' vocabularies call no letter, and the gap between words."""


class Speller:
    """A network that spells, and its letters.

    Args:
        folder: Where it lies: ``config.json``, ``model.safetensors``, ``vocab.json``.
        device: ``cpu``, ``cuda`` or ``cuda:1``.

    Raises:
        OSError: If a file is missing.
        ValueError: If it is no such network.
    """

    def __init__(self, folder: Path, device: str) -> None:
        import torch

        vocabulary: Mapping[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        if _BLANK not in vocabulary:
            message = f"its vocab.json has no {_BLANK}"
            raise ValueError(message)
        self._letters = vocabulary
        prepared = folder / "preprocessor_config.json"
        options: Mapping[str, Any] = json.loads(prepared.read_text()) if prepared.exists() else {}
        self._normalises = bool(options.get("do_normalize", True))
        self._device = torch.device(device)
        transformers: Any = import_module("transformers")
        transformers.utils.logging.disable_progress_bar()
        network = transformers.AutoModelForCTC.from_pretrained(
            folder, use_safetensors=True, local_files_only=True
        )
        self._network = network.to(self._device).eval()

    def find(self, audio: Audio, words: tuple[Spelt, ...]) -> list[tuple[float, float]] | None:
        """Return beginning and end of each word in seconds; None where they are not found."""
        spelt = list(self._spell(words))
        if all(number is None for _, number in spelt):
            return None
        scores = self._hear(audio)
        found = align_tokens(scores, [token for token, _ in spelt], self._letters[_BLANK])
        if found is None:
            return None
        second = audio.length / audio.rate / len(scores)
        times: list[tuple[float, float] | None] = [None] * len(words)
        for (first, last), (_, number) in zip(found, spelt, strict=True):
            if number is not None:
                begun = times[number]
                times[number] = (begun[0] if begun else first * second, last * second)
        return fill_in(times, audio.length / audio.rate)

    def _spell(self, words: tuple[Spelt, ...]) -> Iterator[tuple[int, int | None]]:
        """Yield the tokens of a text, each with the number of its word; None between words."""
        for number, word in enumerate(words):
            if number and _BETWEEN in self._letters:
                yield self._letters[_BETWEEN], None
            for written, plain in _pairs(word):
                known = (letter for letter in (written, written.upper(), plain, plain.upper()))
                token = next((self._letters[letter] for letter in known if letter in self._letters), None)
                if token is not None:
                    yield token, number

    def _hear(self, audio: Audio) -> Scores:
        """Return the logarithm of how likely each letter is at each time.

        Shape:
            ``[frames, letters]``.
        """
        import torch

        from fullcast.audio.edit import resample

        sound = resample(audio, RATE).samples.mean(axis=0)
        if self._normalises:
            sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
        with torch.inference_mode():
            logits = self._network(torch.from_numpy(sound[None]).to(self._device)).logits[0]
            scores: Scores = torch.log_softmax(logits.float(), dim=-1).cpu().numpy()
        return scores


def _pairs(word: Spelt) -> Iterator[tuple[str, str]]:
    """Yield each letter as it is written, and without its accent where that is one letter too."""
    if len(word.written) == len(word.plain):
        yield from zip(word.written, word.plain, strict=True)
    else:
        yield from ((letter, letter) for letter in word.plain)


def align_tokens(scores: Scores, tokens: Sequence[int], blank: int) -> list[tuple[int, int]] | None:
    """Return the frames of each token on the likeliest way through a recording that spells them all in order.

    Args:
        scores: Logarithm of how likely each token is at each frame.
        tokens: What is spelt.
        blank: The token that stands for none.

    Returns:
        First frame of each token and one past its last; None where there are too few frames for them.

    Shape:
        ``scores``: ``[frames, vocabulary]``.
    """
    states = np.full(2 * len(tokens) + 1, blank)
    states[1::2] = tokens
    skips = np.zeros(len(states), bool)  # past a blank to another token
    skips[3::2] = states[3::2] != states[1:-2:2]
    best = np.full(len(states), -np.inf)
    best[: min(2, len(states))] = scores[0, states[:2]] if len(scores) else -np.inf
    steps = np.zeros((len(scores), len(states)), np.int8)
    for frame in range(1, len(scores)):
        ways = np.full((3, len(states)), -np.inf)
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = np.where(skips[2:], best[:-2], -np.inf)
        steps[frame] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[frame, states]
    last = int(np.argmax(best[-2:])) + len(best) - min(2, len(best))
    if not np.isfinite(best[last]):
        return None
    way = np.empty(len(scores), int)
    for frame in range(len(scores) - 1, -1, -1):
        way[frame] = last
        last -= int(steps[frame, last])
    starts = np.searchsorted(way, np.arange(1, len(states), 2), side="left")
    ends = np.searchsorted(way, np.arange(1, len(states), 2), side="right")
    return [(int(start), int(end)) for start, end in zip(starts, ends, strict=True)]
