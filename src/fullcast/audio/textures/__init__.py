"""Procedural ambience: sounds that are computed from a few words and a seed.

``prompt`` understands the words and imports no numpy; ``render`` makes the sound. Beds are made on a circle
(noise from its spectrum, grains that wrap around, circular filters), so that the end of a loop joins its
beginning by construction; effects decay to silence.
"""
