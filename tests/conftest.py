"""How the laws are tried: however slow or busy the machine is, and from a checkout that cannot be written."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

usual = settings.get_profile("default")
writable = os.access(Path(__file__).parents[1], os.W_OK)
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=usual.database if writable else None,
)
settings.load_profile("untimed")
