"""Whose voice it is, as 256 numbers: the network of Resemblyzer, whose wheel carries its weights.

The package itself cannot be imported beside a current scipy, and its requirements cannot be resolved; the
weights can be read. They are those of a speaker encoder of three LSTM layers over mel spectra.

Source:
    resemble-ai/Resemblyzer, ``hparams.py``, ``audio.py`` and ``voice_encoder.py``; L. Wan et al., Generalized
    End-to-End Loss for Speaker Verification (2018).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fullcast.audio.mels import mel_filters
from fullcast.errors import SetupError
from fullcast.units import Hertz

if TYPE_CHECKING:
    from fullcast.audio.signal import Audio

Floats = NDArray[np.float32]

RATE = Hertz(16_000)
_WINDOW, _HOP, _MELS = 400, 160, 40
_FRAMES = 160
"""Mel frames of a part: 1.6 s."""
_STEP = 77
"""Frames from one part to the next: 1.3 parts a second."""
_LOUDNESS = 10 ** (-30 / 20)
"""RMS that soft recordings are brought to."""
_SILENT = 0.02
"""Share of the loudest 30 ms under which a window is left out: pauses are nobody's voice."""
SAME = 0.85
"""Similarity from which two recordings are of one voice: the same voice with other words has 0.90 and more,
other voices have 0.45 to 0.82."""


def find_weights() -> Path:
    """Return the file of the weights.

    Raises:
        SetupError: If it, or torch, is not here.
    """
    spec = find_spec("resemblyzer")
    file = Path(spec.origin).parent / "pretrained.pt" if spec and spec.origin else None
    if file is None or not file.is_file() or find_spec("torch") is None:
        raise SetupError(
            "voices cannot be embedded: Resemblyzer's weights or torch are not here",
            hint="pip install torch; pip install --no-deps resemblyzer (its requirements are not needed)",
        )
    return file


class Encoder:
    """The loaded network."""

    def __init__(self) -> None:
        import torch

        state = torch.load(find_weights(), map_location="cpu", weights_only=True)["model_state"]
        self._lstm = torch.nn.LSTM(_MELS, 256, 3, batch_first=True)
        self._linear = torch.nn.Linear(256, 256)
        for name, module in (("lstm", self._lstm), ("linear", self._linear)):
            own = {
                key.removeprefix(f"{name}."): value for key, value in state.items() if key.startswith(name)
            }
            module.load_state_dict(own)

    def embed(self, audio: Audio) -> Floats:
        """Return whose voice it is.

        Shape:
            ``[256]``, of length 1; the scalar product of two is their similarity.
        """
        import torch

        from fullcast.audio.edit import resample

        mel = mel_spectrum(_prepared(resample(audio, RATE).samples[0]))
        starts = range(0, max(1, len(mel) - _FRAMES + 1), _STEP)
        parts = np.stack([_padded(mel[start : start + _FRAMES]) for start in starts])
        with torch.inference_mode():
            _, (hidden, _) = self._lstm(torch.from_numpy(parts))
            raw = torch.relu(self._linear(hidden[-1]))
            mean = torch.nn.functional.normalize(raw, dim=1).mean(dim=0)
            whole: Floats = torch.nn.functional.normalize(mean, dim=0).numpy()
        return whole


def _prepared(sound: Floats) -> Floats:
    """Return sound without pauses, not softer than the network is used to."""
    window = 480
    count = len(sound) // window
    if count < 4:
        return sound
    shaped = sound[: count * window].reshape(count, window)
    levels = np.sqrt((shaped**2).mean(axis=1))
    kept = shaped[levels > _SILENT * levels.max()].reshape(-1)
    level = float(np.sqrt((kept**2).mean()))
    louder: Floats = kept * np.float32(max(1.0, _LOUDNESS / level)) if level > 0 else kept
    return louder


def _padded(frames: Floats) -> Floats:
    return np.pad(frames, ((0, _FRAMES - len(frames)), (0, 0)))


def mel_spectrum(sound: Floats) -> Floats:
    """Return the power of a sound in mel bands.

    Shape:
        ``[frames, 40]``.
    """
    padded = np.pad(sound, _WINDOW // 2)
    shaped = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    periodic = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    power = np.abs(np.fft.rfft(shaped * periodic, axis=1)) ** 2
    mel: Floats = (power @ mel_filters(_MELS, _WINDOW, RATE).T).astype(np.float32)
    return mel
