"""Engines: what makes speech and sounds."""
