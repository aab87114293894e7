"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from fullcast.model import Codec, Delivery
from fullcast.production.choices import Choices
from fullcast.units import Decibels

MIX = Delivery(name="mix", preset="mix", codec=Codec.FLAC, target=None, peak=Decibels(0.0))
"""What ``fullcast mix`` makes: each chapter's mix, unmastered, to listen to or to work on elsewhere."""

PROOF = Delivery(name="proof", preset="proof")
"""What ``fullcast proof`` makes: a page to hear the book, and to mark what shall be recorded anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a run is asked for."""

    choices: Choices = field(default_factory=Choices)
    record: bool = True
    """Whether missing takes and sounds are made; otherwise chapters that lack some are left out."""
    deliveries: tuple[Delivery, ...] = ()
    """What is made instead of the project's own deliveries."""


def order_of(command: str, choices: Choices) -> Order:
    """Return what a command asks for.

    Args:
        command: ``render``, ``mix``, ``export`` or ``proof``.
        choices: What the command line says.
    """
    own = {"mix": (MIX,), "proof": (PROOF,)}.get(command, ())
    return Order(choices=choices, record=command == "render", deliveries=own)
