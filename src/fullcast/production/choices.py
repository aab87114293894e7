"""What the command line says about how a book sounds; apart, so that asking for it loads nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line says about how the book sounds; it wins over the project."""

    engine: str | None = None
    chapters: frozenset[int] = frozenset()
    """Numbers of the chapters to work on; empty is all."""
