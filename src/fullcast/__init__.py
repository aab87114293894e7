"""fullcast: a compiler for audiobooks."""

__version__ = "0.1.0"
