"""Birds: singers with a repertoire, each at its place in the trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fullcast.audio.textures.calls import Call, resonate, sing
from fullcast.audio.textures.grains import Note, lay
from fullcast.audio.textures.noise import Colour, make_wide_noise, sway
from fullcast.audio.textures.space import OPEN, Room, recede, rest, veil
from fullcast.audio.textures.stage import RATE, Floats, Stage

_AIR: Colour = ((40, -10), (120, 0), (400, -8), (1500, -18), (5000, -26), (12000, -44))
_WOODS = Room(decay=1.3, wet=0.35, delay=0.03, dark=0.5)

Phrase = list[tuple[float, Floats]]
"""Notes of a phrase: seconds from its beginning, sound."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Singer:
    """A bird on its branch."""

    phrases: tuple[Phrase, ...]
    pause: float
    """Mean seconds between phrases."""
    gain: float
    pan: float
    distance: float


def make_birds(stage: Stage) -> Floats:
    """Return a dawn chorus: a thrush near, others farther, each with phrases of its own, in woodland."""
    species = (_thrush, _thrush, _tit, _warbler, _trill, _chirps, _warbler, _trill, _thrush)
    singers = [_settle(stage, make, index / 9.0) for index, make in enumerate(species)]
    notes = [note for singer in singers for note in _perform(stage, singer)]
    air = make_wide_noise(stage, _AIR, 0.9) * sway(stage, 3.0, 1.0) * np.float32(0.02)
    return recede(stage, lay(notes, stage.length), _WOODS) + air


def make_gulls(stage: Stage) -> Floats:
    """Return gulls over a harbour: falling cries in series, near and far."""
    singers = []
    for index in range(5):
        distance = 0.1 + 0.15 * index
        cries = tuple(_cry(stage, distance) for _ in range(4))
        gain = 1.0 - 0.15 * index
        pan = stage.uniform(-0.9, 0.9)
        singers.append(Singer(phrases=cries, pause=4.5, gain=gain, pan=pan, distance=distance))
    notes = [note for singer in singers for note in _perform(stage, singer)]
    air = make_wide_noise(stage, _AIR, 0.9) * sway(stage, 2.0, 1.5) * np.float32(0.03)
    return recede(stage, lay(notes, stage.length), OPEN) + air


def make_crows(stage: Stage) -> Floats:
    """Return crows: hoarse caws in twos and threes, over bare fields."""
    singers = []
    for index in range(4):
        distance = 0.1 + 0.2 * index
        caws = tuple(_caw(stage, distance) for _ in range(3))
        pan = stage.uniform(-0.9, 0.9)
        singers.append(Singer(phrases=caws, pause=6.0, gain=1.0 - 0.2 * index, pan=pan, distance=distance))
    notes = [note for singer in singers for note in _perform(stage, singer)]
    air = make_wide_noise(stage, _AIR, 0.9) * sway(stage, 2.5, 1.5) * np.float32(0.02)
    return recede(stage, lay(notes, stage.length), OPEN) + air


def make_doves(stage: Stage) -> Floats:
    """Return wood pigeons: soft coos in a rhythm of five."""
    singers = []
    for index in range(3):
        distance = 0.15 + 0.2 * index
        base = stage.uniform(400, 480)
        coos = tuple(_coo(stage, base) for _ in range(2))
        pan = stage.uniform(-0.8, 0.8)
        singers.append(Singer(phrases=coos, pause=6.0, gain=1.0 - 0.25 * index, pan=pan, distance=distance))
    notes = [note for singer in singers for note in _perform(stage, singer)]
    air = make_wide_noise(stage, _AIR, 0.9) * np.float32(0.03)
    return recede(stage, lay(notes, stage.length), _WOODS) + air


def make_owl(stage: Stage) -> Floats:
    """Return an owl: a long hoot, a wait, a short one and a trembling last."""
    base = stage.uniform(330, 400)
    soft = (1.0, 0.10, 0.03)
    first = sing(stage, Call(hertz=(base * 0.94, base, base * 0.96), seconds=0.8, attack=0.3, harmonics=soft))
    short = sing(stage, Call(hertz=(base * 0.95, base * 0.98), seconds=0.16, attack=0.4, harmonics=soft))
    last = Call(
        hertz=(base * 0.95, base * 1.02, base, base * 0.92),
        seconds=1.25,
        attack=0.25,
        harmonics=soft,
        vibrato=0.012,
        rate=13.0,
    )
    gap = stage.uniform(1.3, 1.8)
    notes = [
        Note(start=0.03, sound=first, gain=0.9),
        Note(start=0.8 + gap, sound=short, gain=0.5),
        Note(start=1.15 + gap, sound=sing(stage, last)),
    ]
    return recede(
        stage, rest(lay(notes, int((2.6 + gap) * RATE)), 2.4), Room(decay=2.0, wet=0.5, delay=0.05, dark=0.3)
    )


def make_rooster(stage: Stage) -> Floats:
    """Return a cock's crow: three short, one long that falls."""
    base = stage.uniform(560, 640)
    rich = (1.0, 0.8, 0.7, 0.5, 0.35, 0.22, 0.15, 0.1)
    pieces = (
        (0.03, Call(hertz=(base * 0.8, base), seconds=0.17, harmonics=rich, rough=0.2)),
        (0.27, Call(hertz=(base, base * 1.25), seconds=0.24, harmonics=rich, rough=0.15)),
        (0.56, Call(hertz=(base * 1.1, base * 1.2), seconds=0.14, harmonics=rich, rough=0.2)),
        (
            0.74,
            Call(
                hertz=(base * 1.25, base * 1.55, base * 1.5, base * 1.35, base * 0.85),
                seconds=1.15,
                attack=0.12,
                harmonics=rich,
                rough=0.12,
            ),
        ),
    )
    throat = ((1150, 500), (2300, 700), (3400, 900))
    notes = [Note(start=start, sound=resonate(sing(stage, call), throat)) for start, call in pieces]
    return recede(stage, rest(lay(notes, 2 * RATE), 1.6), OPEN)


def _settle(stage: Stage, make: Callable[[Stage], Phrase], far: float) -> Singer:
    distance = 0.08 + 0.6 * far
    phrases = tuple([(start, veil(sound, distance * 0.7)) for start, sound in make(stage)] for _ in range(4))
    gain = (1.0 - 0.7 * far) * stage.uniform(0.5, 0.8)
    return Singer(
        phrases=phrases,
        pause=stage.uniform(2.2, 5.0),
        gain=gain,
        pan=stage.uniform(-0.95, 0.95),
        distance=distance,
    )


def _perform(stage: Stage, singer: Singer) -> Iterator[Note]:
    """Yield a singer's phrases over the circle, with pauses that never repeat."""
    clock = stage.uniform(0.0, singer.pause)
    end = clock + stage.seconds
    while True:
        phrase = singer.phrases[stage.choose(0, len(singer.phrases) - 1)]
        length = max(start + len(sound) / RATE for start, sound in phrase)
        if clock + length > end:
            return
        loud = singer.gain * stage.uniform(0.65, 1.0)
        for start, sound in phrase:
            moment = clock + start * stage.uniform(0.98, 1.03)
            yield Note(start=moment, sound=sound, gain=loud * stage.uniform(0.85, 1.0), pan=singer.pan)
        clock += length + singer.pause * stage.uniform(0.35, 1.7)


def _thrush(stage: Stage) -> Phrase:
    """Return a blackbird's phrase: flute notes that glide, and a quiet twitter to end."""
    phrase: Phrase = []
    clock = 0.0
    for _ in range(stage.choose(3, 6)):
        hertz = stage.uniform(1500, 2700)
        target = hertz * stage.uniform(0.8, 1.28)
        seconds = stage.uniform(0.11, 0.32)
        call = Call(
            hertz=(hertz, target, hertz * stage.uniform(0.85, 1.15)),
            seconds=seconds,
            vibrato=0.006,
            harmonics=(1.0, 0.07, 0.02),
        )
        phrase.append((clock, sing(stage, call)))
        clock += seconds + stage.uniform(0.02, 0.14)
    for _ in range(stage.choose(0, 4)):
        hertz = stage.uniform(3000, 4600)
        call = Call(hertz=(hertz, hertz * stage.uniform(0.7, 1.3)), seconds=0.05, harmonics=(0.35, 0.02))
        phrase.append((clock, sing(stage, call)))
        clock += stage.uniform(0.05, 0.09)
    return phrase


def _tit(stage: Stage) -> Phrase:
    """Return a great tit's phrase: two notes that see-saw."""
    high = stage.uniform(4000, 4700)
    low = high * stage.uniform(0.72, 0.82)
    phrase: Phrase = []
    step = stage.uniform(0.13, 0.17)
    for number in range(stage.choose(3, 6)):
        for offset, hertz in ((0.0, high), (step, low)):
            call = Call(
                hertz=(hertz * 1.03, hertz, hertz), seconds=step * 0.8, attack=0.15, harmonics=(0.8, 0.04)
            )
            phrase.append((number * step * 2.1 + offset, sing(stage, call)))
    return phrase


def _warbler(stage: Stage) -> Phrase:
    """Return a willow warbler's phrase: a run of small notes that falls and slows."""
    phrase: Phrase = []
    clock = 0.0
    count = stage.choose(9, 15)
    top = stage.uniform(4300, 5200)
    for number in range(count):
        hertz = top * (1.0 - 0.45 * number / count) * stage.uniform(0.95, 1.05)
        seconds = 0.06 + 0.06 * number / count
        call = Call(
            hertz=(hertz * 1.15, hertz, hertz * 0.92), seconds=seconds, attack=0.3, harmonics=(0.75, 0.04)
        )
        phrase.append((clock, sing(stage, call)))
        clock += seconds * stage.uniform(1.25, 1.6)
    return phrase


def _trill(stage: Stage) -> Phrase:
    """Return a trill: one note, very fast, with a lead-in."""
    hertz = stage.uniform(3300, 5200)
    rate = stage.uniform(12, 22)
    shape = (hertz * stage.uniform(0.85, 1.2), hertz, hertz * stage.uniform(0.8, 1.1))
    tone = sing(stage, Call(hertz=shape, seconds=0.7 / rate, attack=0.35, harmonics=(0.6, 0.03)))
    count = stage.choose(8, 22)
    swell = np.sin(np.pi * (np.arange(count) + 0.7) / (count + 0.7)) ** 0.5
    return [(number / rate, (tone * level).astype(np.float32)) for number, level in enumerate(swell)]


def _chirps(stage: Stage) -> Phrase:
    """Return a sparrow's chirps: short, bent, uneven."""
    phrase: Phrase = []
    clock = 0.0
    for _ in range(stage.choose(2, 6)):
        hertz = stage.uniform(2900, 4100)
        call = Call(
            hertz=(hertz * 0.8, hertz * 1.2, hertz * 0.75),
            seconds=stage.uniform(0.06, 0.11),
            harmonics=(0.7, 0.15, 0.05),
        )
        phrase.append((clock, sing(stage, call)))
        clock += stage.uniform(0.18, 0.42)
    return phrase


def _cry(stage: Stage, distance: float) -> Phrase:
    """Return a herring gull's series: cries that rise sharply and fall, faster towards the end."""
    base = stage.uniform(780, 1000)
    rich = (1.0, 0.75, 0.55, 0.3, 0.16, 0.08)
    phrase: Phrase = []
    clock = 0.0
    count = stage.choose(1, 6)
    for number in range(count):
        seconds = stage.uniform(0.26, 0.46) * (1.0 if count < 3 else 1.1 - 0.08 * number)
        call = Call(
            hertz=(base * 0.8, base * 1.28, base * 1.15, base * 0.82),
            seconds=seconds,
            attack=0.22,
            harmonics=rich,
            rough=0.08,
        )
        cry = resonate(sing(stage, call), ((1500, 700), (2700, 900)), -22.0)
        phrase.append((clock, veil(cry, distance)))
        clock += seconds * stage.uniform(1.15, 1.4)
    return phrase


def _caw(stage: Stage, distance: float) -> Phrase:
    """Return two to four caws: low harmonics, much roughness, a nasal throat."""
    base = stage.uniform(260, 330)
    rich = tuple(0.9**number for number in range(20))
    phrase: Phrase = []
    for number in range(stage.choose(2, 4)):
        call = Call(
            hertz=(base * 0.9, base * 1.1, base * 1.02, base * 0.85),
            seconds=stage.uniform(0.26, 0.38),
            attack=0.2,
            harmonics=rich,
            rough=0.5,
        )
        caw = resonate(sing(stage, call), ((1250, 450), (1900, 600), (3000, 800)), -30.0)
        phrase.append((number * stage.uniform(0.52, 0.66), veil(caw, distance)))
    return phrase


def _coo(stage: Stage, base: float) -> Phrase:
    """Return a wood pigeon's phrase: coo COO coo, coo-coo."""
    phrase: Phrase = []
    for start, seconds, lift, level in (
        (0.0, 0.32, 1.0, 0.7),
        (0.42, 0.62, 1.06, 1.0),
        (1.15, 0.42, 0.98, 0.8),
        (1.75, 0.24, 1.02, 0.7),
        (2.08, 0.28, 0.98, 0.65),
    ):
        hertz = base * lift
        call = Call(
            hertz=(hertz * 0.93, hertz, hertz * 0.95),
            seconds=seconds,
            harmonics=(1.0, 0.12, 0.04),
            rough=0.06,
        )
        phrase.append((start, (sing(stage, call) * np.float32(level)).astype(np.float32)))
    return phrase
