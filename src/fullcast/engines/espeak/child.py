"""The process that speaks: eSpeak NG behind a pipe.

It is started by its path with ``python -I -S`` and imports nothing of fullcast and little of the standard
library, so that one weighs as little as an interpreter can. The library (GPL, neither thread-safe nor immune
to crashes) shares no process with anything else.

Both directions carry messages of a header (JSON, after its length as four bytes, little-endian) and, from
here, the samples (16 bits, mono, machine order), as many bytes as the header's ``bytes`` says. The first
message is a greeting; then comes one answer for each request, in order. The end of the input ends the
process.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is never loaded here: it weighs a megabyte
    from typing import Any, BinaryIO

SAMPLES_TO_CALLBACK = 2
"""``AUDIO_OUTPUT_SYNCHRONOUS``: samples go to the callback, no sound device is opened."""
PHONEME_EVENTS = 0x0001
PHONEME_IPA = 0x0002
DO_NOT_EXIT = 0x8000
TEXT_IS_UTF8 = 0x0001
TEXT_HAS_PHONEMES = 0x0100
PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "range": 4, "gap": 7}
EVENT_END, EVENT_WORD, EVENT_PHONEME = 0, 1, 7
STRESS = "ˈˌ"

Sound = tuple[str, bool, list[str], list[str]]
"""Letter, whether it is a vowel, candidate mnemonics, accepted IPA; see :meth:`Speaker.find_mnemonics`."""


class Event(ctypes.Structure):
    """``espeak_EVENT`` of ``speak_lib.h``."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


class VoiceEntry(ctypes.Structure):
    """``espeak_VOICE`` of ``speak_lib.h``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


def join_sounds(mnemonics: list[str]) -> str:
    """Return the mnemonics as one word; a bar keeps neighbours from being read as one sound.

    >>> join_sounds(["S", "I", "v", "'", "O:", "n"])
    "S|I|v|'O:|n"
    """
    return "|".join(mnemonics).replace("'|", "'").replace(",|", ",")


class Speaker:
    """The library, opened once in this process.

    Args:
        library: Path of the shared library.
        folder: Path of its ``espeak-ng-data``, at most about 150 bytes long.
    """

    def __init__(self, library: str, folder: str) -> None:
        self.library = ctypes.CDLL(library)
        self.library.espeak_Info.restype = ctypes.c_char_p
        self.library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(VoiceEntry))
        self.library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        options = PHONEME_EVENTS | PHONEME_IPA | DO_NOT_EXIT
        self.rate = self.library.espeak_Initialize(SAMPLES_TO_CALLBACK, 0, os.fsencode(folder), options)
        self.version = self.library.espeak_Info(None).decode().split()[0]
        self.samples = bytearray()
        self.events: list[tuple[int, int, int] | tuple[int, str]] = []
        self.known: dict[tuple[str, str], str | None] = {}
        self.callback = Callback(self.take)  # kept: the library calls it as long as it lives
        self.library.espeak_SetSynthCallback(self.callback)

    def take(self, wave: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[Event]) -> int:
        """Keep what the library made; it calls this for every piece of sound."""
        if wave and count > 0:
            self.samples += ctypes.string_at(wave, 2 * count)
        place = 0
        while events[place].type != EVENT_END:
            event = events[place]
            if event.type == EVENT_WORD:
                self.events.append((event.sample, event.text_position - 1, event.length))
            elif event.type == EVENT_PHONEME:
                self.events.append((event.sample, event.id.decode("utf-8", "ignore")))
            place += 1
        return 0

    def speak(self, text: str, flags: int) -> None:
        """Speak; leaves the samples and events of this text only."""
        self.samples.clear()
        self.events.clear()
        content = text.encode("utf-8", "replace") + b"\0"
        self.library.espeak_Synth(content, len(content), 0, 1, 0, TEXT_IS_UTF8 | flags, None, None)
        self.library.espeak_Synchronize()

    def choose(self, voice: str, parameters: dict[str, int]) -> str | None:
        """Set voice and parameters; returns what is wrong, else None."""
        if self.library.espeak_SetVoiceByName(voice.encode()):
            return "eSpeak NG has no voice " + voice
        for name, value in parameters.items():
            self.library.espeak_SetParameter(PARAMETERS[name], value, 0)
        return None

    def heard(self, mnemonics: str, *, vowel: bool) -> str:
        """Return the IPA that the voice makes of phoneme mnemonics, without stress marks.

        Between neighbours, because voices devoice or lengthen at the edges of words.
        """
        self.speak("[[m'" + mnemonics + "t]]" if vowel else "[[" + mnemonics + "'i:]]", TEXT_HAS_PHONEMES)
        said = [event[1].strip(STRESS) for event in self.events if len(event) == 2 and event[1].strip(STRESS)]
        return "".join(said[1:-1] if vowel else said[:-1])

    def find_mnemonics(self, voice: str, sounds: list[Sound]) -> tuple[str | None, str]:
        """Return the phoneme mnemonics for IPA, or None and the letter that the voice lacks.

        Args:
            voice: The voice that is set.
            sounds: For each sound ``[letter, vowel, candidates, accepted]``; a stress mark has no candidates.
        """
        found: list[str] = []
        for letter, vowel, candidates, accepted in sounds:
            key = (voice, letter)
            if not candidates:
                found.append(accepted[0])
                continue
            if key not in self.known:
                heard = {name: self.heard(name, vowel=vowel) for name in candidates}
                best = [made for wanted in accepted for made in candidates if heard[made] == wanted]
                self.known[key] = best[0] if best else None
            name = self.known[key]
            if name is None:
                return None, letter
            found.append(name)
        return join_sounds(found), ""

    def record(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return the answer to a request, as a header and the samples."""
        voice = request["voice"]
        if problem := self.choose(voice, request["parameters"]):
            return {"error": problem}, b""
        text, starts, flags = "", list[int](), 0
        for part in request["parts"]:
            starts.append(len(text))
            if isinstance(part, str):
                text += part
                continue
            mnemonics, lacking = self.find_mnemonics(voice, part)
            if mnemonics is None:
                return {"error": "the voice " + voice + " has no sound for the IPA letter " + lacking}, b""
            text += "[[" + mnemonics + "]]"
            flags = TEXT_HAS_PHONEMES
        self.speak(text, flags)
        return {"starts": starts, "events": self.events}, bytes(self.samples)

    def list_voices(self) -> list[tuple[str, list[tuple[int, str]]]]:
        """Return every language voice as ``[identifier, [[priority, language], …]]``."""
        entries, voices, place = (
            self.library.espeak_ListVoices(None),
            list[tuple[str, list[tuple[int, str]]]](),
            0,
        )
        while entries[place]:
            entry, languages = entries[place].contents, list[tuple[int, str]]()
            address = entry.languages
            while priority := ctypes.string_at(address, 1)[0]:
                language = ctypes.string_at(address + 1)
                languages.append((priority, language.decode()))
                address += 2 + len(language)
            voices.append((entry.identifier.decode(), languages))
            place += 1
        return voices

    def transcribe(self, voice: str, texts: list[str]) -> list[str]:
        """Return the IPA that a voice makes of each text."""
        self.choose(voice, {})
        said = []
        for text in texts:
            content = ctypes.create_string_buffer(text.encode() + b"\0")
            rest, clauses = ctypes.c_void_p(ctypes.addressof(content)), list[str]()
            while rest.value:
                clauses.append(
                    self.library.espeak_TextToPhonemes(ctypes.byref(rest), TEXT_IS_UTF8, PHONEME_IPA).decode()
                )
            said.append(" ".join(clauses))
        return said


def answer(speaker: Speaker, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return what a request asks for."""
    if request["do"] == "record":
        return speaker.record(request)
    if request["do"] == "voices":
        return {"voices": speaker.list_voices()}, b""
    return {"ipa": speaker.transcribe(request["voice"], request["texts"])}, b""


def read_message(stream: BinaryIO) -> dict[str, Any] | None:
    """Return the next message, None at the end of the input."""
    size = stream.read(4)
    if len(size) < 4:
        return None
    message: dict[str, Any] = json.loads(stream.read(struct.unpack("<I", size)[0]))
    return message


def write_message(stream: BinaryIO, header: dict[str, Any], samples: bytes) -> None:
    """Write a message at once, so that the parent never waits for half of one."""
    content = json.dumps({**header, "bytes": len(samples)}).encode()
    stream.write(struct.pack("<I", len(content)) + content + samples)
    stream.flush()


def serve(library: str, folder: str) -> None:
    """Greet, then answer requests until the input ends.

    The library may print: what it prints goes to stderr, never between two messages.
    """
    with os.fdopen(os.dup(0), "rb") as requests, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        speaker = Speaker(library, folder)
        write_message(answers, {"rate": speaker.rate, "version": speaker.version}, b"")
        while (request := read_message(requests)) is not None:
            write_message(answers, *answer(speaker, request))


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2])
