"""People: murmur out of many talkers, whispers, applause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import fft

from fullcast.audio.textures.calls import glide
from fullcast.audio.textures.grains import Note, arrivals, burst, fade, lay, ring
from fullcast.audio.textures.noise import draw_curve, make_noise, make_wide_noise, sway
from fullcast.audio.textures.space import HALL, STREET, Room, recede, veil
from fullcast.audio.textures.stage import RATE, Floats, Stage

_VOWELS = (
    (730, 1090, 2440),
    (570, 840, 2410),
    (300, 870, 2240),
    (660, 1720, 2410),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (490, 1350, 1690),
    (640, 1190, 2390),
)
"""First three formants of English vowels, hertz (Peterson and Barney 1952, table II, men)."""
_VOICES = 9
_SIBILANT = ((1500, -30), (3000, -6), (5000, 0), (7500, -6), (14000, -30))
_INN = Room(decay=0.7, wet=0.55, delay=0.006, dark=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who talks, and where."""

    talkers: int
    near: float
    """Distance of the nearest, from 0 to 1."""
    far: float
    room: Room
    pitch: tuple[float, float] = (95.0, 215.0)
    """Hertz between which the talkers' voices lie."""
    spirit: float = 1.0
    """Factor on the melody of the voices."""


def make_crowd(stage: Stage) -> Floats:
    """Return a crowd that murmurs in a hall: many talkers, no word to be understood."""
    return _gather(stage, Company(talkers=26, near=0.35, far=0.75, room=HALL)) + _air(stage, 0.05)


def make_tavern(stage: Stage) -> Floats:
    """Return a tavern: talk at the tables, glasses, a chair, a low room."""
    talk = _gather(stage, Company(talkers=15, near=0.12, far=0.6, room=_INN, spirit=1.4))
    clinks = [_clink(stage) for _ in range(8)]
    notes = []
    for time in arrivals(stage, 0.65):
        gain = 0.28 * stage.spread(1.0, 1.6)
        notes.append(
            Note(start=float(time), sound=clinks[stage.choose(0, 7)], gain=gain, pan=stage.uniform(-0.8, 0.8))
        )
    for time in arrivals(stage, 0.25):
        thud = ring([(stage.uniform(110, 190), 0.12, 1.0), (stage.uniform(260, 420), 0.07, 0.5)], 0.2)
        notes.append(Note(start=float(time), sound=thud, gain=0.5, pan=stage.uniform(-0.8, 0.8)))
    return talk + recede(stage, lay(notes, stage.length), _INN) + _air(stage, 0.05)


def make_market(stage: Stage) -> Floats:
    """Return a market: open air, livelier voices, some that call out, steps and wares."""
    company = Company(talkers=18, near=0.2, far=0.8, room=STREET, pitch=(110, 260), spirit=2.0)
    talk = _gather(stage, company)
    calls = lay(_call(stage), stage.length)
    bumps = []
    for time in arrivals(stage, 3.0):
        sound = burst(stage, ((90, -12), (250, 0), (800, -6), (3000, -16), (9000, -34)), 0.004, 0.12)
        bumps.append(
            Note(
                start=float(time), sound=sound, gain=0.12 * stage.spread(1, 1.7), pan=stage.uniform(-0.9, 0.9)
            )
        )
    return talk + recede(stage, calls + lay(bumps, stage.length), STREET) + _air(stage, 0.16)


def make_whispers(stage: Stage) -> Floats:
    """Return whispers: breath shaped by vowels, close and from all sides."""
    breaths = [_breathe(stage) for _ in range(40)]
    notes = [note for index in range(7) for note in _talk(stage, breaths, index / 12.0)]
    return recede(stage, lay(notes, stage.length), Room(decay=0.9, wet=0.3)) + _air(stage, 0.01)


def make_applause(stage: Stage) -> Floats:
    """Return applause in a hall: a few hundred hands, those near heard one by one."""
    claps = []
    for _ in range(48):
        hertz = stage.uniform(700, 1900)
        colour = ((hertz / 5, -22), (hertz / 1.6, -3), (hertz, 0), (hertz * 2.2, -9), (hertz * 5, -28))
        claps.append(burst(stage, colour, 0.0012, stage.uniform(0.03, 0.08)))
    notes = []
    for index in range(30):
        rate = stage.uniform(3.2, 5.2)
        gain = 0.9 * (1.0 - index / 60.0)
        pan = stage.uniform(-0.95, 0.95)
        clock = stage.uniform(0.0, 0.4)
        while clock < stage.seconds:
            sound = claps[(index + stage.choose(0, 5)) % len(claps)]
            notes.append(Note(start=clock, sound=sound, gain=gain * stage.uniform(0.5, 1.0), pan=pan))
            clock += stage.uniform(0.75, 1.25) / rate
    wash = make_wide_noise(stage, ((150, -26), (600, -4), (1300, 0), (3000, -7), (9000, -26)), 0.95)
    return recede(stage, lay(notes, stage.length) + wash * np.float32(0.03), HALL)


def _gather(stage: Stage, company: Company) -> Floats:
    """Return the talk of a company: each talker with a place, pauses and one of nine voices."""
    notes: list[Note] = []
    voices = [_voice(stage, company, index / (_VOICES - 1)) for index in range(_VOICES)]
    for index in range(company.talkers):
        far = 0.75 * index / max(1, company.talkers - 1)
        notes += _talk(stage, voices[index * _VOICES // company.talkers], far)
    return recede(stage, lay(notes, stage.length), company.room)


def _voice(stage: Stage, company: Company, part: float) -> list[Floats]:
    """Return the syllables of a voice, as dull as its distance makes them."""
    pitch = stage.uniform(*company.pitch)
    distance = company.near + (company.far - company.near) * part
    return [veil(_speak(stage, pitch, company.spirit), distance * 0.7) for _ in range(14)]


def _talk(stage: Stage, words: list[Floats], far: float) -> Iterator[Note]:
    """Yield a talker: syllables at four or five a second, phrases of a breath, pauses to listen."""
    pan = stage.uniform(-0.95, 0.95)
    rate = stage.uniform(3.9, 5.4)
    clock = stage.uniform(0.0, 2.5)
    end = clock + stage.seconds - 0.4
    while clock < end:
        count = stage.choose(4, 17)
        loud = (1.0 - far) * stage.uniform(0.6, 1.0)
        for number in range(count):
            if clock < end:
                level = loud * stage.uniform(0.45, 1.0) * (1.0 - 0.35 * number / count)
                yield Note(start=clock, sound=words[stage.choose(0, len(words) - 1)], gain=level, pan=pan)
            clock += stage.uniform(0.7, 1.5) / rate
        clock += stage.spread(0.8, 2.0)


def _speak(stage: Stage, pitch: float, spirit: float) -> Floats:
    """Return a syllable: a voice that glides through two vowels, sometimes after a consonant."""
    length = int(stage.uniform(0.14, 0.34) * RATE)
    lift = pitch * (1.0 + spirit * stage.uniform(-0.10, 0.16))
    hertz = glide(
        (lift * stage.uniform(0.94, 1.06), lift, lift * (1.0 - spirit * stage.uniform(0.0, 0.14))), length
    )
    turns = np.cumsum(hertz) / RATE
    pulses = np.diff(np.floor(turns), prepend=0.0) - hertz / RATE
    breath = 0.02 * make_noise(stage, ((200, -10), (1500, 0), (5000, -4), (12000, -20)), length)
    scale = 1.0 + 0.18 * (pitch > 165.0)
    first, second = (_through(pulses + breath, stage.choose(0, 7), scale) for _ in range(2))
    part = np.linspace(0.0, 1.0, length)
    voice = first * (1.0 - part) + second * part
    voice *= np.sin(np.pi * part**0.7) ** 1.2
    voice /= float(np.max(np.abs(voice)))
    if stage.uniform(0.0, 1.0) < 0.35:
        hiss = burst(stage, _SIBILANT, 0.03, 0.09)[:length]
        voice[: len(hiss)] += stage.uniform(0.05, 0.16) * hiss
    return fade(voice.astype(np.float32), 0.012, 0.03)


def _through(pulses: Floats, vowel: int, scale: float) -> Floats:
    """Return pulses through a vowel's three formants and the fall of a voice."""
    count = fft.next_fast_len(len(pulses) + 512, real=True)
    spectrum = fft.rfft(pulses, n=count)
    hertz = np.arange(len(spectrum)) * (RATE / count)
    gain = np.full(len(spectrum), 0.015)
    for order, (centre, width) in enumerate(zip(_VOWELS[vowel], (90.0, 110.0, 170.0), strict=True)):
        gain += (0.55**order) / (1.0 + np.square((hertz - centre * scale) / (0.8 * width)))
    gain *= draw_curve(
        count, ((60, -24), (110, 0), (500, 0), (1000, -5), (2000, -11), (4000, -19), (8000, -34))
    )
    return np.asarray(fft.irfft(spectrum * gain, n=count)[: len(pulses)])


def _breathe(stage: Stage) -> Floats:
    """Return a whispered syllable: breath through a vowel, or a hiss."""
    length = int(stage.uniform(0.10, 0.26) * RATE)
    if stage.uniform(0, 1) < 0.3:
        noise = make_noise(stage, _SIBILANT, length) * 0.35
    else:
        noise = _through(
            make_noise(stage, ((200, -12), (1500, 0), (5000, 4), (12000, -10)), length),
            stage.choose(0, 7),
            1.1,
        )
        noise = noise / float(np.std(noise)) * 0.5
    shape = np.sin(np.pi * np.linspace(0, 1, length)) ** 1.5
    return fade((noise * shape * 0.4).astype(np.float32), 0.01, 0.02)


def _call(stage: Stage) -> Iterator[Note]:
    """Yield somebody who cries wares: a few long syllables, raised."""
    for time in arrivals(stage, 0.14):
        pitch = stage.uniform(190, 330)
        pan = stage.uniform(-0.7, 0.7)
        clock = float(time)
        for _ in range(stage.choose(2, 4)):
            sound = veil(_speak(stage, pitch * stage.uniform(0.95, 1.2), 2.0), 0.3)
            yield Note(start=clock, sound=sound, gain=stage.uniform(0.7, 1.2), pan=pan)
            clock += stage.uniform(0.24, 0.42)


def _clink(stage: Stage) -> Floats:
    hertz = stage.uniform(1900, 3400)
    return ring([(hertz, 0.35, 1.0), (hertz * 1.83, 0.22, 0.5), (hertz * 2.9, 0.12, 0.25)], 0.4)


def _air(stage: Stage, gain: float) -> Floats:
    """Return the sound of a place with people in it: low, wide, alive."""
    air = make_wide_noise(stage, ((40, -8), (120, 0), (400, -5), (1200, -14), (4000, -30), (10000, -50)), 0.9)
    return air * sway(stage, 2.0, 1.0) * np.float32(gain)
