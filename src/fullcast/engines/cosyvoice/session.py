"""Speaking with a loaded model: slots that are refilled, then flow and vocoder for several texts at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fullcast.audio.signal import Audio
from fullcast.batches import neighbours
from fullcast.engines.base import Recording, RequestId, SegmentError, SpeechRequest
from fullcast.engines.cosyvoice.flow import NOISE_FRAMES
from fullcast.engines.cosyvoice.loading import load_flow, load_language, load_vocoder
from fullcast.engines.cosyvoice.prompts import Prompt, Prompts
from fullcast.engines.cosyvoice.shapes import read_shapes
from fullcast.engines.cosyvoice.slots import Script, Slots, Spoken, without_long_silence
from fullcast.engines.cosyvoice.texts import Tokenizer, read_request, span
from fullcast.errors import EngineError

if TYPE_CHECKING:
    from fullcast.engines.cosyvoice.engine import CosyVoiceEngine
    from fullcast.engines.cosyvoice.flow import Flow
    from fullcast.engines.cosyvoice.vocoder import Vocoder
    from fullcast.model import Device
    from fullcast.units import Hertz

POSITIONS = 2_048
"""Of a slot: instruction, prompt and text, and 50 s of speech and more."""
TOGETHER = {"cpu": 1, "cuda": 16}
"""Texts that flow and vocoder take at once: a processor gains nothing from more (benchmarks, *CosyVoice*)."""
CHOICE = 3
"""Batches of texts that are waited for, so that those of about one length go together."""


def load(
    engine: CosyVoiceEngine, folder: Path, device: Device, *, slots: int, kept: Path
) -> CosyVoiceSession:
    """Load a model.

    Raises:
        SetupError: If a file of it is missing or another model's.
    """
    shapes = read_shapes(folder, engine.edition)
    place = torch.device(f"cuda:{device.index}" if device.kind == "cuda" else "cpu")
    kind = torch.bfloat16 if device.kind == "cuda" else torch.float32
    if device.kind == "cpu" and device.threads:
        torch.set_num_threads(device.threads)
    tokenizer = Tokenizer(folder)
    language = load_language(folder, shapes.language, engine.language_file).to(place, kind)
    together = min(slots, TOGETHER[device.kind])
    prompts = Prompts(
        folder, engine.edition, revision=engine.revision, kept=kept, threads=device.threads or 1
    )
    return CosyVoiceSession(
        engine=engine,
        tokenizer=tokenizer,
        prompts=prompts,
        slots=Slots(language, shapes.sampling, count=slots, positions=POSITIONS),
        flow=load_flow(folder, shapes.flow).to(place, kind),
        vocoder=load_vocoder(folder, shapes.vocoder).to(place),
        together=together,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    request: SpeechRequest
    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Said:
    """What waits to be turned into a wave."""

    asked: _Asked
    tokens: Tensor

    @property
    def length(self) -> int:
        """Tokens of the flow: the prompt's and its own."""
        return len(self.tokens) + len(self.asked.prompt.tokens)


@dataclass(slots=True, kw_only=True, eq=False)
class CosyVoiceSession:
    """A loaded model."""

    engine: CosyVoiceEngine
    tokenizer: Tokenizer
    prompts: Prompts
    slots: Slots
    flow: Flow
    vocoder: Vocoder
    together: int
    asked: dict[RequestId, _Asked] = field(default_factory=dict)
    """What is being spoken."""
    waiting: list[_Said] = field(default_factory=list)
    """What was spoken, the oldest first."""

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests; each is pulled when a slot is free for it, and comes back with a few others."""
        try:
            yield from self._record(iter(requests))
        finally:  # whoever asked may have left: nothing of it may come up in the next round
            self.slots.clear()
            self.asked.clear()
            self.waiting.clear()

    def _record(
        self, source: Iterator[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        more = True
        while more or self.slots.busy or self.waiting:
            scripts: list[Script] = []
            while more and len(scripts) < self.slots.free:
                request = next(source, None)
                if request is None:
                    more = False
                    break
                script = self._script(request)
                if isinstance(script, SegmentError):
                    yield request.id, script
                else:
                    scripts.append(script)
            self.slots.fill(scripts)
            for spoken in self.slots.advance():
                failure = self._take_in(spoken)
                if failure is not None:
                    yield failure
            # No more is given than twice what the slots hold: what waits must stay below.
            enough = min(CHOICE * self.together, self.slots.count) if self.slots.busy else 1
            while len(self.waiting) >= enough:
                yield from self._voice(self._choose())

    def _script(self, request: SpeechRequest) -> Script | SegmentError:
        """Return a request as tokens, or why it cannot be spoken."""
        refusal = self.engine.refusal(request)
        if refusal is not None:
            return SegmentError(reason=refusal, retry=False)
        assert request.voice.reference is not None
        try:
            prompt = self.prompts.of(request.voice.reference)
        except EngineError as error:
            return SegmentError(reason=error.message, retry=False)
        reading = read_request(request, self.tokenizer, self.engine.edition)
        if not reading.own:
            return SegmentError(reason="there is nothing to say in the text", retry=False)
        speech = tuple(prompt.tokens.tolist()) if reading.with_prompt else ()
        room = self.slots.positions - 2 - len(reading.texts) - len(speech)
        room = min(room, NOISE_FRAMES // 2 - len(prompt.tokens))
        shortest, longest = span(reading.own, room)
        if longest <= shortest:
            return SegmentError(
                reason="the text and the voice's recording are too long together", retry=False
            )
        self.asked[request.id] = _Asked(request=request, prompt=prompt)
        return Script(
            id=request.id,
            texts=reading.texts,
            prompt=speech,
            shortest=shortest,
            longest=longest,
            seed=request.seed % 2**63,
        )

    def _take_in(self, spoken: Spoken) -> tuple[RequestId, SegmentError] | None:
        """Keep what was spoken until its turn comes; return why it cannot be used, if so."""
        asked = self.asked.pop(RequestId(spoken.id))
        tokens = without_long_silence(spoken.tokens, self.engine.edition.silent)
        if spoken.is_cut or not tokens:
            reason = "the speech did not come to an end" if spoken.is_cut else "nothing was said"
            return asked.request.id, SegmentError(reason=reason)
        self.waiting.append(_Said(asked=asked, tokens=torch.tensor(tokens, device=self.slots.token.device)))
        return None

    def _choose(self) -> list[_Said]:
        """Take those that are most like the one that has waited longest."""
        oldest = self.waiting[0]
        ordered = sorted(self.waiting, key=lambda said: said.length)
        place = next(number for number, said in enumerate(ordered) if said is oldest)
        start, end = neighbours([float(said.length) for said in ordered], place, self.together)
        chosen = ordered[start:end]
        self.waiting = [said for said in self.waiting if not any(said is one for one in chosen)]
        return chosen

    def _voice(self, group: list[_Said]) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Turn speech tokens into waves, all of a group at once."""
        mels = self.flow.make([said.tokens for said in group], [said.asked.prompt for said in group])
        paced = [at_pace(mel, said.asked.request.pace) for mel, said in zip(mels, group, strict=True)]
        for wave, said in zip(self.vocoder.speak(paced), group, strict=True):
            yield said.asked.request.id, _recording(wave, self.engine.limits.rate)


def at_pace(mel: Tensor, pace: float) -> Tensor:
    """Return a mel spectrogram, ``[frames, mels]``, stretched to a pace: 2 is twice as quick."""
    if pace == 1.0:
        return mel
    frames = max(1, int(len(mel) / pace))
    return functional.interpolate(mel.T[None], size=frames, mode="linear")[0].T


def _recording(wave: Tensor, rate: Hertz) -> Recording:
    samples = wave.float().cpu().numpy()[np.newaxis]
    return Recording(audio=Audio(samples=np.ascontiguousarray(samples), rate=rate))
