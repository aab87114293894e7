"""The sentence that tells listeners and shops that a narration is synthetic."""

from fullcast import __version__


def disclosure_of(engine: str) -> str:
    """Return how a narration was made, for the tags of its files.

    Args:
        engine: Name and revision of the speech engine.
    """
    return f"AI narration: read by synthetic voices ({engine}), made with fullcast {__version__}."
