"""Use cases: a plan carried out; emits events."""
