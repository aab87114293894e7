"""Speaking with a loaded model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fullcast.audio.edit import resample, to_channels
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, SegmentError
from fullcast.engines.plain import only_words
from fullcast.engines.scripts import with_scripts
from fullcast.engines.sherpa.engine import LONGEST
from fullcast.engines.sherpa.families import Family, family_of, parameters_of
from fullcast.engines.sherpa.speakers import choose_speaker
from fullcast.errors import SetupError
from fullcast.units import Hertz

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from fullcast.engines.base import RequestId, SpeechRequest
    from fullcast.engines.weights import Installed
    from fullcast.model import ModelCard, Voice


def load(installed: Installed, *, threads: int) -> SherpaSession:
    """Load a model.

    Raises:
        SetupError: If a file is missing, or the library refuses the model: some by ending the process.
    """
    import sherpa_onnx

    card = installed.card
    family = family_of(card)
    parameters = parameters_of(card, installed.folder)
    own = getattr(sherpa_onnx, family.config)(**parameters)
    model = sherpa_onnx.OfflineTtsModelConfig(**{card.family: own}, num_threads=threads)
    # Its pauses stay as the model makes them: the usual 0.2 cuts them to a fifth.
    config = sherpa_onnx.OfflineTtsConfig(model=model, silence_scale=1.0)
    if not config.validate():
        raise SetupError(
            f"sherpa-onnx refuses the model {card.id}",
            hint=f"fetch it again: fullcast models pull {card.id}; or update: pip install -U sherpa-onnx",
        )
    return SherpaSession(card=card, family=family, voice_of_all=sherpa_onnx.OfflineTts(config))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SherpaSession:
    """A loaded model."""

    card: ModelCard
    family: Family
    voice_of_all: Any
    """The library's ``OfflineTts``."""
    references: dict[Path, Audio] = field(default_factory=dict)

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests, one after the other: the library has no batches of texts."""
        for request in requests:
            yield request.id, self._record_one(request)

    def _record_one(self, request: SpeechRequest) -> Recording | SegmentError:
        refusal = self._refusal(request)
        if refusal is not None:
            return SegmentError(reason=refusal, retry=False)
        config = self._config_for(request)
        if isinstance(config, SegmentError):
            return config
        try:
            made = self.voice_of_all.generate(only_words(request.text), config)
        except RuntimeError as error:
            return SegmentError(reason=f"sherpa: {error}")
        samples = np.asarray(made.samples, dtype=np.float32)
        if not len(samples):
            return SegmentError(reason="sherpa made no sound of it: it knows none of its words or letters")
        samples = np.clip(samples, -1.0, 1.0)
        audio = Audio(samples=samples[np.newaxis], rate=Hertz(int(made.sample_rate)))
        return Recording(audio=resample(audio, self.card.rate))

    def _refusal(self, request: SpeechRequest) -> str | None:
        known = with_scripts(self.card.languages)
        if request.language not in known and request.language.split("-")[0] not in known:
            return f"{self.card.id} does not speak the language '{request.language}'"
        if len(request.text) > LONGEST:
            return f"the text has {len(request.text)} characters; sherpa takes {LONGEST} at once"
        return None

    def _config_for(self, request: SpeechRequest) -> Any:  # noqa: ANN401 - the library's own type, or an error
        """Return how a text is to be said; an error where the voice cannot."""
        import sherpa_onnx

        config = sherpa_onnx.GenerationConfig()
        config.speed = request.pace
        config.silence_scale = 1.0
        if self.family.reference:
            return self._with_reference(config, request.voice, request.seed)
        count = max(1, int(self.voice_of_all.num_speakers))
        speaker = choose_speaker(request.voice, self.card, count)
        if isinstance(speaker, str):
            return SegmentError(reason=speaker, retry=False)
        config.sid = speaker
        return config

    def _with_reference(self, config: Any, voice: Voice, seed: int) -> Any:  # noqa: ANN401 - as above
        if voice.reference is None or (self.family.transcript and not voice.transcript):
            lacks = "recording" if voice.reference is None else "transcript"
            return SegmentError(reason=f"the voice {voice.name} has no {lacks}", retry=False)
        if voice.reference not in self.references:
            self.references[voice.reference] = _read_reference(voice.reference)
        heard = self.references[voice.reference]
        config.reference_audio = heard.samples[0].tolist()
        config.reference_sample_rate = int(heard.rate)
        config.reference_text = voice.transcript or ""
        config.extra = {"seed": str(seed % 2**31)}
        return config


def _read_reference(file: Path) -> Audio:
    import soundfile

    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return Audio(samples=to_channels(samples.T.copy(), 1), rate=Hertz(rate))
