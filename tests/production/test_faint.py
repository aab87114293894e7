"""What cannot be heard is not kept as if it could."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import numpy as np

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, RequestId, SoundRequest, SpeechRequest
from fullcast.files.store import Store
from fullcast.model import Device, Limits, PlannedSound, PlannedTake, Segment, Settings, Voice
from fullcast.production.recording import Lost, record_sounds, record_takes
from fullcast.units import Hertz, Seconds

RATE = Hertz(22_050)


class Faint:
    """An engine of either sort that gives back a click in silence, far below what anybody hears."""

    name = "faint"
    revision = "1"
    limits = Limits(longest=1_000, rate=RATE)

    def check(self) -> None:
        """Do nothing."""

    def check_prompt(self, prompt: str) -> str | None:
        """Return None: whatever is asked for is a click."""
        del prompt
        return None

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[Self]:
        """Make ready."""
        del device, settings
        yield self

    def record(
        self, requests: Iterable[SpeechRequest | SoundRequest]
    ) -> Iterator[tuple[RequestId, Recording]]:
        """Click."""
        for request in requests:
            samples = np.zeros((1, RATE), np.float32)
            samples[0, 5_000] = 0.002
            yield request.id, Recording(audio=Audio(samples=samples, rate=RATE))


def test_a_take_in_which_nobody_speaks_is_lost(tmp_path: Path, machine: Settings) -> None:
    segment = Segment(line="l", number=0, text="The lamp was lit.", start=0, end=17, language="en")
    take = PlannedTake(
        key="ab" * 16,
        seed=0,
        segment=segment,
        speaker="Narrator",
        voice=Voice(name="alba"),
        pace=1.0,
        engine="faint/1",
        estimate=Seconds(1.0),
    )
    (lost,) = record_takes(Faint(), [take], Store(tmp_path), machine)
    assert isinstance(lost, Lost)
    assert "the take is silent" in lost.finding.message


def test_a_sound_that_nobody_hears_is_lost_and_costs_no_chapter(tmp_path: Path, machine: Settings) -> None:
    sound = PlannedSound(key="cd" * 16, seed=0, prompt="a moth", seconds=None, loop=False, engine="faint/1")
    store = Store(tmp_path)
    (lost,) = record_sounds(Faint(), [sound], store, machine)
    assert isinstance(lost, Lost)
    assert "it is silent" in lost.finding.message
    assert not store.ready()
