"""What a model must know of a speaker, derived from a recording once and kept.

Source:
    ``cosyvoice/cli/frontend.py`` of CosyVoice; the mel spectrogram of Whisper (arXiv 2212.04356) for the
    speech tokens, that of Matcha-TTS (arXiv 2309.03199) for the flow, Kaldi's filter banks for the embedding.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fullcast.audio.edit import resample, to_channels
from fullcast.audio.mels import mel_filters
from fullcast.audio.signal import Audio
from fullcast.engines.checkpoints import broken_file
from fullcast.engines.cosyvoice.facts import EMBEDDER_FILE, RATE, Edition, wrong_length
from fullcast.errors import EngineError
from fullcast.units import Hertz

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEARD = Hertz(16_000)
"""Rate at which codec and embedding hear."""
_VERSION = 1
"""Counts what changes here in what is kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prompt:
    """A speaker, derived from a recording; on the processor, single precision."""

    tokens: Tensor
    """Speech tokens of the recording, ``[tokens]``."""
    mel: Tensor
    """Its mel spectrogram, ``[2 * tokens, mels]``."""
    speaker: Tensor
    """Embedding of the voice, ``[192]``."""


class Prompts:
    """Speakers by their recordings: those of this run, and those that an earlier one kept."""

    def __init__(
        self, folder: Path, edition: Edition, *, revision: str, kept: Path, threads: int = 1
    ) -> None:
        """Prepare to hear recordings; nothing is loaded yet.

        Args:
            folder: The model's.
            edition: Which CosyVoice it is.
            revision: Of the model's weights: another derives others.
            kept: Where what was derived is kept.
            threads: Of the processor.
        """
        self._folder, self._revision, self._kept = folder, revision, kept
        self._edition, self._threads = edition, threads
        self._known: dict[Path, Prompt] = {}
        self._sessions: dict[str, Any] = {}

    def of(self, recording: Path) -> Prompt:
        """Return the speaker of a recording.

        Raises:
            EngineError: If it cannot be read, or nothing of it can be used.
            SetupError: If a file of the model cannot.
        """
        if recording not in self._known:
            self._known[recording] = self._kept_or_derived(recording)
        return self._known[recording]

    def _kept_or_derived(self, recording: Path) -> Prompt:
        from safetensors import SafetensorError
        from safetensors.torch import load_file, save_file

        try:
            content = recording.read_bytes()
        except OSError as error:
            raise EngineError(f"the recording {recording} cannot be read: {error.strerror}") from error
        digest = hashlib.blake2b(content, digest_size=16, person=b"fullcast-prompt")
        digest.update(f"{self._revision} {_VERSION}".encode())
        file = self._kept / f"{digest.hexdigest()}.safetensors"
        try:
            return Prompt(**load_file(file))
        except (OSError, SafetensorError, TypeError):
            pass  # not kept yet, or broken: it is derived anew
        prompt = self._derive(recording)
        self._kept.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        save_file({"tokens": prompt.tokens, "mel": prompt.mel, "speaker": prompt.speaker}, unfinished)
        unfinished.replace(file)
        return prompt

    def _derive(self, recording: Path) -> Prompt:
        heard = _read(recording)
        low = torch.from_numpy(resample(heard, _HEARD).samples[0])
        high = torch.from_numpy(resample(heard, RATE).samples[0])
        whisper = whisper_mel(low)
        frames = np.array([whisper.shape[1]], dtype=np.int32)
        found = self._run(self._edition.codec_file, whisper[None].numpy(), frames)
        tokens = torch.from_numpy(np.asarray(found, dtype=np.int64).reshape(-1))
        mel = flow_mel(high)
        count = min(len(mel) // 2, len(tokens))
        speaker = self._run(EMBEDDER_FILE, filter_banks(low)[None].numpy())
        return Prompt(
            tokens=tokens[:count].contiguous(),
            mel=mel[: 2 * count].contiguous(),
            speaker=torch.from_numpy(np.asarray(speaker, dtype=np.float32).reshape(-1)),
        )

    def _run(self, name: str, *inputs: NDArray[Any]) -> Any:  # noqa: ANN401 - whatever the network gives
        """Return what an ONNX network of the model's folder makes of its inputs, in their order."""
        session = self._sessions.get(name) or self._load(name)
        self._sessions[name] = session
        names = [slot.name for slot in session.get_inputs()]
        return session.run(None, dict(zip(names, inputs, strict=True)))[0]

    def _load(self, name: str) -> Any:  # noqa: ANN401 - the library's own type
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others need the cores
        options.log_severity_level = 3
        file = self._folder / name
        try:
            return onnxruntime.InferenceSession(
                str(file), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library has an exception of its own for each of its faults
            raise broken_file(file, str(error)) from error


def _read(recording: Path) -> Audio:
    import soundfile

    try:
        samples, rate = soundfile.read(recording, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise EngineError(f"the recording {recording} cannot be read: {error}") from error
    audio = Audio(samples=to_channels(samples.T.copy(), 1), rate=Hertz(rate))
    wrong = wrong_length(audio.seconds)
    if wrong is not None:
        raise EngineError(f"the recording {recording}: {wrong}")
    return audio


def whisper_mel(wave: Tensor) -> Tensor:
    """Return the mel spectrogram of Whisper, ``[128, frames]``, 100 frames a second, for a wave of 16 kHz."""
    spectrum = torch.stft(wave, 400, 160, window=torch.hann_window(400), return_complex=True)
    power = spectrum[:, :-1].abs().square()
    level = (_filters(128, 400, _HEARD) @ power).clamp(min=1e-10).log10()
    return (level.maximum(level.max() - 8.0) + 4.0) / 4.0


def flow_mel(wave: Tensor) -> Tensor:
    """Return the mel spectrogram of the flow, ``[frames, 80]``, 50 frames a second, for a wave of 24 kHz."""
    size, hop = 1920, 480
    border = (size - hop) // 2
    padded = functional.pad(wave[None, None], (border, border), mode="reflect")[0, 0]
    spectrum = torch.stft(
        padded, size, hop, window=torch.hann_window(size), center=False, return_complex=True
    )
    magnitude = (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()
    return (_filters(80, size, RATE) @ magnitude).clamp(min=1e-5).log().T


def filter_banks(wave: Tensor) -> Tensor:
    """Return Kaldi's filter banks, ``[frames, 80]``, their mean taken away, for a wave of 16 kHz."""
    import kaldi_native_fbank

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = float(_HEARD)
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = 80
    banks = kaldi_native_fbank.OnlineFbank(options)
    banks.accept_waveform(float(_HEARD), wave.numpy())
    banks.input_finished()
    frames = torch.from_numpy(np.stack([banks.get_frame(number) for number in range(banks.num_frames_ready)]))
    return frames - frames.mean(0, keepdim=True)


def _filters(count: int, size: int, rate: Hertz) -> Tensor:
    return torch.from_numpy(mel_filters(count, size, rate).astype(np.float32))
