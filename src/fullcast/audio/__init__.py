"""Signals: pure functions on blocks of samples."""
