"""Programs that people already have, and how each is run.

Facts of the programs stand in their own help: ``flite --help``, ``text2wave -h``, ``RHVoice-test --help``,
``pico2wave --help``, ``man say``, ``piper --help``.
"""

from __future__ import annotations

from fullcast.model import Command, Sex
from fullcast.units import Hertz, Seconds

_FILES = ("-f", "{text_file}", "-o", "{output}")
_PIPER_FILES = ("-i", "{text_file}", "-f", "{output}")
_WAVE = ("--file-format=WAVE", "--data-format=LEI16@22050")
_FESTIVAL = "(begin (voice_{voice}) (Parameter.set 'Duration_Stretch {stretch}))"

PRESETS: tuple[Command, ...] = (
    Command(
        name="flite",
        run=("flite", "-voice", "{voice}", "--setf", "duration_stretch={stretch}", *_FILES),
        rate=Hertz(16_000),
        voices={"slt": Sex.FEMALE, "rms": Sex.MALE, "awb": Sex.MALE, "kal16": Sex.MALE},
        list_voices=("flite", "-lv"),
        version=("flite", "--version"),
        licence="MIT-CMU",
        install="apt-get install flite",
    ),
    Command(
        name="festival",
        run=("text2wave", "-eval", _FESTIVAL, "-o", "{output}", "{text_file}"),
        rate=Hertz(16_000),
        voices={"kal_diphone": Sex.MALE},
        list_voices=("festival", "--batch", "(print (voice.list))"),
        version=("festival", "--version"),
        licence="MIT-CMU",
        install="apt-get install festival festvox-kallpc16k",
    ),
    Command(
        name="rhvoice",
        run=("RHVoice-test", "-p", "{voice}", "-r", "{percent}", "-i", "{text_file}", "-o", "{output}"),
        rate=Hertz(24_000),
        languages=("en", "ru", "uk", "eo", "ka", "ky", "tt", "pl", "cs", "sk", "hr", "sq", "mk", "es", "pt"),
        voices={"slt": Sex.FEMALE, "bdl": Sex.MALE, "clb": Sex.FEMALE, "alan": Sex.MALE},
        licence="LGPL-2.1-or-later",
        install="install RHVoice with a voice of the book's language: https://rhvoice.org",
    ),
    Command(
        name="pico2wave",
        run=("pico2wave", "-l", "{language}", "-w", "{output}", "{text}"),
        rate=Hertz(16_000),
        languages=("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT"),
        voices={"pico": Sex.FEMALE},
        licence="Apache-2.0",
        install="apt-get install libttspico-utils (in Debian's non-free section)",
    ),
    Command(
        name="say",
        run=("say", "-v", "{voice}", "-r", "{words_per_minute}", *_WAVE, *_FILES),
        voices={"Samantha": Sex.FEMALE, "Daniel": Sex.MALE},
        list_voices=("say", "-v", "?"),
        licence="Apple's; see the terms of macOS for what you publish",
        install="part of macOS",
    ),
    Command(
        name="piper",
        run=("piper", "-m", "{voice}", "--length-scale", "{stretch}", "--no-normalize", *_PIPER_FILES),
        rate=Hertz(22_050),
        voices={"en_US-lessac-medium": Sex.FEMALE, "en_US-ryan-medium": Sex.MALE},
        time_limit=Seconds(120.0),
        licence="GPL-3.0-or-later; each voice has its own",
        install="pipx install piper-tts, then python -m piper.download_voices en_US-lessac-medium",
    ),
)
"""In the order in which they are offered."""
