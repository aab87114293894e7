"""The other end of a worker: its process, and what goes to and fro."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fullcast.audio.edit import resample
from fullcast.audio.signal import Audio
from fullcast.engines.base import OutOfMemoryError, Recording, RequestId, SegmentError
from fullcast.engines.plain import only_words
from fullcast.engines.processes import environment_for_others
from fullcast.engines.scripts import with_scripts
from fullcast.engines.stretching import stretch
from fullcast.engines.worker.voices import latent_of, prepare_reference, speaker_of, wrong_voice
from fullcast.errors import AudioError, EngineError
from fullcast.units import Hertz, Seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fullcast.engines.base import SpeechRequest
    from fullcast.engines.worker.engine import WorkerEngine
    from fullcast.model import Device

CHILD = Path(__file__).with_name("child")
VERSION = 1
"""Of the protocol; see ``child/loop.py``."""
SILENCE = Seconds(30.0)
"""How long nothing may be heard of a process that tells every 5 s that it lives."""
LOADING = Seconds(600.0)
RECORDING = Seconds(600.0)
"""How long a batch may take."""
_LAST = 2.0
"""Seconds in which the last that a process said is read after its end."""
_HINT = "finished takes are kept; run the same command again, or choose another engine with --engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a worker may take for what."""

    silence: Seconds = SILENCE
    loading: Seconds = LOADING
    recording: Seconds = RECORDING


@contextmanager
def open_session(
    engine: WorkerEngine,
    python: Path,
    options: dict[str, str],
    device: Device,
    patience: Patience | None = None,
) -> Iterator[WorkerSession]:
    """Start a worker for the length of a ``with``.

    Raises:
        EngineError: If it does not start, with its last words.
    """
    with tempfile.TemporaryDirectory(prefix="fullcast-worker-") as scratch:
        place = Path(scratch)
        process = _Process(python=python, adapter=CHILD / engine.recipe.adapter, log=place / "log")
        session = WorkerSession(
            engine=engine,
            process=process,
            scratch=place,
            batch=device.batch or engine.limits.batch,
            patience=patience or Patience(),
        )
        try:
            session.load(options)
            yield session
        finally:
            process.end()


class _Process:
    """A worker's process: lines to it, messages from it."""

    def __init__(self, *, python: Path, adapter: Path, log: Path) -> None:
        self.log = log
        around = environment_for_others()
        environment = {name: value for name, value in around.items() if not name.startswith("PYTHON")}
        environment |= {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(CHILD), "TQDM_DISABLE": "1"}
        with log.open("wb") as errors:
            self.popen = subprocess.Popen(  # noqa: S603 - the Python of an environment that the user made
                [str(python), str(CHILD / "loop.py"), str(adapter)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                env=environment,
            )
        self._heard: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            try:
                self._heard.put(json.loads(line))
            except ValueError:
                break  # no child of ours speaks so
        self._heard.put(None)

    def say(self, message: dict[str, Any]) -> None:
        """Send a message; if the process is gone, that is heard where the others are heard."""
        assert self.popen.stdin is not None
        with suppress(OSError):
            self.popen.stdin.write(json.dumps(message).encode() + b"\n")
            self.popen.stdin.flush()

    def hear(self, silence: float) -> dict[str, Any]:
        """Return the next message.

        Raises:
            EngineError: If the process ended, or nothing is heard of it.
        """
        try:
            message = self._heard.get(timeout=silence)
        except queue.Empty:
            raise EngineError(f"nothing was heard of it for {silence:g} s", hint=_HINT) from None
        if message is None:
            code = self.popen.wait()
            raise EngineError(f"its process ended with code {code}{self.last_words()}", hint=_HINT)
        return message

    def last_words(self) -> str:
        """Return the last line that the process printed, with a colon before it."""
        lines = self.log.read_bytes()[-8_192:].decode("utf-8", "replace").splitlines()
        said = [line.strip() for line in lines if line.strip()]
        return f": {said[-1][:300]}" if said else ""

    def end(self) -> None:
        """End the process and all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self._listener.join(_LAST)  # nobody may close what it reads; what got away may hold the other end
        for stream in (self.popen.stdin, None if self._listener.is_alive() else self.popen.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


@dataclass(slots=True, kw_only=True, eq=False)
class WorkerSession:
    """A worker that has loaded its weights."""

    engine: WorkerEngine
    process: _Process
    scratch: Path
    batch: int
    patience: Patience
    number: int = 0
    packages: dict[str, str] = field(default_factory=dict)

    def load(self, options: dict[str, str]) -> None:
        """Have the worker load its weights.

        Raises:
            EngineError: If it fails, is of another version, or hangs.
        """
        place = str(self.scratch)
        self.process.say({"do": "open", "options": {**options, "scratch": place}, "scratch": place})
        waited = 0.0
        while True:
            message = self.process.hear(self.patience.silence)
            if message["say"] == "ready":
                break
            waited += 5.0
            if waited > self.patience.loading:
                raise EngineError(f"it has not loaded after {self.patience.loading:g} s", hint=_HINT)
        if message["version"] != VERSION:
            raise EngineError(f"its worker speaks version {message['version']} instead of {VERSION}")
        self.packages = dict(message["packages"])

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests, as many at once as the engine takes.

        Raises:
            EngineError: If the worker ends or hangs.
            OutOfMemoryError: If its memory is short with several at once.
        """
        source = iter(requests)
        while batch := list(islice(source, self.batch)):
            items = {}
            for request in batch:
                refusal = self._refusal(request)
                if refusal is None:
                    items[request.id] = request
                else:
                    yield request.id, SegmentError(reason=refusal, retry=False)
            if items:
                yield from self._record_batch(items)

    def _refusal(self, request: SpeechRequest) -> str | None:
        recipe = self.engine.recipe
        known = with_scripts(recipe.languages)
        if request.language not in known and request.language.split("-")[0] not in known:
            return f"{recipe.title} does not speak the language '{request.language}'"
        if len(request.text) > recipe.longest:
            return (
                f"the text has {len(request.text)} characters; {recipe.title} takes {recipe.longest} at once"
            )
        return wrong_voice(request.voice, recipe, own=self.engine.has_speakers)

    def _record_batch(
        self, items: dict[RequestId, SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        self.number += 1
        short = {f"{self.number}-{place}": name for place, name in enumerate(items)}
        batch = [self._item(number, items[name]) for number, name in short.items()]
        self.process.say({"do": "record", "number": self.number, "batch": batch})
        waited = 0.0
        while True:
            message = self.process.hear(self.patience.silence)
            if message["say"] == "alive":
                waited += 5.0
                if waited > self.patience.recording:
                    raise EngineError(f"a batch was not done after {self.patience.recording:g} s", hint=_HINT)
            elif message["say"] == "done" and message["batch"] == self.number:
                return
            elif message.get("id") in short:  # others are of a batch that nobody waited for
                waited = 0.0
                name = short.pop(message["id"])
                yield name, self._result(message, items[name], len(items))

    def _item(self, number: str, request: SpeechRequest) -> dict[str, Any]:
        """Return what the worker is told of a request."""
        recipe, voice = self.engine.recipe, request.voice
        told: dict[str, Any] = {"speaker": speaker_of(voice, recipe) if self.engine.has_speakers else ""}
        if not self.engine.has_speakers and voice.reference is not None:
            latent = latent_of(voice, recipe) if recipe.latent else None
            told |= {
                "reference": str(prepare_reference(voice.reference, recipe, self.scratch)),
                "transcript": voice.transcript or "",
                "latent": str(latent) if latent else "",
            }
        return {
            "id": number,
            "text": only_words(request.text),
            "language": request.language,
            "seed": request.seed,
            "pace": request.pace if recipe.pace else 1.0,
            "style": request.style,
            "voice": told,
        }

    def _result(
        self, message: dict[str, Any], request: SpeechRequest, together: int
    ) -> Recording | SegmentError:
        if message["say"] == "failed":
            if message.get("memory") and together > 1:
                raise OutOfMemoryError(message["reason"])
            return SegmentError(reason=message["reason"], retry=bool(message["retry"]))
        file = Path(message["file"])
        try:
            samples = np.fromfile(file, dtype="<f4")
            file.unlink()
            heard = Audio(samples=np.clip(samples, -1.0, 1.0)[np.newaxis], rate=Hertz(message["rate"]))
            spoken = resample(heard, self.engine.limits.rate)
            return Recording(audio=spoken if self.engine.recipe.pace else stretch(spoken, request.pace))
        except (OSError, AudioError) as error:
            return SegmentError(reason=f"its sound cannot be used: {error}")
