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
from fullcast.engines.base import Recording, RequestId, SegmentError, SpeechRequest
from fullcast.engines.cosyvoice.flow import NOISE_FRAMES
from fullcast.engines.cosyvoice.loading import load_flow, load_language, load_vocoder
from fullcast.engines.cosyvoice.prompts import Prompt, Prompts
from fullcast.engines.cosyvoice.shapes import read_shapes
from fullcast.engines.cosyvoice.slots import Script, Slots, Spoken, without_long_silence
from fullcast.engines.cosyvoice.texts import Tokenizer, read_request, span
from fullcast.errors import EngineError

if TYPE_CHECKING:
    from fullcast.engines.cosyvoice.engine import CosyVoice3Engine
    from fullcast.engines.cosyvoice.flow import Flow
    from fullcast.engines.cosyvoice.vocoder import Vocoder
    from fullcast.model import Device
    from fullcast.units import Hertz

POSITIONS = 2_048
"""Of a slot: instruction, prompt and text, and 50 s of speech and more."""
SILENT = frozenset({1, 2, 28, 29, 55, 248, 494, 2241, 2242, 2322, 2323})
"""Speech tokens of silence and breath, of the codec of CosyVoice 3."""
TOGETHER = {"cpu": 4, "cuda": 16}
"""Texts that flow and vocoder take at once."""


def load(
    engine: CosyVoice3Engine, folder: Path, device: Device, *, slots: int, kept: Path
) -> CosyVoiceSession:
    """Load a model.

    Raises:
        SetupError: If a file of it is missing or another model's.
    """
    shapes = read_shapes(folder)
    place = torch.device(f"cuda:{device.index}" if device.kind == "cuda" else "cpu")
    kind = torch.bfloat16 if device.kind == "cuda" else torch.float32
    if device.kind == "cpu" and device.threads:
        torch.set_num_threads(device.threads)
    tokenizer = Tokenizer(folder)
    language = load_language(folder, shapes.language, engine.language_file).to(place, kind)
    together = min(slots, TOGETHER[device.kind])
    prompts = Prompts(
        folder, rate=engine.limits.rate, revision=engine.revision, kept=kept, threads=device.threads or 1
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


@dataclass(slots=True, kw_only=True, eq=False)
class CosyVoiceSession:
    """A loaded model."""

    engine: CosyVoice3Engine
    tokenizer: Tokenizer
    prompts: Prompts
    slots: Slots
    flow: Flow
    vocoder: Vocoder
    together: int
    asked: dict[RequestId, _Asked] = field(default_factory=dict)

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests; each is pulled when a slot is free for it, and comes back with a few others."""
        try:
            yield from self._record(iter(requests))
        finally:  # whoever asked may have left: nothing of it may come up in the next round
            self.slots.clear()
            self.asked.clear()

    def _record(
        self, source: Iterator[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        waiting: list[Spoken] = []
        more = True
        while more or self.slots.busy or waiting:
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
            waiting += self.slots.advance()
            if len(waiting) >= self.together or not self.slots.busy:
                yield from self._voice(waiting)
                waiting = []

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
        reading = read_request(request, self.tokenizer)
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

    def _voice(self, spoken: list[Spoken]) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Turn speech tokens into waves, texts of about one length at once."""
        able: list[tuple[_Asked, Tensor]] = []
        device = self.slots.token.device
        for one in spoken:
            asked = self.asked.pop(RequestId(one.id))
            tokens = without_long_silence(one.tokens, SILENT)
            if one.is_cut or not tokens:
                reason = "the speech did not come to an end" if one.is_cut else "nothing was said"
                yield asked.request.id, SegmentError(reason=reason)
            else:
                able.append((asked, torch.tensor(tokens, device=device)))
        able.sort(key=lambda pair: len(pair[1]) + len(pair[0].prompt.tokens))
        for first in range(0, len(able), self.together):
            group = able[first : first + self.together]
            mels = self.flow.make([tokens for _, tokens in group], [asked.prompt for asked, _ in group])
            paced = [at_pace(mel, asked.request.pace) for mel, (asked, _) in zip(mels, group, strict=True)]
            for wave, (asked, _) in zip(self.vocoder.speak(paced), group, strict=True):
                yield asked.request.id, _recording(wave, self.engine.limits.rate)


def at_pace(mel: Tensor, pace: float) -> Tensor:
    """Return a mel spectrogram, ``[frames, mels]``, stretched to a pace: 2 is twice as quick."""
    if pace == 1.0:
        return mel
    frames = max(1, int(len(mel) / pace))
    return functional.interpolate(mel.T[None], size=frames, mode="linear")[0].T


def _recording(wave: Tensor, rate: Hertz) -> Recording:
    samples = wave.float().cpu().numpy()[np.newaxis]
    return Recording(audio=Audio(samples=np.ascontiguousarray(samples), rate=rate))
