"""Speaking: from requests to messages, and from answers to recordings."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fullcast.audio.signal import Audio
from fullcast.engines.base import Recording, SegmentError
from fullcast.engines.espeak.children import Answer, Job, Pool
from fullcast.engines.espeak.engine import LONGEST, RATE
from fullcast.engines.espeak.ipa import UnknownLetterError, find_sounds
from fullcast.engines.espeak.parameters import VoiceParameterError, read_parameters
from fullcast.engines.espeak.words import Spoken, Stretch, find_words
from fullcast.units import Seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fullcast.engines.base import RequestId, SpeechRequest

_LONGEST_DATA_PATH = 120
"""Bytes; with about 160 the library silently takes another folder, whatever it is told."""
_BREATH = Seconds(0.4)
"""What is recorded of a text without a word in it, such as a lone ellipsis: a silent beat."""
_FULL_SCALE = 32_768.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where the library stands and how it is run."""

    library: Path
    folder: Path
    """Its ``espeak-ng-data``."""
    jobs: int
    """Processes at once."""
    patience: Seconds
    """How long one text may take before its process counts as hung."""


@contextmanager
def open_session(installation: Installation) -> Iterator[EspeakSession]:
    """Make ready to speak; each process starts when there is work for it, all end with the ``with``."""
    variants = frozenset(file.name for file in (installation.folder / "voices" / "!v").iterdir())
    with ExitStack() as stack:
        near = stack.enter_context(_near(installation.folder))
        pool = Pool(
            library=installation.library, folder=near, most=installation.jobs, patience=installation.patience
        )
        stack.callback(pool.close)
        yield EspeakSession(pool=pool, variants=variants)


@contextmanager
def _near(folder: Path) -> Iterator[Path]:
    """Give a folder under a path that is short enough for the library."""
    if len(bytes(folder)) <= _LONGEST_DATA_PATH:
        yield folder
        return
    # TMPDIR may be long too, so the place is named.
    with tempfile.TemporaryDirectory(prefix="fullcast-", dir="/tmp") as short:
        link = Path(short, "espeak-ng-data")
        link.symlink_to(folder, target_is_directory=True)
        yield link


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EspeakSession:
    """An opened eSpeak NG."""

    pool: Pool
    variants: frozenset[str]

    def record(
        self, requests: Iterable[SpeechRequest]
    ) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
        """Record requests; results come in the order in which processes finish them."""
        source, more = iter(requests), True
        try:
            while more or self.pool.is_busy:
                while more and self.pool.has_room:
                    request = next(source, None)
                    if request is None:
                        more = False
                        break
                    job = prepare(request, self.variants)
                    if isinstance(job, SegmentError):
                        yield request.id, job
                    else:
                        self.pool.ask(job)
                if self.pool.is_busy:
                    for answer in self.pool.answers():
                        yield answer.job.origin[0].id, _result(answer)
        finally:
            self.pool.abandon()


def prepare(request: SpeechRequest, variants: frozenset[str]) -> Job | SegmentError:
    """Return what a process is asked for a request, or why nobody can be asked.

    Args:
        request: The request.
        variants: Names of the variants that the library has.
    """
    if len(request.text) > LONGEST:
        reason = f"the text has {len(request.text)} characters; espeak takes {LONGEST} at once"
        return SegmentError(reason=reason, retry=False)
    try:
        parameters = read_parameters(request.voice, variants)
        parts, stretches = _cut(request)
    except (VoiceParameterError, UnknownLetterError) as error:
        return SegmentError(reason=str(error), retry=False)
    identifier = parameters.identifier(request.language)
    if identifier is None:
        return SegmentError(reason=f"espeak has no voice for language '{request.language}'", retry=False)
    numbers = parameters.at_pace(request.pace)
    message = {"do": "record", "voice": identifier, "parameters": numbers, "parts": parts}
    return Job(message=message, origin=(request, stretches))


def _cut(request: SpeechRequest) -> tuple[list[object], tuple[Stretch, ...]]:
    """Cut a text into words as they are and transcriptions."""
    parts: list[object] = []
    stretches: list[Stretch] = []
    end = 0
    for said in sorted(request.pronunciations, key=lambda item: item.start):
        if said.start < end:
            continue  # the first of two that overlap wins
        _add_plain(request.text, end, said.start, (parts, stretches))
        parts.append([sound.as_message() for sound in find_sounds(said.ipa)])
        stretches.append(Stretch(spoken=0, start=said.start, end=said.end, fixed=True))
        end = said.end
    _add_plain(request.text, end, len(request.text), (parts, stretches))
    return parts, tuple(stretches)


def _add_plain(text: str, start: int, end: int, into: tuple[list[object], list[Stretch]]) -> None:
    if start < end:
        into[0].append(as_plain_text(text[start:end]))
        into[1].append(Stretch(spoken=0, start=start, end=end))


def as_plain_text(text: str) -> str:
    r"""Return a text in which the library finds nothing but words; every character keeps its place.

    Control characters would be commands (Ctrl-A changes the voice), ``[[`` begins phonemes, and half a
    surrogate pair is no character.

    >>> as_plain_text("a[[b]]\x01c")
    'a((b)) c'
    """
    shown = (
        " " if ord(letter) < 32 or 127 <= ord(letter) < 160 or 0xD800 <= ord(letter) < 0xE000 else letter
        for letter in text
    )
    return "".join(shown).replace("[[", "((").replace("]]", "))")


def _result(answer: Answer) -> Recording | SegmentError:
    """Return the recording that a process made."""
    request, stretches = answer.job.origin
    if error := answer.header.get("error"):
        return SegmentError(reason=f"{error}: {_quote(request.text)}", retry=answer.lost)
    sound = np.frombuffer(answer.samples, dtype=np.int16)
    if not sound.any():
        if any(letter.isalnum() for letter in request.text):
            reason = f"espeak found nothing to say in {_quote(request.text)}"
            return SegmentError(reason=reason, retry=False)
        sound = np.zeros(round(_BREATH * RATE), dtype=np.int16)
    audio = Audio(samples=sound[np.newaxis].astype(np.float32) / np.float32(_FULL_SCALE), rate=RATE)
    placed = tuple(
        Stretch(spoken=spoken, start=part.start, end=part.end, fixed=part.fixed)
        for spoken, part in zip(answer.header["starts"], stretches, strict=True)
    )
    spoken = Spoken(text=request.text, stretches=placed, samples=audio.length, rate=RATE)
    return Recording(audio=audio, words=find_words(answer.header["events"], spoken))


def _quote(text: str) -> str:
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
