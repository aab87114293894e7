# ruff: noqa: INP001 (a script that stands alone beside the music it makes)
"""Play the music of The Lantern Keeper: the source of the three recordings beside this file.

``python compose.py [FOLDER]`` writes ``theme.ogg``, ``bridge.ogg`` and ``outro.ogg``, by default beside it.
The tune is in D dorian, six eighths to the bar, for harp, concertina and cello. Nothing is sampled: the harp
is a plucked string after Karplus and Strong, the reeds and the cello are sums of partials, the room is
decaying noise. The same score always gives the same sound.
"""

from __future__ import annotations

import re
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import signal

Signal = NDArray[np.float64]

RATE = 44_100
EIGHTHS_IN_A_BAR = 6
LEAD = 0.08
"""Seconds before the first note, so that no player clips its attack."""
BLOCK = 8_192
"""Samples written at once; libsndfile's Vorbis encoder overruns its stack on very long writes."""

# --- The score -------------------------------------------------------------------------------------------

DYNAMICS = {"pp": 0.30, "p": 0.42, "mp": 0.56, "mf": 0.74, "f": 0.92}
"""How hard a note is struck or blown, of 1."""

SHAPES = {
    "Dm": "D3 A3 D4 F4 D4 A3",
    "D5": "D3 A3 D4 A4 D4 A3",
    "G": "G2 D3 G3 B3 G3 D3",
    "F": "F2 C3 F3 A3 F3 C3",
    "C": "C3 G3 C4 E4 C4 G3",
    "Am": "A2 E3 A3 C4 A3 E3",
    "Em": "E3 B3 E4 G4 E4 B3",
}
"""How the harp breaks a chord over one bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One instrument's notes; bars are checked to hold six eighths."""

    instrument: str
    notes: str
    """``A4:2`` is a note of two eighths, ``-:1`` a rest, ``mp`` how loud from here on, ``|`` a bar line."""
    pan: float = 0.0
    volume: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of music."""

    name: str
    parts: tuple[Part, ...]
    bars: tuple[float, ...]
    """Length of an eighth in every bar, in seconds: where the players take their time."""
    ring: float = 2.0
    """Seconds that the last sound is left to die away."""


def broken(chords: str) -> str:
    """Return the harp's broken chords, one chord a bar; dynamics stand between them."""
    bars = (
        f"{word} " if word in DYNAMICS else " ".join(f"{note}:1" for note in SHAPES[word].split()) + " | "
        for word in chords.split()
    )
    return "".join(bars)


THEME = Piece(
    name="theme",
    bars=(0.40, 0.39, 0.39, 0.40, 0.38, 0.38, 0.40, 0.50),
    parts=(
        Part(
            instrument="harp",
            pan=-0.25,
            notes="""
                mp A4:2 D5:1 C5:2 A4:1 | B4:2 G4:1 A4:3       | F4:2 G4:1 A4:2 F4:1 | p E4:3 C4:3   |
                mp D4:2 F4:1 A4:2 D5:1 | mf E5:2 D5:1 C5:2 A4:1 | mp B4:2 A4:1 G4:2 E4:1 | p D4:6 |""",
        ),
        Part(
            instrument="harp",
            pan=-0.1,
            volume=0.55,
            notes=broken("pp Dm G p F C Dm mp Am G") + "p D3:1 A3:1 D4:4 |",
        ),
        Part(
            instrument="concertina",
            pan=0.3,
            volume=0.8,
            notes="""
                -:6 | -:6 | -:6 | -:3 pp G4:3 |
                p A4:3 F4:3 | mp A4:2 B4:1 C5:3 | p G4:3 B4:3 | A4:6 |""",
        ),
        Part(
            instrument="cello",
            pan=0.08,
            notes="pp D3:6 | G2:6 | p F2:6 | C3:6 | D3:6 | mp A2:6 | p G2:3 C3:3 | D3:6 |",
        ),
    ),
)

BRIDGE = Piece(
    name="bridge",
    bars=(0.38, 0.41, 0.52),
    ring=1.9,
    parts=(
        Part(instrument="harp", pan=-0.25, notes="mp D4:2 F4:1 A4:2 D5:1 | B4:2 C5:1 B4:2 G4:1 | p A4:6 |"),
        Part(instrument="harp", pan=-0.1, volume=0.55, notes=broken("p Dm Em") + "D3:1 A3:1 D4:4 |"),
        Part(instrument="cello", pan=0.08, notes="p D3:6 | E3:3 C3:3 | D3:6 |"),
        Part(instrument="concertina", pan=0.3, volume=0.7, notes="-:6 | -:3 pp G4:3 | F4:6 |"),
    ),
)

OUTRO = Piece(
    name="outro",
    bars=(0.40, 0.39, 0.39, 0.40, 0.39, 0.41, 0.45, 0.62),
    ring=2.3,
    parts=(
        Part(
            instrument="concertina",
            pan=0.25,
            notes="""
                mp A4:2 D5:1 C5:2 A4:1 | B4:2 G4:1 A4:3 | F4:2 G4:1 A4:2 F4:1 | p E4:3 G4:3 |
                -:6 | pp A4:3 E4:3 | p D4:3 E4:3 | pp A3:6 |""",
        ),
        Part(
            instrument="harp",
            pan=-0.25,
            notes="""
                -:6 | -:6 | -:6 | -:6 |
                mp D4:2 F4:1 A4:2 D5:1 | mf E5:2 D5:1 C5:2 A4:1 |
                p B4:2 A4:1 G4:2 E4:1 | p D4:1 F#4:1 A4:1 D5:3 |""",
        ),
        Part(
            instrument="harp", pan=-0.1, volume=0.55, notes=broken("p Dm G F C mp Dm Am p G") + "D3:1 A3:5 |"
        ),
        Part(
            instrument="cello",
            pan=0.08,
            notes="p D3:6 | G2:6 | F2:6 | C3:6 | D3:6 | mp A2:6 | p G2:3 C3:3 | D3:6 |",
        ),
    ),
)

# --- Reading the score -----------------------------------------------------------------------------------

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note in time."""

    start: float
    """Seconds from the beginning of the piece."""
    length: float
    """Seconds that it is held."""
    pitch: float
    """Hertz."""
    force: float
    """Of 1."""


def pitch_of(name: str) -> float:
    """Return the pitch of a note in equal temperament, A4 at 440 Hz.

    >>> pitch_of("A4")
    440.0
    """
    sharp = 1 if "#" in name else 0
    above_a4 = SEMITONES[name[0]] + sharp + 12 * int(name[-1]) - 57
    return float(440.0 * 2 ** (above_a4 / 12))


def clock(piece: Piece, eighths: float) -> float:
    """Return when an eighth of the piece falls, in seconds, in its bars' own tempo."""
    edges = np.arange(len(piece.bars) + 1) * EIGHTHS_IN_A_BAR
    times = np.concatenate([[0.0], np.cumsum(np.array(piece.bars) * EIGHTHS_IN_A_BAR)])
    return float(np.interp(eighths, edges, times))


def read_notes(piece: Piece, part: Part) -> list[Note]:
    """Return a part's notes.

    Raises:
        ValueError: If a bar does not hold six eighths, or a word is no note.
    """
    notes: list[Note] = []
    at, force = 0, DYNAMICS["mp"]
    for word in part.notes.split():
        if word in DYNAMICS:
            force = DYNAMICS[word]
        elif word == "|":
            if at % EIGHTHS_IN_A_BAR:
                message = f"{piece.name}, {part.instrument}: bar {at // EIGHTHS_IN_A_BAR + 1} is not full"
                raise ValueError(message)
        elif match := re.fullmatch(r"([A-G]#?\d|-):(\d)", word):
            start, at = at, at + int(match[2])
            length = clock(piece, at) - clock(piece, start)
            # The first eighth of a bar is leaned on, as dancers would.
            accent = 1.0 if start % EIGHTHS_IN_A_BAR == 0 else 0.88
            if match[1] != "-":
                begins = clock(piece, start)
                notes.append(
                    Note(start=begins, length=length, pitch=pitch_of(match[1]), force=force * accent)
                )
        else:
            message = f"{piece.name}, {part.instrument}: {word!r} is no note"
            raise ValueError(message)
    return notes


# --- The instruments -------------------------------------------------------------------------------------


def pluck(note: Note, rng: np.random.Generator) -> Signal:
    """Return a plucked string that rings on after its written length.

    A burst of noise runs round a delay line of one period, and loses some of its edge with each round. A
    cubic Lagrange filter supplies the fraction of a sample that the delay line lacks: the string is in tune.

    Source:
        Karplus and Strong, Computer Music Journal 7(2), 1983; Jaffe and Smith, ibid.
    """
    period = RATE / note.pitch
    ring = 3.8 * (220.0 / note.pitch) ** 0.35
    size = int(RATE * (ring + 0.4))
    whole = int(period) - 2
    part = period - whole - 1.0
    taps = np.array(
        [np.prod([(part - j) / (i - j) for j in range(4) if j != i]) for i in range(4)],
    )
    damping = np.array([0.06, 0.88, 0.06])
    loop = 10 ** (-3 * period / (ring * RATE)) * np.convolve(taps, damping)
    burst = np.zeros(size)
    grains = rng.uniform(-1, 1, int(period))
    burst[: grains.size] = grains - grains.mean()
    # A finger near the middle of the string leaves out the harmonics that have a node there.
    place = max(1, int(period * 0.28))
    burst[place:] -= 0.9 * burst[:-place]
    # The flesh of the fingertip: harder plucking is brighter.
    flesh = signal.butter(2, 500 + 2_400 * note.force, fs=RATE, output="sos")
    burst = signal.sosfilt(flesh, burst)
    string = np.concatenate([np.zeros(whole + loop.size), burst, np.zeros(whole)])
    for begin in range(whole + loop.size, whole + loop.size + size, whole):
        # A whole round at once: it hears only the round before.
        before = string[begin - whole - loop.size + 1 : begin]
        string[begin : begin + whole] += np.convolve(before, loop, "valid")
    string = string[whole + loop.size :][:size]
    string *= note.force / (np.sqrt(np.mean(string[: RATE // 4] ** 2)) + 1e-12)
    return resonate(string, ((105, 4, 0.5), (210, 5, 0.45), (430, 4, 0.3))) * fade(size, 0.001, 0.4)


def blow(note: Note, rng: np.random.Generator) -> Signal:
    """Return a pair of free reeds, a few cents apart, with the bellows swelling under them."""
    size = int(RATE * (note.length + 0.22))
    time = np.arange(size) / RATE
    sound = np.zeros(size)
    for cents in (-2.5, 3.0):
        pitch = note.pitch * 2 ** (cents / 1200)
        for number in range(1, min(24, int(7_000 / pitch)) + 1):
            odd = 1.0 if number % 2 else 0.55
            slope = odd * number**-1.25 * np.exp(-number * pitch / 3_200)
            sound += slope * np.sin(2 * np.pi * number * pitch * time + rng.uniform(0, 2 * np.pi))
    swell = 0.75 + 0.25 * np.sin(np.pi * np.clip(time / (note.length + 0.1), 0, 1))
    air = signal.lfilter(*signal.butter(2, [900, 4_000], "band", fs=RATE), rng.normal(0, 1, size))
    sound = sound / np.sqrt(np.mean(sound**2)) + 0.012 * air
    return np.asarray(sound * swell * note.force * 0.62 * fade(size, 0.07, 0.2))


def bow(note: Note, rng: np.random.Generator) -> Signal:
    """Return a bowed string: partials under the resonances of a cello's body, a vibrato that comes late."""
    size = int(RATE * (note.length + 0.5))
    time = np.arange(size) / RATE
    late = np.clip((time - 0.35) / 0.6, 0, 1)
    cents = 9 * late * np.sin(2 * np.pi * 4.9 * time + rng.uniform(0, 2 * np.pi))
    turn = 2 * np.pi * np.cumsum(note.pitch * 2 ** (cents / 1200)) / RATE
    sound = np.zeros(size)
    for number in range(1, min(30, int(4_500 / note.pitch)) + 1):
        slope = number**-1.0 * np.exp(-number * note.pitch / 1_500)
        sound += slope * np.sin(number * turn + rng.uniform(0, 2 * np.pi))
    sound = resonate(sound, ((110, 3, 0.7), (230, 4, 0.6), (400, 4, 0.4), (700, 3, 0.2)))
    hair = signal.lfilter(*signal.butter(2, [300, 2_500], "band", fs=RATE), rng.normal(0, 1, size))
    sound = sound / np.sqrt(np.mean(sound**2)) + 0.01 * hair
    # A long bow speaks, and then gives way to whoever has the tune.
    weight = 0.45 + 0.55 * np.exp(-np.maximum(time - 0.4, 0) / 1.1)
    return np.asarray(sound * weight * note.force * 0.5 * fade(size, 0.14, 0.6))


INSTRUMENTS = {"harp": pluck, "concertina": blow, "cello": bow}


def resonate(sound: Signal, modes: tuple[tuple[float, float, float], ...]) -> Signal:
    """Return a sound with the resonances of a wooden body added: frequency, sharpness and share of each."""
    body = sound.copy()
    for frequency, sharpness, share in modes:
        body += share * signal.lfilter(*signal.iirpeak(frequency, sharpness, fs=RATE), sound)
    return body


def fade(size: int, rise: float, fall: float) -> Signal:
    """Return an envelope of ones that rises and falls on half a cosine, in seconds: no clicks."""
    envelope = np.ones(size)
    up, down = int(rise * RATE), int(fall * RATE)
    envelope[:up] = 0.5 - 0.5 * np.cos(np.pi * np.arange(up) / up)
    envelope[size - down :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(down) / down)
    return envelope


# --- The room and the desk -------------------------------------------------------------------------------


def make_room(rng: np.random.Generator) -> Signal:
    """Return the answer of a small stone room to a click: noise that dies sooner the higher it is.

    Shape:
        ``[2, samples]``.
    """
    size = int(2.4 * RATE)
    time = np.arange(size) / RATE
    room = np.zeros((2, size))
    for low, high, lasts, share in ((120, 500, 2.1, 1.0), (500, 2_000, 1.7, 0.8), (2_000, 7_000, 0.9, 0.45)):
        band = signal.butter(2, [low, high], "band", fs=RATE, output="sos")
        room += share * signal.sosfilt(band, rng.normal(0, 1, (2, size))) * 10 ** (-3 * time / lasts)
    gap = int(0.018 * RATE)
    room[:, gap:] = room[:, :-gap]
    room[:, :gap] = 0
    return np.asarray(room / np.sqrt(np.sum(room**2, axis=1, keepdims=True)))


def place(sound: Signal, pan: float) -> Signal:
    """Return a sound at its place between left (-1) and right (1), equally loud everywhere."""
    angle = (pan + 1) * np.pi / 4
    return np.stack([np.cos(angle) * sound, np.sin(angle) * sound])


def play(piece: Piece) -> Signal:
    """Return a piece as it is heard, stereo, peaking at -3 dBFS.

    Shape:
        ``[2, samples]``.
    """
    rng = np.random.default_rng(zlib.crc32(piece.name.encode()))
    size = int(RATE * (clock(piece, len(piece.bars) * EIGHTHS_IN_A_BAR) + piece.ring))
    dry = np.zeros((2, size))
    for part in piece.parts:
        for note in read_notes(piece, part):
            # Nobody plays exactly on the beat: up to 9 ms late, 4 % softer or louder.
            begins = int(RATE * (LEAD + note.start + rng.uniform(0, 0.009)))
            sound = INSTRUMENTS[part.instrument](note, rng) * part.volume * rng.uniform(0.96, 1.04)
            ends = min(size, begins + sound.size)
            dry[:, begins:ends] += place(sound[: ends - begins], part.pan)
    wet = signal.fftconvolve(dry, make_room(rng), axes=1)[:, :size]
    mixed = dry + 0.42 * wet
    mixed = signal.sosfilt(signal.butter(2, 45, "high", fs=RATE, output="sos"), mixed)
    mixed *= fade(size, 0.01, min(1.6, piece.ring))
    return np.asarray(mixed * 10 ** (-3 / 20) / np.abs(mixed).max())


def write(sound: Signal, file: Path) -> None:
    """Write a sound as Vorbis."""
    with soundfile.SoundFile(
        file, "w", RATE, 2, format="OGG", subtype="VORBIS", compression_level=0.4
    ) as stream:
        for begin in range(0, sound.shape[1], BLOCK):
            stream.write(sound[:, begin : begin + BLOCK].T)


def main() -> None:
    """Write the three pieces into the folder that is named, or beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for piece in (THEME, BRIDGE, OUTRO):
        write(play(piece), folder / f"{piece.name}.ogg")


if __name__ == "__main__":
    main()
