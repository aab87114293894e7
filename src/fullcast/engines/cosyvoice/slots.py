"""Speaking in slots: a finished slot is filled with the next text while the others go on.

Chance is drawn for each text by itself, from its own seed, before it begins: its tokens do not depend on the
slot, on the neighbours or on their order, but for rounding, which differs with the shapes on some devices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from fullcast.engines.cosyvoice.language import LanguageModel
from fullcast.engines.cosyvoice.sampling import draw, forbid_end
from fullcast.engines.cosyvoice.shapes import SamplingShape

EVERY = {"cpu": 1, "cuda": 4}
"""Steps between looks at which slots are done: a look waits for a GPU, and a done slot idles till then."""
REACH = 128
"""The cache is looked at in multiples of this many positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A text to be spoken, as tokens."""

    id: str
    texts: Sequence[int]
    """Instruction, the prompt's words and the text."""
    prompt: Sequence[int] = ()
    """Speech tokens of the prompt."""
    shortest: int
    """Tokens before which the speech does not end."""
    longest: int
    """Tokens at which it is cut."""
    seed: int

    @property
    def opening(self) -> int:
        """Positions that are read before the first token is drawn."""
        return 2 + len(self.texts) + len(self.prompt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What came of a script."""

    id: str
    tokens: tuple[int, ...]
    is_cut: bool
    """Whether it had not ended at its longest."""


@dataclass(slots=True, kw_only=True)
class _Held:
    """What the host knows of a slot."""

    script: Script
    steps: int = 1
    """Tokens drawn at most: the first with the opening, one a step from then on."""


class Slots:
    """Texts that are being spoken."""

    def __init__(self, model: LanguageModel, sampling: SamplingShape, *, count: int, positions: int) -> None:
        """Make room for texts.

        Args:
            model: On its device.
            sampling: How tokens are drawn.
            count: Slots.
            positions: Of a slot: opening and speech together.
        """
        device = model.llm_decoder.weight.device
        self.model, self.sampling, self.count, self.positions = model, sampling, count, positions
        self.every = EVERY[device.type]
        self.cache = model.make_cache(count, positions)
        self.held: list[_Held | None] = [None] * count
        self.token = torch.zeros(count, dtype=torch.long, device=device)
        self.place = torch.zeros(count, dtype=torch.long, device=device)
        """Position at which ``token`` will stand."""
        self.said = torch.zeros(count, dtype=torch.long, device=device)
        self.shortest = torch.zeros(count, dtype=torch.long, device=device)
        self.longest = torch.zeros(count, dtype=torch.long, device=device)
        self.ended = torch.ones(count, dtype=torch.bool, device=device)
        self.done = torch.ones(count, dtype=torch.bool, device=device)
        window = sampling.window
        self.history = torch.full((count, window + positions + 1), -1, dtype=torch.long, device=device)
        """Tokens of each slot, behind a window of -1; the last column takes what nobody asked for."""
        self.chances = torch.zeros(count, positions, 2, device=device)
        self.steps = self.useful = 0
        """Rows that were computed, and those that gave a token."""

    @property
    def free(self) -> int:
        """How many slots are free."""
        return sum(held is None for held in self.held)

    @property
    def busy(self) -> bool:
        """Whether a slot is not free."""
        return self.free < self.count

    def clear(self) -> None:
        """Give up what is being spoken."""
        self.held = [None] * self.count
        self.done.fill_(value=True)

    def speak(self, scripts: Iterable[Script]) -> Iterator[Spoken]:
        """Speak scripts; they are pulled as slots become free, and come back as they end."""
        source = iter(scripts)
        while True:
            self.fill(list(islice(source, self.free)))
            if not self.busy:
                return
            yield from self.advance()

    @torch.inference_mode()
    def advance(self) -> list[Spoken]:
        """Go on for a few steps; return what is done by then, and free its slots."""
        for _ in range(self.every if self.busy else 0):
            self._step()
        return list(self._take_done())

    @torch.inference_mode()
    def fill(self, scripts: Sequence[Script]) -> None:
        """Give free slots scripts, no more than there are slots, and draw their first tokens.

        Raises:
            ValueError: If one needs more positions than a slot has.
        """
        if not scripts:
            return
        device = self.token.device
        taken = [number for number, held in enumerate(self.held) if held is None][: len(scripts)]
        for number, script in zip(taken, scripts, strict=True):
            if script.opening + script.longest > self.positions:
                needed = script.opening + script.longest
                raise ValueError(f"a text needs {needed} positions, and a slot has {self.positions}")
            self.held[number] = _Held(script=script)
        slots = torch.tensor(taken, device=device)
        openings = [self._open(script) for script in scripts]
        hidden = self.model.read(pad_sequence(openings, batch_first=True), self.cache, slots)
        lengths = torch.tensor([len(opening) for opening in openings], device=device)
        last = hidden[torch.arange(len(scripts), device=device), lengths - 1]
        self.place[slots] = lengths
        self.said[slots] = 0
        self.ended[slots] = self.done[slots] = False
        self.history[slots] = -1
        self.shortest[slots] = torch.tensor([script.shortest for script in scripts], device=device)
        self.longest[slots] = torch.tensor([script.longest for script in scripts], device=device)
        for number, script in zip(taken, scripts, strict=True):
            self.chances[number, : script.longest] = _chances(script).to(device)
        self._draw(slots, last)

    def _open(self, script: Script) -> Tensor:
        device = self.token.device
        texts = torch.tensor(list(script.texts), dtype=torch.long, device=device)
        return self.model.embed(texts, torch.tensor(list(script.prompt), dtype=torch.long, device=device))

    def _step(self) -> None:
        """Read the last token of every slot and draw the next."""
        bounds = [held.script.opening + held.steps for held in self.held if held is not None]
        reach = min(self.positions, -(-max(bounds) // REACH) * REACH)
        place = self.place.clamp(max=reach - 1)  # a slot that is done stays where it was
        hidden = self.model.step(self.token, place, self.cache, reach)
        self.place += (~self.done).long()
        for held in self.held:
            if held is not None:
                held.steps = min(held.steps + 1, held.script.longest)
        self._draw(torch.arange(self.count, device=self.token.device), hidden)

    def _draw(self, slots: Tensor, hidden: Tensor) -> None:
        """Draw a token for each of some slots, and note what it means."""
        said, window = self.said[slots], self.sampling.window
        scores = forbid_end(self.model.score(hidden), said < self.shortest[slots], self.model.shape.speech)
        columns = said[:, None] + torch.arange(window, device=slots.device)
        recent = self.history[slots].gather(1, columns)
        chances = self.chances[slots, said.clamp(max=self.positions - 1)]
        token = draw(scores, chances, recent, self.sampling)
        ends = token >= self.model.shape.speech
        goes_on = ~self.done[slots] & ~ends
        nowhere = self.history.shape[1] - 1
        self.history[slots, torch.where(goes_on, said + window, nowhere)] = token
        said = said + goes_on.long()
        self.ended[slots] |= ~self.done[slots] & ends
        self.done[slots] |= ends | (said >= self.longest[slots])
        self.said[slots] = said
        self.token[slots] = torch.where(goes_on, token, self.token[slots])
        self.steps += len(slots)

    def _take_done(self) -> Iterator[Spoken]:
        """Return what is done and free its slots."""
        done, said = self.done.tolist(), self.said.tolist()
        finished = [number for number, held in enumerate(self.held) if held is not None and done[number]]
        if not finished:
            return
        window = self.sampling.window
        histories = self.history[torch.tensor(finished, device=self.token.device)].tolist()
        ended = self.ended.tolist()
        for number, history in zip(finished, histories, strict=True):
            held = self.held[number]
            assert held is not None
            self.held[number] = None
            self.useful += said[number] + int(ended[number])
            tokens = tuple(history[window : window + said[number]])
            yield Spoken(id=held.script.id, tokens=tokens, is_cut=not ended[number])


def _chances(script: Script) -> Tensor:
    """Return two numbers for each token of a script, from its seed alone, ``[longest, 2]``."""
    chance = torch.Generator().manual_seed(script.seed)
    return torch.rand(script.longest, 2, generator=chance)


def without_long_silence(tokens: Iterable[int], silent: frozenset[int], most: int = 5) -> list[int]:
    """Return speech tokens with no more silent ones in a row than ``most``: pauses of 0.2 s.

    Source:
        ``cosyvoice/cli/model.py`` of CosyVoice, ``llm_job``.

    >>> without_long_silence([7, 1, 1, 1, 8, 1], frozenset({1}), most=2)
    [7, 1, 1, 8, 1]
    """
    kept, run = [], 0
    for token in tokens:
        run = run + 1 if token in silent else 0
        if run <= most:
            kept.append(token)
    return kept
