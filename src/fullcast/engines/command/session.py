"""Running programs, several at once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.audio.edit import resample, to_channels
from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, SegmentError
from fullcast.engines.command.voices import choose_voice, wrong_voice
from fullcast.engines.plain import only_words
from fullcast.engines.processes import environment_for_others
from fullcast.engines.scripts import with_scripts
from fullcast.engines.several import several_at_once
from fullcast.errors import AudioError
from fullcast.units import Hertz

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fullcast.engines.base import RequestId, SpeechRequest
    from fullcast.model import Command

_WORDS_PER_MINUTE = 175
_LONGEST_REASON = 300
_MOST_OUTPUT = 512 * 1024 * 1024
"""Bytes; a program that writes without end fills no disk and no memory."""


@contextmanager
def open_session(command: Command, jobs: int) -> Iterator[CommandSession]:
    """Make ready to run a program; whatever still runs is ended with the ``with``."""
    with tempfile.TemporaryDirectory(prefix="fullcast-command-") as scratch:
        session = CommandSession(command=command, jobs=jobs, scratch=Path(scratch))
        try:
            yield session
        finally:
            session.running.end()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Running:
    """Processes that run now; each leads a group of its own, so that its children end with it."""

    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def started(self, call: list[str], output: int, errors: int) -> Iterator[subprocess.Popen[bytes]]:
        """Run a program for the length of a ``with``; afterwards nothing of it is left."""
        process = subprocess.Popen(  # noqa: S603 - it stands in the settings of the machine or in a preset
            call,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            env=environment_for_others(),
        )
        with self.lock:
            self.processes.add(process)
        try:
            yield process
        finally:
            _kill(process)
            with self.lock:
                self.processes.discard(process)

    def end(self) -> None:
        """End all that runs."""
        with self.lock:
            for process in self.processes:
                _kill(process, wait=False)


def _kill(process: subprocess.Popen[bytes], *, wait: bool = True) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if wait:
        process.wait()
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommandSession:
    """A program that can be run."""

    command: Command
    jobs: int
    scratch: Path
    running: _Running = field(default_factory=_Running)

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests; results come in the order in which programs end."""
        return several_at_once(requests, self._record_one, jobs=self.jobs, end=self.running.end)

    def _record_one(self, request: SpeechRequest) -> Recording | SegmentError:
        if len(request.text) > self.command.longest:
            reason = (
                f"the text has {len(request.text)} characters; "
                f"{self.command.name} takes {self.command.longest} at once"
            )
            return SegmentError(reason=reason, retry=False)
        wrong = self._wrong_language(request.language) or wrong_voice(request.voice, self.command)
        if wrong is not None:
            return SegmentError(reason=wrong, retry=False)
        with tempfile.TemporaryDirectory(dir=self.scratch) as place:
            return self._run(request, Path(place))

    def _wrong_language(self, language: str) -> str | None:
        known = with_scripts(self.command.languages)
        if language in known or language.split("-", maxsplit=1)[0] in known:
            return None
        return f"{self.command.name} does not speak the language '{language}'"

    def _run(self, request: SpeechRequest, place: Path) -> Recording | SegmentError:
        """Run the program once and read what it wrote."""
        name = self.command.name
        call = _call(self.command, request, place)
        own_file = any("{output}" in part for part in self.command.run)
        wav = place / "output.wav"
        streamed = place / "stdout"
        with (
            streamed.open("wb") as output,
            (place / "stderr").open("w+b") as errors,
        ):
            try:
                with self.running.started(call, output.fileno(), errors.fileno()) as process:
                    code = _feed(process, self._words_for(request), self.command.time_limit)
            except OSError as error:
                return SegmentError(reason=f"{name} cannot be run: {error.strerror}", retry=False)
            if code is None:
                return SegmentError(reason=f"{name} took longer than {self.command.time_limit:g} s")
            if code != 0:
                errors.seek(0)
                return SegmentError(reason=f"{name} ended with code {code}{_last_line(errors.read())}")
        return self._read(wav if own_file else streamed)

    def _words_for(self, request: SpeechRequest) -> bytes:
        """Return what the program reads on its standard input: nothing if it is given the words otherwise."""
        given = any("{text}" in part or "{text_file}" in part for part in self.command.run)
        return b"" if given else (only_words(request.text) + "\n").encode()

    def _read(self, wav: Path) -> Recording | SegmentError:
        import soundfile

        name = self.command.name
        size = wav.stat().st_size if wav.exists() else 0
        if not 0 < size <= _MOST_OUTPUT:
            return SegmentError(reason=f"{name} wrote no sound" if not size else f"{name} wrote {size} bytes")
        try:
            samples, rate = soundfile.read(wav, dtype="float32", always_2d=True)
            heard = Audio(samples=to_channels(samples.T.copy(), 1), rate=Hertz(rate))
            return Recording(audio=resample(heard, self.command.rate))
        except (soundfile.SoundFileError, AudioError) as error:
            return SegmentError(reason=f"what {name} wrote is no WAV that can be read: {error}")


def _feed(process: subprocess.Popen[bytes], words: bytes, limit: float) -> int | None:
    """Give a program its words and wait for its end; None if it takes too long."""
    try:
        process.communicate(words, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    return process.returncode


def _last_line(errors: bytes) -> str:
    """Return the last words of a program that failed, with a colon before them."""
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {lines[-1][:_LONGEST_REASON]}" if lines else ""


def _call(command: Command, request: SpeechRequest, place: Path) -> list[str]:
    """Return program and arguments with everything put in; no shell ever sees them."""
    pace = request.pace * command.pace
    text_file = place / "text.txt"
    words = only_words(request.text)
    text_file.write_text(words + "\n", encoding="utf-8")
    # An argument that begins with a dash would be an option; a space before it is not heard.
    text = f" {words}" if words.startswith("-") else words
    known = {
        "text": text,
        "text_file": str(text_file),
        "output": str(place / "output.wav"),
        "voice": choose_voice(request.voice, command),
        "language": request.language,
        "pace": f"{pace:g}",
        "stretch": f"{1 / pace:.4g}",
        "percent": f"{100 * pace:.0f}",
        "words_per_minute": f"{_WORDS_PER_MINUTE * pace:.0f}",
        "seed": str(request.seed % 2**31),
    }
    return [_put_in(part, known) for part in command.run]


def _put_in(part: str, known: dict[str, str]) -> str:
    """Return an argument with its placeholders replaced, each once; what is put in is not looked at again."""
    names = "|".join(known)
    return re.sub(rf"\{{({names})\}}", lambda found: known[found[1]], part)
