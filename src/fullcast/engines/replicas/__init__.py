"""Engines in processes of their own: on several devices, and none can take this process with it."""

from fullcast.engines.replicas.session import Crew, open_replicas

__all__ = ["Crew", "open_replicas"]
