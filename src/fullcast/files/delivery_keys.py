"""The keys of a delivery in project.yaml, and from what is written to what is delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fullcast.files.kinds import Choice, Flag, Number, Reading, Spot, Text, choice_of
from fullcast.files.project_kinds import Bitrate
from fullcast.files.records import Key, ListOf, Record, Short, Spotted
from fullcast.files.written import WrittenDelivery
from fullcast.model import (
    PRESETS,
    USUAL_DELIVERIES,
    Codec,
    Delivery,
    Subtitle,
    Target,
    Unit,
    Version,
)
from fullcast.units import Decibels

_LOSSLESS = frozenset({Codec.FLAC, Codec.WAV})

OWN_FOLDERS = ("mix", "proof")
"""Folders under ``output`` that belong to the commands of their names."""

DELIVERY = Record(
    make=WrittenDelivery,
    placed=True,
    strict=True,
    keys={
        "preset": Key(
            kind=Spotted(kind=Choice(words={name: name for name in PRESETS})),
            doc="What kind of delivery it is.",
            required=True,
        ),
        "name": Key(
            kind=Spotted(
                kind=Text(
                    what="letters, digits, dots, - or _, beginning with a letter or digit",
                    pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$",
                    longest=60,
                )
            ),
            doc="Folder under output; the preset's name unless said.",
        ),
        "codec": Key(
            kind=Spotted(kind=choice_of(Codec)), doc="How the audio is coded; the preset's own unless said."
        ),
        "bitrate": Key(kind=Spotted(kind=Bitrate()), doc="Bits per second of mp3, aac and opus, as in 128k."),
        "channels": Key(
            kind=Choice(words={"mono": 1, "stereo": 2}),
            doc="mono or stereo; stereo where the book has something to hear in it, unless said.",
        ),
        "version": Key(
            kind=choice_of(Version),
            doc="dry, the voices alone, or immersive, with beds, effects, music and rooms.",
        ),
        "loudness": Key(
            kind=Spotted(kind=Number(low=-40, high=-8, unit="LUFS")),
            doc="Loudness of each chapter, in LUFS.",
        ),
        "rms": Key(
            kind=Spotted(kind=Number(low=-40, high=-8, unit="dB RMS")),
            doc="Level of each chapter over its whole length, instead of loudness.",
        ),
        "peak": Key(kind=Number(low=-20, high=0, unit="dBTP"), doc="Highest true peak, in dBTP."),
        "credits": Key(kind=Flag(), doc="Whether opening and closing credits are spoken."),
        "sample": Key(kind=Flag(), doc="Whether there is a retail sample, up to five minutes."),
        "subtitles": Key(
            kind=ListOf(item=choice_of(Subtitle)), doc="vtt, srt, lrc: text with times beside the audio."
        ),
        "words": Key(
            kind=Flag(), doc="Whether subtitles tell each word, where the engine knows when it is spoken."
        ),
        "url": Key(
            kind=Text(what="an address that begins with https:// or http://", pattern=r"^https?://\S+$"),
            doc="Where the files of a podcast will lie on the web.",
        ),
    },
)


def _deliver_by_preset(preset: Spot[str]) -> WrittenDelivery:
    return WrittenDelivery(preset=preset, place=preset.place)


DELIVERY_ITEM = Short(
    word=Choice(words={name: name for name in PRESETS}), widen=_deliver_by_preset, long=DELIVERY
)


def make_deliveries(written: tuple[WrittenDelivery, ...] | None, reading: Reading) -> Iterator[Delivery]:
    """Yield what a project wants delivered; what is wrong with it is reported.

    Args:
        written: The project's own list; None where it has none.
        reading: Where problems go.
    """
    if written is None:
        yield from (PRESETS[name].delivery for name in USUAL_DELIVERIES)
        return
    names: set[str] = set()
    for item in written:
        if item.preset is None:
            continue
        name = item.name or item.preset
        _check_name(name, names, reading)
        names.add(name.value.casefold())
        _check_coding(item, item.preset.value, reading)
        _check_level(item, reading)
        if item.preset.value == "podcast" and item.url is None:
            message = "the podcast has no url: its feed names its files without an address"
            hint = "say where they will lie, as in {preset: podcast, url: https://example.org/lantern/}"
            reading.warn("no-address", message, item.preset.place, hint)
        yield _make_delivery(item, PRESETS[item.preset.value].delivery, name.value)


def _check_name(name: Spot[str], taken: set[str], reading: Reading) -> None:
    if name.value.casefold() in taken:
        message = f"two deliveries have the name {name.value!r}"
        hint = "give one of them a name of its own, as in {preset: chapters, name: mp3}"
        reading.report("same-delivery", message, name.place, hint)
    if name.value.casefold() in OWN_FOLDERS:
        message = f"the name {name.value!r} is taken: `fullcast {name.value.casefold()}` writes there"
        reading.report("same-delivery", message, name.place, "give the delivery another name")


def _check_coding(item: WrittenDelivery, preset: str, reading: Reading) -> None:
    codec, known = item.codec, PRESETS[preset].codecs
    if codec is not None and codec.value not in known:
        if preset == "m4b":
            message = f"an M4B holds aac, not {codec.value}"
        else:
            message = f"the delivery {preset} holds {' or '.join(known)}, not {codec.value}"
        hint = f"leave the codec out, or take {{preset: chapters, codec: {codec.value}}}"
        reading.report("wrong-codec", message, codec.place, hint)
    used = codec.value if codec else PRESETS[preset].delivery.codec
    if used in _LOSSLESS and item.bitrate is not None:
        message = f"{used} has no bitrate: it loses nothing"
        reading.report("wrong-bitrate", message, item.bitrate.place, "leave the bitrate out")


def _check_level(item: WrittenDelivery, reading: Reading) -> None:
    if item.loudness is not None and item.rms is not None:
        message = "a delivery has one level: loudness or rms, not both"
        hint = "loudness leaves pauses out, as players measure; rms counts them, as ACX does"
        reading.report("two-levels", message, item.rms.place, hint)


def _make_delivery(item: WrittenDelivery, usual: Delivery, name: str) -> Delivery:
    target = usual.target
    if item.loudness is not None:
        target = Target(level=item.loudness.value)
    elif item.rms is not None:
        target = Target(level=item.rms.value, unit=Unit.RMS)
    codec = item.codec.value if item.codec else usual.codec
    bitrate = None if codec in _LOSSLESS else usual.bitrate
    return replace(
        usual,
        name=name,
        codec=codec,
        bitrate=item.bitrate.value if item.bitrate else bitrate,
        channels=item.channels or usual.channels,
        target=target,
        peak=usual.peak if item.peak is None else Decibels(item.peak),
        version=item.version or usual.version,
        credits=usual.credits if item.credits is None else item.credits,
        sample=usual.sample if item.sample is None else item.sample,
        subtitles=usual.subtitles if item.subtitles is None else item.subtitles,
        words=item.words,
        url=item.url or usual.url,
    )
