"""The engine that speaks with eSpeak NG."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from fullcast.engines.base import Recording, SegmentError
from fullcast.engines.espeak.children import Answer, Job, Pool
from fullcast.engines.espeak.ipa import UnknownLetterError, find_sounds
from fullcast.engines.espeak.languages import declared_languages
from fullcast.engines.espeak.parameters import VoiceParameterError, read_parameters
from fullcast.engines.espeak.words import Spoken, Stretch, find_words
from fullcast.errors import SetupError
from fullcast.model import Ability, Limits, Placement
from fullcast.units import Hertz, Seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fullcast.engines.base import RequestId, SpeechRequest
    from fullcast.model import Device, Settings

ADAPTER = 1
"""Counts what changes here that is heard: it is part of every key."""
RATE = Hertz(22_050)
LONGEST = 600
"""Characters. The library takes more, but a take is what a change makes anew."""
CHARACTERS_PER_SECOND = 14.0
"""Measured over 2,000 words of English prose at 160 words a minute."""
_LONGEST_DATA_PATH = 120
"""Bytes; with about 160 the library silently takes another folder, whatever it is told."""
_BREATH = Seconds(0.4)
"""What is recorded of a text without a word in it, such as a lone ellipsis: a silent beat."""
_FULL_SCALE = 32_768.0


class EspeakEngine:
    """eSpeak NG from the package ``espeakng-loader``: robotic, in 116 languages, without a download.

    Its revision is the version of the package that carries the library, and that of this adapter.

    Args:
        home: Folder of the library and its data; None finds the package.
        patience: How long one text may take before its process counts as hung.
    """

    name: str = "espeak"

    def __init__(self, *, home: Path | None = None, patience: Seconds = Seconds(60.0)) -> None:
        self._home = home
        self._patience = patience
        self.revision = f"{_package_version()}-{ADAPTER}"
        self.limits = Limits(
            longest=LONGEST,
            rate=RATE,
            languages=declared_languages(),
            abilities=frozenset({Ability.WORDS, Ability.PRONUNCIATIONS}),
            batch=8,
            placement=Placement.EMBEDDED,
            quality=10,
            licence="GPL-3.0-or-later",
            rate_of_speech=CHARACTERS_PER_SECOND,
        )

    def check(self) -> None:
        """Find out whether library and data are there.

        Raises:
            SetupError: If they are not.
        """
        library, folder = self._find_files()
        for file in (library, folder / "phontab"):
            if not file.exists():
                message = f"espeak: {file} is missing"
                raise SetupError(message, hint=_CURE)

    @contextmanager
    def open(self, device: Device, settings: Settings) -> Iterator[EspeakSession]:
        """Make ready to speak on ``settings.jobs`` processes; each starts when there is work for it."""
        del device
        self.check()
        library, folder = self._find_files()
        variants = frozenset(file.name for file in (folder / "voices" / "!v").iterdir())
        with ExitStack() as stack:
            near = stack.enter_context(_near(folder))
            pool = Pool(library=library, folder=near, most=settings.jobs, patience=self._patience)
            stack.callback(pool.close)
            yield EspeakSession(pool=pool, variants=variants)

    def _find_files(self) -> tuple[Path, Path]:
        home = self._home
        if home is None:
            spec = importlib.util.find_spec("espeakng_loader")
            if spec is None or spec.origin is None:
                raise SetupError("espeak: the package espeakng-loader is not installed", hint=_CURE)
            home = Path(spec.origin).parent
        return home / _LIBRARY_NAMES.get(sys.platform, "libespeak-ng.so"), home / "espeak-ng-data"


def _package_version() -> str:
    try:
        return version("espeakng-loader")
    except PackageNotFoundError:
        return "none"


_LIBRARY_NAMES = {"darwin": "libespeak-ng.dylib", "win32": "espeak-ng.dll"}
_CURE = "install it with: python -m pip install --force-reinstall espeakng-loader"


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
    import numpy as np  # noqa: PLC0415  # nothing that lists engines may load numpy

    from fullcast.audio.signal import Audio  # noqa: PLC0415  # likewise

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
