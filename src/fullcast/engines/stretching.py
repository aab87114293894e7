"""Speech made quicker or slower, for engines that have one pace only."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.signal import Audio

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stretch(audio: Audio, pace: float) -> Audio:
    """Return a recording at another pace, its pitch unchanged.

    Args:
        audio: Mono.
        pace: 2 is twice as quick; 0.5 to 2.

    Source:
        FFmpeg's filter ``atempo``: waveform similarity overlap-add.
    """
    if pace == 1.0 or not audio.length:
        return audio
    import av
    from av.filter import Graph

    graph = Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=int(audio.rate), layout="mono", time_base=Fraction(1, int(audio.rate))
    )
    tempo = graph.add("atempo", f"{pace:.6f}")
    sink = graph.add("abuffersink")
    source.link_to(tempo)
    tempo.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(audio.samples, format="fltp", layout="mono")
    frame.sample_rate, frame.pts = int(audio.rate), 0
    graph.push(frame)
    graph.push(None)
    parts: list[NDArray[np.float32]] = []
    while True:
        try:
            parts.append(graph.pull().to_ndarray().astype(np.float32))
        except (av.EOFError, av.BlockingIOError):
            break
    samples = np.concatenate(parts, axis=1) if parts else audio.samples[:, :0]
    return Audio(samples=np.clip(samples, -1.0, 1.0), rate=audio.rate)
